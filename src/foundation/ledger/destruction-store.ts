import type { Sql } from '#platform/sql'

/** A wish to destroy a key: one asks with the ground, another decides. */
export interface Destruction {
  id: number
  keyName: string
  ground: string
  reason: string
  askedBy: string
  askedAt: Date
  decidedBy: string | null
  decidedAt: Date | null
  outcome: 'destroyed' | 'refused' | 'withdrawn' | null
  /** Entries sealed under the key. */
  entries: number
}

const columns = (sql: Sql) => sql`
  d.id, d.key_name, d.ground, d.reason, d.asked_by, d.asked_at, d.decided_by, d.decided_at, d.outcome,
  (select count(*) from ledger.entry e where e.sealed_under = d.key_name) as entries`

/** The open ones first, then the newest. */
export const listDestructions = (sql: Sql, limit: number): Promise<Destruction[]> => sql<Destruction[]>`
  select ${columns(sql)} from ledger.destruction d order by (d.outcome is null) desc, d.id desc limit ${limit}`

export async function lockDestruction(sql: Sql, id: number): Promise<Destruction | undefined> {
  const [row] = await sql<Destruction[]>`select ${columns(sql)} from ledger.destruction d where d.id = ${id} for update`
  return row
}

export async function insertDestruction(
  sql: Sql,
  asked: Pick<Destruction, 'keyName' | 'ground' | 'reason' | 'askedBy' | 'askedAt'>,
): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    insert into ledger.destruction (key_name, ground, reason, asked_by, asked_at)
    values (${asked.keyName}, ${asked.ground}, ${asked.reason}, ${asked.askedBy}, ${asked.askedAt})
    on conflict (key_name) where outcome is null do nothing
    returning id`
  return row?.id
}

export const setDestructionOutcome = (
  sql: Sql,
  id: number,
  done: { by: string; at: Date; outcome: 'destroyed' | 'refused' | 'withdrawn' },
) => sql`
  update ledger.destruction set decided_by = ${done.by}, decided_at = ${done.at}, outcome = ${done.outcome} where id = ${id}`

/** Whether there is a key of that name that has not been destroyed. */
export async function hasLivingKey(sql: Sql, name: string): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from ledger.body_key where name = ${name} and key is not null) as found`
  return row?.found ?? false
}
