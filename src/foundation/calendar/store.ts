import type { Sql } from '#platform/sql'
import type { CalendarDay, CalendarYear, WeekHours, WorkingCalendar } from './model.ts'

export interface CalendarHead {
  code: string
  name: string
  timeZone: string
  /** Organisation over which an administrator must hold the permission. */
  owner: string
  revision: string
  hoursKeptBy: 'pack' | 'office'
  packSha256: string | null
}

export async function findHead(sql: Sql, code: string): Promise<CalendarHead | undefined> {
  const [head] = await sql<CalendarHead[]>`
    select code, name, time_zone, owner, revision, hours_kept_by, pack_sha256 from calendar.calendar where code = ${code}`
  return head
}

/** Holds the calendar for the rest of the transaction: changes to it come one after the other. */
export async function lockHead(sql: Sql, code: string): Promise<CalendarHead | undefined> {
  const [head] = await sql<CalendarHead[]>`
    select code, name, time_zone, owner, revision, hours_kept_by, pack_sha256 from calendar.calendar where code = ${code} for update`
  return head
}

export interface CalendarSummary {
  code: string
  name: string
  timeZone: string
  owner: string
  organisations: string[]
  years: { year: number; state: CalendarYear['state']; unverifiedDays: number }[]
}

/** Every calendar with its years, for the page of administration. */
export async function listCalendars(sql: Sql): Promise<CalendarSummary[]> {
  return await sql<CalendarSummary[]>`
    select code, name, time_zone, owner,
      coalesce((select array_agg(organisation order by organisation)
                from calendar.assignment where calendar = code), '{}') as organisations,
      coalesce((select json_agg(json_build_object('year', year, 'state', state, 'unverifiedDays', (
                  select count(*) from calendar.day
                  where day.calendar = code and day.year = year.year and unverified)) order by year)
                from calendar.year where calendar = code), '[]') as years
    from calendar.calendar
    order by name, code`
}

export interface KeptYear extends CalendarYear {
  keptBy: 'pack' | 'office'
  changedBy: string
  changedAt: Date
}

export async function listYears(sql: Sql, code: string): Promise<KeptYear[]> {
  return await sql<KeptYear[]>`
    select year, state, citation, kept_by, changed_by, changed_at
    from calendar.year where calendar = ${code} order by year`
}

/** Columns that are null are absent in the model. */
interface DayRow extends Omit<CalendarDay, 'replaces' | 'sessions'> {
  replaces: string | null
  sessions: CalendarDay['sessions'] | null
}

const toDay = ({ replaces, sessions, unverified, ...day }: DayRow): CalendarDay => ({
  ...day,
  ...(replaces === null ? {} : { replaces }),
  ...(sessions === null ? {} : { sessions }),
  ...(unverified ? { unverified } : {}),
})

export async function listDays(sql: Sql, code: string): Promise<CalendarDay[]> {
  const rows = await sql<DayRow[]>`
    select date, kind, name, replaces, sessions, citation, unverified
    from calendar.day where calendar = ${code} order by date`
  return rows.map(toDay)
}

export async function listDaysOfYear(sql: Sql, code: string, year: number): Promise<CalendarDay[]> {
  const rows = await sql<DayRow[]>`
    select date, kind, name, replaces, sessions, citation, unverified
    from calendar.day where calendar = ${code} and year = ${year} order by date`
  return rows.map(toDay)
}

export async function listHours(sql: Sql, code: string): Promise<WeekHours[]> {
  return await sql<WeekHours[]>`
    select valid_from as "from", week, citation, unverified
    from calendar.hours where calendar = ${code} order by valid_from`
}

/** The whole calendar as it stands. */
export async function findCalendar(
  sql: Sql,
  code: string,
): Promise<(WorkingCalendar & { revision: string }) | undefined> {
  const head = await findHead(sql, code)
  if (!head) return undefined
  const { name, timeZone, revision } = head
  const years = await listYears(sql, code)
  return {
    code,
    name,
    timeZone,
    revision,
    hours: await listHours(sql, code),
    years: years.map(({ year, state, citation }) => ({ year, state, citation })),
    days: await listDays(sql, code),
  }
}

