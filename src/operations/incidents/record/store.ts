import type { StoredFile } from '#files'
import type { Reach } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import type { IncidentState, Kind, LogKind } from '../model.ts'
import { rowsAt } from '../past-store.ts'

export interface Incident {
  code: string
  exercise: boolean
  kind: Kind
  title: string
  levelScale: 'risk' | 'severity'
  level: string
  organisation: string
  area: string | null
  place: string
  longitude: number | null
  latitude: number | null
  commander: string | null
  commanderName: string | null
  state: IncidentState
  round: number
  alert: string | null
  playbook: string | null
  playbookVersion: number | null
  startedAt: Date
  openedAt: Date
  openedBy: string
  openedName: string
  closedAt: Date | null
  conclusion: string | null
}

/** A row of the list: with how far its tasks are. */
export interface IncidentRow extends Incident {
  stepsDone: number
  stepsTotal: number
  stepsLate: number
}

const columns = (sql: Sql) => sql`
  i.code, i.exercise, i.kind, i.title, i.level_scale, i.level, i.organisation, i.area, i.place, i.longitude, i.latitude,
  i.commander, i.commander_name, i.state, i.round, i.alert, i.playbook, i.playbook_version, i.started_at, i.opened_at,
  i.opened_by, i.opened_name, i.closed_at, i.conclusion`

/** Of the organisations in reach, or with a task for one of them. */
const within = (sql: Sql, reach: Reach): Fragment => {
  if (reach === 'all') return sql`true`
  const codes = [...reach]
  return sql`(i.organisation = any(${codes}::text[]) or exists (
    select from incidents.task r where r.incident = i.code and r.organisation = any(${codes}::text[])))`
}

/** @param at as of an earlier moment */
export async function findIncident(
  sql: Sql,
  code: string,
  { reach, at }: { reach: Reach; at?: Date },
): Promise<Incident | undefined> {
  const [row] = await sql<Incident[]>`
    select ${columns(sql)} from ${rowsAt(sql, 'incident', at, sql`k.scope = ${code}`)} i
    where i.code = ${code} and ${within(sql, reach)}`
  return row
}

export async function lockIncident(sql: Sql, code: string): Promise<Incident | undefined> {
  const [row] = await sql<
    Incident[]
  >`select ${columns(sql)} from incidents.incident i where i.code = ${code} for no key update`
  return row
}

export const listOrders = ['started', 'code', 'title', 'level'] as const
export type ListOrder = (typeof listOrders)[number]

export interface IncidentQuery {
  reach: Reach
  exercise?: boolean
  state?: IncidentState
  kind?: string
  words?: string
  order: ListOrder
  falling: boolean
  /** Of the last row shown: its value of the order, and its code. */
  after?: { value: string; code: string }
  /** As of an earlier moment. */
  at?: Date
  limit: number
}

const orderValue = (sql: Sql, order: ListOrder): Fragment => {
  if (order === 'started') return sql`to_char(i.started_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS')`
  if (order === 'title') return sql`i.title`
  // The gravest last where it rises: risk levels by number, severities from low to critical.
  if (order === 'level')
    return sql`case when i.level_scale = 'risk' then '1' || i.level
      else '0' || array_position(array['low', 'medium', 'high', 'critical'], i.level)::text end`
  return sql`i.code`
}

export function listIncidents(sql: Sql, query: IncidentQuery): Promise<(IncidentRow & { orderValue: string })[]> {
  const { order, falling, after } = query
  const value = orderValue(sql, order)
  const direction = falling ? sql`desc` : sql`asc`
  const beyond = after
    ? falling
      ? sql`and (${value}, i.code) < (${after.value}, ${after.code})`
      : sql`and (${value}, i.code) > (${after.value}, ${after.code})`
    : sql``
  const words = query.words ? `%${query.words.replace(/[\\%_]/g, '\\$&')}%` : undefined
  // The page first, then how far the tasks of its rows are.
  return sql<(IncidentRow & { orderValue: string })[]>`
    select ${columns(sql)}, i.order_value, coalesce(t.done, 0)::int as steps_done, coalesce(t.total, 0)::int as steps_total,
      coalesce(t.late, 0)::int as steps_late
    from (
      select ${columns(sql)}, ${value} as order_value from ${rowsAt(sql, 'incident', query.at)} i
      where ${within(sql, query.reach)}
        ${query.exercise === undefined ? sql`` : sql`and i.exercise = ${query.exercise}`}
        ${query.state ? sql`and i.state = ${query.state}` : sql``}
        ${query.kind ? sql`and i.kind = ${query.kind}` : sql``}
        ${words ? sql`and (i.code ilike ${words} or i.title ilike ${words} or i.place ilike ${words})` : sql``}
        ${beyond}
      order by ${value} ${direction}, i.code ${direction} limit ${query.limit}) i
    left join lateral (
      select count(*) filter (where state in ('done', 'skipped')) as done, count(*) as total,
        count(*) filter (where state = 'open' and late_at is not null) as late
      from ${rowsAt(sql, 'task', query.at, sql`k.scope = i.code`)} of_it where incident = i.code) t on true
    order by i.order_value ${direction}, i.code ${direction}`
}

