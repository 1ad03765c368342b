/**
 * Alerts of the demonstration year: what the rules would have said of the year's numbers and records, followed up as an operator would have,
 * then what stands today by the ordinary evaluation, and a few that other systems tell. The same each time.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { SeedOptions } from '#platform/capability'
import type { Context } from '#platform/context'
import { searchKey } from '#ui'
import { acceptBatch } from './intake/accept.ts'
import { slotOf } from './intake/balance-store.ts'
import { fingerprintOf, groupKeyOf, tidyLabels } from './intake/labels.ts'
import { alertStates, Severity } from './model.ts'
import { evaluateRules } from './rules/evaluate.ts'
import type { Rule } from './rules/model.ts'
import { listRules } from './rules/store.ts'
import type { Episode } from './rules/timeline.ts'
import { headlineOf, type Track } from './rules/track.ts'
import { listEpisodes, readHistory } from './rules/trial.ts'

const days = 365
const mostOfARule = 16
const minuteMs = 60_000

const Demo = z.strictObject({
  source: z.string(),
  operator: z.string(),
  reasons: z.strictObject({ true: z.array(z.string()).min(1), false: z.array(z.string()).min(1) }),
  alerts: z.array(
    z.strictObject({
      minutesAgo: z.number(),
      severity: Severity,
      state: z.enum(alertStates),
      headline: z.string(),
      organisation: z.string(),
      area: z.string().optional(),
      point: z.tuple([z.number(), z.number()]).optional(),
      playbook: z.string().optional(),
      labels: z.record(z.string(), z.string()),
    }),
  ),
})
type Demo = z.infer<typeof Demo>

/** Does nothing where alerts are there, or where the pack has no demonstration of them. */
export async function seedAlerts(ctx: Context, options: SeedOptions): Promise<void> {
  const text = await readFile(join(ctx.config.packDir, 'demo', 'alerts.yaml'), 'utf8').catch(() => undefined)
  if (text === undefined || !options.demo) return
  const demo = Demo.parse(parse(text))
  await ctx.transaction(async (inner) => {
    const [known] = await inner.sql`select from alerts.alert limit 1`
    if (known) return
    const past = await listPast(inner, demo)
    await keepPast(inner, past)
    await evaluateRules(inner, () => true)
    await raiseByHand(inner, demo)
    options.progress(`  ${past.length} alerts of the year`)
  })
}

interface PastAlert {
  fingerprint: string
  group_key: string
  origin: string
  headline: string
  search_key: string
  severity: string
  organisation: string
  area: string | undefined
  longitude: number | undefined
  latitude: number | undefined
  labels: Record<string, string>
  subject: unknown
  playbook: string | undefined
  starts_at: Date
  ends_at: Date
  raised_at: Date
  acknowledged_at: Date
  closed_at: Date
  verdict: 'true' | 'false' | undefined
  reason: string
  owner: string
}

/** Between 0 and 1, the same for the same words. */
const chanceOf = (words: string): number => createHash('sha256').update(words).digest().readUInt32BE(0) / 2 ** 32

async function listPast(ctx: Context, demo: Demo): Promise<PastAlert[]> {
  const past: PastAlert[] = []
  for (const { body } of await listRules(ctx.sql)) {
    const tracks = body.enabled ? await readHistory(ctx, body, days) : undefined
    const over = listEpisodes(body, tracks ?? [], ctx.now).filter(({ episode }) => episode.endsAt !== undefined)
    const latest = over.sort((a, b) => b.episode.startsAt - a.episode.startsAt).slice(0, mostOfARule)
    for (const { track, episode } of latest) past.push(pastOf(ctx, demo, { rule: body, track, episode }))
  }
  return past
}

function pastOf(
  ctx: Context,
  demo: Demo,
  { rule, track, episode }: { rule: Rule; track: Track; episode: Episode },
): PastAlert {
  const labels = tidyLabels({
    alertname: rule.name,
    key: track.key,
    organisation: track.organisation,
    rule: rule.code,
    ...(track.area ? { area: track.area } : {}),
  })
  const fingerprint = fingerprintOf({ rule: rule.code, key: track.key })
  const chance = (about: string) => chanceOf(`${rule.code} ${track.key} ${episode.startsAt} ${about}`)
  const upTo = (at: number) => new Date(Math.min(at, ctx.now.getTime()))
  const raisedAt = upTo(episode.saidAt + (7 + 600 * chance('raised')) * minuteMs)
  const acknowledgedAt = upTo(raisedAt.getTime() + (2 + 40 * chance('acknowledged')) * minuteMs)
  const closedAt = upTo(
    Math.max(acknowledgedAt.getTime(), episode.endsAt ?? 0) + (30 + 900 * chance('closed')) * minuteMs,
  )
  const said = chance('verdict')
  const verdict = said < 0.74 ? 'true' : said < 0.88 ? 'false' : undefined
  const reasons = demo.reasons[verdict ?? 'true']
  return {
    fingerprint,
    group_key: groupKeyOf('rule', rule.groupBy, labels, fingerprint),
    origin: rule.code,
    headline: headlineOf(rule, track, episode),
    search_key: searchKey(headlineOf(rule, track, episode)),
    severity: rule.severity,
    organisation: rule.organisation ?? track.organisation,
    area: track.area,
    longitude: track.point?.[0],
    latitude: track.point?.[1],
    labels,
    subject: track.subjectAt(episode.startsAt),
    playbook: rule.playbook,
    starts_at: new Date(episode.startsAt),
    ends_at: new Date(episode.endsAt ?? episode.startsAt),
    raised_at: raisedAt,
    acknowledged_at: acknowledgedAt,
    closed_at: closedAt,
    verdict,
    reason: reasons[Math.floor(chance('reason') * reasons.length)] ?? '',
    owner: demo.operator,
  }
}

