import { guessEncoding, type ResolvedEncoding } from './encoding.ts'
import { FileFault } from './faults.ts'
import type { Encoding } from './format.ts'

// One line with foreign bytes in a sound file is that line's fault; a file full of them is in another encoding. The
// judge keeps count of both and speaks after each block, so that a wrong file is met early.

const judgedFrom = 100
const toleratedShare = 0.05
const sampleLength = 16_384

export class EncodingJudge {
  #rows = 0
  #foreign = 0
  #sound = 0
  #sample = ''
  readonly #declared: Encoding
  readonly #encoding: ResolvedEncoding

  constructor(declared: Encoding, encoding: ResolvedEncoding) {
    this.#declared = declared
    this.#encoding = encoding
  }

  /** The encoding as a person names it. */
  get name(): string {
    return this.#encoding.startsWith('utf-16') ? 'utf-16' : this.#encoding
  }

  addForeignRow(text: string): void {
    this.#rows++
    this.#foreign++
    if (this.#sample.length < sampleLength) this.#sample += text.slice(0, sampleLength)
  }

  /** `sound`: of these rows, how many prove the encoding by letters beyond ASCII. */
  addRows(rows: number, sound: number): void {
    this.#rows += rows
    this.#sound += sound
  }

  judge(atEnd: boolean): void {
    if (!atEnd && this.#foreign < judgedFrom) return
    if (this.#foreign > this.#sound && this.#foreign > this.#rows * toleratedShare) throw this.fault()
  }

  fault(headerText = ''): FileFault {
    // Only UTF-8 leaves the foreign bytes as they were; the text of the other encodings cannot be guessed from.
    const likely = this.#encoding === 'utf-8' ? guessEncoding(bytesBehind(this.#sample + headerText)) : undefined
    const other = likely === this.name ? undefined : likely
    if (this.#declared === 'auto') return new FileFault('encoding.unknown', { likely: other })
    return new FileFault('encoding.mismatch', { declared: this.name, likely: other })
  }
}

// The bytes that a text with foreign bytes was made of.
function bytesBehind(text: string): Buffer {
  const parts = Array.from(text, (char) => {
    const code = char.codePointAt(0) ?? 0
    return code >= 0xdc80 && code <= 0xdcff ? Buffer.of(code & 0xff) : Buffer.from(char)
  })
  return Buffer.concat(parts)
}
