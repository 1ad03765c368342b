import type { Context, Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import {
  type AlertRow,
  type AlertState,
  alertPath,
  type Inlet,
  type Severity,
  type Subject,
  type Verdict,
} from './model.ts'
import { alertsAt, silencesAt, versionsAt } from './past-store.ts'

export const sorts = ['severity', '-severity', 'raised', '-raised', 'due', '-count', 'headline'] as const
export type Sort = (typeof sorts)[number]

export interface AlertQuery {
  reach: Reach
  /** `new`: nobody has it. `mine`: of this account. `late`: beyond the clock. `open`: all of them. */
  box: 'new' | 'mine' | 'late' | 'open' | 'closed'
  account: string
  /** Against which clocks are read: `asOf`, where the past is asked. */
  now: Date
  /** The alerts as they stood then. */
  asOf?: Date
  /** Bare letters, as `searchKey` makes them. */
  words?: readonly string[]
  severity?: Severity
  state?: AlertState
  organisation?: string
  origin?: string
  /** Silenced and inhibited ones too. */
  withHidden: boolean
  sort: Sort
}

interface Row {
  id: number
  code: string
  headline: string
  severity: Severity
  state: AlertState
  organisation: string
  area: string | null
  inlet: Inlet
  origin: string
  startsAt: Date
  raisedAt: Date
  lastAt: Date
  endedAt: Date | null
  dueAt: Date | null
  owner: string | null
  count: number
  playbook: string | null
  longitude: number | null
  latitude: number | null
  isFlapping: boolean
  isSilenced: boolean
  isInhibited: boolean
  verdict: Verdict | null
  closedAt: Date | null
}

const columns = (sql: Sql, now: Date, asOf?: Date): Fragment => sql`
  a.id, a.code, a.headline, a.severity, a.state, a.organisation, a.area, a.inlet, a.origin, a.starts_at, a.raised_at, a.last_at,
  a.ended_at, a.due_at, a.owner, a.count, a.playbook, a.longitude, a.latitude, a.flapping_since is not null as is_flapping,
  ${isSilenced(sql, now, asOf)} as is_silenced, a.inhibited_by is not null as is_inhibited, a.verdict, a.closed_at`

const isSilenced = (sql: Sql, now: Date, asOf?: Date): Fragment => sql`exists (
  select from ${silencesAt(sql, asOf)} i where i.id = a.silence_id and i.starts_at <= ${now} and i.ends_at > ${now})`

const notNull = <T>(value: T | null): T | undefined => value ?? undefined

function toAlert({ longitude, latitude, ...row }: Row): AlertRow {
  return {
    ...row,
    area: notNull(row.area),
    endedAt: notNull(row.endedAt),
    dueAt: notNull(row.dueAt),
    owner: notNull(row.owner),
    playbook: notNull(row.playbook),
    verdict: notNull(row.verdict),
    closedAt: notNull(row.closedAt),
    point: longitude === null || latitude === null ? undefined : [longitude, latitude],
    url: alertPath(row.code),
  }
}

export const within = (sql: Sql, reach: Reach): Fragment =>
  reach === 'all' ? sql`true` : sql`a.organisation = any(${[...reach]}::text[])`

function boxOf(sql: Sql, { box, account, now }: AlertQuery): Fragment {
  switch (box) {
    case 'new':
      return sql`a.closed_at is null and a.state = 'new'`
    case 'mine':
      return sql`a.closed_at is null and a.owner = ${account}`
    case 'late':
      return sql`a.closed_at is null and a.due_at <= ${now}`
    case 'open':
      return sql`a.closed_at is null`
    case 'closed':
      return sql`a.closed_at is not null`
  }
}

function whereOf(sql: Sql, query: AlertQuery): Fragment {
  const { now, asOf, words = [], severity, state, organisation, origin, withHidden } = query
  let where = sql`${within(sql, query.reach)} and ${boxOf(sql, query)}`
  for (const word of words) where = sql`${where} and a.search_key like ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`
  if (severity) where = sql`${where} and a.severity = ${severity}`
  if (state) where = sql`${where} and a.state = ${state}`
  if (organisation) where = sql`${where} and a.organisation = ${organisation}`
  if (origin) where = sql`${where} and a.origin = ${origin}`
  if (!withHidden) where = sql`${where} and a.inhibited_by is null and not ${isSilenced(sql, now, asOf)}`
  return where
}

// A page goes on behind the values of its last row: each order ends with the id, and none is null.
const orders: Record<Sort, { key: string; turn: 'asc' | 'desc' }> = {
  severity: { key: 'a.rank', turn: 'asc' },
  '-severity': { key: 'a.rank', turn: 'desc' },
  raised: { key: 'a.raised_at', turn: 'asc' },
  '-raised': { key: 'a.raised_at', turn: 'desc' },
  due: { key: "coalesce(a.due_at, 'infinity'::timestamptz)", turn: 'asc' },
  '-count': { key: 'a.count', turn: 'desc' },
  headline: { key: 'a.headline collate "vi-x-icu"', turn: 'asc' },
}

export interface Page {
  rows: AlertRow[]
  hasMore: boolean
}

/** The newest first where the order says no more; at most `limit`, after the alert of that id. */
export async function listAlerts(
  { sql }: Pick<Context, 'sql'>,
  query: AlertQuery,
  { after, limit }: { after?: number; limit: number },
): Promise<Page> {
  const { now, asOf } = query
  const { key, turn } = orders[query.sort]
  const order = sql.unsafe(key)
  const way = turn === 'asc' ? sql`asc` : sql`desc`
  const beyond = turn === 'asc' ? sql`>` : sql`<`
  const mark = sql`(select ${order} from ${alertsAt(sql, asOf)} a where a.id = ${after ?? 0})`
  const further =
    after === undefined ? sql`` : sql`and (${order} ${beyond} ${mark} or (${order} = ${mark} and a.id < ${after}))`
  const part = (from: Fragment) => sql`
    (select ${columns(sql, now, asOf)}, ${order} as place from ${from} a
    where ${whereOf(sql, query)} ${further}
    order by place ${way}, a.id desc
    limit ${limit + 1})`
  const [own, past] = asOf ? versionsAt(sql, asOf) : [sql`alerts.alert`]
  const rows = await sql<(Row & { place: unknown })[]>`
    ${part(own)} ${past ? sql`union all ${part(past)} order by place ${way}, id desc limit ${limit + 1}` : sql``}`
  return {
    rows: rows.slice(0, limit).map(({ place: _, ...row }) => toAlert(row)),
    hasMore: rows.length > limit,
  }
}

/** How many lie in each box, in one look at the open ones. */
export async function countBoxes(
  { sql }: Pick<Context, 'sql'>,
  { reach, account, now, asOf }: Pick<AlertQuery, 'reach' | 'account' | 'now' | 'asOf'>,
): Promise<{ new: number; mine: number; late: number; open: number; hidden: number }> {
  const [row] = await sql<{ new: number; mine: number; late: number; open: number; hidden: number }[]>`
    select count(*) filter (where not o.hidden and state = 'new') as new,
      count(*) filter (where not o.hidden and owner = ${account}) as mine,
      count(*) filter (where not o.hidden and due_at <= ${now}) as late,
      count(*) filter (where not o.hidden) as open, count(*) filter (where o.hidden) as hidden
    from (
      select a.state, a.owner, a.due_at, a.inhibited_by is not null or ${isSilenced(sql, now, asOf)} as hidden
      from ${alertsAt(sql, asOf)} a where a.closed_at is null and ${within(sql, reach)}) o`
  return row ?? { new: 0, mine: 0, late: 0, open: 0, hidden: 0 }
}

/** Open ones by severity; those that are hidden are not among them. */
export async function countOpen(
  sql: Sql,
  { reach, now, asOf }: Pick<AlertQuery, 'reach' | 'now' | 'asOf'>,
): Promise<Record<Severity, number>> {
  const rows = await sql<{ severity: Severity; count: number }[]>`
    select a.severity, count(*) from ${alertsAt(sql, asOf)} a
    where a.closed_at is null and ${within(sql, reach)} and a.inhibited_by is null and not ${isSilenced(sql, now, asOf)}
    group by a.severity`
  const counts: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0 }
  for (const { severity, count } of rows) counts[severity] = count
  return counts
}

