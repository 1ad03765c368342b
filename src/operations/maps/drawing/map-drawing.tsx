// A map as SVG made here: sea, land around, areas in the colours of their classes, marks of what lies on them, and the sea with both
// archipelagos as a picture beside it. What it shows stands in the list and the table too, so readers are told of those instead.
import { type ComponentChild, Fragment } from 'preact'
import { classes as classNames, formatNumber } from '#ui'
import type { Outline } from '../boundaries/outline.ts'
import { type Box, holds, overlaps, type Severity } from '../model.ts'
import { drawUnits } from './paths.ts'
import { type Frame, fitBox, unitsPerPixel } from './projection.ts'

export interface Mark {
  key: string
  at: readonly [number, number]
  severity?: Severity
  /** How many things stand there. */
  count: number
  href?: string
  /** Its name, drawn below it. */
  title?: string
}

export interface MapDrawing {
  outline: Outline
  /** The country around it. */
  national?: Outline
  box: Box
  width: number
  height: number
  /** Class of an area from 0, undefined where there is no value; absent: nothing is coloured. */
  classOf?: (code: string) => number | undefined
  /** Areas that no number is asked of are plain, not hatched. */
  isAsked?: (code: string) => boolean
  hrefOf?: (code: string) => string | undefined
  selected?: string
  marks?: readonly Mark[]
}

/** The look of an area: its class, hatched where there is no value, plain where nothing is coloured. */
export const areaLook = (value: number | undefined, isColoured: boolean): string =>
  isColoured ? (value === undefined ? 'map-none' : `map-class-${value + 1}`) : 'map-plain'

/** Drawn, not styled: a style sheet names no picture of a page. */
export const hatchOf = (look: string): string | undefined => (look === 'map-none' ? 'url(#map-hatch)' : undefined)

export function MapSvg(drawing: MapDrawing) {
  const { width, height, box, outline, national } = drawing
  const frame = fitBox(box, { width, height })
  return (
    <svg
      class="map-svg"
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      width={width}
      height={height}
      aria-hidden="true"
      focusable="false"
    >
      <rect class="map-sea" width={frame.width} height={frame.height} />
      {national && national.sha256 !== outline.sha256 && (
        <Land outline={national} frame={frame} home={outline.within} />
      )}
      <Areas {...drawing} frame={frame} />
      <PlaceNames outlines={[outline, national]} frame={frame} />
      <Marks marks={drawing.marks ?? []} frame={frame} selected={drawing.selected} />
    </svg>
  )
}

/** Once on a page that draws maps; apart from them, so that it is there while a picture is hidden. */
export function Hatch() {
  return (
    <svg class="map-hatch" width="0" height="0" aria-hidden="true" focusable="false">
      <pattern id="map-hatch" width="12" height="12" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class="map-hatch-ground" width="12" height="12" />
        <path class="map-hatch-line" d="M0 0V12" />
      </pattern>
    </svg>
  )
}

function Land({ outline, frame, home }: { outline: Outline; frame: Frame; home: string }) {
  const paths = drawUnits(outline, frame, home)
  return (
    <g class="map-land">
      <path d={paths.map(({ area }) => area).join('')} />
      <path class="map-dots" d={paths.map(({ dots }) => dots).join('')} />
    </g>
  )
}

function Areas(props: MapDrawing & { frame: Frame }) {
  const { outline, frame, classOf, hrefOf, selected, isAsked = () => true } = props
  const paths = drawUnits(outline, frame)
  const chosen = paths.find(({ code }) => `area:${code}` === selected)
  return (
    <g class="map-areas">
      {paths.map(({ code, area, dots }) => {
        const look = areaLook(classOf?.(code), classOf !== undefined && isAsked(code))
        const shape = (
          <Fragment key={code}>
            {area && <path class={look} fill={hatchOf(look)} d={area} data-code={code} />}
            {dots && <path class={classNames('map-dots', look)} d={dots} data-code={code} />}
          </Fragment>
        )
        return <Linked key={code} href={hrefOf?.(code)} child={shape} />
      })}
      {chosen && <path class="map-chosen" d={chosen.area} />}
      {chosen && <path class="map-chosen map-dots" d={chosen.dots} />}
    </g>
  )
}

