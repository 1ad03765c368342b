import type { Sql } from '#platform/sql'
import type { NewInspection } from './model.ts'

export interface Inspection extends NewInspection {
  id: number
  personName: string
  askedBy: string
  askedAt: Date
  decidedBy: string | null
  decidedAt: Date | null
  outcome: 'approved' | 'refused' | null
  endedBy: string | null
  endedAt: Date | null
  endReason: string | null
}

const columns = (sql: Sql) => sql`
  i.id, i.account, person.person_name, i.decision_number, i.decided_on, i.issued_by, i.about, i.period_from, i.period_to,
  i.valid_from, i.valid_to, i.organisations, i.subjects, i.asked_by, i.asked_at, i.decided_by, i.decided_at, i.outcome,
  i.ended_by, i.ended_at, i.end_reason`

const tables = (sql: Sql) => sql`
  identity.inspection i join identity.account person on person.name = i.account`

export async function findInspection(sql: Sql, id: number): Promise<Inspection | undefined> {
  const [row] = await sql<Inspection[]>`select ${columns(sql)} from ${tables(sql)} where i.id = ${id}`
  return row
}

export async function lockInspection(sql: Sql, id: number): Promise<Inspection | undefined> {
  await sql`select from identity.inspection where id = ${id} for update`
  return findInspection(sql, id)
}

/** The newest first. */
export const listInspections = (sql: Sql, after: number | undefined, limit: number): Promise<Inspection[]> => sql<
  Inspection[]
>`
  select ${columns(sql)} from ${tables(sql)}
  where ${after === undefined ? sql`true` : sql`i.id < ${after}`}
  order by i.id desc limit ${limit}`

/** The approved one whose days hold today; there is never more than one of an account. */
export async function findCurrentInspection(sql: Sql, account: string, today: string): Promise<Inspection | undefined> {
  const [row] = await sql<Inspection[]>`
    select ${columns(sql)} from ${tables(sql)}
    where i.account = ${account} and i.outcome = 'approved' and i.valid_from <= ${today} and i.valid_to >= ${today}
      and (i.ended_at is null or (i.ended_at at time zone 'Asia/Ho_Chi_Minh')::date > ${today})
    order by i.id limit 1`
  return row
}

/** Whether an approved one of the account shares a day with these. */
export async function hasOverlap(sql: Sql, { id, account, validFrom, validTo }: Inspection): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from identity.inspection where account = ${account} and id <> ${id} and outcome = 'approved'
      and ended_at is null and valid_from <= ${validTo} and valid_to >= ${validFrom}) as found`
  return row?.found ?? false
}

export async function insertInspection(
  sql: Sql,
  wanted: NewInspection,
  by: { account: string; at: Date },
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into identity.inspection (account, decision_number, decided_on, issued_by, about, period_from, period_to, valid_from,
      valid_to, organisations, subjects, asked_by, asked_at)
    values (${wanted.account}, ${wanted.decisionNumber}, ${wanted.decidedOn}, ${wanted.issuedBy}, ${wanted.about},
      ${wanted.periodFrom}, ${wanted.periodTo}, ${wanted.validFrom}, ${wanted.validTo}, ${wanted.organisations}, ${wanted.subjects},
      ${by.account}, ${by.at})
    returning id`
  return row?.id ?? 0
}

export const setOutcome = (
  sql: Sql,
  id: number,
  done: { by: string; at: Date; outcome: 'approved' | 'refused' },
) => sql`
  update identity.inspection set decided_by = ${done.by}, decided_at = ${done.at}, outcome = ${done.outcome} where id = ${id}`

export const setEnded = (sql: Sql, id: number, ended: { by: string; at: Date; reason: string }) => sql`
  update identity.inspection set ended_by = ${ended.by}, ended_at = ${ended.at}, end_reason = ${ended.reason} where id = ${id}`
