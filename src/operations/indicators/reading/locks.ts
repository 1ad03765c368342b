import type { Sql } from '#platform/sql'
import type { PeriodLock } from '../entries/locks.ts'

export type OpenLock = PeriodLock

/** Locks of an indicator, the latest first; reopened ones stay in the list with their document. */
export function listOpenLocks(sql: Sql, indicator: string): Promise<OpenLock[]> {
  return sql<OpenLock[]>`
    select id, indicator, organisation, period, locked_by, locked_at, reopened_by, reopened_at, reopened_basis
    from indicators.period_lock where indicator = ${indicator} order by locked_at desc, id desc limit 24`
}
