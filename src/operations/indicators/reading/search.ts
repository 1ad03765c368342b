import { searchKey } from '#organisations'
import type { Context } from '#platform/context'
import type { StoredDefinition } from '../computation/plan.ts'
import { listDefinitions } from './definitions.ts'

/**
 * Definitions whose code, names, group or description hold every word of the question, without regard to diacritics; best first: the
 * question as it stands in the name, then words of the name, then parts of words and what else is said of the indicator.
 */
export async function searchIndicators(ctx: Context, question: string, limit: number): Promise<StoredDefinition[]> {
  const asked = searchKey(question).trim()
  const words = asked.split(' ').filter(Boolean)
  if (words.length === 0) return []
  const scored = (await listDefinitions(ctx.sql)).flatMap((definition) => {
    const { code, name, nameEn, group, description } = definition.body
    const places = [searchKey(name), searchKey(`${code} ${nameEn}`), searchKey(group), searchKey(description)]
    const scores = words.map((word) => scoreOf(word, places))
    if (scores.includes(undefined)) return []
    const phrase = ` ${places[0]} `.includes(` ${asked} `) ? -1 : 0
    return [{ definition, score: scores.reduce<number>((sum, score) => sum + (score ?? 0), phrase) }]
  })
  return scored
    .toSorted((a, b) => a.score - b.score)
    .slice(0, limit)
    .map(({ definition }) => definition)
}

/** How far from the name a word is found; within another word (`han` of `thanh`) is farther than at the beginning of one. */
function scoreOf(word: string, places: readonly string[]): number | undefined {
  const found = places.flatMap((place, index) =>
    place.includes(word) ? [2 * index + (` ${place}`.includes(` ${word}`) ? 0 : 3)] : [],
  )
  return found.length > 0 ? Math.min(...found) : undefined
}
