import { summariseDuties } from '#duties'
import type { ShiftMatters } from '#platform/capability'
import type { Context } from '#platform/context'
import { formatDateTime } from '#ui'
import { titleOf } from '../model.ts'
import { listOpenIncidents } from '../record/face.ts'
import { listTasks } from '../record/task-store.ts'
import { taskPath } from '../record/tasks.ts'
import type { Matter } from './hand-over-store.ts'

const mostOfOne = 60

/** What is open when a shift ends: incidents, their tasks, late sources, and what other rooms put on their cards (alerts). */
export async function listMatters(ctx: Context, contributions: readonly ShiftMatters[]): Promise<Matter[]> {
  const matters: Matter[] = []
  for (const { title: group, permission, list } of contributions) {
    if (!ctx.can(permission)) continue
    for (const one of (await list(ctx)).slice(0, mostOfOne)) matters.push({ group, ...one })
  }
  const incidents = await listOpenIncidents(ctx)
  for (const one of incidents)
    matters.push({
      group: one.exercise ? 'Diễn tập đang chạy' : 'Tình huống đang xử lý',
      title: `${one.code}: ${titleOf(one)}`,
      url: one.url,
      note: `${one.level}, ${one.stepsDone}/${one.stepsTotal} nhiệm vụ xong, chỉ huy: ${one.commander ?? 'chưa có'}`,
      exercise: one.exercise,
    })
  for (const { code, exercise } of incidents) matters.push(...(await openTasks(ctx, code, exercise)))
  return [...matters, ...(await lateSources(ctx))]
}

async function openTasks(ctx: Context, code: string, exercise: boolean): Promise<Matter[]> {
  const open = (await listTasks(ctx.sql, code)).filter(({ state }) => state === 'open')
  return open.slice(0, mostOfOne).map((task) => ({
    group: exercise ? 'Nhiệm vụ diễn tập' : 'Nhiệm vụ chưa xong',
    title: titleOf({ exercise, title: `${code} số ${task.number}: ${task.title}` }),
    url: taskPath(task),
    note: task.dueAt ? `hạn ${formatDateTime(task.dueAt)}${task.dueAt < ctx.now ? ', quá hạn' : ''}` : undefined,
    exercise,
  }))
}

async function lateSources(ctx: Context): Promise<Matter[]> {
  if (!ctx.can('duty:read')) return []
  const duties = await summariseDuties(ctx, ctx.reach('duty:read'), 'source')
  if (duties.total === 0) return []
  return [
    {
      group: 'Nguồn dữ liệu',
      title: `${duties.onTime}/${duties.total} nguồn đúng hạn`,
      url: '/trach-nhiem',
      note: `${duties.late} chậm, ${duties.dueSoon} sắp đến hạn, ${duties.noData} không có số liệu`,
    },
  ]
}
