// Outlines as they are worked with: every ring a list of longitudes and latitudes, with the box around it.
import { around, type BoundaryFile, type Box, overlaps } from '../model.ts'

export interface Polygon {
  /** The outer ring first, then holes; each x, y, x, y … and closed. */
  rings: Float64Array[]
  /** The same rings as the lines they are made of: `~n` is line n backwards. */
  arcs: number[][]
  box: Box
}

export interface Unit {
  code: string
  polygons: Polygon[]
  box: Box
  label: readonly [number, number]
}

export interface Outline extends Omit<BoundaryFile, 'units' | 'arcs'> {
  sha256: string
  units: Unit[]
  /** Where most of it lies, without parts far out at sea. */
  mainBox: Box
  box: Box
  /** Each line once, to be drawn as a border. */
  lines: { points: Float64Array; isShared: boolean }[]
  find(code: string): Unit | undefined
}

export function decodeOutline({ units: packed, arcs, ...head }: BoundaryFile, sha256: string): Outline {
  const lines = arcs.map((arc) => decodeArc(arc, head.step))
  const uses = new Map<number, number>()
  const units = packed.map(({ code, label, polygons }): Unit => {
    const made = polygons.map((rings): Polygon => {
      for (const arc of rings.flat()) uses.set(arc < 0 ? ~arc : arc, (uses.get(arc < 0 ? ~arc : arc) ?? 0) + 1)
      const joined = rings.map((ring) => joinRing(ring, lines))
      return { arcs: rings, rings: joined, box: boxOf(joined[0] ?? new Float64Array()) }
    })
    return { code, label, polygons: made, box: around(made.map(({ box }) => box)) ?? [0, 0, 0, 0] }
  })
  const byCode = new Map(units.map((unit) => [unit.code, unit]))
  return {
    ...head,
    sha256,
    units,
    lines: lines.map((points, index) => ({ points, isShared: (uses.get(index) ?? 0) > 1 })),
    box: around(units.map(({ box }) => box)) ?? [0, 0, 0, 0],
    mainBox: around(mainland(units)) ?? [0, 0, 0, 0],
    find: (code) => byCode.get(code),
  }
}

function decodeArc(arc: readonly number[], step: number): Float64Array {
  const points = new Float64Array(arc.length)
  let [x, y] = [0, 0]
  for (let at = 0; at < arc.length; at += 2) {
    x += arc[at] ?? 0
    y += arc[at + 1] ?? 0
    points[at] = x * step
    points[at + 1] = y * step
  }
  return points
}

function joinRing(ring: readonly number[], lines: readonly Float64Array[]): Float64Array {
  const points: number[] = []
  for (const arc of ring) {
    const line = lines[arc < 0 ? ~arc : arc] ?? new Float64Array()
    const last = line.length / 2 - 1
    for (let at = points.length === 0 ? 0 : 1; at <= last; at++) {
      const from = arc < 0 ? last - at : at
      points.push(line[from * 2] ?? 0, line[from * 2 + 1] ?? 0)
    }
  }
  return Float64Array.from(points)
}

function boxOf(ring: Float64Array): Box {
  let [west, south, east, north] = [180, 90, -180, -90]
  for (let at = 0; at < ring.length; at += 2) {
    const [x = 0, y = 0] = [ring[at], ring[at + 1]]
    west = Math.min(west, x)
    east = Math.max(east, x)
    south = Math.min(south, y)
    north = Math.max(north, y)
  }
  return [west, south, east, north]
}

/** Square degrees. */
function sizeOf(ring: Float64Array): number {
  let twice = 0
  for (let at = 0; at + 3 < ring.length; at += 2)
    twice += (ring[at] ?? 0) * (ring[at + 3] ?? 0) - (ring[at + 2] ?? 0) * (ring[at + 1] ?? 0)
  return Math.abs(twice / 2)
}

/** The part of a unit that covers most. */
export const largestPart = ({ polygons }: Unit): Polygon | undefined =>
  polygons.toSorted((a, b) => sizeOf(b.rings[0] ?? new Float64Array()) - sizeOf(a.rings[0] ?? new Float64Array()))[0]

/** The boxes that hang together with that of the largest part: nothing of them is farther off than a tenth of a degree. */
function mainland(units: readonly Unit[]): Box[] {
  const boxes = units
    .flatMap(({ polygons }) =>
      polygons.map(({ box, rings }) => ({ box, size: sizeOf(rings[0] ?? new Float64Array()) })),
    )
    .sort((a, b) => b.size - a.size)
    .map(({ box }) => box)
  const near = 0.1
  let all = boxes[0]
  if (!all) return []
  const kept = [all]
  let rest = boxes.slice(1)
  for (let isGrowing = true; isGrowing; ) {
    const wider: Box = [all[0] - near, all[1] - near, all[2] + near, all[3] + near]
    const fits = rest.filter((box) => overlaps(box, wider))
    isGrowing = fits.length > 0
    kept.push(...fits)
    rest = rest.filter((box) => !fits.includes(box))
    all = around([all, ...fits]) ?? all
  }
  return kept
}
