import type { Sql } from '#platform/sql'

export type Level = 'vneid:1' | 'vneid:2'

/** A sign-in that is under way. */
export interface Flow {
  state: string
  nonce: string
  verifier: string
  level: Level
  returnTo: string
  account: string | null
}

export async function insertFlow(sql: Sql, flow: Flow & { tokenHash: Buffer; expiresAt: Date }): Promise<void> {
  await sql`
    insert into identity.vneid_flow (token_hash, state, nonce, verifier, level, return_to, account, expires_at)
    values (${flow.tokenHash}, ${flow.state}, ${flow.nonce}, ${flow.verifier}, ${flow.level}, ${flow.returnTo},
      ${flow.account}, ${flow.expiresAt})`
}

/** Used once: whatever becomes of it, it does not come back. */
export async function takeFlow(sql: Sql, tokenHash: Buffer, now: Date): Promise<Flow | undefined> {
  const [flow] = await sql<(Flow & { expiresAt: Date })[]>`
    delete from identity.vneid_flow where token_hash = ${tokenHash}
    returning state, nonce, verifier, level, return_to, account, expires_at`
  return flow && flow.expiresAt > now ? flow : undefined
}

export async function deleteStaleFlows(sql: Sql, now: Date): Promise<void> {
  await sql`delete from identity.vneid_flow where expires_at <= ${now}`
}

export async function keepIdToken(sql: Sql, sessionHash: Buffer, sealed: Buffer): Promise<void> {
  await sql`
    insert into identity.vneid_session (session, id_token_sealed)
    select id, ${sealed} from identity.session where token_hash = ${sessionHash}
    on conflict (session) do update set id_token_sealed = excluded.id_token_sealed`
}

export async function findIdToken(
  sql: Sql,
  sessionHash: Buffer,
): Promise<{ account: string; sealed: Buffer } | undefined> {
  const [row] = await sql<{ account: string; sealed: Buffer }[]>`
    select session.account, vneid_session.id_token_sealed as sealed
    from identity.vneid_session join identity.session on session.id = vneid_session.session
    where session.token_hash = ${sessionHash}`
  return row
}
