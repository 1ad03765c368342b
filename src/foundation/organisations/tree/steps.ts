// The changes of both trees as steps from an earlier unit to a later one, with the shares that have been declared.

import type { Sql } from '#platform/sql'
import { dayBefore } from '../model.ts'
import { listAreaSuccessions, listOrganisationSuccessions } from '../store.ts'
import type { Step } from './forerunners.ts'
import { organisationTree } from './read.ts'

/** From area to area, as known now or at a moment. */
export async function listAreaSteps(sql: Sql, knownAt?: Date): Promise<Step[]> {
  return (await listAreaSuccessions(sql, knownAt)).flatMap(({ predecessor, successor, effectiveOn, share, weight }) =>
    effectiveOn ? [{ predecessor, successor, effectiveOn, share: share === 'whole' ? 1 : weight }] : [],
  )
}

/**
 * From organisation to organisation. One that was split hands on what has been declared for its area, where both have one; else nobody
 * can tell.
 */
export async function listOrganisationSteps(sql: Sql, knownAt?: Date): Promise<Step[]> {
  const all = (await listOrganisationSuccessions(sql, knownAt)).flatMap((one) => {
    const { predecessor, successor, effectiveOn, how } = one
    const isEnd = predecessor !== successor && ['merge', 'split', 'dissolve'].includes(how)
    return predecessor && effectiveOn && isEnd ? [{ predecessor, successor, effectiveOn, how }] : []
  })
  const found = all.flatMap((one) => (one.successor ? [{ ...one, successor: one.successor }] : []))
  const areas = await listAreaSteps(sql, knownAt)
  const heirs = new Map<string, number>()
  for (const { predecessor } of found) heirs.set(predecessor, (heirs.get(predecessor) ?? 0) + 1)
  return Promise.all(
    found.map(async ({ predecessor, successor, effectiveOn, how }) => {
      const isWhole = how === 'merge' && heirs.get(predecessor) === 1
      return {
        predecessor,
        successor,
        effectiveOn,
        share: isWhole ? 1 : await declaredShare(sql, areas, { predecessor, successor, effectiveOn, knownAt }),
      }
    }),
  )
}

async function declaredShare(
  sql: Sql,
  areas: readonly Step[],
  { predecessor, successor, effectiveOn, knownAt }: Omit<Step, 'share'> & { knownAt?: Date },
): Promise<number | null> {
  const from = (await organisationTree(sql, { asOf: dayBefore(effectiveOn), knownAt })).find(predecessor)?.row.area
  const to = (await organisationTree(sql, { asOf: effectiveOn, knownAt })).find(successor)?.row.area
  return areas.find((one) => one.predecessor === from && one.successor === to)?.share ?? null
}
