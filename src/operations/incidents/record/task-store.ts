import type { StoredFile } from '#files'
import type { Sql } from '#platform/sql'
import type { TaskState } from '../model.ts'
import { rowsAt } from '../past-store.ts'
import type { StepMessage, When } from '../playbooks/model.ts'

export interface Task {
  id: number
  incident: string
  exercise: boolean
  number: number
  step: string | null
  title: string
  what: string
  organisation: string
  role: string | null
  assignee: string | null
  assigneeName: string | null
  dueRule: When | null
  dueAt: Date | null
  evidence: string | null
  messages: StepMessage[]
  state: TaskState
  openedAt: Date | null
  endedAt: Date | null
  endedName: string | null
  result: string | null
  file: StoredFile | null
  warnedAt: Date | null
  lateAt: Date | null
}

const columns = (sql: Sql) => sql`
  t.id, t.incident, t.exercise, t.number, t.step, t.title, t.what, t.organisation, t.role, t.assignee, t.assignee_name,
  t.due_rule, t.due_at, t.evidence, t.messages, t.state, t.opened_at, t.ended_at, t.ended_name, t.result, t.file,
  t.warned_at, t.late_at`

/** @param at as of an earlier moment */
export function listTasks(sql: Sql, incident: string, at?: Date): Promise<Task[]> {
  return sql<Task[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'task', at, sql`k.scope = ${incident}`)} t where t.incident = ${incident} order by t.number limit 500`
}

export async function findTask(sql: Sql, incident: string, number: number, at?: Date): Promise<Task | undefined> {
  const [row] = await sql<Task[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'task', at, sql`k.scope = ${incident}`)} t where t.incident = ${incident} and t.number = ${number}`
  return row
}

export interface NewTask {
  incident: string
  exercise: boolean
  step?: string
  title: string
  what: string
  organisation: string
  role?: string
  assignee?: string
  assigneeName?: string
  dueRule?: When
  dueAt?: Date
  evidence?: string
  messages: readonly StepMessage[]
  state: 'waiting' | 'open'
  openedAt?: Date
  formKey?: string
}

/** The incident's row is locked, so numbers follow one another. @returns the number; nothing where the form came twice. */
export async function insertTask(sql: Sql, one: NewTask): Promise<number | undefined> {
  const [row] = await sql<{ number: number }[]>`
    insert into incidents.task
      (incident, exercise, number, step, title, what, organisation, role, assignee, assignee_name, due_rule, due_at, evidence,
       messages, state, opened_at, form_key)
    select ${one.incident}, ${one.exercise}, coalesce(max(number), 0) + 1, ${one.step ?? null}, ${one.title}, ${one.what},
      ${one.organisation}, ${one.role ?? null}, ${one.assignee ?? null}, ${one.assigneeName ?? null},
      ${one.dueRule ? sql.json(one.dueRule as never) : null}, ${one.dueAt ?? null}::timestamptz, ${one.evidence ?? null},
      ${sql.json(one.messages as never)}, ${one.state}, ${one.openedAt ?? null}::timestamptz, ${one.formKey ?? null}
    from incidents.task where incident = ${one.incident}
    on conflict (form_key) do nothing returning number`
  return row?.number
}

/** Begins to run: those that waited for the step that has ended. */
export async function startTask(sql: Sql, id: number, at: Date, dueAt: Date): Promise<void> {
  await sql`
    update incidents.task set state = 'open', opened_at = ${at}, due_at = ${dueAt} where id = ${id} and state = 'waiting'`
}

export async function endTask(
  sql: Sql,
  id: number,
  end: { state: 'done' | 'skipped'; at: Date; by: string; name: string; result?: string; file?: StoredFile },
): Promise<void> {
  await sql`
    update incidents.task set state = ${end.state}, ended_at = ${end.at}, ended_by = ${end.by}, ended_name = ${end.name},
      result = ${end.result ?? null}, file = ${end.file ? sql.json(end.file as never) : null}
    where id = ${id} and state in ('waiting', 'open')`
}

export async function assignTask(
  sql: Sql,
  id: number,
  to: { account: string; name: string } | undefined,
): Promise<void> {
  await sql`
    update incidents.task set assignee = ${to?.account ?? null}, assignee_name = ${to?.name ?? null} where id = ${id}`
}

/** Tasks that a step of time has come for; each is taken by one worker. */
export function takeDueSoon(sql: Sql, now: Date, warnBefore: Date): Promise<Task[]> {
  return sql<Task[]>`
    update incidents.task t set warned_at = ${now}
    where t.id in (
      select id from incidents.task where state = 'open' and warned_at is null and late_at is null
        and due_at > ${now} and due_at <= ${warnBefore}
        -- What was given with so little time is known; only what has lain for a while is called to mind.
        and due_at - opened_at > ${warnBefore}::timestamptz - ${now}::timestamptz
      order by due_at limit 200 for update skip locked)
    returning ${columns(sql)}`
}

export function takeLate(sql: Sql, now: Date): Promise<Task[]> {
  return sql<Task[]>`
    update incidents.task t set late_at = ${now}
    where t.id in (
      select id from incidents.task where state = 'open' and late_at is null and due_at < ${now}
      order by due_at limit 200 for update skip locked)
    returning ${columns(sql)}`
}

export interface TimedTask {
  id: number
  incident: string
  exercise: boolean
  number: number
  organisation: string
  dueAt: Date
  startedAt: Date
  workingHours: number
}

/** Open tasks whose time is working time and that are due on or after a moment: a batch in the order of ids. */
export function listInWorkingTime(
  sql: Sql,
  { since, after, limit, hold }: { since: Date; after: number; limit: number; hold: boolean },
): Promise<TimedTask[]> {
  return sql<TimedTask[]>`
    select t.id, t.incident, t.exercise, t.number, t.organisation, t.due_at,
      case when t.due_rule ? 'after' then t.opened_at else i.started_at end as started_at,
      (t.due_rule ->> 'workingHours')::float8 as working_hours
    from incidents.task t join incidents.incident i on i.code = t.incident
    where t.state = 'open' and t.due_rule ? 'workingHours' and t.due_at >= ${since} and t.id > ${after}
    order by t.id limit ${limit} ${hold ? sql`for update of t` : sql``}`
}

export async function setDues(sql: Sql, dues: readonly { id: number; dueAt: Date }[]): Promise<void> {
  await sql`
    update incidents.task t set due_at = n.due_at
    from unnest(${dues.map(({ id }) => id)}::bigint[], ${dues.map(({ dueAt }) => dueAt.toISOString())}::timestamptz[])
      as n (id, due_at)
    where t.id = n.id`
}
