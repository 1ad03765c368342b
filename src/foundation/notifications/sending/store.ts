import type { StoredFile } from '#files'
import type { Sql } from '#platform/sql'
import type { Channel, Language, Urgency } from '../model.ts'

/** True for one of the transactions that are open at once. */
export async function takeBell(sql: Sql, name: string): Promise<boolean> {
  const [row] = await sql<{ taken: boolean }[]>`
    select pg_try_advisory_xact_lock(7314005, hashtext(${name})) as taken`
  return row?.taken ?? false
}

export interface Claimed {
  id: number
  key: string
  channel: Channel
  account: string | null
  notice: number | null
  code: string
  language: Language
  subject: string
  body: string
  url: string
  urgency: Urgency
  attempts: number
  tries: number
  createdAt: Date
  attachments: StoredFile[] | null
}

/**
 * Takes what is due, grave ones first, until `givenUpAt`: whoever dies with it leaves it to the next one after that. What its reader has
 * read by now is dropped on the way.
 */
export async function claimDue(
  sql: Sql,
  { channel, now, givenUpAt, limit }: { channel: Channel; now: Date; givenUpAt: Date; limit: number },
): Promise<Claimed[]> {
  await sql`
    update notifications.delivery set state = 'unneeded', changed_at = ${now}
    where id in (
      select delivery.id from notifications.delivery join notifications.notice on notice.id = delivery.notice
      where delivery.channel = ${channel} and delivery.state = 'waiting' and delivery.due_at <= ${now}
        and delivery.unless_read <> 'never' and (
          notice.read_at is not null or delivery.unless_read = 'anybody' and exists (
            select from notifications.notice other where other.message = notice.message and other.read_at is not null))
      limit 1000
      for update of delivery skip locked)`
  return sql<Claimed[]>`
    with due as (
      select id from notifications.delivery
      where channel = ${channel} and state in ('waiting', 'sending') and due_at <= ${now}
      order by (urgency <> 'grave'), due_at, id
      limit ${limit}
      for update skip locked
    ), taken as (
      update notifications.delivery set state = 'sending', due_at = ${givenUpAt}, attempts = attempts + 1, tries = tries + 1,
        changed_at = ${now}
      from due where delivery.id = due.id
      returning delivery.*
    ), tried as (
      insert into notifications.attempt (delivery, number, started_at) select id, attempts, ${now}::timestamptz from taken
    )
    select id, key, channel, account, notice, code, language, subject, body, url, urgency, attempts, tries, created_at,
      (select n.attachments from notifications.notice n where n.id = taken.notice and taken.channel = 'email') as attachments
    from taken
    order by (urgency <> 'grave'), id`
}

/** It has been sent, whoever else may have taken it meanwhile; a receipt that was faster stands. */
export async function markSent(
  sql: Sql,
  { id, attempts }: Claimed,
  providerCode: string | undefined,
  now: Date,
): Promise<void> {
  await sql`
    with sent as (
      update notifications.delivery set sent_at = coalesce(sent_at, ${now}), changed_at = ${now}, fault = null, fault_words = null,
        provider_code = coalesce(${providerCode ?? null}, provider_code),
        -- A receipt that was faster stands.
        state = case when received_at is not null then 'received' else 'sent' end
      where id = ${id} and (state in ('sending', 'waiting') or received_at is not null)
    )
    update notifications.attempt set ended_at = ${now}, outcome = 'sent' where delivery = ${id} and number = ${attempts}`
}

/** It has not been sent: tried again at `againAt`, or never when there is none. */
export async function markFault(
  sql: Sql,
  { id, attempts }: Claimed,
  fault: { code: string; words: string | undefined; isFinal: boolean; againAt: Date | undefined },
  now: Date,
): Promise<void> {
  await sql`
    with faulty as (
      update notifications.delivery set changed_at = ${now}, fault = ${fault.code}, fault_words = ${fault.words ?? null},
        state = ${fault.againAt ? 'waiting' : 'failed'}, due_at = coalesce(${fault.againAt ?? null}::timestamptz, due_at)
      where id = ${id} and state = 'sending' and attempts = ${attempts}
    )
    update notifications.attempt set ended_at = ${now}, outcome = ${fault.isFinal ? 'refused' : 'fault'}, fault = ${fault.code},
      fault_words = ${fault.words ?? null}
    where delivery = ${id} and number = ${attempts}`
}

