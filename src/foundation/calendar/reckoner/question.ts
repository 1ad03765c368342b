// A deadline as somebody asks for it: the same question from the form, from a shared address and over JSON.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { getCalendar } from '../actions.ts'
import { Budget, type budgetUnits, ClockRule, extended } from '../rules/clock.ts'
import { isDate } from '../rules/dates.ts'
import { type Clock, runClock } from '../rules/explanation.ts'
import { instantOf } from '../rules/local-time.ts'

/** A day that the calendars know. */
export const Day = z.iso
  .date('Viết ngày dạng 2026-11-30.')
  .refine((text) => text >= '1990-01-01' && text <= '2099-12-31', 'Ngày từ năm 1990 đến 2099.')

const Local = z
  .string()
  .regex(
    /^(19[9]\d|20\d\d)-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d$/,
    'Viết thời điểm dạng 2026-11-30T08:00, từ năm 1990 đến 2099.',
  )
  .refine((text) => isDate(text.slice(0, 10)), 'Ngày không có trong lịch.')
  .describe('Local time of the calendar, to the minute')

/** What the clock is; moments are local times of the calendar's own zone. */
export const ClockQuestion = z.strictObject({
  startedAt: Local,
  budget: Budget,
  pauses: z
    .array(z.strictObject({ from: Local, to: Local.optional(), reason: z.string().max(300).default('Tạm dừng') }))
    .max(50)
    .default([]),
  extensions: z
    .array(z.strictObject({ at: Local, amount: z.number().positive().max(10_000), ground: z.string().min(1).max(300) }))
    .max(20)
    .default([]),
  endedAt: Local.optional(),
  rule: ClockRule.optional(),
})
export type ClockQuestion = z.infer<typeof ClockQuestion>

export const unitOptions = [
  { value: 'working-hour', label: 'giờ làm việc' },
  { value: 'working-session', label: 'buổi làm việc' },
  { value: 'working-day', label: 'ngày làm việc' },
  { value: 'calendar-day', label: 'ngày' },
  { value: 'month', label: 'tháng' },
] as const satisfies readonly { value: (typeof budgetUnits)[number]; label: string }[]

/** @throws Problem 404 without such a calendar, 422 when the deadline lies outside 1990–2099 or a pause runs backwards */
export async function reckonClock(ctx: Context, code: string, question: ClockQuestion): Promise<Clock> {
  const calendar = await getCalendar(ctx, code)
  const at = (local: string) => instantOf(local.slice(0, 10), local.slice(11), calendar.calendar.timeZone)
  question.pauses.forEach(({ from, to }, index) => {
    if (to !== undefined && to <= from)
      throw invalid('Tạm dừng phải kết thúc sau khi bắt đầu.', [
        { path: `pauses.${index}.to`, message: 'Thời điểm tiếp tục phải sau thời điểm tạm dừng.' },
      ])
  })
  const terms = {
    startedAt: at(question.startedAt),
    budget: question.budget,
    pauses: question.pauses.map(({ from, to, reason }) => ({
      from: at(from),
      to: to === undefined ? undefined : at(to),
      reason,
    })),
    extensions: question.extensions.map(({ at: granted, ...rest }) => ({ ...rest, at: at(granted) })),
    endedAt: question.endedAt === undefined ? undefined : at(question.endedAt),
    rule: question.rule,
  }
  const whole = Budget.safeParse(extended({ ...terms, pauses: [] }))
  if (!whole.success)
    throw invalid('Thời hạn chưa đúng.', [{ path: 'budget.amount', message: whole.error.issues[0]?.message ?? '' }])
  try {
    return runClock(calendar, terms)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw invalid('Thời hạn vượt ra ngoài lịch làm việc (1990–2099).', [
      { path: 'budget.amount', message: 'Nhập thời hạn ngắn hơn hoặc ngày bắt đầu khác.' },
    ])
  }
}
