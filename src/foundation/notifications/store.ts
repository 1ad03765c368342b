import type { StoredFile } from '#files'
import type { Sql } from '#platform/sql'
import type {
  Channel,
  DeliveryState,
  Language,
  PersonalChannel,
  Preference,
  Settings,
  UnlessRead,
  Urgency,
} from './model.ts'

export async function findSettings(sql: Sql): Promise<{ packSha256: string; body: Settings } | undefined> {
  const [row] = await sql<{ packSha256: string; body: Settings }[]>`
    select pack_sha256, body from notifications.setting`
  return row
}

export async function keepSettings(sql: Sql, packSha256: string, body: Settings): Promise<void> {
  await sql`
    insert into notifications.setting (pack_sha256, body) values (${packSha256}, ${sql.json(body as never)})
    on conflict (only_one) do update set pack_sha256 = excluded.pack_sha256, body = excluded.body`
}

export interface PreferenceRow {
  account: string
  language: Language
  quietFrom: string | null
  quietTo: string | null
  quietDaysOff: boolean
  digest: Preference['digest']
  channels: Record<string, PersonalChannel[]>
}

export async function listPreferences(sql: Sql, accounts: readonly string[]): Promise<PreferenceRow[]> {
  return sql<PreferenceRow[]>`
    select account, language, quiet_from, quiet_to, quiet_days_off, digest, channels from notifications.preference
    where account = any(${[...accounts]})`
}

export async function keepPreference(sql: Sql, row: PreferenceRow, now: Date): Promise<void> {
  await sql`
    insert into notifications.preference
      (account, language, quiet_from, quiet_to, quiet_days_off, digest, channels, changed_at)
    values (${row.account}, ${row.language}, ${row.quietFrom}, ${row.quietTo}, ${row.quietDaysOff}, ${row.digest},
      ${sql.json(row.channels)}, ${now})
    on conflict (account) do update set language = excluded.language, quiet_from = excluded.quiet_from,
      quiet_to = excluded.quiet_to, quiet_days_off = excluded.quiet_days_off, digest = excluded.digest,
      channels = excluded.channels, changed_at = excluded.changed_at`
}

export interface NewNotice {
  account: string
  language: Language
  subject: string
  body: string
}

export interface NoticeStamp {
  /** The same for all who get it together. */
  message: string
  code: string
  url: string
  urgency: Urgency
  dedupeKey: string | undefined
  attachments?: readonly StoredFile[]
  now: Date
}

/** Writes a line into each inbox that has none of that key yet. @returns what was written. */
export async function insertNotices(
  sql: Sql,
  stamp: NoticeStamp,
  notices: readonly NewNotice[],
): Promise<{ id: number; account: string }[]> {
  return sql<{ id: number; account: string }[]>`
    insert into notifications.notice
      (account, language, subject, body, message, code, url, urgency, dedupe_key, attachments, created_at)
    select account, language, subject, body, ${stamp.message}::uuid, ${stamp.code}, ${stamp.url}, ${stamp.urgency}, ${stamp.dedupeKey ?? null},
      ${stamp.attachments ? sql.json(stamp.attachments as never) : null}::jsonb, ${stamp.now}::timestamptz
    from jsonb_to_recordset(${sql.json(notices as never)})
      as one (account text, language text, subject text, body text)
    order by account
    on conflict (account, dedupe_key) where dedupe_key is not null do nothing
    returning id, account`
}

/** How many messages each person has got since then, and how many deliveries still wait for him. */
export async function measureLoad(
  sql: Sql,
  accounts: readonly string[],
  since: Date,
): Promise<{ account: string; recent: number; grave: number; waiting: number }[]> {
  return sql<{ account: string; recent: number; grave: number; waiting: number }[]>`
    select account, got.recent, got.grave,
      (select count(*)::int from notifications.delivery d
        where d.account = one.account and d.state in ('waiting', 'sending')) as waiting
    from unnest(${[...accounts]}::text[]) as one (account)
    cross join lateral (
      select count(*)::int as recent, count(*) filter (where n.urgency = 'grave')::int as grave
      from notifications.notice n where n.account = one.account and n.created_at > ${since}
    ) got`
}

export async function setDigestDue(sql: Sql, due: readonly { id: number; at: Date }[]): Promise<void> {
  if (due.length === 0) return
  await sql`
    update notifications.notice set digest_due_at = one.at
    from jsonb_to_recordset(${sql.json(due as never)}) as one (id bigint, at timestamptz)
    where notice.id = one.id`
}

export interface NewDelivery {
  channel: Channel
  account: string | null
  organisation: string | null
  notice: number | null
  language: Language
  subject: string
  body: string
  dueAt: Date
  unlessRead: UnlessRead
}

