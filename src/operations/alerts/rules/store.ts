import type { Fragment, Sql } from '#platform/sql'
import { alertsAt } from '../past-store.ts'
import { Rule } from './model.ts'

export interface StoredRule {
  code: string
  version: number
  pack: string
  body: Rule
  origin: 'pack' | 'edit'
  madeBy: string
  madeAt: Date
  retiredAt: Date | null
  reason: string | null
}

const columns = 'code, version, pack, body, origin, made_by, made_at, retired_at, reason'

let known: { stamp: string; rules: readonly StoredRule[] } | undefined

/** Rules in force; asked with every change, kept until the rows differ. */
export async function listRules(sql: Sql): Promise<readonly StoredRule[]> {
  const [{ stamp } = { stamp: '' }] = await sql<{ stamp: string }[]>`
    select concat_ws(' ', count(*), count(retired_at), max(xmin::text::bigint)) as stamp from alerts.rule`
  if (known?.stamp !== stamp) {
    const rows = await sql<
      StoredRule[]
    >`select ${sql.unsafe(columns)} from alerts.rule where retired_at is null order by code`
    known = { stamp, rules: rows.map(toRule) }
  }
  return known.rules
}

// What was kept by an older program lacks what has a default now.
const toRule = (row: StoredRule): StoredRule => ({ ...row, body: Rule.parse(row.body) })

/** A rule as it was said then: what was retired later was in force. */
const saidBy = (sql: Sql, asOf: Date | undefined): Fragment =>
  asOf === undefined
    ? sql`alerts.rule`
    : sql`(select code, version, pack, body, origin, made_by, made_at, case when retired_at <= ${asOf} then retired_at end as retired_at, reason
        from alerts.rule where made_at <= ${asOf})`

/** Rules that were in force at an earlier moment. */
export const listRulesAt = async (sql: Sql, asOf: Date): Promise<StoredRule[]> =>
  (
    await sql<
      StoredRule[]
    >`select ${sql.unsafe(columns)} from ${saidBy(sql, asOf)} r where retired_at is null order by code`
  ).map(toRule)

/** The version in force, else the last one; of those there were then. */
export async function findRule(sql: Sql, code: string, asOf?: Date): Promise<StoredRule | undefined> {
  const [row] = await sql<StoredRule[]>`
    select ${sql.unsafe(columns)} from ${saidBy(sql, asOf)} r where code = ${code} order by retired_at is not null, version desc limit 1`
  return row && toRule(row)
}

/** All versions, the newest first. */
export const listRuleVersions = async (sql: Sql, code: string, asOf?: Date): Promise<StoredRule[]> =>
  (
    await sql<
      StoredRule[]
    >`select ${sql.unsafe(columns)} from ${saidBy(sql, asOf)} r where code = ${code} order by version desc limit 50`
  ).map(toRule)

export interface NewVersion {
  pack: string
  body: Rule
  origin: 'pack' | 'edit'
  by: string
  at: Date
  reason: string | null
}

/** Retires the version in force and puts a new one in its place. @returns its number */
export async function insertRule(sql: Sql, { pack, body, origin, by, at, reason }: NewVersion): Promise<number> {
  await retireRule(sql, body.code, { by, at })
  const [row] = await sql<{ version: number }[]>`
    insert into alerts.rule (code, version, pack, body, origin, made_by, made_at, reason)
    select ${body.code}, coalesce(max(version), 0) + 1, ${pack}, ${sql.json(body as never)}, ${origin}, ${by}, ${at}, ${reason}
    from alerts.rule where code = ${body.code}
    returning version`
  return row?.version ?? 0
}

export async function retireRule(sql: Sql, code: string, { by, at }: { by: string; at: Date }): Promise<boolean> {
  const { count } = await sql`
    update alerts.rule set retired_at = ${at}, retired_by = ${by} where code = ${code} and retired_at is null`
  return count > 0
}

export interface RuleRecord {
  rule: string
  /** Alerts of the last 90 days. */
  raised: number
  judgedTrue: number
  judgedFalse: number
  duplicate: number
  open: number
  lastAt: Date | null
}

/** How rules have fared since an instant: what they said and how that was judged. */
export function listRecords(sql: Sql, from: Date, asOf?: Date): Promise<RuleRecord[]> {
  return sql<RuleRecord[]>`
    select origin as rule, count(*) as raised, count(*) filter (where verdict = 'true') as judged_true,
      count(*) filter (where verdict = 'false') as judged_false, count(*) filter (where verdict = 'duplicate') as duplicate,
      count(*) filter (where closed_at is null) as open, max(raised_at) as last_at
    from ${alertsAt(sql, asOf)} a where inlet = 'rule' and raised_at >= ${from} group by origin`
}
