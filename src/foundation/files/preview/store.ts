import type { Sql } from '#platform/sql'

export interface Drawn {
  /** Absent: it could not be drawn. */
  pages: number | null
  width: number | null
  height: number | null
  madeAt: Date
}

export async function findDrawn(sql: Sql, sha256: string): Promise<Drawn | undefined> {
  const [row] = await sql<Drawn[]>`select pages, width, height, made_at from files.preview where sha256 = ${sha256}`
  return row
}

export async function setDrawn(sql: Sql, sha256: string, drawn: Drawn): Promise<void> {
  await sql`
    insert into files.preview (sha256, pages, width, height, made_at)
    values (${sha256}, ${drawn.pages}, ${drawn.width}, ${drawn.height}, ${drawn.madeAt})
    on conflict (sha256) do update
      set pages = excluded.pages, width = excluded.width, height = excluded.height, made_at = excluded.made_at`
}
