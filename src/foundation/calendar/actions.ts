import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { appendEntry, type Json } from '#ledger'
import { ancestorsOf, homeToday, type OrganisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound } from '#platform/errors'
import { findAssignedAt, findCalendarAt, keepCalendar } from './former.ts'
import { recountJob } from './jobs.ts'
import { type CalendarDay, type CalendarYear, type WeekHours, WorkingCalendar } from './model.ts'
import { firstDifference } from './recount/difference.ts'
import { insertRecount } from './recount/store.ts'
import { type HolidayChoices, proposeHolidays } from './rules/holidays.ts'
import { assembleCalendars, CalendarPackFile, type PackCalendar } from './rules/pack-files.ts'
import { type CompiledCalendar, compileCalendar } from './rules/working-time.ts'
import {
  deleteDays,
  deleteDaysOfYear,
  findAssigned,
  findCalendar,
  findHead,
  listAssignments,
  listDays,
  listDaysOfYear,
  listHours,
  listYears,
  lockHead,
  markDaysVerified,
  markHoursKept,
  renewRevision,
  replaceAssignments,
  replaceHours,
  upsertDays,
  upsertHead,
  upsertYear,
} from './store.ts'

// Compiled forms by revision: a revision never changes its meaning, so nothing here can be stale.
const compiledByRevision = new Map<string, CompiledCalendar>()
const compiledKept = 32

/** A calendar ready for reckoning; as it was known at a moment, where one is named. */
export async function getCalendar({ sql }: Pick<Context, 'sql'>, code: string, at?: Date): Promise<CompiledCalendar> {
  if (at) {
    const then = await findCalendarAt(sql, code, at)
    if (!then) throw notFound('calendar', code)
    return compiledByRevision.get(then.revision) ?? keepCompiled(then.revision, then.calendar)
  }
  const head = await findHead(sql, code)
  if (!head) throw notFound('calendar', code)
  return compiledByRevision.get(head.revision) ?? compile(sql, code)
}

async function compile(sql: Context['sql'], code: string): Promise<CompiledCalendar> {
  const found = await findCalendar(sql, code)
  if (!found) throw notFound('calendar', code)
  const { revision, ...calendar } = found
  return keepCompiled(revision, calendar)
}

function keepCompiled(revision: string, calendar: WorkingCalendar): CompiledCalendar {
  const compiled = compileCalendar(calendar)
  const [oldest] = compiledByRevision.keys()
  if (oldest !== undefined && compiledByRevision.size >= compiledKept) compiledByRevision.delete(oldest)
  compiledByRevision.set(revision, compiled)
  return compiled
}

/**
 * The calendar by which an organisation works: its own, else its nearest superior's, today or on a day of the past; with `knownAt` as
 * all of it was known then.
 */
export async function getCalendarOf(
  ctx: Pick<Context, 'sql' | 'now'>,
  organisation: string,
  on?: string | { asOf: string; knownAt: Date },
): Promise<CompiledCalendar> {
  const past = typeof on === 'object' ? on : undefined
  const superiors = await ancestorsOf(
    ctx.sql,
    organisation,
    typeof on === 'object' ? on : { asOf: on ?? (await today(ctx)) },
  )
  const path = [organisation, ...superiors.map((row) => row.code).toReversed()]
  const code = await (past ? findAssignedAt(ctx.sql, path, past.knownAt) : findAssigned(ctx.sql, path))
  if (!code) throw notFound('calendar', organisation)
  return getCalendar(ctx, code, past?.knownAt)
}

/**
 * Finds the calendar by which any organisation works today: for lists, in a few statements however many organisations there are.
 * `instead` stands in for the one of its code, to see what it would do.
 */
export async function calendarFinder(
  ctx: Pick<Context, 'sql' | 'now'>,
  { instead, tree: known }: { instead?: CompiledCalendar; tree?: OrganisationTree } = {},
): Promise<(organisation: string) => CompiledCalendar | undefined> {
  const assigned = await listAssignments(ctx.sql)
  const tree = known ?? (await homeToday(ctx)).tree
  const compiled = new Map<string, CompiledCalendar>()
  for (const { calendar: code, revision } of assigned) {
    if (compiled.has(code)) continue
    const own = compiledByRevision.get(revision)
    compiled.set(code, code === instead?.calendar.code ? instead : (own ?? (await compile(ctx.sql, code))))
  }
  const own = new Map(assigned.map(({ organisation, calendar }) => [organisation, compiled.get(calendar)]))
  return (organisation) => {
    const nearest = (tree.find(organisation)?.path ?? [organisation]).findLast((step) => own.has(step))
    return nearest === undefined ? undefined : own.get(nearest)
  }
}

