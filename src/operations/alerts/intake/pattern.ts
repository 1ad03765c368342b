/**
 * Regular expressions that strangers write, in the syntax that Prometheus and amtool use and in time linear in the text: no backtracking,
 * so that no expression, however hostile, holds the program up. Known: `.` `[a-z]` `[^…]` `\d \w \s` and escapes, `|`, groups, `* + ?`
 * and `{n,m}`; the whole text must match. Compiled to a list of steps that all possible places walk together (Thompson).
 */

type Test = (letter: string) => boolean

type Node =
  | { kind: 'empty' }
  | { kind: 'letter'; test: Test }
  | { kind: 'sequence'; of: Node[] }
  | { kind: 'either'; of: Node[] }
  | { kind: 'repeat'; of: Node; least: number; most: number }

type Step = { kind: 'letter'; test: Test } | { kind: 'fork'; to: number[] } | { kind: 'done' }

const mostLetters = 500
const mostSteps = 1000

/** Matches the whole of a text. */
export type Pattern = (text: string) => boolean

export class PatternFault extends Error {
  override readonly name = 'PatternFault'
}

/** @throws PatternFault in Vietnamese words */
export function compilePattern(source: string): Pattern {
  if (source.length > mostLetters) throw new PatternFault(`Biểu thức dài quá ${mostLetters} ký tự.`)
  const steps: Step[] = []
  emit(new Reader(source).read(), steps)
  steps.push({ kind: 'done' })
  return (text) => run(steps, text)
}

function emit(node: Node, steps: Step[]): void {
  if (steps.length > mostSteps) throw new PatternFault('Biểu thức lặp quá nhiều lần.')
  if (node.kind === 'letter') steps.push({ kind: 'letter', test: node.test })
  if (node.kind === 'sequence') for (const one of node.of) emit(one, steps)
  if (node.kind === 'either') emitEither(node.of, steps)
  if (node.kind === 'repeat') emitRepeat(node, steps)
}

function emitEither(of: readonly Node[], steps: Step[]): void {
  const fork: Step = { kind: 'fork', to: [] }
  steps.push(fork)
  const ends: Step[] = []
  for (const one of of) {
    fork.to.push(steps.length)
    emit(one, steps)
    const end: Step = { kind: 'fork', to: [] }
    steps.push(end)
    ends.push(end)
  }
  for (const end of ends) if (end.kind === 'fork') end.to.push(steps.length)
}

function emitRepeat({ of, least, most }: Node & { kind: 'repeat' }, steps: Step[]): void {
  for (let time = 0; time < least; time += 1) emit(of, steps)
  if (most === Number.POSITIVE_INFINITY) {
    const at = steps.length
    const fork: Step = { kind: 'fork', to: [at + 1] }
    steps.push(fork)
    emit(of, steps)
    steps.push({ kind: 'fork', to: [at] })
    fork.to.push(steps.length)
    return
  }
  const forks: Step[] = []
  for (let time = least; time < most; time += 1) {
    const fork: Step = { kind: 'fork', to: [steps.length + 1] }
    steps.push(fork)
    forks.push(fork)
    emit(of, steps)
  }
  for (const fork of forks) if (fork.kind === 'fork') fork.to.push(steps.length)
}

function run(steps: readonly Step[], text: string): boolean {
  let places = reach(steps, [0])
  for (const letter of text) {
    const after: number[] = []
    for (const place of places) {
      const step = steps[place]
      if (step?.kind === 'letter' && step.test(letter)) after.push(place + 1)
    }
    if (after.length === 0) return false
    places = reach(steps, after)
  }
  return places.some((place) => steps[place]?.kind === 'done')
}

/** All places that can be stood on without taking a letter. */
function reach(steps: readonly Step[], from: readonly number[]): number[] {
  const seen = new Set<number>()
  const waiting = [...from]
  while (waiting.length > 0) {
    const place = waiting.pop()
    if (place === undefined || seen.has(place)) continue
    seen.add(place)
    const step = steps[place]
    if (step?.kind === 'fork') waiting.push(...step.to)
  }
  return [...seen]
}

const classes: Record<string, Test> = {
  d: (letter) => /^\d$/.test(letter),
  D: (letter) => !/^\d$/.test(letter),
  w: (letter) => /^\w$/.test(letter),
  W: (letter) => !/^\w$/.test(letter),
  s: (letter) => /^\s$/.test(letter),
  S: (letter) => !/^\s$/.test(letter),
}
const controls: Record<string, string> = { n: '\n', r: '\r', t: '\t' }
const mostRepeats = 200
const mostDepth = 50

class Reader {
  readonly #letters: string[]
  #at = 0
  #depth = 0

