/** Who holds what, in sets: the same grounds that the guard goes by, for all accounts in one statement. */
import type { Sql } from '#platform/sql'

export interface WhoQuery {
  /** That hold the permission. */
  roles: readonly string[]
  /** Organisations whose roles reach the one that is asked about; `*` among them. */
  reaching: readonly string[]
  on: string
  /** Powers for an emergency are told of this moment only. */
  now: Date | undefined
  /** Accounts that hold a position to which a role of theirs is bound. */
  seats: readonly Seated[]
  /** The same for who is stood in for, by the one position that then counts. */
  seatsOfAbsent: readonly Seated[]
  /** Not what no stand-in gets. */
  passedOn: boolean
  words: string
  after?: { name: string; account: string }
  limit: number
}

export interface Seated {
  account: string
  position: string
}

export interface FoundGround {
  kind: 'role' | 'emergency' | 'inspection'
  role: string
  organisations: string[]
  position: string | null
  givenBy: string | null
  givenAt: string | null
  from: string | null
  until: string | null
  decision: string | null
  absent: string | null
  absentName: string | null
  absentUntil: string | null
}

export interface FoundHolder {
  account: string
  name: string
  organisation: string | null
  machine: boolean
  grounds: FoundGround[]
}

const inUse = (sql: Sql, on: string) => sql`
  (a.disabled_at is null or (a.disabled_at at time zone 'Asia/Ho_Chi_Minh')::date > ${on})`

const among = (sql: Sql, seats: readonly Seated[]) => sql`
  (held.account, held.position) in (select * from unnest(${seats.map(({ account }) => account)}::text[],
    ${seats.map(({ position }) => position)}::text[]))`

export const listWho = (sql: Sql, query: WhoQuery): Promise<FoundHolder[]> => sql<FoundHolder[]>`
  with held as (
    select account, role, organisation, position, given_by, given_at, valid_from, valid_to from identity.role_assignment
    where role = any(${[...query.roles]}::text[]) and organisation = any(${[...query.reaching]}::text[])
      and valid_from <= ${query.on} and (valid_to is null or valid_to >= ${query.on})
  ), ground as (
    ${roleGrounds(sql, query)}
    union all ${query.passedOn ? standInGrounds(sql, query) : nothing(sql)}
    union all ${query.now ? emergencyGrounds(sql, query, query.now) : nothing(sql)}
    union all ${inspectionGrounds(sql, query)}
  )
  select a.name as account, a.person_name as name, a.organisation, a.machine, json_agg(ground.facts order by ground.facts::text) as grounds
  from ground join identity.account a on a.name = ground.account
  where ${inUse(sql, query.on)} and not a.citizen and a.search_key like ${`%${query.words.replace(/[\\%_]/g, '\\$&')}%`}
    and ${query.after ? sql`(a.person_name collate "vi-x-icu", a.name) > (${query.after.name}, ${query.after.account})` : sql`true`}
  group by a.name
  order by a.person_name collate "vi-x-icu", a.name
  limit ${query.limit}`

const nothing = (sql: Sql) => sql`select null::text, null::json where false`

const roleFacts = (sql: Sql) => sql`
  'kind', 'role', 'role', held.role, 'organisations', array[held.organisation], 'position', held.position, 'givenBy', held.given_by,
  'givenAt', held.given_at, 'from', held.valid_from, 'until', held.valid_to`

const roleGrounds = (sql: Sql, { seats }: WhoQuery) => sql`
  select held.account, json_build_object(${roleFacts(sql)}) as facts from held
  where held.position is null or ${among(sql, seats)}`

const standInGrounds = (sql: Sql, { on, seatsOfAbsent }: WhoQuery) => sql`
  select s.substitute, json_build_object(${roleFacts(sql)}, 'absent', a.name, 'absentName', a.person_name, 'absentUntil', s.valid_to)
  from identity.stand_in s join held on held.account = s.absent join identity.account a on a.name = s.absent
  where (s.revoked_at is null or (s.revoked_at at time zone 'Asia/Ho_Chi_Minh')::date > ${on})
    and s.valid_from <= ${on} and s.valid_to >= ${on} and ${inUse(sql, on)}
    and (held.position is null or ${among(sql, seatsOfAbsent)})`

