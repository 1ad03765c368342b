// From an address to the unit it lies in on a day. Sure where everything in it agrees; several candidates where it does not, or where the
// unit of before was divided: which part an address lies in its words do not say, and nothing is chosen for the reader.
import { type Country, type Place, standsFor } from './country.ts'
import { findMatches, findNearMatches, type Match } from './matches.ts'
import type { Names } from './names.ts'
import { type Reading, type Readings, readAll } from './score.ts'
import { readAddress, type Word } from './words.ts'

/**
 * `resolved` one unit; `divided` the unit of before went to several; `ambiguous` several units fit; `partial` only the province or the
 * district is known; `none` nothing was found.
 */
export type PlaceState = 'resolved' | 'divided' | 'ambiguous' | 'partial' | 'none'

export interface Candidate {
  place: Place
  /** 0 to 1: how sure it is that the address lies there. */
  certainty: number
}

export interface Resolution {
  state: PlaceState
  /** The unit the address names, as it stood then: of before or of now. */
  matched: Place | undefined
  /** Units of the day asked about, the surest first. */
  candidates: Candidate[]
  /** Of the best reading: 0 to 1. */
  certainty: number
}

export interface Gazetteer {
  country: Country
  names: Names
  day: string
  /** Candidates outside of this unit are left out. */
  within?: Place
  /** What stands for a unit on the day, once it has been asked. */
  targets: Map<Place, Targets>
}

interface Targets {
  places: readonly Place[]
  isDivided: boolean
}

const least = 3.4
const apart = 0.85
const mostCandidates = 12

const isIn = (place: Place, within: Place | undefined): boolean => {
  if (!within) return true
  let at: Place | undefined = place
  while (at) {
    if (at === within) return true
    at = at.parent
  }
  return false
}

export function resolvePlace(text: string, gazetteer: Gazetteer): Resolution {
  const address = readAddress(text)
  const { words } = address
  const exact = findMatches(address, gazetteer.names)
  const first = answer(readAll(exact), gazetteer)
  if (isSettled(first, words, exact)) return first.resolution
  const near = findNearMatches(address, gazetteer.names, coveredBy(words, exact))
  if (near.length === 0) return first.resolution
  const second = answer(readAll([...exact, ...near]), gazetteer)
  return second.score > first.score + 0.2 ? second.resolution : first.resolution
}

interface Answer {
  resolution: Resolution
  score: number
  best: Reading | undefined
}

/** Nothing is left that a misspelt name could be: the district or the province agrees, and every kind word has its name. */
function isSettled({ resolution, best }: Answer, words: readonly Word[], matches: readonly Match[]): boolean {
  if (!best || best.isContradicted || (resolution.state !== 'resolved' && resolution.state !== 'divided')) return false
  if (best.named.place.level !== 3 || !(best.hasDistrict || best.hasProvince)) return false
  const isSaid = (best.match.kind & best.named.kind) !== 0
  if ((best.match.kind !== 0 && !isSaid) || best.match.hasTail) return false
  if (best.hasDistrict && best.hasProvince) return true
  const isPlain = isSaid || (best.match.isWhole && best.match.kind === 0)
  return isPlain && !best.isNear && resolution.certainty >= 0.85 && !hasLooseKind(words, matches)
}

function hasLooseKind(words: readonly Word[], matches: readonly Match[]): boolean {
  return words.some((word, at) => {
    if (!word.kind || word.isGlued) return false
    return !matches.some((match) => match.from <= at && at < match.end)
  })
}

function coveredBy(words: readonly Word[], matches: readonly Match[]): boolean[] {
  const covered = words.map(() => false)
  for (const match of matches) {
    // A name of one short word, or one amid a street's name, may be part of a misspelt one.
    if (match.kind === 0 && !match.isWhole) continue
    for (let at = match.start; at < match.end; at++) covered[at] = true
  }
  return covered
}

const none: Resolution = { state: 'none', matched: undefined, candidates: [], certainty: 0 }

