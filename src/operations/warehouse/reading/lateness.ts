import {
  type CompiledCalendar,
  findPeriodKind,
  instantOf,
  lastPeriodDue,
  periodDueAt,
  periodLabel,
  periodRange,
  previousPeriod,
  workingDaysLate,
} from '#calendar'
import type { Cadence } from '../model.ts'

/** What a source owes and has not sent. */
export interface Lateness {
  /** In words: "chậm 3 ngày làm việc". */
  words: string
  /** The first period that was not sent, in words; absent for hourly sources. */
  period?: string
  dueAt: Date
  workingDays: number
}

const hourMs = 3_600_000
/** A station that misses one hour is waited for one more. */
const hourGraceMs = 2 * hourMs
const mostPeriods = 400

/**
 * A period counts as sent when something arrived on its last day or after. Late is counted from the first period that was not sent,
 * in working days of the owner; hourly sources, which do not sleep, in hours.
 */
export function findLateness(
  cadence: Cadence,
  calendar: CompiledCalendar,
  { lastAt, now }: { lastAt: Date | null; now: Date },
): Lateness | undefined {
  if (cadence.every === 'once' || !lastAt) return undefined
  if (cadence.every === 'hour') return findHoursLate(lastAt, now)
  const kind = findPeriodKind(cadence.family, cadence.every)
  if (!kind) return undefined
  const deadline = { workingDays: cadence.dueWorkingDays, time: cadence.dueTime }
  const isSent = (period: string) => lastAt >= instantOf(periodRange(period).to, '00:00', calendar.calendar.timeZone)
  let missing: string | undefined
  let period = lastPeriodDue(calendar, kind, deadline, now)
  for (let count = 0; count < mostPeriods && !isSent(period); count += 1) {
    missing = period
    period = previousPeriod(period)
  }
  if (missing === undefined) return undefined
  const dueAt = periodDueAt(calendar, missing, deadline)
  const workingDays = workingDaysLate(calendar, dueAt, now)
  const words = workingDays > 0 ? `chậm ${workingDays} ngày làm việc` : 'quá giờ gửi'
  return { words, period: periodLabel(missing), dueAt, workingDays }
}

function findHoursLate(lastAt: Date, now: Date): Lateness | undefined {
  const dueAt = new Date(lastAt.getTime() + hourGraceMs)
  if (now <= dueAt) return undefined
  const hours = Math.floor((now.getTime() - lastAt.getTime()) / hourMs)
  const words = hours < 48 ? `chậm ${hours} giờ` : `chậm ${Math.floor(hours / 24)} ngày`
  return { words, dueAt, workingDays: Math.floor(hours / 24) }
}
