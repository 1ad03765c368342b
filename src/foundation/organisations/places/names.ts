// From names to units: every name of every unit under its compact key, and under the keys that one slip of a finger makes of it.
import { tidyName } from '../names/vietnamese.ts'
import { type Country, type Place, provinceOf } from './country.ts'
import { codesOf, HashBits, hashBeginnings, hashOfRun } from './letters.ts'
import { Slips } from './slips.ts'
import type { Pauses } from './turns.ts'
import { type AddressWords, kindBit, placeKey } from './words.ts'

export interface Named {
  place: Place
  /** The kind of unit this name says it is. */
  kind: number
  /** The bare name in lower case without blanks, for a reader of diacritics. */
  accented: string
  isNumber: boolean
  district: Place | undefined
  province: Place | undefined
  /** Of a commune of before: the provinces its heirs lie in; of one of now: those it was made from. */
  otherProvinces: readonly Place[]
  /** Of a commune of now: the districts it was made from. */
  otherDistricts: readonly Place[]
  isFormer: boolean
}

/** All units of one name. */
export interface Namesakes {
  communes: Named[]
  above: Named[]
}

export interface Names {
  /** No name has this hash where it says no. */
  mayBe(hash: number): boolean
  find(key: string): Namesakes | undefined
  /** Keys one letter away from a run of an address's letters. */
  findNear(address: AddressWords, from: number, to: number): readonly string[]
}

const bitByPrefix: readonly [string, number][] = [
  ['Phường ', kindBit.ward],
  ['Xã ', kindBit.commune],
  ['Thị trấn ', kindBit.township],
  ['Đặc khu ', kindBit.zone],
  ['Thị xã ', kindBit.town],
  ['Thành phố ', kindBit.city],
  ['Quận ', kindBit.urban],
  ['Huyện ', kindBit.rural],
  ['Tỉnh ', kindBit.province],
]

/** Short names that no rule makes: how people write provinces. */
const shortNames: readonly [string, string][] = [
  ['hcm', '79'],
  ['saigon', '79'],
  ['sg', '79'],
  ['hn', '01'],
  ['brvt', '77-2024'],
  ['vungtau', '77-2024'],
  ['tthue', '46'],
  ['thuathienhue', '46'],
  ['hp', '31'],
  ['hp', '31-2024'],
  ['hcm', '79-2024'],
  ['saigon', '79-2024'],
  ['dongnai', '75'],
]

const compact = (text: string) => tidyName(text.toLowerCase()).replace(/[^\p{L}\p{N}]/gu, '')

const lateTone = /[ou][àáãảạèéẽẻẹỳýỹỷỵ]|[^\p{L}\p{N}]/u

/** The same of words already composed and in lower case: only few of them have a tone to move or a mark to lose. */
export const compactRaw = (text: string) => (lateTone.test(text) ? compact(text) : text)

/** Made in pieces, between which others have their turn. */
export async function makeNames(country: Country, pauses: Pauses): Promise<Names> {
  const byKey = new Map<string, Namesakes>()
  const put = (key: string, named: Named) => {
    const namesakes = byKey.get(key) ?? { communes: [], above: [] }
    byKey.set(key, namesakes)
    const list = named.place.level === 3 ? namesakes.communes : namesakes.above
    if (!list.some(({ place }) => place === named.place)) list.push(named)
  }
  for (const place of country.places) {
    if (place.level === 0) continue
    for (const { name } of place.names) {
      const named = nameOf(place, name)
      put(placeKey(bareOf(name)), named)
    }
    if (pauses.isDue()) await pauses.take()
  }
  for (const [key, code] of shortNames) {
    const place = country.find(code)
    if (place) put(key, { ...nameOf(place, place.name), accented: key })
  }
  const known = new HashBits(20)
  for (const key of byKey.keys()) known.add(hashOfRun(hashBeginnings(codesOf(key), key.length), 0, key.length))
  const slips = new Slips()
  for (const key of byKey.keys()) {
    slips.add(key)
    if (pauses.isDue()) await pauses.take()
  }
  return {
    mayBe: (hash) => known.has(hash),
    find: (key) => byKey.get(key),
    findNear: ({ letters, before }, from, to) => slips.find(letters, before, { from, to }),
  }
}

export const bareOf = (name: string) => {
  const prefix = bitByPrefix.find(([word]) => name.startsWith(word))?.[0] ?? ''
  return name.slice(prefix.length)
}

function nameOf(place: Place, name: string): Named {
  const kind = bitByPrefix.find(([word]) => name.startsWith(word))?.[1] ?? 0
  const bare = bareOf(name)
  const province = provinceOf(place)
  const isFormer = place.validTo !== null
  const links = isFormer ? place.successors : place.predecessors
  const others = links.flatMap((link) => provinceOf(link.place) ?? [])
  const heirs = (province && isFormer ? province.successors : (province?.predecessors ?? [])).map((link) => link.place)
  return {
    place,
    kind,
    accented: compact(bare),
    isNumber: /^\d+$/.test(bare),
    district: place.level === 3 && place.parent?.level === 2 ? place.parent : undefined,
    province,
    otherProvinces: [...new Set([...others, ...heirs])].filter((one) => one !== province),
    otherDistricts: [...new Set(links.flatMap((link) => (link.place.parent?.level === 2 ? [link.place.parent] : [])))],
    isFormer,
  }
}
