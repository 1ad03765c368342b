import type { Sql } from '#platform/sql'

export interface ArrivedFigure {
  /** When the unit's leader first approved it, whatever was corrected later; a figure of the pack when it was published. */
  at: Date | null
  /** False for the answer that there is none. */
  hasValue: boolean
}

/** For each typed figure when it first arrived, in the order of the questions. */
export async function findArrivedFigures(
  sql: Sql,
  questions: readonly { indicator: string; organisation: string; period: string }[],
): Promise<ArrivedFigure[]> {
  if (questions.length === 0) return []
  return sql<ArrivedFigure[]>`
    select e.at, coalesce(e.has_value, false) as has_value
    from unnest(${questions.map(({ indicator }) => indicator)}::text[], ${questions.map(({ organisation }) => organisation)}::text[],
      ${questions.map(({ period }) => period)}::text[]) with ordinality as q (indicator, organisation, period, nth)
    left join lateral (
      select min(coalesce(approved_at, published_at)) as at, bool_or(value is not null) as has_value from indicators.entry
      where indicator = q.indicator and organisation = q.organisation and area = '' and period = q.period
        and state in ('approved', 'published')) e on true
    order by q.nth`
}

/** Whose typed indicators hold a value at all, with the latest publication. */
export function listTypedEver(
  sql: Sql,
  indicators?: readonly string[],
): Promise<{ indicator: string; organisation: string; at: Date }[]> {
  return sql<{ indicator: string; organisation: string; at: Date }[]>`
    select indicator, organisation, max(coalesce(approved_at, published_at)) as at from indicators.entry
    where state = 'published' and superseded_at is null and value is not null and area = ''
      and ${indicators ? sql`indicator = any(${[...indicators]}::text[])` : sql`true`}
    group by 1, 2`
}
