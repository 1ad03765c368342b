// An address as its words: folded to plain letters (no diacritics, đ as d, y as i, so that Mỹ is Mĩ), parted where people part them, with the
// words that say what kind of unit follows. Written by hand over character codes: this is the inner loop of twenty thousand addresses a second.
import { codesOf, HashBits, hashBeginnings, hashOfRun, longestKey } from './letters.ts'

/** What an address says a name is; one bit each, so that a word of two meanings («tp», «x») is a mask. */
export const kindBit = {
  ward: 1,
  commune: 2,
  township: 4,
  zone: 8,
  town: 16,
  city: 32,
  urban: 64,
  rural: 128,
  province: 256,
} as const

const communeBits = kindBit.ward | kindBit.commune | kindBit.township | kindBit.zone
const districtBits = kindBit.town | kindBit.city | kindBit.urban | kindBit.rural
export const levelBits: readonly number[] = [0, kindBit.province | kindBit.city, districtBits, communeBits]

export interface Word {
  /** Where it stands in the address's folded letters. */
  at: number
  to: number
  /** Its first folded letter's code. */
  first: number
  /** Where it stands in the text: as written, lower case, composed. */
  from: number
  until: number
  /** Between commas or free dashes. */
  segment: number
  /** Between commas: «Lâm Viên - Đà Lạt» is one name. */
  block: number
  /** Word types it can be when it stands before a name; 0 otherwise. */
  kind: number
  /** How many words the type takes, counted from here: «thị trấn» two. */
  kindLength: number
  /** «đường», «thôn», «số»: what follows is the name of something smaller. */
  isSmall: boolean
  /** Nothing stands between it and the word before: «P1», «Q.3». */
  isGlued: boolean
}

export interface AddressWords {
  /** Lower case, composed. */
  text: string
  /** The folded letters of all words, one behind the other: a run of words is a run of letters. */
  letters: string
  before: Int32Array
  words: Word[]
  /** Somebody who writes marks writes them everywhere. */
  isMarked: boolean
}

const base = new Uint16Array(0x1f00)
for (let code = 0; code < base.length; code++) {
  const letter = String.fromCharCode(code).normalize('NFD').replace(/\p{M}/gu, '')
  const plain = letter === 'đ' ? 'd' : letter === 'y' ? 'i' : letter
  if (/^[a-z0-9]$/.test(plain)) base[code] = plain.charCodeAt(0)
}

const isDigit = (code: number) => code >= 48 && code <= 57

const kindWords: readonly [string, number][] = [
  ['p', kindBit.ward],
  ['f', kindBit.ward],
  ['ph', kindBit.ward],
  ['phg', kindBit.ward],
  ['phuong', kindBit.ward],
  ['x', kindBit.commune],
  ['xa', kindBit.commune],
  ['tt', kindBit.township],
  ['ttr', kindBit.township],
  ['t t', kindBit.township],
  ['d k', kindBit.zone],
  ['thi tran', kindBit.township],
  ['t tran', kindBit.township],
  ['dk', kindBit.zone],
  ['dac khu', kindBit.zone],
  ['tx', kindBit.town],
  ['t x', kindBit.town],
  ['txa', kindBit.town],
  ['thi xa', kindBit.town],
  ['tp', kindBit.city],
  ['t p', kindBit.city],
  ['tpho', kindBit.city],
  ['t pho', kindBit.city],
  ['thanh pho', kindBit.city],
  ['q', kindBit.urban],
  ['quan', kindBit.urban],
  ['h', kindBit.rural],
  ['hu', kindBit.rural],
  ['huien', kindBit.rural],
  ['t', kindBit.province],
  ['tinh', kindBit.province],
]
const kinds = new Map(kindWords)

const smallWords = new Set(
  'duong pho ngo ngach hem kiet so thon ap to tdp kp khom ban buon lang xom cau quoc ql tl dt khu cho chung toa lo tang nha duog d'.split(
    ' ',
  ),
)

