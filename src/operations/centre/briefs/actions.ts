import { localDate, localDateTime } from '#calendar'
import type { PrintedSection } from '#files'
import { appendEntry } from '#ledger'
import { notify } from '#notifications'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { asksTitle, composeBrief, titleOf } from './compose.ts'
import { keepFiles, makeFiles } from './files.ts'
import { type Brief, type BriefKind, hasBrief, insertBrief } from './store.ts'

/** Local hour from which the brief of the day may be made: leaders read it when they come. */
const hour = '06:30'

export const briefPath = (code: string): string => `/tom-tat/${encodeURIComponent(code)}`

/** Makes the briefs that are due and are not there yet: of today, and of the month that has ended. Safe to call at any time, and twice. */
export async function makeDueBriefs(ctx: Context): Promise<string[]> {
  const { card } = await getHomePack(ctx.sql)
  const local = localDateTime(ctx.now, card.timeZone)
  if (local.slice(11) < hour) return []
  const today = localDate(ctx.now, card.timeZone)
  const made: string[] = []
  for (const [kind, period] of [
    ['day', today],
    ['month', monthBefore(today)],
  ] as const) {
    const code = `${kind === 'day' ? 'TTN' : 'TTT'}-${period}`
    if (await hasBrief(ctx.sql, code)) continue
    const brief = { code, kind, period, organisation: card.rootOrganisation, madeAt: ctx.now }
    if (await makeBrief(ctx, brief)) made.push(code)
  }
  return made
}

async function makeBrief(ctx: Context, brief: Brief): Promise<boolean> {
  const sections = await composeBrief(ctx, brief)
  // Printing takes seconds: nothing is held in the database meanwhile.
  const made = await makeFiles(ctx, { ...brief, sections })
  return ctx.transaction(async (inner) => {
    if (!(await insertBrief(inner.sql, brief, sections))) return false
    const { code, organisation } = brief
    await appendEntry(inner, {
      action: 'brief.made',
      subject: `brief:${code}`,
      organisation,
      body: { kind: brief.kind, period: brief.period },
    })
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

/** What is asked, for who reads no further than the mail. */
const asksOf = (sections: readonly PrintedSection[]): string =>
  sections.find(({ title }) => title === asksTitle)?.words ?? ''

function monthBefore(day: string): string {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return month === 1 ? `${year - 1}-12` : `${year}-${String(month - 1).padStart(2, '0')}`
}

export const kindWords: Record<BriefKind, string> = { day: 'Ngày', month: 'Tháng' }
