// Figures of before a merger, made one by the rule of the definition: beside the chart, never in the line of the merged authority. Pure.

import type { Definition } from '../model.ts'
import type { ReadFact } from './facts.ts'

type Figure = Pick<ReadFact, 'state' | 'value' | 'numerator' | 'denominator'>

/** Nothing where the rule makes none, or where one of the former authorities has no figure: a part is not the whole. */
export function restate(
  { merger, formula }: Pick<Definition, 'merger' | 'formula'>,
  figures: readonly (Figure | undefined)[],
): number | undefined {
  const known = figures.flatMap((one) =>
    one?.state === 'value' && one.value !== null ? [{ ...one, value: one.value }] : [],
  )
  if (merger === 'not-comparable' || known.length === 0 || known.length < figures.length) return undefined
  const sum = known.reduce((total, { value }) => total + value, 0)
  if (merger === 'sum') return sum
  if (merger === 'mean') return sum / known.length
  const numerator = known.reduce((total, one) => total + Number(one.numerator), 0)
  const denominator = known.reduce((total, one) => total + Number(one.denominator), 0)
  if (denominator === 0) return undefined
  return ((formula.type === 'ratio' ? formula.per : 1) * numerator) / denominator
}
