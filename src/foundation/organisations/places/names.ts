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
  let slips: Slips | undefined
  return {
    find: (key) => byKey.get(key),
    findNear(key) {
      slips ??= new Slips(byKey.keys())
      return slips.find(key)
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
const step = 31
const bits = 22

/**
 * Every key with one letter left out, by which two keys that differ by a letter meet. Most questions have no answer: a table of bits over
 * running hashes says so without making the string.
 */
class Slips {
  readonly #known = new Set<string>()
  readonly #bySlip = new Map<string, string[]>()
  readonly #seen = new Uint8Array(2 ** (bits - 3))
  readonly #powers = new Int32Array(64)
  readonly #before = new Int32Array(64)
  readonly #behind = new Int32Array(64)

  constructor(keys: Iterable<string>) {
    this.#powers[0] = 1
    for (let at = 1; at < 64; at++) this.#powers[at] = Math.imul(this.#powers[at - 1] ?? 0, step)
    for (const key of keys) {
      if (key.length < shortest || key.length > 60) continue
      this.#known.add(key)
      this.#hash(key)
      this.#mark(this.#behind[0] ?? 0)
      for (let at = 0; at < key.length; at++) {
        this.#mark(this.#without(key.length, at))
        const slip = key.slice(0, at) + key.slice(at + 1)
        const list = this.#bySlip.get(slip)
        if (!list) this.#bySlip.set(slip, [key])
        else if (list.at(-1) !== key) list.push(key)
      }
    }
  }

  find(key: string): string[] {
    const found: string[] = []
    if (key.length > 60) return found
    const add = (other: string) => {
      if (other !== key && !found.includes(other)) found.push(other)
    }
    this.#hash(key)
    if (this.#isMarked(this.#behind[0] ?? 0)) for (const whole of this.#bySlip.get(key) ?? []) add(whole)
    for (let at = 0; at < key.length; at++) {
      if (!this.#isMarked(this.#without(key.length, at))) continue
      const slip = key.slice(0, at) + key.slice(at + 1)
      if (this.#known.has(slip)) add(slip)
      for (const whole of this.#bySlip.get(slip) ?? []) if (isOneAway(key, whole)) add(whole)
    }
    return found
  }

  /** Hashes of all beginnings and of all ends of a key. */
  #hash(key: string): void {
    const { length } = key
    this.#before[0] = 0
    for (let at = 0; at < length; at++)
      this.#before[at + 1] = (Math.imul(this.#before[at] ?? 0, step) + key.charCodeAt(at)) | 0
    this.#behind[length] = 0
    for (let at = length - 1; at >= 0; at--)
      this.#behind[at] =
        (Math.imul(key.charCodeAt(at), this.#powers[length - 1 - at] ?? 0) + (this.#behind[at + 1] ?? 0)) | 0
  }

  #without(length: number, at: number): number {
    return (Math.imul(this.#before[at] ?? 0, this.#powers[length - 1 - at] ?? 0) + (this.#behind[at + 1] ?? 0)) | 0
  }

  #mark(hash: number): void {
    const place = Math.imul(hash, 0x9e3779b1) >>> (32 - bits)
    this.#seen[place >> 3] = (this.#seen[place >> 3] ?? 0) | (1 << (place & 7))
  }

  #isMarked(hash: number): boolean {
    const place = Math.imul(hash, 0x9e3779b1) >>> (32 - bits)
    return ((this.#seen[place >> 3] ?? 0) & (1 << (place & 7))) !== 0
  }
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
