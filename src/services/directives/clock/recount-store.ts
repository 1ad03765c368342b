import type { Sql } from '#platform/sql'
import { owedStates } from '../model.ts'
import type { Part } from '../store.ts'
import type { KnownTimer } from './timers.ts'

/** What a part that is owed is reckoned by, in whose name it was given, and its timers, done and waiting. */
export interface OwedPart
  extends Pick<
    Part,
    'code' | 'directive' | 'organisation' | 'state' | 'startedAt' | 'budgetAmount' | 'budgetUnit' | 'pauses' | 'dueAt'
  > {
  authority: string
  timers: KnownTimer[]
}

interface Batch {
  since: Date
  after: string | undefined
  limit: number
}

// What was due before the first changed day stays, unless something that waits for it comes later. `offset 0`: asked for the few that need
// it, where the whole table of timers would else be laid out for each batch.
const affected = (sql: Sql, { since, after }: Batch) => sql`
  part.state = any(${[...owedStates]}) and part.started_at is not null and part.code > ${after ?? ''}
  and (part.due_at >= ${since} or exists (
    select from directives.timer t where t.part = part.code and t.done_at is null and t.at >= ${since} offset 0))`

/** Holds the wholes of a batch: their parts are changed by nobody else until the transaction ends. */
export async function lockWholes(sql: Sql, batch: Batch): Promise<void> {
  await sql`
    select from directives.directive where code in (
      select directive from directives.part where ${affected(sql, batch)} order by part.code limit ${batch.limit})
    order by code for update`
}

export const listOwed = (sql: Sql, batch: Batch): Promise<OwedPart[]> => sql<OwedPart[]>`
  select part.code, part.directive, part.organisation, part.state, part.started_at, part.budget_amount, part.budget_unit, part.pauses,
    part.due_at, directive.authority, coalesce(own.timers, '[]') as timers
  from (select * from directives.part where ${affected(sql, batch)} order by part.code limit ${batch.limit}) part
  join directives.directive on directive.code = part.directive
  left join lateral (
    select json_agg(json_build_object('id', id, 'kind', kind, 'step', step, 'base', base_due_at, 'at', at, 'done', done_at is not null))
      as timers
    from directives.timer where timer.part = part.code
  ) own on true
  order by part.code`

/** Moved in the sense of the warehouse too: its record of them is another. */
export async function setDues(
  sql: Sql,
  dues: readonly { code: string; dueAt: Date | null }[],
  now: Date,
): Promise<void> {
  await sql`
    update directives.part set due_at = n.due_at, moved_at = greatest(part.moved_at, ${now}), version = version + 1
    from unnest(${dues.map(({ code }) => code)}::text[], ${dues.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[])
      as n (code, due_at)
    where part.code = n.code`
}
