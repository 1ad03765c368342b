import { randomUUID } from 'node:crypto'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { announce } from '#platform/live'
import { endCalls, isHidden } from './calls.ts'
import { compileMatchers } from './intake/matching.ts'
import { PatternFault } from './intake/pattern.ts'
import type { Matcher } from './model.ts'
import { silencesAt } from './past-store.ts'
import { defaultOrganisation } from './settings.ts'
import { addEvents } from './timeline-store.ts'

export interface Silence {
  id: string
  matchers: Matcher[]
  startsAt: Date
  endsAt: Date
  reason: string
  createdBy: string
  createdName: string
  createdAt: Date
  updatedAt: Date
  alert: string | null
}

export interface NewSilence {
  /** Of one that is changed. */
  id?: string
  matchers: readonly Matcher[]
  startsAt: Date
  endsAt: Date
  reason: string
  createdName?: string
  alert?: string
}

const longestMs = 90 * 86_400_000
const columns = 'id, matchers, starts_at, ends_at, reason, created_by, created_name, created_at, updated_at, alert'

interface SilenceQuery {
  limit: number
  state?: 'active' | 'pending' | 'expired'
  after?: Date
  /** As they stood then. */
  asOf?: Date
}

/** The newest first; ended ones stay in the list. */
export const listSilences = (
  { sql, now: present }: Context,
  { limit, state, after, asOf }: SilenceQuery,
): Promise<Silence[]> => {
  const now = asOf ?? present
  const inState =
    state === 'active'
      ? sql`starts_at <= ${now} and ends_at > ${now}`
      : state === 'pending'
        ? sql`starts_at > ${now}`
        : state === 'expired'
          ? sql`ends_at <= ${now}`
          : sql`true`
  return sql<Silence[]>`
    select ${sql.unsafe(columns)} from ${silencesAt(sql, asOf)} i
    where ${inState} ${after ? sql`and created_at < ${after}` : sql``}
    order by created_at desc, id limit ${limit}`
}

/** @throws Problem 404 */
export async function getSilence({ sql }: Context, id: string, asOf?: Date): Promise<Silence> {
  const [silence] = await sql<Silence[]>`select ${sql.unsafe(columns)} from ${silencesAt(sql, asOf)} i where id = ${id}`
  if (!silence) throw notFound('silence', id)
  return silence
}

/**
 * Makes a silence, or changes one that still lasts. What matches it is hidden from now until its end: open alerts are marked, new ones are
 * counted as silenced. It ends by itself, and always has a reason.
 */
export function putSilence(ctx: Context, silence: NewSilence, permission: string): Promise<string> {
  return ctx.transaction(async (inner) => {
    inner.require(permission, await defaultOrganisation(inner))
    checkSilence(inner, silence)
    const id = await keepSilence(inner, silence)
    await markAlerts(inner, id, silence)
    await appendEntry(inner, {
      action: 'silence.created',
      subject: `silence:${id}`,
      body: {
        matchers: silence.matchers.map((one) => ({ ...one })),
        startsAt: silence.startsAt.toISOString(),
        endsAt: silence.endsAt.toISOString(),
        reason: silence.reason,
      },
    })
    await announce(inner.sql, ['alerts'])
    return id
  })
}

function checkSilence({ now }: Context, { matchers, startsAt, endsAt, reason }: NewSilence): void {
  const faults: { path: string; message: string }[] = []
  const fault = (path: string, message: string) => faults.push({ path, message })
  if (reason.trim().length < 5) fault('reason', 'Nêu lý do tạm im, ít nhất 5 ký tự.')
  if (endsAt <= startsAt) fault('endsAt', 'Thời điểm hết hạn phải sau thời điểm bắt đầu.')
  else if (endsAt <= now) fault('endsAt', 'Thời điểm hết hạn đã qua.')
  else if (endsAt.getTime() - startsAt.getTime() > longestMs) fault('endsAt', 'Chỉ được tạm im nhiều nhất 90 ngày.')
  if (matchers.length === 0) fault('matchers', 'Nêu ít nhất một điều kiện nhãn.')
  // A matcher that the empty text meets would hide everything that lacks the label.
  else if (!matchers.some(({ value, isEqual, isRegex }) => isEqual && value !== '' && !(isRegex && fitsEmpty(value))))
    fault('matchers', 'Ít nhất một điều kiện phải đòi một giá trị có thật, nếu không mọi cảnh báo sẽ bị ẩn.')
  if (faults.length > 0) throw invalid('Chưa tạo được lần tạm im; xin sửa các chỗ được nêu.', faults)
}

function fitsEmpty(value: string): boolean {
  try {
    return compileMatchers([{ name: 'x', value, isRegex: true, isEqual: true }])({})
  } catch (error) {
    if (error instanceof PatternFault) throw invalid(error.message, [{ path: 'matchers', message: error.message }])
    throw error
  }
}

