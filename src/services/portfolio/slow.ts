import { today } from '#organisations'
import type { Context, Reach } from '#platform/context'
import { baseOf, elapsedShare, openYears, type Slowness, shareOf, usualSlowness } from './model.ts'
import { findSetting } from './pack-store.ts'
import { projectPath } from './pages/words.ts'
import { type ListQuery, listProjects, listSources } from './store.ts'

export interface SlowProject {
  code: string
  name: string
  organisation: string
  url: string
  source: string
  /** Of which year the capital is. */
  year: number
  /** Exact, in the currency of the project. */
  granted: string
  disbursed: string
  /** 0.42 is 42 %; absent where nothing was granted or planned. */
  disbursedShare: number | undefined
  /** Of the time in which that capital can be disbursed. */
  elapsedShare: number
  slipDays: number
  reasons: ('disbursement' | 'milestone')[]
}

/** How far behind a project may be before it is slow: the pack's setting. */
export async function getSlowness(ctx: Context): Promise<Slowness> {
  return { ...usualSlowness, ...((await findSetting(ctx.sql, 'slow')) as Partial<Slowness> | undefined) }
}

/** Share of a year's capital below which a project is slow; below nothing early in the year. */
export const slowBelow = (slowness: Slowness, year: number, day: string): number =>
  Math.max(0, elapsedShare(year, day) - slowness.gapPoints / 100)

const most = 1000

/**
 * Projects of the province whose disbursement lags far behind the year, or whose milestones slipped, as of `ctx.now`: the slowest share
 * first. Scoped to what the actor reaches; rules of alerts read it as the program.
 */
export async function listSlowProjects(ctx: Context): Promise<SlowProject[]> {
  const reach: Reach = ctx.reach('portfolio:read')
  const day = await today(ctx)
  const slowness = await getSlowness(ctx)
  const sources = (await listSources(ctx.sql, reach)).filter(({ isHome }) => isHome)
  const found = new Map<string, SlowProject>()
  for (const year of openYears(day)) {
    const elapsed = elapsedShare(year, day)
    const slow = { slipDays: slowness.slipDays, belowShare: slowBelow(slowness, year, day) }
    for (const { code: source } of sources) {
      const query: ListQuery = { source, reach, today: day, year, slow }
      for (const row of await listProjects(ctx.sql, query, { key: 'share', descending: false, limit: most })) {
        const [granted, planned, disbursed] = [Number(row.granted), Number(row.planned), Number(row.disbursed)]
        const share = shareOf(disbursed, baseOf({ granted, planned }))
        const reasons: SlowProject['reasons'] = []
        if (share !== undefined && share < slow.belowShare) reasons.push('disbursement')
        if (row.slipDays > slowness.slipDays) reasons.push('milestone')
        found.set(row.code, {
          code: row.code,
          name: row.name,
          organisation: row.organisation,
          url: projectPath(row.code),
          source,
          year,
          granted: row.granted,
          disbursed: row.disbursed,
          disbursedShare: share,
          elapsedShare: elapsed,
          slipDays: row.slipDays,
          reasons,
        })
      }
    }
  }
  return [...found.values()]
}
