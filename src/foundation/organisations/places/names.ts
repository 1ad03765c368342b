// From names to units: every name of every unit under its compact key, and under the keys that one slip of a finger makes of it.
import { tidyName } from '../names/vietnamese.ts'
import { type Country, type Place, provinceOf } from './country.ts'
import { kindBit, placeKey } from './words.ts'

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
  find(key: string): Namesakes | undefined
  /** Keys one letter away. */
  findNear(key: string): readonly string[]
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

export const compact = (text: string) => tidyName(text.toLowerCase()).replace(/[^\p{L}\p{N}]/gu, '')

export function makeNames(country: Country): Names {
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
  }
  for (const [key, code] of shortNames) {
    const place = country.find(code)
    if (place) put(key, { ...nameOf(place, place.name), accented: key })
  }
  let near: Map<string, string[]> | undefined
  return {
    find: (key) => byKey.get(key),
    findNear(key) {
      near ??= slipsOf(byKey.keys())
      const found = new Set(near.get(key))
      for (const slip of withoutOne(key)) {
        if (byKey.has(slip)) found.add(slip)
        for (const whole of near.get(slip) ?? []) if (isOneAway(key, whole)) found.add(whole)
      }
      found.delete(key)
      return [...found]
    },
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

const shortest = 4

function slipsOf(keys: Iterable<string>): Map<string, string[]> {
  const slips = new Map<string, string[]>()
  for (const key of keys) {
    if (key.length < shortest) continue
    for (const slip of withoutOne(key)) {
      const list = slips.get(slip)
      if (!list) slips.set(slip, [key])
      else if (list.at(-1) !== key) list.push(key)
    }
  }
  return slips
}

function* withoutOne(key: string): Generator<string> {
  for (let at = 0; at < key.length; at++) yield key.slice(0, at) + key.slice(at + 1)
}

/** One letter put in, left out, changed, or two neighbours changed round. */
export function isOneAway(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let end = 0
  const shorter = Math.min(a.length, b.length) - start
  while (end < shorter && a[a.length - 1 - end] === b[b.length - 1 - end]) end++
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  if (left.length <= 1 && right.length <= 1) return true
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0]
}
