/**
 * Cases from their events. A case row says what the last of its events says of the case (by time, then by key), so it is the same
 * whatever order the events arrived in. Where the log does not say when the case began, it began with its first event.
 */
import type { Context } from '#platform/context'
import { keepFormer } from './former.ts'

const columns = [
  'record_id',
  'part',
  'organisation',
  'receiving_organisation',
  'area',
  'case_type',
  'channel',
  'state',
  'started_at',
  'started_on',
  'due_at',
  'due_on',
  'ended_at',
  'ended_on',
  'attributes',
]

/** Makes the rows of these cases anew and leaves touches for every cell they leave or enter. */
export async function deriveCases(
  { sql, now }: Pick<Context, 'sql' | 'now'>,
  source: string,
  caseIds: readonly string[],
  receivedAt: Date,
): Promise<void> {
  if (caseIds.length === 0) return
  let names = sql`record_id`
  let assignments = sql`record_id = excluded.record_id`
  for (const column of columns.slice(1)) {
    names = sql`${names}, ${sql(column)}`
    assignments = sql`${assignments}, ${sql(column)} = excluded.${sql(column)}`
  }
  await sql`
    with affected as materialized (select distinct unnest(${[...caseIds]}::text[]) as case_id),
    before as materialized (
      select p.* from affected a join warehouse.process_case p on p.source = ${source} and p.case_id = a.case_id
    ),
    wanted as materialized (
      select a.case_id, l.record_id, l.part, l.organisation, l.receiving_organisation, l.area, l.case_type, l.channel, l.state,
        coalesce(l.started_at, f.occurred_at) as started_at,
        case when l.started_at is null then f.occurred_on else l.started_on end as started_on,
        l.due_at, l.due_on, l.ended_at, l.ended_on, l.case_attributes as attributes
      from affected a
      cross join lateral (
        select e.*
        from warehouse.case_event e
        -- One look-up an event: a growing table without statistics would be read whole for every case.
        cross join lateral (select r.key from warehouse.record r where r.id = e.record_id offset 0) r
        where e.source = ${source} and e.case_id = a.case_id and e.occurred_at =
          (select max(m.occurred_at) from warehouse.case_event m where m.source = ${source} and m.case_id = a.case_id)
        order by r.key collate "C" desc, e.part desc limit 1) l
      cross join lateral (
        select e.occurred_at, e.occurred_on from warehouse.case_event e
        where e.source = ${source} and e.case_id = a.case_id order by e.occurred_at limit 1) f
    ),
    removed as (
      delete from warehouse.process_case p using affected a
      where p.source = ${source} and p.case_id = a.case_id and not exists (select from wanted w where w.case_id = a.case_id)
    ),
    written as (
      insert into warehouse.process_case (source, case_id, ${names})
      select ${source}, case_id, ${names} from wanted
      on conflict (source, case_id) do update set ${assignments}
    ),
    changed as (
      select b.case_id from before b left join wanted w using (case_id)
      where (b.organisation, b.area, b.started_on, b.due_on, b.ended_on, b.state, b.channel, b.case_type, b.receiving_organisation,
          b.started_at, b.due_at, b.ended_at, b.attributes)
        is distinct from (w.organisation, w.area, w.started_on, w.due_on, w.ended_on, w.state, w.channel, w.case_type,
          w.receiving_organisation, w.started_at, w.due_at, w.ended_at, w.attributes)
      union all
      select w.case_id from wanted w left join before b using (case_id) where b.case_id is null
    ),
    gone as (
      select b.* from before b left join wanted w using (case_id)
      where case_id in (select case_id from changed) or b.record_id is distinct from w.record_id
    ),
    kept as (${keepFormer(sql, 'case', now)}),
    cells as (
      select x.organisation, coalesce(x.area, '') as area, d.field, d.day
      from (
        select organisation, area, started_on, due_on, ended_on from before where case_id in (select case_id from changed)
        union all
        select organisation, area, started_on, due_on, ended_on from wanted where case_id in (select case_id from changed)) x
      cross join lateral (values ('startedOn', x.started_on), ('dueOn', x.due_on), ('endedOn', x.ended_on), ('', null)) as d (field, day)
      where d.field = '' or d.day is not null
    )
    insert into warehouse.touch (source, kind, field, organisation, area, day, received_at)
    select distinct ${source}, 'case', field, organisation, area, day, ${receivedAt}::timestamptz from cells`
}
