import type { IsoDate } from '../rules/dates.ts'
import {
  findPeriodKind,
  type PeriodUnit,
  periodFamilies,
  periodLabel,
  periodOf,
  periodRange,
} from '../rules/periods.ts'

export interface PeriodOnDay {
  code: string
  family: string
  unit: PeriodUnit
  label: string
  /** First and last day. */
  from: IsoDate
  to: IsoDate
}

/** The periods of every family that hold a day, side by side: the same day lies in different months of different reports. */
export function periodsOn(day: IsoDate): PeriodOnDay[] {
  return periodFamilies.flatMap(({ code: family, name, units }) =>
    units.flatMap((unit): PeriodOnDay[] => {
      const kind = unit === 'day' ? undefined : findPeriodKind(family, unit)
      if (!kind) return []
      const code = periodOf(kind, day)
      return [{ code, family: name, unit, label: periodLabel(code), ...periodRange(code) }]
    }),
  )
}
