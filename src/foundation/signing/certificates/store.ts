import { createHash } from 'node:crypto'
import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import { type CertificateMeans, type CertificateState, toldBefore } from './model.ts'

export interface CertificateRow {
  id: number
  fingerprint: string | null
  serial: string
  issuer: string
  holderKind: 'person' | 'organisation'
  holder: string
  account: string | null
  organisation: string
  means: CertificateMeans
  validFrom: Date
  validTo: Date
  source: 'means' | 'import' | 'demo'
  revokedAt: Date | null
  revocationReason: string | null
  checkedAt: Date | null
  checkFault: string | null
  toldDays: number | null
  renewedBy: number | null
  recordedAt: Date
  recordedBy: string
}

const columns = (sql: Sql) => sql`
  c.id, c.fingerprint, c.serial, c.issuer, c.holder_kind, c.holder, c.account, c.organisation, c.means, c.valid_from, c.valid_to, c.source,
  c.revoked_at, c.revocation_reason, c.checked_at, c.check_fault, c.told_days, c.renewed_by, c.recorded_at, c.recorded_by`

export type NewCertificate = Pick<
  CertificateRow,
  | 'fingerprint'
  | 'serial'
  | 'issuer'
  | 'holderKind'
  | 'holder'
  | 'account'
  | 'organisation'
  | 'means'
  | 'validFrom'
  | 'validTo'
  | 'source'
  | 'recordedAt'
  | 'recordedBy'
> & { der: Buffer | null; searchKey: string }

/** One that is known already (by issuer and serial number) gets what was unknown of it; how many are new. */
export async function putCertificates(sql: Sql, rows: readonly NewCertificate[]): Promise<number> {
  const list = <K extends keyof NewCertificate>(name: K) => rows.map((row) => row[name])
  const times = (name: 'validFrom' | 'validTo' | 'recordedAt') => rows.map((row) => row[name].toISOString())
  const put = await sql<{ isNew: boolean }[]>`
    insert into signing.certificate (fingerprint, serial, issuer, holder_kind, holder, search_key, account, organisation, means, valid_from,
      valid_to, der, source, recorded_at, recorded_by)
    select fingerprint, serial, issuer, holder_kind, holder, search_key, account, organisation, means, valid_from, valid_to,
      decode(der, 'hex'), source, recorded_at, recorded_by
    from unnest(${list('fingerprint')}::text[], ${list('serial')}::text[], ${list('issuer')}::text[],
      ${list('holderKind')}::text[], ${list('holder')}::text[], ${list('searchKey')}::text[], ${list('account')}::text[],
      ${list('organisation')}::text[], ${list('means')}::text[], ${times('validFrom')}::timestamptz[], ${times('validTo')}::timestamptz[],
      ${list('der').map((der) => der?.toString('hex') ?? null)}::text[], ${list('source')}::text[],
      ${times('recordedAt')}::timestamptz[], ${list('recordedBy')}::text[])
      as given (fingerprint, serial, issuer, holder_kind, holder, search_key, account, organisation, means, valid_from, valid_to, der,
        source, recorded_at, recorded_by)
    on conflict (issuer, serial) do update set
      fingerprint = coalesce(signing.certificate.fingerprint, excluded.fingerprint),
      der = coalesce(signing.certificate.der, excluded.der),
      account = coalesce(excluded.account, signing.certificate.account),
      means = case when excluded.means = 'unknown' then signing.certificate.means else excluded.means end
    returning (xmax = 0) as is_new`
  return put.filter(({ isNew }) => isNew).length
}

export async function findCertificate(sql: Sql, id: number): Promise<CertificateRow | undefined> {
  const [row] = await sql<CertificateRow[]>`select ${columns(sql)} from signing.certificate c where c.id = ${id}`
  return row
}

export async function findByFingerprint(sql: Sql, fingerprint: string): Promise<CertificateRow | undefined> {
  const [row] = await sql<CertificateRow[]>`
    select ${columns(sql)} from signing.certificate c where c.fingerprint = ${fingerprint}`
  return row
}

export async function findBySerial(sql: Sql, issuer: string, serial: string): Promise<CertificateRow | undefined> {
  const [row] = await sql<CertificateRow[]>`
    select ${columns(sql)} from signing.certificate c where c.issuer = ${issuer} and c.serial = ${serial}`
  return row
}

export const listOfAccount = (sql: Sql, account: string): Promise<CertificateRow[]> =>
  sql<CertificateRow[]>`
    select ${columns(sql)} from signing.certificate c where c.account = ${account} order by c.valid_to desc limit 50`

export interface RegisterQuestion {
  reach: Reach
  words: string
  organisations: readonly string[] | undefined
  state: CertificateState | undefined
  kind: 'person' | 'organisation' | undefined
  means: CertificateMeans | undefined
  now: Date
}

const dayMs = 24 * 3_600_000

