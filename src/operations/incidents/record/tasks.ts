import { addWorkingMs, getCalendarOf } from '#calendar'
import type { StoredFile } from '#files'
import { listPeople, partiesOf } from '#identity'
import { notify, type Recipient } from '#notifications'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { closeItem, openItem } from '#worklist'
import { canMoveTask, incidentPath, markExercise, titleOf } from '../model.ts'
import { keep } from '../past-store.ts'
import type { PlaybookBody, When } from '../playbooks/model.ts'
import { account, changeIncident, commandPermission, getIncident, recordDeed, writeDeed } from './access.ts'
import type { Incident } from './store.ts'
import * as store from './task-store.ts'

export const taskPath = (task: Pick<store.Task, 'incident' | 'number'>): string =>
  `${incidentPath(task.incident)}/nhiem-vu/${task.number}`

/** When a step is due that begins to run now. */
export async function dueOf(ctx: Context, when: When, from: Date, organisation: string): Promise<Date> {
  if ('minutes' in when) return new Date(from.getTime() + when.minutes * 60_000)
  const calendar = await getCalendarOf(ctx, organisation)
  return addWorkingMs(calendar, from, when.workingHours * 3_600_000)
}

/** Makes tasks of every step: those that wait for nothing begin with the incident. */
export async function addSteps(
  ctx: Context,
  incident: Incident,
  { steps }: Pick<PlaybookBody, 'steps'>,
): Promise<void> {
  for (const step of steps) {
    const waits = step.when.after !== undefined
    const number = await store.insertTask(ctx.sql, {
      incident: incident.code,
      exercise: incident.exercise,
      step: step.key,
      title: step.title,
      what: step.what,
      organisation: step.who.organisation,
      role: step.who.role,
      dueRule: step.when,
      dueAt: waits ? undefined : await dueOf(ctx, step.when, incident.startedAt, step.who.organisation),
      evidence: step.evidence,
      messages: step.messages,
      state: waits ? 'waiting' : 'open',
      openedAt: waits ? undefined : ctx.now,
    })
    if (number && !waits) await openWork(ctx, incident, await getTask(ctx, incident.code, number))
  }
}

export interface TaskWish {
  title: string
  what: string
  organisation: string
  assignee?: string
  dueAt: Date
  evidence?: string
  formKey: string
}

/** A task beside those of the playbook. */
export function addTask(ctx: Context, code: string, wish: TaskWish): Promise<void> {
  return changeIncident(ctx, code, async (inner, incident) => {
    const faults = []
    if (!wish.title.trim()) faults.push({ path: 'title', message: 'Ghi việc phải làm.' })
    if (!(await findOrganisation(inner.sql, wish.organisation)))
      faults.push({ path: 'don-vi', message: 'Không có đơn vị này. Hãy chọn trong danh sách.' })
    if (wish.dueAt <= inner.now) faults.push({ path: 'han', message: 'Hạn phải sau thời điểm hiện tại.' })
    const assignee = await findAssignee(inner, wish.assignee)
    if (wish.assignee && !assignee)
      faults.push({ path: 'nguoi', message: 'Không có tài khoản này. Để trống nếu giao cho đơn vị.' })
    if (faults.length > 0) throw invalid('Chưa thêm được nhiệm vụ.', faults)
    const number = await store.insertTask(inner.sql, {
      incident: code,
      exercise: incident.exercise,
      title: wish.title.trim(),
      what: wish.what.trim() || wish.title.trim(),
      organisation: wish.organisation,
      assignee: assignee?.account,
      assigneeName: assignee?.name,
      dueAt: wish.dueAt,
      evidence: wish.evidence?.trim() || undefined,
      messages: [],
      state: 'open',
      openedAt: inner.now,
      formKey: wish.formKey,
    })
    if (!number) return
    const task = await getTask(inner, code, number)
    await openWork(inner, incident, task)
    await writeDeed(inner, incident, { text: `Giao nhiệm vụ ${number}: ${task.title}`, task: task.id })
    await recordDeed(inner, incident, 'incident-task.added', { number, organisation: task.organisation })
  })
}

