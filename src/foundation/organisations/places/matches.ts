// Where in an address names of units stand: every run of words that is a name, with the word before it that says of what kind.
import { hashOfRun, longestKey } from './letters.ts'
import { compactRaw, type Named, type Names, type Namesakes } from './names.ts'
import type { AddressWords, Word } from './words.ts'

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

const isNumeral = (word: Word) => word.first <= 57

function isBehindSmall(words: readonly Word[], from: number): boolean {
  const before = words[from - 1]
  if (!before || before.segment !== words[from]?.segment) return false
  return before.isSmall || isNumeral(before) || (before.to - before.at === 1 && !before.kind)
}

interface Span {
  start: number
  end: number
  named: Namesakes
  isNear: boolean
}

function makeMatch({ words, text, isMarked }: AddressWords, { start, end, named, isNear }: Span): Match {
  const segment = words[start]?.segment ?? 0
  const { kind, from } = hintBefore(words, start)
  let raw = ''
  if (isMarked) for (let at = start; at < end; at++) raw += text.slice(words[at]?.from, words[at]?.until)
  const beginsSegment = from === 0 || words[from - 1]?.segment !== segment
  return {
    start,
    end,
    kind,
    from,
    segment,
    isWhole: beginsSegment && (end === words.length || words[end]?.segment !== words[end - 1]?.segment),
    isSmall: kind === 0 && isBehindSmall(words, from),
    accented: isMarked ? compactRaw(raw) : '',
    isNear,
    hasTail: false,
    communes: named.communes,
    above: named.above,
  }
}

/** All runs of words that are names as they stand. */
export function findMatches(address: AddressWords, names: Names): Match[] {
  const { words, letters, before } = address
  const matches: Match[] = []
  const starts: boolean[] = []
  for (let start = 0; start < words.length; start++) {
    const first = words[start]
    // A number is a name only behind its kind word: «Phường 5», not house 5.
    if (!first || (isNumeral(first) && hintBefore(words, start).kind === 0)) continue
    for (let end = start + 1; end <= words.length && end - start <= longest; end++) {
      const word = words[end - 1]
      if (!word || word.block !== first.block || word.to - first.at > longestKey) break
      if (!names.mayBe(hashOfRun(before, first.at, word.to))) continue
      const named = names.find(letters.slice(first.at, word.to))
      if (!named) continue
      matches.push(makeMatch(address, { start, end, named, isNear: false }))
      starts[start] = true
    }
  }
  for (const match of matches) {
    const next = words[match.end]
    match.hasTail =
      next !== undefined && next.segment === match.segment && !next.kind && !isNumeral(next) && !starts[match.end]
  }
  return matches
}

/** Runs of words that are a name but for one letter, of those no name covers as they stand. */
export function findNearMatches(address: AddressWords, names: Names, covered: readonly boolean[]): Match[] {
  const { words } = address
  const matches: Match[] = []
  for (let start = 0; start < words.length; start++) {
    const first = words[start]
    if (!first || isNumeral(first)) continue
    let isOpen = false
    for (let end = start + 1; end <= words.length && end - start <= 4; end++) {
      const word = words[end - 1]
      if (!word || word.block !== first.block || word.to - first.at > longestKey) break
      isOpen ||= !covered[end - 1]
      if (word.to - first.at < 4 || !isOpen) continue
      for (const near of names.findNear(address, first.at, word.to)) {
        const named = names.find(near)
        if (named) matches.push(makeMatch(address, { start, end, named, isNear: true }))
      }
    }
  }
  return matches
}
