import { appendEntry, type Json } from '#ledger'
import { today } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, type FieldFault, invalid, notFound } from '#platform/errors'
import { findMovement, insertMovement, refreshSums, sumGranted } from './capital-store.ts'
import { Amount, type Fund, type MovementKind, type ProjectState } from './model.ts'
import { insertObstacle, refreshProgress, resolveObstacle, upsertMilestone } from './progress-store.ts'
import { followSlowness } from './slow.ts'
import { lockProject, type Project, setState } from './store.ts'

export const readPermission = 'portfolio:read'
export const writePermission = 'portfolio:write'

interface Held {
  ctx: Context
  project: Project
  day: string
}

/** Holds the project; only its own agency writes, and what comes from a source of data is mended there. */
function holding<T>(ctx: Context, code: string, work: (held: Held) => Promise<T>): Promise<T> {
  return ctx.transaction(async (inner) => {
    const day = await today(inner)
    const project = await lockProject(inner.sql, code, day)
    if (!project) throw notFound('project', code)
    inner.require(writePermission, project.organisation)
    if (project.kind !== 'own')
      throw conflict(
        'project.fed',
        'Dự án này đến từ một nguồn dữ liệu. Hãy sửa ở nguồn rồi gửi lại; sổ sẽ tự cập nhật.',
      )
    const done = await work({ ctx: inner, project, day })
    await followSlowness(inner, [project.id])
    return done
  })
}

const note = ({ ctx, project }: Held, action: string, body: Json) =>
  appendEntry(ctx, { action, subject: `project:${project.code}`, organisation: project.organisation, body })

const by = ({ ctx }: Held) => ctx.actor.account ?? 'system'

const refuse = (fields: FieldFault[]) => {
  if (fields.length > 0) throw invalid('Chưa ghi được, cần sửa các chỗ được nêu.', fields)
}

export interface MovementInput {
  kind: MovementKind
  fund: Fund
  year: number | null
  amount: string
  occurredOn: string
  document: string
  note?: string
  /** Of the form: the same one sent twice is one movement. */
  request?: string
}

/** Adds to the ledger of capital. @throws Problem with the faults of the fields. */
export function recordMovement(ctx: Context, code: string, input: MovementInput): Promise<void> {
  return holding(ctx, code, async (held) => {
    const { project, day } = held
    const amount = Amount.parse(input.amount)
    const faults: FieldFault[] = []
    if (input.kind !== 'adjusted' && amount.startsWith('-'))
      faults.push({ path: 'so-tien', message: 'Chỉ điều chỉnh mới giảm được. Ghi sai thì mở biến động đó và ghi đảo.' })
    if (input.kind !== 'total' && input.year === null)
      faults.push({ path: 'nam', message: 'Nhập năm của vốn, ví dụ 2026.' })
    if (input.occurredOn > day)
      faults.push({ path: 'ngay', message: 'Ngày ghi nhận không được sau hôm nay. Hãy nhập ngày của chứng từ.' })
    if (input.kind === 'adjusted' && input.year !== null && amount.startsWith('-')) {
      const granted = await sumGranted(held.ctx.sql, project.id, input.year, input.fund)
      if (Number(granted) + Number(amount) < 0)
        faults.push({
          path: 'so-tien',
          message: 'Giảm quá số vốn đã giao của năm và nguồn vốn này. Kiểm tra lại số tiền.',
        })
    }
    refuse(faults)
    const id = await insertMovement(held.ctx.sql, {
      project: project.id,
      kind: input.kind,
      fund: input.fund,
      year: input.kind === 'total' ? null : input.year,
      amount,
      occurredOn: input.occurredOn,
      document: input.document,
      note: input.note ?? null,
      request: input.request,
      enteredBy: by(held),
      enteredAt: held.ctx.now,
    })
    if (id === undefined) return
    await refreshSums(held.ctx.sql, [project.id], held.ctx.now)
    const { kind, fund, year, document } = input
    await note(held, 'movement.recorded', { movement: id, kind, fund, year, amount, document })
  })
}

