// The province with marks on it, for the wall, the desk and files of situations: made on the server, without any indicator.
import type { ComponentChild } from 'preact'
import { today } from '#organisations'
import type { Context } from '#platform/context'
import { EmptyState } from '#ui'
import { findNational, listBoundariesOn, openOutline } from '../boundaries/read.ts'
import { cellFor, openPlaces, placeFeature } from '../features/layers.ts'
import { type Box, graver, type Severity } from '../model.ts'
import { Hatch, MapSvg, type Mark, SeaInset } from './map-drawing.tsx'

/** Something to mark: a point, or the code of the area it lies in. */
export interface MapThing {
  key: string
  point?: readonly [number, number]
  area?: string
  severity?: Severity
  href?: string
}

export interface ThingsDrawing {
  id: string
  /** What the picture shows, for who does not see it. */
  label: string
  things: readonly MapThing[]
  selected?: string
  width?: number
  height?: number
  /** What is in view; the mainland of the province where nothing is said. */
  box?: Box
  /** Areas to be marked as concerned: a warning's communes. */
  areas?: readonly string[]
}

/** Things near one another are one mark with their count and the worst severity; it leads to the gravest of them. */
export async function drawMap(ctx: Context, drawing: ThingsDrawing): Promise<ComponentChild> {
  const [head] = await listBoundariesOn(ctx, await today(ctx))
  if (!head)
    return <EmptyState title="Chưa có bản đồ">Gói dữ liệu của địa phương này chưa có tệp ranh giới.</EmptyState>
  const outline = await openOutline(ctx, head)
  const national = await findNational(ctx, await today(ctx))
  const { width = 640, height = 640, box = outline.mainBox } = drawing
  const concerned = new Set(drawing.areas)
  const picture = {
    outline,
    national,
    selected: drawing.selected,
    classOf: (code: string) => (concerned.has(code) ? 1 : undefined),
    isAsked: (code: string) => concerned.has(code),
  }
  return (
    <figure class="map-figure" id={drawing.id} aria-label={drawing.label}>
      <Hatch />
      <div class="map-frame map-frame-fixed">
        <MapSvg
          {...picture}
          box={box}
          width={width}
          height={height}
          marks={await markThings(ctx, drawing, cellFor(box, width))}
        />
        {outline.within !== national?.within && (
          <div class="map-inset">
            <SeaInset {...picture} />
          </div>
        )}
      </div>
    </figure>
  )
}

async function markThings(ctx: Context, { things, selected }: ThingsDrawing, cell: number): Promise<Mark[]> {
  const placeOf = await openPlaces(ctx)
  const marks = new Map<string, Mark>()
  for (const thing of things) {
    const at = placeFeature({ id: thing.key, title: '', href: '', point: thing.point, area: thing.area }, placeOf)
    if (!at) continue
    const place = `${Math.floor(at[0] / cell)} ${Math.floor(at[1] / cell)}`
    const known = marks.get(place)
    const severity = graver(known?.severity, thing.severity)
    const leads = !known || thing.key === selected || (known.key !== selected && severity !== known.severity)
    marks.set(place, {
      key: leads ? thing.key : known.key,
      href: leads ? thing.href : known.href,
      at: known?.at ?? at,
      severity,
      count: (known?.count ?? 0) + 1,
    })
  }
  return [...marks.values()]
}
