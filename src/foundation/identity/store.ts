import type { Assurance } from '#platform/assurance'
import type { Role } from '#platform/capability'
import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { NewAccount, RoleScope } from './model.ts'
import { sessionOfPage } from './session-store.ts'

export interface Account {
  name: string
  personName: string
  position: string | null
  organisation: string | null
  machine: boolean
  demo: boolean
  passwordGiven: boolean
  disabledAt: Date | null
  createdAt: Date
  accessStamp: string
  email: string | null
  phone: string | null
  /** Signs in at VNeID only; the organisation it speaks for, where it does. */
  citizen: boolean
  representedIdentifier: string | null
  representedName: string | null
  /** Where the person proves himself; null: by a password kept here. */
  directory: string | null
  /** The first day on which the account is no longer in use, as it is set. */
  leavesOn: string | null
}

export interface RoleAssignment {
  id: number
  account: string
  role: Role
  organisation: string
  /** Code of the position it is bound to. */
  position: string | null
  validFrom: string
  validTo: string | null
  givenBy: string
  givenAt: Date
}

export interface ApiToken {
  id: string
  account: string
  label: string
  scopes: string[]
  createdAt: Date
  expiresAt: Date
  usedAt: Date | null
  revokedAt: Date | null
}

export const accountColumns = (sql: Sql) => sql`
  account.name, account.person_name, account.position, account.organisation, account.machine, account.demo,
  account.password_given, account.disabled_at, account.created_at, account.access_stamp,
  account.email, account.phone, account.directory, account.leaves_on, account.citizen, account.represented_identifier,
  account.represented_name`

/** Whether the account of the row has a second factor. */
export const hasFactor = (sql: Sql) => sql`(
  exists (select from identity.passkey where passkey.account = account.name) or exists (select from identity.one_time_code
    where one_time_code.account = account.name and one_time_code.confirmed_at is not null))`

export async function findAccount(sql: Sql, name: string): Promise<Account | undefined> {
  const [account] = await sql<Account[]>`select ${accountColumns(sql)} from identity.account where name = ${name}`
  return account
}

export async function lockAccount(sql: Sql, name: string): Promise<Account | undefined> {
  const [account] = await sql<Account[]>`
    select ${accountColumns(sql)} from identity.account where name = ${name} for update`
  return account
}

export async function findPasswordHash(sql: Sql, name: string): Promise<string | undefined> {
  const [row] = await sql<{ passwordHash: string | null }[]>`
    select password_hash from identity.account where name = ${name} and disabled_at is null`
  return row?.passwordHash ?? undefined
}

/** Whether there is a password to ask the person for: kept here, or in his directory. */
export async function hasPassword(sql: Sql, name: string): Promise<boolean> {
  const [row] = await sql<{ present: boolean }[]>`
    select password_hash is not null or directory is not null as present from identity.account
    where name = ${name} and disabled_at is null`
  return row?.present ?? false
}

export async function hasAccounts(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ present: boolean }[]>`select exists (select from identity.account) as present`
  return row?.present ?? false
}

/** Columns that a list of accounts can be ordered by. */
export const accountOrders = ['name', 'person', 'organisation', 'created'] as const
export type AccountOrder = (typeof accountOrders)[number]

export interface AccountFilter {
  /** Part of the search key: without diacritics, in lower case. */
  words: string
  state?: 'in-use' | 'disabled' | 'machine'
  order?: AccountOrder
  falling?: boolean
  /** Name of the last account of the page before. */
  after?: string
  limit: number
}

