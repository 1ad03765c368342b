import type { Reach } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { TokenAlgorithm } from './pkcs11-tool.ts'

export interface SealRow {
  organisation: string
  module: string
  token: string
  keyId: string
  sealedPin: Buffer
  /** DER in base64, leaf first. */
  chain: string[]
  algorithm: TokenAlgorithm
  certificate: string
  imageSha256: string | null
  disabledAt: Date | null
  changedAt: Date
  changedBy: string
}

const columns = (sql: Sql) => sql`
  organisation, module, token, key_id, sealed_pin, chain, algorithm, certificate, image_sha256, disabled_at, changed_at, changed_by`

export async function findSeal(sql: Sql, organisation: string): Promise<SealRow | undefined> {
  const [row] = await sql<SealRow[]>`select ${columns(sql)} from signing.seal where organisation = ${organisation}`
  return row
}

export const listSeals = (sql: Sql, reach: Reach): Promise<SealRow[]> =>
  sql<SealRow[]>`
    select ${columns(sql)} from signing.seal
    where ${reach === 'all' ? sql`true` : sql`organisation = any(${[...reach]}::text[])`} order by organisation`

export async function putSeal(sql: Sql, row: SealRow): Promise<void> {
  await sql`
    insert into signing.seal (organisation, module, token, key_id, sealed_pin, chain, algorithm, certificate, image_sha256, changed_at, changed_by)
    values (${row.organisation}, ${row.module}, ${row.token}, ${row.keyId}, ${row.sealedPin}, ${sql.json(row.chain)}, ${row.algorithm},
      ${row.certificate}, ${row.imageSha256}, ${row.changedAt}, ${row.changedBy})
    on conflict (organisation) do update set module = excluded.module, token = excluded.token, key_id = excluded.key_id,
      sealed_pin = excluded.sealed_pin, chain = excluded.chain, algorithm = excluded.algorithm, certificate = excluded.certificate,
      image_sha256 = coalesce(excluded.image_sha256, signing.seal.image_sha256), disabled_at = null,
      changed_at = excluded.changed_at, changed_by = excluded.changed_by`
}

export async function setSealDisabled(
  sql: Sql,
  organisation: string,
  { at, by, disabled }: { at: Date; by: string; disabled: boolean },
): Promise<void> {
  await sql`
    update signing.seal set disabled_at = ${disabled ? at : null}, changed_at = ${at}, changed_by = ${by}
    where organisation = ${organisation}`
}

/** Whether the agency's seal can be put by this installation. */
export async function hasSeal(sql: Sql, organisation: string): Promise<boolean> {
  const seal = await findSeal(sql, organisation)
  return seal !== undefined && !seal.disabledAt
}
