// Brings a pack's organisations and areas into the database: nothing when its files are unchanged, only the differences
// when they are not, and never over what was decided here.
import { resolve } from 'node:path'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { type AreaRow, findFaults, type OrganisationRow } from '../model.ts'
import { replaceCountryLists } from '../places/store.ts'
import {
  type Alias,
  type Area,
  type AreaSuccession,
  closeRows,
  insertAreaSuccessions,
  insertAreaVersions,
  insertOrganisationCodes,
  insertOrganisationVersions,
  insertSuccessions,
  listLoadedPacks,
  listOwners,
  listPackAreaSuccessions,
  listPackAreaVersions,
  listPackOrganisationVersions,
  listPackSuccessions,
  lockStructure,
  type Organisation,
  type Recorded,
  replaceAliases,
  type Stamp,
  type Succession,
  touchStructure,
  upsertAreaCodes,
  upsertPack,
} from '../store.ts'
import { compareRows, type Difference, type Known } from './difference.ts'
import { type PackContent, readPackFiles } from './files.ts'

export interface LoadOutcome {
  pack: string
  changed: boolean
  written: number
  /** Codes whose history was decided here and which the files no longer change. */
  kept: string[]
}

/** Loads `pack.yaml`, organisations and areas of a pack folder; quick when nothing changed. */
export async function loadOrganisations(ctx: Context, packDir: string): Promise<LoadOutcome> {
  const files = await readPackFiles(packDir)
  const loaded = (await listLoadedPacks(ctx.sql)).find((pack) => pack.contentSha256 === files.sha256)
  if (loaded) return { pack: loaded.code, changed: false, written: 0, kept: [] }
  const content = files.parse()
  const isHome = resolve(packDir) === resolve(ctx.config.packDir)
  return ctx.transaction(async (ctx) => {
    await lockStructure(ctx.sql)
    const packs = await listLoadedPacks(ctx.sql)
    const first = !packs.some((pack) => pack.code === content.card.code)
    await upsertPack(
      ctx.sql,
      { code: content.card.code, card: content.card, isHome, contentSha256: files.sha256 },
      ctx.now,
    )
    const stamp: Stamp = {
      origin: 'pack',
      recordedFrom: first ? null : ctx.now,
      recordedBy: `pack:${content.card.code}`,
    }
    const differences = [
      ...(await writeAreas(ctx.sql, content, stamp, ctx.now)),
      ...(await writeOrganisations(ctx.sql, content, stamp, ctx.now)),
    ]
    await replaceAliases(ctx.sql, content.card.code, aliasesOf(content))
    await replaceCountryLists(ctx.sql, content.card.code, content.country)
    await touchStructure(ctx.sql, ctx.now)
    const written = differences.reduce((sum, difference) => sum + difference.insert.length + difference.close.length, 0)
    const kept = [...new Set(differences.flatMap((difference) => difference.kept))]
    await appendEntry(ctx, {
      action: 'pack.loaded',
      subject: `pack:${content.card.code}`,
      organisation: content.card.rootOrganisation,
      body: { sha256: files.sha256, written, kept },
    })
    ctx.log.info({ pack: content.card.code, written, kept: kept.length }, 'Pack loaded')
    return { pack: content.card.code, changed: true, written, kept }
  })
}

function refuseFaults(pack: string, what: string, faults: readonly { code: string; message: string }[]): void {
  if (faults.length === 0) return
  const lines = faults.slice(0, 20).map((fault) => `  ${fault.code}: ${fault.message}`)
  throw new Error(`Gói dữ liệu ${pack}, ${what}:\n${lines.join('\n')}`)
}

async function writeAreas(sql: Sql, content: PackContent, stamp: Stamp, now: Date): Promise<Difference<object>[]> {
  const { code: pack } = content.card
  const owners = await listOwners(sql, 'area')
  refuseFaults(pack, 'địa bàn', findFaults(content.areas, new Set(owners.keys())))
  const mine = content.areas.filter((row) => (owners.get(row.code) ?? pack) === pack)
  await upsertAreaCodes(
    sql,
    [...new Map(mine.map((row) => [row.code, { code: row.code, officialCode: row.officialCode ?? null }])).values()],
    pack,
  )

  const versions = compareRows(known(await listPackAreaVersions(sql, pack)), mine.map(toArea), (row) => row.code)
  await closeRows(sql, 'area_version', versions.close, now)
  await insertAreaVersions(sql, versions.insert, stamp)

  const wanted = mine.flatMap((row) => row.predecessors.map((from) => toAreaSuccession(row, from)))
  const successions = compareRows(known(await listPackAreaSuccessions(sql, pack)), wanted, (row) => row.successor)
  await closeRows(sql, 'area_succession', successions.close, now)
  await insertAreaSuccessions(sql, successions.insert, stamp)
  return [versions, successions]
}

