import type { Sql } from '#platform/sql'
import type { CaseKind, CaseState, Represented, Sex } from './model.ts'

export interface Person {
  id: string
  numberHash: Buffer | null
  numberSealed: Buffer | null
  name: string
  nameKey: string
  birthDate: string | null
  sex: Sex | null
  account: string
  sameAs: string | null
  createdAt: Date
  updatedAt: Date
}

const personColumns = (sql: Sql) => sql`
  person.id, person.number_hash, person.number_sealed, person.name, person.name_key, person.birth_date, person.sex, person.account,
  person.same_as, person.created_at, person.updated_at`

export async function findPerson(sql: Sql, id: string): Promise<Person | undefined> {
  const [person] = await sql<Person[]>`select ${personColumns(sql)} from identity.person where id = ${id}`
  return person
}

export async function findByNumber(sql: Sql, numberHash: Buffer): Promise<Person | undefined> {
  const [person] = await sql<Person[]>`
    select ${personColumns(sql)} from identity.person where number_hash = ${numberHash}`
  return person
}

export async function findByAccount(sql: Sql, account: string): Promise<Person | undefined> {
  const [person] = await sql<Person[]>`
    select ${personColumns(sql)} from identity.person
    where account = ${account}
      or id = (select person from identity.vneid_account where vneid_account.account = ${account} limit 1)
    limit 1`
  return person
}

export async function listByFacts(
  sql: Sql,
  facts: { nameKey: string; birthDate: string; besides: string; limit: number },
): Promise<Person[]> {
  return sql<Person[]>`
    select ${personColumns(sql)} from identity.person
    where name_key = ${facts.nameKey} and birth_date = ${facts.birthDate} and id <> ${facts.besides}
    order by created_at, id
    limit ${facts.limit}`
}

/** The record and those that a clerk has decided to be of the same person. */
export async function listSame(sql: Sql, id: string): Promise<Person[]> {
  return sql<Person[]>`
    select ${personColumns(sql)} from identity.person where id = ${id} or same_as = ${id} order by created_at, id`
}

/** Whoever else is about to find or make a record by one of these marks waits for the end of the transaction. */
export async function lockMarks(sql: Sql, marks: readonly string[]): Promise<void> {
  // In one order for everybody: two who hold one mark each would else wait for the other's.
  for (const mark of marks.toSorted()) await sql`select pg_advisory_xact_lock(hashtextextended(${`person ${mark}`}, 0))`
}

export async function insertPerson(sql: Sql, person: Omit<Person, 'sameAs' | 'updatedAt'>): Promise<void> {
  await sql`
    insert into identity.person
      (id, number_hash, number_sealed, name, name_key, birth_date, sex, account, created_at, updated_at)
    values (${person.id}, ${person.numberHash}, ${person.numberSealed}, ${person.name}, ${person.nameKey},
      ${person.birthDate}, ${person.sex}, ${person.account}, ${person.createdAt}, ${person.createdAt})`
}

export async function setNumber(
  sql: Sql,
  id: string,
  number: { hash: Buffer; sealed: Buffer; now: Date },
): Promise<void> {
  await sql`
    update identity.person set number_hash = ${number.hash}, number_sealed = ${number.sealed}, updated_at = ${number.now}
    where id = ${id} and number_hash is null and same_as is null`
}

export async function setFacts(
  sql: Sql,
  id: string,
  facts: Pick<Person, 'name' | 'nameKey' | 'birthDate' | 'sex'> & { searchKey: string; now: Date },
): Promise<void> {
  await sql`
    update identity.person
    set name = ${facts.name}, name_key = ${facts.nameKey}, birth_date = ${facts.birthDate}, sex = ${facts.sex},
      updated_at = ${facts.now}
    where id = ${id}`
  await sql`
    update identity.account set person_name = ${facts.name}, search_key = ${facts.searchKey}
    where name = (select account from identity.person where id = ${id})`
}

export interface VneidAccount {
  issuer: string
  subject: string
  person: string
  account: string | null
}

export async function findVneidAccount(sql: Sql, issuer: string, subject: string): Promise<VneidAccount | undefined> {
  const [link] = await sql<VneidAccount[]>`
    select issuer, subject, person, account from identity.vneid_account where issuer = ${issuer} and subject = ${subject}`
  return link
}

