import { z } from 'zod'
import type { Tone } from '#ui'
import type { CalendarDay, CalendarYear } from '../model.ts'

export const calendarListPath = '/quan-tri/lich'
export const yearPath = (code: string, year: number): string => `${calendarListPath}/${code}/${year}`
export const recountsPath = (code: string): string => `${calendarListPath}/${code}/tinh-lai`
export const recountPath = (code: string, id: string): string => `${recountsPath(code)}/${id}`

export const dayTones: Record<CalendarDay['kind'], Tone> = {
  holiday: 'info',
  'swapped-off': 'info',
  'make-up': 'warning',
  closure: 'danger',
}

export const stateWords: Record<CalendarYear['state'], { label: string; tone: Tone }> = {
  proposed: { label: 'Chờ xác nhận', tone: 'warning' },
  confirmed: { label: 'Đã xác nhận', tone: 'done' },
}

/** The moment of the past that is asked for. */
export const AsOfQuery = z.object({ tai: z.string().max(30).optional() })

/** What these pages say they show of an earlier moment. */
export const whatOfPages = 'lịch làm việc'
