// The files of packs/<pack>/calendars: one per calendar with its hours, one per calendar and year with its days.

import { z } from 'zod'
import { CalendarDay, CalendarYear, WeekHours, WorkingCalendar } from '../model.ts'

const Source = z.string().trim().min(10)

const CalendarFile = z.strictObject({
  kind: z.literal('calendar'),
  source: Source,
  code: WorkingCalendar.shape.code,
  name: WorkingCalendar.shape.name,
  timeZone: WorkingCalendar.shape.timeZone,
  /** The organisation whose administrators keep the calendar. */
  owner: z.string().min(1),
  /** Organisations that work by it, each with all below it that have no calendar of their own. */
  appliesTo: z.array(z.string().min(1)).min(1),
  hours: z.array(WeekHours).min(1),
})

const YearFile = z
  .strictObject({
    kind: z.literal('year'),
    source: Source,
    calendar: WorkingCalendar.shape.code,
    ...CalendarYear.shape,
    days: z.array(CalendarDay),
  })
  .refine(({ year, days }) => days.every(({ date }) => date.startsWith(`${year}-`)), 'Có ngày không thuộc năm của tệp')

export const CalendarPackFile = z.discriminatedUnion('kind', [CalendarFile, YearFile])
export type CalendarPackFile = z.infer<typeof CalendarPackFile>

export interface PackCalendar {
  calendar: WorkingCalendar
  owner: string
  appliesTo: string[]
}

/** Puts the files of a pack together; every calendar is checked as a whole, its swaps across years among them. */
export function assembleCalendars(files: readonly CalendarPackFile[]): PackCalendar[] {
  const heads = files.filter((file) => file.kind === 'calendar')
  const years = files.filter((file) => file.kind === 'year')
  const known = new Set(heads.map(({ code }) => code))
  if (known.size < heads.length) throw new RangeError('A calendar is declared twice')
  const orphan = years.find(({ calendar }) => !known.has(calendar))
  if (orphan)
    throw new RangeError(`Year ${orphan.year} belongs to the calendar ${orphan.calendar}, which is not declared`)
  return heads.map(({ code, name, timeZone, hours, owner, appliesTo }) => {
    const own = years.filter(({ calendar }) => calendar === code).toSorted((a, b) => a.year - b.year)
    const calendar = WorkingCalendar.parse({
      code,
      name,
      timeZone,
      hours,
      years: own.map(({ year, state, citation }) => ({ year, state, citation })),
      days: own.flatMap(({ days }) => days).toSorted((a, b) => a.date.localeCompare(b.date)),
    })
    return { calendar, owner, appliesTo }
  })
}
