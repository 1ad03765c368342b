import type { Context, Reach } from '#platform/context'
import { type Condition, type SourceKind, type State, stateNames } from '../model.ts'
import { givePath, partPath } from '../paths.ts'
import { isLate, thisWeek } from './list.ts'
import { type At, clockOf, directivesAt, partsAt } from './past.ts'
import { seenBy, within } from './scope.ts'

export interface DirectiveSource {
  kind: Exclude<SourceKind, 'hand'>
  code: string
  title: string
  url: string
  organisation?: string
  area?: string
  /** What the source itself speaks of, such as the project behind an alert: the task is listed there too. */
  about?: { kind: string; code: string } | null | undefined
}

/** Address of the form behind every `Giao nhiệm vụ`: what is known of the source is filled in. */
export function directiveFormPath(source: DirectiveSource): string {
  const query = new URLSearchParams({ loai: source.kind, ma: source.code, ten: source.title, 'duong-dan': source.url })
  if (source.organisation) query.set('don-vi', source.organisation)
  if (source.area) query.set('dia-ban', source.area)
  if (source.about) {
    query.set('ve-loai', source.about.kind)
    query.set('ve-ma', source.about.code)
  }
  return `${givePath}?${query}`
}

export interface DirectiveOfSource {
  code: string
  title: string
  state: State
  stateName: string
  dueAt: Date | null
  url: string
}

/**
 * What was assigned because of an indicator, alert, record …, or of an alert about it: the parts the caller may see, newest first. `at`: as
 * it was known then.
 */
export async function listDirectivesOf(
  ctx: Context,
  source: { kind: string; code: string },
  at?: At,
): Promise<DirectiveOfSource[]> {
  const { sql } = ctx
  const rows = await sql<{ code: string; title: string; state: State; dueAt: Date | null }[]>`
    select part.code, directive.title, part.state, part.due_at
    from ${directivesAt(sql, at)} join ${partsAt(sql, at)} on part.directive = directive.code
    where (directive.source_kind = ${source.kind} and directive.source_code = ${source.code}
        or directive.about_kind = ${source.kind} and directive.about_code = ${source.code}) and ${seenBy(ctx)}
    order by directive.recorded_at desc, part.number limit 50`
  return rows.map((row) => ({ ...row, stateName: stateNames[row.state], url: partPath(row.code, at) }))
}

export interface DirectiveSummary {
  open: number
  dueThisWeek: number
  late: number
  waitingVerification: number
}

/** Parts under way within a reach; the week ends on Sunday night. */
export async function summariseDirectives(ctx: Context, reach: Reach, at?: At): Promise<DirectiveSummary> {
  const { sql } = ctx
  const now = clockOf(ctx, at)
  const week = await thisWeek({ sql, now })
  const [row] = await sql<DirectiveSummary[]>`
    select count(*)::int as open,
      count(*) filter (where part.due_at >= ${now} and part.due_at < ${week.to})::int as due_this_week,
      count(*) filter (where ${isLate(sql, now)})::int as late,
      count(*) filter (where part.state = 'awaiting-verification')::int as waiting_verification
    from ${partsAt(sql, at)} join ${directivesAt(sql, at)} on directive.code = part.directive
    where part.state not in ('done', 'withdrawn', 'opinion') and ${within(sql, reach)}`
  return row ?? { open: 0, dueThisWeek: 0, late: 0, waitingVerification: 0 }
}

export interface WaitingCondition {
  directive: string
  condition: Condition
}

/** Parts that wait for data to show that they are done. */
export const listConditions = (ctx: Context): Promise<WaitingCondition[]> => ctx.sql<WaitingCondition[]>`
  select code as directive, condition from directives.part
  where condition is not null and state not in ('opinion', 'issued', 'done', 'withdrawn') order by code`
