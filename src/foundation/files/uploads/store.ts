import type { Sql } from '#platform/sql'
import type { UploadUse } from './model.ts'

export interface UploadRow {
  id: string
  account: string
  use: UploadUse
  name: string
  sizeBytes: number
  receivedBytes: number
  createdAt: Date
  expiresAt: Date
}

export interface Piece {
  atByte: number
  sizeBytes: number
  name: string
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** The caller's own, while its time lasts. */
export async function findUpload(sql: Sql, id: string, asked: { account: string; now: Date }) {
  if (!uuid.test(id)) return undefined
  const [row] = await sql<UploadRow[]>`
    select id, account, use, name, size_bytes, received_bytes, created_at, expires_at
    from files.upload
    where id = ${id} and account = ${asked.account} and expires_at > ${asked.now}`
  return row
}

export async function insertUpload(sql: Sql, row: Omit<UploadRow, 'receivedBytes'>): Promise<void> {
  await sql`
    insert into files.upload (id, account, use, name, size_bytes, created_at, expires_at)
    values (${row.id}, ${row.account}, ${row.use}, ${row.name}, ${row.sizeBytes}, ${row.createdAt}, ${row.expiresAt})`
}

/** How much an account has under way: one who has two uploads begun at once counts both, for it holds the account's lock. */
export async function lockLoad(sql: Sql, account: string, now: Date): Promise<{ uploads: number; bytes: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`files.upload:${account}`}, 0))`
  const [row] = await sql<{ uploads: number; bytes: number }[]>`
    select count(*)::int as uploads, coalesce(sum(size_bytes), 0)::bigint as bytes
    from files.upload where account = ${account} and expires_at > ${now}`
  return row ?? { uploads: 0, bytes: 0 }
}

/** False when another piece stands there already: whoever was first goes on. */
export async function insertPiece(sql: Sql, id: string, piece: Piece): Promise<boolean> {
  const { count } = await sql`
    update files.upload set received_bytes = received_bytes + ${piece.sizeBytes}
    where id = ${id} and received_bytes = ${piece.atByte} and received_bytes + ${piece.sizeBytes} <= size_bytes`
  if (count === 0) return false
  await sql`
    insert into files.upload_piece (upload, at_byte, size_bytes, name)
    values (${id}, ${piece.atByte}, ${piece.sizeBytes}, ${piece.name})`
  return true
}

export function listPieces(sql: Sql, id: string): Promise<Piece[]> {
  return sql<Piece[]>`
    select at_byte, size_bytes, name from files.upload_piece where upload = ${id} order by at_byte`
}

export async function deleteUpload(sql: Sql, id: string): Promise<boolean> {
  const { count } = await sql`delete from files.upload where id = ${id}`
  return count > 0
}

/** A piece at a time, so that no transaction holds much. */
export async function deleteExpired(sql: Sql, now: Date, limit: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    delete from files.upload where id in (select id from files.upload where expires_at <= ${now} order by expires_at limit ${limit})
    returning id`
  return rows.map(({ id }) => id)
}

export async function isUnderWay(sql: Sql, id: string): Promise<boolean> {
  if (!uuid.test(id)) return false
  const [row] = await sql`select from files.upload where id = ${id}`
  return row !== undefined
}
