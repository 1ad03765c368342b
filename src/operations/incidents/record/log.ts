import type { StoredFile } from '#files'
import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import { type FieldFault, forbidden, invalid } from '#platform/errors'
import { writtenKinds } from '../model.ts'
import { account, changeIncident, commandPermission, mayCommand, recordDeed } from './access.ts'
import * as store from './store.ts'
import { listTasks } from './task-store.ts'

export interface Writing {
  kind: string
  text: string
  /** When it happened; now where nothing is said. */
  happenedAt?: Date
  /** Number of the entry that was wrong: the new one stands beside it. */
  corrects?: number
  file?: StoredFile
  formKey: string
}

/** Adds to the log. Nothing in it is ever changed or taken out. */
export function writeLog(ctx: Context, code: string, wish: Writing): Promise<void> {
  return changeIncident(
    ctx,
    code,
    async (inner, incident) => {
      if (!(await mayWrite(inner, incident))) throw forbidden(commandPermission, incident.organisation)
      const kind = writtenKinds.find((one) => one === wish.kind)
      const faults: FieldFault[] = []
      if (!kind && wish.corrects === undefined) faults.push({ path: 'loai', message: 'Chọn loại ghi chép.' })
      if (!wish.text.trim()) faults.push({ path: 'noi-dung', message: 'Ghi nội dung.' })
      if (wish.happenedAt && wish.happenedAt > inner.now)
        faults.push({ path: 'luc', message: 'Thời điểm xảy ra không thể sau hiện tại.' })
      if (wish.corrects !== undefined && !(await store.hasLogEntry(inner.sql, code, wish.corrects)))
        faults.push({ path: 'dinh-chinh', message: 'Không có dòng này trong diễn biến.' })
      if (faults.length > 0) throw invalid('Chưa ghi được.', faults)
      const id = await store.insertLog(inner.sql, {
        incident: code,
        exercise: incident.exercise,
        at: inner.now,
        happenedAt: wish.happenedAt ?? inner.now,
        kind: wish.corrects === undefined ? (kind ?? 'note') : 'correction',
        text: wish.text.trim(),
        author: account(inner),
        authorName: inner.actor.name,
        corrects: wish.corrects,
        file: wish.file,
        formKey: wish.formKey,
      })
      if (id)
        await recordDeed(inner, incident, 'incident-log.written', { entry: id, sha256: wish.file?.sha256 ?? null })
    },
    { anybody: true },
  )
}

/** Who commands, and those of an organisation that has a task in it. */
export async function mayWrite(ctx: Context, incident: store.Incident): Promise<boolean> {
  if (mayCommand(ctx, incident)) return true
  return (await listTasks(ctx.sql, incident.code)).some(
    (task) =>
      ctx.can(commandPermission, task.organisation) ||
      (task.assignee !== null && partiesOf(ctx.actor).includes(task.assignee)),
  )
}

export interface PlaceWish {
  name: string
  role: string
  area?: string
  point?: readonly [number, number]
  note?: string
  formKey: string
}

export function addPlace(ctx: Context, code: string, wish: PlaceWish): Promise<void> {
  return changeIncident(ctx, code, async (inner, incident) => {
    const faults: FieldFault[] = []
    if (!wish.name.trim()) faults.push({ path: 'ten', message: 'Ghi tên nơi.' })
    if (!wish.role.trim()) faults.push({ path: 'vai-tro', message: 'Ghi nơi này là gì, ví dụ: điểm sơ tán.' })
    if (faults.length > 0) throw invalid('Chưa thêm được nơi này.', faults)
    const isNew = await store.insertPlace(inner.sql, {
      incident: code,
      exercise: incident.exercise,
      name: wish.name.trim(),
      role: wish.role.trim(),
      area: wish.area ?? null,
      longitude: wish.point?.[0] ?? null,
      latitude: wish.point?.[1] ?? null,
      note: wish.note?.trim() || null,
      addedBy: account(inner),
      addedName: inner.actor.name,
      addedAt: inner.now,
      formKey: wish.formKey,
    })
    if (isNew) await recordDeed(inner, incident, 'incident-place.added', { name: wish.name.trim().slice(0, 200) })
  })
}
