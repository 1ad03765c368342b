/**
 * W3C Reconciliation Service API 0.2 (reconciliation-api.github.io/specs/0.2): a table's column of addresses or unit names is matched to
 * administrative units from OpenRefine and the like. Administrative units are public facts, so the service asks nobody's name; calls of one
 * address are limited. Queries come as JSON or as the form field `queries`, as the specification says.
 */
import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid, notFound } from '#platform/errors'
import { json, type Route, route } from '#platform/http'
import { searchKey } from '../names/vietnamese.ts'
import { today } from '../tree/read.ts'
import { type Country, type Place, provinceOf } from './country.ts'
import { openCountry, openResolver, resolveMany } from './gazetteer.ts'
import { bareOf } from './names.ts'
import { previewOf, previewSize } from './preview.tsx'
import type { Resolution } from './resolve.ts'
import { placeInWords } from './words-of.ts'

const home = '/api/v1/places/reconcile'
const perMinute = 120

const types = [
  { id: 'province', name: 'Tỉnh, thành phố', level: 1 },
  { id: 'district', name: 'Huyện, quận, thị xã (đến 30/6/2025)', level: 2 },
  { id: 'commune', name: 'Xã, phường, thị trấn, đặc khu', level: 3 },
] as const

const properties = [
  { id: 'province', name: 'Tỉnh, thành phố' },
  { id: 'officialCode', name: 'Mã thống kê' },
  { id: 'validFrom', name: 'Hiệu lực từ' },
  { id: 'validTo', name: 'Hiệu lực đến' },
  { id: 'predecessors', name: 'Hình thành từ' },
  { id: 'successors', name: 'Nay thuộc' },
] as const

const typesOf = (place: Place) =>
  types.filter(({ level }) => level === place.level).map(({ id, name }) => ({ id, name }))

// One cell that is too long or asks for too much does not spoil the batch it came in.
const Query = z.object({
  query: z.string().transform((text) => text.slice(0, 500)),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  limit: z
    .number()
    .default(10)
    .transform((limit) => Math.min(50, Math.max(1, Math.trunc(limit)))),
  properties: z.array(z.object({ pid: z.string().max(50), v: z.unknown() })).optional(),
})
const Queries = z.record(z.string().max(50), Query)
const mostQueries = 100

const Extend = z.object({
  ids: z.array(z.string().max(35)).max(500),
  properties: z.array(z.object({ id: z.string().max(50) })).max(20),
})

// Any page may read it in a browser: nothing here depends on who asks.
const open = (value: unknown) => json(value, 200, { 'access-control-allow-origin': '*' })

function readJson<T>(text: string, schema: z.ZodType<T>): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalid('Tham số không phải JSON hợp lệ.', [])
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw invalid(`Tham số chưa đúng: ${z.prettifyError(parsed.error)}`, [])
  return parsed.data
}

function manifest(ctx: Context) {
  const base = ctx.config.publicUrl ?? `http://${ctx.config.host}:${ctx.config.port}`
  const suggest = (what: string) => ({ service_url: base, service_path: `${home}/suggest/${what}` })
  return {
    versions: ['0.2'],
    name: 'Đơn vị hành chính Việt Nam',
    identifierSpace: `${base}/api/v1/places/`,
    schemaSpace: `${base}/api/v1/places/`,
    defaultTypes: [{ id: 'commune', name: 'Xã, phường, thị trấn, đặc khu' }],
    view: { url: `${base}/dia-ban/{{id}}` },
    suggest: { entity: suggest('entity'), type: suggest('type'), property: suggest('property') },
    extend: { propose_properties: { service_url: base, service_path: `${home}/properties` } },
    preview: { ...previewSize, url: `${base}${home}/preview?id={{id}}` },
    batchSize: mostQueries,
  }
}

async function reconcile(ctx: Context, text: string) {
  const queries = Object.entries(readJson(text, Queries))
  if (queries.length > mostQueries) throw invalid(`Mỗi lần gửi tối đa ${mostQueries} câu hỏi.`, [])
  const { resolve } = await openResolver(ctx.sql, { asOf: await today(ctx) })
  // The other columns of the row stand behind the name, as they would in an address.
  const texts = queries.map(([, { query, properties: more }]) =>
    [query, ...(more ?? []).map(({ v }) => sayValue(v))].filter(Boolean).join(', '),
  )
  const answers = await resolveMany(texts, resolve)
  const result = queries.map(([key, query], at) => [key, { result: resultsOf(answers[at], query) }])
  return Object.fromEntries(result)
}

/** A column's value: text, or a cell that was matched before and has a name. */
function sayValue(value: unknown): string {
  if (typeof value === 'string') return value
  const named = z.object({ name: z.string() }).safeParse(value)
  return named.success ? named.data.name : ''
}

function resultsOf(answer: Resolution | undefined, { type, limit }: z.infer<typeof Query>) {
  if (!answer) return []
  const wanted = type === undefined ? [] : [type].flat()
  // An address that stops at the district or the province is answered with that unit, never as a match.
  const found =
    answer.state === 'partial' && answer.matched
      ? [{ place: answer.matched, certainty: answer.certainty }, ...answer.candidates]
      : answer.candidates
  return found
    .filter(({ place }) => wanted.length === 0 || typesOf(place).some(({ id }) => wanted.includes(id)))
    .slice(0, limit)
    .map(({ place, certainty }) => ({
      id: place.code,
      name: place.name,
      description: placeInWords(place),
      type: typesOf(place),
      score: Math.round(certainty * 100),
      match: answer.state === 'resolved' && certainty >= 0.9,
    }))
}

