import type { Sql } from '#platform/sql'
import type { ProcessView } from './analyse.ts'
import { findLogState } from './cases.ts'
import { type ProcessQuery, viewProcess } from './read.ts'

const keptMs = 10 * 60_000
const mostKept = 20
const kept = new Map<string, { at: number; view: Promise<ProcessView> }>()

/** The view of a log, kept for a while: it stays right until something comes under the source. */
export async function viewProcessOnce(sql: Sql, query: ProcessQuery): Promise<ProcessView> {
  const { calendar, now, ...asked } = query
  const key = JSON.stringify([asked, calendar.calendar.code, await findLogState(sql, query.source)])
  const known = kept.get(key)
  if (known && now.getTime() - known.at < keptMs) return known.view
  const view = viewProcess(sql, query)
  kept.set(key, { at: now.getTime(), view })
  view.catch(() => kept.delete(key))
  const [oldest] = kept.keys()
  if (oldest !== undefined && kept.size > mostKept) kept.delete(oldest)
  return view
}
