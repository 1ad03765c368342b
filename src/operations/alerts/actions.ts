import { listPeople } from '#identity'
import { appendEntry } from '#ledger'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound, Problem } from '#platform/errors'
import { announce } from '#platform/live'
import { closeItem } from '#worklist'
import { endCalls } from './calls.ts'
import { itemKey, openAlertItem } from './desk.ts'
import { alertMoved } from './events.ts'
import { type AlertState, canMoveAlert, type Verdict } from './model.ts'
import { getSettings } from './settings.ts'
import { type Alert, type AlertChange, findAlert, lockAlerts, updateAlert } from './store.ts'
import { addEvents, type Deed } from './timeline-store.ts'

export const handlePermission = 'alert:handle'
export const readPermission = 'alert:read'

const callEnds: Record<Exclude<AlertState, 'new'>, string> = {
  acknowledged: 'Đã có người nhận cảnh báo.',
  working: 'Cảnh báo đang được xử lý.',
  waiting: 'Cảnh báo đang được xử lý.',
  closed: 'Cảnh báo đã đóng.',
}

const minuteMs = 60_000
const leastLetters = 5
const mostLetters = 2000

/** One alert that the actor may read, as it stands or stood then. @throws Problem 404, as if it did not exist, when he may not. */
export async function getAlert(ctx: Context, code: string, asOf?: Date): Promise<Alert> {
  const alert = await findAlert(ctx, code, asOf)
  if (!alert || !ctx.can(readPermission, alert.organisation)) throw notFound('alert', code)
  return alert
}

interface Step {
  to?: AlertState
  change: AlertChange
  deed: Deed
  note?: string
  detail?: Record<string, unknown>
}

/** Writes one step of a locked alert: state, timeline, ledger, event, all or nothing. */
export async function takeStep(ctx: Context, alert: Alert, { to, change, deed, note, detail }: Step): Promise<void> {
  if (to && to !== alert.state && !canMoveAlert(alert.state, to))
    throw conflict(
      'alert.illegal-transition',
      'Cảnh báo không còn ở trạng thái cho phép việc này. Hãy tải lại trang.',
      {
        code: alert.code,
        from: alert.state,
        to,
      },
    )
  await updateAlert(ctx, alert.id, { ...change, ...(to ? { state: to } : {}) })
  await addEvents(ctx, [{ id: alert.id, deed, note, detail }])
  await appendEntry(ctx, {
    action: `alert.${deed}`,
    subject: `alert:${alert.code}`,
    organisation: alert.organisation,
    body: { from: alert.state, to: to ?? alert.state, ...(note ? { note } : {}), ...(detail as Record<string, never>) },
  })
  if (alert.isCalling && to && to !== 'new') await endCalls(ctx, [alert.id], callEnds[to])
  if (to && to !== alert.state) {
    const { code, severity, organisation, state } = alert
    await ctx.publish(alertMoved, { code, severity, organisation, from: state, to })
  }
}

/** Locks alerts that the actor may handle, does `work` with each, and tells the screens. @throws Problem 404 or 403 */
function withAlerts(
  ctx: Context,
  codes: readonly string[],
  work: (ctx: Context, alert: Alert) => Promise<void>,
): Promise<void> {
  return ctx.transaction(async (inner) => {
    inner.require(handlePermission)
    const alerts = await lockAlerts(inner, codes)
    const missing = codes.find((code) => !alerts.some((alert) => alert.code === code))
    if (missing !== undefined) throw notFound('alert', missing)
    for (const alert of alerts) {
      inner.require(handlePermission, alert.organisation)
      await work(inner, alert)
    }
    await announce(inner.sql, ['alerts', ...codes.slice(0, 50).map((code) => `alert:${code}`)])
  })
}

/** Says “I have it”: nothing is asked. Something must follow, or it lapses. Those acknowledged already stay as they are. */
export function acknowledgeAlerts(ctx: Context, codes: readonly string[]): Promise<void> {
  return withAlerts(ctx, codes, acknowledge)
}

async function acknowledge(ctx: Context, alert: Alert): Promise<void> {
  if (alert.state !== 'new') return
  const { followMinutes } = await getSettings(ctx.sql)
  const account = ctx.actor.account ?? 'system'
  const dueAt = new Date(ctx.now.getTime() + followMinutes[alert.severity] * minuteMs)
  const change = { owner: account, acknowledgedBy: account, acknowledgedAt: ctx.now, dueAt }
  await takeStep(ctx, alert, { to: 'acknowledged', change, deed: 'acknowledged' })
  await closeItem(ctx, itemKey(alert.code))
}

/** Who was called for an alert and said “I have it” has acknowledged it: it is his, whatever else he may handle. */
export function takeAnswered(ctx: Context, code: string, by: { account: string; name: string }): Promise<void> {
  return ctx.transaction(async (inner) => {
    const [alert] = await lockAlerts(inner, [code])
    if (!alert) return
    await acknowledge({ ...inner, actor: { ...inner.actor, ...by } }, alert)
    await announce(inner.sql, ['alerts', `alert:${code}`])
  })
}

