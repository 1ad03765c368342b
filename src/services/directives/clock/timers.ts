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

export function planTimers(
  compiled: CompiledCalendar,
  part: Pick<Part, 'dueAt' | 'startedAt' | 'state'>,
  settings: Settings,
  line: Line,
): Timer[] {
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

/** A row that is there: done for the deadline it names, or waiting. */
export interface KnownTimer {
  id: number
  kind: Timer['kind']
  step: number
  base: string
  at: string
  done: boolean
}

/** What has to be written so that what is planned waits, and nothing else. */
export interface TimerChanges {
  put: Timer[]
  set: { id: number; at: Date }[]
  drop: number[]
}

/** The same as `replaceTimers`, worked out for one of many parts. What was done for this very deadline is not planned again. */
export function compareTimers(
  known: readonly KnownTimer[],
  dueAt: Date | null,
  planned: readonly Timer[],
): TimerChanges | undefined {
  const base = dueAt?.getTime()
  const open = new Map<string, KnownTimer>()
  const done = new Set<string>()
  for (const row of known)
    if (!row.done) open.set(`${row.kind} ${row.step}`, row)
    else if (Date.parse(row.base) === base) done.add(`${row.kind} ${row.step}`)
  const changes: TimerChanges = { put: [], set: [], drop: [] }
  for (const timer of planned) {
    const key = `${timer.kind} ${timer.step}`
    if (done.has(key)) continue
    const waiting = open.get(key)
    open.delete(key)
    if (!waiting) changes.put.push(timer)
    else if (Date.parse(waiting.at) !== timer.at.getTime() || Date.parse(waiting.base) !== base)
      changes.set.push({ id: waiting.id, at: timer.at })
  }
  changes.drop = [...open.values()].map(({ id }) => id)
  return changes.put.length + changes.set.length + changes.drop.length > 0 ? changes : undefined
}

/** Writes the changes of many parts at once: rows are moved where they are, which costs half of making them anew. */
export async function changeTimers(
  sql: Sql,
  parts: readonly { part: string; dueAt: Date | null; changes: TimerChanges }[],
): Promise<void> {
  const drop = parts.flatMap(({ changes }) => changes.drop)
  if (drop.length > 0) await sql`delete from directives.timer where id = any(${drop}::bigint[]) and done_at is null`
  const set = parts.flatMap(({ dueAt, changes }) => changes.set.map((one) => ({ ...one, dueAt })))
  if (set.length > 0)
    await sql`
      update directives.timer set at = n.at, base_due_at = n.due_at
      from unnest(${set.map(({ id }) => id)}::bigint[], ${set.map(({ at }) => at.toISOString())}::timestamptz[],
        ${set.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[]) as n (id, at, due_at)
      where timer.id = n.id and timer.done_at is null`
  const put = parts.flatMap(({ part, dueAt, changes }) => changes.put.map((timer) => ({ part, dueAt, ...timer })))
  if (put.length > 0)
    await sql`
      insert into directives.timer (part, kind, step, base_due_at, at)
      select * from unnest(${put.map(({ part }) => part)}::text[], ${put.map(({ kind }) => kind)}::text[],
        ${put.map(({ step }) => step)}::int[], ${put.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[],
        ${put.map(({ at }) => at.toISOString())}::timestamptz[])
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