/** Puts deliveries into the queue; one that is there already stays as it is. */
export async function insertDeliveries(
  sql: Sql,
  stamp: Omit<NoticeStamp, 'dedupeKey' | 'message'>,
  deliveries: readonly NewDelivery[],
): Promise<void> {
  if (deliveries.length === 0) return
  await sql`
    insert into notifications.delivery
      (channel, account, organisation, notice, language, subject, body, due_at, unless_read, code, url, urgency, created_at, changed_at)
    select channel, account, organisation, notice, language, subject, body, due_at, unless_read,
      ${stamp.code}, ${stamp.url}, ${stamp.urgency}, ${stamp.now}::timestamptz, ${stamp.now}::timestamptz
    from jsonb_to_recordset(${sql.json(deliveries.map(({ dueAt, unlessRead, ...row }) => ({ ...row, due_at: dueAt, unless_read: unlessRead })) as never)})
      as one (channel text, account text, organisation text, notice bigint, language text, subject text, body text, due_at timestamptz, unless_read text)
    on conflict (notice, channel) where notice is not null do nothing`
}

export interface NoticeRow {
  id: number
  account: string
  code: string
  language: Language
  subject: string
  body: string
  url: string
  urgency: Urgency
  createdAt: Date
  readAt: Date | null
}

const noticeColumns = (sql: Sql) => sql`id, account, code, language, subject, body, url, urgency, created_at, read_at`

export interface InboxFilter {
  unread: boolean
  urgency?: Urgency
  code?: string
  oldestFirst?: boolean
  /** Id of the last line of the page before. */
  after?: number
  limit: number
}

export async function listInbox(sql: Sql, account: string, filter: InboxFilter): Promise<NoticeRow[]> {
  const way = filter.oldestFirst ? sql`>` : sql`<`
  return sql<NoticeRow[]>`
    select ${noticeColumns(sql)} from notifications.notice
    where account = ${account}
      and ${filter.unread ? sql`read_at is null` : sql`true`}
      and ${filter.urgency ? sql`urgency = ${filter.urgency}` : sql`true`}
      and ${filter.code ? sql`code = ${filter.code}` : sql`true`}
      and ${filter.after === undefined ? sql`true` : sql`id ${way} ${filter.after}`}
    order by id ${filter.oldestFirst ? sql`asc` : sql`desc`}
    limit ${filter.limit}`
}

/** Unread lines of an inbox, counted up to a number that is only shown as "more than". */
export async function countUnread(sql: Sql, account: string, most: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from (
      select from notifications.notice where account = ${account} and read_at is null limit ${most}
    ) unread`
  return row?.count ?? 0
}

/** Marks one line of the person's own inbox read, or all up to one that he has seen. @returns those that were not. */
export async function markRead(
  sql: Sql,
  account: string,
  which: { id: number } | { upTo: number },
  now: Date,
): Promise<Pick<NoticeRow, 'id' | 'code' | 'urgency'>[]> {
  return sql<NoticeRow[]>`
    update notifications.notice set read_at = ${now}, digest_due_at = null
    where account = ${account} and read_at is null and ${'id' in which ? sql`id = ${which.id}` : sql`id <= ${which.upTo}`}
    returning id, code, urgency`
}

export async function markUnread(sql: Sql, account: string, id: number): Promise<boolean> {
  const changed = await sql`
    update notifications.notice set read_at = null where account = ${account} and id = ${id} and read_at is not null`
  return changed.count === 1
}

export async function findNotice(sql: Sql, account: string, id: number): Promise<NoticeRow | undefined> {
  const [row] = await sql<NoticeRow[]>`
    select ${noticeColumns(sql)} from notifications.notice where account = ${account} and id = ${id}`
  return row
}

/** What has been read need not be sent any more: to its reader, or to anybody who got it with him where the pack says so. */
export async function dropUnneeded(sql: Sql, notices: readonly number[], now: Date): Promise<void> {
  const read = [...notices]
  await sql`
    update notifications.delivery set state = 'unneeded', changed_at = ${now}
    where state = 'waiting' and unless_read <> 'never' and notice = any(${read}::bigint[])`
  await sql`
    update notifications.delivery set state = 'unneeded', changed_at = ${now}
    where state = 'waiting' and unless_read = 'anybody' and notice in (
      select other.id from notifications.notice one join notifications.notice other on other.message = one.message
      where one.id = any(${read}::bigint[]))`
}

/** Who got messages of that key, and who has read them. */
export async function listReaders(sql: Sql, dedupeKey: string): Promise<{ account: string; readAt: Date | null }[]> {
  const rows = await sql<{ account: string; readAt: Date | null }[]>`
    select account, read_at from notifications.notice where dedupe_key = ${dedupeKey} order by read_at, account limit 1000`
  return [...rows]
}

/** What became of a message to one person. */
export interface Outcome {
  account: string
  readAt: Date | null
  ways: { channel: Channel; state: DeliveryState; fault: string | null }[]
}

export async function listOutcomes(sql: Sql, dedupeKey: string): Promise<Outcome[]> {
  const rows = await sql<Outcome[]>`
    select account, read_at, coalesce((
      select jsonb_agg(jsonb_build_object('channel', d.channel, 'state', d.state, 'fault', d.fault) order by d.channel)
      from notifications.delivery d where d.notice = n.id), '[]') as ways
    from notifications.notice n where dedupe_key = ${dedupeKey} order by account limit 1000`
  return [...rows]
}