async function findAssignee(ctx: Context, wanted: string | undefined) {
  if (!wanted?.trim()) return undefined
  const [person] = await listPeople(ctx, [wanted.trim()])
  return person
}

/** @throws Problem 404 */
export async function getTask(ctx: Context, code: string, number: number, at?: Date): Promise<store.Task> {
  const task = await store.findTask(ctx.sql, code, number, at)
  if (!task) throw notFound('incident-task', `${code}/${number}`)
  return task
}

/** Who commands, who is of the organisation that does it, and the person it was given to. */
export const mayEnd = (ctx: Context, incident: Pick<Incident, 'organisation'>, task: store.Task): boolean =>
  ctx.can(commandPermission, incident.organisation) ||
  ctx.can(commandPermission, task.organisation) ||
  (task.assignee !== null && partiesOf(ctx.actor).includes(task.assignee))

export interface TaskEnd {
  state: 'done' | 'skipped'
  /** What came of it, or why it was left out. */
  result?: string
  file?: StoredFile
}

/** Ends a task; those that waited for it begin. @throws Problem 422 without the evidence or the reason that it needs. */
export function endTask(ctx: Context, code: string, number: number, end: TaskEnd): Promise<void> {
  const result = end.result?.trim() || undefined
  return changeIncident(
    ctx,
    code,
    async (inner, incident) => {
      const task = await getTask(inner, code, number)
      if (!mayEnd(inner, incident, task)) throw forbidden(commandPermission, task.organisation)
      if (!canMoveTask(task.state, end.state)) throw refusal(task)
      if (end.state === 'skipped' && !result)
        throw invalid('Chưa bỏ qua được.', [{ path: 'ket-qua', message: 'Ghi lý do bỏ qua bước này.' }])
      if (end.state === 'done' && task.evidence && !result && !end.file)
        throw invalid('Chưa kết thúc được nhiệm vụ.', [
          {
            path: 'ket-qua',
            message: `Nhiệm vụ này cần minh chứng: ${task.evidence}. Hãy ghi kết quả hoặc đính kèm tệp.`,
          },
        ])
      const by = { by: account(inner), name: inner.actor.name }
      await store.endTask(inner.sql, task.id, { ...by, state: end.state, at: inner.now, result, file: end.file })
      await closeWork(inner, task)
      const words = end.state === 'done' ? 'Xong' : 'Bỏ qua'
      await writeDeed(inner, incident, {
        text: `${words} nhiệm vụ ${number}: ${task.title}${result ? `. ${result}` : ''}`,
        task: task.id,
      })
      await recordDeed(inner, incident, end.state === 'done' ? 'incident-task.done' : 'incident-task.skipped', {
        number,
        ...(end.file ? { sha256: end.file.sha256 } : {}),
      })
      await startFollowing(inner, incident, task)
    },
    { anybody: true },
  )
}

const refusal = (task: store.Task) =>
  task.state === 'waiting'
    ? conflict(
        'incident-task.waiting',
        'Nhiệm vụ này còn chờ bước trước. Hãy kết thúc bước trước, hoặc bỏ qua có lý do.',
      )
    : conflict('incident-task.ended', 'Nhiệm vụ này đã kết thúc rồi. Cần làm thêm thì thêm nhiệm vụ mới.')

async function startFollowing(ctx: Context, incident: Incident, ended: store.Task): Promise<void> {
  if (!ended.step) return
  for (const task of await store.listTasks(ctx.sql, incident.code)) {
    if (task.state !== 'waiting' || !task.dueRule || task.dueRule.after !== ended.step) continue
    const dueAt = await dueOf(ctx, task.dueRule, ctx.now, task.organisation)
    await store.startTask(ctx.sql, task.id, ctx.now, dueAt)
    await openWork(ctx, incident, { ...task, dueAt })
  }
}

