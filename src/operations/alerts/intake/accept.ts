import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { searchKey } from '#ui'
import { causeIsOver, endCalls } from '../calls.ts'
import { alertMoved } from '../events.ts'
import { tellJob } from '../job-types.ts'
import type { Inlet, Settings } from '../model.ts'
import { getSettings } from '../settings.ts'
import { addEvents } from '../timeline-store.ts'
import { addToBalance } from './balance-store.ts'
import { type FoldedAlert, foldSignals, followEnds, type HeldItem } from './fold-store.ts'
import { compileSources, followInhibitions, readHolder } from './holding.ts'
import type { Batch, Item, Outcome } from './item.ts'

const nothing: Outcome['reasons'] = { repeat: 0, invalid: 0, future: 0, late: 0 }

/**
 * Takes in what an inlet has read, in one transaction: afterwards every item is shown, grouped, silenced or dropped, and counted so. The
 * same batch again adds nothing.
 */
export function acceptBatch(ctx: Context, { inlet, items, refused }: Batch): Promise<Outcome> {
  return ctx.transaction(async (inner) => {
    const settings = await getSettings(inner.sql)
    const received = items.length + refused.length
    const sorted = sortOut(
      items.map(({ item }) => item),
      settings,
      inner.now,
    )
    const reasons = { ...nothing, ...sorted.reasons, invalid: refused.length }
    const folded = await fold(inner, inlet, sorted.items, settings)
    reasons.repeat += sorted.items.length - folded.fresh
    const opened = folded.alerts.filter(({ isNew }) => isNew)
    const shown = opened.length
    const grouped = folded.fresh - folded.held - shown
    const dropped = reasons.repeat + reasons.invalid + reasons.future + reasons.late
    const counts = { received, shown, grouped, silenced: folded.held, dropped }
    await addToBalance(inner, inlet, { ...counts, reasons })
    return {
      ...counts,
      reasons,
      refused,
      alerts: folded.alerts.map(({ code }) => code),
      opened: opened.map(({ code }) => code),
    }
  })
}

async function fold(ctx: Context, inlet: Inlet, items: readonly Item[], settings: Settings) {
  if (items.length === 0) return { alerts: [], fresh: 0, held: 0 }
  const holderOf = await readHolder(ctx, settings, items)
  const isSource = compileSources(settings)
  const rows: HeldItem[] = items.map((item) => ({
    item,
    canInhibit: isSource(item.labels),
    held: holderOf(item.labels),
    searchKey: searchKey(`${item.headline} ${item.labels.alertname ?? ''}`),
  }))
  const folded = await foldSignals(ctx.sql, rows, {
    inlet,
    now: ctx.now,
    flapping: settings.flapping,
    dueMinutes: settings.acknowledgeMinutes,
  })
  const ended = await followEnds(ctx.sql, [...new Set(items.map(({ groupKey }) => groupKey))].sort(), ctx.now)
  await tellAll(ctx, inlet, folded.alerts, ended)
  if (folded.fresh > 0) await followInhibitions(ctx, settings)
  return folded
}

async function tellAll(
  ctx: Context,
  inlet: Inlet,
  alerts: readonly FoldedAlert[],
  ended: readonly number[],
): Promise<void> {
  const opened = alerts.filter(({ isNew }) => isNew)
  const flapping = alerts.filter(({ isFlapping, isNew }) => isFlapping && !isNew)
  await addEvents(ctx, [
    ...opened.map(({ id }) => ({ id, deed: 'raised' as const })),
    ...flapping.map(({ id }) => ({ id, deed: 'flapping' as const })),
    ...ended.map((id) => ({ id, deed: 'ended' as const })),
  ])
  await endCalls(ctx, ended, causeIsOver)
  for (const { code, severity, organisation } of opened)
    await ctx.publish(alertMoved, { code, severity, organisation, to: 'new' })
  if (opened.length > 0) {
    await appendEntry(ctx, {
      action: 'alert.raised',
      subject: opened.length === 1 ? `alert:${opened[0]?.code}` : `inlet:${inlet}`,
      body: { inlet, alerts: opened.map(({ code }) => code).slice(0, 1000), count: opened.length },
    })
    await ctx.enqueue(tellJob, {}, { key: tellJob.name })
  }
  if (alerts.length > 0 || ended.length > 0) await announce(ctx.sql, ['alerts'])
}

/** What is too old or not yet, and what a message says twice. */
function sortOut(items: readonly Item[], { lateHours, futureMinutes }: Settings, now: Date) {
  const latest = now.getTime() + futureMinutes * 60_000
  const earliest = now.getTime() - lateHours * 3_600_000
  const reasons = { ...nothing }
  const known = new Map<string, Item>()
  for (const item of items) {
    const at = item.startsAt?.getTime()
    if (at !== undefined && at > latest) reasons.future += 1
    else if (at !== undefined && at < earliest && isOver(item, now)) reasons.late += 1
    else {
      const key = `${item.fingerprint} ${at ?? ''}`
      const before = known.get(key)
      if (before) reasons.repeat += 1
      // Of one occurrence told twice the word of its end stands.
      if (!before || before.endsAt === undefined) known.set(key, item)
    }
  }
  return { items: [...known.values()], reasons }
}

// What began long ago and still goes on is a bad state that is there: it is never too late for it.
const isOver = ({ endsAt }: Item, now: Date) => endsAt !== undefined && endsAt <= now
