// In which unit a point lies. Boxes of the parts are kept by cells of a grid, so that only a few outlines are looked at closely.
import { localDate } from '#calendar'
import { areaTree, getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { formatNumber } from '#ui'
import { holds } from '../model.ts'
import type { Outline, Polygon } from './outline.ts'
import { findNational, listBoundariesOn, openOutline } from './read.ts'

export type Locator = (lon: number, lat: number) => string | undefined

const cellDegrees = 0.05
const columns = Math.ceil(360 / cellDegrees)
const cellOf = (lon: number, lat: number) =>
  Math.floor((lat + 90) / cellDegrees) * columns + Math.floor((lon + 180) / cellDegrees)

const kept = new WeakMap<Outline, Locator>()

/** Answers with the code of the unit, or nothing where a point lies in none. A point on a border belongs to one of both sides. */
export function makeLocator(outline: Outline): Locator {
  const known = kept.get(outline)
  if (known) return known
  const cells = new Map<number, { code: string; polygon: Polygon }[]>()
  for (const { code, polygons } of outline.units) {
    for (const polygon of polygons) {
      for (const cell of cellsOf(polygon)) cells.set(cell, [...(cells.get(cell) ?? []), { code, polygon }])
    }
  }
  const locator: Locator = (lon, lat) => {
    const near = cells.get(cellOf(lon, lat))
    if (!near) return undefined
    for (const { code, polygon } of near) if (holds(polygon.box, [lon, lat]) && isInside(polygon, lon, lat)) return code
    return undefined
  }
  kept.set(outline, locator)
  return locator
}

function* cellsOf({ box }: Polygon): Generator<number> {
  for (let row = Math.floor((box[1] + 90) / cellDegrees); row <= Math.floor((box[3] + 90) / cellDegrees); row++) {
    const [first, last] = [Math.floor((box[0] + 180) / cellDegrees), Math.floor((box[2] + 180) / cellDegrees)]
    for (let column = first; column <= last; column++) yield row * columns + column
  }
}

/** Even and odd crossings over all rings: a point in a hole is outside. */
function isInside({ rings }: Polygon, x: number, y: number): boolean {
  let inside = false
  for (const ring of rings) {
    for (let at = 0; at + 3 < ring.length; at += 2) {
      const y1 = ring[at + 1] ?? 0
      const y2 = ring[at + 3] ?? 0
      if (y1 > y === y2 > y) continue
      const x1 = ring[at] ?? 0
      const x2 = ring[at + 2] ?? 0
      if (x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
    }
  }
  return inside
}

export interface Located {
  /** The unit the point lies in; absent outside of all. */
  unit: { code: string; name: string } | undefined
  /** Outside of all: the nearest one and how far its border is. */
  nearest: { code: string; name: string; distanceKm: number } | undefined
  /** The answer as a sentence. */
  words: string
}

/** Farther off than this a unit is no answer: the width of the sea that belongs to the mainland. */
const farthestKm = 370

/** The look-up for many points at once: by the finest outline that holds on a day, today where none is said. */
export async function openLocator(ctx: Context, on?: string): Promise<Locator> {
  const outline = await findFinest(ctx, on)
  return outline ? makeLocator(outline) : () => undefined
}

async function findFinest(ctx: Context, on: string | undefined): Promise<Outline | undefined> {
  const [head] = await listBoundariesOn(ctx, on ?? (await dayOf(ctx)))
  return head && openOutline(ctx, head)
}

async function dayOf(ctx: Context): Promise<string> {
  return localDate(ctx.now, (await getHomePack(ctx.sql)).card.timeZone)
}

/** In which unit a point lies, or which is the nearest. @throws Problem 422 for what is no longitude and latitude */
export async function locate(ctx: Context, lon: number, lat: number, on?: string): Promise<Located> {
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90))
    throw invalid('Tọa độ chưa đúng.', [
      { path: 'lon', message: 'Kinh độ từ -180 đến 180, vĩ độ từ -90 đến 90, ví dụ 109.19 và 12.24.' },
    ])
  const day = on ?? (await dayOf(ctx))
  const outline = await findFinest(ctx, day)
  if (!outline) return { unit: undefined, nearest: undefined, words: 'Gói dữ liệu chưa có ranh giới của ngày này.' }
  const tree = await areaTree(ctx.sql, { asOf: day })
  const name = (code: string) => tree.find(code)?.row.name ?? code
  const code = makeLocator(outline)(lon, lat)
  if (code) return { unit: { code, name: name(code) }, nearest: undefined, words: `Thuộc ${name(code)}.` }
  const national = await findNational(ctx, day)
  const province = national && makeLocator(national)(lon, lat)
  const near = findNearest(outline, lon, lat)
  if (!near || near.distanceKm > farthestKm)
    return { unit: undefined, nearest: undefined, words: 'Không thuộc đơn vị nào và xa mọi đơn vị của địa phương.' }
  const nearest = { ...near, name: name(near.code) }
  const where =
    province === undefined
      ? 'không thuộc đơn vị nào'
      : province === outline.within
        ? `trong ${name(province)} nhưng ngoài hình của mọi đơn vị ở nguồn ranh giới`
        : `thuộc ${name(province)}`
  return {
    unit: undefined,
    nearest,
    words: `Điểm này ${where}; gần nhất là ${nearest.name}, cách ${formatNumber(nearest.distanceKm, 1)} km.`,
  }
}

const kmPerDegree = 111.2

function findNearest(outline: Outline, lon: number, lat: number): { code: string; distanceKm: number } | undefined {
  const shrink = Math.cos((lat * Math.PI) / 180)
  let best: { code: string; distance: number } | undefined
  for (const { code, polygons } of outline.units) {
    for (const { box, rings } of polygons) {
      const dx = Math.max(box[0] - lon, 0, lon - box[2]) * shrink
      const dy = Math.max(box[1] - lat, 0, lat - box[3])
      if (best && Math.hypot(dx, dy) >= best.distance) continue
      for (const ring of rings) {
        const distance = distanceTo(ring, { lon, lat, shrink })
        if (!best || distance < best.distance) best = { code, distance }
      }
    }
  }
  return best && { code: best.code, distanceKm: best.distance * kmPerDegree }
}

function distanceTo(ring: Float64Array, { lon, lat, shrink }: { lon: number; lat: number; shrink: number }): number {
  let least = Number.POSITIVE_INFINITY
  for (let at = 0; at + 3 < ring.length; at += 2) {
    const [x1, y1] = [((ring[at] ?? 0) - lon) * shrink, (ring[at + 1] ?? 0) - lat]
    const [x2, y2] = [((ring[at + 2] ?? 0) - lon) * shrink, (ring[at + 3] ?? 0) - lat]
    const [dx, dy] = [x2 - x1, y2 - y1]
    const along = Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / (dx * dx + dy * dy || 1)))
    least = Math.min(least, Math.hypot(x1 + along * dx, y1 + along * dy))
  }
  return least
}
