import type { Fragment, Sql } from '#platform/sql'

// A file of which nothing could be taken in is no delivery; an empty one is: there may be nothing to send.
const takenIn = (sql: Sql): Fragment => sql`l.state = 'done' and (l.received = 0 or l.quarantined < l.received)`

/** For each question the first arrival that was taken in at or after its instant, in the order of the questions; null where none came. */
export async function findFirstArrivals(
  sql: Sql,
  questions: readonly { source: string; since: Date }[],
): Promise<(Date | null)[]> {
  if (questions.length === 0) return []
  const rows = await sql<{ at: Date | null }[]>`
    select (select l.received_at from warehouse.landing l
      where l.source = q.source and l.received_at >= q.since and ${takenIn(sql)}
      order by l.received_at limit 1) as at
    from unnest(${questions.map(({ source }) => source)}::text[], ${questions.map(({ since }) => since.toISOString())}::timestamptz[])
      with ordinality as q (source, since, nth)
    order by q.nth`
  return rows.map(({ at }) => at)
}

/** Arrivals of a source after an instant, the earliest first. */
export async function listArrivals(
  sql: Sql,
  source: string,
  { after, limit }: { after: Date; limit: number },
): Promise<Date[]> {
  const rows = await sql<{ at: Date }[]>`
    select l.received_at as at from warehouse.landing l
    where l.source = ${source} and l.received_at > ${after} and ${takenIn(sql)}
    order by l.received_at limit ${limit}`
  return rows.map(({ at }) => at)
}

/** The last arrival of each source from which something was taken in. */
export function listLastArrivals(sql: Sql): Promise<{ source: string; at: Date }[]> {
  return sql<{ source: string; at: Date }[]>`
    select s.code as source, last.at from warehouse.source s
    cross join lateral (
      select l.received_at as at from warehouse.landing l
      where l.source = s.code and ${takenIn(sql)}
      order by l.received_at desc limit 1) last`
}
