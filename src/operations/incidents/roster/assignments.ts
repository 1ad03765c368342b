import { isDate, localDate } from '#calendar'
import { listHolders, listPeople } from '#identity'
import { appendEntry } from '#ledger'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { conflict, type FieldFault, forbidden, invalid, notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { rosterPath } from '../model.ts'
import { sayShift } from './on-duty.ts'
import { type RosterSettings, readSettings } from './settings.ts'
import { duties, dutyNames, type Shift, shiftDay, shiftOf } from './shifts.ts'
import * as store from './store.ts'

const permission = 'shift:lead'
export const rosterTopic = 'roster'

/** People who may be put on shifts. */
export const listRosterPeople = (ctx: Context, settings: RosterSettings) =>
  listHolders(ctx, permission, settings.organisation)

/** @throws Problem 404 */
export function getShift(settings: RosterSettings, day: string, code: string): Shift {
  const rule = settings.shifts.find((one) => one.code === code)
  if (!rule || !isDate(day)) throw notFound('shift', `${day}/${code}`)
  return shiftOf(rule, day, settings.timeZone)
}

export interface AssignWish {
  day: string
  shift: string
  duty: string
  account: string
}

/** Puts somebody on a shift that has not ended. */
export async function assign(ctx: Context, wish: AssignWish): Promise<void> {
  const settings = await readSettings(ctx)
  ctx.require(permission, settings.organisation)
  const faults: FieldFault[] = []
  const duty = duties.find((one) => one === wish.duty)
  const rule = settings.shifts.find(({ code }) => code === wish.shift)
  if (!isDate(wish.day)) faults.push({ path: 'ngay', message: 'Chọn một ngày.' })
  if (!rule) faults.push({ path: 'ca', message: 'Chọn một ca.' })
  if (!duty) faults.push({ path: 'viec', message: 'Chọn vai trò trong ca.' })
  const person = (await listRosterPeople(ctx, settings)).find(({ account }) => account === wish.account)
  if (!person) faults.push({ path: 'nguoi', message: 'Chọn một người trong danh sách trực.' })
  else if (isDate(wish.day) && (await store.isAbsent(ctx.sql, person.account, wish.day)))
    faults.push({ path: 'nguoi', message: `${person.name} vắng ngày này. Hãy chọn người khác.` })
  if (!duty || !rule || !person || faults.length > 0) throw invalid('Chưa phân công được.', faults)
  const shift = shiftOf(rule, wish.day, settings.timeZone)
  refusePast(ctx, shift)
  await ctx.transaction(async (inner) => {
    await store.lockShift(inner.sql, shift.day, shift.code)
    const there = await store.listShiftAssignments(inner.sql, shift)
    const lead = there.find((one) => one.duty === 'lead')
    if (there.some(({ account }) => account === person.account))
      throw invalid('Chưa phân công được.', [{ path: 'nguoi', message: `${person.name} đã có trong ca này.` }])
    if (duty === 'lead' && lead)
      throw invalid('Chưa phân công được.', [{ path: 'viec', message: `Ca này đã có trưởng ca ${lead.name}.` }])
    await store.insertAssignment(inner.sql, {
      day: shift.day,
      shift: shift.code,
      duty,
      account: person.account,
      name: person.name,
      givenBy: inner.actor.account ?? 'system',
      at: inner.now,
    })
    await record(inner, settings, 'roster.assigned', shift, { account: person.account, duty })
  })
}

function refusePast(ctx: Context, shift: Shift): void {
  if (shift.endsAt <= ctx.now)
    throw conflict('roster.past', `${sayShift(shift)} đã qua nên không sửa được; lịch đã trực giữ nguyên để tra cứu.`)
}

export async function unassign(ctx: Context, id: number): Promise<void> {
  const settings = await readSettings(ctx)
  ctx.require(permission, settings.organisation)
  const found = await store.findAssignment(ctx.sql, id)
  if (!found) throw notFound('assignment', String(id))
  const shift = getShift(settings, found.day, found.shift)
  refusePast(ctx, shift)
  await ctx.transaction(async (inner) => {
    await store.lockShift(inner.sql, shift.day, shift.code)
    await store.deleteAssignment(inner.sql, found, inner.now)
    await record(inner, settings, 'roster.unassigned', shift, { account: found.account })
  })
}

/** Gives the week after a Monday the people of another, day by day: who is there already, or away, is left. @returns how many came in. */
export async function copyWeek(ctx: Context, from: string, to: string): Promise<number> {
  const settings = await readSettings(ctx)
  ctx.require(permission, settings.organisation)
  if (!isDate(from) || !isDate(to) || from === to)
    throw invalid('Chưa chép được tuần.', [{ path: 'tuan', message: 'Chọn hai tuần khác nhau.' }])
  return ctx.transaction(async (inner) => {
    let count = 0
    for (const one of await store.listAssignments(inner.sql, from, shiftDay(from, 6))) {
      const day = shiftDay(to, Math.round((Date.parse(one.day) - Date.parse(from)) / 86_400_000))
      const rule = settings.shifts.find(({ code }) => code === one.shift)
      if (!rule || shiftOf(rule, day, settings.timeZone).endsAt <= inner.now) continue
      if (await store.isAbsent(inner.sql, one.account, day)) continue
      await store.lockShift(inner.sql, day, one.shift)
      const isNew = await store.insertAssignment(inner.sql, {
        ...one,
        day,
        givenBy: inner.actor.account ?? 'system',
        at: inner.now,
      })
      if (isNew) count += 1
    }
    await recordWeek(inner, settings, from, to, count)
    return count
  })
}

async function recordWeek(
  ctx: Context,
  settings: RosterSettings,
  from: string,
  to: string,
  count: number,
): Promise<void> {
  await appendEntry(ctx, {
    action: 'roster.week-copied',
    subject: `roster:${to}`,
    organisation: settings.organisation,
    body: { from, count },
  })
  await announce(ctx.sql, [rosterTopic])
}

async function record(
  ctx: Context,
  settings: RosterSettings,
  action: string,
  shift: Pick<Shift, 'day' | 'code'>,
  body: Record<string, string>,
): Promise<void> {
  await appendEntry(ctx, {
    action,
    subject: `shift:${shift.day}/${shift.code}`,
    organisation: settings.organisation,
    body,
  })
  await announce(ctx.sql, [rosterTopic])
}

/** Somebody will be away: his own word, or that of who keeps the roster. */
export async function enterAbsence(
  ctx: Context,
  wish: { account: string; from: string; to: string; reason: string },
): Promise<void> {
  const settings = await readSettings(ctx)
  if (wish.account !== ctx.actor.account) ctx.require(permission, settings.organisation)
  const faults: FieldFault[] = []
  const [person] = await listPeople(ctx, [wish.account])
  if (!person) faults.push({ path: 'nguoi', message: 'Chọn một người trong danh sách trực.' })
  if (!isDate(wish.from)) faults.push({ path: 'tu', message: 'Ghi đủ ngày, tháng, năm.' })
  if (!isDate(wish.to) || wish.to < wish.from) faults.push({ path: 'den', message: 'Ngày cuối không trước ngày đầu.' })
  if (!wish.reason.trim()) faults.push({ path: 'ly-do', message: 'Ghi lý do, ví dụ: nghỉ phép, đi công tác.' })
  if (isDate(wish.to) && wish.to < localDate(ctx.now, settings.timeZone))
    faults.push({ path: 'den', message: 'Kỳ vắng này đã qua.' })
  if (!person || faults.length > 0) throw invalid('Chưa ghi được kỳ vắng.', faults)
  await ctx.transaction(async (inner) => {
    await store.insertAbsence(inner.sql, {
      account: person.account,
      name: person.name,
      fromDay: wish.from,
      toDay: wish.to,
      reason: wish.reason.trim(),
      by: inner.actor.account ?? 'system',
      at: inner.now,
    })
    await appendEntry(inner, {
      action: 'roster.absence-entered',
      subject: `account:${person.account}`,
      organisation: settings.organisation,
      body: { from: wish.from, to: wish.to },
    })
    await announce(inner.sql, [rosterTopic])
  })
}

export async function removeAbsence(ctx: Context, id: number): Promise<void> {
  const settings = await readSettings(ctx)
  const found = await store.findAbsence(ctx.sql, id)
  if (!found) throw notFound('absence', String(id))
  if (found.account !== ctx.actor.account) ctx.require(permission, settings.organisation)
  await ctx.transaction(async (inner) => {
    await store.deleteAbsence(inner.sql, found, inner.now)
    await appendEntry(inner, {
      action: 'roster.absence-removed',
      subject: `account:${found.account}`,
      organisation: settings.organisation,
    })
    await announce(inner.sql, [rosterTopic])
  })
}

/** One's own shift is offered to a colleague; it passes when he says yes. */
export async function askSwap(ctx: Context, id: number, wish: { to: string; reason: string }): Promise<void> {
  const settings = await readSettings(ctx)
  const found = await store.findAssignment(ctx.sql, id)
  if (!found) throw notFound('assignment', String(id))
  if (found.account !== ctx.actor.account) throw forbidden(permission, settings.organisation)
  const shift = getShift(settings, found.day, found.shift)
  refusePast(ctx, shift)
  const faults: FieldFault[] = []
  const person = (await listRosterPeople(ctx, settings)).find(({ account }) => account === wish.to)
  if (!person || person.account === found.account)
    faults.push({ path: 'nguoi', message: 'Chọn một đồng nghiệp trong danh sách trực.' })
  if (!wish.reason.trim()) faults.push({ path: 'ly-do', message: 'Ghi lý do đổi ca.' })
  if (!person || faults.length > 0) throw invalid('Chưa đề nghị được.', faults)
  await ctx.transaction(async (inner) => {
    await store.lockShift(inner.sql, shift.day, shift.code)
    const isNew = await store.insertSwap(inner.sql, {
      assignment: id,
      day: found.day,
      shift: found.shift,
      askedBy: found.account,
      askedName: found.name,
      askedOf: person.account,
      askedOfName: person.name,
      reason: wish.reason.trim(),
      at: inner.now,
    })
    if (!isNew) throw conflict('swap.asked', 'Ca này đang có một đề nghị đổi chờ trả lời. Hãy rút đề nghị đó trước.')
    await record(inner, settings, 'roster.swap-asked', shift, { from: found.account, to: person.account })
    await tell(inner, shift, person.account, found.name)
  })
}

/** The colleague agrees or not; who asked may take it back. */
export async function answerSwap(ctx: Context, id: number, answer: 'agreed' | 'refused' | 'withdrawn'): Promise<void> {
  const settings = await readSettings(ctx)
  await ctx.transaction(async (inner) => {
    const swap = await store.lockSwap(inner.sql, id)
    if (!swap) throw notFound('swap', String(id))
    const mine = answer === 'withdrawn' ? swap.askedBy : swap.askedOf
    if (inner.actor.account !== mine) throw forbidden(permission, settings.organisation)
    if (swap.state !== 'asked') throw conflict('swap.ended', 'Đề nghị đổi ca này đã kết thúc.')
    const shift = getShift(settings, swap.day, swap.shift)
    if (answer === 'agreed') await pass(inner, swap, shift)
    await store.endSwap(inner.sql, id, answer, inner.now)
    await record(inner, settings, `roster.swap-${answer}`, shift, { from: swap.askedBy, to: swap.askedOf })
    await tell(inner, shift, answer === 'withdrawn' ? swap.askedOf : swap.askedBy, inner.actor.name)
  })
}

async function pass(ctx: Context, swap: store.Swap, shift: Shift): Promise<void> {
  refusePast(ctx, shift)
  await store.lockShift(ctx.sql, shift.day, shift.code)
  const found = await store.findAssignment(ctx.sql, swap.assignment)
  if (found?.account !== swap.askedBy) throw conflict('swap.stale', 'Phân công đã thay đổi nên không đổi được nữa.')
  const there = await store.listShiftAssignments(ctx.sql, shift)
  if (there.some(({ account }) => account === swap.askedOf))
    throw conflict('swap.there-already', 'Ông/bà đã có tên trong ca này nên không nhận đổi được.')
  if (await store.isAbsent(ctx.sql, swap.askedOf, shift.day))
    throw conflict('swap.absent', 'Ông/bà đã ghi vắng ngày này. Hãy bỏ kỳ vắng trước khi nhận ca.')
  await store.passAssignment(ctx.sql, found, { account: swap.askedOf, name: swap.askedOfName, at: ctx.now })
}

const tell = (ctx: Context, shift: Shift, to: string, by: string): Promise<void> =>
  notify(ctx, { notice: 'roster.swap', to: [{ account: to }], values: { by, shift: sayShift(shift) }, url: rosterPath })

export const dutyOptions = duties.map((value) => ({ value, label: dutyNames[value] }))
