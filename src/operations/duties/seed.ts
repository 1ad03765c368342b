// The demonstration: typed figures of the last months with believable delays, the lateness that follows from them and from the sources'
// real arrivals, and a few letters that went their way. Made by the room's own actions at the times they would have happened.

import {
  addWorkingDays,
  type CompiledCalendar,
  instantOf,
  isPeriod,
  localDate,
  periodOf,
  periodRange,
  shiftPeriod,
} from '#calendar'
import { approveEntries, findDefinition, saveEntries, type TypedFigure } from '#indicators'
import { getHomePack, listOffices } from '#organisations'
import type { SeedOptions } from '#platform/capability'
import type { Actor, Context } from '#platform/context'
import { backdateDuties, listPeriodsOpened } from './former.ts'
import { syncObligations } from './keeping/obligations.ts'
import { openDuties } from './keeping/open.ts'
import { keepDuties, settleAndTell } from './keeping/pass.ts'
import { calendarsOf, opensAt } from './keeping/schedule.ts'
import { decideExplanation, explainLetter, issueLetter } from './reminders/actions.ts'
import { draft } from './reminders/draft.ts'
import { suggestNumber } from './reminders/store.ts'
import { getSettings } from './settings.ts'
import { type Duty, hasDuties, listLateArrived, listObligations, type Obligation, rewindObligations } from './store.ts'

const months = 4
// Working days after the end of a month; few, for each day's figures are approved and summed together.
const inTime = 2
const late = 5
const veryLate = 8

/** In one transaction: a seed that was broken off has left nothing. */
export async function seedDuties(ctx: Context, options: SeedOptions): Promise<void> {
  if (!options.demo || (await hasDuties(ctx.sql))) return
  options.progress('Making the duties of the demonstration')
  await ctx.transaction(makePast)
  await keepDuties(ctx)
  await ctx.transaction(backdate)
}

async function backdate(ctx: Context): Promise<void> {
  const { card } = await getHomePack(ctx.sql)
  const calendar = await calendarsOf(ctx)(card.rootOrganisation)
  if (!calendar) return
  const periods = (await listPeriodsOpened(ctx.sql, ctx.now)).filter(isPeriod)
  await backdateDuties(
    ctx.sql,
    periods.map((period) => ({ period, at: opensAt(calendar, period) })),
    ctx.now,
  )
}

async function makePast(ctx: Context): Promise<void> {
  await syncObligations(ctx)
  const obligations = (await listObligations(ctx.sql)).filter(({ endedAt }) => !endedAt)
  const typed = obligations.filter(isMonthlyFigure)
  const { card } = await getHomePack(ctx.sql)
  const calendar = await calendarsOf(ctx)(card.rootOrganisation)
  if (!calendar || typed.length === 0) return
  await rewind(ctx, obligations, calendar)
  await typeFigures(ctx, typed, calendar)
  await openDuties(ctx)
  await settleAndTell(ctx, 'all')
  await writeLetters(ctx, calendar)
}

const isMonthlyFigure = ({ subjectKind, cadence }: Obligation) =>
  subjectKind === 'indicator' && cadence.every === 'month'

/** What is owed monthly has been owed for some months, by outside agencies since last year; files of other cadences come bundled. */
async function rewind(ctx: Context, obligations: readonly Obligation[], calendar: CompiledCalendar): Promise<void> {
  const today = localDate(ctx.now, calendar.calendar.timeZone)
  const rows = obligations.flatMap(({ id, subjectKind, cadence, isOutside }) => {
    const back = cadence.every === 'month' ? (subjectKind === 'source' ? 11 : months) : isOutside ? 1 : 0
    if (back === 0 || (cadence.every !== 'month' && cadence.every !== 'year')) return []
    const nextPeriod = shiftPeriod(periodOf(cadence.every, today), -back)
    return [{ id, nextPeriod, nextOpensAt: opensAt(calendar, nextPeriod) }]
  })
  await rewindObligations(ctx.sql, rows)
}

