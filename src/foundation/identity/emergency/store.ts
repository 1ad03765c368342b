import type { Role } from '#platform/capability'
import type { Sql } from '#platform/sql'
import type { EmergencyTimes, NewEmergency } from './model.ts'

export interface Emergency extends EmergencyTimes {
  id: string
  account: string
  personName: string
  role: Role
  organisation: string
  minutes: number
  reason: string
  decidedBy: string | null
  decidedAt: Date | null
  endedBy: string | null
  reviewedBy: string | null
  conclusion: string | null
}

const columns = (sql: Sql) => sql`
  emergency.id, emergency.account, account.person_name, emergency.role, emergency.organisation, emergency.minutes,
  emergency.reason, emergency.asked_at, emergency.decided_by, emergency.decided_at, emergency.approved, emergency.ends_at,
  emergency.ended_at, emergency.ended_by, emergency.reviewed_by, emergency.reviewed_at, emergency.conclusion`

export async function insertEmergency(
  sql: Sql,
  wanted: NewEmergency & { account: string; now: Date },
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into identity.emergency (account, role, organisation, minutes, reason, asked_at)
    values (${wanted.account}, ${wanted.role}, ${wanted.organisation}, ${wanted.minutes}, ${wanted.reason}, ${wanted.now})
    returning id`
  return row?.id ?? ''
}

/** The newest first. */
export async function listEmergencies(sql: Sql): Promise<Emergency[]> {
  return sql<Emergency[]>`
    select ${columns(sql)} from identity.emergency join identity.account on account.name = emergency.account
    order by emergency.asked_at desc, emergency.id
    limit 200`
}

export async function lockEmergency(sql: Sql, id: string): Promise<Emergency | undefined> {
  const [emergency] = await sql<Emergency[]>`
    select ${columns(sql)} from identity.emergency join identity.account on account.name = emergency.account
    where emergency.id = ${id}
    for update of emergency`
  return emergency
}

/** How many of somebody's are asked or in force: one at a time. */
export async function countOpen(
  sql: Sql,
  account: string,
  { now, since }: { now: Date; since: Date },
): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from identity.emergency
    where account = ${account}
      and ((approved is null and asked_at > ${since}) or (ended_at is null and ends_at > ${now}))`
  return row?.count ?? 0
}

export async function setDecided(
  sql: Sql,
  id: string,
  decided: { by: string; now: Date; approved: boolean; endsAt: Date | null },
): Promise<void> {
  await sql`
    update identity.emergency
    set decided_by = ${decided.by}, decided_at = ${decided.now}, approved = ${decided.approved}, ends_at = ${decided.endsAt}
    where id = ${id}`
}

export async function setEnded(sql: Sql, id: string, ended: { by: string; at: Date }): Promise<void> {
  await sql`update identity.emergency set ended_at = ${ended.at}, ended_by = ${ended.by} where id = ${id}`
}

export async function setReviewed(
  sql: Sql,
  id: string,
  reviewed: { by: string; now: Date; conclusion: string },
): Promise<void> {
  await sql`
    update identity.emergency
    set reviewed_by = ${reviewed.by}, reviewed_at = ${reviewed.now}, conclusion = ${reviewed.conclusion}
    where id = ${id}`
}

/** Those whose time has come. */
export async function lockOver(sql: Sql, now: Date): Promise<Emergency[]> {
  return sql<Emergency[]>`
    select ${columns(sql)} from identity.emergency join identity.account on account.name = emergency.account
    where emergency.ends_at <= ${now} and emergency.ended_at is null
    order by emergency.ends_at limit 100
    for update of emergency skip locked`
}
