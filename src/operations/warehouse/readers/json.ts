import type { Bytes } from './bytes.ts'
import { FileFault } from './faults.ts'
import { EncodingJudge } from './foreign-rows.ts'
import type { JsonFormat, Limits, TreeBatch } from './format.ts'
import { ByteCursor, type TextBlock } from './text-blocks.ts'
import { openText } from './text-source.ts'
import { TreeCollector } from './tree-collector.ts'

// Streams the elements of one array of a JSON file of any size. The scanner below only tells strings, brackets and
// commas apart: enough to follow the path to the array and to cut it into its elements, each of which is then parsed
// by the engine. So an element with a fault inside is set aside alone; where the brackets themselves do not match, no
// element after that place can be trusted and the file is refused.

const quote = 34
const backslash = 92
const comma = 44
const colon = 58
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

type Level = { open: typeof openBracket | typeof openBrace; name: string | number; nameComes: boolean }

type ElementSink = (
  text: string,
  place: { line: number; offset: number; length: number },
  block: TextBlock,
  cut: boolean,
) => void

const pieceBytes = 64 * 1024

class ArrayScanner {
  readonly #path: readonly (string | number)[]
  readonly #limits: Limits
  readonly #tell: ElementSink
  readonly #levels: Level[] = []
  /** Where we are, seen from the wanted array. */
  #inside: 'before' | 'in' | 'done' = 'before'
  #baseDepth = 0
  #inString = false
  #escaped = false
  /** Text of the string that may be the name of a member. */
  #name: string | undefined
  #element = ''
  #elementAt: number | undefined
  #elementFlags: TextBlock | undefined
  #elements = 0

  constructor(path: readonly (string | number)[], limits: Limits, tell: ElementSink) {
    this.#path = path
    this.#limits = limits
    this.#tell = tell
  }

  get done(): boolean {
    return this.#inside === 'done'
  }

