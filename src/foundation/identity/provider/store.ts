import type { JsonWebKey } from 'node:crypto'
import type { Assurance } from '#platform/assurance'
import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import { accountColumns, type Caller, hasFactor } from '../store.ts'
import type { ClientKind, SigningAlg } from './model.ts'

export interface Client {
  id: string
  name: string
  kind: ClientKind
  organisation: string
  account: string | null
  redirectUris: string[]
  postLogoutUris: string[]
  backchannelUri: string | null
  scopes: string[]
  secretHash: Buffer | null
  jwks: { keys: JsonWebKey[] } | null
  signingAlg: SigningAlg
  trusted: boolean
  createdBy: string
  createdAt: Date
  disabledAt: Date | null
}

const clientColumns = (sql: Sql) => sql`
  id, name, kind, organisation, account, redirect_uris, post_logout_uris, backchannel_uri, scopes, secret_hash, jwks,
  signing_alg, trusted, created_by, created_at, disabled_at`

export async function findClient(sql: Sql, id: string): Promise<Client | undefined> {
  const [client] = await sql<Client[]>`select ${clientColumns(sql)} from identity.relying_client where id = ${id}`
  return client
}

export interface ClientFilter {
  words: string
  kind?: ClientKind
  disabled?: boolean
  after?: string
  limit: number
}

/** Applications of the organisations within reach, in the order of their ids. */
export async function listClients(sql: Sql, reach: Reach, filter: ClientFilter): Promise<Client[]> {
  const words = `%${filter.words.replace(/[\\%_]/g, '\\$&')}%`
  return sql<Client[]>`
    select ${clientColumns(sql)} from identity.relying_client
    where ${reach === 'all' ? sql`true` : sql`organisation = any(${[...reach]})`}
      and (id ilike ${words} or name ilike ${words} or organisation ilike ${words})
      and ${filter.kind ? sql`kind = ${filter.kind}` : sql`true`}
      and ${filter.disabled === undefined ? sql`true` : sql`(disabled_at is not null) = ${filter.disabled}`}
      and id > ${filter.after ?? ''}
    order by id
    limit ${filter.limit}`
}

export async function insertClient(
  sql: Sql,
  client: Omit<Client, 'createdAt' | 'disabledAt'> & { now: Date },
): Promise<boolean> {
  const inserted = await sql`
    insert into identity.relying_client (id, name, kind, organisation, account, redirect_uris, post_logout_uris,
      backchannel_uri, scopes, secret_hash, jwks, signing_alg, trusted, created_by, created_at)
    values (${client.id}, ${client.name}, ${client.kind}, ${client.organisation}, ${client.account}, ${client.redirectUris},
      ${client.postLogoutUris}, ${client.backchannelUri}, ${client.scopes}, ${client.secretHash},
      ${client.jwks ? sql.json(client.jwks as never) : null}, ${client.signingAlg}, ${client.trusted}, ${client.createdBy}, ${client.now})
    on conflict (id) do nothing`
  return inserted.count === 1
}

/** What of a client can be changed after it was registered. */
export type ClientChange = Pick<
  Client,
  'name' | 'redirectUris' | 'postLogoutUris' | 'backchannelUri' | 'scopes' | 'trusted'
>

export async function updateClient(sql: Sql, id: string, change: ClientChange): Promise<void> {
  await sql`
    update identity.relying_client
    set name = ${change.name}, redirect_uris = ${change.redirectUris}, post_logout_uris = ${change.postLogoutUris},
      backchannel_uri = ${change.backchannelUri}, scopes = ${change.scopes}, trusted = ${change.trusted}
    where id = ${id}`
}

/** The client, held until the end of the transaction: two changes at once follow each other. */
export async function lockClient(sql: Sql, id: string): Promise<Client | undefined> {
  const [client] = await sql<Client[]>`
    select ${clientColumns(sql)} from identity.relying_client where id = ${id} for update`
  return client
}