/** Accounts of the organisations within reach: paged by the order's value and the name. */
export async function listAccounts(sql: Sql, reach: Reach, filter: AccountFilter): Promise<Account[]> {
  const place = {
    name: sql`account.name`,
    person: sql`account.person_name collate "vi-x-icu"`,
    organisation: sql`coalesce(account.organisation, '')`,
    created: sql`account.created_at`,
  }[filter.order ?? 'name']
  const states = {
    'in-use': sql`account.disabled_at is null and not account.machine`,
    disabled: sql`account.disabled_at is not null`,
    machine: sql`account.machine and account.disabled_at is null`,
  }
  const way = filter.falling ? sql`<` : sql`>`
  const turn = filter.falling ? sql`desc` : sql`asc`
  const behind = sql`(${place}, account.name) ${way} (select ${place}, account.name from identity.account where name = ${filter.after ?? ''})`
  return sql<Account[]>`
    select ${accountColumns(sql)} from identity.account
    where ${withinReach(sql, reach)} and not account.citizen and ${hasWords(sql, filter.words)}
      and ${filter.state ? states[filter.state] : sql`true`} and ${filter.after === undefined ? sql`true` : behind}
    order by ${place} ${turn}, account.name ${turn}
    limit ${filter.limit}`
}

/** Nothing is asked of who names no words: `like '%%'` would make the planner expect next to nobody, and sort everybody. */
export const hasWords = (sql: Sql, words: string) =>
  words === '' ? sql`true` : sql`search_key like ${`%${words.replace(/[\\%_]/g, '\\$&')}%`}`

const withinReach = (sql: Sql, reach: Reach) => (reach === 'all' ? sql`true` : sql`organisation = any(${[...reach]})`)

export async function insertAccount(
  sql: Sql,
  account: NewAccount & {
    searchKey: string
    passwordHash: string | undefined
    passwordGiven: boolean
    demo: boolean
    email?: string | undefined
    phone?: string | undefined
    now: Date
  },
): Promise<boolean> {
  const inserted = await sql`
    insert into identity.account
      (name, person_name, position, organisation, search_key, machine, demo, password_hash, password_given,
        created_at, email, phone)
    values (${account.name}, ${account.personName}, ${account.position ?? null}, ${account.organisation ?? null}, ${account.searchKey},
      ${account.machine}, ${account.demo}, ${account.passwordHash ?? null}, ${account.passwordGiven}, ${account.now},
      ${account.email ?? null}, ${account.phone ?? null})
    on conflict (name) do nothing`
  return inserted.count === 1
}

export async function setPassword(sql: Sql, name: string, passwordHash: string, given: boolean): Promise<void> {
  await sql`update identity.account set password_hash = ${passwordHash}, password_given = ${given} where name = ${name}`
}

export async function setContact(
  sql: Sql,
  name: string,
  { email, phone }: { email: string | null; phone: string | null },
): Promise<void> {
  await sql`update identity.account set email = ${email}, phone = ${phone} where name = ${name}`
}

export async function setDisabled(sql: Sql, name: string, disabledAt: Date | null): Promise<void> {
  await sql`
    update identity.account set disabled_at = ${disabledAt}, access_stamp = gen_random_uuid(),
      leaves_on = case when ${disabledAt}::timestamptz is null then null else leaves_on end
    where name = ${name}`
}

export async function listRoles(sql: Sql, account: string, on: string): Promise<RoleAssignment[]> {
  return sql<RoleAssignment[]>`
    select id, account, role, organisation, position, valid_from, valid_to, given_by, given_at from identity.role_assignment
    where account = ${account} and (valid_to is null or valid_to >= ${on})
    order by role, organisation`
}

export async function insertRole(
  sql: Sql,
  account: string,
  role: RoleScope & { position?: string; validFrom: string; validTo?: string; givenBy: string; now: Date },
): Promise<void> {
  await sql`
    insert into identity.role_assignment (account, role, organisation, position, valid_from, valid_to, given_by, given_at)
    values (${account}, ${role.role}, ${role.organisation}, ${role.position ?? null}, ${role.validFrom}, ${role.validTo ?? null}, ${role.givenBy}, ${role.now})`
  await changeStamp(sql, account)
}

