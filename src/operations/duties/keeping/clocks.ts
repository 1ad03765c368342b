// What a changed calendar does to the duties that are not late yet: when they are due and when they are warned of.
import type { CalendarBook } from '#calendar'
import { getHomePack } from '#organisations'
import type { ClockMove } from '#platform/capability'
import { announce } from '#platform/live'
import { dutyCode } from '../model.ts'
import { agencyPath } from '../pages/words.ts'
import { getSettings } from '../settings.ts'
import { listOpenDuties, setDue } from '../store.ts'
import { timetable } from './schedule.ts'
import { refreshWork } from './tell.ts'

export interface DutyMove extends ClockMove {
  id: number
  dueAt: Date
  warnAt: Date
}

export const dutyClocks: CalendarBook<DutyMove> = {
  name: 'duties.duty',
  title: 'Hạn cập nhật số liệu',
  async reckon(ctx, { since, calendarOf, after, limit, hold }) {
    const duties = await listOpenDuties(ctx.sql, { since, after: Number(after ?? 0), limit, hold })
    const { card } = await getHomePack(ctx.sql)
    const times = timetable((await getSettings(ctx)).warnBefore.value)
    const moves: DutyMove[] = []
    for (const duty of duties) {
      const calendar = calendarOf(duty.organisation) ?? calendarOf(card.rootOrganisation)
      if (!calendar || duty.cadence.every === 'hour') continue
      const { dueAt, warnAt } = times(calendar, duty.cadence, duty.period)
      if (dueAt.getTime() === duty.dueAt.getTime() && warnAt.getTime() === duty.warnAt.getTime()) continue
      const { id, organisation, agency } = duty
      const place = { key: String(id), code: dutyCode(duty), organisation, url: agencyPath(agency) }
      moves.push({ ...place, before: duty.dueAt, after: dueAt, id, dueAt, warnAt })
    }
    const last = duties.length < limit ? undefined : duties.at(-1)?.id
    return { seen: duties.length, last: last === undefined ? undefined : String(last), moves }
  },
  async move(ctx, moves) {
    await setDue(ctx.sql, moves, ctx.now)
    await refreshWork(ctx, [...new Set(moves.map(({ organisation }) => organisation))])
    await announce(ctx.sql, ['duties'])
  },
}
