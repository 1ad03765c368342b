import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import { sessionOfPage } from '../session-store.ts'

/** A grant by which one colleague stands in for another, with the names people read. */
export interface StandIn {
  id: number
  absent: string
  absentName: string
  absentOrganisation: string | null
  substitute: string
  substituteName: string
  validFrom: string
  validTo: string
  reason: string
  givenBy: string
  givenByName: string
  givenAt: Date
  revokedBy: string | null
  revokedAt: Date | null
}

const columns = (sql: Sql) => sql`
  s.id, s.absent, absent.person_name as absent_name, absent.organisation as absent_organisation, s.substitute,
  substitute.person_name as substitute_name, s.valid_from, s.valid_to, s.reason, s.given_by,
  coalesce(giver.person_name, s.given_by) as given_by_name, s.given_at, s.revoked_by, s.revoked_at`

const tables = (sql: Sql) => sql`
  identity.stand_in s join identity.account absent on absent.name = s.absent
  join identity.account substitute on substitute.name = s.substitute
  left join identity.account giver on giver.name = s.given_by`

export async function findStandIn(sql: Sql, id: number): Promise<StandIn | undefined> {
  const [found] = await sql<StandIn[]>`select ${columns(sql)} from ${tables(sql)} where s.id = ${id}`
  return found
}

export interface NewStandIn {
  absent: string
  substitute: string
  validFrom: string
  validTo: string
  reason: string
  givenBy: string
  now: Date
}

export async function insertStandIn(sql: Sql, given: NewStandIn): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into identity.stand_in (absent, substitute, valid_from, valid_to, reason, given_by, given_at)
    values (${given.absent}, ${given.substitute}, ${given.validFrom}, ${given.validTo}, ${given.reason}, ${given.givenBy},
      ${given.now})
    returning id`
  return row?.id ?? 0
}

/** Grants between these two, in either direction, that hold on some day of the range. */
export async function listBetween(
  sql: Sql,
  pair: { absent: string; substitute: string; from: string; to: string },
): Promise<Pick<StandIn, 'id' | 'absent' | 'substitute'>[]> {
  return sql<Pick<StandIn, 'id' | 'absent' | 'substitute'>[]>`
    select id, absent, substitute from identity.stand_in
    where revoked_at is null and valid_from <= ${pair.to} and valid_to >= ${pair.from}
      and ((absent = ${pair.absent} and substitute = ${pair.substitute})
        or (absent = ${pair.substitute} and substitute = ${pair.absent}))`
}

/** Revokes what has not ended yet; false when there is nothing to revoke any more. */
export async function setRevoked(
  sql: Sql,
  id: number,
  revoked: { by: string; at: Date; today: string },
): Promise<boolean> {
  const rows = await sql`
    update identity.stand_in set revoked_by = ${revoked.by}, revoked_at = ${revoked.at}
    where id = ${id} and revoked_at is null and valid_to >= ${revoked.today}`
  return rows.count === 1
}

/** The session now acts for the absent colleague of this grant; without one, for nobody but its own account. */
export async function setSessionStandIn(sql: Sql, tokenHash: Buffer, id: number | null): Promise<number | null> {
  const [row] = await sql<{ before: number | null }[]>`
    update identity.session set stand_in = ${id} from identity.session before
    where session.id = ${sessionOfPage(sql, tokenHash)} and before.id = session.id
    returning before.stand_in as before`
  return row?.before ?? null
}

/** Grants by which the account stands in for somebody today, the colleague's account being in use. */
export async function listUsable(sql: Sql, substitute: string, today: string): Promise<StandIn[]> {
  return sql<StandIn[]>`
    select ${columns(sql)} from ${tables(sql)}
    where s.substitute = ${substitute} and s.revoked_at is null and s.valid_from <= ${today} and s.valid_to >= ${today}
      and absent.disabled_at is null
    order by s.valid_to, s.id
    limit 100`
}

export const standInStates = ['now', 'later', 'over', 'revoked'] as const
export type StandInState = (typeof standInStates)[number]
export const standInOrders = ['absent', 'substitute', 'from', 'to'] as const
export type StandInOrder = (typeof standInOrders)[number]

export interface StandInQuery {
  /** Who asks: grants that he is a party to. */
  account: string
  /** Organisations whose people's grants he looks after. */
  reach: Reach
  side?: 'mine' | 'for-me' | 'unit'
  state?: StandInState
  words: string
  today: string
  order: StandInOrder
  falling: boolean
  /** Id of the last grant of the page before. */
  after?: number
  limit: number
}

export async function listStandIns(sql: Sql, query: StandInQuery): Promise<StandIn[]> {
  const { account, reach, today } = query
  const within = reach === 'all' ? sql`true` : sql`absent.organisation = any(${[...reach]})`
  const sides = {
    mine: sql`s.substitute = ${account}`,
    'for-me': sql`s.absent = ${account}`,
    unit: within,
  }
  const states = {
    now: sql`s.revoked_at is null and s.valid_from <= ${today} and s.valid_to >= ${today}`,
    later: sql`s.revoked_at is null and s.valid_from > ${today}`,
    over: sql`s.revoked_at is null and s.valid_to < ${today}`,
    revoked: sql`s.revoked_at is not null`,
  }
  const place = {
    absent: sql`absent.person_name collate "vi-x-icu"`,
    substitute: sql`substitute.person_name collate "vi-x-icu"`,
    from: sql`s.valid_from`,
    to: sql`s.valid_to`,
  }[query.order]
  const way = query.falling ? sql`<` : sql`>`
  const turn = query.falling ? sql`desc` : sql`asc`
  const words = `%${query.words.replace(/[\\%_]/g, '\\$&')}%`
  const behind = sql`(${place}, s.id) ${way} (select ${place}, s.id from ${tables(sql)} where s.id = ${query.after ?? 0})`
  return sql<StandIn[]>`
    select ${columns(sql)} from ${tables(sql)}
    where ((s.substitute = ${account} or s.absent = ${account}) or ${within})
      and ${query.side ? sides[query.side] : sql`true`} and ${query.state ? states[query.state] : sql`true`}
      and (absent.search_key like ${words} or substitute.search_key like ${words})
      and ${query.after === undefined ? sql`true` : behind}
    order by ${place} ${turn}, s.id ${turn}
    limit ${query.limit}`
}

/** People in use of these organisations, for a choice. */
export async function listColleagues(
  sql: Sql,
  organisations: Reach,
  limit: number,
): Promise<{ account: string; name: string; position: string | null }[]> {
  return sql<{ account: string; name: string; position: string | null }[]>`
    select name as account, person_name as name, position from identity.account
    where disabled_at is null and not machine
      and ${organisations === 'all' ? sql`true` : sql`organisation = any(${[...organisations]})`}
    order by person_name collate "vi-x-icu", name
    limit ${limit}`
}
