// How well each reading of an address holds together. A reading is one unit for one run of words; what speaks for it is the word before
// («P.»), the district and the province it lies in standing elsewhere in the address, and the diacritics. The weights are a person's
// judgement of how much each counts; bench/places.ts says how right they are.
import type { Place } from './country.ts'
import type { Match } from './matches.ts'
import type { Named } from './names.ts'
import { kindBit, levelBits } from './words.ts'

export interface Reading {
  named: Named
  match: Match
  score: number
  hasDistrict: boolean
  hasProvince: boolean
  /** The address names another province or district outright. */
  isContradicted: boolean
  /** Anything it leans on was written with a letter wrong. */
  isNear: boolean
}

interface Place2Match {
  match: Match
  named: Named
  weight: number
}

const overlaps = (a: Match, b: Match) => a.from < b.end && b.from < a.end

/** The names of provinces and districts in the address, by unit. */
class Surroundings {
  readonly byPlace = new Map<Place, Place2Match[]>()
  readonly provinces: Place2Match[] = []
  readonly districts: Place2Match[] = []

  constructor(matches: readonly Match[]) {
    for (const match of matches)
      for (const named of match.above) {
        const { level } = named.place
        const weight = weightOf(match, named)
        if (weight <= 0) continue
        const entry = { match, named, weight }
        const known = this.byPlace.get(named.place)
        if (known) known.push(entry)
        else this.byPlace.set(named.place, [entry])
        if (level === 1) this.provinces.push(entry)
        else this.districts.push(entry)
      }
  }

  best(place: Place | undefined, beside: Match, too?: Match): Place2Match | undefined {
    const entries = place && this.byPlace.get(place)
    if (!entries) return undefined
    let found: Place2Match | undefined
    for (const entry of entries) {
      if (overlaps(entry.match, beside) || (too && overlaps(entry.match, too))) continue
      if (!found || entry.weight > found.weight) found = entry
    }
    return found
  }

  /** Of many units of one name those that lie in something the address names; all where none does. */
  narrow(list: readonly Named[]): readonly Named[] {
    if (list.length < 8 || this.byPlace.size === 0) return list
    const near = list.filter(
      ({ district, province, otherProvinces }) =>
        (district && this.byPlace.has(district)) ||
        (province && this.byPlace.has(province)) ||
        otherProvinces.some((one) => this.byPlace.has(one)),
    )
    return near.length > 0 ? near : list
  }
}

function weightOf(match: Match, named: Named): number {
  let weight = match.isNear ? 0.55 : 1
  if (match.kind !== 0) {
    if (match.kind & named.kind) weight += 0.15
    else if ((match.kind & (levelBits[named.place.level] ?? 0)) === 0) weight -= 0.7
    else weight -= 0.1
  }
  if (match.accented && match.accented !== named.accented) weight -= match.isNear ? 0 : 0.1
  if (match.isSmall) weight -= 0.45
  if (!match.isWhole && match.kind === 0) weight -= 0.05
  return weight
}

const ownBits = levelBits[3] ?? 0

function scoreName(match: Match, named: Named): number {
  let score = 2 + Math.min(match.end - match.start, 4) * 0.15
  if (match.kind & named.kind) score += 2
  else if (match.kind & ownBits) score -= 1
  else if (match.kind !== 0) score -= 3.2
  if (match.accented && !match.isNear) score += match.accented === named.accented ? 0.8 : -0.9
  if (match.isWhole) score += 0.8
  if (match.isSmall) score -= 2.5
  if (match.isNear) score -= 1.6
  if (match.hasTail) score -= 0.3
  return score
}

/** What stands around a name: its district and its province, each in words of its own. */
function surround(match: Match, named: Named, around: Surroundings) {
  if (named.isFormer) {
    const district = around.best(named.district, match)
    const beside = district?.match
    const own = around.best(named.province, match, beside)
    const province = own ?? bestOf(named.otherProvinces, { match, around, beside })
    return { district, former: undefined, province, isOwn: own !== undefined }
  }
  const own = around.best(named.province, match)
  const province = own ?? bestOf(named.otherProvinces, { match, around })
  const former = bestOf(named.otherDistricts, { match, around, beside: province?.match })
  return { district: undefined, former, province, isOwn: own !== undefined }
}

