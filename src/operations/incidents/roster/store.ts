import type { Fragment, Sql } from '#platform/sql'
import { keep, rowsAt } from '../past-store.ts'
import type { Duty } from './shifts.ts'

export interface Assignment {
  id: number
  day: string
  shift: string
  duty: Duty
  account: string
  name: string
  /** Away that day, with the reason: somebody else is needed. */
  absent: string | null
}

const columns = (sql: Sql, at?: Date) => sql`
  a.id, a.day, a.shift, a.duty, a.account, a.name,
  (select b.reason from ${rowsAt(sql, 'absence', at, sql`k.scope >= a.day::text`)} b where b.account = a.account and a.day between b.from_day and b.to_day limit 1) as absent`

const assignmentsAt = (sql: Sql, at: Date | undefined, scope: Fragment) => rowsAt(sql, 'assignment', at, scope)

/** Who is assigned on these days, leads first. @param at as of an earlier moment */
export function listAssignments(sql: Sql, from: string, to: string, at?: Date): Promise<Assignment[]> {
  return sql<Assignment[]>`
    select ${columns(sql, at)} from ${assignmentsAt(sql, at, sql`k.scope between ${from} and ${to}`)} a
    where a.day between ${from} and ${to}
    order by a.day, a.shift, array_position(array['lead', 'operator', 'deputy'], a.duty), a.id limit 5000`
}

export function listShiftAssignments(
  sql: Sql,
  { day, code }: { day: string; code: string },
  at?: Date,
): Promise<Assignment[]> {
  return sql<Assignment[]>`
    select ${columns(sql, at)} from ${assignmentsAt(sql, at, sql`k.scope = ${day}`)} a where a.day = ${day} and a.shift = ${code}
    order by array_position(array['lead', 'operator', 'deputy'], a.duty), a.id`
}

export async function findAssignment(sql: Sql, id: number): Promise<Assignment | undefined> {
  const [row] = await sql<Assignment[]>`select ${columns(sql)} from incidents.assignment a where a.id = ${id}`
  return row
}

/** Changes of the roster of one shift stand in line. */
export async function lockShift(sql: Sql, day: string, shift: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`incidents shift ${day} ${shift}`}, 0))`
}

export async function insertAssignment(
  sql: Sql,
  one: Omit<Assignment, 'id' | 'absent'> & { givenBy: string; at: Date },
): Promise<boolean> {
  const rows = await sql`
    insert into incidents.assignment (day, shift, duty, account, name, given_by, given_at)
    values (${one.day}, ${one.shift}, ${one.duty}, ${one.account}, ${one.name}, ${one.givenBy}, ${one.at})
    on conflict do nothing`
  await keep(sql, 'assignment', one.day, one.at)
  return rows.count > 0
}

export async function deleteAssignment(sql: Sql, { id, day }: Assignment, at: Date): Promise<void> {
  await sql`update incidents.swap set state = 'withdrawn' where assignment = ${id} and state = 'asked'`
  await sql`delete from incidents.assignment where id = ${id}`
  await keep(sql, 'assignment', day, at)
}

export async function passAssignment(
  sql: Sql,
  { id, day }: Assignment,
  to: { account: string; name: string; at: Date },
): Promise<void> {
  await sql`update incidents.assignment set account = ${to.account}, name = ${to.name} where id = ${id}`
  await keep(sql, 'assignment', day, to.at)
}

// Absences ----------------------------------------------------------------------------------------------------------

export interface Absence {
  id: number
  account: string
  name: string
  fromDay: string
  toDay: string
  reason: string
}

/** @param at as of an earlier moment */
export function listAbsences(sql: Sql, from: string, at?: Date): Promise<Absence[]> {
  return sql<Absence[]>`
    select id, account, name, from_day, to_day, reason
    from ${rowsAt(sql, 'absence', at, sql`k.scope >= ${from}`)} a where to_day >= ${from}
    order by from_day, id limit 500`
}

export async function isAbsent(sql: Sql, account: string, day: string): Promise<boolean> {
  const [row] = await sql`
    select from incidents.absence where account = ${account} and ${day}::date between from_day and to_day`
  return row !== undefined
}

export async function insertAbsence(sql: Sql, one: Omit<Absence, 'id'> & { by: string; at: Date }): Promise<void> {
  await sql`
    insert into incidents.absence (account, name, from_day, to_day, reason, entered_by, entered_at)
    values (${one.account}, ${one.name}, ${one.fromDay}, ${one.toDay}, ${one.reason}, ${one.by}, ${one.at})`
  await keep(sql, 'absence', one.toDay, one.at)
}

export async function findAbsence(sql: Sql, id: number): Promise<Absence | undefined> {
  const [row] = await sql<Absence[]>`
    select id, account, name, from_day, to_day, reason from incidents.absence where id = ${id}`
  return row
}

export async function deleteAbsence(sql: Sql, { id, toDay }: Absence, at: Date): Promise<void> {
  await sql`delete from incidents.absence where id = ${id}`
  await keep(sql, 'absence', toDay, at)
}

// Swaps -------------------------------------------------------------------------------------------------------------

export interface Swap {
  id: number
  assignment: number
  day: string
  shift: string
  askedBy: string
  askedName: string
  askedOf: string
  askedOfName: string
  reason: string
  state: 'asked' | 'agreed' | 'refused' | 'withdrawn'
}

const swapColumns = (sql: Sql) => sql`
  id, assignment, day, shift, asked_by, asked_name, asked_of, asked_of_name, reason, state`

/** Swaps that somebody asked for, or is asked for, and that wait for an answer. */
export function listOpenSwaps(sql: Sql, from: string): Promise<Swap[]> {
  return sql<Swap[]>`
    select ${swapColumns(sql)} from incidents.swap where state = 'asked' and day >= ${from} order by day, id limit 200`
}

export async function lockSwap(sql: Sql, id: number): Promise<Swap | undefined> {
  const [row] = await sql<Swap[]>`select ${swapColumns(sql)} from incidents.swap where id = ${id} for update`
  return row
}

export async function insertSwap(sql: Sql, one: Omit<Swap, 'id' | 'state'> & { at: Date }): Promise<boolean> {
  const rows = await sql`
    insert into incidents.swap (assignment, day, shift, asked_by, asked_name, asked_of, asked_of_name, reason, state, asked_at)
    values (${one.assignment}, ${one.day}, ${one.shift}, ${one.askedBy}, ${one.askedName}, ${one.askedOf},
      ${one.askedOfName}, ${one.reason}, 'asked', ${one.at})
    on conflict do nothing`
  return rows.count > 0
}

export async function endSwap(
  sql: Sql,
  id: number,
  state: 'agreed' | 'refused' | 'withdrawn',
  at: Date,
): Promise<void> {
  await sql`update incidents.swap set state = ${state}, answered_at = ${at} where id = ${id} and state = 'asked'`
}
