import type { Sql } from '#platform/sql'

export interface Finding {
  id: number
  sha256: string
  name: string
  use: string
  sizeBytes: number
  sentBy: string
  organisation: string | null
  signature: string
  wasKept: boolean
  foundAt: Date
}

export async function insertFinding(sql: Sql, finding: Omit<Finding, 'id'>): Promise<void> {
  await sql`
    insert into files.finding (sha256, name, use, size_bytes, sent_by, organisation, signature, was_kept, found_at)
    values (${finding.sha256}, ${finding.name}, ${finding.use}, ${finding.sizeBytes}, ${finding.sentBy}, ${finding.organisation},
      ${finding.signature}, ${finding.wasKept}, ${finding.foundAt})`
}

export function listFindings(sql: Sql, limit: number): Promise<Finding[]> {
  return sql<Finding[]>`
    select id, sha256, name, use, size_bytes, sent_by, organisation, signature, was_kept, found_at
    from files.finding order by found_at desc, id desc limit ${limit}`
}

export type ScanState = 'waiting' | 'clean' | 'infected'

export async function setScan(
  sql: Sql,
  sha256: string,
  scan: { state: ScanState; signature?: string; at: Date },
): Promise<void> {
  await sql`
    insert into files.scan (sha256, state, signature, at)
    values (${sha256}, ${scan.state}, ${scan.signature ?? null}, ${scan.at})
    on conflict (sha256) do update set state = excluded.state, signature = excluded.signature, at = excluded.at
    where files.scan.state <> 'infected'`
}

export async function findScan(sql: Sql, sha256: string): Promise<ScanState | undefined> {
  const [row] = await sql<{ state: ScanState }[]>`select state from files.scan where sha256 = ${sha256}`
  return row?.state
}

export interface Waiting {
  sha256: string
  name: string
  type: string
  use: string
  sizeBytes: number
  keptBy: string
  organisation: string | null
}

/** Locked, so that two jobs do not ask for the same. */
export function lockWaiting(sql: Sql, limit: number): Promise<Waiting[]> {
  return sql<Waiting[]>`
    select c.sha256, c.type, c.size_bytes, k.name, k.use, k.kept_by, k.organisation
    from files.scan s join files.content c using (sha256)
    join lateral (
      select name, use, kept_by, organisation from files.keeping where sha256 = c.sha256 order by id limit 1
    ) k on true
    where s.state = 'waiting' order by s.at limit ${limit}
    for update of s skip locked`
}

export async function countWaiting(sql: Sql): Promise<number> {
  const [row] = await sql<
    { waiting: number }[]
  >`select count(*)::int as waiting from files.scan where state = 'waiting'`
  return row?.waiting ?? 0
}
