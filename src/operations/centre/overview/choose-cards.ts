// Which of all the cards stand on the overview: six that are read in a minute, then the first and the worst of each group.

import type { Card } from '#indicators'
import { compareText } from '#ui'

export interface CardGroup {
  name: string
  /** Indicators of the group in all. */
  count: number
  /** Those that stand on the page and are not among the key ones. */
  cards: Card[]
}

const isKnown = ({ fact }: Card) => fact?.state === 'value'
const isBad = ({ judgement }: Card) => judgement !== undefined && judgement.standing !== 'normal'
const shortfall = ({ judgement }: Card) => judgement?.shortfallPercent ?? 0

/** The key cards and the groups, those with plans to meet before those that only inform. `said` stands in the matters already. */
export function chooseCards(
  cards: readonly Card[],
  { said, key: most, aGroup }: { said: ReadonlySet<Card>; key: number; aGroup: number },
): { key: Card[]; groups: CardGroup[] } {
  const names = [...new Set(cards.map(({ definition }) => definition.body.group))]
  const groups = names
    .map((name) => {
      const own = cards.filter(({ definition }) => definition.body.group === name)
      const known = own.filter(isKnown)
      const bad = known.filter(isBad).toSorted((a, b) => shortfall(b) - shortfall(a))
      return { name, count: own.length, known, bad, plans: own.filter(({ target }) => target !== undefined).length }
    })
    .filter(({ known }) => known.length > 0)
    .toSorted((a, b) => b.plans - a.plans || compareText(a.name, b.name))
  // One of each group, then what stands badly, then whatever comes first: a small unit has few groups.
  const candidates = [
    ...groups.flatMap(({ known }) => tellingOf(known, said) ?? []),
    ...groups.flatMap(({ bad }) => bad),
    ...groups.flatMap(({ known }) => known),
  ]
  const key = [...new Set(candidates)].slice(0, most)
  return {
    key,
    groups: groups.map(({ name, count, known, bad }) => {
      // What stands badly comes in even when it is further down.
      const shown = new Set(
        [...new Set([...bad, ...known])].filter((card) => !key.includes(card)).slice(0, roomFor(bad, aGroup)),
      )
      return { name, count, cards: known.filter((card) => shown.has(card)) }
    }),
  }
}

const roomFor = (bad: readonly Card[], aGroup: number) => (bad.length < aGroup ? aGroup : 2 * aGroup)

// In the order of the definitions, which begins with what matters most: what stands badly and is not said above; else what has a plan
// to meet; else what all others of the group are shares of.
const tellingOf = (known: readonly Card[], said: ReadonlySet<Card>): Card | undefined =>
  known.find((card) => isBad(card) && !said.has(card)) ??
  known.find((card) => card.target && !said.has(card)) ??
  known[0]
