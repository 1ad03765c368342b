import type { Assurance } from '#platform/assurance'
import type { Sql } from '#platform/sql'
import { ownClientId } from './provider/own-client.ts'

export interface Session {
  id: string
  account: string
  createdAt: Date
  seenAt: Date
  expiresAt: Date
  address: string
  userAgent: string
  assurance: Assurance
  authenticatedAt: Date
}

/** How somebody has proved who he is: `amr` by the names of RFC 8176. */
export interface Proof {
  assurance: Assurance
  amr: readonly string[]
}

export interface NewSession extends Proof {
  /** Of the provider's cookie. */
  tokenHash: Buffer
  account: string
  now: Date
  expiresAt: Date
  address: string
  userAgent: string
}

const sessionColumns = (sql: Sql) => sql`
  session.id, session.account, session.created_at, session.seen_at, session.expires_at, session.address, session.user_agent,
  session.acr as assurance, session.authenticated_at`

export async function insertSession(sql: Sql, session: NewSession): Promise<void> {
  await sql`
    insert into identity.session
      (token_hash, account, created_at, seen_at, expires_at, address, user_agent, acr, amr, authenticated_at)
    values (${session.tokenHash}, ${session.account}, ${session.now}, ${session.now}, ${session.expiresAt},
      ${session.address}, ${session.userAgent}, ${session.assurance}, ${[...session.amr]}, ${session.now})`
}

/** Writes what has been proved since, under another token; @returns nothing when the session has ended. */
export async function raiseSession(
  sql: Sql,
  tokenHash: Buffer,
  raised: Proof & { account: string; newHash: Buffer; now: Date },
): Promise<Session | undefined> {
  const [session] = await sql<Session[]>`
    update identity.session
    set token_hash = ${raised.newHash}, acr = ${raised.assurance}, amr = ${[...raised.amr]}, authenticated_at = ${raised.now},
      seen_at = ${raised.now}
    where token_hash = ${tokenHash} and account = ${raised.account} and expires_at > ${raised.now}
    returning ${sessionColumns(sql)}`
  return session
}

export async function touchSession(sql: Sql, id: string, now: Date): Promise<void> {
  await sql`update identity.session set seen_at = ${now} where id = ${id}`
}

/** Sign-ins by the provider's token or by that of the pages: one, as long as both are of one browser. */
export async function deleteSessionsOf(
  sql: Sql,
  { signOn, page }: { signOn: Buffer | undefined; page: Buffer | undefined },
): Promise<Session[]> {
  return sql<Session[]>`
    delete from identity.session where token_hash = ${signOn ?? null}::bytea or id = ${sessionOfPage(sql, page)}
    returning ${sessionColumns(sql)}`
}

/** The sign-in behind the token of the pages, inside a statement. */
export const sessionOfPage = (sql: Sql, pageHash: Buffer | undefined) => sql`
  (select page_session.session from identity.page_session where page_session.token_hash = ${pageHash ?? null}::bytea)`

export interface PageOpening {
  session: string
  tokenHash: Buffer
  assurance: Assurance
  authenticatedAt: Date
  now: Date
}

/** What the pages know of a sign-in from now on; a token that they gave for it before is worth nothing. */
export async function putPageSession(sql: Sql, page: PageOpening): Promise<boolean> {
  const put = await sql`
    insert into identity.page_session (session, token_hash, acr, authenticated_at, opened_at)
    select id, ${page.tokenHash}, ${page.assurance}, ${page.authenticatedAt}, ${page.now}
    from identity.session where id = ${page.session} and expires_at > ${page.now}
    on conflict (session) do update set token_hash = excluded.token_hash, acr = excluded.acr,
      authenticated_at = excluded.authenticated_at, opened_at = excluded.opened_at`
  return put.count === 1
}

export async function deleteSession(sql: Sql, account: string, id: string): Promise<boolean> {
  const deleted = await sql`delete from identity.session where id = ${id} and account = ${account}`
  return deleted.count === 1
}

/** Ends every session of the account, save the one of the pages' token that is kept. */
export async function deleteSessions(sql: Sql, account: string, keep: Buffer | undefined): Promise<number> {
  const deleted = await sql`
    delete from identity.session where account = ${account} and id is distinct from ${sessionOfPage(sql, keep)}`
  return deleted.count
}

/** Sessions that have ended by themselves, and failures that no longer count. */
export async function deleteStale(sql: Sql, at: { now: Date; seenSince: Date; failedSince: Date }): Promise<void> {
  await sql`delete from identity.session where expires_at <= ${at.now} or seen_at <= ${at.seenSince}`
  await sql`delete from identity.sign_in_brake where failed_at <= ${at.failedSince} and blocked_until <= ${at.now}`
}

export type ListedSession = Session & {
  own: boolean
  /** Names of the applications that were signed in to from it, besides the pages themselves. */
  applications: string[]
}

export async function listSessions(
  sql: Sql,
  account: string,
  now: Date,
  own: Buffer | undefined,
): Promise<ListedSession[]> {
  return sql<ListedSession[]>`
    select ${sessionColumns(sql)}, coalesce(session.id = ${sessionOfPage(sql, own)}, false) as own,
      array(select distinct coalesce(client.name, given.client)
        from identity.provider_artifact artifact
        cross join lateral jsonb_object_keys(coalesce(artifact.payload -> 'authorizations', '{}')) as given (client)
        left join identity.relying_client client on client.id = given.client
        where artifact.session = session.id and artifact.model = 'Session' and given.client <> ${ownClientId}
        order by 1) as applications
    from identity.session
    where session.account = ${account} and session.expires_at > ${now}
    order by session.seen_at desc
    limit 100`
}