/** Ends a role on the day before `on`; one that began on that day never was. */
export async function endRole(sql: Sql, account: string, id: number, on: string): Promise<RoleAssignment | undefined> {
  const [never] = await sql<RoleAssignment[]>`
    delete from identity.role_assignment where id = ${id} and account = ${account} and valid_from >= ${on}
    returning id, account, role, organisation, position, valid_from, valid_to, given_by, given_at`
  const [ended] = never
    ? [never]
    : await sql<RoleAssignment[]>`
        update identity.role_assignment set valid_to = ${on}::date - 1
        where id = ${id} and account = ${account} and (valid_to is null or valid_to >= ${on})
        returning id, account, role, organisation, position, valid_from, valid_to, given_by, given_at`
  await changeStamp(sql, account)
  return ended
}

/** Ends the roles that are bound to a position of an account on the day before `on`. */
export async function endRolesOfPosition(
  sql: Sql,
  bound: { account: string; position: string; on: string },
): Promise<number> {
  const { account, position, on } = bound
  const never = await sql`
    delete from identity.role_assignment where account = ${account} and position = ${position} and valid_from >= ${on}`
  const ended = await sql`
    update identity.role_assignment set valid_to = ${on}::date - 1
    where account = ${account} and position = ${position} and (valid_to is null or valid_to >= ${on})`
  await changeStamp(sql, account)
  return never.count + ended.count
}

/** The position under which this session acts from now on. */
export async function setSessionPosition(sql: Sql, tokenHash: Buffer, position: string): Promise<boolean> {
  const rows = await sql`update identity.session set position = ${position} where id = ${sessionOfPage(sql, tokenHash)}`
  return rows.count === 1
}

/** What the account may do has changed: no process goes by what it has kept. */
export const touchAccess = (sql: Sql, account: string): Promise<void> => changeStamp(sql, account)

async function changeStamp(sql: Sql, account: string): Promise<void> {
  await sql`update identity.account set access_stamp = gen_random_uuid() where name = ${account}`
}

export interface HeldEmergency {
  id: string
  role: Role
  organisation: string
  /** ISO time. */
  endsAt: string
  decidedBy: string
}

export type Caller = Account & {
  credential: string
  seenAt: Date | null
  scopes: string[] | null
  /** The position chosen for the session. */
  chosenPosition?: string | null
  /** Of sessions: how surely it is he, and since when. */
  assurance?: Assurance
  authenticatedAt?: Date
  /** He has a passkey, or codes of an authenticator. */
  hasFactor: boolean
  /** Of sessions: powers for an emergency, in force now. */
  emergency?: HeldEmergency | null
  /** The colleague for whom the session stands in, as long as that holds. */
  absentName?: string | null
  absentPersonName?: string | null
  absentOrganisation?: string | null
  absentStamp?: string | null
  absentUntil?: string | null
}

/** The token that a browser brings: to the pages, or to the provider. */
export type SessionKey = { page: Buffer } | { signOn: Buffer }

/** The account behind a session that still lives, and the colleague it stands in for while that holds. */
export async function findSessionCaller(
  sql: Sql,
  by: SessionKey,
  at: { now: Date; seenSince: Date; today: string },
): Promise<Caller | undefined> {
  const [caller] = await sql<Caller[]>`
    select ${accountColumns(sql)}, session.id as credential, session.seen_at, null::text[] as scopes,
      session.position as chosen_position, ${'page' in by ? sql`page.acr` : sql`session.acr`} as assurance,
      ${'page' in by ? sql`page.authenticated_at` : sql`session.authenticated_at`}, ${hasFactor(sql)} as has_factor,
      (select jsonb_build_object('id', id, 'role', role, 'organisation', emergency.organisation, 'endsAt', ends_at,
        'decidedBy', decided_by)
        from identity.emergency where emergency.account = account.name and ends_at > ${at.now} and ended_at is null
        order by ends_at desc limit 1) as emergency,
      absent.name as absent_name,
      absent.person_name as absent_person_name, absent.organisation as absent_organisation, absent.access_stamp as absent_stamp,
      stand_in.valid_to as absent_until
    from identity.session join identity.account on account.name = session.account
    left join identity.page_session page on page.session = session.id
    left join identity.stand_in on stand_in.id = session.stand_in and stand_in.substitute = session.account
      and stand_in.revoked_at is null and stand_in.valid_from <= ${at.today} and stand_in.valid_to >= ${at.today}
    left join identity.account absent on absent.name = stand_in.absent and absent.disabled_at is null
    where ${'page' in by ? sql`page.token_hash = ${by.page}` : sql`session.token_hash = ${by.signOn}`}
      and session.expires_at > ${at.now} and session.seen_at > ${at.seenSince}
      and account.disabled_at is null`
  return caller
}