function matching(sql: Sql, { reach, words, organisations, state, kind, means, now }: RegisterQuestion) {
  const soon = new Date(now.getTime() + toldBefore[0] * dayMs)
  const live = sql`(c.revoked_at is null or c.revoked_at > ${now}) and c.valid_to > ${now} and c.valid_from <= ${now}`
  const states = {
    revoked: sql`c.revoked_at <= ${now}`,
    ended: sql`c.valid_to <= ${now} and (c.revoked_at is null or c.revoked_at > ${now})`,
    coming: sql`c.valid_from > ${now}`,
    ending: sql`${live} and c.valid_to <= ${soon}`,
    valid: sql`${live} and c.valid_to > ${soon}`,
  }
  const list = words.split(' ').filter(Boolean)
  return sql`${reach === 'all' ? sql`true` : sql`c.organisation = any(${[...reach]}::text[])`}
    ${organisations ? sql`and c.organisation = any(${[...organisations]}::text[])` : sql``}
    ${state ? sql`and ${states[state]}` : sql``}
    ${kind ? sql`and c.holder_kind = ${kind}` : sql``}
    ${means ? sql`and c.means = ${means}` : sql``}
    ${list.length === 0 ? sql`` : list.map((word) => sql`and c.search_key like ${`%${word.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`}`)}`
}

/** In the order of their ends. */
export const listCertificates = (
  sql: Sql,
  question: RegisterQuestion & { after: number | undefined; limit: number },
): Promise<CertificateRow[]> =>
  sql<CertificateRow[]>`
    select ${columns(sql)} from signing.certificate c
    where ${matching(sql, question)}
      ${question.after ? sql`and (c.valid_to, c.id) > (select b.valid_to, b.id from signing.certificate b where b.id = ${question.after})` : sql``}
    order by c.valid_to, c.id limit ${question.limit}`

export async function countByState(
  sql: Sql,
  question: Pick<RegisterQuestion, 'reach' | 'now'>,
): Promise<Record<CertificateState, number>> {
  const all = { ...question, words: '', organisations: undefined, state: undefined, kind: undefined, means: undefined }
  const soon = new Date(question.now.getTime() + toldBefore[0] * dayMs)
  const [row] = await sql<Record<CertificateState, number>[]>`
    select count(*) filter (where revoked) as revoked,
      count(*) filter (where not revoked and valid_to <= ${question.now}) as ended,
      count(*) filter (where not revoked and valid_from > ${question.now}) as coming,
      count(*) filter (where not revoked and valid_from <= ${question.now} and valid_to > ${question.now} and valid_to <= ${soon}) as ending,
      count(*) filter (where not revoked and valid_from <= ${question.now} and valid_to > ${soon}) as valid
    from (select c.valid_from, c.valid_to, coalesce(c.revoked_at <= ${question.now}, false) as revoked
      from signing.certificate c where ${matching(sql, all)}) counted`
  return row ?? { valid: 0, ending: 0, ended: 0, revoked: 0, coming: 0 }
}

/** Those of whose end somebody may have to be told. */
export const listEnding = (sql: Sql, now: Date, limit: number): Promise<CertificateRow[]> =>
  sql<CertificateRow[]>`
    select ${columns(sql)} from signing.certificate c
    where c.valid_to > ${now} and c.valid_to <= ${new Date(now.getTime() + toldBefore[0] * dayMs)} and c.revoked_at is null
      and c.renewed_by is null and c.told_days is distinct from ${toldBefore.at(-1) ?? 7}
    order by c.valid_to, c.id limit ${limit}`

export async function setTold(sql: Sql, ids: readonly number[], days: number): Promise<void> {
  await sql`update signing.certificate set told_days = ${days} where id = any(${[...ids]}::bigint[])`
}

export async function setRevoked(sql: Sql, id: number, { at, reason }: { at: Date; reason: string }): Promise<void> {
  await sql`
    update signing.certificate set revoked_at = ${at}, revocation_reason = ${reason} where id = ${id} and revoked_at is null`
}

export async function setChecked(sql: Sql, id: number, at: Date, fault: string | null): Promise<void> {
  await sql`update signing.certificate set checked_at = ${at}, check_fault = ${fault} where id = ${id}`
}

/** Whole certificates in use that were not asked about since. */
export const listToCheck = (
  sql: Sql,
  { now, since, limit }: { now: Date; since: Date; limit: number },
): Promise<{ id: number; der: Buffer }[]> =>
  sql<{ id: number; der: Buffer }[]>`
    select id, der from signing.certificate
    where der is not null and revoked_at is null and valid_to > ${now} and (checked_at is null or checked_at < ${since})
    order by checked_at nulls first, id limit ${limit}`

/** The earlier certificate of a holder who has a later one in the same place is renewed; those of which somebody was told. */
export const renewOlder = (sql: Sql): Promise<CertificateRow[]> =>
  sql<CertificateRow[]>`
    update signing.certificate c set renewed_by = later.id
    from signing.certificate later
    where c.told_days is not null and c.renewed_by is null and later.holder = c.holder and later.organisation = c.organisation
      and later.holder_kind = c.holder_kind and later.means = c.means and later.valid_to > c.valid_to and later.revoked_at is null
    returning ${columns(sql)}`

/** Certificates of issuing authorities, for the way from a signer's to a trusted root. */
export async function putAuthorities(sql: Sql, ders: readonly Buffer[]): Promise<void> {
  for (const der of ders)
    await sql`
      insert into signing.authority (fingerprint, der) values (${createHash('sha256').update(der).digest('hex')}, ${der})
      on conflict do nothing`
}

export const listAuthorities = async (sql: Sql): Promise<Buffer[]> =>
  (await sql<{ der: Buffer }[]>`select der from signing.authority order by fingerprint limit 500`).map(({ der }) => der)

export async function hasDemo(sql: Sql): Promise<boolean> {
  const [row] = await sql`select from signing.certificate where source = 'demo' limit 1`
  return row !== undefined
}
