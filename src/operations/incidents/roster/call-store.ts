import type { Sql } from '#platform/sql'

export interface CallOut {
  id: number
  key: string
  about: string
  url: string
  text: string
  duty: 'lead' | 'operator'
  state: 'calling' | 'answered' | 'ended'
  round: number
  startedAt: Date
  nextAt: Date | null
  answeredBy: string | null
  answeredName: string | null
  answeredAt: Date | null
  endedReason: string | null
}

export interface Attempt {
  round: number
  position: number
  account: string
  name: string
  calledAt: Date
  answeredAt: Date | null
}

const columns = (sql: Sql) => sql`
  c.id, c.key, c.about, c.url, c.text, c.duty, c.state, c.round, c.started_at, c.next_at, c.answered_by, c.answered_name,
  c.answered_at, c.ended_reason`

/** @returns the new row, locked; nothing where there is one of this key. */
export async function insertCallOut(
  sql: Sql,
  one: Pick<CallOut, 'key' | 'about' | 'url' | 'text' | 'duty'> & { at: Date },
): Promise<CallOut | undefined> {
  const [row] = await sql<CallOut[]>`
    insert into incidents.call_out as c (key, about, url, text, duty, state, started_at, next_at)
    values (${one.key}, ${one.about}, ${one.url}, ${one.text}, ${one.duty}, 'calling', ${one.at}, ${one.at})
    on conflict (key) do nothing returning ${columns(sql)}`
  return row
}

/** Calls whose time has come; each is held by one worker. */
export function lockDue(sql: Sql, now: Date, limit: number): Promise<CallOut[]> {
  return sql<CallOut[]>`
    select ${columns(sql)} from incidents.call_out c where c.state = 'calling' and c.next_at <= ${now}
    order by c.next_at, c.id limit ${limit} for update skip locked`
}

export async function lockCallOut(sql: Sql, by: { id: number } | { key: string }): Promise<CallOut | undefined> {
  const which = 'id' in by ? sql`c.id = ${by.id}` : sql`c.key = ${by.key}`
  const [row] = await sql<CallOut[]>`select ${columns(sql)} from incidents.call_out c where ${which} for update`
  return row
}

export async function findCallOut(sql: Sql, id: number): Promise<CallOut | undefined> {
  const [row] = await sql<CallOut[]>`select ${columns(sql)} from incidents.call_out c where c.id = ${id}`
  return row
}

export async function findCallOutOf(sql: Sql, key: string): Promise<CallOut | undefined> {
  const [row] = await sql<CallOut[]>`select ${columns(sql)} from incidents.call_out c where c.key = ${key}`
  return row
}

export function listAttempts(sql: Sql, callOut: number): Promise<Attempt[]> {
  return sql<Attempt[]>`
    select round, position, account, name, called_at, answered_at from incidents.call_attempt
    where call_out = ${callOut} order by round, position limit 1000`
}

export async function insertAttempt(sql: Sql, callOut: number, one: Omit<Attempt, 'answeredAt'>): Promise<boolean> {
  const rows = await sql`
    insert into incidents.call_attempt (call_out, round, position, account, name, called_at)
    values (${callOut}, ${one.round}, ${one.position}, ${one.account}, ${one.name}, ${one.calledAt})
    on conflict do nothing`
  return rows.count > 0
}

export async function setNext(sql: Sql, id: number, { round, nextAt }: { round: number; nextAt: Date }): Promise<void> {
  await sql`
    update incidents.call_out set round = ${round}, next_at = ${nextAt} where id = ${id} and state = 'calling'`
}

export async function setAnswered(
  sql: Sql,
  id: number,
  by: { account: string; name: string; parties: readonly string[]; at: Date },
): Promise<void> {
  await sql`
    update incidents.call_out set state = 'answered', next_at = null, answered_by = ${by.account},
      answered_name = ${by.name}, answered_at = ${by.at}
    where id = ${id} and state = 'calling'`
  await sql`
    update incidents.call_attempt set answered_at = ${by.at}
    where call_out = ${id} and account = any(${[...by.parties]}::text[]) and answered_at is null`
}

export async function setEnded(sql: Sql, id: number, reason: string): Promise<void> {
  await sql`
    update incidents.call_out set state = 'ended', next_at = null, ended_reason = ${reason}
    where id = ${id} and state = 'calling'`
}

export interface CallRow extends CallOut {
  attempts: number
  /** Minutes from the first call to the answer. */
  waitedMs: number | null
}

/** The newest first: all of the centre's, or those that somebody was called for. */
export function listCallOuts(
  sql: Sql,
  query: { account?: string; state?: string; after?: number; limit: number },
): Promise<CallRow[]> {
  return sql<CallRow[]>`
    select ${columns(sql)}, (select count(*) from incidents.call_attempt a where a.call_out = c.id)::int as attempts,
      (extract(epoch from c.answered_at - c.started_at) * 1000)::float8 as waited_ms
    from incidents.call_out c
    where ${query.account ? sql`exists (select from incidents.call_attempt a where a.call_out = c.id and a.account = ${query.account})` : sql`true`}
      ${query.state ? sql`and c.state = ${query.state}` : sql``}
      ${query.after ? sql`and c.id < ${query.after}` : sql``}
    order by c.id desc limit ${query.limit}`
}
