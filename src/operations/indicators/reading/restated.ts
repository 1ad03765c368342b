// Figures of before a change of units, made one by the rule of the definition: beside the chart, never in the line of the merged authority.
// Pure.

import type { Definition } from '../model.ts'
import type { ReadFact } from './facts.ts'

type Figure = Pick<ReadFact, 'state' | 'value' | 'numerator' | 'denominator'>

/** A figure of a former unit with the share of it that is meant: null where the unit was divided and nobody has declared the shares. */
export interface RestatedPart {
  figure: Figure | undefined
  share: number | null
}

/** How the figure was made, or why there is none. */
export type Restating = 'sum' | 'weighted' | 'mean' | 'not-comparable' | 'divided' | 'incomplete' | 'no-weights'

export interface Restated {
  how: Restating
  /** Absent where there is none. */
  value: number | undefined
}

/**
 * None where the rule makes none, where a former unit was divided and its shares are not declared, or where one has no figure: a part is
 * not the whole. A mean has no shares: half a unit is not half a mean.
 */
export function restateParts(
  { merger, formula }: Pick<Definition, 'merger' | 'formula'>,
  parts: readonly RestatedPart[],
): Restated {
  const none = (how: Restating): Restated => ({ how, value: undefined })
  if (merger === 'not-comparable') return none('not-comparable')
  const told = parts.flatMap(({ figure, share }) => (share === null ? [] : [{ figure, share }]))
  if (told.length < parts.length || (merger === 'mean' && told.some(({ share }) => Math.abs(share - 1) > 1e-9)))
    return none('divided')
  const known = told.flatMap(({ figure, share }) =>
    figure?.state === 'value' && figure.value !== null ? [{ ...figure, value: figure.value, share }] : [],
  )
  if (known.length === 0 || known.length < parts.length) return none('incomplete')
  const sum = known.reduce((total, { value, share }) => total + value * share, 0)
  if (merger === 'sum') return { how: 'sum', value: sum }
  if (merger === 'mean') return { how: 'mean', value: sum / known.length }
  const numerator = known.reduce((total, one) => total + Number(one.numerator) * one.share, 0)
  const denominator = known.reduce((total, one) => total + Number(one.denominator) * one.share, 0)
  if (denominator === 0) return none('no-weights')
  return { how: 'weighted', value: ((formula.type === 'ratio' ? formula.per : 1) * numerator) / denominator }
}

/** Of whole units. */
export function restate(
  definition: Pick<Definition, 'merger' | 'formula'>,
  figures: readonly (Figure | undefined)[],
): number | undefined {
  return restateParts(
    definition,
    figures.map((figure) => ({ figure, share: 1 })),
  ).value
}
