// Calendars as they were known at an earlier moment: each change keeps the whole calendar as it stood before.

import type { Sql } from '#platform/sql'
import type { WorkingCalendar } from './model.ts'
import { type CalendarHead, findCalendar, findHead, type KeptYear, listAssignments, listYears } from './store.ts'

/** Keeps the calendar as it stands, before it changes. */
export async function keepCalendar(sql: Sql, code: string, at: Date): Promise<void> {
  await sql`
    insert into calendar.former (calendar, until, body)
    select code, ${at}, jsonb_strip_nulls(jsonb_build_object('name', name, 'timeZone', time_zone, 'owner', owner,
      'organisations', coalesce((select jsonb_agg(organisation order by organisation) from calendar.assignment where calendar = code), '[]'),
      'hours', coalesce((select jsonb_agg(jsonb_build_object('from', valid_from, 'week', week, 'citation', citation,
        'unverified', unverified) order by valid_from) from calendar.hours where calendar = code), '[]'),
      'years', coalesce((select jsonb_agg(jsonb_build_object('year', year, 'state', state, 'citation', citation, 'keptBy', kept_by,
        'changedBy', changed_by, 'changedAt', changed_at) order by year) from calendar.year where calendar = code), '[]'),
      'days', coalesce((select jsonb_agg(jsonb_build_object('date', date, 'kind', kind, 'name', name, 'replaces', replaces,
        'sessions', sessions, 'citation', citation, 'unverified', unverified) order by date)
        from calendar.day where calendar = code), '[]')))
    from calendar.calendar where code = ${code}`
}

interface Body extends Pick<WorkingCalendar, 'name' | 'timeZone' | 'hours' | 'days'>, Pick<CalendarHead, 'owner'> {
  organisations: string[]
  years: (Omit<KeptYear, 'changedAt'> & { changedAt: string })[]
}

async function findFormer(sql: Sql, code: string, at: Date): Promise<{ id: number; body: Body } | undefined> {
  const [row] = await sql<{ id: number; body: Body }[]>`
    select id, body from calendar.former where calendar = ${code} and until > ${at} order by until, id limit 1`
  return row
}

export interface CalendarThen {
  /** Names this state of it, as `revision` names the present one. */
  revision: string
  calendar: WorkingCalendar
  /** Those that had been written down by then. */
  years: KeptYear[]
  owner: string
}

/** As it stood at a moment; where no earlier state is kept, the earliest that is, with the years known by then. */
export async function findCalendarAt(sql: Sql, code: string, at: Date): Promise<CalendarThen | undefined> {
  const former = await findFormer(sql, code, at)
  const known = (years: readonly KeptYear[]) => years.filter(({ changedAt }) => changedAt <= at)
  if (former) {
    const { name, timeZone, owner, hours, days, years } = former.body
    const kept = years.map((year) => ({ ...year, changedAt: new Date(year.changedAt) }))
    const stated = kept.map(({ year, state, citation }) => ({ year, state, citation }))
    const calendar = { code, name, timeZone, hours, days, years: stated }
    return { revision: `former ${former.id}`, calendar, years: known(kept), owner }
  }
  const [head, found] = [await findHead(sql, code), await findCalendar(sql, code)]
  if (!head || !found) return undefined
  const { revision, ...calendar } = found
  return { revision, calendar, years: known(await listYears(sql, code)), owner: head.owner }
}

/** The calendar of the first organisation of a path that had one at a moment. */
export async function findAssignedAt(sql: Sql, path: readonly string[], at: Date): Promise<string | undefined> {
  const former = await sql<{ calendar: string; organisations: string[] }[]>`
    select distinct on (calendar) calendar, body -> 'organisations' as organisations from calendar.former
    where until > ${at} order by calendar, until, id`
  const replaced = new Set(former.map(({ calendar }) => calendar))
  const own = new Map([
    ...(await listAssignments(sql))
      .filter(({ calendar }) => !replaced.has(calendar))
      .map(({ organisation, calendar }) => [organisation, calendar] as const),
    ...former.flatMap(({ calendar, organisations }) => organisations.map((one) => [one, calendar] as const)),
  ])
  const nearest = path.find((organisation) => own.has(organisation))
  return nearest === undefined ? undefined : own.get(nearest)
}