async function keepPast({ sql }: Context, past: readonly PastAlert[]): Promise<void> {
  if (past.length === 0) return
  const slots = past.map((one) => ({ slot: slotOf(one.raised_at) }))
  await sql`
    with past as (
      select * from jsonb_to_recordset(${sql.json(past as never)}) as p (fingerprint text, group_key text, origin text, headline text,
        search_key text, severity text, organisation text, area text, longitude float8, latitude float8, labels jsonb, subject jsonb,
        playbook text, starts_at timestamptz, ends_at timestamptz, raised_at timestamptz, acknowledged_at timestamptz,
        closed_at timestamptz, verdict text, reason text, owner text)
    ), told as (
      insert into alerts.signal (inlet, fingerprint, starts_at, ends_at, resolved, group_key, severity, organisation, labels, annotations,
        received_at, updated_at)
      select 'rule', fingerprint, starts_at, ends_at, true, group_key, severity, organisation, labels, '{}', raised_at, closed_at from past
      on conflict do nothing
    ), kept as (
      insert into alerts.alert (group_key, inlet, origin, headline, search_key, severity, state, organisation, area, longitude, latitude,
        labels, subject, playbook, first_key, starts_at, last_at, raised_at, since, ended_at, owner, acknowledged_by, acknowledged_at,
        notified_at, verdict, closed_at, closed_by, close_reason)
      select group_key, 'rule', origin, headline, search_key, severity, 'closed', organisation, area, longitude, latitude, labels, subject,
        playbook, fingerprint, starts_at, starts_at, raised_at, closed_at, ends_at, owner, owner, acknowledged_at, raised_at, verdict, closed_at, owner,
        reason
      from past order by raised_at
      returning *
    ), stretches as (
      insert into alerts.alert_past (alert_id, since, until, headline, search_key, severity, state, area, longitude, latitude, labels,
        annotations, subject, starts_at, last_at, count, ended_at, owner, acknowledged_by, acknowledged_at, escalation, notified_at, calls,
        is_calling)
      select k.id, s.since, s.until, k.headline, k.search_key, k.severity, case when s.is_taken then 'acknowledged' else 'new' end, k.area,
        k.longitude, k.latitude, k.labels, k.annotations, k.subject, k.starts_at, k.last_at, k.count,
        case when k.ended_at <= s.since then k.ended_at end, case when s.is_taken then k.owner end, case when s.is_taken then k.owner end,
        case when s.is_taken then k.acknowledged_at end, 0, k.notified_at, 0, false
      from kept k
      cross join lateral (
        select e.at as since, lead(e.at) over (order by e.at) as until, e.at >= k.acknowledged_at as is_taken
        from (select distinct at from unnest(array[k.raised_at, k.acknowledged_at, k.ended_at, k.closed_at]) as at
          where at between k.raised_at and k.closed_at) e) s
      where s.until > s.since
    )
    insert into alerts.alert_event (alert_id, at, actor, deed, note)
    select k.id, e.at, e.actor, e.deed, e.note from kept k
    cross join lateral (values (k.raised_at, 'system', 'raised', null), (k.acknowledged_at, k.owner, 'acknowledged', null),
      (k.closed_at, k.owner, 'closed', k.close_reason)) as e (at, actor, deed, note)
    order by k.id, e.at`
  await sql`
    insert into alerts.balance as b (slot, inlet, shard, received, shown)
    select slot, 'rule', 0, count(*), count(*) from jsonb_to_recordset(${sql.json(slots as never)}) as s (slot timestamptz) group by slot
    on conflict (slot, inlet, shard) do update set received = b.received + excluded.received, shown = b.shown + excluded.shown`
}

/** What other systems tell, and how far it has been followed up by now. */
async function raiseByHand(ctx: Context, demo: Demo): Promise<void> {
  const { sql } = ctx
  for (const { minutesAgo, state, point, ...told } of demo.alerts) {
    const at = new Date(ctx.now.getTime() - minutesAgo * minuteMs)
    const labels = tidyLabels(told.labels)
    const fingerprint = fingerprintOf(labels)
    const item = {
      ...told,
      labels,
      point,
      annotations: {},
      fingerprint,
      groupKey: groupKeyOf('webhook', ['alertname', 'quan'], labels, fingerprint),
      startsAt: at,
      origin: 'webhook',
    }
    const { opened } = await acceptBatch(atTime(ctx, at), {
      inlet: 'webhook',
      items: [{ index: 0, item }],
      refused: [],
    })
    const acknowledged = state === 'new' ? null : new Date(at.getTime() + 3 * minuteMs)
    const dueAt = state === 'new' || state === 'acknowledged' ? new Date(ctx.now.getTime() + 9 * minuteMs) : null
    await sql`
      with moved as (
        update alerts.alert set state = ${state}, owner = ${acknowledged && demo.operator}, acknowledged_by = ${acknowledged && demo.operator},
          acknowledged_at = ${acknowledged}, due_at = ${dueAt}, since = ${acknowledged ?? at}
        where code = any(${opened}::text[]) returning id
      )
      insert into alerts.alert_event (alert_id, at, actor, deed)
      select id, ${acknowledged ?? at}::timestamptz, ${demo.operator}, ${state} from moved where ${state} <> 'new'`
  }
}

/** The same work as if it were done then. */
const atTime = (ctx: Context, now: Date): Context => ({
  ...ctx,
  now,
  transaction: (work) => ctx.transaction((inner) => work(atTime(inner, now))),
})
