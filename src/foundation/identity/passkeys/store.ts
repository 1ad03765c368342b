import type { Sql } from '#platform/sql'

export interface Passkey {
  id: Buffer
  account: string
  name: string
  publicKey: Buffer
  counter: number
  transports: string[]
  synced: boolean
  createdAt: Date
  usedAt: Date | null
}

const columns = (sql: Sql) => sql`
  passkey.id, passkey.account, passkey.name, passkey.public_key, passkey.counter, passkey.transports, passkey.synced,
  passkey.created_at, passkey.used_at`

export async function listPasskeys(sql: Sql, account: string): Promise<Passkey[]> {
  return sql<Passkey[]>`
    select ${columns(sql)} from identity.passkey where account = ${account} order by created_at limit 50`
}

export interface OwnedPasskey extends Passkey {
  subject: string
  organisation: string | null
}

/** A passkey of an account that may sign in. */
export async function findPasskey(sql: Sql, id: Buffer): Promise<OwnedPasskey | undefined> {
  const [passkey] = await sql<OwnedPasskey[]>`
    select ${columns(sql)}, account.subject, account.organisation
    from identity.passkey join identity.account on account.name = passkey.account
    where passkey.id = ${id} and account.disabled_at is null and not account.machine`
  return passkey
}

export async function insertPasskey(
  sql: Sql,
  passkey: Omit<Passkey, 'createdAt' | 'usedAt'> & { now: Date },
): Promise<boolean> {
  const inserted = await sql`
    insert into identity.passkey (id, account, name, public_key, counter, transports, synced, created_at)
    values (${passkey.id}, ${passkey.account}, ${passkey.name}, ${passkey.publicKey}, ${passkey.counter},
      ${passkey.transports}, ${passkey.synced}, ${passkey.now})
    on conflict (id) do nothing`
  return inserted.count === 1
}

/** @returns whether nobody else has used it meanwhile: of two with the same count one is a copy. */
export async function countUse(
  sql: Sql,
  id: Buffer,
  { from, to, now }: { from: number; to: number; now: Date },
): Promise<boolean> {
  const counted = await sql`
    update identity.passkey set counter = ${to}, used_at = ${now} where id = ${id} and counter = ${from}`
  return counted.count === 1
}

export async function deletePasskey(sql: Sql, account: string, id: Buffer): Promise<string | undefined> {
  const [deleted] = await sql<{ name: string }[]>`
    delete from identity.passkey where id = ${id} and account = ${account} returning name`
  return deleted?.name
}

export type Purpose = 'register' | 'sign-in' | 'confirm'

export async function insertChallenge(
  sql: Sql,
  challenge: { challenge: string; purpose: Purpose; account: string | undefined; expiresAt: Date },
): Promise<void> {
  await sql`
    insert into identity.passkey_challenge (challenge, purpose, account, expires_at)
    values (${challenge.challenge}, ${challenge.purpose}, ${challenge.account ?? null}, ${challenge.expiresAt})`
}

/** Uses a challenge up. @returns whether it was there, for this and for this person, and in time. */
export async function takeChallenge(
  sql: Sql,
  taken: { challenge: string; purpose: Purpose; account: string | undefined; now: Date },
): Promise<boolean> {
  const deleted = await sql`
    delete from identity.passkey_challenge
    where challenge = ${taken.challenge} and purpose = ${taken.purpose} and expires_at > ${taken.now}
      and account is not distinct from ${taken.account ?? null}`
  return deleted.count === 1
}

export async function deleteOldChallenges(sql: Sql, before: Date): Promise<void> {
  await sql`delete from identity.passkey_challenge where expires_at < ${before}`
}

export async function findSubjectOf(sql: Sql, account: string): Promise<{ subject: string; personName: string }> {
  const [row] = await sql<{ subject: string; personName: string }[]>`
    select subject, person_name from identity.account where name = ${account}`
  if (!row) throw new Error('there is no such account')
  return row
}
