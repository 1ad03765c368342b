// The list of parts: filtered, ordered and paged by key in the database. The place in the list is the code of the last row shown.
import {
  type CompiledCalendar,
  getCalendarOf,
  instantOf,
  localDate,
  type Remaining,
  remaining,
  toDate,
  toDay,
} from '#calendar'
import { getHomePack, listDescendantCodes, searchKey, today } from '#organisations'
import type { Context } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'
import { leftAt, termsOf } from '../clock/terms.ts'
import { openStates, type SourceKind, type State } from '../model.ts'
import { getSettings, type Settings } from '../settings.ts'
import { type Part, partColumns } from '../store.ts'
import { type At, clockOf, directivesAt, isKept, partsAt } from './past.ts'
import { seenBy } from './scope.ts'

export const groups = [
  'dang-mo',
  'qua-han',
  'tuan-nay',
  'cho-xac-nhan',
  'cho-tiep-nhan',
  'cho-ban-hanh',
  'xong',
] as const
export type Group = (typeof groups)[number]
export const groupNames: Record<Group, string> = {
  'dang-mo': 'Đang thực hiện',
  'qua-han': 'Quá hạn',
  'tuan-nay': 'Đến hạn tuần này',
  'cho-xac-nhan': 'Chờ xác nhận',
  'cho-tiep-nhan': 'Chờ tiếp nhận',
  'cho-ban-hanh': 'Chờ ban hành',
  xong: 'Hoàn thành',
}

export const sorts = ['due', 'code', 'title', 'agency', 'state', 'progress', 'moved'] as const
export type Sort = (typeof sorts)[number]

export interface ListFilter {
  search?: string | undefined
  /** An agency with all below it. */
  organisation?: string | undefined
  group?: Group | undefined
  state?: State | undefined
  field?: string | undefined
  source?: SourceKind | undefined
  giver?: string | undefined
  batch?: string | undefined
  /** Due within these instants. */
  due?: { from: Date; to: Date } | undefined
  /** As it was known at an earlier moment. */
  at?: At
}

export interface ListQuestion extends ListFilter {
  sort?: string | undefined
  after?: string | undefined
  limit: number
}

export interface ListedPart extends Part {
  title: string
  words: string
  giverName: string
  giverPosition: string | null
  field: string | null
  sourceKind: SourceKind
  sourceTitle: string | null
  documentNumber: string | null
  documentOn: string | null
  batch: string | null
  recordedAt: Date
  requestKind: 'extension' | 'adjustment' | null
  /** Whether all of it was written down when it stood so; always of what is asked as of now. */
  isKept: boolean
}

/** From Monday of this week to Monday of the next, where the home pack is. */
export async function thisWeek(ctx: Pick<Context, 'sql' | 'now'>): Promise<{ from: Date; to: Date }> {
  const { timeZone } = (await getHomePack(ctx.sql)).card
  const day = toDay(localDate(ctx.now, timeZone))
  // Day 0 was a Thursday.
  const monday = day - ((((day + 3) % 7) + 7) % 7)
  return { from: instantOf(toDate(monday), '00:00', timeZone), to: instantOf(toDate(monday + 7), '00:00', timeZone) }
}

const keyOf = (sql: Sql, sort: Sort): Fragment => {
  switch (sort) {
    case 'code':
      return sql`part.code`
    case 'title':
      return sql`directive.title collate "vi-x-icu"`
    case 'agency':
      return sql`part.organisation`
    case 'state':
      return sql`part.state`
    case 'progress':
      return sql`part.progress`
    case 'moved':
      return sql`part.moved_at`
    default:
      // What is closed comes after all that is under way; what has no deadline yet stands between.
      return sql`case when part.state in ('done', 'withdrawn') then part.moved_at + interval '1000 years' else coalesce(part.due_at, '2900-01-01') end`
  }
}