interface MapQuery {
  reach: Reach
  box?: readonly [number, number, number, number]
  limit: number
}

/** Open ones that have a place, a point within the box or an area; the worst and the newest first. */
export async function listOnMap(
  { sql, now }: Pick<Context, 'sql' | 'now'>,
  { reach, box, limit }: MapQuery,
): Promise<{ rows: AlertRow[]; total: number }> {
  const [west, south, east, north] = box ?? [-180, -90, 180, 90]
  const rows = await sql<(Row & { total: number })[]>`
    select ${columns(sql, now)}, count(*) over () as total from alerts.alert a
    where a.closed_at is null and ${within(sql, reach)} and a.inhibited_by is null and not ${isSilenced(sql, now)}
      and case when a.longitude is null then a.area is not null
        else a.longitude between ${west} and ${east} and a.latitude between ${south} and ${north} end
    order by a.rank, a.id desc limit ${limit}`
  return { rows: rows.map(({ total: _, ...row }) => toAlert(row)), total: rows[0]?.total ?? 0 }
}

/** All there is of one alert. */
export interface Alert extends AlertRow {
  groupKey: string
  labels: Record<string, string>
  annotations: Record<string, string>
  subject?: Subject
  acknowledgedBy?: string
  acknowledgedAt?: Date
  escalation: number
  silenceId?: string
  inhibitedBy?: string
  duplicateOf?: string
  closedBy?: string
  closeReason?: string
  notifiedAt?: Date
  /** Call-outs begun, and whether the last goes on. */
  calls: number
  isCalling: boolean
}

