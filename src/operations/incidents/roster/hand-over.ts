import { partiesOf } from '#identity'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid } from '#platform/errors'
import { announce } from '#platform/live'
import { dayOf } from '#platform/local-day'
import { formatDateTime } from '#ui'
import { closeItem, openItem } from '#worklist'
import { rosterPath } from '../model.ts'
import { confirmHand, digestOf, isSameParty, writeSignature } from '../signing.ts'
import { getShift, rosterTopic } from './assignments.ts'
import * as store from './hand-over-store.ts'
import { sayShift } from './on-duty.ts'
import { type RosterSettings, readSettings } from './settings.ts'
import { listShifts, type Shift, shiftAfter, shiftDay } from './shifts.ts'
import { type Assignment, listShiftAssignments } from './store.ts'

const permission = 'shift:lead'

export const handOverPath = ({ day, shift }: { day: string; shift: string }): string =>
  `${rosterPath}/ban-giao/${day}/${shift}`

export const stateNames: Record<store.HandOver['state'] | 'none', string> = {
  none: 'Chưa lập',
  draft: 'Chờ người giao ký',
  left: 'Chờ ca sau ký nhận',
  taken: 'Đã ký nhận',
}

export interface Parts {
  settings: RosterSettings
  shift: Shift
  next: Shift | undefined
  /** Those of the leaving shift and of the next, who are there. */
  leaving: Assignment[]
  coming: Assignment[]
  handOver: store.HandOver | undefined
}

/** One shift with what its hand-over needs. @param at as of an earlier moment @throws Problem 404, 403 */
export async function getParts(ctx: Context, day: string, code: string, at?: Date): Promise<Parts> {
  const settings = await readSettings(ctx)
  ctx.require('incident:read', settings.organisation)
  const shift = getShift(settings, day, code)
  const next = shiftAfter(settings.shifts, shift, settings.timeZone)
  const people = async (one: Shift | undefined) =>
    one ? (await listShiftAssignments(ctx.sql, one, at)).filter(({ absent }) => absent === null) : []
  return {
    settings,
    shift,
    next,
    leaving: await people(shift),
    coming: await people(next),
    handOver: await store.findHandOver(ctx.sql, day, code, at),
  }
}

/** Who signs for a shift: its lead; where it has none, whoever works it; where nobody does, whoever leads shifts. */
export function signersOf(people: readonly Assignment[]): readonly Assignment[] | 'anybody' {
  const lead = people.filter(({ duty }) => duty === 'lead')
  if (lead.length > 0) return lead
  return people.length > 0 ? people : 'anybody'
}

export const maySignFor = (ctx: Context, settings: RosterSettings, people: readonly Assignment[]): boolean => {
  if (!ctx.can(permission, settings.organisation)) return false
  const signers = signersOf(people)
  return (
    signers === 'anybody' ||
    isSameParty(
      ctx,
      signers.map(({ account }) => account),
    )
  )
}

export type Words = Pick<store.HandOverBody, 'situation' | 'next' | 'equipment'>

/** Keeps what the leaving lead writes, with what is open now. */
export async function saveHandOver(
  ctx: Context,
  { day, code }: { day: string; code: string },
  words: Words,
  matters: store.Matter[],
): Promise<void> {
  const parts = await getParts(ctx, day, code)
  if (!maySignFor(ctx, parts.settings, parts.leaving)) throw forbidden(permission, parts.settings.organisation)
  await ctx.transaction(async (inner) => {
    await writeDraft(inner, parts.shift, words, matters)
    await announce(inner.sql, [rosterTopic])
  })
}

async function writeDraft(ctx: Context, shift: Shift, words: Words, matters: store.Matter[]): Promise<store.HandOver> {
  const kept = await store.saveDraft(ctx.sql, {
    day: shift.day,
    shift: shift.code,
    startsAt: shift.startsAt,
    endsAt: shift.endsAt,
    body: { ...words, matters },
    by: ctx.actor.account ?? 'system',
    at: ctx.now,
  })
  const draft = await store.lockHandOver(ctx.sql, shift.day, shift.code)
  if (!kept || !draft)
    throw conflict('shift.signed', 'Biên bản này đã ký nên không sửa được nữa. Việc mới ghi vào biên bản của ca sau.')
  return draft
}

