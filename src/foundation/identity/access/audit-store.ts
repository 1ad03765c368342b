/** Who holds what, in sets: the same grounds that the guard goes by, for all accounts in one statement. */
import type { Fragment, Sql } from '#platform/sql'
import { hasWords } from '../store.ts'

export interface WhoQuery {
  /** That hold the permission. */
  roles: readonly string[]
  /** Organisations whose roles reach the one that is asked about; `*` among them. Absent: over whichever. */
  reaching: readonly string[] | undefined
  /** Of these only. */
  accounts?: readonly string[]
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
  account: string
  kind: 'role' | 'emergency' | 'inspection'
  role: string
  organisations: string[]
  position: string | null
  givenBy: string | null
  givenAt: Date | null
  from: string | null
  until: string | null
  /** Of powers for an emergency. */
  endsAt: Date | null
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
}

const inUse = (sql: Sql, disabledAt: Fragment, on: string) => sql`
  (${disabledAt} is null or (${disabledAt} at time zone 'Asia/Ho_Chi_Minh')::date > ${on})`

/**
 * Those who hold any ground at all, a page of them in the order of names. Asked of each in turn, so that a page is found without looking
 * through everybody.
 */
export const listWho = (sql: Sql, query: WhoQuery): Promise<FoundHolder[]> => sql<FoundHolder[]>`
  select a.name as account, a.person_name as name, a.organisation, a.machine from identity.account a
  where (${groundsOf(sql, query, (account) => sql`${account} = a.name`)
    .map((one) => sql`exists (${one})`)
    .reduce((all, one) => sql`${all} or ${one}`)})
    and ${inUse(sql, sql`a.disabled_at`, query.on)} and not a.citizen and ${hasWords(sql, query.words)}
    and ${query.accounts ? sql`a.name = any(${[...query.accounts]}::text[])` : sql`true`}
    and ${query.after ? sql`(a.person_name collate "vi-x-icu", a.name) > (${query.after.name}, ${query.after.account})` : sql`true`}
  order by a.person_name collate "vi-x-icu", a.name
  limit ${query.limit}`

/** What each of these holds. */
export const listGroundsOf = (sql: Sql, query: WhoQuery, accounts: readonly string[]): Promise<FoundGround[]> => sql<
  FoundGround[]
>`
  ${groundsOf(sql, query, (account) => sql`${account} = any(${[...accounts]}::text[])`).reduce((all, one) => sql`${all} union all ${one}`)}
  order by account, kind, role, organisations, position, absent, "from"`

type Whose = (account: Fragment) => Fragment

/** One question for each kind of ground; the first names the columns. */
const groundsOf = (sql: Sql, query: WhoQuery, whose: Whose): Fragment[] => [
  roleGrounds(sql, query, whose),
  ...(query.passedOn ? [standInGrounds(sql, query, whose)] : []),
  ...(query.now ? [emergencyGrounds(sql, query, { now: query.now, whose })] : []),
  ...(query.roles.includes('inspector') ? [inspectionGrounds(sql, query, whose)] : []),
]

const over = (sql: Sql, { reaching }: Pick<WhoQuery, 'reaching'>) =>
  reaching ? sql`held.organisation = any(${[...reaching]}::text[])` : sql`true`

const among = (sql: Sql, seats: readonly Seated[]) =>
  seats.length === 0
    ? sql`held.position is null`
    : sql`(held.position is null or (held.account, held.position) in (select * from
        unnest(${seats.map(({ account }) => account)}::text[], ${seats.map(({ position }) => position)}::text[])))`

const inForce = (sql: Sql, query: Pick<WhoQuery, 'roles' | 'reaching' | 'on'>) => sql`
  held.role = any(${[...query.roles]}::text[]) and ${over(sql, query)}
  and held.valid_from <= ${query.on} and (held.valid_to is null or held.valid_to >= ${query.on})`

