/**
 * Canonical rows as they were known at an earlier moment. What gives way is kept whole with the time it stood; a row that stands now
 * was known then when its record had been taken in by then and nothing of the same case has given way since.
 */
import type { Fragment, Sql } from '#platform/sql'
import { type KindName, kindOf } from './kinds.ts'

/** Since when a record counts. */
const appliedAt = (sql: Sql, record: Fragment): Fragment => sql`(
  select coalesce(k.applied_at, l.received_at) from warehouse.record k join warehouse.landing l on l.id = k.landing_id
  where k.id = ${record})`

/**
 * The words that keep the rows of `gone` (a relation of canonical rows, named so in the same statement). What came and went within one
 * piece of work nobody has known.
 */
export function keepFormer(sql: Sql, kind: KindName, at: Date): Fragment {
  const caseId = kind === 'case' || kind === 'case-event' ? sql`g.case_id` : sql`null::text`
  return sql`
    insert into warehouse.former_row (kind, source, organisation, record_id, part, case_id, known_from, gone_at, body)
    select ${kind}::text, g.source, g.organisation, g.record_id, g.part, ${caseId}, s.since, ${at}::timestamptz, to_jsonb(g)
    from gone g cross join lateral (select coalesce(${appliedAt(sql, sql`g.record_id`)}, '-infinity') as since) s
    where s.since < ${at}::timestamptz`
}

/**
 * The canonical rows of a kind as a relation named `r`: those of now, or those known at a moment. Of the latter only what `match` lets
 * through, words about `r` and what stands before it, is looked at: a question about one unit reads no other.
 */
export function rowsOf(
  sql: Sql,
  { kind, knownAt, sources }: { kind: KindName; knownAt?: Date; sources: readonly string[] },
  match: Fragment,
): Fragment {
  const table = sql`warehouse.${sql(kindOf(kind).table)}`
  if (!knownAt) return sql`${table} r`
  const { unchanged, first } = standing(sql, kind, knownAt)
  return sql`lateral (
    select r.* from ${table} r
    where ${match} and coalesce(${appliedAt(sql, sql`r.record_id`)}, '-infinity') <= ${knownAt} ${unchanged}
    union all
    select r.* from warehouse.former_row f cross join lateral jsonb_populate_record(null::${table}, f.body) r
    where f.kind = ${kind} and f.source = any(${[...sources]}::text[]) and f.organisation = o.organisation
      and f.gone_at > ${knownAt} and f.known_from <= ${knownAt} ${first} and ${match}) r`
}

/** The cases or the events of one source as a relation: those of now, or those known at a moment; of one case where it is named by words. */
export function rowsOfLog(
  sql: Sql,
  { kind, source, knownAt }: { kind: 'case' | 'case-event'; source: string; knownAt?: Date },
  caseId?: Fragment,
): Fragment {
  const table = sql`warehouse.${sql(kindOf(kind).table)}`
  const now = sql`select r.* from ${table} r where r.source = ${source} ${caseId ? sql`and r.case_id = ${caseId}` : sql``}`
  if (!knownAt) return sql`(${now})`
  const { unchanged, first } = standing(sql, kind, knownAt)
  return sql`(
    ${now} and coalesce(${appliedAt(sql, sql`r.record_id`)}, '-infinity') <= ${knownAt} ${unchanged}
    union all
    select r.* from warehouse.former_row f cross join lateral jsonb_populate_record(null::${table}, f.body) r
    where f.kind = ${kind} and f.source = ${source} ${caseId ? sql`and f.case_id = ${caseId}` : sql``}
      and f.gone_at > ${knownAt} and f.known_from <= ${knownAt} ${first})`
}

/** Words on a row of now (`r`) that it stood, and on one that gave way (`f`) that it was the one that did. */
function standing(sql: Sql, kind: KindName, knownAt: Date): { unchanged: Fragment; first: Fragment } {
  if (kind !== 'case') return { unchanged: sql``, first: sql`` }
  return {
    unchanged: sql`and not exists (
      select from warehouse.former_row f
      where f.kind = 'case' and f.source = r.source and f.case_id = r.case_id and f.gone_at > ${knownAt})`,
    // Of the rows that one case has had since, the first to give way is the one that stood.
    first: sql`and not exists (
      select from warehouse.former_row e
      where e.kind = 'case' and e.source = f.source and e.case_id = f.case_id and e.gone_at > ${knownAt}
        and (e.gone_at, e.id) < (f.gone_at, f.id))`,
  }
}
