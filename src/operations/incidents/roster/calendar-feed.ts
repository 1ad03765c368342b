import ical from 'ical-generator'
import { localDate } from '#calendar'
import type { Context } from '#platform/context'
import { rosterPath } from '../model.ts'
import { readSettings } from './settings.ts'
import { dutyNames, listShifts, shiftDay } from './shifts.ts'
import { listAssignments } from './store.ts'

const daysBack = 14
const daysAhead = 62

/** The roster as iCalendar, for calendar programs: everybody's, or one person's. */
export async function rosterFeed(
  ctx: Context,
  { account, origin }: { account?: string; origin: string },
): Promise<string> {
  const settings = await readSettings(ctx)
  const first = shiftDay(localDate(ctx.now, settings.timeZone), -daysBack)
  const shifts = listShifts(settings.shifts, first, daysBack + daysAhead, settings.timeZone)
  const assigned = (await listAssignments(ctx.sql, first, shiftDay(first, daysBack + daysAhead))).filter(
    ({ absent }) => absent === null,
  )
  const calendar = ical({ name: account ? 'Ca trực của tôi' : 'Ca trực', timezone: settings.timeZone })
  for (const shift of shifts) {
    const people = assigned.filter((one) => one.day === shift.day && one.shift === shift.code)
    if (people.length === 0 || (account && !people.some((one) => one.account === account))) continue
    calendar.createEvent({
      id: `${shift.day}-${shift.code}@${new URL(origin).host}`,
      start: shift.startsAt,
      end: shift.endsAt,
      stamp: ctx.now,
      summary: shift.name,
      description: people.map(({ duty, name }) => `${dutyNames[duty]}: ${name}`).join('\n'),
      url: `${origin}${rosterPath}`,
    })
  }
  return calendar.toString()
}
