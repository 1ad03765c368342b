/**
 * The one statement of a batch: occurrences that are new are kept, and fold into the open alert of their cause or open it. Both tables are
 * written in the order of their keys, so that batches that meet wait for each other and never in a circle; the unique index over open causes
 * decides who opens. Whatever the order of arrival, an alert ends with the same beginning, headline, severity and count. Rules alone
 * may take an end back: they are evaluated one at a time, and late records may say otherwise.
 */
import type { Sql } from '#platform/sql'
import type { AlertState, Inlet, Severity } from '../model.ts'
import type { Item } from './item.ts'

export interface HeldItem {
  item: Item
  held?: { how: 'silence' | 'inhibition'; by: string }
  canInhibit: boolean
  searchKey: string
}

export interface FoldedAlert {
  id: number
  code: string
  groupKey: string
  isNew: boolean
  severity: Severity
  organisation: string
  state: AlertState
  isFlapping: boolean
}

export interface FoldOutcome {
  alerts: FoldedAlert[]
  /** Occurrences told for the first time, and those of them that are held. */
  fresh: number
  held: number
}

interface FoldOptions {
  inlet: Inlet
  now: Date
  flapping: { times: number; withinMinutes: number }
  dueMinutes: Readonly<Record<Severity, number>>
}

/** Of what is told every minute, the end is moved on only when half of its time is out: the same again costs no write. */
const heartbeatMs = 150_000

export async function foldSignals(
  sql: Sql,
  items: readonly HeldItem[],
  { inlet, now, flapping, dueMinutes }: FoldOptions,
): Promise<FoldOutcome> {
  const rows = items.map(toRow)
  const freshUntil = new Date(now.getTime() + heartbeatMs)
  const flapFrom = new Date(now.getTime() - flapping.withinMinutes * 60_000)
  const [answer] = await sql<{ alerts: FoldedAlert[]; fresh: number; held: number }[]>`
    with input as (
      select * from rows from (jsonb_to_recordset(${sql.json(rows as never)}) as (fingerprint text, group_key text, starts_at timestamptz,
        ends_at timestamptz, resolved boolean, severity text, organisation text, area text, longitude float8, latitude float8,
        labels jsonb, annotations jsonb, generator_url text, subject jsonb, playbook text, origin text, headline text,
        search_key text, held text, held_by text, can_inhibit boolean, body jsonb)) with ordinality as i (fingerprint, group_key, starts_at,
        ends_at, resolved, severity, organisation, area, longitude, latitude, labels, annotations, generator_url, subject, playbook, origin,
        headline, search_key, held, held_by, can_inhibit, body, place)
    ), placed as (
      select i.*, coalesce(i.starts_at, going.starts_at, least(${now}::timestamptz, i.ends_at)) as at
      from input i
      left join lateral (
        select s.starts_at from alerts.signal s
        where i.starts_at is null and s.inlet = ${inlet} and s.fingerprint = i.fingerprint and not s.resolved
          and s.ends_at > ${now}
        order by s.starts_at desc limit 1) going on true
    ), kept as (
      insert into alerts.signal as s (inlet, fingerprint, starts_at, ends_at, resolved, group_key, severity, organisation, labels,
        annotations, generator_url, received_at, updated_at, held, held_by, can_inhibit, body)
      select ${inlet}, fingerprint, at, ends_at, resolved, group_key, severity, organisation, labels, annotations, generator_url,
        ${now}, ${now}, held, held_by, can_inhibit, body
      from placed order by fingerprint, at
      on conflict (inlet, fingerprint, starts_at) do update set
        ends_at = case when s.inlet = 'rule' then excluded.ends_at when s.resolved then s.ends_at
          when excluded.resolved then excluded.ends_at else greatest(s.ends_at, excluded.ends_at) end,
        resolved = case when s.inlet = 'rule' then excluded.resolved else s.resolved or excluded.resolved end, annotations = excluded.annotations, updated_at = excluded.updated_at
      where excluded.resolved is distinct from s.resolved or (s.inlet = 'rule' and excluded.ends_at <> s.ends_at)
        or s.annotations <> excluded.annotations or (excluded.ends_at > s.ends_at and s.ends_at < ${freshUntil})
      returning s.fingerprint, s.starts_at, s.held, s.xmax = 0 as is_fresh
    ), counted as (
      -- Narrow: what the alert says of itself is read of the one row of its earliest signal.
      select p.group_key, count(*) as times, min(p.at) as first_at, max(p.at) as last_at, min(${rank(sql, 'p.severity')}) as worst,
        bool_or(not p.resolved) as goes_on, max(p.ends_at) as over_at, (array_agg(p.place order by p.at, p.fingerprint))[1] as first
      from kept k join placed p on p.fingerprint = k.fingerprint and p.at = k.starts_at
      where k.is_fresh and k.held is null
      group by p.group_key
    ), raised as (
      insert into alerts.alert as a (group_key, inlet, origin, headline, search_key, severity, organisation, area, longitude, latitude,
        labels, annotations, subject, playbook, first_key, starts_at, last_at, raised_at, since, count, ended_at, due_at)
      select p.group_key, ${inlet}, p.origin, p.headline, p.search_key, ('{critical,high,medium,low}'::text[])[c.worst], p.organisation,
        p.area, p.longitude, p.latitude, p.labels, p.annotations, p.subject, p.playbook, p.fingerprint, c.first_at, c.last_at, ${now},
        ${now}, c.times, case when not c.goes_on then c.over_at end,
        ${now}::timestamptz + make_interval(secs => 60 * case c.worst when 1 then ${dueMinutes.critical}::float8
          when 2 then ${dueMinutes.high}::float8 when 3 then ${dueMinutes.medium}::float8 else ${dueMinutes.low}::float8 end)
      from counted c join placed p on p.place = c.first order by p.group_key
      on conflict (group_key) where closed_at is null do update set
        count = a.count + excluded.count, last_at = greatest(a.last_at, excluded.last_at),
        starts_at = least(a.starts_at, excluded.starts_at),
        severity = case when ${rank(sql, 'excluded.severity')} < ${rank(sql, 'a.severity')} then excluded.severity else a.severity end,
        headline = ${earlier(sql, 'headline')}, search_key = ${earlier(sql, 'search_key')}, labels = ${earlier(sql, 'labels')},
        annotations = ${earlier(sql, 'annotations')}, subject = ${earlier(sql, 'subject')},
        first_key = ${earlier(sql, 'first_key')}, area = ${earlier(sql, 'area')}, longitude = ${earlier(sql, 'longitude')},
        latitude = ${earlier(sql, 'latitude')}, ended_at = case when excluded.ended_at is null then null else a.ended_at end,
        since = excluded.since, toggles = case when a.ended_at is null then a.toggles when a.toggled_at > ${flapFrom} then a.toggles + 1 else 1 end,
        toggled_at = case when a.ended_at is null then a.toggled_at else ${now}::timestamptz end,
        flapping_since = case when a.ended_at is not null and a.toggled_at > ${flapFrom} and a.toggles + 1 >= ${flapping.times}
          then coalesce(a.flapping_since, ${now}::timestamptz) else a.flapping_since end
      returning a.id, a.code, a.group_key, a.xmax = 0 as is_new, a.severity, a.organisation, a.state,
        a.flapping_since = ${now}::timestamptz as is_flapping
    )
    select (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'code', r.code, 'groupKey', r.group_key, 'isNew', r.is_new,
        'severity', r.severity, 'organisation', r.organisation, 'state', r.state, 'isFlapping', coalesce(r.is_flapping, false))
        order by r.id), '[]') from raised r) as alerts,
      (select count(*) from kept where is_fresh) as fresh,
      (select count(*) from kept where is_fresh and held is not null) as held`
  return answer ?? { alerts: [], fresh: 0, held: 0 }
}