export async function setClientSecret(sql: Sql, id: string, secretHash: Buffer): Promise<void> {
  await sql`update identity.relying_client set secret_hash = ${secretHash} where id = ${id}`
}

export async function setClientDisabled(sql: Sql, id: string, disabledAt: Date | null): Promise<void> {
  await sql`update identity.relying_client set disabled_at = ${disabledAt} where id = ${id}`
}

/** Everything handed out to a client: sessions stay, for other applications live by them too. */
export async function deleteArtifactsOf(sql: Sql, client: string): Promise<number> {
  const deleted = await sql`delete from identity.provider_artifact where client = ${client}`
  return deleted.count
}

export interface Artifact {
  idHash: Buffer
  model: string
  payload: Record<string, unknown>
  client: string | undefined
  grantId: string | undefined
  uid: string | undefined
  session: string | undefined
  expiresAt: Date
}

const artifactValues = (sql: Sql, artifact: Artifact) => sql`
  values (${artifact.idHash}, ${artifact.model}, ${sql.json(artifact.payload as never)}, ${artifact.client ?? null},
    ${artifact.grantId ?? null}, ${artifact.uid ?? null}, ${artifact.session ?? null}, ${artifact.expiresAt})`

export async function putArtifact(sql: Sql, artifact: Artifact): Promise<void> {
  await sql`
    insert into identity.provider_artifact (id_hash, model, payload, client, grant_id, uid, session, expires_at)
    ${artifactValues(sql, artifact)}
    on conflict (id_hash) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid,
      session = excluded.session, expires_at = excluded.expires_at`
}

/** @returns whether it is new: of two at once only one is. */
export async function insertArtifact(sql: Sql, artifact: Artifact): Promise<boolean> {
  const inserted = await sql`
    insert into identity.provider_artifact (id_hash, model, payload, client, grant_id, uid, session, expires_at)
    ${artifactValues(sql, artifact)}
    on conflict (id_hash) do nothing`
  return inserted.count === 1
}

export interface FoundArtifact {
  payload: Record<string, unknown>
  consumedAt: Date | null
}

export async function findArtifact(sql: Sql, model: string, idHash: Buffer): Promise<FoundArtifact | undefined> {
  const [found] = await sql<FoundArtifact[]>`
    select payload, consumed_at from identity.provider_artifact where id_hash = ${idHash} and model = ${model}`
  return found
}

export interface Liveness {
  now: Date
  seenSince: Date
}

const livingSession = (sql: Sql, { now, seenSince }: Liveness) => sql`
  exists (select from identity.session
    where session.id = provider_artifact.session and session.expires_at > ${now} and session.seen_at > ${seenSince})`

/** A session of the provider, as long as the sign-in at the platform lives that it belongs to. Nobody's is found until somebody signs in. */
export async function findProviderSession(
  sql: Sql,
  by: { idHash: Buffer; session: string | undefined } | { uid: string },
  alive: Liveness,
): Promise<FoundArtifact | undefined> {
  const [found] = await sql<FoundArtifact[]>`
    select payload, consumed_at from identity.provider_artifact
    where model = 'Session'
      and ${
        'uid' in by
          ? sql`uid = ${by.uid} and ${livingSession(sql, alive)}`
          : sql`
        id_hash = ${by.idHash} and case when session is null then payload ->> 'accountId' is null
        else session = ${by.session ?? null}::uuid and ${livingSession(sql, alive)} end`
      }`
  return found
}

export interface EndedSession {
  idHash: Buffer
  payload: { accountId?: string; authorizations?: Record<string, { sid?: string; grantId?: string }> }
}

/** Sessions of the provider whose sign-in at the platform has ended, taken away. */
export async function takeEndedSessions(sql: Sql, alive: Liveness): Promise<EndedSession[]> {
  return sql<EndedSession[]>`
    delete from identity.provider_artifact
    where id_hash in (select id_hash from identity.provider_artifact
      where model = 'Session' and session is not null and not ${livingSession(sql, alive)} limit 500 for update skip locked)
    returning id_hash, payload`
}