/** The leaving lead signs exactly this text. */
export async function signLeaving(
  ctx: Context,
  { day, code }: { day: string; code: string },
  wish: Words & { password: string },
  matters: store.Matter[],
): Promise<void> {
  const parts = await getParts(ctx, day, code)
  const { settings, shift } = parts
  if (!maySignFor(ctx, settings, parts.leaving)) throw forbidden(permission, settings.organisation)
  if (ctx.now.getTime() < shift.endsAt.getTime() - settings.handOver.signBeforeMinutes * 60_000)
    throw conflict(
      'shift.too-early',
      `Chỉ ký giao từ ${settings.handOver.signBeforeMinutes} phút trước khi hết ca, để việc phát sinh không bị sót. Bản nháp vẫn lưu được.`,
    )
  if (!wish.situation.trim())
    throw invalid('Chưa ký được.', [
      { path: 'tinh-hinh', message: 'Ghi tình hình trong ca, kể cả khi không có gì đặc biệt.' },
    ])
  await confirmHand(ctx, wish.password)
  await ctx.transaction(async (inner) => {
    const words = { situation: wish.situation.trim(), next: wish.next.trim(), equipment: wish.equipment.trim() }
    const draft = await writeDraft(inner, shift, words, matters)
    const text = textOf(shift, draft.body, inner.actor.name, inner.now)
    const digest = await writeSignature(inner, {
      action: 'shift.left',
      subject: `shift:${shift.day}/${shift.code}`,
      organisation: settings.organisation,
      text,
    })
    await store.setLeft(inner.sql, { day, shift: code }, { ...signer(inner), text, digest })
    await closeItem(inner, itemKey('leave', shift))
    if (parts.next) await openTaking(inner, settings, shift, parts.coming)
    await announce(inner.sql, [rosterTopic])
  })
}

const signer = (ctx: Context) => ({
  account: ctx.actor.account ?? 'system',
  name: ctx.actor.name,
  parties: partiesOf(ctx.actor),
  at: ctx.now,
})

/** The text that both sign: what is not in it was not handed over. */
export function textOf(shift: Shift, body: store.HandOverBody, name: string, at: Date): string {
  const groups = [...new Set(body.matters.map(({ group }) => group))]
  return [
    `BÀN GIAO ${sayShift(shift)}/${shift.day.slice(0, 4)}`,
    `Từ ${formatDateTime(shift.startsAt)} đến ${formatDateTime(shift.endsAt)}`,
    `Tình hình trong ca:\n${body.situation}`,
    `Việc ca sau cần làm:\n${body.next || 'Không có.'}`,
    `Hệ thống, thiết bị:\n${body.equipment || 'Bình thường.'}`,
    ...groups.map(
      (group) =>
        `${group}:\n${body.matters
          .filter((one) => one.group === group)
          .map(({ title, note }) => `- ${title}${note ? ` (${note})` : ''}`)
          .join('\n')}`,
    ),
    ...(groups.length === 0 ? ['Không có việc nào đang mở.'] : []),
    `Người giao: ${name}, ${formatDateTime(at)}`,
  ].join('\n\n')
}

/** The next lead signs: never who has left, nor one who stands in for him. */
export async function signTaking(
  ctx: Context,
  { day, code }: { day: string; code: string },
  { password, remark }: { password: string; remark: string },
): Promise<void> {
  const { settings, shift, coming } = await getParts(ctx, day, code)
  if (!maySignFor(ctx, settings, coming)) throw forbidden(permission, settings.organisation)
  await confirmHand(ctx, password)
  await ctx.transaction(async (inner) => {
    const handOver = await store.lockHandOver(inner.sql, day, code)
    if (handOver?.state === 'taken') throw conflict('shift.taken', `${handOver.takenName} đã ký nhận rồi.`)
    if (handOver?.state !== 'left' || handOver.text === null)
      throw conflict('shift.not-left', 'Người giao ca chưa ký nên chưa nhận được.')
    if (isSameParty(inner, handOver.leftParties ?? []))
      throw conflict('shift.same-person', 'Người giao không tự ký nhận. Trưởng ca sau phải là người khác.')
    if (digestOf(handOver.text) !== handOver.digest)
      throw conflict('shift.text-changed', 'Nội dung không còn khớp với bản đã ký. Hãy báo người quản trị.')
    await writeSignature(inner, {
      action: 'shift.taken',
      subject: `shift:${shift.day}/${shift.code}`,
      organisation: settings.organisation,
      text: handOver.text,
      body: { remark: remark.trim() },
    })
    await store.setTaken(inner.sql, { day, shift: code }, { ...signer(inner), remark: remark.trim() || null })
    await closeItem(inner, itemKey('take', shift))
    await announce(inner.sql, [rosterTopic])
  })
}

