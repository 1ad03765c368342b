import type { Assurance } from '#platform/assurance'
import type { Sql } from '#platform/sql'

/** An authorization request of the pages that is under way. */
export interface Flow {
  nonce: string
  verifier: string
  returnTo: string
  account: string | null
  level: Assurance | null
  withinMinutes: number | null
  formSealed: Buffer | null
  formTo: string | null
  formLost: boolean
  createdAt: Date
}

interface FlowKey {
  stateHash: Buffer
  browserHash: Buffer
}

const flowColumns = (sql: Sql) => sql`
  nonce, verifier, return_to, account, level, within_minutes, form_sealed, form_to, form_lost, created_at`

export async function insertFlow(sql: Sql, flow: Flow & FlowKey & { expiresAt: Date }): Promise<void> {
  await sql`
    insert into identity.page_flow (state_hash, browser_hash, ${flowColumns(sql)}, expires_at)
    values (${flow.stateHash}, ${flow.browserHash}, ${flow.nonce}, ${flow.verifier}, ${flow.returnTo}, ${flow.account},
      ${flow.level}, ${flow.withinMinutes}, ${flow.formSealed}, ${flow.formTo}, ${flow.formLost}, ${flow.createdAt},
      ${flow.expiresAt})`
}

/** Used once, and only by the browser that began it. */
export async function takeFlow(sql: Sql, key: FlowKey, now: Date): Promise<Flow | undefined> {
  const [flow] = await sql<Flow[]>`
    delete from identity.page_flow
    where state_hash = ${key.stateHash} and browser_hash = ${key.browserHash} and expires_at > ${now}
    returning ${flowColumns(sql)}`
  return flow
}

export async function findFlow(sql: Sql, stateHash: Buffer): Promise<Flow | undefined> {
  const [flow] = await sql<Flow[]>`
    select ${flowColumns(sql)} from identity.page_flow where state_hash = ${stateHash}`
  return flow
}

export async function deleteStaleFlows(sql: Sql, now: Date): Promise<void> {
  await sql`delete from identity.page_flow where expires_at <= ${now}`
}
