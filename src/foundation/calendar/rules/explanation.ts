// A deadline laid open, step by step: as data for programs, and as the Vietnamese sentence a citizen or an inspector reads.

import type { CalendarDay } from '../model.ts'
import {
  type Budget,
  type ClockTerms,
  describeWorkingMs,
  lawOnly,
  type Pause,
  type Reckoning,
  reckon,
  type Shift,
} from './clock.ts'
import { formatDate, nameOfWeekday, toDate, toDay } from './dates.ts'
import { localDate, localDateTime } from './local-time.ts'
import { type CompiledCalendar, isWorkingDayNumber } from './working-time.ts'

/** What a pause took out of the count. */
interface Excluded {
  amount: number
  unit: 'working-minute' | 'working-session' | 'working-day' | 'calendar-day'
}

/** One step. Moments are local, 'YYYY-MM-DDTHH:mm'. A resumption after the cut-off hour counts from `countedFrom`. */
export type ClockStep =
  | { step: 'started'; at: string }
  | { step: 'shifted'; to: string; why: Shift['why']; cutOff: string; citation: string }
  | { step: 'budget'; budget: Budget; citation: string }
  | { step: 'extended'; at: string; budget: Budget; ground: string }
  | { step: 'weekly-days-off'; days: number }
  | {
      step: 'exception'
      from: string
      to: string
      days: number
      kind: CalendarDay['kind']
      name: string
      citation: string
      unverified: boolean
    }
  | { step: 'paused'; from: string; to: string | null; countedFrom?: string; reason: string; excluded: Excluded }
  | { step: 'rolled'; from: string; to: string; citation: string }
  | { step: 'due'; at: string | null }
  | { step: 'ended'; at: string; late: boolean }
  | { step: 'unconfirmed-year'; year: number }

export type ExplainedStep = ClockStep & { text: string }

export interface Clock {
  /** Code of the calendar. */
  calendar: string
  startedAt: Date
  budget: Budget
  pauses: readonly Pause[]
  /** Null while the clock stands still. */
  dueAt: Date | null
  explanation: ExplainedStep[]
}

const civilCode = 'Bộ luật Dân sự 2015'
const grounds: Record<Budget['unit'], string> = {
  'working-hour': `khoản 1 Điều 147 ${civilCode}`,
  'working-session': `vận dụng khoản 2 Điều 147 ${civilCode}; chưa kiểm chứng`,
  'working-day': `khoản 2 Điều 147 ${civilCode}`,
  'calendar-day': `khoản 2 Điều 147 ${civilCode}`,
  month: `khoản 2 Điều 147, khoản 3 Điều 148 ${civilCode}`,
}

/** Works out a clock and explains it. */
export function runClock(compiled: CompiledCalendar, terms: ClockTerms): Clock {
  const reckoning = reckon(compiled, terms)
  const { code, timeZone } = compiled.calendar
  const local = (instant: Date) => localDateTime(instant, timeZone)
  const { cutOff } = terms.rule ?? lawOnly
  const { shift, rolledFromDay, dueDay } = reckoning

  const steps: ClockStep[] = [{ step: 'started', at: local(terms.startedAt) }]
  if (shift && cutOff) {
    steps.push({ step: 'shifted', to: local(shift.to), why: shift.why, cutOff: cutOff.time, citation: cutOff.citation })
  }
  steps.push({ step: 'budget', budget: terms.budget, citation: grounds[terms.budget.unit] })
  for (const { at, amount, ground } of terms.extensions ?? [])
    steps.push({ step: 'extended', at: local(at), budget: { amount, unit: terms.budget.unit }, ground })
  const from = toDay(localDate(reckoning.countedFrom, timeZone))
  const to = reckoning.dueAt ? (dueDay ?? toDay(localDate(reckoning.dueAt, timeZone))) : undefined
  if (to !== undefined && terms.budget.unit.startsWith('working')) steps.push(...listDaysOff(compiled, from, to))
  steps.push(...reckoning.pauses.map((pause) => pausedStep(pause, terms, local)))
  if (rolledFromDay !== undefined && dueDay !== undefined) {
    const citation = `khoản 5 Điều 148 ${civilCode}`
    steps.push({ step: 'rolled', from: toDate(rolledFromDay), to: toDate(dueDay), citation })
  }
  steps.push({ step: 'due', at: reckoning.dueAt && local(reckoning.dueAt) })
  const { endedAt } = terms
  if (endedAt) {
    const late = reckoning.dueAt !== null && endedAt > reckoning.dueAt
    steps.push({ step: 'ended', at: local(endedAt), late })
  }
  if (to !== undefined) steps.push(...listUnconfirmedYears(compiled, from, to))

  return {
    calendar: code,
    startedAt: terms.startedAt,
    budget: terms.budget,
    pauses: terms.pauses ?? [],
    dueAt: reckoning.dueAt,
    explanation: steps.map((step) => ({ ...step, text: sayStep(compiled, step) })),
  }
}

