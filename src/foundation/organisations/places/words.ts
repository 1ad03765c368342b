// An address as its words: folded to plain letters (no diacritics, đ as d, y as i, so that Mỹ is Mĩ), parted where people part them, with the
// words that say what kind of unit follows. Written by hand over character codes: this is the inner loop of twenty thousand addresses a second.

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
  /** Folded. */
  key: string
  /** As written, lower case, composed. */
  raw: string
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

/** The words of an address in the order they stand. */
export function readWords(text: string): Word[] {
  const lower = text.normalize('NFC').toLowerCase()
  const words: Word[] = []
  let segment = 0
  let block = 0
  let start = -1
  let key = ''
  let isGlued = false
  let wasDigit = false
  const close = (end: number) => {
    if (start < 0) return
    const plain = wasDigit && key.length > 1 && key.startsWith('0') ? key.replace(/^0+(?=.)/, '') : key
    words.push({
      key: plain,
      raw: lower.slice(start, end),
      segment,
      block,
      kind: 0,
      kindLength: 0,
      isSmall: false,
      isGlued,
    })
    start = -1
    key = ''
  }
  for (let at = 0; at < lower.length; at++) {
    const code = lower.charCodeAt(at)
    const letter = code < base.length ? (base[code] ?? 0) : 0
    if (letter === 0) {
      // ' and ’ stand inside names: Cư M'gar.
      if ((code === 39 || code === 0x2019 || code === 96) && start >= 0) continue
      const isPoint = code === 46
      close(at)
      if (!isPoint) isGlued = false
      else isGlued = true
      if (code === 44 || code === 59 || code === 10 || code === 124) {
        segment += 1
        block += 1
      }
      // A dash between blanks parts as a comma does; one inside a name does not.
      if ((code === 45 || code === 0x2013) && lower[at - 1] === ' ' && lower[at + 1] === ' ') segment += 1
      continue
    }
    const digit = isDigit(letter)
    if (start >= 0 && digit !== wasDigit) {
      close(at)
      isGlued = true
    } else if (start < 0 && lower[at - 1] !== '.') isGlued = false
    if (start < 0) start = at
    wasDigit = digit
    key += String.fromCharCode(letter)
  }
  close(lower.length)
  for (const [at, word] of words.entries()) {
    const next = words[at + 1]
    const two = next && next.segment === word.segment ? kinds.get(`${word.key} ${next.key}`) : undefined
    word.kind = two ?? kinds.get(word.key) ?? 0
    word.kindLength = two === undefined ? 1 : 2
    word.isSmall = smallWords.has(word.key)
  }
  return words
}

/** One compact key for a name: «Bà Rịa - Vũng Tàu» → bariavungtau, «Phường 01» → 1. */
export function placeKey(name: string): string {
  return readWords(name)
    .map(({ key }) => key)
    .join('')
}
