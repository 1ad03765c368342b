import type { Sql } from '#platform/sql'
import { keep, rowsAt } from '../past-store.ts'
import type { PlaybookBody } from './model.ts'

export interface PlaybookVersion {
  playbook: string
  organisation: string
  kind: string
  version: number
  state: 'draft' | 'approved' | 'discarded'
  body: PlaybookBody
  draftedBy: string
  draftedName: string
  draftedParties: string[]
  draftedAt: Date
  changedAt: Date
  approvedBy: string | null
  approvedName: string | null
  approvedAt: Date | null
}

/** A body kept before a part of it was thought of has that part empty. */
const filled = <T extends { body: PlaybookBody }>(row: T): T => ({ ...row, body: { ...emptyParts, ...row.body } })
const emptyParts = { aliases: [], contacts: [] }

const columns = (sql: Sql) => sql`
  v.playbook, p.organisation, p.kind, v.version, v.state, v.body, v.drafted_by, v.drafted_name, v.drafted_parties,
  v.drafted_at, v.changed_at, v.approved_by, v.approved_name, v.approved_at`

/** The version in force of every playbook, with what waits for approval. */
export async function listCurrent(sql: Sql, at?: Date): Promise<(PlaybookVersion & { draft: number | null })[]> {
  const versions = rowsAt(sql, 'playbook_version', at)
  const rows = await sql<(PlaybookVersion & { draft: number | null })[]>`
    select distinct on (v.playbook) ${columns(sql)},
      (select d.version from ${versions} d where d.playbook = v.playbook and d.state = 'draft') as draft
    from ${versions} v join incidents.playbook p on p.code = v.playbook
    where v.state <> 'discarded'
    order by v.playbook, (v.state = 'approved') desc, v.version desc`
  return rows.map(filled)
}

const versionsOf = (sql: Sql, playbook: string, at: Date | undefined) =>
  rowsAt(sql, 'playbook_version', at, sql`k.scope = ${playbook}`)

/** @param at as of an earlier moment */
export async function listVersions(sql: Sql, playbook: string, at?: Date): Promise<PlaybookVersion[]> {
  const rows = await sql<PlaybookVersion[]>`
    select ${columns(sql)} from ${versionsOf(sql, playbook, at)} v join incidents.playbook p on p.code = v.playbook
    where v.playbook = ${playbook} order by v.version desc`
  return rows.map(filled)
}

/** One version, or the one in force. */
export async function findVersion(
  sql: Sql,
  playbook: string,
  version?: number,
  at?: Date,
): Promise<PlaybookVersion | undefined> {
  const which = version === undefined ? sql`v.state = 'approved'` : sql`v.version = ${version}`
  const [row] = await sql<PlaybookVersion[]>`
    select ${columns(sql)} from ${versionsOf(sql, playbook, at)} v join incidents.playbook p on p.code = v.playbook
    where v.playbook = ${playbook} and ${which} order by v.version desc limit 1`
  return row && filled(row)
}

export async function lockPlaybook(
  sql: Sql,
  code: string,
): Promise<{ organisation: string; packSha256: string | null } | undefined> {
  const [row] = await sql<{ organisation: string; packSha256: string | null }[]>`
    select organisation, pack_sha256 from incidents.playbook where code = ${code} for update`
  return row
}

export async function upsertPlaybook(
  sql: Sql,
  playbook: { code: string; kind: string; organisation: string; packSha256: string | null; at: Date },
): Promise<void> {
  await sql`
    insert into incidents.playbook (code, kind, organisation, pack_sha256, created_at)
    values (${playbook.code}, ${playbook.kind}, ${playbook.organisation}, ${playbook.packSha256}, ${playbook.at})
    on conflict (code) do update set kind = excluded.kind, pack_sha256 = coalesce(excluded.pack_sha256, playbook.pack_sha256)`
}

export interface NewVersion {
  playbook: string
  body: PlaybookBody
  state: 'draft' | 'approved'
  draftedBy: string
  draftedName: string
  draftedParties: readonly string[]
  at: Date
}

export async function insertVersion(sql: Sql, one: NewVersion): Promise<number> {
  const approvedAt = one.state === 'approved' ? one.at : null
  const [row] = await sql<{ version: number }[]>`
    insert into incidents.playbook_version
      (playbook, version, state, body, drafted_by, drafted_name, drafted_parties, drafted_at, changed_at, approved_at)
    select ${one.playbook}, coalesce(max(version), 0) + 1, ${one.state}, ${sql.json(one.body as never)}, ${one.draftedBy},
      ${one.draftedName}, ${[...one.draftedParties]}::text[], ${one.at}::timestamptz, ${one.at}::timestamptz,
      ${approvedAt}::timestamptz
    from incidents.playbook_version where playbook = ${one.playbook}
    returning version`
  await keep(sql, 'playbook_version', one.playbook, one.at)
  return row?.version ?? 0
}

export async function updateDraft(
  sql: Sql,
  playbook: string,
  change: { body: PlaybookBody; draftedBy: string; draftedName: string; parties: readonly string[]; at: Date },
): Promise<number | undefined> {
  // Whoever had a hand in it is a drafter: none of them approves it.
  const [row] = await sql<{ version: number }[]>`
    update incidents.playbook_version set body = ${sql.json(change.body as never)}, drafted_by = ${change.draftedBy},
      drafted_name = ${change.draftedName}, changed_at = ${change.at},
      drafted_parties = array(select distinct unnest(drafted_parties || ${[...change.parties]}::text[]))
    where playbook = ${playbook} and state = 'draft' returning version`
  await keep(sql, 'playbook_version', playbook, change.at)
  return row?.version
}

export async function approveVersion(
  sql: Sql,
  playbook: string,
  version: number,
  by: { account: string; name: string; parties: readonly string[]; at: Date },
): Promise<boolean> {
  const rows = await sql`
    update incidents.playbook_version set state = 'approved', approved_by = ${by.account}, approved_name = ${by.name},
      approved_parties = ${[...by.parties]}::text[], approved_at = ${by.at}
    where playbook = ${playbook} and version = ${version} and state = 'draft'`
  await keep(sql, 'playbook_version', playbook, by.at)
  return rows.count > 0
}

export async function discardVersion(sql: Sql, playbook: string, version: number, at: Date): Promise<boolean> {
  const rows = await sql`
    update incidents.playbook_version set state = 'discarded'
    where playbook = ${playbook} and version = ${version} and state = 'draft'`
  await keep(sql, 'playbook_version', playbook, at)
  return rows.count > 0
}