// In an object: a fragment by itself would be run when it is waited for.
async function whereOf(ctx: Context, filter: ListFilter): Promise<{ where: Fragment }> {
  const { sql } = ctx
  const { at } = filter
  const now = clockOf(ctx, at)
  const conditions: Fragment[] = [seenBy(ctx)]
  for (const word of searchKey(filter.search ?? '')
    .split(' ')
    .filter(Boolean)
    .slice(0, 8))
    conditions.push(
      sql`(directive.search_key like ${`%${word.replaceAll(/[\\%_]/g, '\\$&')}%`} or lower(directive.document_number) like ${`%${word.replaceAll(/[\\%_]/g, '\\$&')}%`})`,
    )
  if (filter.organisation) {
    const codes = await listDescendantCodes(sql, filter.organisation, at ?? { asOf: await today(ctx) })
    conditions.push(sql`part.organisation = any(${codes.length > 0 ? codes : [filter.organisation]})`)
  }
  if (filter.group) conditions.push(inGroup(sql, filter.group, now, await thisWeek({ sql, now })))
  if (filter.state) conditions.push(sql`part.state = ${filter.state}`)
  if (filter.field) conditions.push(sql`directive.field = ${filter.field}`)
  if (filter.source) conditions.push(sql`directive.source_kind = ${filter.source}`)
  if (filter.giver) conditions.push(sql`directive.giver = ${filter.giver}`)
  if (filter.batch) conditions.push(sql`directive.batch = ${filter.batch}`)
  if (filter.due) conditions.push(sql`part.due_at >= ${filter.due.from} and part.due_at < ${filter.due.to}`)
  return { where: conditions.reduce((all, one) => sql`${all} and ${one}`) }
}

function inGroup(sql: Sql, group: Group, now: Date, week: { from: Date; to: Date }): Fragment {
  const open = sql`part.state = any(${openStates.filter((state) => state !== 'opinion')})`
  switch (group) {
    case 'dang-mo':
      return open
    case 'qua-han':
      return isLate(sql, now)
    case 'tuan-nay':
      return sql`${open} and part.due_at >= ${now} and part.due_at < ${week.to}`
    case 'cho-xac-nhan':
      return sql`part.state = 'awaiting-verification'`
    case 'cho-tiep-nhan':
      return sql`part.state = 'assigned'`
    case 'cho-ban-hanh':
      return sql`part.state = 'opinion'`
    case 'xong':
      return sql`part.state = 'done'`
  }
}

/** Owed and past its time; what is handed in and waits to be looked at is not late. */
export const isLate = (sql: Sql, now: Date): Fragment =>
  sql`(part.state in ('assigned', 'adjustment-asked', 'accepted', 'in-progress') and part.due_at < ${now})`

export async function listPartsBy(ctx: Context, question: ListQuestion): Promise<ListedPart[]> {
  const { sql } = ctx
  const { at } = question
  const name = question.sort?.replace(/^-/, '')
  const sort = sorts.find((one) => one === name) ?? 'due'
  const falls = question.sort?.startsWith('-') ?? false
  const key = keyOf(sql, sort)
  const { where } = await whereOf(ctx, question)
  const place = question.after
    ? sql`and (${key}, part.code) ${falls ? sql`<` : sql`>`} (
        select ${key}, part.code from ${partsAt(sql, at)} join ${directivesAt(sql, at)} on directive.code = part.directive
        where part.code = ${question.after})`
    : sql``
  const direction = falls ? sql`desc` : sql`asc`
  return sql<ListedPart[]>`
    select ${partColumns(sql)}, directive.title, directive.words, directive.giver_name, directive.giver_position, directive.field,
      directive.source_kind, directive.source_title, directive.document_number, directive.document_on, directive.batch,
      directive.recorded_at, ${isKept(sql, at)} as is_kept, request.kind as request_kind
    from ${partsAt(sql, at)} join ${directivesAt(sql, at)} on directive.code = part.directive
      left join directives.request on request.part = part.code and ${isWaiting(sql, at)}
    where ${where} ${place}
    order by ${key} ${direction}, part.code ${direction}
    limit ${question.limit}`
}

export async function countPartsBy(ctx: Context, filter: ListFilter): Promise<number> {
  const { sql } = ctx
  const { where } = await whereOf(ctx, filter)
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from ${partsAt(sql, filter.at)} join ${directivesAt(sql, filter.at)} on directive.code = part.directive
    where ${where}`
  return row?.count ?? 0
}

/** A request without an answer: one at a time. */
const isWaiting = (sql: Sql, at: At): Fragment =>
  at
    ? sql`request.asked_at <= ${at.knownAt} and (request.decided_at is null or request.decided_at > ${at.knownAt})`
    : sql`request.decision is null`

/** Words for the clock of each row. */
export async function reckoner(ctx: Context, at?: At): Promise<(part: Part) => Remaining | undefined> {
  const settings: Settings = await getSettings(ctx.sql)
  const calendar: CompiledCalendar = await getCalendarOf(ctx, (await getHomePack(ctx.sql)).card.rootOrganisation)
  return (part) => {
    const terms = termsOf(part, settings)
    if (!terms) return undefined
    return at ? leftAt(calendar, { part, terms }, at.knownAt) : remaining(calendar, terms, ctx.now)
  }
}
