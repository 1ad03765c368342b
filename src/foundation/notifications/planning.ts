// Which channels a message takes to each of its readers, and when. Nothing is sent here: rows are written in the caller's transaction.
import type { Person } from '#identity'
import type { Context } from '#platform/context'
import { findDays } from './days.ts'
import type { ChosenChannel, Language, PersonalChannel, Preference, Settings, UnlessRead, Urgency } from './model.ts'
import { dailyDigestAt, hourlyDigestAt, type WorkingDays } from './rules/digest.ts'
import { endOfQuiet } from './rules/quiet.ts'
import type { Words } from './rules/templates.ts'
import { callSenders } from './sending/jobs.ts'
import * as store from './store.ts'

export interface Plan {
  stamp: store.NoticeStamp
  /** Lines that are new. */
  written: readonly { id: number; account: string }[]
  notices: readonly store.NewNotice[]
  people: readonly Person[]
  preferences: ReadonlyMap<string, Preference>
  settings: Settings
  words: Record<Language, Words>
  /** Decided by the sender. */
  via?: readonly ChosenChannel[]
}

const hourMs = 3_600_000
const minuteMs = 60_000
/** In a storm of grave messages those beyond the limit are told together after so long. */
const stormDigestMs = 5 * minuteMs

export async function planDeliveries(ctx: Context, plan: Plan): Promise<void> {
  const { stamp, settings } = plan
  const crowded = await findCrowded(ctx, plan)
  const people = new Map(plan.people.map((person) => [person.account, person]))
  const notices = new Map(plan.notices.map((notice) => [notice.account, notice]))
  const calendars = await findCalendars(ctx, plan)
  const deliveries: store.NewDelivery[] = []
  const digests: { id: number; at: Date }[] = []
  for (const { id, account } of plan.written) {
    const person = people.get(account)
    const preference = plan.preferences.get(account)
    const notice = notices.get(account)
    const days = person && calendars.get(person.organisation)
    if (!person || !preference || !notice || !days) continue
    const { organisation } = person
    const asked = { now: ctx.now, stamp, preference, settings, days, isCrowded: crowded.has(account), via: plan.via }
    const { steps, digestAt } = planFor(asked)
    if (digestAt) digests.push({ id, at: digestAt })
    const { language, subject, body } = notice
    const to = { account, organisation, notice: id, language, subject, body }
    for (const { channel, dueAt, unlessRead } of steps) deliveries.push({ ...to, channel, dueAt, unlessRead })
  }
  await store.setDigestDue(ctx.sql, digests)
  if (ctx.config.messages.webhook) deliveries.push(toWebhook(plan, ctx.now))
  await store.insertDeliveries(ctx.sql, stamp, deliveries)
  await callSenders(ctx, stamp.urgency, deliveries)
}

/** The working days of each organisation that one of the new readers works in. */
async function findCalendars(
  ctx: Context,
  { written, people, settings }: Plan,
): Promise<Map<string | null, WorkingDays>> {
  const accounts = new Set(written.map(({ account }) => account))
  const organisations = new Set(
    people.filter((one) => accounts.has(one.account)).map(({ organisation }) => organisation),
  )
  const found = [...organisations].map(
    async (code): Promise<[string | null, WorkingDays]> => [code, await findDays(ctx, code, settings.timeZone)],
  )
  return new Map(await Promise.all(found))
}

/** Who gets so much that the rest is told together. */
async function findCrowded(ctx: Context, { stamp, written, settings }: Plan): Promise<Set<string>> {
  const accounts = written.map(({ account }) => account)
  const loads = await store.measureLoad(ctx.sql, accounts, new Date(ctx.now.getTime() - hourMs))
  const { perHour, gravePerHour, waiting } = settings.limits
  const isCrowded = (load: (typeof loads)[number]) =>
    stamp.urgency === 'grave' ? load.grave > gravePerHour : load.recent > perHour || load.waiting >= waiting
  return new Set(loads.filter(isCrowded).map(({ account }) => account))
}

interface Asked {
  now: Date
  stamp: { code: string; urgency: Urgency }
  preference: Preference
  settings: Settings
  days: WorkingDays
  isCrowded: boolean
  via?: readonly ChosenChannel[]
}

interface Way {
  channel: PersonalChannel
  dueAt: Date
  unlessRead: UnlessRead
}

/** The ways of one message to one person, and when it is told in a digest instead of a mail of its own. */
function planFor({ now, stamp, preference, settings, days, isCrowded, via }: Asked): { steps: Way[]; digestAt?: Date } {
  const { code, urgency } = stamp
  if (via) return { steps: via.map((channel) => ({ channel, dueAt: now, unlessRead: 'never' })) }
  if (urgency === 'grave') {
    if (isCrowded) return { steps: [], digestAt: new Date(now.getTime() + stormDigestMs) }
    const at = (minutes: number) => new Date(now.getTime() + minutes * minuteMs)
    const chain = settings.graveChain.map((step): Way => ({ ...step, dueAt: at(step.afterMinutes) }))
    return { steps: preference.pushes ? [{ channel: 'push', dueAt: now, unlessRead: 'never' }, ...chain] : chain }
  }
  const chosen = preference.channels[code] ?? settings.channels[urgency]
  const next =
    preference.digest === 'daily' ? dailyDigestAt(now, settings.digest.dailyAt, days) : hourlyDigestAt(now, days)
  // Who wishes to be told nothing but in his inbox is told nothing, however much it is.
  if (chosen.length === 0) return { steps: [] }
  if (isCrowded) return { steps: [], digestAt: next }
  const isGathered = urgency === 'routine' && preference.digest !== 'none' && chosen.includes('email')
  const dueAt = endOfQuiet(now, preference, days)
  const ways: readonly PersonalChannel[] = preference.pushes ? ['push', ...chosen] : chosen
  const steps = ways
    .filter((channel) => !(isGathered && channel === 'email'))
    // What was read in the inbox before quiet hours ended need not be sent.
    .map((channel): Way => ({ channel, dueAt, unlessRead: 'self' }))
  return { steps, digestAt: isGathered ? next : undefined }
}

/** The installation's own webhook hears of the message once, whoever gets it. */
function toWebhook({ words }: Plan, now: Date): store.NewDelivery {
  const { subject, text } = words.vi
  return {
    channel: 'webhook',
    account: null,
    organisation: null,
    notice: null,
    language: 'vi',
    subject,
    body: text,
    dueAt: now,
    unlessRead: 'never',
  }
}