const rank = (sql: Sql, column: string) => sql.unsafe(`array_position('{critical,high,medium,low}'::text[], ${column})`)

/** What the alert says of itself comes of its earliest signal. */
const earlier = (sql: Sql, column: string) =>
  sql.unsafe(
    `case when (excluded.starts_at, excluded.first_key) < (a.starts_at, a.first_key) then excluded.${column} else a.${column} end`,
  )

function toRow({ item, held, canInhibit, searchKey }: HeldItem) {
  const { labels, annotations, subject, point } = item
  const row = {
    fingerprint: item.fingerprint,
    group_key: item.groupKey,
    starts_at: item.startsAt,
    ends_at: item.endsAt ?? item.expiresAt ?? 'infinity',
    resolved: item.endsAt !== undefined,
    severity: item.severity,
    organisation: item.organisation,
    area: item.area,
    longitude: point?.[0],
    latitude: point?.[1],
    labels,
    annotations,
    generator_url: item.generatorUrl,
    subject,
    playbook: item.playbook,
    origin: item.origin,
    headline: item.headline,
    search_key: searchKey,
    held: held?.how,
    held_by: held?.by,
    can_inhibit: canInhibit,
  }
  return held ? { ...row, body: item } : row
}

/** Alerts whose signals are all over have an end, those with one that goes on have none. @returns those that are over now */
export async function followEnds(sql: Sql, groupKeys: readonly string[], now: Date): Promise<number[]> {
  const rows = await sql<{ id: number; isOver: boolean }[]>`
    with told as (
      select a.id, a.ended_at, e.ended_at as over_at
      from alerts.alert a
      cross join lateral (
        -- The last end alone, by the index: a cause may have very many signals.
        select case when l.ends_at <= ${now}::timestamptz then l.ends_at end as ended_at
        from (select (select s.ends_at from alerts.signal s where s.group_key = a.group_key and s.held is null
          order by s.ends_at desc limit 1) as ends_at) l) e
      where a.closed_at is null and a.group_key = any(${[...groupKeys]}::text[])
      order by a.group_key
      for update of a
    )
    update alerts.alert a set ended_at = t.over_at, since = ${now}
    from told t where a.id = t.id and a.ended_at is distinct from t.over_at
    returning a.id, a.ended_at is not null as is_over`
  return rows.filter(({ isOver }) => isOver).map(({ id }) => id)
}
