// What the face at /ogc serves: the outlines of each level of areas, and the layers that the caller may see.
import { areaTree, today } from '#organisations'
import type { MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import type { Outline, Unit } from '../boundaries/outline.ts'
import { listBoundaries, openOutline } from '../boundaries/read.ts'
import { openLayers } from '../features/layers.ts'
import { type Box, overlaps } from '../model.ts'
import { layerCollection } from './layer-collection.ts'
import type { Collection, GeoFeature } from './terms.ts'

/** The collections there are for this caller. */
export async function listCollections(ctx: Context, cards: readonly MapLayer[]): Promise<Collection[]> {
  const heads = await listBoundaries(ctx)
  return [
    ...heads.map((head) => areaCollection(ctx, head)),
    ...openLayers(ctx, cards).map((layer) => layerCollection(ctx, layer)),
  ]
}

/** @throws Problem 404, also for what the caller may not see. */
export async function getCollection(ctx: Context, cards: readonly MapLayer[], id: string): Promise<Collection> {
  const found = (await listCollections(ctx, cards)).find((one) => one.id === id)
  if (!found) throw notFound('collection', id)
  return found
}

type Head = Awaited<ReturnType<typeof listBoundaries>>[number]

function areaCollection(ctx: Context, head: Head): Collection {
  const open = () => openOutline(ctx, head)
  const toFeature = async (outline: Outline) => {
    const tree = await areaTree(ctx.sql, { asOf: outline.validTo ?? (await today(ctx)) })
    return (unit: Unit): GeoFeature => {
      const area = tree.find(unit.code)?.row
      return {
        type: 'Feature',
        id: unit.code,
        geometry: { type: 'MultiPolygon', coordinates: unit.polygons.map(({ rings }) => rings.map(toRing)) },
        properties: {
          code: unit.code,
          name: area?.name ?? unit.code,
          kind: area?.kind ?? null,
          areaKm2: area?.areaKm2 ?? null,
          validFrom: outline.validFrom ?? null,
          validTo: outline.validTo ?? null,
        },
      }
    }
  }
  return {
    id: `areas-${head.code}`,
    title: head.title,
    description: 'Ranh giới đã khái quát hóa; nguồn và giấy phép nêu trong tệp của gói dữ liệu.',
    extent: async () => (await open()).box,
    async list({ limit, bbox, after }) {
      const outline = await open()
      const met = outline.units
        .filter(({ polygons }) => !bbox || polygons.some(({ box, rings }) => meets(bbox, box, rings)))
        .toSorted((a, b) => compareIds(a.code, b.code))
      const rest = met.filter(({ code }) => after === undefined || compareIds(code, after) > 0)
      const page = rest.slice(0, limit)
      return {
        features: page.map(await toFeature(outline)),
        matched: met.length,
        next: rest.length > limit ? page.at(-1)?.code : undefined,
      }
    },
    async find(id) {
      const outline = await open()
      const unit = outline.find(id)
      return unit && (await toFeature(outline))(unit)
    },
  }
}

const compareIds = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** RFC 7946: outer rings against the clock, holes with it. */
function toRing(ring: Float64Array, index: number): number[][] {
  const points: number[][] = []
  let twice = 0
  for (let at = 0; at < ring.length; at += 2) {
    const [x = 0, y = 0, x2 = 0, y2 = 0] = ring.slice(at, at + 4)
    points.push([Number(x.toFixed(5)), Number(y.toFixed(5))])
    if (at + 3 < ring.length) twice += x * y2 - x2 * y
  }
  return twice > 0 === (index === 0) ? points : points.reverse()
}

/** Whether a part and a box have a point in common: the outline is followed where only their boxes do. */
function meets(bbox: Box, box: Box, rings: readonly Float64Array[]): boolean {
  if (!overlaps(bbox, box)) return false
  const [ring = new Float64Array()] = rings
  let isInside = false
  const [x, y] = [bbox[0], bbox[1]]
  for (let at = 0; at + 3 < ring.length; at += 2) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = ring.slice(at, at + 4)
    if (crosses(bbox, [x1, y1, x2, y2])) return true
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) isInside = !isInside
  }
  return isInside
}

/** Whether a line touches a box (clipped by its four sides). */
function crosses(
  [west, south, east, north]: Box,
  [x1, y1, x2, y2]: readonly [number, number, number, number],
): boolean {
  let [enter, leave] = [0, 1]
  const sides = [
    [x1 - x2, x1 - west],
    [x2 - x1, east - x1],
    [y1 - y2, y1 - south],
    [y2 - y1, north - y1],
  ]
  for (const [p = 0, q = 0] of sides) {
    if (p === 0 && q < 0) return false
    if (p < 0) enter = Math.max(enter, q / p)
    if (p > 0) leave = Math.min(leave, q / p)
  }
  return enter <= leave
}
