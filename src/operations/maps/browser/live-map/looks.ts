// Colours are those of the page: read from its tokens, so that light, dark and the wall are the same here and in what the server draws.
import Circle from 'ol/style/Circle.js'
import Fill from 'ol/style/Fill.js'
import RegularShape from 'ol/style/RegularShape.js'
import Stroke from 'ol/style/Stroke.js'
import Style from 'ol/style/Style.js'
import Text from 'ol/style/Text.js'

const token = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

interface MarkLook {
  count: number
  severity?: string
  title?: string
  isChosen: boolean
}

export interface Looks {
  land: Style
  /** By class from 0; `none` is hatched, `plain` asked of nothing. */
  area(look: number | 'none' | 'plain'): Style
  chosen: Style
  dot: Style
  name(words: string): Style
  mark(mark: MarkLook): Style[]
}

export function readLooks(): Looks {
  const border = new Stroke({ color: token('map-border'), width: 1 })
  const fills = [2, 3, 4, 5, 6].map((index) => new Fill({ color: token(`seq-${index}`) }))
  const none = new Fill({ color: hatch() })
  const plain = new Fill({ color: token('map-plain') })
  const areas = new Map<number | 'none' | 'plain', Style>()
  const fillOf = (look: number | 'none' | 'plain') => (look === 'none' ? none : look === 'plain' ? plain : fills[look])
  return {
    land: new Style({ fill: new Fill({ color: token('map-land') }), stroke: border }),
    area(look) {
      const known = areas.get(look) ?? new Style({ fill: fillOf(look) ?? plain, stroke: border })
      areas.set(look, known)
      return known
    },
    chosen: new Style({ stroke: new Stroke({ color: token('text'), width: 3 }), zIndex: 5 }),
    dot: new Style({ image: new Circle({ radius: 1.8, fill: new Fill({ color: token('map-dot') }) }) }),
    name: (words) => new Style({ text: label(words, { halo: token('map-sea'), font: 600 }) }),
    mark: drawMark,
  }
}

function label(words: string, { halo, font }: { halo?: string; font: number }): Text {
  return new Text({
    text: words,
    font: `${font} 13px ${token('font') || 'sans-serif'}`,
    fill: new Fill({ color: token('text') }),
    ...(halo ? { stroke: new Stroke({ color: halo, width: 4 }) } : {}),
  })
}

function hatch(): CanvasPattern | string {
  const tile = document.createElement('canvas')
  tile.width = 8
  tile.height = 8
  const pen = tile.getContext('2d')
  if (!pen) return token('map-plain')
  pen.fillStyle = token('map-plain')
  pen.fillRect(0, 0, 8, 8)
  pen.strokeStyle = token('map-border')
  pen.beginPath()
  for (const at of [-8, 0, 8]) {
    pen.moveTo(at, 8)
    pen.lineTo(at + 8, 0)
  }
  pen.stroke()
  return pen.createPattern(tile, 'repeat') ?? token('map-plain')
}

/** Shape and colour for one thing, a bubble with the count for several, with the shape of the gravest on it. */
function drawMark({ count, severity, title, isChosen }: MarkLook): Style[] {
  const colour = severity ? token(`severity-${severity}`) : token('text-2')
  const isFilled = severity === 'critical' || severity === 'high'
  const fill = new Fill({ color: isFilled ? colour : token('panel') })
  const stroke = new Stroke({
    color: isChosen ? token('text') : isFilled ? token('panel') : colour,
    width: isChosen ? 3 : 2,
  })
  if (count < 2) {
    const name = title ? label(title, { halo: token('map-sea'), font: isChosen ? 700 : 600 }) : undefined
    name?.setOffsetY(20)
    return [new Style({ image: shapeOf(severity, { fill, stroke, radius: 9 }), text: name })]
  }
  const words = new Intl.NumberFormat('vi-VN').format(count)
  const bubble = new Circle({
    radius: 9 + words.length * 3,
    fill: new Fill({ color: token('panel') }),
    stroke: new Stroke({ color: isChosen ? token('text') : colour, width: isChosen ? 3 : 2 }),
  })
  const styles = [new Style({ image: bubble, text: label(words, { font: 600 }) })]
  if (severity) {
    const badge = shapeOf(severity, { fill, stroke, radius: 6 })
    badge.setDisplacement([0, 9 + words.length * 3])
    styles.push(new Style({ image: badge }))
  }
  return styles
}

function shapeOf(
  severity: string | undefined,
  { fill, stroke, radius }: { fill: Fill; stroke: Stroke; radius: number },
) {
  if (severity === 'critical') return new RegularShape({ points: 4, radius, fill, stroke })
  if (severity === 'high') return new RegularShape({ points: 3, radius, fill, stroke })
  return new Circle({ radius: radius - 2, fill, stroke })
}
