import { z } from 'zod'
import {
  addWorkingDays,
  type CompiledCalendar,
  compileCalendar,
  instantOf,
  localDate,
  nameOfWeekday,
  workingDaysBetween,
  workingMsBetween,
} from '#calendar'

/** One thing that waits for somebody, as its owner describes it. */
export const WorkItem = z.strictObject({
  capability: z.string().regex(/^[a-z][a-z-]{0,39}$/),
  kind: z.string().regex(/^[a-z][a-z0-9.-]{0,39}$/),
  /** The owner's own code: with capability and kind it names the item. */
  code: z.string().min(1).max(150),
  title: z.string().trim().min(1).max(500),
  organisation: z.string().min(1).max(35),
  /** Account of who shall do it; absent, whoever of the unit claims it. */
  assignee: z.string().min(1).max(63).optional(),
  dueAt: z.date().optional(),
  /** Path of the page where it is done. */
  url: z.string().regex(/^\/(?![/\\])/),
  /** Who may see and claim it: those who hold this permission over the organisation. */
  permission: z.string().regex(/^[a-z][a-z-]*:[a-z][a-z-]*$/),
  grave: z.boolean().optional(),
})
export type WorkItem = z.infer<typeof WorkItem>

export type ItemKey = Pick<WorkItem, 'capability' | 'kind' | 'code'>

/** Groups of an inbox, the most pressing first. */
export const bands = ['late', 'today', 'week', 'later', 'none'] as const
export type Band = (typeof bands)[number]

export const states = ['late', 'soon', 'on-time'] as const
export type State = (typeof states)[number] | 'no-due'

/** A stretch of due times: from (included) to (not included); what is due at no time lies behind all of them. */
export interface Span {
  from?: Date
  to?: Date
  /** Due at no time. */
  never?: boolean
}

/** The moments that divide an inbox, for a calendar and a moment. */
export interface Bounds {
  now: Date
  /** Midnight that ends the day, and the Sunday of its week. */
  dayEnd: Date
  weekEnd: Date
  /** Where the second working day after today begins: what is due before is due soon. */
  soonEnd: Date
  /** Where the third working day after today begins: what is due before is due within two. */
  twoDaysEnd: Date
}

export function boundsOf(compiled: CompiledCalendar, now: Date): Bounds {
  const { timeZone } = compiled.calendar
  const today = localDate(now, timeZone)
  const startOf = (date: string) => instantOf(date, '00:00', timeZone)
  const place = weekdays.indexOf(nameOfWeekday(today))
  return {
    now,
    dayEnd: startOf(dayAfter(today, 1)),
    weekEnd: startOf(dayAfter(today, 7 - place)),
    soonEnd: startOf(addWorkingDays(compiled, today, 2)),
    twoDaysEnd: startOf(addWorkingDays(compiled, today, 3)),
  }
}

const weekdays = ['thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy', 'Chủ nhật']

const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

export function spanOfBand(band: Band, { now, dayEnd, weekEnd }: Bounds): Span {
  const spans: Record<Band, Span> = {
    late: { to: now },
    today: { from: now, to: dayEnd },
    week: { from: later(now, dayEnd), to: later(dayEnd, weekEnd) },
    later: { from: later(dayEnd, weekEnd) },
    none: { never: true },
  }
  return spans[band]
}

export function spanOfState(state: (typeof states)[number], { now, soonEnd }: Bounds): Span {
  const spans = { late: { to: now }, soon: { from: now, to: soonEnd }, 'on-time': { from: soonEnd } }
  return spans[state]
}

const later = (a: Date, b: Date): Date => (a > b ? a : b)

/** In which group an item stands. What is due this very moment is not late yet. */
export function bandOf(dueAt: Date | null, bounds: Bounds): Band {
  if (!dueAt) return 'none'
  if (dueAt < bounds.now) return 'late'
  if (dueAt < bounds.dayEnd) return 'today'
  return dueAt < bounds.weekEnd ? 'week' : 'later'
}

/** Monday to Friday without holidays: where a pack brings no calendar, words are better by it than none. */
export function plainCalendar(timeZone: string): CompiledCalendar {
  const day = [
    { from: '08:00', to: '12:00' },
    { from: '13:00', to: '17:00' },
  ]
  const week = { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: [], sunday: [] }
  const hours = [{ from: '1990-01-01', week, citation: 'không có lịch làm việc nào được nạp' }]
  return compileCalendar({ code: 'plain-week', name: 'Tuần làm việc thường', timeZone, hours, years: [], days: [] })
}

/** What is left of an item's time by the calendar of its organisation. */
export interface Remaining {
  state: State
  /** Whole working days, by dates; 0 within the same day, where the hours count. Negative when late. */
  days: number
  hours: number
}

export function remainingOf(compiled: CompiledCalendar, dueAt: Date | null, now: Date): Remaining {
  if (!dueAt) return { state: 'no-due', days: 0, hours: 0 }
  const { timeZone } = compiled.calendar
  const [today, dueOn] = [localDate(now, timeZone), localDate(dueAt, timeZone)]
  const isLate = dueAt < now
  const days = workingDaysBetween(compiled, today, dueOn)
  const hours = Math.trunc(workingMsBetween(compiled, now, dueAt) / 3_600_000)
  return { state: isLate ? 'late' : days <= 1 ? 'soon' : 'on-time', days: days || 0, hours: hours || 0 }
}
