import type { MapFeature, MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import { openPlaces, type PlaceOf, placeFeature } from '../features/layers.ts'
import { around, type Box, holds } from '../model.ts'
import type { Collection, GeoFeature, Question } from './terms.ts'

/** More of a layer than this has to be told page by page by the layer itself. */
const mostListed = 10_000

type Placed = { feature: MapFeature; at: readonly [number, number] | undefined }

/** A layer of a card as a collection: what a layer shows its caller is all that is served. */
export function layerCollection(ctx: Context, layer: MapLayer): Collection {
  const listPlaced = async (bbox: Box | undefined): Promise<Placed[]> => {
    const placeOf = await openPlaces(ctx)
    const { features } = await layer.list(ctx, { box: bbox, limit: mostListed })
    return features.map((feature) => place(feature, placeOf))
  }
  return {
    id: layer.code,
    title: layer.title,
    description: `Lớp “${layer.title}” của bản đồ, trong phạm vi tài khoản được xem.`,
    async extent() {
      const own = await layer.extent?.(ctx)
      if (own || layer.gather) return own
      return around(
        (await listPlaced(undefined)).flatMap(({ at }): Box[] => (at ? [[at[0], at[1], at[0], at[1]]] : [])),
      )
    },
    list: async (question) =>
      layer.page ? listPaged(ctx, layer, question) : listWhole(await listPlaced(question.bbox), question),
    async find(id) {
      const feature = layer.find
        ? await layer.find(ctx, id)
        : (await layer.list(ctx, { limit: mostListed })).features.find((one) => one.id === id)
      return feature && toGeo(place(feature, await openPlaces(ctx)))
    },
  }
}

const place = (feature: MapFeature, placeOf: PlaceOf): Placed => ({ feature, at: placeFeature(feature, placeOf) })

const isInTime = ({ at }: MapFeature, { from, to }: Question) =>
  at === undefined || ((from === undefined || at >= from) && (to === undefined || at <= to))

async function listPaged(ctx: Context, layer: MapLayer, question: Question) {
  const { bbox, limit, after } = question
  const isTimed = question.from !== undefined || question.to !== undefined
  const found: MapFeature[] = []
  let from = after
  let isOver = false
  // Pages are read until one is full: what lies outside of the time asked for is passed over.
  for (let rounds = 0; found.length <= limit && rounds < 200 && !isOver; rounds++) {
    const size = isTimed ? 1000 : limit + 1
    const page = (await layer.page?.(ctx, { box: bbox, limit: size, after: from })) ?? []
    isOver = page.length < size
    from = page.at(-1)?.id
    found.push(...page.filter((feature) => isInTime(feature, question)))
  }
  const features = found.slice(0, limit)
  return {
    features: features.map((feature) => toGeo({ feature, at: feature.point })),
    matched: isTimed ? undefined : await countIn(ctx, layer, bbox),
    next: found.length > limit ? features.at(-1)?.id : undefined,
  }
}

const world: Box = [-180, -90, 180, 90]

async function countIn(ctx: Context, layer: MapLayer, bbox: Box | undefined): Promise<number | undefined> {
  const cells = await layer.gather?.(ctx, { box: bbox ?? world, cellDegrees: 400 })
  return cells?.reduce((sum, { count }) => sum + count, 0)
}

function listWhole(placed: readonly Placed[], question: Question) {
  const { bbox, limit, after } = question
  const met = placed
    .filter(({ feature, at }) => isInTime(feature, question) && (!bbox || (at !== undefined && holds(bbox, at))))
    .toSorted((a, b) => compareIds(a.feature.id, b.feature.id))
  const rest = met.filter(({ feature }) => after === undefined || compareIds(feature.id, after) > 0)
  const page = rest.slice(0, limit)
  return {
    features: page.map(toGeo),
    matched: met.length,
    next: rest.length > limit ? page.at(-1)?.feature.id : undefined,
  }
}

const compareIds = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function toGeo({ feature, at }: Placed): GeoFeature {
  const { id, title, severity = null, note = null, area = null, href } = feature
  return {
    type: 'Feature',
    id,
    geometry: at ? { type: 'Point', coordinates: [at[0], at[1]] } : null,
    properties: {
      title,
      severity,
      note,
      area,
      at: feature.at?.toISOString() ?? null,
      // A point of its own, or one inside its area.
      place: at ? (feature.point ? 'point' : 'area') : null,
      href,
    },
  }
}
