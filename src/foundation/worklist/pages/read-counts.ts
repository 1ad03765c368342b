import { listUsableStandIns, type UsableStandIn } from '#identity'
import type { Context } from '#platform/context'
import { holderOf, holderTopic, pileTopic } from '../actions.ts'
import type { Band } from '../model.ts'
import { countByKind, countHeld, countPiles, type KindCount, noBands } from '../reading/counts.ts'
import { sightOf } from '../reading/sight.ts'
import type { Frame } from './read-rows.ts'

export type View = 'toi' | 'don-vi' | 'thay'

export interface Colleague extends UsableStandIn {
  open: number
  late: number
}

/** What waits in each view of an inbox. */
export interface ViewCounts {
  /** Whom the reader stands in for now. */
  standingInFor: string | undefined
  own: { open: number; late: number }
  unclaimed: number
  colleagues: Colleague[]
  topics: string
}

export async function readViews(ctx: Context): Promise<ViewCounts> {
  const own = ctx.actor.account ?? ''
  const [held, unclaimed, colleagues] = await Promise.all([
    ctx.actor.onBehalfOf ? countHeld(ctx.sql, own, ctx.now) : countOwn(ctx),
    countPiles(ctx.sql, sightOf(ctx)),
    readColleagues(ctx),
  ])
  return {
    standingInFor: ctx.actor.onBehalfOf?.account,
    own: held,
    unclaimed,
    colleagues,
    topics: [holderTopic(own), ...colleagues.map(({ account }) => holderTopic(account)), pileTopic('*')].join(' '),
  }
}

async function readColleagues(ctx: Context): Promise<Colleague[]> {
  const colleagues: Colleague[] = []
  for (const usable of await listUsableStandIns(ctx))
    colleagues.push({ ...usable, ...(await countHeld(ctx.sql, usable.account, ctx.now)) })
  return colleagues
}

export interface ListCounts {
  total: number
  bands: Record<Band, number>
  kinds: (KindCount & { total: number })[]
  organisations: { code: string; name: string; total: number }[]
}

/** What a whole list holds, by group, kind and organisation; filters do not bear on it. */
export async function readKinds(ctx: Context, { bounds, nameOf }: Frame, holder: string): Promise<ListCounts> {
  const found = await countByKind(ctx.sql, { holder, sight: sightOf(ctx) }, bounds)
  const all = noBands()
  const kinds = new Map<string, ListCounts['kinds'][number]>()
  const organisations = new Map<string, number>()
  for (const one of found) {
    const total = Object.values(one.bands).reduce((sum, count) => sum + count, 0)
    for (const [band, count] of Object.entries(one.bands) as [Band, number][]) all[band] += count
    const key = `${one.capability}/${one.kind}`
    kinds.set(key, { ...one, total: total + (kinds.get(key)?.total ?? 0) })
    organisations.set(one.organisation, total + (organisations.get(one.organisation) ?? 0))
  }
  return {
    total: Object.values(all).reduce((sum, count) => sum + count, 0),
    bands: all,
    kinds: [...kinds.values()],
    organisations: [...organisations].map(([code, total]) => ({ code, total, name: nameOf(code) })),
  }
}

const counted = new WeakMap<Context, Promise<{ open: number; late: number }>>()

/** What whom one acts for has to do: for the menu and for the page itself, read once a request. */
export function countOwn(ctx: Context): Promise<{ open: number; late: number }> {
  const known = counted.get(ctx) ?? countHeld(ctx.sql, holderOf(ctx.actor), ctx.now)
  counted.set(ctx, known)
  return known
}
