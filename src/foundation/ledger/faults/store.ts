import type { Sql } from '#platform/sql'

export interface ChainFault {
  kind: 'verification' | 'signing'
  foundAt: Date
  findings: number
  /** The first of the findings, in words. */
  message: string
}

/** The gravest first. */
export const listChainFaults = (sql: Sql) => sql<ChainFault[]>`
  select kind, found_at, findings, message from ledger.chain_fault order by findings desc, kind`

/** True when there was none of its kind. */
export async function keepChainFault(sql: Sql, fault: ChainFault): Promise<boolean> {
  const [row] = await sql<{ isNew: boolean }[]>`
    insert into ledger.chain_fault ${sql([{ ...fault }])}
    on conflict (kind) do update set findings = excluded.findings, message = excluded.message
    returning xmax = 0 as is_new`
  return row?.isNew ?? false
}

export async function removeChainFault(sql: Sql, kind: ChainFault['kind']): Promise<boolean> {
  const { count } = await sql`delete from ledger.chain_fault where kind = ${kind}`
  return count > 0
}
