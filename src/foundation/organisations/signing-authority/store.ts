import type { Sql } from '#platform/sql'
import type { Authority, NewAuthority } from './model.ts'

export interface GivenAuthority extends Authority {
  documentOn: string | null
  givenBy: string
  givenAt: Date
  revokedBy: string | null
  revokedAt: Date | null
  revokedDocument: string | null
}

const columns = (sql: Sql) => sql`
  id, form, principal, signatory, account, kinds, scope, printed_title, document, document_on, valid_from, valid_to, given_by,
  given_at, revoked_from, revoked_by, revoked_at, revoked_document`

/** Authorities by which one of `signatories` signs for one of `principals`, whenever they hold. */
export async function listBetween(
  sql: Sql,
  pair: { principals: readonly string[]; signatories: readonly string[] },
): Promise<Authority[]> {
  return sql<Authority[]>`
    select ${columns(sql)} from organisations.signing_authority
    where principal = any(${[...pair.principals]}::text[]) and signatory = any(${[...pair.signatories]}::text[])
    order by valid_from desc, id desc`
}

export async function insertAuthority(
  sql: Sql,
  given: NewAuthority & { givenBy: string; now: Date; pack?: string },
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into organisations.signing_authority (form, principal, signatory, account, kinds, scope, printed_title, document,
      document_on, valid_from, valid_to, pack, given_by, given_at)
    values (${given.form}, ${given.principal}, ${given.signatory}, ${given.account ?? null}, ${given.kinds},
      ${given.scope ?? null}, ${given.printedTitle ?? null}, ${given.document}, ${given.documentOn ?? null},
      ${given.validFrom}, ${given.validTo ?? null}, ${given.pack ?? null}, ${given.givenBy}, ${given.now})
    returning id`
  return row?.id ?? 0
}

export async function lockAuthority(sql: Sql, id: number): Promise<GivenAuthority | undefined> {
  const [row] = await sql<GivenAuthority[]>`
    select ${columns(sql)} from organisations.signing_authority where id = ${id} for update`
  return row
}

export async function findAuthorityById(sql: Sql, id: number): Promise<GivenAuthority | undefined> {
  const [row] = await sql<GivenAuthority[]>`
    select ${columns(sql)} from organisations.signing_authority where id = ${id}`
  return row
}

export async function setRevoked(
  sql: Sql,
  id: number,
  revoked: { from: string; by: string; at: Date; document: string },
): Promise<void> {
  await sql`
    update organisations.signing_authority set revoked_from = ${revoked.from}, revoked_by = ${revoked.by},
      revoked_at = ${revoked.at}, revoked_document = ${revoked.document}
    where id = ${id}`
}

export const authorityStates = ['now', 'later', 'over', 'revoked'] as const
export type AuthorityState = (typeof authorityStates)[number]

export interface AuthorityQuery {
  /** Organisations whose heads' authorities are shown; absent: all. */
  organisations?: readonly string[]
  /** Positions that sign. */
  signatories?: readonly string[]
  state?: AuthorityState
  form?: string
  today: string
  /** As they were known at this moment. */
  knownAt?: Date
  /** Id of the last one of the page before. */
  after?: number
  limit: number
}

export async function listAuthorities(sql: Sql, query: AuthorityQuery): Promise<GivenAuthority[]> {
  const { organisations, signatories, state, form, today, knownAt, after, limit } = query
  const then = (column: string) =>
    sql`case when revoked_at <= ${knownAt ?? null} then ${sql(column)} end as ${sql(column)}`
  const known = knownAt
    ? sql`(
        select id, form, principal, signatory, account, kinds, scope, printed_title, document, document_on, valid_from, valid_to,
          given_by, given_at, ${then('revoked_from')}, ${then('revoked_by')}, ${then('revoked_at')}, ${then('revoked_document')}
        from organisations.signing_authority where given_at <= ${knownAt}) known`
    : sql`organisations.signing_authority`
  const ended = sql`(revoked_from is not null and revoked_from <= ${today})`
  const states = {
    now: sql`not ${ended} and valid_from <= ${today} and (valid_to is null or valid_to >= ${today})`,
    later: sql`not ${ended} and valid_from > ${today}`,
    over: sql`not ${ended} and valid_to < ${today}`,
    revoked: sql`${ended}`,
  }
  return sql<GivenAuthority[]>`
    select ${columns(sql)} from ${known}
    where ${organisations ? sql`split_part(principal, ':', 1) = any(${[...organisations]}::text[])` : sql`true`}
      and ${signatories ? sql`signatory = any(${[...signatories]}::text[])` : sql`true`}
      and ${state ? states[state] : sql`true`} and ${form ? sql`form = ${form}` : sql`true`}
      and ${after === undefined ? sql`true` : sql`id < ${after}`}
    order by id desc
    limit ${limit}`
}

export async function hasPackAuthorities(sql: Sql, pack: string): Promise<boolean> {
  const [row] = await sql<{ present: boolean }[]>`
    select exists (select from organisations.signing_authority where pack = ${pack}) as present`
  return row?.present ?? false
}