/** Gives an open task to a person, or back to the organisation. */
export function assignTask(ctx: Context, code: string, number: number, to: string): Promise<void> {
  return changeIncident(
    ctx,
    code,
    async (inner, incident) => {
      const task = await getTask(inner, code, number)
      if (!mayEnd(inner, incident, task)) throw forbidden(commandPermission, task.organisation)
      if (task.state === 'done' || task.state === 'skipped') throw refusal(task)
      const person = await findAssignee(inner, to)
      if (to.trim() && !person)
        throw invalid('Chưa giao được.', [
          { path: 'nguoi', message: 'Không có tài khoản này. Để trống nếu giao cho đơn vị.' },
        ])
      await store.assignTask(inner.sql, task.id, person)
      await writeDeed(inner, incident, {
        text: `Nhiệm vụ ${number} ${person ? `giao cho ${person.name}` : 'trả về đơn vị'}`,
        task: task.id,
      })
      await recordDeed(inner, incident, 'incident-task.assigned', { number, assignee: person?.account ?? null })
      if (task.state === 'open')
        await openWork(inner, incident, {
          ...task,
          assignee: person?.account ?? null,
          assigneeName: person?.name ?? null,
        })
    },
    { anybody: true },
  )
}

/** Kind of the worklist's items: those of exercises are counted by themselves. */
export const kindOf = (exercise: boolean): string => (exercise ? 'exercise-task' : 'task')

async function openWork(ctx: Context, incident: Incident, task: store.Task): Promise<void> {
  await openItem(ctx, {
    capability: 'incidents',
    kind: kindOf(task.exercise),
    code: `${task.incident}/${task.number}`,
    title: titleOf({ exercise: task.exercise, title: `${task.title} (${incident.title})` }),
    organisation: task.organisation,
    assignee: task.assignee ?? undefined,
    dueAt: task.dueAt ?? undefined,
    url: taskPath(task),
    permission: commandPermission,
    grave: !task.exercise && task.lateAt !== null,
  })
}

const closeWork = (ctx: Context, task: store.Task): Promise<void> =>
  closeItem(ctx, { capability: 'incidents', kind: kindOf(task.exercise), code: `${task.incident}/${task.number}` })

export const recipientsOf = (task: store.Task): Recipient[] => [
  task.assignee ? { account: task.assignee } : { permission: commandPermission, organisation: task.organisation },
]

/** Warns before a task is due and raises it when it is late: each once, whoever wakes it and however often. */
export async function watchTasks(ctx: Context, warnMinutes: number): Promise<void> {
  await ctx.transaction(async (inner) => {
    const warnBefore = new Date(inner.now.getTime() + warnMinutes * 60_000)
    const tasks = await store.takeDueSoon(inner.sql, inner.now, warnBefore)
    for (const task of tasks) await tell(inner, task, 'incident.task-due')
    await keepTasks(inner.sql, tasks, inner.now)
  })
  const late = await ctx.transaction((inner) => raiseLate(inner))
  if (late > 0) ctx.log.info({ tasks: late }, 'tasks of incidents are late')
}

/** Keeps how the tasks of these incidents stand. */
export async function keepTasks(sql: Sql, changed: readonly { incident: string }[], at: Date): Promise<void> {
  for (const code of new Set(changed.map(({ incident }) => incident))) await keep(sql, 'task', code, at)
}

async function raiseLate(ctx: Context): Promise<number> {
  const tasks = await store.takeLate(ctx.sql, ctx.now)
  for (const task of tasks) {
    const incident = await getIncident(ctx, task.incident)
    await writeDeed(ctx, incident, { text: `Nhiệm vụ ${task.number} quá hạn: ${task.title}`, task: task.id })
    await openWork(ctx, incident, task)
    await tell(ctx, task, 'incident.task-late', incident.commander ?? undefined)
  }
  await keepTasks(ctx.sql, tasks, ctx.now)
  return tasks.length
}

async function tell(ctx: Context, task: store.Task, notice: string, alsoTo?: string): Promise<void> {
  await notify(ctx, {
    notice,
    to: [...recipientsOf(task), ...(alsoTo ? [{ account: alsoTo }] : [])],
    values: { title: markExercise(task.exercise, task.title), incident: task.incident },
    url: taskPath(task),
    urgency: task.exercise ? 'routine' : 'urgent',
    dedupeKey: `${notice} ${task.incident}/${task.number}`,
  })
}
