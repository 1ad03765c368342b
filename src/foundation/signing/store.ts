import type { Sql } from '#platform/sql'
import type { PublishedDocument } from './model.ts'

/** False when the code is taken. */
export async function insertPublished(sql: Sql, document: PublishedDocument, by: string): Promise<boolean> {
  const { count } = await sql`
    insert into signing.published (code, sha256, file_name, title, organisation, published_by, published_at)
    values (${document.code}, ${document.sha256}, ${document.fileName}, ${document.title}, ${document.organisation}, ${by},
      ${document.publishedAt})
    on conflict (code) do nothing`
  return count > 0
}

export async function findPublished(sql: Sql, code: string): Promise<PublishedDocument | undefined> {
  const [row] = await sql<PublishedDocument[]>`
    select code, sha256, file_name, title, organisation, published_at, withdrawn_at, withdrawn_reason
    from signing.published where code = ${code}`
  return row
}

/** False when it is withdrawn already, or there is none. */
export async function setWithdrawn(
  sql: Sql,
  code: string,
  { reason, at }: { reason: string; at: Date },
): Promise<boolean> {
  const { count } = await sql`
    update signing.published set withdrawn_at = ${at}, withdrawn_reason = ${reason}
    where code = ${code} and withdrawn_at is null`
  return count > 0
}
