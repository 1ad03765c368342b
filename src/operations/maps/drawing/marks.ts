// Marks of things on a drawn map: where each lies, and what stands together under one mark.
import type { Context } from '#platform/context'
import type { Outline } from '../boundaries/outline.ts'
import { cellFor, openPlaces, placeFeature, widen } from '../features/layers.ts'
import { around, type Box, graver, type Severity } from '../model.ts'
import type { Mark } from './map-drawing.tsx'

/** Something to mark: a point, or the code of the area it lies in. */
export interface MapThing {
  key: string
  point?: readonly [number, number]
  area?: string
  severity?: Severity
  href?: string
}

interface Marking {
  things: readonly MapThing[]
  selected?: string
  box: Box
  /** Pixels across the box. */
  width: number
}

/** Things near one another are one mark with their count and the worst severity; it leads to the gravest of them. */
export async function markThings(ctx: Context, { things, selected, box, width }: Marking): Promise<Mark[]> {
  const cell = cellFor(box, width)
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

/** Half of what is seen around a point, in degrees: a commune and its neighbours. */
const nearDegrees = 0.14

/** What is seen when the map goes to something; nothing where it has no place on this outline. */
export function boxAround(outline: Outline, { point, area }: Pick<MapThing, 'point' | 'area'>): Box | undefined {
  if (point) return [point[0] - nearDegrees, point[1] - nearDegrees, point[0] + nearDegrees, point[1] + nearDegrees]
  const unit = area === undefined ? undefined : outline.find(area)
  if (!unit) return undefined
  // Of a unit with islands far out its largest part.
  const size = (box: Box) => (box[2] - box[0]) * (box[3] - box[1])
  const [largest] = unit.polygons.map(({ box }) => box).toSorted((a, b) => size(b) - size(a))
  const [x, y] = unit.label
  const near: Box = [x - nearDegrees, y - nearDegrees, x + nearDegrees, y + nearDegrees]
  return widen(around(largest ? [largest, near] : [near]))
}
