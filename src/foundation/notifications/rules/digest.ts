// When a digest is due: in working time only, so that nobody is told at night or on a holiday what can wait.
import type { Days } from './quiet.ts'

export interface WorkingDays extends Days {
  /** The instant itself when it lies in working time (the end of a session too), else the next opening. */
  workingTimeFrom(at: Date): Date
}

const hourMs = 3_600_000

/** The next full hour that lies in working time. */
export function hourlyDigestAt(at: Date, days: WorkingDays): Date {
  const nextHour = new Date((Math.floor(at.getTime() / hourMs) + 1) * hourMs)
  return days.workingTimeFrom(nextHour)
}

const longestSearchDays = 60

/** The set time of the present day or of the next working day. */
export function dailyDigestAt(at: Date, time: string, days: WorkingDays): Date {
  let date = days.localDate(at)
  for (let turn = 0; turn < longestSearchDays; turn++) {
    const due = days.instantOf(date, time)
    if (due.getTime() > at.getTime() && !days.isDayOff(date)) return due
    date = days.nextDate(date)
  }
  return days.instantOf(date, time)
}
