import { localDate } from '#calendar'
import { listHolders, listPeople } from '#identity'
import type { Context } from '#platform/context'
import { type RosterSettings, readSettings } from './settings.ts'
import { ladderOf, listShifts, type Shift, shiftAt } from './shifts.ts'
import * as store from './store.ts'

/** The accounts on shift now, deputies after them; where the shift has nobody, the head, so that somebody is reached. */
export async function onDuty(ctx: Context, role: 'operator' | 'lead'): Promise<string[]> {
  const { people, head } = await readLadder(ctx, role)
  return people.length > 0 ? people : head
}

/** Everybody who is called one after the other until somebody answers: those on duty, then the head. */
export async function callLadder(ctx: Context, role: 'operator' | 'lead'): Promise<string[]> {
  const { people, head } = await readLadder(ctx, role)
  return [...new Set([...people, ...head])]
}

async function readLadder(ctx: Context, role: 'operator' | 'lead'): Promise<{ people: string[]; head: string[] }> {
  const settings = await readSettings(ctx)
  const shift = shiftAt(settings.shifts, ctx.now, settings.timeZone)
  const assigned = shift ? await store.listShiftAssignments(ctx.sql, shift) : []
  const head =
    settings.callOut.head.length > 0
      ? settings.callOut.head
      : (await listHolders(ctx, 'incident:command', settings.organisation)).slice(0, 3).map(({ account }) => account)
  const people = ladderOf(
    role,
    assigned.filter(({ absent }) => absent === null),
  )
  const inUse = new Set((await listPeople(ctx, [...people, ...head])).map(({ account }) => account))
  return { people: people.filter((one) => inUse.has(one)), head: head.filter((one) => inUse.has(one)) }
}

export interface CurrentShift {
  name: string
  /** Name of the lead; absent where the shift has none, which is shown. */
  leader?: string
  members: string[]
  startsAt: Date
  endsAt: Date
}

/** The shift that runs now, with the people on it. */
export async function currentShift(ctx: Context): Promise<CurrentShift | undefined> {
  const settings = await readSettings(ctx)
  const shift = shiftAt(settings.shifts, ctx.now, settings.timeZone)
  if (!shift) return undefined
  const people = (await store.listShiftAssignments(ctx.sql, shift)).filter(({ absent }) => absent === null)
  return {
    name: shift.name,
    leader: people.find(({ duty }) => duty === 'lead')?.name,
    members: people.filter(({ duty }) => duty !== 'deputy').map(({ name }) => name),
    startsAt: shift.startsAt,
    endsAt: shift.endsAt,
  }
}

export interface Gap {
  shift: Shift
  words: string
}

/** Shifts ahead that nobody leads or nobody works, and those whose people will be away. @param at as of an earlier moment */
export async function listGaps(ctx: Context, settings: RosterSettings, at?: Date): Promise<Gap[]> {
  const today = localDate(ctx.now, settings.timeZone)
  const shifts = listShifts(settings.shifts, today, settings.gapDays, settings.timeZone)
  const last = shifts.at(-1)?.day ?? today
  const assigned = await store.listAssignments(ctx.sql, today, last, at)
  return shifts
    .filter(({ endsAt }) => endsAt > ctx.now)
    .flatMap((shift): Gap[] => {
      const all = assigned.filter((one) => one.day === shift.day && one.shift === shift.code)
      const present = all.filter(({ absent, duty }) => absent === null && duty !== 'deputy')
      const words = gapWords(shift, all, present)
      return words ? [{ shift, words }] : []
    })
}

function gapWords(
  shift: Shift,
  all: readonly store.Assignment[],
  present: readonly store.Assignment[],
): string | undefined {
  const name = sayShift(shift)
  if (present.length === 0) {
    const away = all.filter(({ absent }) => absent !== null).map((one) => one.name)
    return away.length > 0 ? `${name} chưa có người (${away.join(', ')} vắng)` : `${name} chưa có người`
  }
  if (!present.some(({ duty }) => duty === 'lead')) return `${name} chưa có trưởng ca`
  if (!present.some(({ duty }) => duty === 'operator')) return `${name} chưa có người trực điều hành`
  return undefined
}

/** "Ca tối 29/11". */
export const sayShift = ({ name, day }: Pick<Shift, 'name' | 'day'>): string =>
  `${name} ${day.slice(8, 10)}/${day.slice(5, 7)}`
