// When a message that is not grave may reach a person. Quiet hours may pass midnight; a day off is quiet as a whole where the person
// wishes so. The instant found is the first one that is not quiet.
import type { Preference } from '../model.ts'

/** What is asked of the calendar. */
export interface Days {
  timeZone: string
  isDayOff(date: string): boolean
  localDate(at: Date): string
  /** `07:30`. */
  localTime(at: Date): string
  instantOf(date: string, time: string): Date
  nextDate(date: string): string
}

const longestSearchDays = 60

/** The present instant, or the end of the quiet time it lies in. */
export function endOfQuiet(at: Date, preference: Pick<Preference, 'quiet' | 'quietDaysOff'>, days: Days): Date {
  let found = at
  for (let turn = 0; turn < longestSearchDays; turn++) {
    const later = leaveOnce(found, preference, days)
    if (later === undefined) return found
    found = later
  }
  return found
}

function leaveOnce(
  at: Date,
  { quiet, quietDaysOff }: Pick<Preference, 'quiet' | 'quietDaysOff'>,
  days: Days,
): Date | undefined {
  const date = days.localDate(at)
  if (quietDaysOff && days.isDayOff(date)) return days.instantOf(days.nextDate(date), '00:00')
  if (!quiet || quiet.from === quiet.to) return undefined
  const time = days.localTime(at)
  const { from, to } = quiet
  if (from < to) return time >= from && time < to ? days.instantOf(date, to) : undefined
  if (time >= from) return days.instantOf(days.nextDate(date), to)
  return time < to ? days.instantOf(date, to) : undefined
}
