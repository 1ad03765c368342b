import { getCalendarOf } from '#calendar'
import type { Context } from '#platform/context'
import { findLateness, type Lateness, listFreshness, type SourceFreshness } from '#warehouse'
import type { CardSetting } from './card.tsx'
import type { View } from './view.tsx'

/** Names of organisations, the short form where there is one. */
export const namesOf =
  ({ tree }: Pick<View, 'tree'>) =>
  (code: string): string => {
    const row = tree.find(code)?.row
    return row?.shortName ?? row?.name ?? code
  }

/** What the cards of a page share: names, and which sources are late. */
export async function readSetting(
  ctx: Context,
  view: View,
): Promise<CardSetting & { sources: ReadonlyMap<string, SourceFreshness> }> {
  const freshness = (await listFreshness(ctx.sql, view.asOf)).filter(
    // Of an earlier moment, one that had sent nothing by then may not have been there.
    ({ organisation, receivedAt }) =>
      view.tree.find(organisation)?.path[0] === view.root && (!view.asOf || receivedAt !== null),
  )
  const lateness = new Map<string, Lateness>()
  // An authority that sends nothing has nothing to be late with, and need not have a calendar.
  const calendar = freshness.length > 0 ? await getCalendarOf(ctx, view.root) : undefined
  for (const source of freshness) {
    if (source.isPaused || !calendar) continue
    const late = findLateness(source.cadence, calendar, { lastAt: source.receivedAt, now: view.asOf ?? ctx.now })
    if (late) lateness.set(source.code, late)
  }
  return {
    view,
    nameOf: namesOf(view),
    sources: new Map(freshness.map((one) => [one.code, one])),
    lateness,
    mayGive: ctx.can('directive:give'),
  }
}