function readCommune(match: Match, named: Named, around: Surroundings): Reading {
  let score = scoreName(match, named)
  const { district, former, province: found, isOwn } = surround(match, named, around)
  const isNear = match.isNear || district?.match.isNear || found?.match.isNear || false
  if (district) score += 3 * district.weight
  // «phường Nha Trang, TP Nha Trang»: a unit of now with the district of before still written behind it.
  if (former) score += 1.2 * former.weight
  if (found) score += (isOwn ? 3 : 2.8) * found.weight
  const isElsewhere = !found && around.provinces.some((one) => isOutright(one, match, 256 | 32))
  const isOtherDistrict = !district && !former && around.districts.some((one) => isOutright(one, match, districtOnly))
  if (isElsewhere) score -= 3
  if (isOtherDistrict) score -= named.isFormer ? 2.5 : 1.5
  // To 30-6-2025 an address named its district, since then there are none.
  if (named.isFormer && !district && named.district) score -= 0.8
  if (district && !found) score -= 0.5
  // «Tổ 4 Thanh Vân H. Quản Bạ»: what lies where the rest says is no street.
  if (district && match.isSmall) score += 1.5
  if (!named.isFormer) score += former || isOtherDistrict ? -0.9 : 0.4
  const first = Math.min(district?.match.from ?? 99, found?.match.from ?? 99)
  if (match.from < first) score += 0.3
  return {
    named,
    match,
    score,
    hasDistrict: district !== undefined || former !== undefined,
    hasProvince: found !== undefined,
    isContradicted: isElsewhere || isOtherDistrict,
    isNear,
  }
}

const districtOnly = kindBit.urban | kindBit.rural | kindBit.town | kindBit.city

/** Says of itself what it is, or is all there is between commas at the end, and lies elsewhere in the address. */
const isOutright = ({ match, named, weight }: Place2Match, beside: Match, bits: number) =>
  weight >= 0.9 &&
  !overlaps(match, beside) &&
  ((match.kind & named.kind & bits) !== 0 || (named.place.level === 1 && match.isWhole && match.kind === 0))

interface Beside {
  match: Match
  around: Surroundings
  beside?: Match
}

function bestOf(places: readonly Place[], { match, around, beside }: Beside): Place2Match | undefined {
  let found: Place2Match | undefined
  for (const place of places) {
    const entry = around.best(place, match, beside)
    if (entry && (!found || entry.weight > found.weight)) found = entry
  }
  return found
}

export interface Readings {
  communes: Reading[]
  /** For an address that names no commune. */
  districts: Reading[]
  provinces: Reading[]
}

const byScore = (a: Reading, b: Reading) => b.score - a.score

/** All readings of an address, the best first. */
export function readAll(matches: readonly Match[]): Readings {
  const around = new Surroundings(matches)
  const communes: Reading[] = []
  for (const match of matches)
    for (const named of around.narrow(match.communes)) communes.push(readCommune(match, named, around))
  const districts = around.districts.map(({ match, named, weight }): Reading => {
    const province = around.best(named.province, match) ?? bestOf(named.otherProvinces, { match, around })
    const score = 3 * weight + (province ? 3 * province.weight : 0) + (match.kind & named.kind ? 1 : 0)
    const isNear = match.isNear || (province?.match.isNear ?? false)
    return {
      named,
      match,
      score,
      hasDistrict: true,
      hasProvince: province !== undefined,
      isContradicted: false,
      isNear,
    }
  })
  const provinces = around.provinces.map(
    ({ match, named, weight }): Reading => ({
      named,
      match,
      score: 3 * weight,
      hasDistrict: false,
      hasProvince: true,
      isContradicted: false,
      isNear: match.isNear,
    }),
  )
  return { communes: communes.sort(byScore), districts: districts.sort(byScore), provinces: provinces.sort(byScore) }
}
