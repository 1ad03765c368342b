import type { Sql } from '#platform/sql'
import { hasFactor } from '../store.ts'

export async function findHasFactor(sql: Sql, account: string): Promise<boolean> {
  const [row] = await sql<{ present: boolean }[]>`
    select ${hasFactor(sql)} as present from identity.account where name = ${account}`
  return row?.present ?? false
}
