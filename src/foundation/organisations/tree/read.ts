// Reads of the two trees. A tree of one day is built once and kept under the structure's version, which is new in every
// database with every change, so a kept tree can never be a stale one.
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { tidyAgencyCode, toReversedCode } from '../codes/agency-codes.ts'
import { dayIn } from '../model.ts'
import { compareNames, searchKey } from '../names/vietnamese.ts'
import {
  type Alias,
  type Area,
  type At,
  findLatestArea,
  findLatestOrganisation,
  type LoadedPack,
  listAliases,
  listAreasAt,
  listCodes,
  listLoadedPacks,
  listOrganisationsAt,
  listPlacements,
  listSuccessionsBy,
  type Organisation,
  readStructureVersion,
} from '../store.ts'
import { branchOf, layOut, type Tree, type TreeNode } from './preorder.ts'
import { reachableFrom } from './reach.ts'

export type OrganisationTree = Tree<Organisation>
export type AreaTree = Tree<Area>

const limit = 48
const kept = new Map<string, Promise<unknown>>()

/** What is made of the structure, once for each of its versions. */
export const keep = async <T>(sql: Sql, what: string, make: () => Promise<T>): Promise<T> =>
  keepUnder(await readStructureVersion(sql), what, make)

function keepUnder<T>(version: string, what: string, make: () => Promise<T>): Promise<T> {
  const key = `${version} ${what}`
  const found = kept.get(key)
  if (found) {
    kept.delete(key)
    kept.set(key, found)
    // Written under the same key by the same function, so of the same type.
    return found as Promise<T>
  }
  const made = make()
  kept.set(key, made)
  made.catch(() => kept.delete(key))
  const [oldest] = kept.keys()
  if (kept.size > limit && oldest !== undefined) kept.delete(oldest)
  return made
}

const moment = (at: At) => `${at.asOf} ${at.knownAt?.toISOString() ?? 'now'}`

// Offices and departments before communes, as in the province's own lists.
const kindOrder: Record<Organisation['kind'], number> = {
  province: 0,
  authority: 0,
  office: 1,
  department: 2,
  centre: 3,
  unit: 3,
  commune: 4,
  external: 5,
  national: 6,
}

/** The agencies valid on a day, in pre-order with depth and path. */
export const organisationTree = async (sql: Sql, at: At): Promise<OrganisationTree> =>
  treeUnder(await readStructureVersion(sql), sql, at)

function treeUnder(version: string, sql: Sql, at: At): Promise<OrganisationTree> {
  return keepUnder(version, `organisations ${moment(at)}`, async () =>
    layOut(
      await listOrganisationsAt(sql, at),
      (a, b) => kindOrder[a.kind] - kindOrder[b.kind] || compareNames(a.name, b.name),
    ),
  )
}

/** The areas valid on a day, in pre-order with depth and path. */
export function areaTree(sql: Sql, at: At): Promise<AreaTree> {
  return keep(sql, `areas ${moment(at)}`, async () =>
    layOut(await listAreasAt(sql, at), (a, b) => compareNames(a.name, b.name)),
  )
}

function aliases(sql: Sql): Promise<Alias[]> {
  return keep(sql, 'aliases', () => listAliases(sql))
}

/** By its code, by the old form of it, or by an old code of another's list. Without a day: its latest version, also when it has ended. */
export async function findOrganisation(sql: Sql, code: string, at?: At): Promise<Organisation | undefined> {
  const tree = at && (await organisationTree(sql, at))
  const find = (own: string) => (tree ? tree.find(own)?.row : findLatestOrganisation(sql, own))
  const direct = (await find(code)) ?? (await find(tidyAgencyCode(code)))
  if (direct) return direct
  // An old code names the province of before and of after a merger; a day tells which, and without one the later wins.
  const others = (await aliases(sql)).filter(
    (alias) => alias.subject === 'organisation' && alias.value === code.trim().toUpperCase(),
  )
  const found = (await Promise.all(others.map((alias) => find(alias.code)))).filter((row) => row !== undefined)
  return found.sort((a, b) => (b.validFrom ?? '').localeCompare(a.validFrom ?? ''))[0]
}

/** @throws Problem 404 */
export async function getOrganisation(sql: Sql, code: string, at?: At): Promise<Organisation> {
  const found = await findOrganisation(sql, code, at)
  if (!found) throw notFound('organisation', code)
  return found
}

