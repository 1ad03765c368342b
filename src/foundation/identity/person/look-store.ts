import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { PersonField } from './model.ts'

export const outcomes = ['found', 'not-found', 'refused'] as const
export type Outcome = (typeof outcomes)[number]

/** One look-up as it was done. */
export interface Look {
  id: string
  at: Date
  person: string | null
  numberHash: Buffer
  actor: string
  actorName: string
  position: string | null
  onBehalfOf: string | null
  organisation: string
  purpose: string
  purposeName: string
  legalBasis: string
  reference: string
  outcome: Outcome
  fields: PersonField[]
  refusal: string | null
  /** Of the ledger. */
  entry: string
}

export interface Objection {
  id: string
  look: string
  person: string
  organisation: string
  text: string
  raisedAt: Date
  answer: string | null
  answeredBy: string | null
  answeredName: string | null
  answeredAt: Date | null
}

/** A look-up as its person sees it, with what he has said against it. */
export type SeenLook = Omit<Look, 'numberHash'> &
  Pick<Objection, 'answer' | 'raisedAt' | 'answeredAt'> & { objection: string | null }

export async function insertLook(sql: Sql, look: Look): Promise<void> {
  await sql`
    insert into identity.person_look
      (id, at, person, number_hash, actor, actor_name, position, on_behalf_of, organisation, purpose, purpose_name, legal_basis,
        reference, outcome, fields, refusal, entry)
    values (${look.id}, ${look.at}, ${look.person}, ${look.numberHash}, ${look.actor}, ${look.actorName}, ${look.position},
      ${look.onBehalfOf}, ${look.organisation}, ${look.purpose}, ${look.purposeName}, ${look.legalBasis}, ${look.reference},
      ${look.outcome}, ${look.fields}, ${look.refusal}, ${look.entry})`
}

const seenColumns = (sql: Sql) => sql`
  look.id, look.at, look.person, look.actor, look.actor_name, look.position, look.on_behalf_of, look.organisation, look.purpose,
  look.purpose_name, look.legal_basis, look.reference, look.outcome, look.fields, look.refusal, look.entry,
  objection.id as objection, objection.raised_at, objection.answer, objection.answered_at`

/** Whose data it was: his records, or the number that he has since proved. */
export interface Subject {
  persons: readonly string[]
  numbers: readonly Buffer[]
}

const ofSubject = (sql: Sql, { persons, numbers }: Subject) =>
  sql`(look.person = any(${[...persons]}::uuid[])
    or look.number_hash in (select decode(hash, 'hex') from unnest(${numbers.map((hash) => hash.toString('hex'))}::text[]) hash))`

export interface LookFilter {
  organisation?: string
  purpose?: string
  outcome?: Outcome
  from?: Date
  to?: Date
  /** The last look-up of the page before. */
  after?: string
  limit: number
}

/** The newest first. */
export async function listLooks(sql: Sql, subject: Subject, filter: LookFilter): Promise<SeenLook[]> {
  return sql<SeenLook[]>`
    select ${seenColumns(sql)}
    from identity.person_look look left join identity.person_objection objection on objection.look = look.id
    where ${ofSubject(sql, subject)}
      and ${filter.organisation ? sql`look.organisation = ${filter.organisation}` : sql`true`}
      and ${filter.purpose ? sql`look.purpose = ${filter.purpose}` : sql`true`}
      and ${filter.outcome ? sql`look.outcome = ${filter.outcome}` : sql`true`}
      and ${filter.from ? sql`look.at >= ${filter.from}` : sql`true`}
      and ${filter.to ? sql`look.at < ${filter.to}` : sql`true`}
      and ${filter.after ? sql`(look.at, look.id) < (select at, id from identity.person_look where id = ${filter.after})` : sql`true`}
    order by look.at desc, look.id desc
    limit ${filter.limit}`
}

export async function findLook(sql: Sql, subject: Subject, id: string): Promise<SeenLook | undefined> {
  const [look] = await sql<SeenLook[]>`
    select ${seenColumns(sql)}
    from identity.person_look look left join identity.person_objection objection on objection.look = look.id
    where ${ofSubject(sql, subject)} and look.id = ${id}`
  return look
}

/** What the list can be narrowed to. */
export async function listLookers(
  sql: Sql,
  subject: Subject,
): Promise<{ organisation: string; purpose: string; purposeName: string }[]> {
  return sql<{ organisation: string; purpose: string; purposeName: string }[]>`
    select distinct look.organisation, look.purpose, look.purpose_name
    from identity.person_look look where ${ofSubject(sql, subject)}
    order by look.organisation, look.purpose
    limit 500`
}

/** The actor's own last look-ups, without whom they were about. */
export async function listOwnLooks(
  sql: Sql,
  actor: string,
  limit: number,
): Promise<Pick<Look, 'id' | 'at' | 'purposeName' | 'reference' | 'outcome' | 'organisation'>[]> {
  return sql<Pick<Look, 'id' | 'at' | 'purposeName' | 'reference' | 'outcome' | 'organisation'>[]>`
    select id, at, purpose_name, reference, outcome, organisation from identity.person_look
    where actor = ${actor}
    order by at desc
    limit ${limit}`
}

export async function insertObjection(
  sql: Sql,
  objection: Pick<Objection, 'id' | 'look' | 'person' | 'organisation' | 'text' | 'raisedAt'>,
): Promise<boolean> {
  const inserted = await sql`
    insert into identity.person_objection (id, look, person, organisation, text, raised_at)
    values (${objection.id}, ${objection.look}, ${objection.person}, ${objection.organisation}, ${objection.text},
      ${objection.raisedAt})
    on conflict (look) do nothing`
  return inserted.count === 1
}

export type FullObjection = Objection &
  Pick<
    Look,
    'at' | 'actor' | 'actorName' | 'position' | 'purposeName' | 'legalBasis' | 'reference' | 'outcome' | 'fields'
  >

const fullObjection = (sql: Sql) => sql`
  select objection.id, objection.look, objection.person, objection.organisation, objection.text, objection.raised_at,
    objection.answer, objection.answered_by, objection.answered_name, objection.answered_at, look.at, look.actor, look.actor_name,
    look.position, look.purpose_name, look.legal_basis, look.reference, look.outcome, look.fields
  from identity.person_objection objection join identity.person_look look on look.id = objection.look`

const withinReach = (sql: Sql, reach: Reach) =>
  reach === 'all' ? sql`true` : sql`objection.organisation = any(${[...reach]})`

export async function findObjection(sql: Sql, reach: Reach, id: string): Promise<FullObjection | undefined> {
  const [found] = await sql<FullObjection[]>`
    ${fullObjection(sql)} where objection.id = ${id} and ${withinReach(sql, reach)}`
  return found
}

/** Those that wait first. */
export async function listObjections(sql: Sql, reach: Reach, limit: number): Promise<FullObjection[]> {
  return sql<FullObjection[]>`
    ${fullObjection(sql)} where ${withinReach(sql, reach)}
    order by objection.answered_at is not null, objection.raised_at desc
    limit ${limit}`
}

export async function setAnswer(
  sql: Sql,
  id: string,
  answer: { text: string; by: string; name: string; now: Date },
): Promise<boolean> {
  const updated = await sql`
    update identity.person_objection
    set answer = ${answer.text}, answered_by = ${answer.by}, answered_name = ${answer.name}, answered_at = ${answer.now}
    where id = ${id} and answer is null`
  return updated.count === 1
}
