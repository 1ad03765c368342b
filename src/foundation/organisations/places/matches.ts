// Where in an address names of units stand: every run of words that is a name, with the word before it that says of what kind.
import { compact, type Named, type Names, type Namesakes } from './names.ts'
import type { Word } from './words.ts'

export interface Match {
  start: number
  /** Behind its last word. */
  end: number
  /** Kinds said by the word before; 0 where none stands there. */
  kind: number
  /** Where the kind word begins; `start` where there is none. */
  from: number
  segment: number
  /** With its kind word it is all there is between two commas. */
  isWhole: boolean
  /** Behind «đường», «thôn» or a house number: likely no unit. */
  isSmall: boolean
  /** Written with diacritics: without blanks, to be compared; empty where written without. */
  accented: string
  /** One letter differs. */
  isNear: boolean
  /** A word follows that belongs to no name: «Tam Quan Gac» may be another name misspelt. */
  hasTail: boolean
  /** Communes of this name. */
  communes: readonly Named[]
  /** Districts and provinces of this name. */
  above: readonly Named[]
}

const longest = 6
// biome-ignore lint/suspicious/noControlCharactersInRegex: the plain letters are what is looked for
const plain = /^[\u0000-\u007f]*$/

interface Bounds {
  first: number[]
  last: number[]
  /** Somebody who writes marks writes them everywhere. */
  isMarked: boolean
}

function boundsOf(words: readonly Word[]): Bounds {
  const first: number[] = []
  const last: number[] = []
  for (const [at, { segment }] of words.entries()) {
    first[segment] ??= at
    last[segment] = at
  }
  return { first, last, isMarked: words.some(({ raw }) => !plain.test(raw)) }
}

interface Hint {
  kind: number
  from: number
}

/** The kind word that ends just before a name. */
function hintBefore(words: readonly Word[], start: number): Hint {
  const { segment } = words[start] ?? {}
  const two = words[start - 2]
  if (two && two.kindLength === 2 && two.kind && two.segment === segment) return { kind: two.kind, from: start - 2 }
  const one = words[start - 1]
  if (one && one.kindLength === 1 && one.kind && one.segment === segment) return { kind: one.kind, from: start - 1 }
  return { kind: 0, from: start }
}

function isBehindSmall(words: readonly Word[], from: number): boolean {
  const before = words[from - 1]
  if (!before || before.segment !== words[from]?.segment) return false
  return before.isSmall || /^\d/.test(before.key) || (before.key.length === 1 && !before.kind)
}

function makeMatch(
  words: readonly Word[],
  bounds: Bounds,
  span: { start: number; end: number; named: Namesakes },
): Match {
  const { start, end, named } = span
  const segment = words[start]?.segment ?? 0
  const { kind, from } = hintBefore(words, start)
  let raw = ''
  for (let at = start; at < end; at++) raw += words[at]?.raw ?? ''
  return {
    start,
    end,
    kind,
    from,
    segment,
    isWhole: bounds.first[segment] === from && bounds.last[words[end - 1]?.segment ?? 0] === end - 1,
    isSmall: kind === 0 && isBehindSmall(words, from),
    accented: bounds.isMarked ? compact(raw) : '',
    isNear: false,
    hasTail: false,
    communes: named.communes,
    above: named.above,
  }
}

const isNumeral = (key: string) => key.charCodeAt(0) <= 57

/** All runs of words that are names as they stand. */
export function findMatches(words: readonly Word[], names: Names): Match[] {
  const bounds = boundsOf(words)
  const matches: Match[] = []
  for (let start = 0; start < words.length; start++) {
    const block = words[start]?.block
    let key = ''
    for (let end = start + 1; end <= words.length && end - start <= longest; end++) {
      const word = words[end - 1]
      if (!word || word.block !== block) break
      key += word.key
      // A number is a name only behind its kind word: «Phường 5», not house 5.
      if (isNumeral(key) && hintBefore(words, start).kind === 0) break
      const named = names.find(key)
      if (named) matches.push(makeMatch(words, bounds, { start, end, named }))
    }
  }
  const starts = new Set(matches.map(({ start }) => start))
  for (const match of matches) {
    const next = words[match.end]
    match.hasTail =
      next !== undefined &&
      next.segment === match.segment &&
      !next.kind &&
      !isNumeral(next.key) &&
      !starts.has(match.end)
  }
  return matches
}

/** Runs of words that are a name but for one letter, of those no name covers as they stand. */
export function findNearMatches(words: readonly Word[], names: Names, covered: readonly boolean[]): Match[] {
  const bounds = boundsOf(words)
  const matches: Match[] = []
  for (let start = 0; start < words.length; start++) {
    const first = words[start]
    if (!first || isNumeral(first.key)) continue
    let key = ''
    let isOpen = false
    for (let end = start + 1; end <= words.length && end - start <= 4; end++) {
      const word = words[end - 1]
      if (!word || word.block !== first.block) break
      key += word.key
      isOpen ||= !covered[end - 1]
      if (key.length < 4 || !isOpen) continue
      for (const near of names.findNear(key)) {
        const named = names.find(near)
        if (named) matches.push({ ...makeMatch(words, bounds, { start, end, named }), isNear: true })
      }
    }
  }
  return matches
}
