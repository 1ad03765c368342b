// What a working calendar is. Holidays, swaps and make-up days are data with a citation, never computed: see
// rules/holidays.ts for what is merely proposed. All the arithmetic lies in rules/.

import { z } from 'zod'
import { isDate, toDay, weekdayOf } from './rules/dates.ts'
import { isTimeZone } from './rules/local-time.ts'

const DateText = z.string().refine(isDate, 'Ngày phải có dạng năm-tháng-ngày, ví dụ 2026-09-02')
const Citation = z.string().trim().min(5, 'Phải nêu căn cứ')

export const Session = z
  .strictObject({
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
    to: z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
  })
  .refine(({ from, to }) => from < to, 'Buổi làm việc phải kết thúc sau khi bắt đầu')
export type Session = z.infer<typeof Session>

const Sessions = z
  .array(Session)
  .max(8)
  .refine(
    (sessions) => sessions.every((session, i) => i === 0 || (sessions[i - 1]?.to ?? '') <= session.from),
    'Các buổi làm việc phải theo thứ tự và không chồng nhau',
  )

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const

export const Week = z
  .strictObject({
    monday: Sessions,
    tuesday: Sessions,
    wednesday: Sessions,
    thursday: Sessions,
    friday: Sessions,
    saturday: Sessions,
    sunday: Sessions,
  })
  .refine((week) => weekdays.some((name) => week[name].length > 0), 'Tuần phải có ít nhất một buổi làm việc')
export type Week = z.infer<typeof Week>

/** Working hours of the week and the date from which they hold; the earliest also covers everything before it. */
export const WeekHours = z.strictObject({
  from: DateText,
  week: Week,
  citation: Citation,
  unverified: z.boolean().optional(),
})
export type WeekHours = z.infer<typeof WeekHours>

/**
 * A day that differs from its weekday. `swapped-off` is a working day given up for a `make-up` day elsewhere, which
 * names it in `replaces` and works the hours of its weekday. Sessions may be given for a half day.
 */
export const CalendarDay = z
  .strictObject({
    date: DateText,
    kind: z.enum(['holiday', 'swapped-off', 'make-up', 'closure']),
    name: z.string().trim().min(2).max(200),
    replaces: DateText.optional(),
    sessions: Sessions.optional(),
    citation: Citation,
    unverified: z.boolean().optional(),
  })
  .refine(
    (day) => (day.kind === 'make-up') === (day.replaces !== undefined),
    'Ngày làm bù phải nêu ngày được nghỉ thay',
  )
export type CalendarDay = z.infer<typeof CalendarDay>
export const dayKindNames: Record<CalendarDay['kind'], string> = {
  holiday: 'Nghỉ lễ, Tết',
  'swapped-off': 'Nghỉ hoán đổi',
  'make-up': 'Làm bù',
  closure: 'Nghỉ việc đột xuất',
}

/** Whether a person has confirmed the year's days; deadlines that reach into an unconfirmed year say so. */
export const CalendarYear = z.strictObject({
  year: z.int().min(1990).max(2099),
  state: z.enum(['proposed', 'confirmed']),
  citation: Citation,
})
export type CalendarYear = z.infer<typeof CalendarYear>

export const WorkingCalendar = z
  .strictObject({
    code: z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/),
    name: z.string().trim().min(2).max(200),
    timeZone: z.string().refine(isTimeZone, 'Múi giờ không có trong danh mục IANA'),
    hours: z.array(WeekHours).min(1),
    years: z.array(CalendarYear),
    days: z.array(CalendarDay),
  })
  .superRefine((calendar, check) => {
    for (const fault of [...repeated(calendar), ...brokenSwaps(calendar.days)]) {
      check.addIssue({ code: 'custom', message: fault, input: calendar.code })
    }
  })
export type WorkingCalendar = z.infer<typeof WorkingCalendar>

function repeated({ hours, years, days }: Pick<WorkingCalendar, 'hours' | 'years' | 'days'>): string[] {
  const twice = (name: string, keys: (string | number)[]) =>
    keys.filter((key, i) => keys.indexOf(key) !== i).map((key) => `${name} ${key} được khai hai lần`)
  return [
    ...twice(
      'Giờ làm việc từ ngày',
      hours.map(({ from }) => from),
    ),
    ...twice(
      'Năm',
      years.map(({ year }) => year),
    ),
    ...twice(
      'Ngày',
      days.map(({ date }) => date),
    ),
  ]
}

/** A swap has two halves: the day off and the day that makes up for it. One without the other is a mistake. */
function brokenSwaps(days: readonly CalendarDay[]): string[] {
  const off = new Set(days.filter(({ kind }) => kind === 'swapped-off').map(({ date }) => date))
  const made = new Set(days.flatMap(({ replaces }) => replaces ?? []))
  return [
    ...[...off].filter((date) => !made.has(date)).map((date) => `Ngày nghỉ hoán đổi ${date} chưa có ngày làm bù`),
    ...[...made]
      .filter((date) => !off.has(date))
      .map((date) => `Ngày làm bù thay cho ${date}, nhưng ${date} không phải ngày nghỉ hoán đổi`),
  ]
}

/** The sessions of the week's day on which a date falls. */
export const sessionsOfWeekday = (week: Week, date: string): Session[] =>
  week[weekdays[weekdayOf(toDay(date)) - 1] ?? 'sunday']

export function sessionsOfException(day: CalendarDay, week: Week): Session[] {
  if (day.sessions) return day.sessions
  return day.replaces === undefined ? [] : sessionsOfWeekday(week, day.replaces)
}
