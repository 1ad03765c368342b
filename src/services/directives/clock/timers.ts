// What falls due by itself, as rows: they are planned whenever a clock changes and read against `ctx.now`. A row is done once, in the
// transaction of what it does; one whose clock has changed since is taken away before it was done.
import { addWorkingMs, type CompiledCalendar, dueAt } from '#calendar'
import type { Sql } from '#platform/sql'
import { owedStates } from '../model.ts'
import type { Line, Settings } from '../settings.ts'
import type { Part } from '../store.ts'
import { stepsOf } from './ladder.ts'

export interface Timer {
  kind: 'due-soon' | 'late' | 'escalate'
  step: number
  at: Date
}

/** The last moment is still in time. */
const afterMs = 1000

export function planTimers(compiled: CompiledCalendar, part: Part, settings: Settings, line: Line): Timer[] {
  const { dueAt: due, startedAt } = part
  if (!due || !startedAt || !owedStates.includes(part.state)) return []
  const soon = addWorkingMs(compiled, due, -settings.warnBefore.hours * 3_600_000)
  const warning: Timer[] = soon > startedAt ? [{ kind: 'due-soon', step: 0, at: soon }] : []
  const climbing = stepsOf(settings, line).map(
    ({ after }, index): Timer => ({
      kind: 'escalate',
      step: index + 1,
      at: new Date((after.amount === 0 ? due : latest(compiled, due, after)).getTime() + afterMs),
    }),
  )
  return [...warning, { kind: 'late', step: 0, at: new Date(due.getTime() + afterMs) }, ...climbing]
}

const latest = (compiled: CompiledCalendar, due: Date, after: { amount: number; unit: 'working-day' }): Date =>
  dueAt(compiled, { startedAt: due, budget: after }) ?? due

/**
 * What waits for a part is what its present deadline asks for: rows of another deadline go, rows that are there stay as they are, and what
 * was done for this very deadline is not planned again.
 */
export async function replaceTimers(sql: Sql, part: Part, timers: readonly Timer[]): Promise<void> {
  const planned = timers.map(({ kind, step }) => `${kind} ${step}`)
  await sql`
    delete from directives.timer
    where part = ${part.code} and done_at is null
      and (base_due_at is distinct from ${part.dueAt} or kind || ' ' || step <> all(${planned}))`
  if (timers.length === 0) return
  const rows = timers.map(({ kind, step, at }) => ({ part: part.code, kind, step, base_due_at: part.dueAt, at }))
  await sql`insert into directives.timer ${sql(rows)} on conflict (part, kind, step, base_due_at) do nothing`
}

/** The same for many parts at once. */
export async function replaceTimersOfMany(
  sql: Sql,
  parts: readonly { part: string; dueAt: Date | null; timers: readonly Timer[] }[],
): Promise<void> {
  await sql`
    delete from directives.timer where part = any(${parts.map(({ part }) => part)}::text[]) and done_at is null`
  const rows = parts.flatMap(({ part, dueAt, timers }) => timers.map((timer) => ({ part, dueAt, ...timer })))
  await sql`
    insert into directives.timer (part, kind, step, base_due_at, at)
    select * from unnest(${rows.map(({ part }) => part)}::text[], ${rows.map(({ kind }) => kind)}::text[],
      ${rows.map(({ step }) => step)}::int[], ${rows.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[],
      ${rows.map(({ at }) => at.toISOString())}::timestamptz[])
    on conflict (part, kind, step, base_due_at) do nothing`
}

export interface WaitingTimer {
  id: number
  part: string
  kind: Timer['kind']
  step: number
  baseDueAt: Date
  at: Date
}

/** Parts with something due, the oldest first. */
export const listDueParts = (sql: Sql, now: Date, limit: number): Promise<{ part: string }[]> => sql<
  { part: string }[]
>`
  select part from directives.timer where done_at is null and at <= ${now} group by part order by min(at) limit ${limit}`

/** Due rows of one part, held until the transaction ends. */
export const lockDueTimers = (sql: Sql, part: string, now: Date): Promise<WaitingTimer[]> => sql<WaitingTimer[]>`
  select id, part, kind, step, base_due_at, at from directives.timer
  where part = ${part} and done_at is null and at <= ${now}
  order by at, kind desc, step for update`

export async function markTimer(sql: Sql, id: number, now: Date): Promise<void> {
  await sql`update directives.timer set done_at = ${now} where id = ${id}`
}