/** Repeatable chance: the same words give the same number from 0 to 1. */
function chanceOf(words: string): number {
  let hash = 2_166_136_261
  for (const letter of words) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619)
  return ((hash ^ (hash >>> 15)) >>> 0) / 4_294_967_296
}

/** Working days after the month at which a figure comes; undefined: it never does. */
function arrivalOf({ subject, organisation }: Obligation, period: string, back: number): number | undefined {
  const chronic = chanceOf(`chronic ${organisation}`) < 0.06
  if (chanceOf(`never ${subject} ${organisation}`) < (chronic ? 0.3 : 0.012)) return undefined
  const chance = chanceOf(`${subject} ${organisation} ${period}`)
  if (chance < (chronic ? 0.45 : 0.955)) return inTime
  if (back === 1 && chance > 0.985) return undefined
  return chanceOf(`late ${organisation} ${period}`) < 0.6 ? late : veryLate
}

async function typeFigures(ctx: Context, typed: readonly Obligation[], calendar: CompiledCalendar): Promise<void> {
  const { timeZone } = calendar.calendar
  const now = periodOf('month', localDate(ctx.now, timeZone))
  for (let back = months; back >= 1; back -= 1) {
    const period = shiftPeriod(now, -back)
    const byDay = new Map<number, Obligation[]>()
    for (const one of typed) {
      const day = arrivalOf(one, period, back)
      if (day !== undefined) byDay.set(day, [...(byDay.get(day) ?? []), one])
    }
    for (const [day, own] of [...byDay].sort(([a], [b]) => a - b)) {
      const at = instantOf(addWorkingDays(calendar, periodRange(period).to, day), '15:20', timeZone)
      if (at < ctx.now) await sendFigures(ctx, own, period, at)
    }
  }
}

const atOnce = 200

async function sendFigures(ctx: Context, own: readonly Obligation[], period: string, at: Date): Promise<void> {
  for (let from = 0; from < own.length; from += atOnce) {
    const some = own.slice(from, from + atOnce)
    const figures = await Promise.all(some.map(async (one) => figureOf(one, period, await usualOf(ctx, one))))
    const ids = await saveEntries(pretend(ctx, 'dau-moi-minh-hoa', at), figures, { submit: true })
    await approveEntries(pretend(ctx, 'lanh-dao-minh-hoa', at), ids)
  }
}

/** About what the figure is: near the plan that the definition states for one agency, few of what should be few. */
async function usualOf(ctx: Context, { subject, figureOf: organisation }: Obligation): Promise<number> {
  const chance = chanceOf(`base ${subject} ${organisation}`)
  const body = (await findDefinition(ctx.sql, subject))?.body
  const isAlone = body?.formula.type === 'typed' && body.formula.overOrganisations === undefined
  const target = isAlone ? body.targets.find((one) => one.organisation === undefined)?.value : undefined
  if (target !== undefined) return target * (0.9 + chance * 0.08)
  if (body?.direction === 'down') return 2 + chance * 8
  return 40 + chance * (subject.endsWith('-share') ? 55 : 160)
}

function figureOf({ subject, figureOf: organisation }: Obligation, period: string, base: number): TypedFigure {
  const share = subject.endsWith('-share')
  const value = base * (0.97 + chanceOf(`value ${subject} ${organisation} ${period}`) * 0.06)
  return {
    indicator: subject,
    organisation,
    period,
    value: share ? Math.round(Math.min(100, value) * 100) / 100 : Math.round(value),
    reason: 'Số liệu minh họa',
    basis: `Báo cáo minh họa ${period}`,
  }
}

/** As somebody who may do it, at a time of the past. */
function pretend(ctx: Context, account: string, now: Date, person: Partial<Actor> = {}): Context {
  const actor: Actor = { ...ctx.actor, account, name: account, ...person }
  return {
    ...ctx,
    actor,
    now,
    can: () => true,
    require: () => {},
    transaction: (work) => ctx.transaction((inner) => work(pretend(inner, account, now, person))),
  }
}

interface Story {
  explanation?: string
  accepted?: boolean
}