export async function putVneidAccount(sql: Sql, link: VneidAccount & { now: Date }): Promise<void> {
  await sql`
    insert into identity.vneid_account (issuer, subject, person, account, linked_at, seen_at)
    values (${link.issuer}, ${link.subject}, ${link.person}, ${link.account}, ${link.now}, ${link.now})
    on conflict (issuer, subject) do update
    set person = excluded.person, account = excluded.account, seen_at = excluded.seen_at,
      linked_at = case when vneid_account.person = excluded.person then vneid_account.linked_at else excluded.linked_at end`
}

export async function insertCitizenAccount(
  sql: Sql,
  account: { name: string; personName: string; searchKey: string; represented?: Represented; demo: boolean; now: Date },
): Promise<void> {
  await sql`
    insert into identity.account (name, person_name, search_key, citizen, represented_identifier, represented_name, demo, created_at)
    values (${account.name}, ${account.personName}, ${account.searchKey}, true, ${account.represented?.identifier ?? null},
      ${account.represented?.name ?? null}, ${account.demo}, ${account.now})`
}

export async function setRepresented(sql: Sql, account: string, represented: Represented): Promise<void> {
  await sql`
    update identity.account set represented_identifier = ${represented.identifier}, represented_name = ${represented.name}
    where name = ${account} and citizen`
}

export async function isAccountUsable(sql: Sql, name: string): Promise<boolean> {
  const [row] = await sql`select from identity.account where name = ${name} and citizen and disabled_at is null`
  return row !== undefined
}

export interface PersonCase {
  id: string
  kind: CaseKind
  person: string
  other: string
  state: CaseState
  openedAt: Date
  decidedBy: string | null
  decidedAt: Date | null
  ground: string | null
  undoneBy: string | null
  undoneAt: Date | null
  undoGround: string | null
}

const caseColumns = (sql: Sql) => sql`
  id, kind, person, other, state, opened_at, decided_by, decided_at, ground, undone_by, undone_at, undo_ground`

/** @returns whether it is new: two records have one open or decided case between them. */
export async function insertCase(
  sql: Sql,
  opened: { id: string; kind: CaseKind; person: string; other: string; now: Date },
): Promise<boolean> {
  const inserted = await sql`
    insert into identity.person_case (id, kind, person, other, opened_at)
    select ${opened.id}, ${opened.kind}, ${opened.person}, ${opened.other}, ${opened.now}
    where not exists (
      select from identity.person_case
      where person = ${opened.other} and other = ${opened.person} and state in ('open', 'linked', 'apart'))
    on conflict do nothing`
  return inserted.count === 1
}

export async function findCase(sql: Sql, id: string): Promise<PersonCase | undefined> {
  const [found] = await sql<PersonCase[]>`select ${caseColumns(sql)} from identity.person_case where id = ${id}`
  return found
}

export async function lockCase(sql: Sql, id: string): Promise<PersonCase | undefined> {
  const [found] = await sql<PersonCase[]>`
    select ${caseColumns(sql)} from identity.person_case where id = ${id} for update`
  return found
}

/** The open ones first, then the latest. */
export async function listCases(sql: Sql, limit: number): Promise<PersonCase[]> {
  return sql<PersonCase[]>`
    select ${caseColumns(sql)} from identity.person_case
    order by state = 'open' desc, coalesce(decided_at, opened_at) desc, id
    limit ${limit}`
}

export async function setDecision(
  sql: Sql,
  id: string,
  decision: { state: 'linked' | 'apart'; by: string; ground: string; now: Date },
): Promise<void> {
  await sql`
    update identity.person_case
    set state = ${decision.state}, decided_by = ${decision.by}, decided_at = ${decision.now}, ground = ${decision.ground}
    where id = ${id} and state = 'open'`
}

export async function setUndone(
  sql: Sql,
  id: string,
  undone: { by: string; ground: string; now: Date },
): Promise<void> {
  await sql`
    update identity.person_case
    set state = 'undone', undone_by = ${undone.by}, undone_at = ${undone.now}, undo_ground = ${undone.ground}
    where id = ${id} and state in ('linked', 'apart')`
}

export async function setSameAs(sql: Sql, id: string, sameAs: string | null): Promise<void> {
  await sql`update identity.person set same_as = ${sameAs} where id = ${id}`
}

export async function isSameOfSomeone(sql: Sql, id: string): Promise<boolean> {
  const [row] = await sql`select from identity.person where same_as = ${id} limit 1`
  return row !== undefined
}