/** Takes in packs/<pack>/calendars. What the office keeps is left as it is; unchanged files cost one look. */
export async function loadCalendars(ctx: Context, packDir: string): Promise<void> {
  for (const packed of assembleCalendars(await readPackFiles(join(packDir, 'calendars')))) {
    const packSha256 = createHash('sha256').update(JSON.stringify(packed)).digest('hex')
    const head = await findHead(ctx.sql, packed.calendar.code)
    if (head?.packSha256 === packSha256) continue
    await ctx.transaction((ctx) => takeIn(ctx, packed, packSha256))
    ctx.log.info({ calendar: packed.calendar.code }, 'Calendar taken in from the pack')
  }
}

async function readPackFiles(folder: string): Promise<CalendarPackFile[]> {
  const names = await readdir(folder).catch(noneIfMissing)
  const yaml = names.filter((name) => name.endsWith('.yaml')).toSorted()
  return Promise.all(
    yaml.map(async (name) => {
      const read = CalendarPackFile.safeParse(parse(await readFile(join(folder, name), 'utf8')))
      if (!read.success) throw new Error(`${join(folder, name)}: ${read.error.message}`, { cause: read.error })
      return read.data
    }),
  )
}

function noneIfMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return []
  throw error
}

async function takeIn(ctx: Context, { calendar, owner, appliesTo }: PackCalendar, packSha256: string): Promise<void> {
  const { code, name, timeZone, hours, years, days } = calendar
  const before = await findCompiled(ctx, code)
  const assigned = await listAssignments(ctx.sql)
  await keepCalendar(ctx.sql, code, ctx.now)
  await upsertHead(ctx.sql, { code, name, timeZone, owner, packSha256 })
  const head = await lockHead(ctx.sql, code)
  await replaceAssignments(ctx.sql, code, appliesTo)
  if (head?.hoursKeptBy !== 'office') await replaceHours(ctx.sql, code, hours)
  const kept = await listYears(ctx.sql, code)
  const free = years.filter(({ year }) => !kept.some((own) => own.year === year && own.keptBy === 'office'))
  for (const year of free) {
    await upsertYear(ctx.sql, code, { ...year, keptBy: 'pack', changedBy: accountOf(ctx), changedAt: ctx.now })
    await deleteDaysOfYear(ctx.sql, code, year.year)
    await upsertDays(
      ctx.sql,
      code,
      days.filter(({ date }) => yearOf(date) === year.year),
    )
  }
  const taken = free.map(({ year }) => year)
  await finishChange(
    ctx,
    { code, owner },
    { action: 'calendar.loaded', body: { years: taken, packSha256 } },
    { compiled: before, isNewToSome: assigned.length > 0 && isNewToSome(assigned, code, appliesTo) },
  )
}

/** Somebody will work by this calendar who did not, or no longer by it. */
function isNewToSome(
  assigned: readonly { organisation: string; calendar: string }[],
  code: string,
  appliesTo: readonly string[],
): boolean {
  const own = new Set(assigned.filter(({ calendar }) => calendar === code).map(({ organisation }) => organisation))
  return own.size !== appliesTo.length || appliesTo.some((organisation) => !own.has(organisation))
}

async function findCompiled({ sql }: Pick<Context, 'sql'>, code: string): Promise<CompiledCalendar | undefined> {
  const found = await findCalendar(sql, code)
  return found && found.hours.length > 0 ? compileCalendar(found) : undefined
}

export interface DayChanges {
  set: CalendarDay[]
  /** Dates that become ordinary days again. */
  remove: string[]
  /** The document that orders the change. */
  citation: string
}

/** Changes days together, so that both halves of a swap come and go at once. The years then belong to the office. */
export async function changeCalendarDays(ctx: Context, code: string, changes: DayChanges): Promise<void> {
  const years = [...new Set([...changes.set.map(({ date }) => date), ...changes.remove].map(yearOf))].toSorted()
  if (years.length === 0) throw invalid('Chưa chọn ngày nào để thay đổi.')
  await changeCalendar(ctx, code, async (ctx) => {
    const known = await listYears(ctx.sql, code)
    for (const year of years) {
      const own = known.find((row) => row.year === year)
      await keepYear(ctx, code, { year, state: own?.state ?? 'proposed', citation: changes.citation })
    }
    const touched = new Set([...changes.remove, ...changes.set.map(({ date }) => date)])
    const before = (await listDays(ctx.sql, code)).filter(({ date }) => touched.has(date))
    await deleteDays(ctx.sql, code, changes.remove)
    await upsertDays(ctx.sql, code, changes.set)
    return { action: 'calendar.days-changed', body: { ...changes, before }, citation: changes.citation }
  })
}