type FullRow = Row & {
  groupKey: string
  labels: Record<string, string>
  annotations: Record<string, string>
  subject: Subject | null
  acknowledgedBy: string | null
  acknowledgedAt: Date | null
  escalation: number
  silenceId: string | null
  inhibitedBy: string | null
  duplicateOf: string | null
  closedBy: string | null
  closeReason: string | null
  notifiedAt: Date | null
  calls: number
  isCalling: boolean
}

interface Reading {
  where: Fragment
  /** Held, and how. */
  lock?: Fragment
  asOf?: Date
}

async function readFull(
  { sql, now }: Pick<Context, 'sql' | 'now'>,
  { where, lock = sql``, asOf }: Reading,
): Promise<Alert[]> {
  const rows = await sql<FullRow[]>`
    select ${columns(sql, asOf ?? now, asOf)}, a.group_key, a.labels, a.annotations, a.subject, a.acknowledged_by, a.acknowledged_at, a.escalation,
      a.silence_id, a.inhibited_by, a.duplicate_of, a.closed_by, a.close_reason, a.notified_at, a.calls, a.is_calling
    from ${alertsAt(sql, asOf)} a where ${where} order by a.id ${lock}`
  return rows.map((row) => ({
    ...toAlert(row),
    groupKey: row.groupKey,
    labels: row.labels,
    annotations: row.annotations,
    escalation: row.escalation,
    calls: row.calls,
    isCalling: row.isCalling,
    subject: notNull(row.subject),
    acknowledgedBy: notNull(row.acknowledgedBy),
    acknowledgedAt: notNull(row.acknowledgedAt),
    silenceId: notNull(row.silenceId),
    inhibitedBy: notNull(row.inhibitedBy),
    duplicateOf: notNull(row.duplicateOf),
    closedBy: notNull(row.closedBy),
    closeReason: notNull(row.closeReason),
    notifiedAt: notNull(row.notifiedAt),
  }))
}

/** As it stands, or stood then; absent too where it was not there yet. */
export async function findAlert(
  ctx: Pick<Context, 'sql' | 'now'>,
  code: string,
  asOf?: Date,
): Promise<Alert | undefined> {
  const [alert] = await readFull(ctx, { where: ctx.sql`a.code = ${code}`, asOf })
  return alert
}

/** Held until the transaction ends, in the order of their ids. */
export const lockAlerts = (ctx: Pick<Context, 'sql' | 'now'>, codes: readonly string[]): Promise<Alert[]> =>
  readFull(ctx, { where: ctx.sql`a.code = any(${[...codes]}::text[])`, lock: ctx.sql`for update` })

/** Of these, what waits for its clock; what another program holds is left to it. */
export const lockDueAlerts = (ctx: Pick<Context, 'sql' | 'now'>, limit: number): Promise<Alert[]> =>
  readFull(ctx, {
    where: ctx.sql`a.id in (select d.id from alerts.alert d where d.closed_at is null and d.due_at <= ${ctx.now} order by d.due_at limit ${limit} for update skip locked)`,
  })

export interface AlertChange {
  state?: AlertState
  owner?: string | null
  acknowledgedBy?: string | null
  acknowledgedAt?: Date | null
  dueAt?: Date | null
  escalation?: number
  notifiedAt?: Date | null
  verdict?: Verdict
  duplicateOf?: string | null
  closedAt?: Date
  closedBy?: string
  closeReason?: string
}

export async function updateAlert(
  { sql, now: since }: Pick<Context, 'sql' | 'now'>,
  id: number,
  change: AlertChange,
): Promise<void> {
  const entries = Object.entries(change).filter(([, value]) => value !== undefined)
  if (entries.length > 0)
    await sql`update alerts.alert set ${sql({ ...Object.fromEntries(entries), since })} where id = ${id}`
}
