import { partiesOf } from '#identity'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { Part } from '../store.ts'

export interface Request {
  id: number
  part: string
  round: number
  kind: 'extension' | 'adjustment'
  reason: string
  days: number | null
  askedBy: string[]
  askedByName: string
  askedAt: Date
  decision: 'granted' | 'refused' | 'dropped' | null
  grantedDays: number | null
  answer: string | null
  decidedBy: string | null
  decidedByName: string | null
  decidedAt: Date | null
}

const columns = (sql: Sql) => sql`
  id, part, round, kind, reason, days, asked_by, asked_by_name, asked_at, decision, granted_days, answer, decided_by,
  decided_by_name, decided_at`

export const listRequests = (sql: Sql, part: string): Promise<Request[]> => sql<Request[]>`
  select ${columns(sql)} from directives.request where part = ${part} order by id desc limit 100`

const undecided = {
  decision: null,
  grantedDays: null,
  answer: null,
  decidedBy: null,
  decidedByName: null,
  decidedAt: null,
}

/** As they were known at an earlier moment: what was answered later still waits. */
export const requestsBy = (requests: readonly Request[], knownAt: Date | undefined): Request[] =>
  requests
    .filter(({ askedAt }) => !knownAt || askedAt <= knownAt)
    .map((one) => (knownAt && one.decidedAt && one.decidedAt > knownAt ? { ...one, ...undecided } : one))

export async function findOpenRequest(sql: Sql, part: string): Promise<Request | undefined> {
  const [row] = await sql<Request[]>`
    select ${columns(sql)} from directives.request where part = ${part} and decision is null`
  return row
}

export async function insertRequest(
  ctx: Context,
  part: Part,
  request: Pick<Request, 'kind' | 'reason' | 'days'>,
): Promise<void> {
  await ctx.sql`
    insert into directives.request (part, round, kind, reason, days, asked_by, asked_by_name, asked_at)
    values (${part.code}, ${part.round}, ${request.kind}, ${request.reason}, ${request.days}, ${partiesOf(ctx.actor)},
      ${ctx.actor.name}, ${ctx.now})`
}

export async function closeRequest(
  ctx: Context,
  id: number,
  decided: { decision: 'granted' | 'refused' | 'dropped'; grantedDays: number | null; answer: string | null },
): Promise<void> {
  await ctx.sql`
    update directives.request set decision = ${decided.decision}, granted_days = ${decided.grantedDays},
      answer = ${decided.answer}, decided_by = ${ctx.actor.account ?? 'system'}, decided_by_name = ${ctx.actor.name},
      decided_at = ${ctx.now}
    where id = ${id} and decision is null`
}
