import type { Sql } from '#platform/sql'

/** A person as colleagues and messages need him. */
export interface Person {
  account: string
  name: string
  position: string | null
  organisation: string | null
  email: string | null
  phone: string | null
}

const personColumns = (sql: Sql) => sql`
  account.name as account, account.person_name as name, account.position, account.organisation, account.email, account.phone`

/** @param question.lineage the organisation and those above it, the nearest first */
export async function listHolders(
  sql: Sql,
  question: { roles: readonly string[]; lineage: readonly string[]; on: string },
): Promise<Person[]> {
  return sql<Person[]>`
    select ${personColumns(sql)} from identity.account
    join lateral (
      select min(array_position(${[...question.lineage]}::text[], held.organisation)) as distance
      from identity.role_assignment held
      where held.account = account.name and held.role = any(${[...question.roles]}) and held.organisation = any(${[...question.lineage]})
        and held.valid_from <= ${question.on} and (held.valid_to is null or held.valid_to >= ${question.on})
    ) nearest on nearest.distance is not null
    where account.disabled_at is null and not account.machine
    order by nearest.distance, account.name`
}

/** Those who hold one of the roles in one of the organisations itself, not over it. */
export async function listByRole(
  sql: Sql,
  question: { roles: readonly string[]; organisations: readonly string[]; on: string },
): Promise<Person[]> {
  return sql<Person[]>`
    select ${personColumns(sql)} from identity.account
    where account.disabled_at is null and not account.machine and exists (
      select from identity.role_assignment held
      where held.account = account.name and held.role = any(${[...question.roles]}::text[])
        and held.organisation = any(${[...question.organisations]}::text[])
        and held.valid_from <= ${question.on} and (held.valid_to is null or held.valid_to >= ${question.on}))
    order by account.name`
}

/** Also of accounts that are no longer in use: what they did stands. */
export const listNamed = (sql: Sql, accounts: readonly string[]) => sql<
  Pick<Person, 'account' | 'name' | 'position'>[]
>`
  select name as account, coalesce(person_name, name) as name, position from identity.account where name = any(${[...accounts]})`

export async function listPeople(sql: Sql, accounts: readonly string[]): Promise<Person[]> {
  return sql<Person[]>`
    select ${personColumns(sql)} from identity.account
    where account.name = any(${[...accounts]}) and account.disabled_at is null
    order by account.name`
}