/** How all that had been opened by a moment stood then was kept. */
export async function isKept(sql: Sql, at: Date): Promise<boolean> {
  const [row] = await sql<{ isKept: boolean }[]>`
    select not exists (select from incidents.incident i where i.opened_at <= ${at} and not exists (
      select from incidents.kept k where k.thing = 'incident' and k.scope = i.code and k.at <= ${at})) as is_kept`
  return row?.isKept ?? false
}

/** Real incidents and exercises are counted apart, always. */
export async function countOpen(sql: Sql, reach: Reach, at?: Date): Promise<{ real: number; exercise: number }> {
  const [row] = await sql<{ real: number; exercise: number }[]>`
    select count(*) filter (where not i.exercise)::int as real, count(*) filter (where i.exercise)::int as exercise
    from ${rowsAt(sql, 'incident', at)} i where i.state = 'open' and ${within(sql, reach)}`
  return row ?? { real: 0, exercise: 0 }
}

/** The next number of a year: "TH-2026-0007", of exercises "DT-2026-0003". */
export async function takeCode(sql: Sql, prefix: string): Promise<string> {
  const [row] = await sql<{ last: number }[]>`
    insert into incidents.counter as c (prefix, last) values (${prefix}, 1)
    on conflict (prefix) do update set last = c.last + 1 returning last`
  return `${prefix}-${String(row?.last ?? 0).padStart(4, '0')}`
}

export type NewIncident = Omit<
  Incident,
  'commander' | 'commanderName' | 'state' | 'round' | 'closedAt' | 'conclusion'
> & { formKey: string }

export async function insertIncident(sql: Sql, one: NewIncident): Promise<void> {
  await sql`
    insert into incidents.incident
      (code, exercise, kind, title, level_scale, level, organisation, area, place, longitude, latitude, state, alert, playbook,
       playbook_version, started_at, opened_at, opened_by, opened_name, form_key)
    values (${one.code}, ${one.exercise}, ${one.kind}, ${one.title}, ${one.levelScale}, ${one.level}, ${one.organisation},
      ${one.area}, ${one.place}, ${one.longitude}, ${one.latitude}, 'open', ${one.alert}, ${one.playbook},
      ${one.playbookVersion}, ${one.startedAt}, ${one.openedAt}, ${one.openedBy}, ${one.openedName}, ${one.formKey})`
}

/** What this form, or a real incident that still runs of this alert, has opened already. */
export async function findOpened(
  sql: Sql,
  { formKey, alert }: { formKey: string; alert?: string },
): Promise<{ code: string; isSameForm: boolean } | undefined> {
  const [row] = await sql<{ code: string; isSameForm: boolean }[]>`
    select code, form_key = ${formKey} as is_same_form from incidents.incident
    where form_key = ${formKey} or (alert = ${alert ?? null} and state = 'open' and not exercise)
    order by (form_key = ${formKey}) desc limit 1`
  return row
}

