import { today } from '#organisations'
import type { Context } from '#platform/context'
import { formatPercent } from '#ui'
import { projectSlowed } from './events.ts'
import { elapsedShare, openYears, type Slowness, slowWords, usualSlowness } from './model.ts'
import { findSetting } from './pack-store.ts'
import { endSpells, openSpells, type SlowTerms, type SpellMove } from './slow-store.ts'

/** How far behind a project may be before it is slow: the pack's setting. */
export async function getSlowness(ctx: Context, knownAt?: Date): Promise<Slowness> {
  return { ...usualSlowness, ...((await findSetting(ctx.sql, 'slow', knownAt)) as Partial<Slowness> | undefined) }
}

/** Share of a year's capital below which a project is slow; below nothing early in the year. */
export const slowBelow = (slowness: Slowness, year: number, day: string): number =>
  Math.max(0, elapsedShare(year, day) - slowness.gapPoints / 100)

/** What became slow by now, or is so no longer, is kept and told of once. A project is looked at when it changes, all of them every hour. */
export async function followSlowness(ctx: Context, projects: readonly number[] | 'all'): Promise<void> {
  const day = await today(ctx)
  const slowness = await getSlowness(ctx)
  const years = openYears(day).map((year) => ({ year, belowShare: slowBelow(slowness, year, day) }))
  const terms: SlowTerms = { ...slowness, today: day, years }
  const looking = { projects, at: ctx.now }
  for (const spell of await openSpells(ctx.sql, terms, looking)) {
    const { code, name, organisation, reason } = spell
    await ctx.publish(projectSlowed, { code, name, organisation, reason, isSlow: true, words: sayHowSlow(spell, day) })
  }
  for (const move of await endSpells(ctx.sql, terms, looking))
    await ctx.publish(projectSlowed, { ...move, isSlow: false, words: `không còn ${slowWords[move.reason]}` })
}

function sayHowSlow({ reason, slipDays, year, share }: SpellMove, day: string): string {
  if (reason === 'milestone') return `chậm ${slipDays} ngày so với mốc kế hoạch`
  if (year === null || share === null) return slowWords.disbursement
  const passed = formatPercent(elapsedShare(year, day) * 100, 0)
  return `giải ngân ${formatPercent(share * 100, 1)} vốn năm ${year} khi đã qua ${passed} thời gian`
}

/** One look at the clock over all projects. */
export const findSlowProjects = (ctx: Context): Promise<void> =>
  ctx.transaction((inner) => followSlowness(inner, 'all'))
