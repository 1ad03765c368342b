import type { Sql } from '#platform/sql'
import type { Language } from '../model.ts'

export interface Wording {
  code: string
  language: Language
  version: number
  /** Absent: the template's own words stand again. */
  subject: string | null
  body: string | null
  changedBy: string
  changedAt: Date
}

/** The last version of every wording, or of one template. */
export async function listLastWordings(sql: Sql, code?: string): Promise<Wording[]> {
  return sql<Wording[]>`
    select distinct on (code, language) code, language, version, subject, body, changed_by, changed_at
    from notifications.wording
    where ${code === undefined ? sql`true` : sql`code = ${code}`}
    order by code, language, version desc`
}

export async function listVersions(sql: Sql, code: string, limit: number): Promise<Wording[]> {
  return sql<Wording[]>`
    select code, language, version, subject, body, changed_by, changed_at from notifications.wording
    where code = ${code} order by changed_at desc, language, version desc limit ${limit}`
}

export async function findVersion(
  sql: Sql,
  asked: { code: string; language: Language; version: number },
): Promise<Wording | undefined> {
  const [row] = await sql<Wording[]>`
    select code, language, version, subject, body, changed_by, changed_at from notifications.wording
    where code = ${asked.code} and language = ${asked.language} and version = ${asked.version}`
  return row
}

/** Writes the next version; two at once get two numbers. */
export async function insertWording(sql: Sql, wording: Omit<Wording, 'version'>): Promise<number> {
  await sql`select pg_advisory_xact_lock(7314006, hashtext(${`${wording.code} ${wording.language}`}))`
  const [row] = await sql<{ version: number }[]>`
    insert into notifications.wording (code, language, version, subject, body, changed_by, changed_at)
    select ${wording.code}, ${wording.language}, coalesce(max(version), 0) + 1, ${wording.subject}, ${wording.body},
      ${wording.changedBy}, ${wording.changedAt}
    from notifications.wording where code = ${wording.code} and language = ${wording.language}
    returning version`
  return row?.version ?? 0
}