/** @returns whether it was not used before: of two at once only one may. */
export async function consumeArtifact(sql: Sql, idHash: Buffer, now: Date): Promise<boolean> {
  const consumed = await sql`
    update identity.provider_artifact set consumed_at = ${now} where id_hash = ${idHash} and consumed_at is null`
  return consumed.count === 1
}

export async function deleteArtifact(sql: Sql, model: string, idHash: Buffer): Promise<void> {
  await sql`delete from identity.provider_artifact where id_hash = ${idHash} and model = ${model}`
}

export async function deleteGranted(sql: Sql, grantIds: readonly string[], model?: string): Promise<void> {
  await sql`
    delete from identity.provider_artifact
    where grant_id = any(${[...grantIds]}) and ${model ? sql`model = ${model}` : sql`true`}`
}

export async function deleteExpired(sql: Sql, before: Date): Promise<void> {
  await sql`delete from identity.provider_artifact where expires_at < ${before}`
}

export interface BrowserSession {
  id: string
  account: string
  subject: string
  amr: string[]
  assurance: Assurance
  authenticatedAt: Date
}

/** The sign-in at the platform that a browser brings. */
export async function findBrowserSession(
  sql: Sql,
  tokenHash: Buffer,
  alive: Liveness,
): Promise<BrowserSession | undefined> {
  const [found] = await sql<BrowserSession[]>`
    select session.id, session.account, account.subject, session.amr, session.acr as assurance,
      session.authenticated_at
    from identity.session join identity.account on account.name = session.account
    where session.token_hash = ${tokenHash} and session.expires_at > ${alive.now} and session.seen_at > ${alive.seenSince}
      and account.disabled_at is null`
  return found
}

export interface Subject {
  account: string
  name: string
  organisation: string | null
}

export async function findSubject(sql: Sql, subject: string): Promise<Subject | undefined> {
  const [found] = await sql<Subject[]>`
    select name as account, person_name as name, organisation from identity.account
    where subject::text = ${subject} and disabled_at is null and not machine`
  return found
}

export interface StoredKey {
  kid: string
  alg: SigningAlg
  publicJwk: JsonWebKey
  sealed: Buffer
  signsFrom: Date
}

export async function listKeys(sql: Sql): Promise<StoredKey[]> {
  return sql<StoredKey[]>`
    select kid, alg, public_jwk, sealed, signs_from from identity.signing_key order by alg, signs_from desc`
}

/** One rotates at a time. */
export async function lockKeys(sql: Sql): Promise<void> {
  await sql`select pg_advisory_xact_lock(7314022)`
}

export async function insertKey(sql: Sql, key: StoredKey & { now: Date }): Promise<void> {
  await sql`
    insert into identity.signing_key (kid, alg, public_jwk, sealed, created_at, signs_from)
    values (${key.kid}, ${key.alg}, ${sql.json(key.publicJwk as never)}, ${key.sealed}, ${key.now}, ${key.signsFrom})`
}

export async function deleteKeys(sql: Sql, kids: readonly string[]): Promise<void> {
  await sql`delete from identity.signing_key where kid = any(${[...kids]})`
}

/** The machine behind an access token: its client and its account are open still, and it may do what both allow. */
export async function findMachineCaller(sql: Sql, idHash: Buffer, now: Date): Promise<Caller | undefined> {
  const [caller] = await sql<Caller[]>`
    select ${accountColumns(sql)}, relying_client.id as credential, ${now}::timestamptz as seen_at, ${hasFactor(sql)} as has_factor,
      array(select scope from unnest(string_to_array(payload ->> 'scope', ' ')) scope
        where scope = any(relying_client.scopes)) as scopes
    from identity.provider_artifact
    join identity.relying_client on relying_client.id = provider_artifact.client and relying_client.disabled_at is null
    join identity.account on account.name = relying_client.account and account.disabled_at is null
    where provider_artifact.id_hash = ${idHash} and provider_artifact.model = 'ClientCredentials'
      and provider_artifact.expires_at > ${now}`
  return caller
}