async function writeOrganisations(
  sql: Sql,
  content: PackContent,
  stamp: Stamp,
  now: Date,
): Promise<Difference<object>[]> {
  const { code: pack } = content.card
  const owners = await listOwners(sql, 'organisation')
  refuseFaults(pack, 'đơn vị', findFaults(content.organisations, new Set(owners.keys())))
  const areas = await listOwners(sql, 'area')
  const lost = content.organisations.filter((row) => row.area !== undefined && !areas.has(row.area))
  refuseFaults(
    pack,
    'đơn vị',
    lost.map(({ code, area }) => ({ code, message: `không có địa bàn ${area}` })),
  )
  const mine = content.organisations.filter((row) => (owners.get(row.code) ?? pack) === pack)
  await insertOrganisationCodes(
    sql,
    mine.map((row) => row.code),
    pack,
  )

  const stored = known(await listPackOrganisationVersions(sql, pack))
  const versions = compareRows(stored, mine.map(toOrganisation), (row) => row.code)
  await closeRows(sql, 'organisation_version', versions.close, now)
  await insertOrganisationVersions(sql, versions.insert, stamp)

  const wanted = mine.flatMap((row) =>
    row.predecessors.map(
      (from): Succession => ({
        successor: row.code,
        predecessor: from.code ?? null,
        predecessorName: from.code ? null : (from.name ?? null),
        how: from.how,
        effectiveOn: row.validFrom ?? null,
        decision: from.decision ?? row.decision ?? null,
      }),
    ),
  )
  const successions = compareRows(known(await listPackSuccessions(sql, pack)), wanted, (row) => row.successor ?? '')
  await closeRows(sql, 'organisation_succession', successions.close, now)
  await insertSuccessions(sql, successions.insert, stamp)
  return [versions, successions]
}

function known<T extends object>(rows: readonly (T & Recorded)[]): Known<T>[] {
  return rows.map(({ id, origin, recordedFrom: _from, recordedTo: _to, recordedBy: _by, ...content }) => ({
    id,
    origin,
    // T & Recorded without the columns of Recorded; the compiler does not follow that through a type parameter.
    content: content as unknown as T,
  }))
}

const toOrganisation = (row: OrganisationRow): Organisation => ({
  code: row.code,
  name: row.name,
  shortName: row.shortName ?? null,
  nameEn: row.nameEn ?? null,
  kind: row.kind,
  line: row.line,
  parent: row.parent ?? null,
  area: row.area ?? null,
  peerGroup: row.peerGroup ?? null,
  localCode: row.localCode ?? false,
  unverified: row.unverified ?? false,
  decision: row.decision ?? null,
  note: row.note ?? null,
  validFrom: row.validFrom ?? null,
  validTo: row.validTo ?? null,
})

const toArea = (row: AreaRow): Area => ({
  code: row.code,
  officialCode: row.officialCode ?? null,
  name: row.name,
  nameEn: row.nameEn ?? null,
  kind: row.kind,
  parent: row.parent ?? null,
  areaKm2: row.areaKm2 ?? null,
  population: row.population ?? null,
  peerGroup: row.peerGroup ?? null,
  unverified: row.unverified ?? false,
  decision: row.decision ?? null,
  note: row.note ?? null,
  validFrom: row.validFrom ?? null,
  validTo: row.validTo ?? null,
})

const toAreaSuccession = (row: AreaRow, from: AreaRow['predecessors'][number]): AreaSuccession => ({
  successor: row.code,
  predecessor: from.code,
  how: from.how,
  share: from.share,
  weight: from.weight ?? null,
  effectiveOn: row.validFrom ?? null,
  decision: row.decision ?? null,
})

function aliasesOf(content: PackContent): Alias[] {
  const organisations = content.organisations.flatMap((row) =>
    row.oldCodes.map((value): Alias => ({ subject: 'organisation', scheme: 'qd20-old', value, code: row.code })),
  )
  const areas = content.areas.flatMap((row) =>
    Object.entries(row.aliases).flatMap(([scheme, values]) =>
      values.map((value): Alias => ({ subject: 'area', scheme, value, code: row.code })),
    ),
  )
  return [...organisations, ...areas]
}
