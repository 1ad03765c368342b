import type { Context, Reach } from '#platform/context'

/** An occurrence that goes on, as Alertmanager's clients ask for it. */
export interface GoingSignal {
  fingerprint: string
  groupKey: string
  startsAt: Date
  /** Absent: it has no end yet. */
  endsAt: Date | null
  updatedAt: Date
  labels: Record<string, string>
  annotations: Record<string, string>
  generatorUrl: string | null
  held: 'silence' | 'inhibition' | null
  heldBy: string | null
}

const mostListed = 20_000

/** The latest occurrence of each thing that goes on now. Held by a silence is also what was there before the silence began. */
export function listGoingSignals({ sql, now }: Context, reach: Reach): Promise<GoingSignal[]> {
  return sql<GoingSignal[]>`
    select distinct on (s.inlet, s.fingerprint) s.fingerprint, s.group_key, s.starts_at, nullif(s.ends_at, 'infinity') as ends_at,
      s.updated_at, s.labels, s.annotations, s.generator_url,
      coalesce(s.held, case when i.id is not null then 'silence' end) as held, coalesce(s.held_by, i.id::text) as held_by
    from alerts.signal s
    left join alerts.alert a on a.group_key = s.group_key and a.closed_at is null
    left join alerts.silence i on i.id = a.silence_id and i.starts_at <= ${now} and i.ends_at > ${now}
    where s.ends_at > ${now} and s.starts_at <= ${now}
      and ${reach === 'all' ? sql`true` : sql`s.organisation = any(${[...reach]}::text[])`}
    order by s.inlet, s.fingerprint, s.starts_at desc
    limit ${mostListed}`
}

export interface AlertSignal {
  fingerprint: string
  startsAt: Date
  endsAt: Date | null
  labels: Record<string, string>
  generatorUrl: string | null
}

/** What folded into an alert, the newest first; by then, where the past is asked: an end that was told later was not known. */
export function listSignalsOf(
  { sql }: Context,
  alert: { groupKey: string; raisedAt: Date; closedAt?: Date | null },
  { limit, asOf }: { limit: number; asOf?: Date },
): Promise<AlertSignal[]> {
  const endsAt = sql`nullif(ends_at, 'infinity')`
  return sql<AlertSignal[]>`
    select fingerprint, starts_at, ${asOf ? sql`case when updated_at <= ${asOf} then ${endsAt} end` : endsAt} as ends_at, labels, generator_url
    from alerts.signal
    where group_key = ${alert.groupKey} and held is null and received_at >= ${alert.raisedAt}
      and received_at <= coalesce(${alert.closedAt ?? asOf ?? null}::timestamptz, 'infinity')
    order by starts_at desc, fingerprint
    limit ${limit}`
}