  scan(block: TextBlock): void {
    const { text } = block
    const bytes = new ByteCursor(text, block.width, block.offset)
    let from = 0
    for (let at = 0; at < text.length; at++) {
      if (this.#inString) {
        at = this.#passString(text, at)
        continue
      }
      const code = text.charCodeAt(at)
      if (code <= 32) continue
      if (this.#inside === 'in' && this.#elementAt === undefined && code !== comma && code !== closeBracket) {
        this.#elementAt = bytes.byteAt(at)
        this.#elementFlags = block
        from = at
      }
      const ends =
        this.#inside === 'in' && this.#levels.length === this.#baseDepth && (code === comma || code === closeBracket)
      if (ends) this.#finish(text.slice(from, at), bytes.byteAt(at), block)
      this.#step(code, bytes, at)
    }
    if (this.#elementAt !== undefined) this.#keep(text.slice(from), block)
  }

  // Up to the closing quote or the end of the text; a name is gathered on the way.
  #passString(text: string, from: number): number {
    let at = from
    while (at < text.length) {
      const code = text.charCodeAt(at)
      if (this.#escaped) this.#escaped = false
      else if (code === backslash) this.#escaped = true
      else if (code === quote) {
        this.#inString = false
        break
      }
      at++
    }
    if (this.#name !== undefined) this.#name = (this.#name + text.slice(from, at)).slice(0, 1000)
    return at
  }

  #step(code: number, bytes: ByteCursor, at: number): void {
    const level = this.#levels.at(-1)
    if (code === quote) {
      this.#inString = true
      const named = this.#inside === 'before' && level?.open === openBrace && level.nameComes
      this.#name = named ? '' : undefined
    } else if (code === colon && level && level.nameComes && this.#inside === 'before') {
      level.name = memberName(this.#name ?? '')
      level.nameComes = false
      this.#name = undefined
    } else if (code === comma && level && this.#inside === 'before') {
      if (level.open === openBrace) level.nameComes = true
      else if (typeof level.name === 'number') level.name++
    } else if (code === openBracket || code === openBrace) this.#open(code)
    else if (code === closeBracket || code === closeBrace) this.#close(code, bytes, at)
    else if (this.#inside === 'before' && this.#atPath() && code !== colon && code !== comma) throw this.#notAnArray()
  }

  #atPath(): boolean {
    return (
      this.#levels.length === this.#path.length &&
      this.#levels.every((level, index) => !level.nameComes && level.name === this.#path[index])
    )
  }

  #open(code: typeof openBracket | typeof openBrace): void {
    if (this.#levels.length > this.#limits.depth + this.#path.length) {
      throw new FileFault('nesting.too-deep', { limit: this.#limits.depth })
    }
    const wanted = this.#inside === 'before' && this.#atPath()
    if (wanted && code !== openBracket) throw this.#notAnArray()
    this.#levels.push({ open: code, name: code === openBracket ? 0 : '', nameComes: code === openBrace })
    if (wanted) {
      this.#inside = 'in'
      this.#baseDepth = this.#levels.length
    }
  }

  #close(code: typeof closeBracket | typeof closeBrace, bytes: ByteCursor, at: number): void {
    const level = this.#levels.pop()
    if (level?.open !== (code === closeBracket ? openBracket : openBrace))
      throw new FileFault('json.broken', { offset: bytes.byteAt(at) })
    if (this.#inside === 'in' && this.#levels.length < this.#baseDepth) this.#inside = 'done'
  }

  #keep(text: string, block: TextBlock): void {
    // One character beyond the limit is kept as the proof that it was passed.
    if (this.#element.length <= this.#limits.rowBytes) this.#element += text.slice(0, this.#limits.rowBytes + 1)
    const flags = this.#elementFlags
    if (flags && flags !== block) {
      // A letter and its mark may have come in two pieces, each of which looked composed.
      this.#elementFlags = { ...block, decomposed: true, foreign: flags.foreign || block.foreign }
    }
  }

  #finish(text: string, end: number, block: TextBlock): void {
    if (this.#elementAt === undefined) return
    this.#keep(text, block)
    this.#elements++
    const place = { line: this.#elements, offset: this.#elementAt, length: end - this.#elementAt }
    this.#tell(this.#element, place, this.#elementFlags ?? block, this.#element.length > this.#limits.rowBytes)
    this.#element = ''
    this.#elementAt = undefined
  }

  #pathName(): string {
    return this.#path.length === 0 ? '(gốc)' : this.#path.join(' › ')
  }

  #notAnArray(): FileFault {
    return new FileFault('json.not-an-array', { path: this.#pathName() })
  }

  /** To be called behind the last block. */
  end(): void {
    if (this.#inside === 'done') return
    if (this.#inside === 'in' || this.#inString) throw new FileFault('json.cut', {})
    if (this.#inside === 'before') {
      if (this.#levels.length > 0) throw new FileFault('json.cut', {})
      throw new FileFault('json.path-not-found', { path: this.#pathName() })
    }
  }
}

function memberName(text: string): string {
  if (!text.includes('\\')) return text.normalize('NFC')
  try {
    return String(JSON.parse(`"${text}"`)).normalize('NFC')
  } catch {
    // A name that is no JSON string matches no path.
    return ''
  }
}

/** Streams the objects of the array that a JSON file is, or holds at a path. */
export async function* readJson(input: Bytes, format: JsonFormat, limits: Limits): AsyncGenerator<TreeBatch> {
  const { encoding, blocks } = await openText(input, format, limits, pieceBytes)
  const judge = new EncodingJudge(format.encoding, encoding)
  const collector = new TreeCollector(limits)
  const scanner = new ArrayScanner(format.path, limits, (text, place, block, cut) => {
    if (cut) collector.addFault('row.too-long', { limit: limits.rowBytes }, text, place)
    else collector.addJson(text.trimEnd(), place, block, judge)
  })
  let bytesRead = 0
  for await (const block of blocks) {
    // Behind the array the file is only read to its end, so that a torn one is noticed.
    if (scanner.done) continue
    scanner.scan(block)
    bytesRead = block.offset
    judge.judge(false)
    yield* collector.take(false, bytesRead)
  }
  scanner.end()
  judge.judge(true)
  yield* collector.take(true, bytesRead)
}
