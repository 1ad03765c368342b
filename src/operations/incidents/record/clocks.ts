// What a changed calendar does to the open tasks whose playbook gives them working time; minutes run on as they are.
import { addWorkingMs, type CalendarBook } from '#calendar'
import type { ClockMove } from '#platform/capability'
import { announce } from '#platform/live'
import { moveDues } from '#worklist'
import { listInWorkingTime, setDues } from './task-store.ts'
import { keepTasks, kindOf, taskPath } from './tasks.ts'

interface TaskMove extends ClockMove {
  id: number
  after: Date
  incident: string
  exercise: boolean
}

export const taskClocks: CalendarBook<TaskMove> = {
  name: 'incidents.task',
  title: 'Hạn nhiệm vụ của tình huống',
  async reckon(ctx, { since, calendarOf, after, limit, hold }) {
    const tasks = await listInWorkingTime(ctx.sql, { since, after: Number(after ?? 0), limit, hold })
    const moves = tasks.flatMap((task): TaskMove[] => {
      const calendar = calendarOf(task.organisation)
      const dueAt = calendar && addWorkingMs(calendar, task.startedAt, task.workingHours * 3_600_000)
      if (!dueAt || dueAt.getTime() === task.dueAt.getTime()) return []
      const { id, incident, number, organisation } = task
      const place = { key: String(id), code: `${incident}/${number}`, organisation, url: taskPath(task) }
      return [{ ...place, before: task.dueAt, after: dueAt, id, incident, exercise: task.exercise }]
    })
    const last = tasks.length < limit ? undefined : tasks.at(-1)?.id
    return { seen: tasks.length, last: last === undefined ? undefined : String(last), moves }
  },
  async move(ctx, moves) {
    await setDues(
      ctx.sql,
      moves.map(({ id, after }) => ({ id, dueAt: after })),
    )
    await keepTasks(ctx.sql, moves, ctx.now)
    await moveDues(
      ctx,
      'incidents',
      moves.map(({ code, after, exercise }) => ({ kind: kindOf(exercise), code, dueAt: after })),
    )
    await announce(ctx.sql, [...new Set(moves.map(({ incident }) => `incident:${incident}`))])
  },
}