const roleFacts = (sql: Sql) => sql`
  'role' as kind, held.role, array[held.organisation] as organisations, held.position, held.given_by, held.given_at,
  held.valid_from as "from", held.valid_to as until, null::timestamptz as ends_at, null::text as decision`

const roleGrounds = (sql: Sql, query: WhoQuery, whose: Whose) => sql`
  select held.account, ${roleFacts(sql)}, null::text as absent, null::text as absent_name, null::date as absent_until
  from identity.role_assignment held
  where ${inForce(sql, query)} and ${among(sql, query.seats)} and ${whose(sql`held.account`)}`

const standInGrounds = (sql: Sql, query: WhoQuery, whose: Whose) => sql`
  select s.substitute, ${roleFacts(sql)}, absent.name, absent.person_name, s.valid_to
  from identity.stand_in s join identity.account absent on absent.name = s.absent
  join identity.role_assignment held on held.account = s.absent
  where (s.revoked_at is null or (s.revoked_at at time zone 'Asia/Ho_Chi_Minh')::date > ${query.on})
    and s.valid_from <= ${query.on} and s.valid_to >= ${query.on} and ${inUse(sql, sql`absent.disabled_at`, query.on)}
    and ${inForce(sql, query)} and ${among(sql, query.seatsOfAbsent)} and ${whose(sql`s.substitute`)}`

const emergencyGrounds = (sql: Sql, query: WhoQuery, { now, whose }: { now: Date; whose: Whose }) => sql`
  select held.account, 'emergency', held.role, array[held.organisation], null, held.decided_by, held.decided_at, null, null, held.ends_at,
    null, null, null, null
  from identity.emergency held
  where held.ends_at > ${now} and held.ended_at is null and held.role = any(${[...query.roles]}::text[]) and ${over(sql, query)}
    and ${whose(sql`held.account`)}`

const inspectionGrounds = (sql: Sql, { reaching, on }: WhoQuery, whose: Whose) => sql`
  select held.account, 'inspection', 'inspector', held.organisations, null, held.decided_by, held.decided_at, held.valid_from,
    held.valid_to, null, held.decision_number, null, null, null
  from identity.inspection held
  where held.outcome = 'approved' and ${reaching ? sql`held.organisations && ${[...reaching]}::text[]` : sql`true`}
    and (held.ended_at is null or (held.ended_at at time zone 'Asia/Ho_Chi_Minh')::date > ${on})
    and held.valid_from <= ${on} and held.valid_to >= ${on} and ${whose(sql`held.account`)}`

/** Roles bound to a position on a day, of these organisations. */
export const listBound = (
  sql: Sql,
  query: Pick<WhoQuery, 'roles' | 'reaching' | 'on'>,
): Promise<(Seated & { organisation: string | null })[]> => sql`
  select held.account, held.position, account.organisation
  from identity.role_assignment held join identity.account on account.name = held.account
  where held.position is not null and ${inForce(sql, query)}`

export interface AccountThen {
  account: string
  name: string
  organisation: string | null
  inUse: boolean
  citizen: boolean
}

export async function findThen(sql: Sql, account: string, on: string): Promise<AccountThen | undefined> {
  const [row] = await sql<AccountThen[]>`
    select a.name as account, a.person_name as name, a.organisation, ${inUse(sql, sql`a.disabled_at`, on)} as in_use, a.citizen
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
    and s.valid_from <= ${on} and s.valid_to >= ${on} and ${inUse(sql, sql`a.disabled_at`, on)}
  order by s.valid_to, s.id limit 100`

/** Powers for an emergency that an account holds now. */
export async function findEmergency(sql: Sql, account: string, now: Date) {
  const [row] = await sql<{ id: string; role: string; organisation: string; endsAt: Date; decidedBy: string }[]>`
    select id, role, organisation, ends_at, decided_by from identity.emergency
    where account = ${account} and ends_at > ${now} and ended_at is null order by ends_at desc limit 1`
  return row
}