/** What a word means that is no name; hashes of them first, for most words mean nothing. */
const vocabulary = new HashBits(14)
const hashOf = (key: string) => hashOfRun(hashBeginnings(codesOf(key), key.length), 0, key.length)
for (const [key] of kindWords) vocabulary.add(hashOf(key.split(' ')[0] ?? ''))
for (const key of smallWords) vocabulary.add(hashOf(key))

let scratch = Buffer.alloc(1024)

const isComma = (code: number) => code === 44 || code === 59 || code === 10 || code === 124
const isDash = (code: number) => code === 45 || code === 0x2013
// They stand inside names: Cư M'gar.
const isApostrophe = (code: number) => code === 39 || code === 0x2019 || code === 96

/** The words of an address in the order they stand. */
export function readAddress(original: string): AddressWords {
  const text = original.normalize('NFC').toLowerCase()
  if (scratch.length < text.length) scratch = Buffer.alloc(text.length * 2)
  const words: Word[] = []
  let [segment, block, used, from] = [0, 0, 0, -1]
  let [isGlued, wasDigit, isMarked] = [false, false, false]
  let wordAt = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 32
    const letter = code < base.length ? (base[code] ?? 0) : 0
    if (letter === 0 && from >= 0 && isApostrophe(code)) {
      isMarked ||= code > 127
      continue
    }
    const digit = isDigit(letter)
    if (from >= 0 && (letter === 0 || digit !== wasDigit)) {
      if (wasDigit) used = withoutZeros(wordAt, used)
      words.push(makeWord({ at: wordAt, to: used, from, until: at, segment, block, isGlued }))
      from = -1
      if (letter !== 0) isGlued = true
    } else if (letter !== 0 && from < 0 && text.charCodeAt(at - 1) !== 46) isGlued = false
    if (letter === 0) {
      isGlued = code === 46
      if (isComma(code)) {
        segment += 1
        block += 1
      }
      // A dash between blanks parts as a comma does; one inside a name does not.
      if (isDash(code) && text.charCodeAt(at - 1) === 32 && text.charCodeAt(at + 1) === 32) segment += 1
      continue
    }
    if (from < 0) {
      from = at
      wordAt = used
    }
    isMarked ||= code > 127
    wasDigit = digit
    scratch[used] = letter
    used += 1
  }
  const letters = scratch.toString('latin1', 0, used)
  const address = { text, letters, before: hashBeginnings(scratch, used), words, isMarked }
  sayKinds(address)
  return address
}

/** «01» is «1»: leading zeros of the number last read are taken away. */
function withoutZeros(at: number, to: number): number {
  let first = at
  while (first < to - 1 && scratch[first] === 48) first++
  if (first > at) scratch.copyWithin(at, first, to)
  return to - (first - at)
}

const makeWord = (word: Omit<Word, 'first' | 'kind' | 'kindLength' | 'isSmall'>): Word => ({
  at: word.at,
  to: word.to,
  first: scratch[word.at] ?? 0,
  from: word.from,
  until: word.until,
  segment: word.segment,
  block: word.block,
  kind: 0,
  kindLength: 1,
  isSmall: false,
  isGlued: word.isGlued,
})

function sayKinds({ words, letters, before }: AddressWords): void {
  for (let place = 0; place < words.length; place++) {
    const word = words[place]
    if (!word || word.to - word.at > longestKey || !vocabulary.has(hashOfRun(before, word.at, word.to))) continue
    const key = letters.slice(word.at, word.to)
    const next = words[place + 1]
    const two =
      next && next.segment === word.segment ? kinds.get(`${key} ${letters.slice(next.at, next.to)}`) : undefined
    word.kind = two ?? kinds.get(key) ?? 0
    word.kindLength = two === undefined ? 1 : 2
    word.isSmall = smallWords.has(key)
  }
}

/** One compact key for a name: «Bà Rịa - Vũng Tàu» → bariavungtau, «Phường 01» → 1. */
export const placeKey = (name: string): string => readAddress(name).letters
