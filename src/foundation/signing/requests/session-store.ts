import type { Sql } from '#platform/sql'
import type { PreparedState } from '../pades/means.ts'
import type { MeansOfSigning } from './model.ts'

export interface SessionRow {
  id: string
  account: string
  actorName: string
  organisation: string | null
  means: MeansOfSigning
  state: 'running' | 'stopped' | 'done' | 'failed'
  seal: string | null
  credential: string | null
  chain: string[] | null
  algorithm: 'rsa-pkcs1-sha256' | 'ecdsa-p256-sha256' | null
  handle: string | null
  fault: string | null
  createdAt: Date
  expiresAt: Date
  endedAt: Date | null
}

export interface ItemRow {
  session: string
  place: number
  request: string
  position: number
  title: string
  documentSha256: string
  state: 'waiting' | 'prepared' | 'signed' | 'failed'
  digest: string | null
  sentAt: Date | null
  fault: string | null
}

const sessionColumns = (sql: Sql) => sql`
  id, account, actor_name, organisation, means, state, seal, credential, chain, algorithm, handle, fault, created_at, expires_at, ended_at`
const itemColumns = (sql: Sql) => sql`
  session, place, request, position, title, document_sha256, state, digest, sent_at, fault`

type NewSession = Pick<
  SessionRow,
  'id' | 'account' | 'actorName' | 'organisation' | 'means' | 'seal' | 'credential' | 'createdAt' | 'expiresAt'
>
type NewItem = Pick<ItemRow, 'request' | 'position' | 'title' | 'documentSha256'>

export async function insertSession(sql: Sql, row: NewSession, items: readonly NewItem[]): Promise<void> {
  await sql`
    insert into signing.session (id, account, actor_name, organisation, means, state, seal, credential, created_at, expires_at)
    values (${row.id}, ${row.account}, ${row.actorName}, ${row.organisation}, ${row.means}, 'running', ${row.seal}, ${row.credential},
      ${row.createdAt}, ${row.expiresAt})`
  await sql`
    insert into signing.session_item (session, place, request, position, title, document_sha256, state)
    select ${row.id}, place, request, position, title, document_sha256, 'waiting'
    from unnest(${items.map((_, place) => place + 1)}::int[], ${items.map(({ request }) => request)}::text[],
      ${items.map(({ position }) => position)}::int[], ${items.map(({ title }) => title)}::text[],
      ${items.map(({ documentSha256 }) => documentSha256)}::text[]) as item (place, request, position, title, document_sha256)`
}

export async function findSession(sql: Sql, id: string): Promise<SessionRow | undefined> {
  const [row] = await sql<SessionRow[]>`select ${sessionColumns(sql)} from signing.session where id = ${id}`
  return row
}

/** @returns false when another has said so before. */
export async function setChain(
  sql: Sql,
  id: string,
  { chain, algorithm }: { chain: readonly string[]; algorithm: string },
): Promise<boolean> {
  const { count } = await sql`
    update signing.session set chain = ${sql.json([...chain])}, algorithm = ${algorithm}
    where id = ${id} and state = 'running' and chain is null`
  return count > 0
}

export async function setHandle(sql: Sql, id: string, handle: string): Promise<void> {
  await sql`update signing.session set handle = ${handle} where id = ${id}`
}

/** Ends a running session; what is prepared and not signed is let go. @returns false when it has ended already. */
export async function endSession(
  sql: Sql,
  id: string,
  ended: { state: 'stopped' | 'done' | 'failed'; at: Date; fault?: string },
): Promise<boolean> {
  const { count } = await sql`
    update signing.session set state = ${ended.state}, ended_at = ${ended.at}, fault = ${ended.fault ?? null}
    where id = ${id} and state = 'running'`
  if (count > 0)
    await sql`
      update signing.session_item set state = 'waiting', prepared = null, completion = null, digest = null
      where session = ${id} and state = 'prepared'`
  return count > 0
}

export const listItems = (sql: Sql, session: string): Promise<ItemRow[]> =>
  sql<ItemRow[]>`select ${itemColumns(sql)} from signing.session_item where session = ${session} order by place`

export const listWaiting = (sql: Sql, session: string, limit: number): Promise<ItemRow[]> =>
  sql<ItemRow[]>`
    select ${itemColumns(sql)} from signing.session_item where session = ${session} and state = 'waiting' order by place limit ${limit}`

export async function countItems(sql: Sql, session: string): Promise<Record<ItemRow['state'], number>> {
  const counts = { waiting: 0, prepared: 0, signed: 0, failed: 0 }
  const rows = await sql<{ state: ItemRow['state']; count: number }[]>`
    select state, count(*) as count from signing.session_item where session = ${session} group by state`
  for (const { state, count } of rows) counts[state] = count
  return counts
}

type ItemKey = Pick<ItemRow, 'session' | 'place'>

export async function setPrepared(
  sql: Sql,
  { session, place }: ItemKey,
  prepared: { pdf: Buffer; completion: PreparedState; digest: string },
): Promise<void> {
  await sql`
    update signing.session_item set state = 'prepared', prepared = ${prepared.pdf}, completion = ${sql.json(prepared.completion as never)},
      digest = ${prepared.digest}
    where session = ${session} and place = ${place} and state = 'waiting'`
}

/**
 * Those that are prepared and were not sent yet, sent now: to each of two who ask at once, others. After them those of which nothing came
 * back since `lostBefore`: who asked for them was cut off.
 */
export const takePrepared = (
  sql: Sql,
  session: string,
  { now, lostBefore, limit }: { now: Date; lostBefore: Date; limit: number },
): Promise<ItemRow[]> =>
  sql<ItemRow[]>`
    update signing.session_item set sent_at = ${now}
    where (session, place) in (
      select session, place from signing.session_item
      where session = ${session} and state = 'prepared' and (sent_at is null or sent_at < ${lostBefore})
      order by sent_at nulls first, place limit ${limit} for update skip locked)
    returning ${itemColumns(sql)}`

export interface Prepared extends ItemRow {
  prepared: Buffer
  completion: PreparedState
}

export async function findPrepared(sql: Sql, session: string, place: number): Promise<Prepared | undefined> {
  const [row] = await sql<Prepared[]>`
    select ${itemColumns(sql)}, prepared, completion from signing.session_item
    where session = ${session} and place = ${place} and state = 'prepared'`
  return row
}

export const listPrepared = (sql: Sql, session: string): Promise<ItemRow[]> =>
  sql<ItemRow[]>`
    select ${itemColumns(sql)} from signing.session_item where session = ${session} and state = 'prepared' order by place`

export async function setItemEnded(
  sql: Sql,
  { session, place }: ItemKey,
  { state, fault }: { state: 'signed' | 'failed'; fault?: string },
): Promise<void> {
  await sql`
    update signing.session_item set state = ${state}, fault = ${fault ?? null}, prepared = null, completion = null
    where session = ${session} and place = ${place} and state <> 'signed'`
}

/** Somebody is still at it. */
export async function prolongSession(sql: Sql, id: string, expiresAt: Date): Promise<void> {
  await sql`update signing.session set expires_at = ${expiresAt} where id = ${id} and state = 'running'`
}

export const listOverdueSessions = (sql: Sql, now: Date): Promise<Pick<SessionRow, 'id' | 'means'>[]> =>
  sql<
    Pick<SessionRow, 'id' | 'means'>[]
  >`select id, means from signing.session where state = 'running' and expires_at < ${now} limit 500`