/** Codes below an organisation on a day, in pre-order; itself first unless `self` is false. Empty when it is not in the tree. */
export async function listDescendantCodes(sql: Sql, code: string, at: At, options = { self: true }): Promise<string[]> {
  const codes = branchOf(await organisationTree(sql, at), code).map((node) => node.row.code)
  return options.self ? codes : codes.slice(1)
}

/** Codes that a role over an organisation reaches on a day: all below it and the past of all that, itself included. */
export async function listReachedCodes(sql: Sql, code: string, day: string): Promise<string[]> {
  const reach = await keep(sql, `reach ${day}`, async () =>
    reachableFrom(await listPlacements(sql, day), await listSuccessionsBy(sql, day)),
  )
  return reach(code)
}

/** The other way about: the organisations a role over which reaches one of these on a day, themselves included. */
export async function listReachingCodes(sql: Sql, codes: readonly string[], day: string): Promise<string[]> {
  const reaching = await keep(sql, `reaching ${day}`, async () => {
    const [placements, successions] = [await listPlacements(sql, day), await listSuccessionsBy(sql, day)]
    return reachingIn(reachableFrom(placements, successions), [
      ...placements.flatMap(({ code, parent }) => [code, parent]),
      ...successions.map(({ successor }) => successor),
    ])
  })
  return [...new Set(codes.flatMap((code) => [code, ...(reaching.get(code) ?? [])]))]
}

function reachingIn(reach: (code: string) => string[], codes: readonly (string | null)[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const above of new Set(codes))
    for (const code of above === null ? [] : reach(above)) found.set(code, [...(found.get(code) ?? []), above ?? code])
  return found
}

/** From the root down to the direct superior. */
export async function ancestorsOf(sql: Sql, code: string, at: At): Promise<Organisation[]> {
  return above(await organisationTree(sql, at), code)
}

function above<T>(tree: Tree<T>, code: string): T[] {
  return (tree.find(code)?.path.slice(0, -1) ?? []).flatMap((step) => tree.find(step)?.row ?? [])
}

export async function listAreaDescendantCodes(sql: Sql, code: string, at: At): Promise<string[]> {
  return branchOf(await areaTree(sql, at), code).map((node) => node.row.code)
}

export async function areaAncestorsOf(sql: Sql, code: string, at: At): Promise<Area[]> {
  return above(await areaTree(sql, at), code)
}

/**
 * By its own code, or by the statistics code, which on any one day belongs to one unit: 22366 is phường Tân Tiến on
 * 30-6-2025 and phường Nha Trang the day after. Without a day only the own code is looked up, also of a unit that ended.
 */
export async function findArea(sql: Sql, code: string, at?: At): Promise<Area | undefined> {
  if (!at) return findLatestArea(sql, code)
  const tree = await areaTree(sql, at)
  return tree.find(code)?.row ?? tree.nodes.find((node) => node.row.officialCode === code)?.row
}

/** Own codes by the names of another code list, such as `papi` or `vn-budget`. */
export async function mapAliases(sql: Sql, subject: Alias['subject'], scheme: string): Promise<Map<string, string>> {
  const rows = (await aliases(sql)).filter((alias) => alias.subject === subject && alias.scheme === scheme)
  return new Map(rows.map((row) => [row.value, row.code]))
}

/** Codes of an agency in the old, reversed form: those of its alias list, and the one its own code has. */
export async function listOldCodes(sql: Sql, code: string): Promise<string[]> {
  const own = toReversedCode(code)
  const listed = (await aliases(sql)).filter(
    (alias) => alias.subject === 'organisation' && alias.scheme === 'qd20-old' && alias.code === code,
  )
  return [...new Set([...listed.map(({ value }) => value), ...(own ? [own] : [])])]
}

