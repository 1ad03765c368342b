import type { Sql } from '#platform/sql'

export interface PushBrowser {
  id: number
  account: string
  endpoint: string
  p256dh: string
  auth: string
  name: string
  madeAt: Date
  sentAt: Date | null
}

export const listBrowsers = (sql: Sql, account: string) => sql<PushBrowser[]>`
  select id, account, endpoint, p256dh, auth, name, made_at, sent_at from notifications.push_browser
  where account = ${account} order by id`

export async function listPushed(sql: Sql, accounts: readonly string[]): Promise<Set<string>> {
  const rows = await sql<{ account: string }[]>`
    select distinct account from notifications.push_browser where account = any(${[...accounts]})`
  return new Set(rows.map(({ account }) => account))
}

export async function upsertBrowser(
  sql: Sql,
  { account, endpoint, p256dh, auth, name, madeAt }: Omit<PushBrowser, 'id' | 'sentAt'>,
): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    insert into notifications.push_browser (account, endpoint, p256dh, auth, name, made_at)
    values (${account}, ${endpoint}, ${p256dh}, ${auth}, ${name}, ${madeAt})
    on conflict (endpoint) do update set account = excluded.account, p256dh = excluded.p256dh, auth = excluded.auth,
      name = excluded.name, made_at = excluded.made_at, sent_at = null
    returning id`
  if (!row) throw new Error('an upsert returns its row')
  return row.id
}

/** @returns those that went, so that an account has at most so many. */
export const deleteOldest = (sql: Sql, account: string, most: number) => sql<{ id: number }[]>`
  delete from notifications.push_browser where id in (
    select id from notifications.push_browser where account = ${account} order by id desc offset ${most})
  returning id`

export const deleteBrowser = (sql: Sql, account: string, id: number) => sql<{ name: string }[]>`
  delete from notifications.push_browser where account = ${account} and id = ${id} returning name`

export async function markPushed(sql: Sql, id: number, at: Date): Promise<void> {
  await sql`update notifications.push_browser set sent_at = ${at} where id = ${id}`
}
