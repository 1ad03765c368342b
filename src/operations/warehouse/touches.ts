import type { Sql } from '#platform/sql'
import type { KindName } from './kinds.ts'

/** A cell whose records changed: organisation × area × day of a date field of a kind in a source; field '' is the stock. */
export interface Touch {
  source: string
  kind: KindName
  field: string
  organisation: string
  area: string
  day: string | null
  /** When the latest of the changed records was received. */
  receivedAt: Date
}

export interface TakenTouches {
  /** Equal ones come once. */
  touches: Touch[]
  /** Nothing waited beyond the limit. */
  isAll: boolean
}

/** Takes touches away, the oldest first: what is taken must be recomputed in the same transaction. */
export async function takeTouches(sql: Sql, limit: number): Promise<TakenTouches> {
  const rows = await sql<(Touch & { taken: string })[]>`
    with taken as (
      delete from warehouse.touch
      where id in (select id from warehouse.touch order by id limit ${limit} for update skip locked)
      returning source, kind, field, organisation, area, day, received_at
    )
    select source, kind, field, organisation, area, day, max(received_at) as received_at, sum(count(*)) over () as taken
    from taken
    group by 1, 2, 3, 4, 5, 6`
  return { touches: rows.map(({ taken: _, ...touch }) => touch), isAll: Number(rows[0]?.taken ?? 0) < limit }
}
