// Why a unit's share falls short: the kind of work in which most of its cases failed.

import { type Card, groupRecordsBehind, isComputed, kindOfPeriod, listMeasuresBehind } from '#indicators'
import type { Context } from '#platform/context'
import type { KindName } from '#warehouse'

export interface Cause {
  /** The procedure, field or class of the records, with the word for it: "thủ tục 1.012753". */
  what: string
  failed: number
  total: number
}

/** Field by which records of a kind are told apart for a cause, and what one of its values is called. */
const partings: Partial<Record<KindName, { field: string; word: string }>> = {
  case: { field: 'caseType', word: 'thủ tục' },
  'case-event': { field: 'activity', word: 'bước' },
  'citizen-report': { field: 'category', word: 'lĩnh vực' },
  'budget-movement': { field: 'category', word: 'loại' },
  observation: { field: 'series', word: 'chuỗi đo' },
}

/** Causes by the unit and the indicator they are of. */
export type Causes = ReadonlyMap<string, Cause>
export const causeKey = (organisation: string, card: Card) => `${organisation} ${card.definition.code}`

/** Where most of the failed cases of a ratio lie; nothing for other formulas or where there are none. */
export async function findCause(
  ctx: Context,
  card: Card,
  organisation: string,
  asOf?: Date,
): Promise<Cause | undefined> {
  const { definition, period } = card
  const { formula } = definition.body
  if (formula.type !== 'ratio' || !isComputed(card.definition.body)) return undefined
  const parts = await listMeasuresBehind(
    ctx,
    {
      indicator: definition.code,
      definitionVersion: definition.version,
      organisation,
      area: '',
      periodKind: kindOfPeriod(period),
      period,
      origin: 'computed',
    },
    { definition, asOf },
  )
  const [all] = parts.filter(({ role }) => role === 'denominator')
  const [good] = parts.filter(({ role }) => role === 'numerator')
  const parting = all && partings[all.kind]
  if (!all || !good || !parting || all.measure.aggregate !== 'count' || all.kind !== good.kind) return undefined
  const by = { field: parting.field, limit: 500 }
  const [totals, passed] = await Promise.all([groupRecordsBehind(ctx, all, by), groupRecordsBehind(ctx, good, by)])
  const groups = new Map<string, Cause>()
  const add = (value: string | null, change: Partial<Cause>) => {
    const what = value === null ? `${parting.word} chưa rõ` : `${parting.word} ${value}`
    const known = groups.get(what) ?? { what, failed: 0, total: 0 }
    groups.set(what, { what, failed: known.failed + (change.failed ?? 0), total: known.total + (change.total ?? 0) })
  }
  const isBad = card.definition.body.direction === 'down'
  for (const { value, count } of totals) add(value, { total: count, failed: isBad ? 0 : count })
  for (const { value, count } of passed) add(value, { failed: isBad ? count : -count })
  const [worst] = [...groups.values()].toSorted((a, b) => b.failed - a.failed)
  return worst && worst.failed > 0 ? worst : undefined
}