type Local = (instant: Date) => string

function pausedStep(pause: Reckoning['pauses'][number], { budget, pauses = [] }: ClockTerms, local: Local): ClockStep {
  const { from, to, reason } = pause
  // The reckoning holds the moment from which the clock counts again; people know the moment they came.
  const ends = pauses.flatMap((own) => (own.to && to && own.to > from && own.to <= to ? own.to.getTime() : []))
  const resumedAt = ends.length > 0 ? new Date(Math.max(...ends)) : to
  const countedFrom = to && resumedAt && resumedAt < to ? { countedFrom: local(to) } : {}
  const excluded = excludedBy(pause.excluded, budget.unit)
  return {
    step: 'paused',
    from: local(from),
    to: resumedAt ? local(resumedAt) : null,
    ...countedFrom,
    reason,
    excluded,
  }
}

function excludedBy(excluded: number, unit: Budget['unit']): Excluded {
  if (unit === 'working-hour') return { amount: excluded / 60_000, unit: 'working-minute' }
  return { amount: excluded, unit: unit === 'working-day' || unit === 'working-session' ? unit : 'calendar-day' }
}

/** Days after the first, up to the last, that are off or are worked against their weekday; equal neighbours as one. */
function listDaysOff(compiled: CompiledCalendar, from: number, to: number): ClockStep[] {
  let weekly = 0
  const steps: (ClockStep & { step: 'exception' })[] = []
  for (let day = from + 1; day <= to; day++) {
    const working = isWorkingDayNumber(compiled, day)
    const exception = compiled.exceptions.get(day)
    if (!exception) {
      if (!working) weekly++
      continue
    }
    const { kind, name, citation, unverified = false } = exception
    const last = steps.at(-1)
    const date = toDate(day)
    if (last && toDay(last.to) === day - 1 && last.kind === kind && last.name === name && last.citation === citation) {
      last.to = date
      last.days++
      last.unverified ||= unverified
    } else steps.push({ step: 'exception', from: date, to: date, days: 1, kind, name, citation, unverified })
  }
  return weekly > 0 ? [{ step: 'weekly-days-off', days: weekly }, ...steps] : steps
}

function listUnconfirmedYears(compiled: CompiledCalendar, from: number, to: number): ClockStep[] {
  const confirmed = new Set(
    compiled.calendar.years.filter(({ state }) => state === 'confirmed').map(({ year }) => year),
  )
  const first = Number(toDate(from).slice(0, 4))
  const last = Number(toDate(to).slice(0, 4))
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .filter((year) => !confirmed.has(year))
    .map((year) => ({ step: 'unconfirmed-year', year }))
}

const unitNames: Record<Budget['unit'], string> = {
  'working-hour': 'giờ làm việc',
  'working-session': 'buổi làm việc',
  'working-day': 'ngày làm việc',
  'calendar-day': 'ngày',
  month: 'tháng',
}