const itemKey = (deed: 'leave' | 'take', shift: Pick<Shift, 'day' | 'code'>) => ({
  capability: 'incidents',
  kind: `hand-over-${deed}`,
  code: `${shift.day}/${shift.code}`,
})

async function openTaking(
  ctx: Context,
  settings: RosterSettings,
  shift: Shift,
  coming: readonly Assignment[],
): Promise<void> {
  await openItem(ctx, {
    ...itemKey('take', shift),
    title: `Ký nhận bàn giao ${sayShift(shift)}`,
    organisation: settings.organisation,
    assignee: coming.find(({ duty }) => duty === 'lead')?.account,
    dueAt: shift.endsAt,
    url: handOverPath({ day: shift.day, shift: shift.code }),
    permission,
  })
}

const watchedDays = 2

/** Puts unsigned hand-overs into the inbox and calls them to mind, step of time by step of time, each once. */
export async function watchHandOvers(ctx: Context): Promise<void> {
  const settings = await readSettings(ctx)
  const today = dayOf(ctx.now)
  const shifts = listShifts(settings.shifts, shiftDay(today, -watchedDays), watchedDays + 1, settings.timeZone)
  for (const shift of shifts) {
    if (shift.endsAt.getTime() - settings.handOver.signBeforeMinutes * 60_000 > ctx.now.getTime()) continue
    await ctx.transaction((inner) => watchOne(inner, settings, shift))
  }
  await store.forgetReminders(ctx.sql, new Date(ctx.now.getTime() - 30 * 86_400_000))
}

async function watchOne(ctx: Context, settings: RosterSettings, shift: Shift): Promise<void> {
  const { leaving, coming, handOver } = await getParts(ctx, shift.day, shift.code)
  const state = handOver?.state ?? 'none'
  // A shift that nobody was put on is a gap, shown on the roster; there is nobody to remind.
  if (state === 'taken' || (state !== 'left' && leaving.length === 0)) return
  const deed = state === 'left' ? 'take' : 'leave'
  const people = deed === 'take' ? coming : leaving
  if (deed === 'leave' && (await store.takeReminder(ctx.sql, `item ${shift.day}/${shift.code}`, ctx.now)))
    await openItem(ctx, {
      ...itemKey('leave', shift),
      title: `Ký giao ${sayShift(shift)}`,
      organisation: settings.organisation,
      assignee: leaving.find(({ duty }) => duty === 'lead')?.account,
      dueAt: shift.endsAt,
      url: handOverPath({ day: shift.day, shift: shift.code }),
      permission,
    })
  const { remindMinutes, mostReminders } = settings.handOver
  const step = Math.floor((ctx.now.getTime() - shift.endsAt.getTime()) / (remindMinutes * 60_000))
  if (step < 0 || step >= mostReminders) return
  if (!(await store.takeReminder(ctx.sql, `${deed} ${shift.day}/${shift.code} ${step}`, ctx.now))) return
  const signers = signersOf(people)
  await notify(ctx, {
    notice: 'shift.hand-over-waits',
    to:
      signers === 'anybody'
        ? [{ permission, organisation: settings.organisation }]
        : signers.map(({ account }) => ({ account })),
    values: { shift: sayShift(shift), state: stateNames[state].toLowerCase() },
    url: handOverPath({ day: shift.day, shift: shift.code }),
    urgency: 'urgent',
    dedupeKey: `hand-over ${deed} ${shift.day}/${shift.code} ${step}`,
  })
}