/** Two forms sent at once are put in order by this. */
export async function lockOpening(sql: Sql, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`incidents ${name}`}, 0))`
}

export async function setCommander(sql: Sql, code: string, by: { account: string; name: string }): Promise<void> {
  await sql`update incidents.incident set commander = ${by.account}, commander_name = ${by.name} where code = ${code}`
}

export async function setClosed(sql: Sql, code: string, at: Date, conclusion: string): Promise<void> {
  await sql`
    update incidents.incident set state = 'closed', closed_at = ${at}, conclusion = ${conclusion} where code = ${code}`
}

export async function setReopened(sql: Sql, code: string): Promise<void> {
  await sql`
    update incidents.incident set state = 'open', closed_at = null, round = round + 1 where code = ${code}`
}

export async function setLevel(sql: Sql, code: string, level: string): Promise<void> {
  await sql`update incidents.incident set level = ${level} where code = ${code}`
}

// The log -----------------------------------------------------------------------------------------------------------

export interface LogEntry {
  id: number
  at: Date
  happenedAt: Date
  kind: LogKind
  text: string
  author: string
  authorName: string
  corrects: number | null
  /** The entry that corrects this one. */
  correctedBy: number | null
  task: number | null
  bulletin: number | null
  file: StoredFile | null
}

export interface NewLogEntry {
  incident: string
  exercise: boolean
  at: Date
  happenedAt: Date
  kind: LogKind
  text: string
  author: string
  authorName: string
  corrects?: number
  task?: number
  bulletin?: number
  file?: StoredFile
  formKey?: string
}

/** @returns its number; nothing where this form has been taken in before. */
export async function insertLog(sql: Sql, one: NewLogEntry): Promise<number | undefined> {
  const [row] = await sql<{ id: number }[]>`
    insert into incidents.log_entry
      (incident, exercise, at, happened_at, kind, text, author, author_name, corrects, task, bulletin, file, form_key)
    values (${one.incident}, ${one.exercise}, ${one.at}, ${one.happenedAt}, ${one.kind}, ${one.text}, ${one.author},
      ${one.authorName}, ${one.corrects ?? null}, ${one.task ?? null}, ${one.bulletin ?? null},
      ${one.file ? sql.json(one.file as never) : null}, ${one.formKey ?? null})
    on conflict (form_key) do nothing returning id`
  return row?.id
}

export function listLog(
  sql: Sql,
  query: { incident: string; kind?: string; before?: number; limit: number; at?: Date },
): Promise<LogEntry[]> {
  const writtenBy = (at: Fragment) => (query.at ? sql`and ${at} <= ${query.at}` : sql``)
  return sql<LogEntry[]>`
    select e.id, e.at, e.happened_at, e.kind, e.text, e.author, e.author_name, e.corrects, e.task, e.bulletin, e.file,
      (select max(c.id) from incidents.log_entry c where c.corrects = e.id ${writtenBy(sql`c.at`)}) as corrected_by
    from incidents.log_entry e where e.incident = ${query.incident} ${writtenBy(sql`e.at`)}
      ${query.kind ? sql`and e.kind = ${query.kind}` : sql``}
      ${query.before ? sql`and e.id < ${query.before}` : sql``}
    order by e.id desc limit ${query.limit}`
}

export async function hasLogEntry(sql: Sql, incident: string, id: number): Promise<boolean> {
  const [row] = await sql`select from incidents.log_entry where incident = ${incident} and id = ${id}`
  return row !== undefined
}

/** A file of this incident, as it was given to its log or to one of its tasks. */
export async function findFile(sql: Sql, incident: string, sha256: string): Promise<StoredFile | undefined> {
  const [row] = await sql<{ file: StoredFile }[]>`
    select file from incidents.log_entry where incident = ${incident} and file->>'sha256' = ${sha256}
    union all select file from incidents.task where incident = ${incident} and file->>'sha256' = ${sha256} limit 1`
  return row?.file
}

/** The incidents to whose log or tasks a content was given. */
export async function listIncidentsWithFile(sql: Sql, sha256: string): Promise<string[]> {
  const rows = await sql<{ incident: string }[]>`
    select incident from incidents.log_entry where file->>'sha256' = ${sha256}
    union select incident from incidents.task where file->>'sha256' = ${sha256} order by incident limit 20`
  return rows.map(({ incident }) => incident)
}

// Places ------------------------------------------------------------------------------------------------------------

export interface Place {
  id: number
  name: string
  role: string
  area: string | null
  longitude: number | null
  latitude: number | null
  note: string | null
  addedName: string
  addedAt: Date
}

export function listPlaces(sql: Sql, incident: string, at?: Date): Promise<Place[]> {
  return sql<Place[]>`
    select id, name, role, area, longitude, latitude, note, added_name, added_at from incidents.place
    where incident = ${incident} ${at ? sql`and added_at <= ${at}` : sql``} order by id limit 200`
}

export type NewPlace = Omit<Place, 'id'> & { incident: string; exercise: boolean; addedBy: string; formKey: string }

export async function insertPlace(sql: Sql, one: NewPlace): Promise<boolean> {
  const rows = await sql`
    insert into incidents.place
      (incident, exercise, name, role, area, longitude, latitude, note, added_by, added_name, added_at, form_key)
    values (${one.incident}, ${one.exercise}, ${one.name}, ${one.role}, ${one.area}, ${one.longitude}, ${one.latitude},
      ${one.note}, ${one.addedBy}, ${one.addedName}, ${one.addedAt}, ${one.formKey})
    on conflict (form_key) do nothing`
  return rows.count > 0
}