/** The calendar of the first organisation of a path that has one. */
export async function findAssigned(sql: Sql, path: readonly string[]): Promise<string | undefined> {
  const [row] = await sql<{ calendar: string }[]>`
    select calendar from calendar.assignment
    where organisation = any(${[...path]})
    order by array_position(${[...path]}::text[], organisation)
    limit 1`
  return row?.calendar
}

/** Every organisation that has a calendar of its own, and that calendar's revision. */
export const listAssignments = (sql: Sql) => sql<{ organisation: string; calendar: string; revision: string }[]>`
  select organisation, calendar, revision from calendar.assignment join calendar.calendar on code = calendar`

export async function upsertHead(sql: Sql, head: Omit<CalendarHead, 'revision' | 'hoursKeptBy'>): Promise<void> {
  await sql`
    insert into calendar.calendar (code, name, time_zone, owner, pack_sha256)
    values (${head.code}, ${head.name}, ${head.timeZone}, ${head.owner}, ${head.packSha256})
    on conflict (code) do update
    set name = excluded.name, time_zone = excluded.time_zone, owner = excluded.owner, pack_sha256 = excluded.pack_sha256`
}

export async function renewRevision(sql: Sql, code: string): Promise<void> {
  await sql`update calendar.calendar set revision = gen_random_uuid() where code = ${code}`
}

export async function markHoursKept(sql: Sql, code: string): Promise<void> {
  await sql`update calendar.calendar set hours_kept_by = 'office' where code = ${code}`
}

export async function markDaysVerified(sql: Sql, code: string, year: number): Promise<void> {
  await sql`update calendar.day set unverified = false where calendar = ${code} and year = ${year} and unverified`
}

export async function replaceAssignments(sql: Sql, code: string, organisations: readonly string[]): Promise<void> {
  await sql`delete from calendar.assignment where calendar = ${code}`
  await sql`
    insert into calendar.assignment (organisation, calendar)
    select organisation, ${code} from unnest(${[...organisations]}::text[]) as organisation
    on conflict (organisation) do update set calendar = excluded.calendar`
}

export async function replaceHours(sql: Sql, code: string, hours: readonly WeekHours[]): Promise<void> {
  await sql`delete from calendar.hours where calendar = ${code}`
  for (const { from, week, citation, unverified = false } of hours) {
    await sql`
      insert into calendar.hours (calendar, valid_from, week, citation, unverified)
      values (${code}, ${from}, ${sql.json(week)}, ${citation}, ${unverified})`
  }
}

export async function upsertYear(sql: Sql, code: string, year: KeptYear): Promise<void> {
  await sql`
    insert into calendar.year (calendar, year, state, citation, kept_by, changed_by, changed_at)
    values (${code}, ${year.year}, ${year.state}, ${year.citation}, ${year.keptBy}, ${year.changedBy}, ${year.changedAt})
    on conflict (calendar, year) do update
    set state = excluded.state, citation = excluded.citation, kept_by = excluded.kept_by,
      changed_by = excluded.changed_by, changed_at = excluded.changed_at`
}

export async function deleteDays(sql: Sql, code: string, dates: readonly string[]): Promise<void> {
  await sql`delete from calendar.day where calendar = ${code} and date = any(${[...dates]}::date[])`
}

export async function deleteDaysOfYear(sql: Sql, code: string, year: number): Promise<void> {
  await sql`delete from calendar.day where calendar = ${code} and year = ${year}`
}

export async function upsertDays(sql: Sql, code: string, days: readonly CalendarDay[]): Promise<void> {
  for (const day of days) {
    await sql`
      insert into calendar.day (calendar, date, kind, name, replaces, sessions, citation, unverified)
      values (${code}, ${day.date}, ${day.kind}, ${day.name}, ${day.replaces ?? null}, ${day.sessions ? sql.json(day.sessions) : null},
        ${day.citation}, ${day.unverified ?? false})
      on conflict (calendar, date) do update
      set kind = excluded.kind, name = excluded.name, replaces = excluded.replaces, sessions = excluded.sessions,
        citation = excluded.citation, unverified = excluded.unverified`
  }
}
