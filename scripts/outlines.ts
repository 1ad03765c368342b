// Outlines of areas made small: borders that two areas share become one line, which is simplified once and so stays shared.
import { topology } from 'topojson-server'
import { presimplify } from 'topojson-simplify'

export interface Feature {
  id?: string
  properties: Record<string, unknown>
  geometry: { type: string; coordinates: number[][][] | number[][][][] }
}
export interface FeatureCollection {
  features: Feature[]
}

export interface Shape {
  code: string
  polygons: number[][][][]
}

export interface Outlines {
  /** Whole steps from the point before it; the first from 0. */
  arcs: number[][]
  units: { code: string; polygons: number[][][]; label: [number, number] }[]
}

export const polygonsOf = ({ type, coordinates }: Feature['geometry']): number[][][][] =>
  // The type says how deep the list is.
  (type === 'Polygon' ? [coordinates] : coordinates) as number[][][][]

/**
 * `step`: size of the grid in degrees on which all points come to lie. `loss`: what a point must span with its neighbours to stay, in
 * squares of the grid. A ring keeps at least four points, however small it is: no island is lost. Twice: where neighbours were drawn a
 * hair apart, both lines become the same only by being simplified, and are then found to be shared.
 */
export function simplifyShapes(
  shapes: readonly Shape[],
  { step, loss, labels = {} }: { step: number; loss: number; labels?: Record<string, [number, number]> },
): Outlines {
  const snapped = shapes.map(({ code, polygons }) => ({
    code,
    polygons: polygons.map((rings) =>
      rings.map((ring) => tidyRing(ring.map(([x = 0, y = 0]) => [Math.round(x / step), Math.round(y / step)]))),
    ),
  }))
  const once = share(snapped, loss)
  const { arcs, units } = share(
    once.units.map(({ code, polygons }) => ({
      code,
      polygons: polygons.map((rings) => rings.map((lines) => tidyRing(ringOf(lines, once.arcs)))),
    })),
    0,
  )
  return {
    arcs: arcs.map(toSteps),
    units: units.map(({ code, polygons }) => ({
      code,
      polygons,
      label: labels[code] ?? labelPoint(polygons, arcs, step),
    })),
  }
}

function share(shapes: readonly Shape[], loss: number) {
  const features = shapes.map(({ code, polygons }) => ({
    type: 'Feature',
    id: code,
    properties: {},
    geometry: { type: 'MultiPolygon', coordinates: polygons },
  }))
  const made = presimplify(topology({ units: { type: 'FeatureCollection', features } }))
  return {
    arcs: made.arcs.map((arc) => thin(arc, loss)),
    units: (made.objects.units?.geometries ?? []).map(({ id, type, arcs }) => ({
      code: String(id),
      // The type says how deep the list is.
      polygons: (type === 'Polygon' ? [arcs] : arcs) as number[][][],
    })),
  }
}

/** Without points said twice and without lines that go out and come back the same way. */
function tidyRing(ring: Ring): Ring {
  const open = ring.slice(0, -1)
  for (let at = 0; at < open.length && open.length > 3; ) {
    const before = open[(at + open.length - 1) % open.length]
    const after = open[(at + 1) % open.length]
    const isSame = (a: Ring[number] | undefined, b: Ring[number] | undefined) => a?.[0] === b?.[0] && a?.[1] === b?.[1]
    if (isSame(open[at], after) || isSame(before, after)) {
      open.splice(at, 1)
      at = Math.max(0, at - 2)
    } else at += 1
  }
  return [...open, ...open.slice(0, 1)]
}

function thin(arc: readonly [number, number, number?][], loss: number): [number, number][] {
  const last = arc.length - 1
  const isRing = arc[0]?.[0] === arc[last]?.[0] && arc[0]?.[1] === arc[last]?.[1]
  const inner = arc.slice(1, last).map(([, , weight = 0]) => weight)
  const most = [...inner].sort((a, b) => b - a)
  const least = isRing ? Math.min(loss, most[Math.min(3, most.length - 1)] ?? 0) : loss
  return arc
    .filter(([, , weight = 0], index) => index === 0 || index === last || weight >= least)
    .map(([x, y]) => [x, y])
}

function toSteps(arc: readonly [number, number][]): number[] {
  let [fromX, fromY] = [0, 0]
  return arc.flatMap(([x, y]) => {
    const step = [x - fromX, y - fromY]
    fromX = x
    fromY = y
    return step
  })
}

type Ring = [number, number][]

const ringOf = (lines: readonly number[], arcs: readonly Ring[]): Ring =>
  lines.flatMap((line, index) => {
    const arc = line < 0 ? [...(arcs[~line] ?? [])].reverse() : (arcs[line] ?? [])
    return index === 0 ? arc : arc.slice(1)
  })

export function ringArea(ring: readonly (readonly number[])[]): number {
  let twice = 0
  for (let at = 0; at < ring.length; at++) {
    const [x1 = 0, y1 = 0] = ring[at] ?? []
    const [x2 = 0, y2 = 0] = ring[(at + 1) % ring.length] ?? []
    twice += x1 * y2 - x2 * y1
  }
  return twice / 2
}

/** The point of the largest part that lies farthest from its edge, found on a grid. */
function labelPoint(polygons: number[][][], arcs: readonly Ring[], step: number): [number, number] {
  const outer = polygons.map((rings) => ringOf(rings[0] ?? [], arcs))
  const ring = outer.sort((a, b) => Math.abs(ringArea(b)) - Math.abs(ringArea(a)))[0] ?? []
  const xs = ring.map(([x]) => x)
  const ys = ring.map(([, y]) => y)
  const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
  let best = { x: (west + east) / 2, y: (south + north) / 2, room: -1 }
  for (let row = 1; row < 24; row++) {
    for (let column = 1; column < 24; column++) {
      const x = west + ((east - west) * column) / 24
      const y = south + ((north - south) * row) / 24
      const room = roomAround(x, y, ring)
      if (room > best.room) best = { x, y, room }
    }
  }
  const places = (value: number) => Math.round(value * step * 1e5) / 1e5
  return [places(best.x), places(best.y)]
}

function roomAround(x: number, y: number, ring: Ring): number {
  let isInside = false
  let nearest = Number.POSITIVE_INFINITY
  for (let at = 0, before = ring.length - 1; at < ring.length; before = at++) {
    const [x1, y1] = ring[at] ?? [0, 0]
    const [x2, y2] = ring[before] ?? [0, 0]
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside
    nearest = Math.min(nearest, (x1 - x) ** 2 + (y1 - y) ** 2)
  }
  return isInside ? nearest : -1
}
