import type { Sql } from '#platform/sql'
import type { FileUse } from '../model.ts'

export interface NewKeeping {
  sha256: string
  use: FileUse
  name: string
  originalSha256: string | undefined
  keptBy: string
  organisation: string | undefined
  keptAt: Date
}

/**
 * The years are counted from the end of the year in which it was kept (Law on Archives 33/2024/QH15: from the year the work ends;
 * unverified for each use, so they are settings).
 */
export async function insertKeeping(sql: Sql, one: NewKeeping): Promise<void> {
  await sql`
    insert into files.keeping (sha256, use, name, original_sha256, kept_by, organisation, kept_at, ends_on)
    select ${one.sha256}, ${one.use}, ${one.name}, ${one.originalSha256 ?? null}, ${one.keptBy}, ${one.organisation ?? null}, ${one.keptAt},
      (select make_date(extract(year from ${one.keptAt}::timestamptz)::int + years, 12, 31) from files.retention where use = ${one.use}
        -- Who changes the rule waits for this row, or this for the rule.
        for share)`
}