/** Work on it has begun, or waits for something: with a word of what. */
export function moveAlert(ctx: Context, code: string, to: 'working' | 'waiting', note: string): Promise<void> {
  return withAlerts(ctx, [code], async (inner, alert) => {
    const isNeeded = to === 'waiting' || note.trim() !== ''
    const text = isNeeded ? requireNote(note, { field: 'ghi-chu', ask: 'Nêu đang làm gì hoặc chờ gì.' }) : undefined
    const account = inner.actor.account ?? 'system'
    await takeStep(inner, alert, { to, change: { owner: alert.owner ?? account, dueAt: null }, deed: to, note: text })
    await closeItem(inner, itemKey(code))
  })
}

/** A word in the timeline: something follows the acknowledgement, so that it does not lapse. */
export function noteAlert(ctx: Context, code: string, note: string): Promise<void> {
  return withAlerts(ctx, [code], async (inner, alert) => {
    const text = requireNote(note, { field: 'ghi-chu', ask: 'Viết nội dung ghi chú.' })
    await takeStep(inner, alert, {
      change: { dueAt: alert.state === 'acknowledged' ? null : alert.dueAt },
      deed: 'noted',
      note: text,
    })
  })
}

/** Gives it to somebody: it lies in his worklist until he has taken it. */
export function assignAlert(ctx: Context, code: string, account: string): Promise<void> {
  return withAlerts(ctx, [code], async (inner, alert) => {
    if (alert.state === 'closed') throw closed(code)
    const [person] = await listPeople(inner, [account])
    if (!person) throw invalid('Không có người này.', [{ path: 'nguoi', message: 'Chọn một người trong danh sách.' }])
    await takeStep(inner, alert, {
      change: { owner: account },
      deed: 'assigned',
      note: person.name,
      detail: { to: account },
    })
    await openAlertItem(inner, alert, account)
    await notify(inner, {
      notice: 'alert.assigned',
      to: [{ account }],
      values: { headline: alert.headline, code },
      url: alert.url,
      urgency: alert.severity === 'critical' ? 'urgent' : 'routine',
    })
  })
}

export interface Closing {
  reason: string
  verdict?: Verdict
  duplicateOf?: string
}

/** Closes alerts with a reason; what happens again afterwards is another alert. */
export async function closeAlerts(ctx: Context, codes: readonly string[], closing: Closing): Promise<void> {
  const reason = requireNote(closing.reason, { field: 'ly-do', ask: 'Nêu lý do đóng cảnh báo.' })
  await withAlerts(ctx, codes, async (inner, alert) => {
    if (alert.state === 'closed') throw closed(alert.code)
    const verdict = await readVerdict(inner, alert, closing)
    await closeOne(inner, alert, { reason, change: verdict })
  })
}

/** Of an alert that is locked. */
export async function closeOne(
  ctx: Context,
  alert: Alert,
  { reason, change = {} }: { reason: string; change?: AlertChange },
): Promise<void> {
  const own = { closedAt: ctx.now, closedBy: ctx.actor.account ?? 'system', closeReason: reason, dueAt: null }
  const { verdict, duplicateOf } = change
  await takeStep(ctx, alert, {
    to: 'closed',
    change: { ...change, ...own },
    deed: 'closed',
    note: reason,
    detail: { ...(verdict ? { verdict } : {}), ...(duplicateOf ? { duplicateOf } : {}) },
  })
  await closeItem(ctx, itemKey(alert.code))
}

/** Says whether an alert was right, also after it was closed: that is what the false-alarm rate of its rule is made of. */
export function judgeAlert(ctx: Context, code: string, verdict: Verdict, duplicateOf?: string): Promise<void> {
  return withAlerts(ctx, [code], async (inner, alert) => {
    const change = await readVerdict(inner, alert, { verdict, duplicateOf })
    await takeStep(inner, alert, {
      change,
      deed: 'judged',
      detail: { verdict, ...(duplicateOf ? { duplicateOf } : {}) },
    })
  })
}

async function readVerdict(
  ctx: Context,
  alert: Alert,
  { verdict, duplicateOf }: Pick<Closing, 'verdict' | 'duplicateOf'>,
): Promise<AlertChange> {
  if (!verdict) return {}
  if (verdict !== 'duplicate') return { verdict, duplicateOf: null }
  const other = duplicateOf ? await findAlert(ctx, duplicateOf) : undefined
  if (!other || other.code === alert.code || !ctx.can(readPermission, other.organisation))
    throw invalid('Chưa nêu được cảnh báo gốc.', [
      { path: 'trung-voi', message: 'Nhập mã của cảnh báo mà cảnh báo này trùng với, ví dụ CB-12.' },
    ])
  return { verdict, duplicateOf: other.code }
}

const closed = (code: string) =>
  new Problem('alert.closed', 409, 'Cảnh báo này đã đóng. Nếu việc lại xảy ra, hệ thống mở cảnh báo mới.', { code })

interface NoteField {
  field: string
  ask: string
}

function requireNote(note: string, { field, ask }: NoteField): string {
  const text = note.trim().normalize('NFC')
  if (text.length > mostLetters)
    throw invalid('Nội dung quá dài.', [{ path: field, message: `Viết không quá ${mostLetters} ký tự.` }])
  if (text.length < leastLetters)
    throw invalid('Nội dung còn thiếu.', [{ path: field, message: `${ask} Ít nhất ${leastLetters} ký tự.` }])
  return text
}