async function keepSilence(ctx: Context, silence: NewSilence): Promise<string> {
  const { sql, now, actor } = ctx
  const startsAt = silence.startsAt < now ? now : silence.startsAt
  if (silence.id) {
    const [kept] = await sql<{ id: string }[]>`
      update alerts.silence set matchers = ${sql.json(silence.matchers as never)}, ends_at = ${silence.endsAt},
        reason = ${silence.reason.trim()}, updated_at = ${now},
        starts_at = case when starts_at <= ${now} then starts_at else ${startsAt}::timestamptz end
      where id::text = ${silence.id} and ends_at > ${now} returning id`
    // What has ended stays as it was; asked for again, it is a new one.
    if (kept) return kept.id
  }
  const id = randomUUID()
  await sql`
    insert into alerts.silence (id, matchers, starts_at, ends_at, reason, created_by, created_name, created_at, updated_at, alert)
    values (${id}, ${sql.json(silence.matchers as never)}, ${startsAt}, ${silence.endsAt}, ${silence.reason.trim()},
      ${actor.account ?? 'system'}, ${actor.name || (silence.createdName ?? '')}, ${now}, ${now}, ${silence.alert ?? null})`
  return id
}

/** Open alerts that match are hidden as long as the silence lasts; those it no longer matches are not. */
async function markAlerts(ctx: Context, id: string, { matchers, startsAt }: NewSilence): Promise<void> {
  const { sql } = ctx
  const test = compileMatchers(matchers)
  const open = await sql<{ id: number; labels: Record<string, string> }[]>`
    select id, labels from alerts.alert where closed_at is null order by group_key`
  const ids = open.filter(({ labels }) => test(labels)).map((one) => one.id)
  await sql`update alerts.alert set silence_id = null, since = ${ctx.now}
    where silence_id = ${id} and closed_at is null and not id = any(${ids}::bigint[])`
  const isInForce = startsAt <= ctx.now
  // One that is planned takes nothing out of the silence that hides it now.
  const marked = await sql<{ id: number }[]>`
    update alerts.alert a set silence_id = ${id}, since = ${ctx.now}
    where a.id = any(${ids}::bigint[]) and a.closed_at is null and a.silence_id is distinct from ${id}
      and (${isInForce} or not exists (
        select from alerts.silence i where i.id = a.silence_id and i.starts_at <= ${ctx.now} and i.ends_at > ${ctx.now}))
    returning a.id`
  await hide(
    ctx,
    marked.map((one) => ({ id: one.id, silence: id })),
    isInForce,
  )
}

/** Writes of alerts that are marked that they are; nobody is called for what is hidden now. */
async function hide(
  ctx: Context,
  marked: readonly { id: number; silence: string }[],
  isInForce: boolean,
): Promise<void> {
  if (isInForce)
    await endCalls(
      ctx,
      marked.map(({ id }) => id),
      isHidden,
    )
  await addEvents(
    ctx,
    marked.map(({ id, silence }) => ({ id, deed: 'silenced' as const, detail: { silence } })),
  )
}

/** A silence that was planned hides from its beginning what was raised after it was made. */
export function followSilences(ctx: Context): Promise<void> {
  return ctx.transaction(async (inner) => {
    const { sql, now } = inner
    const silences = await sql<{ id: string; matchers: Matcher[] }[]>`
      select id, matchers from alerts.silence where starts_at <= ${now} and ends_at > ${now} order by created_at`
    if (silences.length === 0) return
    const tests = silences.map(({ id, matchers }) => ({ id, test: compileMatchers(matchers) }))
    const shown = await sql<{ id: number; labels: Record<string, string> }[]>`
      select a.id, a.labels from alerts.alert a
      where a.closed_at is null and not exists (
        select from alerts.silence i where i.id = a.silence_id and i.starts_at <= ${now} and i.ends_at > ${now})
      order by a.group_key for update of a skip locked`
    const marked = shown.flatMap(({ id, labels }) => {
      const silence = tests.find(({ test }) => test(labels))?.id
      return silence === undefined ? [] : [{ id, silence }]
    })
    if (marked.length === 0) return
    await sql`
      update alerts.alert a set silence_id = m.silence, since = ${now}
      from jsonb_to_recordset(${sql.json(marked)}) as m (id bigint, silence uuid) where a.id = m.id`
    await hide(inner, marked, true)
    await announce(sql, ['alerts'])
  })
}

/** Ends a silence before its time: what it hid is shown again. */
export function endSilence(ctx: Context, id: string, permission: string): Promise<void> {
  return ctx.transaction(async (inner) => {
    inner.require(permission, await defaultOrganisation(inner))
    const { sql, now } = inner
    const { endsAt } = await getSilence(inner, id)
    if (endsAt <= now) throw conflict('silence.ended', 'Lần tạm im này đã hết.')
    await sql`
      update alerts.silence set starts_at = least(starts_at, ${now}::timestamptz), ends_at = ${now}, updated_at = ${now} where id = ${id}`
    await appendEntry(inner, { action: 'silence.closed', subject: `silence:${id}` })
    await announce(sql, ['alerts'])
  })
}