  constructor(source: string) {
    this.#letters = [...source]
  }

  read(): Node {
    const node = this.#either()
    if (this.#at < this.#letters.length) throw new PatternFault('Biểu thức có dấu “)” thừa.')
    return node
  }

  #either(): Node {
    const of = [this.#sequence()]
    while (this.#take('|')) of.push(this.#sequence())
    return of.length === 1 ? (of[0] ?? { kind: 'empty' }) : { kind: 'either', of }
  }

  #sequence(): Node {
    const of: Node[] = []
    while (this.#at < this.#letters.length && this.#letters[this.#at] !== '|' && this.#letters[this.#at] !== ')')
      of.push(this.#repeated())
    return { kind: 'sequence', of }
  }

  #repeated(): Node {
    let node = this.#single()
    for (;;) {
      const bounds = this.#bounds()
      if (!bounds) return node
      node = { kind: 'repeat', of: node, ...bounds }
      // `*?` asks for fewer letters first; of a whole match that says the same.
      this.#take('?')
    }
  }

  #bounds(): { least: number; most: number } | undefined {
    if (this.#take('*')) return { least: 0, most: Number.POSITIVE_INFINITY }
    if (this.#take('+')) return { least: 1, most: Number.POSITIVE_INFINITY }
    if (this.#take('?')) return { least: 0, most: 1 }
    const braces = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#letters.slice(this.#at, this.#at + 12).join(''))
    if (!braces) return undefined
    this.#at += braces[0].length
    const least = Number(braces[1])
    const most = braces[2] === undefined ? least : braces[3] ? Number(braces[3]) : Number.POSITIVE_INFINITY
    if (least > mostRepeats || (most !== Number.POSITIVE_INFINITY && (most > mostRepeats || most < least)))
      throw new PatternFault(`Số lần lặp trong {} phải từ 0 đến ${mostRepeats}, số trước không lớn hơn số sau.`)
    return { least, most }
  }

  #single(): Node {
    const letter = this.#letters[this.#at]
    this.#at += 1
    if (letter === '(') return this.#group()
    if (letter === '[') return { kind: 'letter', test: this.#set() }
    if (letter === '.') return { kind: 'letter', test: (one) => one !== '\n' }
    if (letter === '\\') return { kind: 'letter', test: this.#escaped() }
    // A whole match begins and ends at the ends of the text anyway.
    if (letter === '^' || letter === '$') return { kind: 'empty' }
    if (letter === '*' || letter === '+' || letter === '?')
      throw new PatternFault(`Dấu “${letter}” không có gì đứng trước để lặp.`)
    return { kind: 'letter', test: (one) => one === letter }
  }

  #group(): Node {
    this.#depth += 1
    if (this.#depth > mostDepth) throw new PatternFault('Biểu thức lồng quá nhiều ngoặc.')
    if (this.#take('?') && !this.#take(':')) throw new PatternFault('Chỉ dùng được nhóm thường (…) hoặc (?:…).')
    const node = this.#either()
    if (!this.#take(')')) throw new PatternFault('Biểu thức thiếu dấu “)”.')
    this.#depth -= 1
    return node
  }

  #escaped(): Test {
    const letter = this.#letters[this.#at]
    if (letter === undefined) throw new PatternFault('Biểu thức kết thúc bằng dấu “\\”.')
    this.#at += 1
    const known = classes[letter]
    if (known) return known
    if (/[A-Za-z0-9]/.test(letter) && controls[letter] === undefined)
      throw new PatternFault(`Không dùng được “\\${letter}”.`)
    const plain = controls[letter] ?? letter
    return (one) => one === plain
  }

  #set(): Test {
    const isNegated = this.#take('^')
    const tests: Test[] = []
    for (let first = true; ; first = false) {
      const letter = this.#letters[this.#at]
      if (letter === undefined) throw new PatternFault('Biểu thức thiếu dấu “]”.')
      this.#at += 1
      if (letter === ']' && !first) break
      tests.push(letter === '\\' ? this.#escaped() : this.#range(letter))
    }
    return (one) => tests.some((test) => test(one)) !== isNegated
  }

  #range(from: string): Test {
    const to = this.#letters[this.#at + 1]
    if (this.#letters[this.#at] !== '-' || to === undefined || to === ']') return (one) => one === from
    this.#at += 2
    if (to < from) throw new PatternFault(`Khoảng ${from}-${to} trong [] bị ngược.`)
    return (one) => one >= from && one <= to
  }

  #take(letter: string): boolean {
    if (this.#letters[this.#at] !== letter) return false
    this.#at += 1
    return true
  }
}