/** "5 ngày làm việc", "1,5 giờ làm việc". */
export const describeBudget = ({ amount, unit }: Budget): string =>
  `${amount.toLocaleString('vi-VN')} ${unitNames[unit]}`

function sayStep(compiled: CompiledCalendar, step: ClockStep): string {
  switch (step.step) {
    case 'started':
      return `Bắt đầu lúc ${sayMoment(step.at)}.`
    case 'shifted':
      return `${sayWhy(step.why, step.cutOff)}, nên tính như nhận lúc ${sayMoment(step.to)} (${step.citation}).`
    case 'budget':
      return `Thời hạn ${describeBudget(step.budget)}, ${firstWords(step.budget)} (${step.citation}).`
    case 'extended':
      return `Gia hạn thêm ${describeBudget(step.budget)} lúc ${sayMoment(step.at)} (${step.ground}).`
    case 'weekly-days-off':
      return `Không tính ${step.days} ngày nghỉ hằng tuần.`
    case 'exception':
      return sayException(step)
    case 'paused':
      return sayPause(compiled, step)
    case 'rolled':
      return `Ngày cuối cùng, ${sayDay(step.from)}, là ngày nghỉ nên thời hạn kết thúc vào ngày làm việc tiếp theo, ${sayDay(step.to)} (${step.citation}).`
    case 'due':
      return step.at ? `Đến hạn lúc ${sayMoment(step.at)}.` : 'Chưa có hạn vì đang tạm dừng.'
    case 'ended':
      return `Kết thúc lúc ${sayMoment(step.at)}, ${step.late ? 'sau' : 'trong'} hạn.`
    case 'unconfirmed-year':
      return `Lưu ý: lịch nghỉ năm ${step.year} chưa được xác nhận, hạn có thể thay đổi.`
  }
}

function firstWords({ unit }: Budget): string {
  if (unit === 'working-hour') return 'tính từ thời điểm bắt đầu'
  return unit === 'working-session' ? 'không tính buổi đang diễn ra' : 'không tính ngày đầu tiên'
}

const sayDay = (date: string): string => `${nameOfWeekday(date)} ${formatDate(date)}`
const sayMoment = (local: string): string => `${local.slice(11)} ${sayDay(local.slice(0, 10))}`

function sayWhy(why: Shift['why'], cutOff: string): string {
  if (why === 'after-cut-off') return `Nhận sau ${cutOff}`
  return why === 'after-closing' ? 'Nhận ngoài giờ làm việc' : 'Nhận vào ngày nghỉ'
}

function sayException(step: ClockStep & { step: 'exception' }): string {
  const when = step.days === 1 ? sayDay(step.from) : `${step.days} ngày từ ${sayDay(step.from)} đến ${sayDay(step.to)}`
  const verb = step.kind === 'make-up' ? 'Có tính' : 'Không tính'
  return `${verb} ${when}: ${step.name} (${step.citation}${step.unverified ? '; chưa kiểm chứng' : ''}).`
}

function sayPause(
  compiled: CompiledCalendar,
  { from, to, countedFrom, reason, excluded }: ClockStep & { step: 'paused' },
): string {
  if (to === null) return `Tạm dừng từ ${sayMoment(from)}: ${reason}.`
  const resumed = countedFrom ? `; tính tiếp từ ${sayMoment(countedFrom)}` : ''
  return `Tạm dừng từ ${sayMoment(from)} đến ${sayMoment(to)}: ${reason}${resumed}; ${sayExcluded(compiled, excluded)}.`
}

function sayExcluded(compiled: CompiledCalendar, { amount, unit }: Excluded): string {
  if (amount === 0) return 'không làm thay đổi hạn'
  if (unit === 'working-minute') return `không tính ${describeWorkingMs(compiled, amount * 60_000)}`
  return `không tính ${amount} ${unitNames[unit]}`
}
