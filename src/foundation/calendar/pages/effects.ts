/** What a change of days does to deadlines, said by examples before it is made. */
import { type CalendarDay, WorkingCalendar } from '../model.ts'
import { addMonths, toDate, toDay } from '../rules/dates.ts'
import { addWorkingDays, type CompiledCalendar, compileCalendar, isWorkingDay } from '../rules/working-time.ts'

export interface MonthEffect {
  /** `2026-09`. */
  month: string
  before: number
  after: number
}

export interface DeadlineEffect {
  startOn: string
  workingDays: number
  before: string
  after: string
}

export interface Effects {
  faults: string[]
  months: MonthEffect[]
  deadlines: DeadlineEffect[]
  /** Present when the change is without faults. */
  compiled?: { before: CompiledCalendar; after: CompiledCalendar }
}

const sampleTerms = [3, 5, 15]
const daysLookedBack = 20

/** `set` comes in, `remove` goes; the calendar is checked as a whole. */
export function previewChange(
  calendar: WorkingCalendar,
  change: { set: readonly CalendarDay[]; remove: readonly string[] },
): Effects {
  const touched = new Set([...change.remove, ...change.set.map(({ date }) => date)])
  const days = [...calendar.days.filter(({ date }) => !touched.has(date)), ...change.set].toSorted((a, b) =>
    a.date.localeCompare(b.date),
  )
  const checked = WorkingCalendar.safeParse({ ...calendar, days })
  if (!checked.success) return { faults: checked.error.issues.map(({ message }) => message), months: [], deadlines: [] }
  const [before, after] = [compileCalendar(calendar), compileCalendar(checked.data)]
  const months = [...new Set([...touched].map((date) => date.slice(0, 7)))].toSorted().map((month) => {
    const count = (compiled: typeof before) => daysOf(month).filter((date) => isWorkingDay(compiled, date)).length
    return { month, before: count(before), after: count(after) }
  })
  const deadlines: DeadlineEffect[] = []
  const [first = ''] = [...touched].toSorted()
  for (const workingDays of sampleTerms) {
    for (let back = 0; back <= daysLookedBack && first; back += 1) {
      const startOn = toDate(toDay(first) - back)
      if (!isWorkingDay(before, startOn)) continue
      const [was, is] = [addWorkingDays(before, startOn, workingDays), addWorkingDays(after, startOn, workingDays)]
      if (was === is) continue
      deadlines.push({ startOn, workingDays, before: was, after: is })
      break
    }
  }
  return { faults: [], months, deadlines, compiled: { before, after } }
}

function daysOf(month: string): string[] {
  const first = toDay(`${month}-01`)
  const end = toDay(addMonths(`${month}-01`, 1))
  return Array.from({ length: end - first }, (_, index) => toDate(first + index))
}
