import type { Sql } from '#platform/sql'

export interface CodeSecret {
  sealed: Buffer
  createdAt: Date
  confirmedAt: Date | null
  lastStep: number
}

export async function findSecret(sql: Sql, account: string): Promise<CodeSecret | undefined> {
  const [row] = await sql<CodeSecret[]>`
    select sealed, created_at, confirmed_at, last_step::int as last_step from identity.one_time_code
    where account = ${account}`
  return row
}

/** One that is being set up; a confirmed one is never overwritten. */
export async function putSecret(sql: Sql, account: string, secret: { sealed: Buffer; now: Date }): Promise<boolean> {
  const put = await sql`
    insert into identity.one_time_code (account, sealed, created_at) values (${account}, ${secret.sealed}, ${secret.now})
    on conflict (account) do update set sealed = excluded.sealed, created_at = excluded.created_at
      where one_time_code.confirmed_at is null`
  return put.count === 1
}

/** Uses the code of a step up; of two with the same only one does. */
export async function takeStep(sql: Sql, account: string, step: number): Promise<boolean> {
  const taken = await sql`
    update identity.one_time_code set last_step = ${step} where account = ${account} and last_step < ${step}`
  return taken.count === 1
}

export async function confirmSecret(sql: Sql, account: string, now: Date): Promise<void> {
  await sql`update identity.one_time_code set confirmed_at = ${now} where account = ${account} and confirmed_at is null`
}

export async function deleteSecret(sql: Sql, account: string): Promise<boolean> {
  const deleted = await sql`delete from identity.one_time_code where account = ${account}`
  await sql`delete from identity.recovery_code where account = ${account}`
  return deleted.count === 1
}

export async function replaceRecoveryCodes(sql: Sql, account: string, hashes: readonly Buffer[]): Promise<void> {
  await sql`delete from identity.recovery_code where account = ${account}`
  for (const hash of hashes)
    await sql`insert into identity.recovery_code (account, code_hash) values (${account}, ${hash})`
}

export async function countRecoveryCodes(sql: Sql, account: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from identity.recovery_code where account = ${account} and used_at is null`
  return row?.count ?? 0
}

/** @returns whether it was there and had not been used: each works once. */
export async function takeRecoveryCode(
  sql: Sql,
  account: string,
  { hash, now }: { hash: Buffer; now: Date },
): Promise<boolean> {
  const taken = await sql`
    update identity.recovery_code set used_at = ${now}
    where account = ${account} and code_hash = ${hash} and used_at is null`
  return taken.count === 1
}
