import { instantOf } from '#calendar'
import { getHomePack } from '#organisations'
import type { Context, Reach } from '#platform/context'
import { type At, clockOf, directivesAt, partsAt } from './past.ts'
import { within } from './scope.ts'

/** What became, within a span of days, of the tasks of one agency. */
export interface DirectiveCounts {
  organisation: string
  /** Under way when the span began. */
  carried: number
  /** Bound within it. */
  assigned: number
  doneInTime: number
  doneLate: number
  /** Under way at its end (or now): past their time, and not yet due. */
  late: number
  notYetDue: number
  extended: number
  returned: number
  /** Of those bound within it: entered within the working days that the pack allows. */
  enteredInTime: number
}

/**
 * Counts by agency over whole days, both included, as things stand or stood at the end of the span. What was handed in before its time is
 * in time however long the verifier took; what is withdrawn counts no more.
 */
export async function countDirectives(
  ctx: Context,
  question: { from: string; to: string; reach?: Reach; at?: At },
): Promise<DirectiveCounts[]> {
  const { sql } = ctx
  const now = clockOf(ctx, question.at)
  const { timeZone } = (await getHomePack(sql)).card
  const from = instantOf(question.from, '00:00', timeZone)
  const end = new Date(instantOf(question.to, '00:00', timeZone).getTime() + 86_400_000)
  const at = end < now ? end : now
  return sql<DirectiveCounts[]>`
    with bound as (
      select part.*, directive.entered_in_time, part.done_at is null or part.done_at > ${at} as is_open
      from ${partsAt(sql, question.at)} join ${directivesAt(sql, question.at)} on directive.code = part.directive
      where part.started_at <= ${at} and part.state <> 'withdrawn' and (part.done_at is null or part.done_at >= ${from})
        and ${within(sql, question.reach ?? 'all')}
    )
    select organisation,
      count(*) filter (where started_at < ${from})::int as carried,
      count(*) filter (where started_at >= ${from})::int as assigned,
      count(*) filter (where not is_open and done_in_time)::int as done_in_time,
      count(*) filter (where not is_open and not done_in_time)::int as done_late,
      count(*) filter (where is_open and due_at < ${at} and coalesce(submitted_at > due_at, true))::int as late,
      count(*) filter (where is_open and not (due_at < ${at} and coalesce(submitted_at > due_at, true)) is true)::int as not_yet_due,
      count(*) filter (where exists (
        select from directives.request where request.part = bound.code and request.kind = 'extension' and request.decision = 'granted'
          and request.decided_at >= ${from} and request.decided_at < ${at}))::int as extended,
      coalesce(sum(returned), 0)::int as returned,
      count(*) filter (where started_at >= ${from} and entered_in_time)::int as entered_in_time
    from bound group by organisation order by organisation`
}
