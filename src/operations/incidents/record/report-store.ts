import type { Sql } from '#platform/sql'
import { rowsAt } from '../past-store.ts'

export interface ReportSection {
  key: string
  title: string
  text: string
}

export interface QuickReport {
  incident: string
  exercise: boolean
  version: number
  state: 'draft' | 'signed'
  sections: ReportSection[]
  filledAt: Date
  editedName: string
  editedAt: Date
  signedName: string | null
  signedPosition: string | null
  signedAt: Date | null
  digest: string | null
}

const columns = (sql: Sql) => sql`
  incident, exercise, version, state, sections, filled_at, edited_name, edited_at, signed_name, signed_position, signed_at, digest`

/** @param at as of an earlier moment */
export function listReports(sql: Sql, incident: string, at?: Date): Promise<QuickReport[]> {
  return sql<QuickReport[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'quick_report', at, sql`k.scope = ${incident}`)} r where incident = ${incident} order by version desc limit 100`
}

export async function findReport(
  sql: Sql,
  incident: string,
  version: number,
  at?: Date,
): Promise<QuickReport | undefined> {
  const [row] = await sql<QuickReport[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'quick_report', at, sql`k.scope = ${incident}`)} r where incident = ${incident} and version = ${version}`
  return row
}

interface Edit {
  sections: readonly ReportSection[]
  account: string
  name: string
  at: Date
}

/** The draft there is, filled anew, or a new version. @returns its number. */
export async function fillDraft(
  sql: Sql,
  { incident, exercise }: { incident: string; exercise: boolean },
  edit: Edit,
): Promise<number> {
  const [row] = await sql<{ version: number }[]>`
    insert into incidents.quick_report (incident, exercise, version, state, sections, filled_at, edited_by, edited_name, edited_at)
    select ${incident}, ${exercise}, coalesce(max(version) filter (where state = 'draft'), coalesce(max(version), 0) + 1), 'draft',
      ${sql.json(edit.sections as never)}, ${edit.at}::timestamptz, ${edit.account}, ${edit.name}, ${edit.at}::timestamptz
    from incidents.quick_report where incident = ${incident}
    on conflict (incident, version) do update set sections = excluded.sections, filled_at = excluded.filled_at,
      edited_by = excluded.edited_by, edited_name = excluded.edited_name, edited_at = excluded.edited_at
    returning version`
  return row?.version ?? 0
}

export async function saveSections(sql: Sql, incident: string, version: number, edit: Edit): Promise<boolean> {
  const rows = await sql`
    update incidents.quick_report set sections = ${sql.json(edit.sections as never)}, edited_by = ${edit.account},
      edited_name = ${edit.name}, edited_at = ${edit.at}
    where incident = ${incident} and version = ${version} and state = 'draft'`
  return rows.count > 0
}

export async function signReport(
  sql: Sql,
  incident: string,
  version: number,
  by: { account: string; name: string; position: string | null; at: Date; digest: string },
): Promise<boolean> {
  const rows = await sql`
    update incidents.quick_report set state = 'signed', signed_by = ${by.account}, signed_name = ${by.name},
      signed_position = ${by.position}, signed_at = ${by.at}, digest = ${by.digest}
    where incident = ${incident} and version = ${version} and state = 'draft'`
  return rows.count > 0
}
