import type { StoredFile } from '#files'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { type Part, partColumns } from '../store.ts'

export interface Evidence extends StoredFile {
  id: number
  part: string
  round: number
  note: string | null
  addedBy: string
  addedByName: string
  addedAt: Date
}

export async function insertEvidence(
  ctx: Context,
  part: Part,
  file: StoredFile & { note: string | null },
): Promise<void> {
  await ctx.sql`
    insert into directives.evidence (part, round, sha256, name, type, size_bytes, note, added_by, added_by_name, added_at)
    values (${part.code}, ${part.round}, ${file.sha256}, ${file.name}, ${file.type}, ${file.sizeBytes}, ${file.note},
      ${ctx.actor.account ?? 'system'}, ${ctx.actor.name}, ${ctx.now})`
}

/** Newest first; of an earlier moment those that were there by then. */
export const listEvidence = (sql: Sql, part: string, knownAt?: Date): Promise<Evidence[]> => sql<Evidence[]>`
  select id, part, round, sha256, name, type, size_bytes, note, added_by, added_by_name, added_at
  from directives.evidence
  where part = ${part} and (${knownAt ?? null}::timestamptz is null or added_at <= ${knownAt ?? null}) order by id desc limit 200`

export async function findEvidence(sql: Sql, part: string, id: number): Promise<Evidence | undefined> {
  const [row] = await sql<Evidence[]>`
    select id, part, round, sha256, name, type, size_bytes, note, added_by, added_by_name, added_at
    from directives.evidence where part = ${part} and id = ${id}`
  return row
}

/** The tasks for which a content was handed in. */
export const listPartsWithFile = (sql: Sql, sha256: string): Promise<Part[]> => sql<Part[]>`
  select ${partColumns(sql)} from directives.part
  where code in (select evidence.part from directives.evidence where sha256 = ${sha256}) order by code limit 20`

/** Of the present round: what proved an earlier one does not prove this one. */
export async function countEvidence(sql: Sql, part: Part): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from directives.evidence where part = ${part.code} and round = ${part.round}`
  return row?.count ?? 0
}
