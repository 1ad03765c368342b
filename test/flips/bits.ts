/** Flips one random bit, as a fault of a disk or an administrator's hand would: in a value of a row, or in bytes. */
import { randomInt } from 'node:crypto'
import type { Sql } from '#platform/sql'

export interface Place {
  /** With its schema. */
  table: string
  column: string
}

export interface Flip extends Place {
  bit: number
  before: string
}

/** The row's binary form with one bit turned; undefined where the database takes no such value (text that is no UTF-8, a date out of range). */
export async function flipBit(sql: Sql, { table, column }: Place): Promise<Flip | undefined> {
  const [row] = await sql<{ place: string; kind: string; value: string }[]>`
    select ctid::text as place, pg_typeof(${sql(column)})::text as kind, ${sql(column)}::text as value
    from ${sql(table)} where ${sql(column)} is not null order by random() limit 1`
  if (!row) return undefined
  const { kind, value } = row
  const turned = turn(kind, value)
  if (turned === undefined) return undefined
  const { text, bit } = turned
  try {
    await savepoint(
      sql,
      (sql) =>
        sql`update ${sql(table)} set ${sql(column)} = ${text}::text::${sql.unsafe(kind)} where ctid = ${row.place}::tid`,
    )
  } catch {
    return undefined
  }
  return { table, column, bit, before: value.slice(0, 200) }
}

const savepoint = (sql: Sql, work: (sql: Sql) => Promise<unknown>): Promise<unknown> =>
  (sql as Sql & { savepoint(work: (sql: Sql) => Promise<unknown>): Promise<unknown> }).savepoint(work)

function turn(kind: string, value: string): { text: string; bit: number } | undefined {
  if (kind === 'bytea' || kind === 'uuid') {
    const bytes = Buffer.from(value.replace(/^\\x|-/g, ''), 'hex')
    const bit = flipIn(bytes)
    return { text: kind === 'uuid' ? bytes.toString('hex') : `\\x${bytes.toString('hex')}`, bit }
  }
  if (kind === 'bigint' || kind === 'integer' || kind === 'smallint') {
    const bit = randomInt(kind === 'smallint' ? 6 : 20)
    return { text: String(Number(value) ^ (1 << bit)), bit }
  }
  if (kind.startsWith('timestamp')) {
    const bit = randomInt(36)
    const at = new Date(value.replace(' ', 'T').replace(/\+00$/, 'Z')).getTime()
    return { text: new Date(Number(BigInt(at) ^ (1n << BigInt(bit)))).toISOString(), bit }
  }
  const bytes = Buffer.from(value)
  const bit = flipIn(bytes)
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) && !text.includes('\0') ? { text, bit } : undefined
}

export function flipIn(bytes: Buffer): number {
  const bit = randomInt(bytes.length * 8)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return bit
}
