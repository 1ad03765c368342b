import { z } from 'zod'
import { Moment } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { type Route, route } from '#platform/http'
import { type FoundRecord, type RecordMark, readRecordMark, writeRecordMark } from '#warehouse'
import { hourRoutes } from './api-hours.ts'
import { momentOf, nameOn, pastRoutes } from './api-past.ts'
import type { StoredDefinition } from './computation/plan.ts'
import { approveEntries, publishEntries, returnEntries, saveEntries } from './entries/actions.ts'
import { lockPeriod, reopenPeriod } from './entries/locks.ts'
import { getEntrySheet, listWaiting, type SheetRow } from './entries/sheet.ts'
import { type PeriodKind, periodKinds } from './model.ts'
import {
  countRecordsBehind,
  factMoment,
  listMeasuresBehind,
  listRecordsBehind,
  type MeasureBehind,
} from './reading/behind.ts'
import { listDefinitions } from './reading/definitions.ts'
import {
  getDefinition,
  getDefinitionAt,
  getFact,
  kindOfPeriod,
  listFacts,
  listVersions,
  type ReadFact,
} from './reading/facts.ts'
import { rankUnits } from './reading/ranking.ts'
import { searchIndicators } from './reading/search.ts'
import { setTarget } from './targets.ts'

const Limit = z.coerce.number().int().min(1).max(100).default(50)
const Code = z.strictObject({ code: z.string().max(100) })
const Id = z.strictObject({ id: z.coerce.number().int().positive() })

const definitionJson = ({ code, version, pack, rootOrganisation, madeAt, body }: StoredDefinition) => ({
  ...body,
  code,
  version,
  pack,
  rootOrganisation,
  madeAt,
})

const factJson = ({ numerator, denominator, ...fact }: ReadFact) => ({
  ...fact,
  numerator: Number(numerator),
  denominator: Number(denominator),
})

/** A kind of periods, or the code of one. @throws Problem 422 */
function readPeriod(text: string): { periodKind: PeriodKind | 'span'; period?: string } {
  const kinds = [...periodKinds, 'span' as const]
  const kind = kinds.find((one) => one === text)
  if (kind) return { periodKind: kind }
  try {
    return { periodKind: kindOfPeriod(text), period: text }
  } catch {
    throw invalid(`“${text}” không phải kỳ báo cáo.`, [
      {
        path: 'query.period',
        message: `Dùng loại kỳ (${kinds.join(', ')}) hoặc mã kỳ như 2026, 2026-Q1, 2026-03.`,
      },
    ])
  }
}

const readRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/indicators',
    access: 'indicator:read',
    summary: 'Definitions in force; `q` searches without regard to diacritics',
    query: z.strictObject({ q: z.string().max(200).optional(), after: z.string().max(100).optional(), limit: Limit }),
    async handle(ctx, { query }) {
      const all = query.q
        ? await searchIndicators(ctx, query.q, 100)
        : (await listDefinitions(ctx.sql)).toSorted((a, b) => a.code.localeCompare(b.code))
      const rest = all.slice(query.after ? 1 + all.findIndex(({ code }) => code === query.after) : 0)
      const page = rest.slice(0, query.limit)
      return { indicators: page.map(definitionJson), next: rest.length > page.length ? page.at(-1)?.code : undefined }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/indicators/:code',
    access: 'indicator:read',
    summary:
      'One definition: formula, unit, owner, basis, cadence, targets; asOf gives the one in force at an instant or day',
    params: Code,
    query: z.strictObject({ asOf: Moment.optional() }),
    handle: async (ctx, { params, query }) =>
      definitionJson(await getDefinitionAt(ctx, params.code, await momentOf(ctx, query.asOf))),
  }),
  route({
    method: 'GET',
    path: '/api/v1/indicators/:code/facts',
    access: 'indicator:read',
    summary:
      'Numbers by period; asOf gives what was known at an instant or by the end of a day, with the names of then',
    params: Code,
    query: z.strictObject({
      organisation: z.string().max(35).optional(),
      area: z.string().max(35).optional(),
      /** A kind of periods, or the code of one. */
      period: z.string().max(20).optional(),
      from: z.iso.date().optional(),
      to: z.iso.date().optional(),
      asOf: Moment.optional(),
      after: z.string().max(20).optional(),
      limit: Limit,
    }),
    async handle(ctx, { params, query }) {
      const { period, limit, ...rest } = query
      const asOf = await momentOf(ctx, query.asOf)
      const list = await listFacts(ctx, {
        ...rest,
        asOf,
        ...readPeriod(period ?? 'year'),
        indicator: params.code,
        limit: limit + 1,
      })
      const page = list.facts.slice(0, limit)
      const next = list.facts.length > limit ? page.at(-1)?.period : undefined
      return {
        indicator: params.code,
        name: list.definition.body.name,
        unit: list.definition.body.unit,
        organisation: list.organisation,
        organisationName: (await nameOn(ctx, asOf))(list.organisation),
        asOf,
        facts: page.map(factJson),
        next,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/indicators/:code/ranking',
    access: 'indicator:read',
    summary: 'Units below an organisation, ranked within groups of their like',
    params: Code,
    query: z.strictObject({ organisation: z.string().max(35), period: z.string().max(20), asOf: Moment.optional() }),
    async handle(ctx, { params, query }) {
      const asOf = await momentOf(ctx, query.asOf)
      const units = await rankUnits(ctx, { ...query, asOf, indicator: params.code })
      return { indicator: params.code, units: units.map(({ fact: _fact, ...unit }) => unit) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/facts/:id',
    access: 'indicator:read',
    summary: 'One version of a number with all versions of it',
    params: Id,
    async handle(ctx, { params }) {
      const fact = await getFact(ctx, params.id)
      const versions = await listVersions(ctx, fact)
      return { ...factJson(fact), versions: versions.map((one) => factJson({ ...one, completeness: null })) }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/facts/:id/records',
    access: 'indicator:read',
    summary:
      'The records behind a number, as they were known when it was: as many as it says, of a ratio those of its denominator; `part` asks for one measure of its formula, counted from 0; `asOf` for the records known at a moment',
    params: Id,
    query: z.strictObject({
      part: z.coerce.number().int().min(0).optional(),
      after: z.string().max(80).optional(),
      limit: Limit,
      asOf: Moment.optional(),
    }),
    async handle(ctx, { params, query }) {
      const fact = await getFact(ctx, params.id)
      const definition = await getDefinition(ctx, fact.indicator, fact.definitionVersion)
      const asOf = (await momentOf(ctx, query.asOf)) ?? factMoment(ctx, fact, definition)
      const measures = await listMeasuresBehind(ctx, fact, { definition, asOf })
      const parts = await Promise.all(
        measures.map(async (one) => ({
          part: one.part,
          role: one.role,
          kind: one.kind,
          count: await countRecordsBehind(ctx, one),
        })),
      )
      const asked = measures.filter(({ part, role }) =>
        query.part === undefined ? role !== 'numerator' : part === query.part,
      )
      if (query.part !== undefined && asked.length === 0)
        throw invalid('Số liệu không có thành phần này.', [
          { path: 'query.part', message: `Số liệu này có ${measures.length} thành phần, đánh số từ 0.` },
        ])
      const count = parts
        .filter(({ part }) => asked.some((one) => one.part === part))
        .reduce((sum, part) => sum + part.count, 0)
      const found = await listPage(ctx, asked, { after: readMark(query.after), limit: query.limit + 1 })
      const page = found.slice(0, query.limit)
      return {
        fact: fact.id,
        asOf: asOf?.toISOString(),
        count,
        parts,
        records: page.map(({ record }) => record),
        next: found.length > page.length ? writeMark(page.at(-1)) : undefined,
      }
    },
  }),
]

/** A record in the measure of the formula that holds it. */
interface Behind {
  measure: number
  record: FoundRecord
}

/** The records of several measures, one measure after the other. */
async function listPage(
  ctx: Context,
  measures: readonly MeasureBehind[],
  { after, limit }: { after: Mark | undefined; limit: number },
): Promise<Behind[]> {
  const found: Behind[] = []
  for (const measure of measures) {
    if (found.length === limit) break
    if (after && measure.part < after.measure) continue
    const mark = after?.measure === measure.part ? after.record : undefined
    const records = await listRecordsBehind(ctx, measure, { after: mark, limit: limit - found.length })
    found.push(...records.map((record) => ({ measure: measure.part, record })))
  }
  return found
}

interface Mark {
  measure: number
  record: RecordMark
}

const writeMark = (last: Mark | undefined) => last && `${last.measure}~${writeRecordMark(last.record)}`

function readMark(text: string | undefined): Mark | undefined {
  if (text === undefined) return undefined
  const [, measure, mark] = /^(\d{1,3})~(.+)$/.exec(text) ?? []
  const record = readRecordMark(mark)
  if (!record)
    throw invalid('Trang tiếp theo không đúng.', [
      { path: 'query.after', message: 'Dùng giá trị next của trang trước.' },
    ])
  return { measure: Number(measure), record }
}

const Figures = z.strictObject({
  submit: z.boolean().default(false),
  entries: z
    .array(
      z.strictObject({
        indicator: z.string().max(100),
        organisation: z.string().max(35),
        area: z.string().max(35).optional(),
        period: z.string().max(20),
        value: z.number().nullable(),
        reason: z.string().max(2000).optional(),
        basis: z.string().max(500).optional(),
        note: z.string().max(2000).optional(),
      }),
    )
    .max(200),
})
const Ids = z.strictObject({ ids: z.array(z.int().positive()).min(1).max(200) })
const LockBody = z.strictObject({ organisation: z.string().max(35), period: z.string().max(20) })

const sheetJson = ({ definition, ...row }: SheetRow) => ({
  indicator: definition.code,
  name: definition.body.name,
  unit: definition.body.unit,
  ...row,
})

const entryRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/entries/sheet',
    access: 'entry:write',
    summary: 'What an organisation types for a period, with the figures of the last period beside it',
    query: z.strictObject({ organisation: z.string().max(35), period: z.string().max(20).optional() }),
    handle: async (ctx, { query }) => ({ rows: (await getEntrySheet(ctx, query)).map(sheetJson) }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/entries/waiting',
    access: 'signed-in',
    summary: 'Figures that wait for the caller to approve or to publish',
    handle: (ctx) => listWaiting(ctx, 100),
  }),
  route({
    method: 'POST',
    path: '/api/v1/entries',
    access: 'entry:write',
    summary: 'Saves up to 200 typed figures, all or none; `submit` sends them to the leader of the unit',
    body: Figures,
    async handle(ctx, { body }) {
      return { ids: await saveEntries(ctx, body.entries, { submit: body.submit }) }
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/entries/approve',
    access: 'entry:approve',
    summary: 'Approves submitted figures',
    body: Ids,
    status: 204,
    handle: (ctx, { body }) => approveEntries(ctx, body.ids),
  }),
  route({
    method: 'POST',
    path: '/api/v1/entries/return',
    access: 'entry:approve',
    summary: 'Returns submitted figures to who typed them, with the reason',
    body: z.strictObject({ ...Ids.shape, reason: z.string().max(2000) }),
    status: 204,
    handle: (ctx, { body }) => returnEntries(ctx, body.ids, body.reason),
  }),
  route({
    method: 'POST',
    path: '/api/v1/entries/publish',
    access: 'entry:publish',
    summary: 'Publishes approved figures',
    body: Ids,
    status: 204,
    handle: (ctx, { body }) => publishEntries(ctx, body.ids),
  }),
]

const governRoutes: Route[] = [
  route({
    method: 'PUT',
    path: '/api/v1/indicators/:code/targets',
    access: 'target:write',
    summary: 'Sets the target of an organisation and period; null takes it away',
    params: Code,
    body: z.strictObject({ ...LockBody.shape, value: z.number().nullable(), basis: z.string().max(500) }),
    status: 204,
    handle: (ctx, { params, body }) => setTarget(ctx, { ...body, indicator: params.code }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/indicators/:code/locks',
    access: 'indicator:lock',
    summary: 'Fixes the figures of a period at an organisation and all below it',
    params: Code,
    body: LockBody,
    handle: async (ctx, { params, body }) => ({ locked: await lockPeriod(ctx, { ...body, indicator: params.code }) }),
  }),
  route({
    method: 'POST',
    path: '/api/v1/indicators/:code/locks/reopen',
    access: 'indicator:lock',
    summary: 'Reopens a fixed period by a document; both figures stay',
    params: Code,
    body: z.strictObject({ ...LockBody.shape, basis: z.string().max(500) }),
    status: 204,
    handle: (ctx, { params, body }) => reopenPeriod(ctx, { ...body, indicator: params.code }, body.basis),
  }),
]

export const apiRoutes: readonly Route[] = [
  ...readRoutes,
  ...pastRoutes,
  ...hourRoutes,
  ...entryRoutes,
  ...governRoutes,
]
