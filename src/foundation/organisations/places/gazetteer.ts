// The country in memory: made when it is first asked for, once for each version of the structure.
import type { Sql } from '#platform/sql'
import { listAreaSuccessions } from '../store.ts'
import { keep } from '../tree/read.ts'
import { type Country, makeCountry, type Place } from './country.ts'
import { makeNames, type Names } from './names.ts'
import { type Resolution, resolvePlace } from './resolve.ts'
import { listAreaVersions, listCountryLists } from './store.ts'
import { makePauses } from './turns.ts'

/** Every administrative unit of the country, before 1-7-2025 and since, with what came from what. */
export function openCountry(sql: Sql): Promise<Country> {
  return keep(sql, 'country', async () => {
    const lists = await listCountryLists(sql)
    const body = (name: string) => lists.find((list) => list.name === name)?.body ?? ''
    const [areas, successions] = [await listAreaVersions(sql), await listAreaSuccessions(sql)]
    return makeCountry({ areas, successions, before: body('country-before'), now: body('country-now') }, makePauses())
  })
}

const openNames = async (sql: Sql): Promise<Names> => {
  const country = await openCountry(sql)
  return keep(sql, 'country names', async () => makeNames(country, makePauses()))
}

export interface PlaceQuestion {
  /** Units of this day are answered. */
  asOf: string
  /** Code of a unit that every candidate must lie in. */
  within?: string
}

/** The look-up for many addresses at once. */
export async function openResolver(
  sql: Sql,
  { asOf, within }: PlaceQuestion,
): Promise<{ country: Country; resolve(text: string): Resolution }> {
  const country = await openCountry(sql)
  const names = await openNames(sql)
  const inside: Place | undefined = within === undefined ? undefined : country.find(within)
  const gazetteer = { country, names, day: asOf, within: inside, targets: new Map() }
  return { country, resolve: (text) => resolvePlace(text, gazetteer) }
}

const atOnce = 500

/** Answers in the order of the texts; lets others have their turn between some hundreds. */
export async function resolveMany(
  texts: readonly string[],
  resolve: (text: string) => Resolution,
): Promise<Resolution[]> {
  const answers: Resolution[] = []
  for (let start = 0; start < texts.length; start += atOnce) {
    for (const text of texts.slice(start, start + atOnce)) answers.push(resolve(text))
    if (start + atOnce < texts.length) await new Promise((turn) => setImmediate(turn))
  }
  return answers
}