function valuesOf(
  place: Place,
  property: string,
): ({ str: string } | { date: string } | { id: string; name: string })[] {
  const units = (links: Place['successors']) =>
    links.map(({ place: one }) => ({ id: one.code, name: placeInWords(one) }))
  const text = (value: string | null | undefined) => (value ? [{ str: value }] : [])
  const day = (value: string | null | undefined) => (value ? [{ date: value }] : [])
  switch (property) {
    case 'province': {
      const province = provinceOf(place)
      return province ? [{ id: province.code, name: province.name }] : []
    }
    case 'predecessors':
      return units(place.predecessors)
    case 'successors':
      return units(place.successors)
    case 'officialCode':
      return text(place.officialCode)
    case 'validFrom':
      return day(place.validFrom)
    case 'validTo':
      return day(place.validTo)
    default:
      return []
  }
}

async function extend(ctx: Context, text: string) {
  const { ids, properties: asked } = readJson(text, Extend)
  const country = await openCountry(ctx.sql)
  const rowOf = (id: string) => {
    const place = country.find(id)
    return Object.fromEntries(asked.map((one) => [one.id, place ? valuesOf(place, one.id) : []]))
  }
  return {
    meta: asked.map((one) => ({ id: one.id, name: properties.find(({ id }) => id === one.id)?.name ?? one.id })),
    rows: Object.fromEntries(ids.map((id) => [id, rowOf(id)])),
  }
}

/** Units whose names hold every word, the present ones first. */
export function searchPlaces(country: Country, words: string, limit: number): Place[] {
  const keys = searchKey(words).split(' ').filter(Boolean)
  if (keys.length === 0) return []
  const rank = ({ validTo, level, name }: Place) =>
    (validTo ? 4 : 0) + (searchKey(bareOf(name)) === keys.join(' ') ? 0 : 2) + (level === 3 ? 0 : 1)
  return country.places
    .filter((place) => {
      if (place.level === 0) return false
      const text = ` ${searchKey(place.name)} ${place.code}`
      return keys.every((key) => text.includes(` ${key}`))
    })
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'vi'))
    .slice(0, limit)
}

const Prefix = z.object({
  prefix: z.string().max(200).default(''),
  limit: z.coerce.number().int().min(1).max(50).default(20),
  /** How many to pass over. */
  cursor: z.coerce.number().int().min(0).max(1000).default(0),
})
const listed = (rows: readonly { id: string; name: string }[], prefix: string) =>
  rows
    .filter(({ id, name }) => searchKey(`${id} ${name}`).includes(searchKey(prefix)))
    .map(({ id, name }) => ({ id, name }))

const Asked = z.object({ queries: z.string().max(200_000).optional(), extend: z.string().max(100_000).optional() })

async function serve(ctx: Context, asked: z.infer<typeof Asked>) {
  if (asked.queries !== undefined) return open(await reconcile(ctx, asked.queries))
  if (asked.extend !== undefined) return open(await extend(ctx, asked.extend))
  return open(manifest(ctx))
}

const shared = { access: 'public', foreignOrigins: true, ratePerMinute: perMinute } as const

export const reconcileRoutes: readonly Route[] = [
  route({
    ...shared,
    method: 'GET',
    path: home,
    summary: 'W3C Reconciliation API 0.2 over administrative units: the manifest, or answers to queries.',
    query: Asked,
    handle: (ctx, { query }) => serve(ctx, query),
  }),
  route({
    ...shared,
    method: 'POST',
    path: home,
    takes: 'form',
    summary: 'W3C Reconciliation API 0.2: queries or extend as form fields.',
    body: Asked,
    status: 200,
    handle: (ctx, { body }) => serve(ctx, body),
  }),
  route({
    ...shared,
    method: 'GET',
    path: `${home}/suggest/entity`,
    summary: 'Units by the beginning of words of their names.',
    query: Prefix,
    handle: async (ctx, { query }) => {
      const { prefix, limit, cursor } = query
      const found = searchPlaces(await openCountry(ctx.sql), prefix, cursor + limit)
      return open({
        result: found.slice(cursor).map((place) => ({
          id: place.code,
          name: place.name,
          description: placeInWords(place),
          notable: typesOf(place),
        })),
      })
    },
  }),
  route({
    ...shared,
    method: 'GET',
    path: `${home}/preview`,
    summary: 'A unit in a few lines, for the frame of a table tool.',
    query: z.object({ id: z.string().max(35) }),
    async handle(ctx, { query }) {
      const place = (await openCountry(ctx.sql)).find(query.id)
      if (!place) throw notFound('area', query.id)
      return previewOf(ctx, place)
    },
  }),
  route({
    ...shared,
    method: 'GET',
    path: `${home}/suggest/type`,
    query: Prefix,
    handle: (_ctx, { query }) => open({ result: listed(types, query.prefix) }),
  }),
  route({
    ...shared,
    method: 'GET',
    path: `${home}/suggest/property`,
    query: Prefix,
    handle: (_ctx, { query }) => open({ result: listed(properties, query.prefix) }),
  }),
  route({
    ...shared,
    method: 'GET',
    path: `${home}/properties`,
    query: z.object({ type: z.string().max(50).optional(), limit: z.coerce.number().optional() }),
    handle: (_ctx, { query }) => open({ type: query.type, properties }),
  }),
]