/** Fills a year that has no days yet with the computed holidays, for a person to correct and confirm. */
export async function proposeCalendarYear(
  ctx: Context,
  code: string,
  year: number,
  choices?: HolidayChoices,
): Promise<void> {
  await changeCalendar(ctx, code, async (ctx) => {
    if ((await listDaysOfYear(ctx.sql, code, year)).length > 0) {
      throw conflict('calendar.year-exists', `Năm ${year} đã có ngày nghỉ; hãy sửa từng ngày.`, { year })
    }
    const calendar = await findCalendar(ctx.sql, code)
    const hours = calendar?.hours.findLast(({ from }) => from <= `${year}-01-01`) ?? calendar?.hours[0]
    if (!hours) throw notFound('calendar', code)
    const citation = 'Điều 112 Bộ luật Lao động 2019; chờ thông báo nghỉ lễ, Tết của năm'
    await keepYear(ctx, code, { year, state: 'proposed', citation })
    const days = proposeHolidays(year, hours.week, choices)
    await upsertDays(ctx.sql, code, days)
    return { action: 'calendar.year-proposed', body: { year, days } }
  })
}

/** A person stands for the days of the year, on the ground of a notice. */
export async function confirmCalendarYear(ctx: Context, code: string, year: number, citation: string): Promise<void> {
  await changeCalendar(ctx, code, async (ctx) => {
    const days = await listDaysOfYear(ctx.sql, code, year)
    if (days.length === 0) {
      throw conflict('calendar.year-empty', `Năm ${year} chưa có ngày nghỉ nào để xác nhận.`, { year })
    }
    await keepYear(ctx, code, { year, state: 'confirmed', citation })
    await markDaysVerified(ctx.sql, code, year)
    return { action: 'calendar.year-confirmed', body: { year, citation, days } }
  })
}

/** Sets the working hours of the week with the dates from which they hold. */
export async function setWorkingHours(ctx: Context, code: string, hours: WeekHours[]): Promise<void> {
  await changeCalendar(ctx, code, async (ctx) => {
    const before = await listHours(ctx.sql, code)
    await replaceHours(ctx.sql, code, hours)
    await markHoursKept(ctx.sql, code)
    return { action: 'calendar.hours-set', body: { hours, before } }
  })
}

/** What was done, for the ledger. */
interface Deed {
  action: string
  body: object
  /** The document that orders it. */
  citation?: string
}

/** A change by an administrator of the calendar's owner, checked as a whole before it stands. */
function changeCalendar(ctx: Context, code: string, change: (ctx: Context) => Promise<Deed>): Promise<void> {
  ctx.require('calendar:edit')
  return ctx.transaction(async (ctx) => {
    const head = await lockHead(ctx.sql, code)
    if (!head) throw notFound('calendar', code)
    ctx.require('calendar:edit', head.owner)
    const compiled = await findCompiled(ctx, code)
    await keepCalendar(ctx.sql, code, ctx.now)
    await finishChange(ctx, head, await change(ctx), { compiled, isNewToSome: false })
  })
}

async function keepYear(ctx: Context, code: string, year: CalendarYear): Promise<void> {
  await upsertYear(ctx.sql, code, { ...year, keptBy: 'office', changedBy: accountOf(ctx), changedAt: ctx.now })
}

interface Before {
  compiled: CompiledCalendar | undefined
  isNewToSome: boolean
}

async function finishChange(
  ctx: Context,
  { code, owner }: { code: string; owner: string },
  deed: Deed,
  before: Before,
): Promise<void> {
  const found = await findCalendar(ctx.sql, code)
  if (!found) throw notFound('calendar', code)
  const { revision, ...calendar } = found
  const checked = WorkingCalendar.safeParse(calendar)
  if (!checked.success) {
    const fields = checked.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
    throw invalid(fields.map(({ message }) => message).join('; '), fields)
  }
  await renewRevision(ctx.sql, code)
  // Through JSON: optional fields that are absent must not become `undefined` in what is signed.
  const body: Json = JSON.parse(JSON.stringify(deed.body))
  await appendEntry(ctx, { action: deed.action, subject: `calendar:${code}`, organisation: owner, body })
  const differs = before.compiled && firstDifference(before.compiled, compileCalendar(checked.data))
  const since = before.isNewToSome ? new Date(0) : differs
  if (!since) return
  const asked = { askedBy: accountOf(ctx), askedAt: ctx.now, citation: deed.citation ?? null }
  await insertRecount(ctx.sql, { calendar: code, since, deed: deed.action, ...asked })
  await ctx.enqueue(recountJob, {}, { key: recountJob.name })
}

const accountOf = (ctx: Context): string => ctx.actor.account ?? 'system'
const yearOf = (date: string): number => Number(date.slice(0, 4))