/** Channels that have something due. */
export async function listDueChannels(sql: Sql, now: Date): Promise<Channel[]> {
  const rows = await sql<{ channel: Channel }[]>`
    select channel from unnest(${['email', 'sms', 'zalo', 'call', 'webhook']}::text[]) as one (channel)
    where exists (
      select from notifications.delivery d
      where d.channel = one.channel and d.state in ('waiting', 'sending') and d.due_at <= ${now})`
  return rows.map(({ channel }) => channel)
}

/** Puts another channel in the place of one that has failed for good, unless the message has been read or goes there already. */
export async function replaceFailed(
  sql: Sql,
  insteadOf: readonly { failed: string; channel: string }[],
  { now, since }: { now: Date; since: Date },
): Promise<Channel[]> {
  const rows = await sql<{ channel: Channel }[]>`
    insert into notifications.delivery
      (channel, account, organisation, notice, code, language, subject, body, url, urgency, due_at, unless_read, created_at, changed_at)
    select one.channel, d.account, d.organisation, d.notice, d.code, d.language, d.subject, d.body, d.url, d.urgency, ${now}, 'self', ${now}, ${now}
    from notifications.delivery d
    join jsonb_to_recordset(${sql.json([...insteadOf] as never)}) as one (failed text, channel text) on one.failed = d.channel
    join notifications.notice n on n.id = d.notice
    where d.state = 'failed' and d.notice is not null and d.changed_at > ${since} and n.read_at is null
    on conflict (notice, channel) where notice is not null do nothing
    returning channel`
  return [...new Set(rows.map(({ channel }) => channel))]
}

/** Deliveries that were due long ago and that nobody has taken. */
export async function countStuck(sql: Sql, channels: readonly Channel[], before: Date): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from (
      select from notifications.delivery
      where channel = any(${[...channels]}) and state in ('waiting', 'sending') and due_at < ${before}
      limit 1000
    ) stuck`
  return row?.count ?? 0
}

/** Takes away what has been kept long enough, a piece at a time. @returns how much. */
export async function sweepDeliveries(sql: Sql, before: Date, limit: number): Promise<number> {
  const gone = await sql`
    delete from notifications.delivery where id in (
      select id from notifications.delivery
      where created_at < ${before} and state not in ('waiting', 'sending')
      order by created_at limit ${limit} for update skip locked)`
  return gone.count
}

export async function sweepNotices(sql: Sql, before: Date, limit: number): Promise<number> {
  const gone = await sql`
    delete from notifications.notice where id in (
      select id from notifications.notice where created_at < ${before} order by created_at limit ${limit} for update skip locked)`
  return gone.count
}

export interface Gathered {
  id: number
  code: string
  subject: string
  body: string
  url: string
  language: Language
  urgency: Urgency
  createdAt: Date
}

export async function listDigestAccounts(sql: Sql, now: Date, limit: number): Promise<string[]> {
  const rows = await sql<{ account: string }[]>`
    select distinct account from notifications.notice where digest_due_at <= ${now} limit ${limit}`
  return rows.map(({ account }) => account)
}

/** Takes what waits for the digest of a person; what he has read need not be told. */
export async function takeForDigest(sql: Sql, account: string, now: Date): Promise<Gathered[]> {
  const rows = await sql<(Gathered & { readAt: Date | null })[]>`
    update notifications.notice set digest_due_at = null
    where id in (
      select id from notifications.notice where account = ${account} and digest_due_at <= ${now} for update skip locked)
    returning id, code, subject, body, url, language, urgency, created_at, read_at`
  return rows.filter(({ readAt }) => readAt === null).toSorted((a, b) => a.id - b.id)
}

/** What a gateway says afterwards: it got there, or it did not although it was taken. A receipt once kept is not taken back. */
export async function keepReceipt(
  sql: Sql,
  receipt: { channel: Channel; key: string; failed: boolean; words: string | undefined },
  now: Date,
): Promise<{ account: string | null; notice: number | null } | undefined> {
  const [row] = await sql<{ account: string | null; notice: number | null }[]>`
    update notifications.delivery set
      state = case when state = 'received' then state when ${receipt.failed} then 'failed' else 'received' end,
      received_at = case when ${receipt.failed} then received_at else coalesce(received_at, ${now}) end,
      sent_at = coalesce(sent_at, ${now}),
      fault = case when ${receipt.failed} and state <> 'received' then 'refused' else null end,
      fault_words = case when ${receipt.failed} and state <> 'received' then ${receipt.words ?? null} else null end,
      changed_at = ${now}
    where channel = ${receipt.channel} and key = ${receipt.key}
    returning account, notice`
  return row
}