const emergencyGrounds = (sql: Sql, { roles, reaching }: WhoQuery, now: Date) => sql`
  select account, json_build_object('kind', 'emergency', 'role', role, 'organisations', array[organisation], 'givenBy', decided_by,
    'givenAt', decided_at, 'until', ends_at)
  from identity.emergency
  where ends_at > ${now} and ended_at is null and role = any(${[...roles]}::text[]) and organisation = any(${[...reaching]}::text[])`

const inspectionGrounds = (sql: Sql, { roles, reaching, on }: WhoQuery) => sql`
  select account, json_build_object('kind', 'inspection', 'role', 'inspector', 'organisations', organisations, 'givenBy', decided_by,
    'givenAt', decided_at, 'from', valid_from, 'until', valid_to, 'decision', decision_number)
  from identity.inspection
  where ${roles.includes('inspector')} and outcome = 'approved' and organisations && ${[...reaching]}::text[]
    and (ended_at is null or (ended_at at time zone 'Asia/Ho_Chi_Minh')::date > ${on}) and valid_from <= ${on} and valid_to >= ${on}`

/** The organisations that anything at all was given over on a day. */
export async function listGivenOver(sql: Sql, on: string): Promise<string[]> {
  const rows = await sql<{ code: string }[]>`
    select organisation as code from identity.role_assignment where valid_from <= ${on} and (valid_to is null or valid_to >= ${on})
    union select organisation from identity.emergency where ends_at is not null and ended_at is null
    union select unnest(organisations) from identity.inspection where outcome = 'approved' and valid_from <= ${on} and valid_to >= ${on}`
  return rows.map(({ code }) => code)
}

/** Roles bound to a position on a day, of these organisations. */
export const listBound = (
  sql: Sql,
  { roles, reaching, on }: Pick<WhoQuery, 'roles' | 'reaching' | 'on'>,
): Promise<(Seated & { organisation: string | null })[]> => sql`
  select held.account, held.position, account.organisation
  from identity.role_assignment held join identity.account on account.name = held.account
  where held.position is not null and held.role = any(${[...roles]}::text[]) and held.organisation = any(${[...reaching]}::text[])
    and held.valid_from <= ${on} and (held.valid_to is null or held.valid_to >= ${on})`

export interface AccountThen {
  account: string
  name: string
  organisation: string | null
  inUse: boolean
  citizen: boolean
}

export async function findThen(sql: Sql, account: string, on: string): Promise<AccountThen | undefined> {
  const [row] = await sql<AccountThen[]>`
    select a.name as account, a.person_name as name, a.organisation, ${inUse(sql, on)} as in_use, a.citizen
    from identity.account a where a.name = ${account}`
  return row
}

export interface StoodInFor {
  account: string
  name: string
  organisation: string | null
  until: string
}

/** For whom an account may stand in on a day. */
export const listStoodInFor = (sql: Sql, substitute: string, on: string): Promise<StoodInFor[]> => sql<StoodInFor[]>`
  select a.name as account, a.person_name as name, a.organisation, s.valid_to as until
  from identity.stand_in s join identity.account a on a.name = s.absent
  where s.substitute = ${substitute} and (s.revoked_at is null or (s.revoked_at at time zone 'Asia/Ho_Chi_Minh')::date > ${on})
    and s.valid_from <= ${on} and s.valid_to >= ${on} and ${inUse(sql, on)}
  order by s.valid_to, s.id limit 100`

/** Powers for an emergency that an account holds now. */
export async function findEmergency(sql: Sql, account: string, now: Date) {
  const [row] = await sql<{ id: string; role: string; organisation: string; endsAt: Date; decidedBy: string }[]>`
    select id, role, organisation, ends_at, decided_by from identity.emergency
    where account = ${account} and ends_at > ${now} and ended_at is null order by ends_at desc limit 1`
  return row
}
