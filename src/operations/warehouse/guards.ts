// Who may see a source, a file of it, a record and a row set aside: told to auditors by the rules that the pages go by.
import type { Context } from '#platform/context'
import { type GuardBook, type GuardedThing, type NamedThing, rowIdOf } from '#platform/guards'
import { findQuarantine } from './quarantine-store.ts'
import { listKeys } from './reading/keys.ts'
import { findRecord, listCanonicalRows } from './reading/record.ts'
import { isSample } from './reading/scope.ts'
import { findLanding, findSource } from './store.ts'

const permission = 'source:read'

interface Placed {
  subject: string
  name: string
  organisation: string
  organisations?: readonly string[]
}

/** What the fictitious authorities of sample packs own is open to all who read sources at all. */
async function guarded(ctx: Context, { organisations, ...thing }: Placed): Promise<GuardedThing> {
  const reached = organisations ?? [thing.organisation]
  const samples = await Promise.all(reached.map((code) => isSample(ctx, code)))
  return { ...thing, ways: [samples.includes(true) ? { permission } : { permission, organisations: reached }] }
}

async function guardedRecord(ctx: Context, id: number): Promise<GuardedThing | undefined> {
  const record = await findRecord(ctx.sql, id)
  const source = record && (await findSource(ctx.sql, record.source))
  if (!record || !source) return undefined
  const rows = await listCanonicalRows(ctx.sql, source.kind, id)
  return guarded(ctx, {
    subject: `record:${record.source}/${record.key}`,
    name: `Bản ghi ${record.key} của nguồn ${record.source}`,
    organisation: source.organisation,
    organisations: [...new Set([source.organisation, ...rows.map(({ organisation }) => organisation)])],
  })
}

/** By the number in its address, or by its key: the code of a dossier, say; the ledger names its source before the key. */
async function findRecords(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const id = rowIdOf(code)
  const [source, ...rest] = code.split('/')
  const keyed = [
    ...(await listKeys(ctx.sql, code, 20)),
    ...(rest.length > 0 ? (await listKeys(ctx.sql, rest.join('/'), 20)).filter((hit) => hit.source === source) : []),
  ].filter(({ key }) => [code, rest.join('/')].some((asked) => asked.toUpperCase() === key.toUpperCase()))
  const ids = new Set([...(id === undefined ? [] : [id]), ...keyed.map((hit) => hit.id)])
  const found = await Promise.all([...ids].map((one) => guardedRecord(ctx, one)))
  return found.filter((thing) => thing !== undefined)
}

async function findSources(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const source = await findSource(ctx.sql, code)
  if (!source) return []
  const { organisation } = source
  return [await guarded(ctx, { subject: `source:${code}`, name: `Nguồn dữ liệu ${code}`, organisation })]
}

async function findLandings(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const id = rowIdOf(code)
  const landing = id === undefined ? undefined : await findLanding(ctx.sql, id)
  const source = landing && (await findSource(ctx.sql, landing.source))
  if (!source) return []
  const { organisation } = source
  return [
    await guarded(ctx, { subject: `landing:${code}`, name: `Đợt nhận ${code} của nguồn ${source.code}`, organisation }),
  ]
}

async function findSetAside(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const id = rowIdOf(code)
  const row = id === undefined ? undefined : await findQuarantine(ctx.sql, id)
  const source = row && (await findSource(ctx.sql, row.source))
  if (!source) return []
  const { organisation } = source
  return [
    await guarded(ctx, {
      subject: `quarantine:${code}`,
      name: `Dòng cách ly ${code} của nguồn ${source.code}`,
      organisation,
    }),
  ]
}

export const guards: readonly GuardBook[] = [
  {
    title: 'Hồ sơ, bản ghi của kho dữ liệu',
    example: 'H32.22366-261122-0001',
    kinds: ['record'],
    pages: ['/ban-ghi/:code', '/ban-ghi/:code/chi-tieu'],
    find: findRecords,
  },
  { title: 'Nguồn dữ liệu', kinds: ['source'], pages: ['/nguon/:code', '/nguon/:code/hop-dong'], find: findSources },
  { title: 'Đợt nhận dữ liệu', kinds: ['landing'], pages: ['/nguon/:source/dot/:code'], find: findLandings },
  { title: 'Dòng cách ly', kinds: ['quarantine'], pages: ['/cach-ly/:code'], find: findSetAside },
]