/** Undoes a movement by one that takes it back; both stay to be seen. */
export function reverseMovement(ctx: Context, code: string, id: number, reason: string): Promise<void> {
  return holding(ctx, code, async (held) => {
    const { project, day } = held
    const wrong = await findMovement(held.ctx.sql, project.id, id)
    if (!wrong) throw notFound('movement', String(id))
    if (wrong.reverses !== null)
      throw conflict('movement.is-reversal', 'Bút toán đảo không đảo lại được. Hãy ghi một biến động mới cho đúng.')
    const amount = wrong.amount.startsWith('-') ? wrong.amount.slice(1) : `-${wrong.amount}`
    const made = await insertMovement(held.ctx.sql, {
      ...wrong,
      project: project.id,
      amount,
      occurredOn: day,
      note: reason,
      reverses: id,
      enteredBy: by(held),
      enteredAt: held.ctx.now,
    })
    if (made === undefined) throw conflict('movement.reversed', 'Biến động này đã được ghi đảo. Hãy tải lại trang.')
    await refreshSums(held.ctx.sql, [project.id], held.ctx.now)
    await note(held, 'movement.reversed', { movement: id, by: made, reason })
  })
}

export function raiseObstacle(
  ctx: Context,
  code: string,
  input: { said: string; raisedOn: string; request?: string },
): Promise<void> {
  return holding(ctx, code, async (held) => {
    if (input.raisedOn > held.day) refuse([{ path: 'ngay', message: 'Ngày phát sinh không được sau hôm nay.' }])
    const id = await insertObstacle(held.ctx.sql, held.project.id, {
      ...input,
      raisedBy: by(held),
      at: held.ctx.now,
    })
    if (id === undefined) return
    await refreshProgress(held.ctx.sql, [held.project.id], held.ctx.now)
    await note(held, 'obstacle.raised', { obstacle: id, said: input.said, on: input.raisedOn })
  })
}

export function settleObstacle(
  ctx: Context,
  code: string,
  input: { id: number; resolvedOn: string; resolution: string },
): Promise<void> {
  return holding(ctx, code, async (held) => {
    const { id, resolvedOn, resolution } = input
    if (resolvedOn > held.day) refuse([{ path: 'ngay', message: 'Ngày xử lý xong không được sau hôm nay.' }])
    const done = await resolveObstacle(held.ctx.sql, held.project.id, {
      ...input,
      resolvedBy: by(held),
      at: held.ctx.now,
    }).catch((error: { code?: string }) => {
      // The check of the table: resolved before it was raised.
      if (error.code !== '23514') throw error
      throw invalid('Chưa ghi được, cần sửa ngày.', [
        { path: 'ngay', message: 'Ngày xử lý xong không được trước ngày phát sinh.' },
      ])
    })
    if (!done) throw conflict('obstacle.resolved', 'Vướng mắc này đã xử lý xong hoặc không có. Hãy tải lại trang.')
    await refreshProgress(held.ctx.sql, [held.project.id], held.ctx.now)
    await note(held, 'obstacle.resolved', { obstacle: id, resolution, on: resolvedOn })
  })
}

export interface MilestoneInput {
  name: string
  plannedOn: string
  forecastOn: string | null
  actualOn: string | null
}

/** A new milestone, or one of this name brought up to date. */
export function setMilestone(ctx: Context, code: string, input: MilestoneInput): Promise<void> {
  return holding(ctx, code, async (held) => {
    const { project, day } = held
    if (input.actualOn && input.actualOn > day)
      refuse([
        { path: 'thuc-te', message: 'Ngày đạt không được sau hôm nay. Ngày còn ở phía trước thì nhập vào ô dự kiến.' },
      ])
    await upsertMilestone(held.ctx.sql, project.id, { ...input, changedBy: by(held), changedAt: held.ctx.now })
    await refreshProgress(held.ctx.sql, [project.id], held.ctx.now)
    await note(held, input.actualOn ? 'milestone.reached' : 'milestone.set', { ...input })
  })
}

export function moveProject(
  ctx: Context,
  code: string,
  input: { state: ProjectState; phase: string | null; reason: string },
): Promise<void> {
  return holding(ctx, code, async (held) => {
    const { project } = held
    if (project.state === input.state && project.phase === input.phase) return
    await setState(held.ctx.sql, project.id, { ...input, at: held.ctx.now })
    await note(held, 'project.moved', {
      from: project.state,
      to: input.state,
      phase: input.phase,
      reason: input.reason,
    })
  })
}
