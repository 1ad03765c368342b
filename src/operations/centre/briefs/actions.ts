import { formatDate, instantOf, isDate, localDate, localDateTime, shiftPeriod } from '#calendar'
import type { PrintedSection } from '#files'
import { requireReading } from '#indicators'
import { appendEntry } from '#ledger'
import { notify } from '#notifications'
import { getHomePack } from '#organisations'
import { type Context, systemActor } from '#platform/context'
import { invalid } from '#platform/errors'
import { asksTitle, composeBrief, titleOf } from './compose.ts'
import { keepFiles, makeFiles } from './files.ts'
import { type Brief, type BriefKind, hasBrief, insertBrief } from './store.ts'

/** Local hour from which the brief of the day may be made: leaders read it when they come. */
const hour = '06:30'
/** One made no later than this after its hour is on time: what is known then is what it tells. */
const onTimeMs = 3_600_000

export const briefPath = (code: string): string => `/tom-tat/${encodeURIComponent(code)}`
const codeOf = (kind: BriefKind, period: string): string => `${kind === 'day' ? 'TTN' : 'TTT'}-${period}`

/** The day at whose hour a brief is made: that of a month on the first of the next. */
const dayOf = ({ kind, period }: Pick<Brief, 'kind' | 'period'>): string =>
  kind === 'day' ? period : `${shiftPeriod(period, 1)}-01`

/** When a brief is made by itself, where the program runs. */
export const dueAtOf = (brief: Pick<Brief, 'kind' | 'period'>, timeZone: string): Date =>
  instantOf(dayOf(brief), hour, timeZone)

/** A month's brief that came late and had to tell what is known now: nothing at all was known at its hour. */
export const isOfLater = (brief: Brief, timeZone: string): boolean =>
  brief.kind === 'month' && brief.knownAt.getTime() - dueAtOf(brief, timeZone).getTime() > onTimeMs

/** Makes the briefs that are due and are not there yet: of today, and of the month that has ended. Safe to call at any time, and twice. */
export async function makeDueBriefs(ctx: Context): Promise<string[]> {
  const { card } = await getHomePack(ctx.sql)
  const local = localDateTime(ctx.now, card.timeZone)
  if (local.slice(11) < hour) return []
  const today = localDate(ctx.now, card.timeZone)
  const made: string[] = []
  for (const [kind, period] of [
    ['day', today],
    ['month', shiftPeriod(today.slice(0, 7), -1)],
  ] as const) {
    const code = codeOf(kind, period)
    if (await hasBrief(ctx.sql, code)) continue
    const brief = { code, kind, period, organisation: card.rootOrganisation, madeAt: ctx.now, knownAt: ctx.now }
    if (await makeBrief(ctx, { ...brief, askedBy: null, askedName: null }, card.timeZone)) made.push(code)
  }
  return made
}

async function makeBrief(ctx: Context, wish: Brief, timeZone: string): Promise<boolean> {
  const { sections, knownAt } = await composeDue(ctx, wish, timeZone)
  const brief = { ...wish, knownAt }
  // Printing takes seconds: nothing is held in the database meanwhile.
  const made = await makeFiles(ctx, { ...brief, sections })
  return ctx.transaction(async (inner) => {
    if (!(await keepBrief(inner, brief, sections))) return false
    const { code, organisation } = brief
    await notify(inner, {
      notice: 'brief.made',
      to: [{ permission: 'directive:give', organisation }],
      values: { title: titleOf(brief), asks: asksOf(sections) },
      url: briefPath(code),
      attachments: await keepFiles(inner, made),
      dedupeKey: code,
    })
    return true
  })
}

/** A month that is told late is told as it was known at its hour; where nothing was known yet, as it is known now. */
async function composeDue(
  ctx: Context,
  wish: Brief,
  timeZone: string,
): Promise<{ sections: PrintedSection[]; knownAt: Date }> {
  const dueAt = dueAtOf(wish, timeZone)
  if (wish.kind === 'month' && ctx.now.getTime() - dueAt.getTime() > onTimeMs) {
    const then = await composeBrief(ctx, { ...wish, at: momentOf(wish) })
    if (then.hasFigures) return { sections: then.sections, knownAt: dueAt }
  }
  return { sections: (await composeBrief(ctx, wish)).sections, knownAt: ctx.now }
}

const momentOf = (wish: Pick<Brief, 'kind' | 'period'>): string => `${dayOf(wish)}T${hour}`

async function keepBrief(ctx: Context, brief: Brief, sections: readonly PrintedSection[]): Promise<boolean> {
  if (!(await insertBrief(ctx.sql, brief, sections))) return false
  await appendEntry(ctx, {
    action: brief.askedBy ? 'brief.remade' : 'brief.made',
    subject: `brief:${brief.code}`,
    organisation: brief.organisation,
    body: { kind: brief.kind, period: brief.period, knownAt: brief.knownAt.toISOString() },
  })
  return true
}

/**
 * The brief of a past day, or of the month in which it lies, of which none was made: as it would have been at its hour, kept as the others
 * are. @returns its code, also of one that is there already. @throws Problem 403, or 422 where there is nothing to tell
 */
export async function askForBrief(ctx: Context, kind: BriefKind, day: string | undefined): Promise<string> {
  const { card } = await getHomePack(ctx.sql)
  await requireReading(ctx, card.rootOrganisation)
  if (!day || !isDate(day)) throw refusal('Ghi đủ ngày, tháng, năm.')
  const period = kind === 'day' ? day : day.slice(0, 7)
  const code = codeOf(kind, period)
  if (await hasBrief(ctx.sql, code)) return code
  const knownAt = dueAtOf({ kind, period }, card.timeZone)
  if (knownAt > ctx.now) throw refusal(`Bản này được lập lúc ${hour} ngày ${formatDate(dayOf({ kind, period }))}.`)
  const wish = { kind, period, organisation: card.rootOrganisation, at: momentOf({ kind, period }) }
  const { sections, hasFigures } = await composeBrief(asProgram(ctx), wish)
  if (!hasFigures)
    throw refusal(
      `Lúc ${hour} ngày ${formatDate(dayOf(wish))} hệ thống chưa nhận được số liệu nào nên không lập lại được.`,
    )
  const asker = { askedBy: ctx.actor.account ?? 'system', askedName: ctx.actor.name }
  const brief = { code, kind, period, organisation: wish.organisation, madeAt: ctx.now, knownAt, ...asker }
  await ctx.transaction((inner) => keepBrief(inner, brief, sections))
  return code
}

const refusal = (message: string) => invalid('Chưa lập lại được.', [{ path: 'ngay', message }])

/** A brief is the same for all of its readers: what it says does not hang on who asked for it. */
const asProgram = (ctx: Context): Context => ({
  ...ctx,
  actor: systemActor,
  reach: () => 'all',
  can: () => true,
  require: () => undefined,
})

/** What is asked, for who reads no further than the mail. */
const asksOf = (sections: readonly PrintedSection[]): string =>
  sections.find(({ title }) => title === asksTitle)?.words ?? ''

export const kindWords: Record<BriefKind, string> = { day: 'Ngày', month: 'Tháng' }
