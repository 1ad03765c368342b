import type { Sql } from '#platform/sql'
import { keep, rowsAt } from '../past-store.ts'

/** One line of what the next shift must know. */
export interface Matter {
  group: string
  title: string
  url: string
  note?: string
  exercise?: boolean
}

export interface HandOverBody {
  situation: string
  next: string
  equipment: string
  matters: Matter[]
}

export interface HandOver {
  day: string
  shift: string
  startsAt: Date
  endsAt: Date
  state: 'draft' | 'left' | 'taken'
  body: HandOverBody
  text: string | null
  digest: string | null
  leftBy: string | null
  leftName: string | null
  leftParties: string[] | null
  leftAt: Date | null
  takenName: string | null
  takenAt: Date | null
  remark: string | null
}

const columns = (sql: Sql) => sql`
  day, shift, starts_at, ends_at, state, body, text, digest, left_by, left_name, left_parties, left_at, taken_name, taken_at, remark`

/** @param at as of an earlier moment */
export async function findHandOver(sql: Sql, day: string, shift: string, at?: Date): Promise<HandOver | undefined> {
  const [row] = await sql<HandOver[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'hand_over', at, sql`k.scope = ${day}`)} h where day = ${day} and shift = ${shift}`
  return row
}

export async function lockHandOver(sql: Sql, day: string, shift: string): Promise<HandOver | undefined> {
  const [row] = await sql<HandOver[]>`
    select ${columns(sql)} from incidents.hand_over where day = ${day} and shift = ${shift} for update`
  return row
}

/** The newest first; those before a moment of beginning. */
export function listHandOvers(sql: Sql, query: { before?: Date; limit: number; at?: Date }): Promise<HandOver[]> {
  return sql<HandOver[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'hand_over', query.at)} h
    where ${query.before ? sql`starts_at < ${query.before}` : sql`true`}
    order by starts_at desc limit ${query.limit}`
}

export function listHandOversSince(sql: Sql, since: Date, at?: Date): Promise<HandOver[]> {
  return sql<HandOver[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'hand_over', at, sql`k.scope >= ${since.toISOString().slice(0, 10)}`)} h where starts_at >= ${since} order by starts_at limit 200`
}

interface Draft {
  day: string
  shift: string
  startsAt: Date
  endsAt: Date
  body: HandOverBody
  by: string
  at: Date
}

/** @returns false where it has been signed already. */
export async function saveDraft(sql: Sql, one: Draft): Promise<boolean> {
  const rows = await sql`
    insert into incidents.hand_over as h (day, shift, starts_at, ends_at, state, body, edited_by, edited_at)
    values (${one.day}, ${one.shift}, ${one.startsAt}, ${one.endsAt}, 'draft', ${sql.json(one.body as never)}, ${one.by}, ${one.at})
    on conflict (day, shift) do update set body = excluded.body, edited_by = excluded.edited_by, edited_at = excluded.edited_at
    where h.state = 'draft'`
  await keep(sql, 'hand_over', one.day, one.at)
  return rows.count > 0
}

interface Signature {
  account: string
  name: string
  parties: readonly string[]
  at: Date
}

export async function setLeft(
  sql: Sql,
  { day, shift }: { day: string; shift: string },
  by: Signature & { text: string; digest: string },
): Promise<void> {
  await sql`
    update incidents.hand_over set state = 'left', text = ${by.text}, digest = ${by.digest}, left_by = ${by.account},
      left_name = ${by.name}, left_parties = ${[...by.parties]}::text[], left_at = ${by.at}
    where day = ${day} and shift = ${shift} and state = 'draft'`
  await keep(sql, 'hand_over', day, by.at)
}

export async function setTaken(
  sql: Sql,
  { day, shift }: { day: string; shift: string },
  by: Signature & { remark: string | null },
): Promise<void> {
  await sql`
    update incidents.hand_over set state = 'taken', taken_by = ${by.account}, taken_name = ${by.name},
      taken_parties = ${[...by.parties]}::text[], taken_at = ${by.at}, remark = ${by.remark}
    where day = ${day} and shift = ${shift} and state = 'left'`
  await keep(sql, 'hand_over', day, by.at)
}

/** Remembers that something was called to mind. @returns false where it has been before. */
export async function takeReminder(sql: Sql, key: string, at: Date): Promise<boolean> {
  const rows = await sql`
    insert into incidents.reminder (key, at) values (${key}, ${at}) on conflict (key) do nothing`
  return rows.count > 0
}

export async function forgetReminders(sql: Sql, before: Date): Promise<void> {
  await sql`delete from incidents.reminder where at < ${before}`
}