export interface Codes {
  organisations: ReadonlySet<string>
  areas: ReadonlySet<string>
  /** `areas:<scheme>` and `organisations:<scheme>`: the names of other code lists → own codes. */
  schemes: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Every code there is or ever was, with the names of other code lists: what records are checked against. */
export function allCodes(sql: Sql): Promise<Codes> {
  return keep(sql, 'codes', async () => {
    const { organisations, areas } = await listCodes(sql)
    const schemes = new Map<string, Map<string, string>>()
    for (const { subject, scheme, value, code } of await aliases(sql)) {
      const name = `${subject}s:${scheme}`
      const list = schemes.get(name) ?? new Map<string, string>()
      schemes.set(name, list.set(value, code))
    }
    return { organisations: new Set(organisations), areas: new Set(areas), schemes }
  })
}

const typeWord = /^(tinh|thanh pho|thi xa|huyen|quan|phuong|xa|thi tran|dac khu) /

/** Areas a name may mean, without regard to diacritics; first those that match with their type word (phường, xã …). */
export async function matchAreas(sql: Sql, name: string, at: At, within?: string): Promise<Area[]> {
  const tree = await areaTree(sql, at)
  const nodes = within ? branchOf(tree, within) : tree.nodes
  const key = searchKey(name)
  const exact = nodes.filter((node) => searchKey(node.row.name) === key)
  const found = exact.length > 0 ? exact : nodes.filter((node) => bare(node.row.name) === bare(name))
  return found.map((node) => node.row)
}

const bare = (name: string) => searchKey(name).replace(typeWord, '')

export interface OrganisationFilter {
  /** Words in any order, with or without diacritics; names, short names and codes, old ones too. */
  search?: string
  kind?: Organisation['kind']
  line?: Organisation['line']
  peerGroup?: string
  area?: string
  /** Only what lies below this organisation. */
  within?: string
}

/** A page of the tree in its order: after the code `after`, at most `limit`. */
export async function listOrganisations(
  sql: Sql,
  at: At,
  filter: OrganisationFilter = {},
  page: { limit?: number; after?: string } = {},
): Promise<TreeNode<Organisation>[]> {
  const tree = await organisationTree(sql, at)
  const inBranch = filter.within ? branchOf(tree, filter.within).slice(1) : tree.nodes
  const start = page.after === undefined ? -1 : (tree.find(page.after)?.position ?? -1)
  const words = searchKey(filter.search ?? '').split(' ')
  const keys = await searchKeys(sql, at, tree)
  const fits = ({ row, position }: TreeNode<Organisation>) =>
    position > start &&
    (filter.kind === undefined || row.kind === filter.kind) &&
    (filter.line === undefined || row.line === filter.line) &&
    (filter.peerGroup === undefined || row.peerGroup === filter.peerGroup) &&
    (filter.area === undefined || row.area === filter.area) &&
    words.every((word) => keys.get(row.code)?.includes(word))
  return inBranch.filter(fits).slice(0, page.limit ?? inBranch.length)
}

function searchKeys(sql: Sql, at: At, tree: OrganisationTree): Promise<ReadonlyMap<string, string>> {
  return keep(sql, `organisation keys ${moment(at)}`, async () => {
    const old = new Map<string, string>()
    for (const alias of await aliases(sql))
      if (alias.subject === 'organisation') old.set(alias.code, `${old.get(alias.code) ?? ''} ${alias.value}`)
    return new Map(
      tree.nodes.map(({ row }) => [
        row.code,
        searchKey(
          `${row.name} ${row.shortName ?? ''} ${row.nameEn ?? ''} ${row.code} ${toReversedCode(row.code) ?? ''} ${old.get(row.code) ?? ''}`,
        ),
      ]),
    )
  })
}

/** The pack the program was started with: root organisation, time zone, currency. @throws when none has been loaded. */
export const getHomePack = async (sql: Sql): Promise<LoadedPack> => homeUnder(await readStructureVersion(sql), sql)

/** The home pack and the tree of today, for pages that need both: one look at the structure instead of one each. */
export async function homeToday({
  sql,
  now,
}: Pick<Context, 'sql' | 'now'>): Promise<{ pack: LoadedPack; tree: OrganisationTree }> {
  const version = await readStructureVersion(sql)
  const pack = await homeUnder(version, sql)
  return { pack, tree: await treeUnder(version, sql, { asOf: dayIn(now, pack.card.timeZone) }) }
}

async function homeUnder(version: string, sql: Sql): Promise<LoadedPack> {
  const packs = await keepUnder(version, 'packs', () => listLoadedPacks(sql))
  const home = packs.find((pack) => pack.isHome)
  if (!home) throw new Error('No home pack has been loaded')
  return home
}

/** The calendar day of `ctx.now` where the home pack is. */
export async function today(ctx: Pick<Context, 'sql' | 'now'>): Promise<string> {
  return dayIn(ctx.now, (await getHomePack(ctx.sql)).card.timeZone)
}