const stories: readonly Story[] = [
  {},
  { explanation: 'Cán bộ đầu mối nghỉ ốm, chưa bàn giao kịp (minh họa)' },
  { explanation: 'Mất kết nối đường truyền do mưa lũ hai ngày (minh họa)', accepted: true },
  {},
  { explanation: 'Chưa tổng hợp xong từ các tổ dân phố (minh họa)' },
]

/** Letters of the past months over what came late: the agency late most often has been reminded three times. */
async function writeLetters(ctx: Context, calendar: CompiledCalendar): Promise<void> {
  const late = await listLateArrived(ctx.sql)
  const byAgency = new Map<string, Duty[]>()
  for (const duty of late) byAgency.set(duty.agency, [...(byAgency.get(duty.agency) ?? []), duty])
  const worst = [...byAgency].toSorted(([a, x], [b, y]) => y.length - x.length || a.localeCompare(b)).slice(0, 5)
  const letters = worst.flatMap(([agency, duties], rank) => {
    const periods = [...new Set(duties.map(({ period }) => period))].sort()
    return periods.slice(0, rank === 0 ? 3 : rank < 3 ? 2 : 1).map((period, nth) => ({
      agency,
      duties: duties.filter((duty) => duty.period === period),
      story: stories[(rank + nth) % stories.length] ?? {},
      // The first agency's letters all count.
      always: rank === 0,
    }))
  })
  for (const letter of letters.toSorted((a, b) => dueOf(a.duties) - dueOf(b.duties)))
    await writeLetter(ctx, calendar, letter)
}

const dueOf = ([first]: readonly Duty[]): number => first?.dueAt.getTime() ?? 0

interface SeedLetter {
  agency: string
  duties: readonly Duty[]
  story: Story
  always: boolean
}

async function writeLetter(ctx: Context, calendar: CompiledCalendar, { agency, duties, story, always }: SeedLetter) {
  const { timeZone } = calendar.calendar
  const settings = await getSettings(ctx)
  const due = localDate(new Date(dueOf(duties)), timeZone)
  const after = (days: number, time: string) => instantOf(addWorkingDays(calendar, due, days), time, timeZone)
  if (after(8, '16:00') >= ctx.now) return
  const code = await draft(pretend(ctx, 'system', after(2, '08:00')), { agency, duties, settings })
  if (!code) return
  const explanation = story.explanation ?? 'Đang rà soát lại quy trình nội bộ (minh họa)'
  await explainLetter(
    pretend(ctx, 'dau-moi-minh-hoa', after(4, '10:15'), { name: 'Đầu mối dữ liệu (minh họa)' }),
    code,
    explanation,
  )
  const operator = { name: 'Trưởng ca trực (minh họa)', organisation: undefined }
  const accept = story.accepted === true && !always
  await decideExplanation(pretend(ctx, 'truc-ban-minh-hoa', after(5, '14:00'), operator), code, {
    accept,
    reason: accept
      ? 'Có xác nhận của đơn vị viễn thông (minh họa)'
      : 'Nguyên nhân chủ quan, có thể khắc phục (minh họa)',
  })
  if (accept) return
  const issuedAt = after(6, '09:30')
  const issuedOn = localDate(issuedAt, timeZone)
  const issuer =
    settings.issuer.value.organisation === agency ? settings.issuer.value.ownIssuer : settings.issuer.value.organisation
  const number = await suggestNumber(ctx.sql, issuer, Number(issuedOn.slice(0, 4)))
  const offices = await listOffices(ctx.sql, issuer, { asOf: issuedOn })
  const head = offices.find(({ position }) => position.rank === 'head')
  const holder = head?.holders[0]
  // Without a head nobody signs: the draft stays where it lies.
  if (!head || !holder) return
  const { code: seat, title } = head.position
  const signer = { name: holder.personName, organisation: issuer, position: { code: seat, title, held: 1 } }
  await issueLetter(pretend(ctx, holder.account, issuedAt, signer), code, { number, issuedOn })
}
