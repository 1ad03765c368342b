import type { PrintedSection } from '#files'
import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'

export type BriefKind = 'day' | 'month'

export interface Brief {
  code: string
  kind: BriefKind
  /** A day or a month: '2026-11-23', '2026-10'. */
  period: string
  organisation: string
  madeAt: Date
  /** It tells what was known by then; of one made late that is before it was made. */
  knownAt: Date
  /** Who asked for it, where none had been made; absent: the program made it by itself. */
  askedBy: string | null
  askedName: string | null
}

const columns = (sql: Sql) => sql`
  code, kind, period, organisation, made_at, known_at, asked_by, asked_name`
const within = (sql: Sql, reach: Reach) =>
  reach === 'all' ? sql`true` : sql`organisation = any(${[...reach]}::text[])`

export interface BriefQuery {
  reach: Reach
  kind?: BriefKind
  /** Code of the last brief of the page before. */
  after?: string
  /** Those made by then; absent: all. */
  madeBy?: Date
  limit: number
}

/** The newest first. */
export function listBriefs(sql: Sql, { reach, kind, after, madeBy, limit }: BriefQuery): Promise<Brief[]> {
  return sql<Brief[]>`
    select ${columns(sql)} from centre.brief
    where ${within(sql, reach)} and ${kind ? sql`kind = ${kind}` : sql`true`}
      and ${madeBy ? sql`made_at <= ${madeBy}` : sql`true`}
      and ${after ? sql`(made_at, code) < (select made_at, code from centre.brief where code = ${after})` : sql`true`}
    order by made_at desc, code desc limit ${limit}`
}

export async function findBrief(sql: Sql, code: string): Promise<(Brief & { sections: PrintedSection[] }) | undefined> {
  const [row] = await sql<(Brief & { sections: PrintedSection[] })[]>`
    select ${columns(sql)}, sections from centre.brief where code = ${code}`
  return row
}

export async function hasBrief(sql: Sql, code: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`select exists (select from centre.brief where code = ${code}) as found`
  return row?.found ?? false
}

/** @returns whether it was not there yet */
export async function insertBrief(sql: Sql, brief: Brief, sections: readonly PrintedSection[]): Promise<boolean> {
  const inserted = await sql`
    insert into centre.brief (code, kind, period, organisation, made_at, known_at, asked_by, asked_name, sections)
    values (${brief.code}, ${brief.kind}, ${brief.period}, ${brief.organisation}, ${brief.madeAt}, ${brief.knownAt},
      ${brief.askedBy}, ${brief.askedName}, ${sql.json(sections as never)})
    on conflict do nothing`
  return inserted.count === 1
}