function answer({ communes, districts, provinces }: Readings, gazetteer: Gazetteer): Answer {
  const { within } = gazetteer
  const fitting = within
    ? communes.filter(({ named }) => targetsOf(named.place, gazetteer).places.length > 0)
    : communes
  const [best] = fitting
  const [district] = districts
  const isDistrictBetter =
    district !== undefined && (!best || best.match.kind === 0) && district.score >= (best?.score ?? 0) - 0.2
  if (best && best.score >= least && !isDistrictBetter) {
    return { resolution: decide(best, fitting, gazetteer), score: best.score, best }
  }
  const fallback = district ?? provinces[0]
  if (fallback && isFair(fallback))
    return { resolution: partOf(fallback, gazetteer), score: fallback.score - 2, best: fallback }
  if (best && best.score > 2.4) return { resolution: decide(best, fitting, gazetteer), score: best.score - 1, best }
  return { resolution: none, score: 0, best: undefined }
}

const isFair = ({ score }: Reading) => score >= 1.5

function targetsOf(place: Place, { day, within, targets }: Gazetteer): Targets {
  const known = targets.get(place)
  if (known) return known
  const { places, isDivided } = standsFor(place, day)
  const found = { places: within ? places.filter((one) => isIn(one, within)) : places, isDivided }
  targets.set(place, found)
  return found
}

function decide(best: Reading, readings: readonly Reading[], gazetteer: Gazetteer): Resolution {
  const own = targetsOf(best.named.place, gazetteer)
  const matched = best.named.place
  // Other readings as good as the best that lead elsewhere.
  const rivals = readings.filter(
    (reading) =>
      reading.score > best.score - apart && !isSame(targetsOf(reading.named.place, gazetteer).places, own.places),
  )
  const next = readings.find((reading) => !isSame(targetsOf(reading.named.place, gazetteer).places, own.places))
  const certainty = certaintyOf(best, next ? best.score - next.score : 9)
  if (rivals.length > 0) {
    const all = [best, ...rivals]
    const places = [...new Set(all.flatMap(({ named }) => targetsOf(named.place, gazetteer).places))]
    const candidates = places
      .slice(0, mostCandidates)
      .map((place) => ({ place, certainty: round(certainty / places.length) }))
    return { state: 'ambiguous', matched: undefined, candidates, certainty: round(certainty / all.length) }
  }
  if (own.places.length === 0) return { state: 'partial', matched, candidates: [], certainty: round(certainty) }
  const candidates = own.places.map((place) => ({ place, certainty: round(certainty / own.places.length) }))
  const isDivided = own.isDivided || own.places.length > 1
  return { state: isDivided ? 'divided' : 'resolved', matched, candidates, certainty: round(certainty) }
}

const isSame = (a: readonly Place[], b: readonly Place[]) => a.length === b.length && a.every((one) => b.includes(one))

const round = (value: number) => Math.round(value * 100) / 100

function certaintyOf(best: Reading, margin: number): number {
  let certainty = 0.99
  if (best.isNear) certainty -= 0.12
  if (!best.hasProvince && !best.hasDistrict) certainty -= 0.3
  else if (!best.hasProvince) certainty -= 0.05
  if (best.isContradicted) certainty -= 0.25
  if (best.match.hasTail) certainty -= 0.12
  if (best.match.kind === 0) certainty -= 0.04
  else if (!(best.match.kind & best.named.kind)) certainty -= 0.12
  if (best.match.accented && best.match.accented !== best.named.accented) certainty -= 0.06
  if (margin < 1.6) certainty -= 0.15 * (1.6 - margin)
  return Math.max(0.05, certainty)
}

/** Only the district or the province: the units of the day that came of it, where they are few. */
function partOf({ named, score }: Reading, gazetteer: Gazetteer): Resolution {
  const { place } = named
  const certainty = round(Math.min(0.95, score / 7))
  const communes =
    place.level === 2 ? [...new Set(place.children.flatMap((one) => targetsOf(one, gazetteer).places))] : []
  const candidates =
    communes.length > mostCandidates
      ? []
      : communes.map((one) => ({ place: one, certainty: round(certainty / communes.length) }))
  const isOne = communes.length === 1
  return { state: isOne ? 'resolved' : 'partial', matched: place, candidates, certainty }
}