export async function findTokenCaller(sql: Sql, tokenHash: Buffer, now: Date): Promise<Caller | undefined> {
  const [caller] = await sql<Caller[]>`
    select ${accountColumns(sql)}, api_token.id as credential, api_token.used_at as seen_at, api_token.scopes,
      ${hasFactor(sql)} as has_factor
    from identity.api_token join identity.account on account.name = api_token.account
    where api_token.token_hash = ${tokenHash} and api_token.expires_at > ${now} and api_token.revoked_at is null
      and account.disabled_at is null`
  return caller
}

export async function touchToken(sql: Sql, id: string, now: Date): Promise<void> {
  await sql`update identity.api_token set used_at = ${now} where id = ${id}`
}

export async function insertToken(
  sql: Sql,
  token: {
    tokenHash: Buffer
    account: string
    label: string
    scopes: string[]
    createdBy: string
    now: Date
    expiresAt: Date
  },
): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    insert into identity.api_token (token_hash, account, label, scopes, created_by, created_at, expires_at)
    values (${token.tokenHash}, ${token.account}, ${token.label}, ${token.scopes}, ${token.createdBy}, ${token.now}, ${token.expiresAt})
    returning id`
  return row?.id ?? ''
}

export async function listTokens(sql: Sql, account: string): Promise<ApiToken[]> {
  return sql<ApiToken[]>`
    select id, account, label, scopes, created_at, expires_at, used_at, revoked_at from identity.api_token
    where account = ${account}
    order by created_at desc
    limit 100`
}

export async function revokeToken(sql: Sql, account: string, id: string, now: Date): Promise<ApiToken | undefined> {
  const [token] = await sql<ApiToken[]>`
    update identity.api_token set revoked_at = ${now} where id = ${id} and account = ${account} and revoked_at is null
    returning id, account, label, scopes, created_at, expires_at, used_at, revoked_at`
  return token
}

/**
 * Counts an attempt before the password is looked at, so that many attempts at once cannot pass together: the row's lock puts them
 * in order, and one that finds the brake on gets nothing. A right password takes its count back.
 */
export async function takeAttempt(
  sql: Sql,
  key: string,
  brake: { now: Date; forgetBefore: Date; waits: readonly number[] },
): Promise<number | undefined> {
  const [row] = await sql<{ failures: number }[]>`
    insert into identity.sign_in_brake as brake (key, failures, failed_at, blocked_until)
    values (${key}, 1, ${brake.now}, ${brake.now})
    on conflict (key) do update set
      failures = case when brake.failed_at <= ${brake.forgetBefore} then 1 else brake.failures + 1 end,
      failed_at = ${brake.now},
      blocked_until = ${brake.now}::timestamptz + make_interval(secs =>
        case when brake.failed_at <= ${brake.forgetBefore} then 0
        else (${[...brake.waits]}::float8[])[least(brake.failures + 1, ${brake.waits.length})] end)
    where brake.blocked_until <= ${brake.now}
    returning failures`
  return row?.failures
}

export async function findBlockedUntil(sql: Sql, key: string): Promise<Date | undefined> {
  const [row] = await sql<{ blockedUntil: Date }[]>`
    select blocked_until from identity.sign_in_brake where key = ${key}`
  return row?.blockedUntil
}

export async function forgetAttempts(sql: Sql, pairKey: string, addressKey: string): Promise<void> {
  await sql`delete from identity.sign_in_brake where key = ${pairKey}`
  await sql`
    update identity.sign_in_brake set failures = greatest(failures - 1, 0), blocked_until = failed_at where key = ${addressKey}`
}
