import { listHolders } from '#identity'
import { onDuty } from '#incidents'
import { notify, type Recipient } from '#notifications'
import { ancestorsOf, today } from '#organisations'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { takeStep } from '../actions.ts'
import { openAlertItem } from '../desk.ts'
import type { Settings } from '../model.ts'
import { getSettings } from '../settings.ts'
import { type Alert, lockDueAlerts, updateAlert } from '../store.ts'
import { afterWorkingMinutes, findCalendarOf, isWorkingNow } from './working-time.ts'

const atOnce = 200
const minuteMs = 60_000

/**
 * Runs the clocks that are out: an acknowledgement that nothing followed lapses, what nobody has acknowledged climbs a step. Each batch is
 * one transaction, and two programs never hold the same alert.
 */
export async function runClocks(ctx: Context): Promise<number> {
  let count = 0
  for (let more = true; more; ) {
    const done = await ctx.transaction(async (inner) => {
      const settings = await getSettings(inner.sql)
      const alerts = await lockDueAlerts(inner, atOnce)
      for (const alert of alerts) await runClock(inner, alert, settings)
      if (alerts.length > 0)
        await announce(inner.sql, ['alerts', ...alerts.slice(0, 50).map(({ code }) => `alert:${code}`)])
      return alerts.length
    })
    count += done
    more = done === atOnce
  }
  return count
}

function runClock(ctx: Context, alert: Alert, settings: Settings): Promise<void> {
  if (alert.state === 'acknowledged') return lapse(ctx, alert, settings)
  if (alert.state === 'new') return climb(ctx, alert, settings)
  return updateAlert(ctx, alert.id, { dueAt: null })
}

const later = (ctx: Context, minutes: number) => new Date(ctx.now.getTime() + minutes * minuteMs)

function lapse(ctx: Context, alert: Alert, { acknowledgeMinutes }: Settings): Promise<void> {
  return takeStep(ctx, alert, {
    to: 'new',
    change: {
      owner: null,
      acknowledgedBy: null,
      acknowledgedAt: null,
      dueAt: later(ctx, acknowledgeMinutes[alert.severity]),
    },
    deed: 'lapsed',
    detail: { owner: alert.owner ?? '' },
  })
}

/** One step up the tree. What is over, hidden or flapping calls nobody; what is not grave waits for working hours. */
async function climb(ctx: Context, alert: Alert, settings: Settings): Promise<void> {
  const { severity, organisation, id } = alert
  if (alert.endedAt) return updateAlert(ctx, id, { dueAt: null })
  const isQuiet = alert.isSilenced || alert.isInhibited || alert.isFlapping
  if (isQuiet) return updateAlert(ctx, id, { dueAt: later(ctx, settings.climbMinutes[severity]) })
  const isGrave = settings.graveSeverities.includes(severity)
  const calendar = isGrave ? undefined : await findCalendarOf(ctx, organisation)
  if (!isWorkingNow(calendar, ctx.now))
    return updateAlert(ctx, id, { dueAt: afterWorkingMinutes(calendar, ctx.now, 0) })
  const escalation = alert.escalation + 1
  const dueAt = afterWorkingMinutes(calendar, ctx.now, settings.climbMinutes[severity])
  const { people, unit } = await findNextUp(ctx, alert, escalation, isGrave)
  await takeStep(ctx, alert, { change: { escalation, dueAt }, deed: 'escalated', detail: { step: escalation, unit } })
  await openAlertItem(ctx, { ...alert, dueAt })
  await notify(ctx, {
    notice: 'alert.escalated',
    to: people,
    values: { headline: alert.headline, code: alert.code, step: String(escalation) },
    url: alert.url,
    urgency: isGrave ? 'grave' : 'urgent',
    dedupeKey: `alert:${alert.code}:climb:${escalation}`,
  })
}

/** First who handles alerts, and of the grave ones the shift; then the heads of the unit, of the one above it, up to the root. */
async function findNextUp(
  ctx: Context,
  { organisation }: Alert,
  step: number,
  isGrave: boolean,
): Promise<{ people: Recipient[]; unit: string }> {
  const shift = isGrave ? [...(await onDuty(ctx, 'operator')), ...(await onDuty(ctx, 'lead'))] : []
  const onShift = [...new Set(shift)].map((account): Recipient => ({ account }))
  if (step === 1) return { people: [...onShift, { permission: 'alert:handle', organisation }], unit: organisation }
  const above = await ancestorsOf(ctx.sql, organisation, { asOf: await today(ctx) })
  const chain = [organisation, ...above.map(({ code }) => code).reverse()]
  const heads = await listHolders(ctx, 'alert:oversee', organisation)
  // From the step's own unit upwards, the first that has a head.
  for (const unit of chain.slice(Math.min(step - 2, chain.length - 1))) {
    const there = heads.filter((person) => person.organisation === unit)
    if (there.length > 0) return { people: [...onShift, ...there.map(({ account }) => ({ account }))], unit }
  }
  return { people: [...onShift, { permission: 'alert:oversee', organisation }], unit: organisation }
}

/** Tells whoever is on duty of what is critical or high and new, once. A program that dies in between tells it when it is back. */
export function tellUntold(ctx: Context): Promise<number> {
  return ctx.transaction(async (inner) => {
    const { sql, now } = inner
    const { graveSeverities } = await getSettings(sql)
    const alerts = await sql<Pick<Alert, 'id' | 'code' | 'headline' | 'severity' | 'organisation'>[]>`
      select a.id, a.code, a.headline, a.severity, a.organisation from alerts.alert a
      left join alerts.silence i on i.id = a.silence_id and i.starts_at <= ${now} and i.ends_at > ${now}
      where a.notified_at is null and a.closed_at is null and a.severity in ('critical', 'high') and i.id is null
        and a.inhibited_by is null and a.flapping_since is null and a.state = 'new'
      order by a.id limit 500 for update of a skip locked`
    const shift = alerts.length > 0 ? await onDuty(inner, 'operator') : []
    for (const { code, headline, severity, organisation } of alerts) {
      const isGrave = graveSeverities.includes(severity)
      await notify(inner, {
        notice: 'alert.raised',
        to: shift.length > 0 ? shift.map((account) => ({ account })) : [{ permission: 'alert:handle', organisation }],
        values: { headline, code },
        url: `/canh-bao/${code}`,
        // Who is on duty is called, one after the other (`calls.ts`): not all of them at once.
        urgency: isGrave && shift.length === 0 ? 'grave' : 'urgent',
        dedupeKey: `alert:${code}`,
      })
    }
    await sql`update alerts.alert set notified_at = ${now}, since = ${now} where id = any(${alerts.map(({ id }) => id)}::bigint[])`
    return alerts.length
  })
}
