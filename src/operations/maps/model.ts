import { z } from 'zod'

const Position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)])
export const Box = z.tuple([z.number(), z.number(), z.number(), z.number()])
/** West, south, east, north in degrees of WGS 84. */
export type Box = readonly [number, number, number, number]

/**
 * A file of `maps/` in a pack. `arcs` are lines on a grid of `step` degrees: steps from each point to the next, the first from 0, 0. A
 * polygon is rings, a ring is arcs one behind the other, `~n` is arc n backwards. A border that two areas share is one arc of both.
 */
export const BoundaryFile = z.strictObject({
  source: z.string().min(1),
  licence: z.string().min(1),
  /** What readers must know: generalised, what is missing and why. */
  notes: z.array(z.string()).default([]),
  code: z.string().regex(/^[a-z0-9-]{1,60}$/),
  title: z.string().min(1),
  level: z.enum(['commune', 'province']),
  within: z.string(),
  validFrom: z.iso.date().optional(),
  validTo: z.iso.date().optional(),
  step: z.number().positive(),
  /** Places that are named wherever the outline is drawn. */
  places: z.array(z.strictObject({ name: z.string(), at: Position, box: Box })).default([]),
  units: z
    .array(z.strictObject({ code: z.string(), polygons: z.array(z.array(z.array(z.int()))), label: Position }))
    .min(1),
  arcs: z.array(z.array(z.int())),
})
export type BoundaryFile = z.infer<typeof BoundaryFile>

export const severities = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

/** The graver of two; none is less than any. */
export function graver(a: Severity | undefined, b: Severity | undefined): Severity | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return severities.indexOf(a) <= severities.indexOf(b) ? a : b
}

export const classCount = 5

export interface ValueClass {
  /** Least and greatest value that lies in it. */
  from: number
  to: number
  count: number
}

/**
 * Classes of as near as may be equal numbers of areas, five at most. Equal values never lie in two classes, so few different values
 * give fewer classes. The limits are values that occur: a legend made of them names no number that is on no area.
 */
export function classify(values: readonly number[], most = classCount): ValueClass[] {
  const runs = runsOf(values)
  if (runs.length <= most) return runs.map(({ value, count }) => ({ from: value, to: value, count }))
  // A value that many areas share is a class of its own; the others divide what classes are left.
  const heavy = new Set(runs.filter(({ count }) => count > values.length / most).map(({ value }) => value))
  const left = runs.reduce((sum, { value, count }) => sum + (heavy.has(value) ? 0 : count), 0)
  const share = left / Math.max(1, most - heavy.size)
  const classes: ValueClass[] = []
  let isOpen = false
  let heavyToCome = heavy.size
  for (const { value, count } of runs) {
    const isHeavy = heavy.has(value)
    if (isHeavy) heavyToCome -= 1
    const last = classes.at(-1)
    const isFull = classes.length >= most - heavyToCome
    const fits = isOpen && !isHeavy && last !== undefined && last.count + count / 2 <= share
    if (last && (fits || isFull)) {
      last.to = value
      last.count += count
    } else classes.push({ from: value, to: value, count })
    isOpen = !isHeavy
  }
  return classes
}

/** The values that occur, rising, with how many areas have each. */
function runsOf(values: readonly number[]): { value: number; count: number }[] {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => a.value - b.value)
}

/** From 0; undefined where there is no value. */
export function classOf(value: number | null | undefined, classes: readonly ValueClass[]): number | undefined {
  if (value === null || value === undefined) return undefined
  const found = classes.findIndex(({ to }) => value <= to)
  return found < 0 ? undefined : found
}

export const overlaps = (a: Box, b: Box): boolean => a[0] <= b[2] && a[2] >= b[0] && a[1] <= b[3] && a[3] >= b[1]

export const holds = (box: Box, [lon, lat]: readonly [number, number]): boolean =>
  lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3]

export function around(boxes: readonly Box[]): Box | undefined {
  if (boxes.length === 0) return undefined
  return boxes.reduce((all, box) => [
    Math.min(all[0], box[0]),
    Math.min(all[1], box[1]),
    Math.max(all[2], box[2]),
    Math.max(all[3], box[3]),
  ])
}
