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

/** Of what its present deadline asks for, the first that was not done for this very deadline: the only row of a part that waits. */
function nextOf(planned: readonly Timer[], isDone: (timer: Timer) => boolean): Timer | undefined {
  const [next] = planned.filter((timer) => !isDone(timer)).toSorted((a, b) => a.at.getTime() - b.at.getTime())
  return next
}

/** Once it is done the next one waits: whatever is done to a part plans it anew. */
export async function replaceTimers(sql: Sql, part: Part, planned: readonly Timer[]): Promise<void> {
  const done = await sql<Pick<Timer, 'kind' | 'step'>[]>`
    select kind, step from directives.timer
    where part = ${part.code} and base_due_at is not distinct from ${part.dueAt} and done_at is not null`
  const next = nextOf(planned, (timer) => done.some(({ kind, step }) => kind === timer.kind && step === timer.step))
  await sql`
    delete from directives.timer
    where part = ${part.code} and done_at is null
      and (base_due_at, kind, step, at) is distinct from
        (${part.dueAt}::timestamptz, ${next?.kind ?? null}::text, ${next?.step ?? null}::int, ${next?.at ?? null}::timestamptz)`
  if (!next) return
  const { kind, step, at } = next
  const row = { part: part.code, kind, step, base_due_at: part.dueAt, at }
  await sql`insert into directives.timer ${sql(row)} on conflict (part, kind, step, base_due_at) do nothing`
}

/** Those whose time had come before the part was written: they stand as done. */
export async function writeDone(sql: Sql, part: Part, timers: readonly Timer[]): Promise<void> {
  if (timers.length === 0) return
  const rows = timers.map(({ kind, step, at }) => ({
    part: part.code,
    kind,
    step,
    base_due_at: part.dueAt,
    at,
    done_at: at,
  }))
  await sql`insert into directives.timer ${sql(rows)}`
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

/** The same as `replaceTimers`, worked out for one of many parts. */
export function compareTimers(
  known: readonly KnownTimer[],
  dueAt: Date | null,
  planned: readonly Timer[],
): TimerChanges | undefined {
  const base = dueAt?.getTime()
  const isSame = (row: KnownTimer, { kind, step }: Timer) => row.kind === kind && row.step === step
  const done = known.filter((row) => row.done && Date.parse(row.base) === base)
  const next = nextOf(planned, (timer) => done.some((row) => isSame(row, timer)))
  const open = known.filter((row) => !row.done)
  const waiting = next && open.find((row) => isSame(row, next))
  const drop = open.filter((row) => row !== waiting).map(({ id }) => id)
  const stays = waiting && Date.parse(waiting.at) === next?.at.getTime() && Date.parse(waiting.base) === base
  const set = next && waiting && !stays ? [{ id: waiting.id, at: next.at }] : []
  const put = next && !waiting ? [next] : []
  return put.length + set.length + drop.length > 0 ? { put, set, drop } : undefined
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

/** The earliest due row of a part, held until the transaction ends. */
export async function lockDueTimer(sql: Sql, part: string, now: Date): Promise<WaitingTimer | undefined> {
  const [row] = await sql<WaitingTimer[]>`
    select id, part, kind, step, base_due_at, at from directives.timer
    where part = ${part} and done_at is null and at <= ${now}
    order by at, kind desc, step limit 1 for update`
  return row
}

export async function markTimer(sql: Sql, id: number, now: Date): Promise<void> {
  await sql`update directives.timer set done_at = ${now} where id = ${id}`
}
