import type { Sql } from '#platform/sql'

export interface CountedRefusal {
  account: string
  route: string
  organisation: string
  code: string
  permission: string | null
  address: string
  begunAt: Date
  lastAt: Date
  times: number
}

/** Counts it; true when it is the first of its kind. */
export async function countRefusal(
  sql: Sql,
  refusal: Omit<CountedRefusal, 'begunAt' | 'lastAt' | 'times'> & { now: Date },
): Promise<boolean> {
  const { account, route, organisation, code, permission, address, now } = refusal
  const [row] = await sql<{ times: number }[]>`
    insert into identity.refusal as known (account, route, organisation, code, permission, address, begun_at, last_at, times)
    values (${account}, ${route}, ${organisation}, ${code}, ${permission}, ${address}, ${now}, ${now}, 1)
    on conflict (account, route, organisation, code) do update set times = known.times + 1, last_at = greatest(known.last_at, ${now})
    returning times`
  return row?.times === 1
}

/** A token that is known and opens nothing any more: by its hash as a key or as one handed out by the provider. */
export async function findDeadToken(
  sql: Sql,
  [key, artifact]: readonly [key: Buffer, artifact: Buffer],
  now: Date,
): Promise<{ code: string; account: string; organisation: string | undefined } | undefined> {
  const [row] = await sql<{ account: string; organisation: string | null; why: string }[]>`
    select account.name as account, account.organisation,
      case when account.disabled_at is not null then 'account-closed' when dead.ended then 'revoked'
        when dead.expires_at <= ${now} then 'expired' else 'unusable' end as why
    from (
      select account, revoked_at is not null as ended, expires_at from identity.api_token where token_hash = ${key}
      union all
      select client.account, client.disabled_at is not null, given.expires_at from identity.provider_artifact given
      join identity.relying_client client on client.id = given.client
      where given.id_hash = ${artifact} and given.model = 'ClientCredentials') dead
    join identity.account on account.name = dead.account`
  return row && { code: `token.${row.why}`, account: row.account, organisation: row.organisation ?? undefined }
}

/** How many different ones of an account are being counted. */
export async function countKinds(sql: Sql, account: string): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from identity.refusal where account = ${account}`
  return row?.count ?? 0
}

/** Takes away those that began before; nobody else gets them. */
export const takeOld = (sql: Sql, begunBefore: Date, limit: number): Promise<CountedRefusal[]> => sql<CountedRefusal[]>`
  delete from identity.refusal
  where ctid = any(array(
    select ctid from identity.refusal where begun_at <= ${begunBefore} order by begun_at limit ${limit} for update skip locked))
  returning account, route, organisation, code, permission, address, begun_at, last_at, times`
