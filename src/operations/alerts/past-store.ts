/**
 * Alerts and silences as they stood at an earlier moment. Each has one version at any moment since it is there: the row itself when it
 * stood so already, else the stretch of its past (kept by the database with each change) in which the moment lies.
 */
import type { Fragment, Sql } from '#platform/sql'

const fixed = ['id', 'code', 'group_key', 'inlet', 'origin', 'organisation', 'playbook', 'raised_at']
const moving = [
  'headline',
  'search_key',
  'severity',
  'rank',
  'state',
  'area',
  'longitude',
  'latitude',
  'labels',
  'annotations',
  'subject',
  'starts_at',
  'last_at',
  'count',
  'ended_at',
  'owner',
  'acknowledged_by',
  'acknowledged_at',
  'due_at',
  'escalation',
  'notified_at',
  'silence_id',
  'inhibited_by',
  'flapping_since',
  'verdict',
  'duplicate_of',
  'closed_at',
  'closed_by',
  'close_reason',
  'calls',
  'is_calling',
]
const of = (table: string, columns: readonly string[]) => columns.map((one) => `${table}.${one}`).join(', ')
const ownColumns = of('c', [...fixed, ...moving])
const pastColumns = `${of('c', fixed)}, ${of('p', moving)}`

/**
 * The alerts as they stood at a moment, in parts that have no alert twice: each stands after `from`, and is read by its own indexes. Nothing
 * is told of since before it came up.
 */
export const versionsAt = (sql: Sql, asOf: Date): readonly [Fragment, Fragment] => [
  sql`(select ${sql.unsafe(ownColumns)} from alerts.alert c where c.since <= ${asOf} and c.raised_at <= ${asOf})`,
  sql`(
    select ${sql.unsafe(pastColumns)} from alerts.alert_past p join alerts.alert c on c.id = p.alert_id
    where tstzrange(p.since, p.until) @> ${asOf}::timestamptz)`,
]

/** What stands after `from`: the alerts, or how they stood then. */
export function alertsAt(sql: Sql, asOf: Date | undefined): Fragment {
  if (asOf === undefined) return sql`alerts.alert`
  const [own, past] = versionsAt(sql, asOf)
  return sql`(select * from ${own} o union all select * from ${past} p)`
}

export const silencesAt = (sql: Sql, asOf: Date | undefined): Fragment =>
  asOf === undefined
    ? sql`alerts.silence`
    : sql`(
        select id, matchers, starts_at, ends_at, reason, created_by, created_name, created_at, updated_at, alert
        from alerts.silence where updated_at <= ${asOf}
        union all
        select c.id, p.matchers, p.starts_at, p.ends_at, p.reason, c.created_by, c.created_name, c.created_at, p.since, c.alert
        from alerts.silence_past p join alerts.silence c on c.id = p.id
        where p.since <= ${asOf} and p.until > ${asOf})`

/** Since when all that is shown of an alert is kept; absent where it always was. */
export async function pastKeptSince(sql: Sql): Promise<Date | undefined> {
  const [row] = await sql<{ since: Date }[]>`select since from alerts.past_kept`
  return row?.since
}
