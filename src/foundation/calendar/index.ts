export {
  calendarFinder,
  changeCalendarDays,
  confirmCalendarYear,
  type DayChanges,
  getCalendar,
  getCalendarOf,
  loadCalendars,
  proposeCalendarYear,
  setWorkingHours,
} from './actions.ts'
export { createCalendar } from './capability.ts'
export {
  CalendarDay,
  type CalendarYear,
  dayKindNames,
  type Session,
  type Week,
  type WeekHours,
  WorkingCalendar,
} from './model.ts'
export { reckonerPath } from './reckoner/page.tsx'
export { type CalendarBook, settleClocks } from './recount/run.ts'
export { lastPeriodDue, type PeriodDeadline, periodDueAt, workingDaysLate } from './rules/cadence.ts'
export {
  Budget,
  budgetUnits,
  ClockRule,
  type ClockTerms,
  describeWorkingMs,
  dueAt,
  lawOnly,
  type Pause,
  pauseClock,
  type Remaining,
  remaining,
  resumeClock,
} from './rules/clock.ts'
export { addMonths, formatDate, type IsoDate, isDate, nameOfWeekday, toDate, toDay } from './rules/dates.ts'
export { type Clock, type ClockStep, describeBudget, type ExplainedStep, runClock } from './rules/explanation.ts'
export { type HolidayChoices, proposeHolidays, solarDateOf } from './rules/holidays.ts'
export { instantOf, isTimeZone, localDate, localDateTime, toInstantMs, toLocalTime } from './rules/local-time.ts'
export {
  type DateRange,
  findPeriod,
  findPeriodKind,
  isPeriod,
  isPeriodKind,
  listPeriods,
  nextPeriod,
  type Period,
  type PeriodFamily,
  type PeriodKind,
  type PeriodKindInfo,
  type PeriodUnit,
  parsePeriod,
  periodKinds,
  periodLabel,
  periodOf,
  periodRange,
  previousPeriod,
  samePeriodLastYear,
  shiftPeriod,
} from './rules/periods.ts'
export {
  addWorkingDays,
  addWorkingMs,
  type CompiledCalendar,
  compileCalendar,
  isWorkingDay,
  nextWorkingDay,
  workingDaysBetween,
  workingMsBetween,
} from './rules/working-time.ts'
export { type CalendarSummary, findCalendar, type KeptYear, listCalendars, listDaysOfYear, listYears } from './store.ts'
