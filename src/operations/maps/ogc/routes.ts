// OGC API Features, part 1: Core (OGC 17-069r3), with GeoJSON and OpenAPI 3.0: areas and layers to clients nobody here wrote.
import { z } from 'zod'
import type { MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { file, json, type RequestFacts, type Route, route } from '#platform/http'
import { getCollection, listCollections } from './collections.ts'
import { describeFace } from './definition.ts'
import { type RawQuery, readQuestion, refuseUnknown } from './questions.ts'
import type { Collection } from './terms.ts'

export const ogcPath = '/ogc'
const crs84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
const classes = ['core', 'oas30', 'geojson'].map(
  (name) => `http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`,
)
const access = 'map:read'
const query: z.ZodType<RawQuery> = z.record(z.string(), z.union([z.string(), z.array(z.string())]))
const Id = z.object({ id: z.string().max(100) })
const FeatureId = z.object({ id: z.string().max(100), feature: z.string().max(200) })

const geoJson = 'application/geo+json'

/** Where the caller reached us: links are whole addresses. */
function addressOf(ctx: Context, { headers }: RequestFacts): string {
  if (ctx.config.publicUrl) return ctx.config.publicUrl.replace(/\/$/, '') + ogcPath
  const host = /^[\w.:[\]-]{1,255}$/.test(headers.host ?? '') ? headers.host : 'localhost'
  return `${headers['x-forwarded-proto'] === 'https' ? 'https' : 'http'}://${host}${ogcPath}`
}

const link = (href: string, rel: string, title: string, type = 'application/json') => ({ href, rel, type, title })

export function ogcRoutes(layers: () => readonly MapLayer[]): Route[] {
  return [landing, conformance, definition, ...collectionRoutes(layers), ...itemRoutes(layers)]
}

const landing = route({
  method: 'GET',
  path: ogcPath,
  access,
  query,
  handle(ctx, { query, request }) {
    refuseUnknown(query, ['f'])
    const root = addressOf(ctx, request)
    return json({
      title: 'Bản đồ',
      description: 'Ranh giới và các lớp bản đồ theo OGC API Features, trong phạm vi tài khoản được xem.',
      links: [
        link(root, 'self', 'Trang này'),
        link(`${root}/api`, 'service-desc', 'Mô tả giao diện', 'application/vnd.oai.openapi+json;version=3.0'),
        link(`${root}/conformance`, 'conformance', 'Các lớp tuân thủ'),
        link(`${root}/collections`, 'data', 'Các bộ đối tượng'),
      ],
    })
  },
})

const conformance = route({
  method: 'GET',
  path: `${ogcPath}/conformance`,
  access,
  query,
  handle(_ctx, { query }) {
    refuseUnknown(query, ['f'])
    return json({ conformsTo: classes })
  },
})

const definition = route({
  method: 'GET',
  path: `${ogcPath}/api`,
  access,
  query,
  handle(ctx, { query, request }) {
    refuseUnknown(query, ['f'])
    const text = JSON.stringify(describeFace(addressOf(ctx, request)))
    return file('openapi.json', 'application/vnd.oai.openapi+json;version=3.0', text, true)
  },
})

async function describe(root: string, collection: Collection) {
  const { id, title, description } = collection
  const extent = await collection.extent()
  const own = `${root}/collections/${encodeURIComponent(id)}`
  return {
    id,
    title,
    description,
    itemType: 'feature',
    crs: [crs84],
    ...(extent ? { extent: { spatial: { bbox: [extent], crs: crs84 } } } : {}),
    links: [link(own, 'self', title), link(`${own}/items`, 'items', title, geoJson)],
  }
}

const collectionRoutes = (layers: () => readonly MapLayer[]) => [
  route({
    method: 'GET',
    path: `${ogcPath}/collections`,
    access,
    query,
    async handle(ctx, { query, request }) {
      refuseUnknown(query, ['f'])
      const root = addressOf(ctx, request)
      const found = await listCollections(ctx, layers())
      return json({
        links: [link(`${root}/collections`, 'self', 'Các bộ đối tượng')],
        collections: await Promise.all(found.map((one) => describe(root, one))),
      })
    },
  }),
  route({
    method: 'GET',
    path: `${ogcPath}/collections/:id`,
    access,
    params: Id,
    query,
    async handle(ctx, { params, query, request }) {
      refuseUnknown(query, ['f'])
      return json(await describe(addressOf(ctx, request), await getCollection(ctx, layers(), params.id)))
    },
  }),
]

const itemRoutes = (layers: () => readonly MapLayer[]) => [
  route({
    method: 'GET',
    path: `${ogcPath}/collections/:id/items`,
    access,
    params: Id,
    query,
    async handle(ctx, { params, query, request }) {
      const question = readQuestion(query)
      const collection = await getCollection(ctx, layers(), params.id)
      const { features, matched, next } = await collection.list(question)
      const own = `${addressOf(ctx, request)}/collections/${encodeURIComponent(collection.id)}`
      const asked = new URLSearchParams(request.url.split('?')[1] ?? '')
      const self = asked.size > 0 ? `${own}/items?${asked}` : `${own}/items`
      if (next !== undefined) asked.set('after', next)
      const links = [
        link(self, 'self', 'Trang này', geoJson),
        link(own, 'collection', collection.title),
        ...(next === undefined ? [] : [link(`${own}/items?${asked}`, 'next', 'Trang sau', geoJson)]),
      ]
      return geo({
        type: 'FeatureCollection',
        timeStamp: ctx.now.toISOString(),
        ...(matched === undefined ? {} : { numberMatched: matched }),
        numberReturned: features.length,
        links,
        features,
      })
    },
  }),
  route({
    method: 'GET',
    path: `${ogcPath}/collections/:id/items/:feature`,
    access,
    params: FeatureId,
    query,
    async handle(ctx, { params, query, request }) {
      refuseUnknown(query, ['f'])
      const collection = await getCollection(ctx, layers(), params.id)
      const found = await collection.find(params.feature)
      if (!found) throw notFound('feature', params.feature)
      const own = `${addressOf(ctx, request)}/collections/${encodeURIComponent(collection.id)}`
      const links = [
        link(`${own}/items/${encodeURIComponent(found.id)}`, 'self', found.id, geoJson),
        link(own, 'collection', collection.title),
      ]
      return geo({ ...found, links })
    },
  }),
]

const geo = (value: unknown) => file('features.geojson', geoJson, JSON.stringify(value), true)