// The list holds the same links in an order that can be stepped through.
const Linked = ({ href, child }: { href: string | undefined; child: ComponentChild }) =>
  href === undefined ? (
    child
  ) : (
    <a href={href} tabIndex={-1}>
      {child}
    </a>
  )

function PlaceNames({ outlines, frame }: { outlines: readonly (Outline | undefined)[]; frame: Frame }) {
  const places = new Map(outlines.flatMap((outline) => outline?.places ?? []).map((place) => [place.name, place]))
  return (
    <g class="map-names">
      {[...places.values()]
        .filter(({ box }) => overlaps(box, frame.box))
        .map(({ name, at }) => {
          const [first = '', ...rest] = name.split(/ (?=\p{Lu})/u)
          const [x, y] = [frame.x(at[0]), frame.y(at[1])]
          return (
            <text key={name} x={x} y={y - 8 * unitsPerPixel}>
              <tspan x={x}>{first}</tspan>
              <tspan x={x} dy="1.15em">
                {rest.join(' ')}
              </tspan>
            </text>
          )
        })}
    </g>
  )
}

const shapes: Record<Severity, string> = {
  critical: 'M0-17L17 0 0 17-17 0z',
  high: 'M0-16L17 14H-17z',
  medium: 'M0-13a13 13 0 1 0 .1 0z',
  low: 'M0-13a13 13 0 1 0 .1 0z',
}

function Marks({ marks, frame, selected }: { marks: readonly Mark[]; frame: Frame; selected: string | undefined }) {
  return (
    <g class="map-marks">
      {marks
        .filter(({ at }) => holds(frame.box, at))
        .map((mark) => (
          <Linked
            key={mark.key}
            href={mark.href}
            child={
              <g
                class={classNames(
                  'map-mark',
                  mark.severity && `map-mark-${mark.severity}`,
                  mark.key === selected && 'map-mark-chosen',
                )}
                transform={`translate(${frame.x(mark.at[0])} ${frame.y(mark.at[1])})`}
              >
                {mark.count > 1 ? (
                  <Bubble mark={mark} />
                ) : (
                  <path class="map-shape" d={shapes[mark.severity ?? 'low']} />
                )}
                {mark.count === 1 && mark.title && (
                  <text class="map-mark-name" y="44">
                    {mark.title}
                  </text>
                )}
              </g>
            }
          />
        ))}
    </g>
  )
}

function Bubble({ mark }: { mark: Mark }) {
  const words = formatNumber(mark.count)
  const size = 18 + words.length * 6
  return (
    <>
      <circle class="map-bubble" r={size} />
      {mark.severity && (
        <path class="map-shape" d={shapes[mark.severity]} transform={`translate(0 ${-size}) scale(.7)`} />
      )}
      <text class="map-count" dy="0.35em">
        {words}
      </text>
    </>
  )
}

/** The sea with both archipelagos, drawn beside whatever is too far away to show them. */
export function SeaInset(props: Pick<MapDrawing, 'outline' | 'national' | 'classOf' | 'selected' | 'isAsked'>) {
  const { outline, national } = props
  const places = [...(national?.places ?? []), ...outline.places]
  if (places.length === 0) return null
  const west = Math.min(outline.mainBox[0], ...places.map(({ box }) => box[0]))
  const box: Box = [
    west - 0.5,
    Math.min(...places.map((place) => place.box[1])) - 0.3,
    Math.max(...places.map((place) => place.box[2])) + 0.3,
    Math.max(outline.mainBox[3], ...places.map((place) => place.box[3])) + 0.5,
  ]
  return <MapSvg {...props} box={box} width={190} height={210} />
}
