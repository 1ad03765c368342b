/** What the list is asked for: read from the address, as the store wants it. */
import { z } from 'zod'
import { type AsOf, readAsOf, searchKey, today } from '#organisations'
import type { Context } from '#platform/context'
import { type Nature, openYears, states } from '../model.ts'
import { getSlowness, slowBelow } from '../slow.ts'
import { type ListQuery, listSources, listYears, type Page, type SortKey, type SourceRow, sortKeys } from '../store.ts'

export const Query = z.object({
  nguon: z.string().max(80).optional(),
  q: z.string().max(200).optional(),
  'don-vi': z.string().max(40).optional(),
  'tinh-trang': z.string().max(80).optional(),
  loai: z.enum(['project', 'task', 'tat-ca']).optional().catch(undefined),
  nam: z.coerce.number().int().min(1990).max(2100).optional().catch(undefined),
  cham: z.enum(['co']).optional().catch(undefined),
  sort: z
    .string()
    .regex(/^-?[a-z]{1,12}$/)
    .optional()
    .catch(undefined),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
  in: z.enum(['pdf', 'html']).optional().catch(undefined),
})
export type Query = z.infer<typeof Query>

export interface Asked {
  sources: SourceRow[]
  /** The list shown: one at a time, never two in one. */
  source: SourceRow | undefined
  years: number[]
  query: ListQuery
  /** Absent: both. */
  nature: Nature | undefined
  sort: { key: SortKey; descending: boolean; text: string }
  /** The moment of the past that is looked at. */
  at: AsOf | undefined
}

/** @throws Problem 422 for a moment that is none. */
export async function readAsked(ctx: Context, asked: Query, moment?: AsOf): Promise<Asked> {
  const reach = ctx.reach('portfolio:read')
  const at = moment ?? (await readAsOf(ctx, asked.tai))
  const knownAt = at?.knownAt
  const day = at?.asOf ?? (await today(ctx))
  const sources = await listSources(ctx.sql, reach, knownAt)
  const source = sources.find(({ code }) => code === asked.nguon) ?? sources[0]
  const years = await listYears(ctx.sql, { source: source?.code ?? '', reach, knownAt })
  const year = asked.nam ?? (asked.cham ? openYears(day)[0] : undefined)
  const slowness = asked.cham && (await getSlowness(ctx, knownAt))
  // A list of both begins with the investment projects.
  const nature =
    asked.loai === 'tat-ca' ? undefined : (asked.loai ?? (source && source.natures.length > 1 ? 'project' : undefined))
  const wanted = asked.sort ?? (source?.kind === 'own' && nature !== 'task' ? '-total' : 'name')
  const key = sortKeys.find((one) => one === wanted.replace('-', '')) ?? 'name'
  const descending = wanted.startsWith('-')
  return {
    sources,
    source,
    years,
    nature,
    at,
    sort: { key, descending, text: `${descending ? '-' : ''}${key}` },
    query: {
      source: source?.code ?? '',
      reach,
      today: day,
      knownAt,
      year,
      words: searchKey(asked.q ?? '')
        .split(' ')
        .filter(Boolean),
      organisation: asked['don-vi'] || undefined,
      state: asked['tinh-trang'] || undefined,
      nature,
      slow:
        slowness && year !== undefined
          ? { slipDays: slowness.slipDays, belowShare: slowBelow(slowness, year, day) }
          : undefined,
    },
  }
}

/** In the order of a project's life; those of a source in its own words after them. */
export const orderStates = (found: readonly string[]): string[] => [
  ...states.filter((state) => found.includes(state)),
  ...found.filter((state) => !states.some((one) => one === state)).sort(),
]

export const pageOf = ({ sort }: Asked, after: string | undefined, limit: number): Page => ({
  key: sort.key,
  descending: sort.descending,
  after,
  limit,
})
