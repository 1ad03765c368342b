import { isAscii } from 'node:buffer'
import type { Bytes } from './bytes.ts'
import { decodeSingleByte, decodeUtf8, decodeUtf8Escaping, type ResolvedEncoding, utf8Boundary } from './encoding.ts'

// Text in blocks of whole lines. A block knows how many bytes any piece of it was made of, so that a row can be shown
// later as the exact bytes of its file; counting is free for ASCII, which most blocks are.

/** How many bytes a code unit stands for, from the cheapest to count to the dearest. */
type Width = 'one' | 'two' | 'utf-8' | 'utf-8 with foreign bytes'

export type TextBlock = {
  text: string
  /** Byte of the decompressed file at which the text begins. */
  offset: number
  width: Width
  /** Pieces of the text may need composing (NFC). */
  decomposed: boolean
  /** Some piece holds bytes of another encoding. */
  foreign: boolean
}

const foreign = /[\udc80-\udcff]/gu

function countBytes(piece: string, width: Width): number {
  if (width === 'one') return piece.length
  if (width === 'two') return piece.length * 2
  const bytes = Buffer.byteLength(piece, 'utf8')
  if (width === 'utf-8') return bytes
  // A lone surrogate stands for one byte and is counted as three.
  return bytes - 2 * (piece.match(foreign)?.length ?? 0)
}

/** Walks forward through a text and tells the byte at each position. */
export class ByteCursor {
  readonly #text: string
  readonly #width: Width
  #position = 0
  #byte: number

  constructor(text: string, width: Width, offset: number) {
    this.#text = text
    this.#width = width
    this.#byte = offset
  }

  byteAt(position: number): number {
    const passed =
      this.#width === 'one'
        ? position - this.#position
        : countBytes(this.#text.slice(this.#position, position), this.#width)
    this.#byte += passed
    this.#position = position
    return this.#byte
  }
}

const rank: Record<Width, number> = { one: 0, two: 0, 'utf-8': 1, 'utf-8 with foreign bytes': 2 }
const widerOf = (a: Width, b: Width): Width => (rank[a] >= rank[b] ? a : b)

/** The text that was left over with the next block behind it. */
export function joinBlocks(left: TextBlock | undefined, block: TextBlock): TextBlock {
  if (!left || left.text === '') return block
  return {
    text: left.text + block.text,
    offset: left.offset,
    width: widerOf(left.width, block.width),
    decomposed: left.decomposed || block.decomposed,
    foreign: left.foreign || block.foreign,
  }
}

const loneSurrogate = /[\ud800-\udfff]/u
/** A byte of another encoding was kept in this piece. */
export const holdsForeignBytes = (piece: string): boolean => loneSurrogate.test(piece)
/** The piece as it can be shown and stored. */
export const showForeignBytes = (piece: string): string => piece.replace(/[\ud800-\udfff]/gu, '\ufffd')

const blockBytes = 64 * 1024

function decodeBlock(bytes: Buffer, encoding: ResolvedEncoding, offset: number): TextBlock {
  const block = (text: string, width: Width): TextBlock => ({
    text,
    offset,
    width,
    decomposed: text.normalize('NFC') !== text,
    foreign: width !== 'utf-8' && holdsForeignBytes(text),
  })
  if (encoding === 'utf-16le') return block(bytes.toString('utf16le'), 'two')
  if (encoding === 'utf-16be') return block(Buffer.from(bytes).swap16().toString('utf16le'), 'two')
  if (isAscii(bytes)) return { text: bytes.toString('latin1'), offset, width: 'one', decomposed: false, foreign: false }
  if (encoding !== 'utf-8') return block(decodeSingleByte(bytes, encoding), 'one')
  const text = decodeUtf8(bytes)
  if (text !== undefined) return block(text, 'utf-8')
  return block(decodeUtf8Escaping(bytes), 'utf-8 with foreign bytes')
}

// Position after the last line end, or 0.
function lastLineEnd(bytes: Buffer, encoding: ResolvedEncoding, lineEnd: number): number {
  if (encoding === 'utf-16le' || encoding === 'utf-16be') {
    const [high, low] = encoding === 'utf-16le' ? [1, 0] : [0, 1]
    for (let at = (bytes.length & ~1) - 2; at >= 0; at -= 2) {
      if (bytes[at + low] === lineEnd && bytes[at + high] === 0) return at + 2
    }
    return 0
  }
  return bytes.lastIndexOf(lineEnd) + 1
}

function safeCut(bytes: Buffer, encoding: ResolvedEncoding): number {
  if (encoding === 'utf-8') return utf8Boundary(bytes)
  return encoding.startsWith('utf-16') ? bytes.length & ~1 : bytes.length
}

type BlockOptions = {
  encoding: ResolvedEncoding
  /** Bytes of the byte order mark, left out of the text. */
  skip: number
  /** Character code at which lines end: 10, or 13 for files of the old Mac kind. */
  lineEnd: number
  /** A line longer than this is handed on in pieces. */
  lineBytes: number
}

// Chunks of any size, cut so that one block never grows with the sender's buffer.
async function* boundChunks(bytes: Bytes, skip: number): AsyncGenerator<Buffer> {
  let toSkip = skip
  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.length; from += blockBytes * 4) {
      const size = Math.min(blockBytes * 4, chunk.length - from)
      const skipped = Math.min(toSkip, size)
      toSkip -= skipped
      if (size > skipped) yield Buffer.from(chunk.buffer, chunk.byteOffset + from + skipped, size - skipped)
    }
  }
}

/** Blocks of whole lines; only the last may end without a line end, and pieces of a line over the limit. */
export async function* readTextBlocks(bytes: Bytes, options: BlockOptions): AsyncGenerator<TextBlock> {
  const { encoding, lineEnd, lineBytes } = options
  let offset = options.skip
  let parts: Buffer[] = []
  let held = 0
  let target = blockBytes
  for await (const chunk of boundChunks(bytes, options.skip)) {
    parts.push(chunk)
    held += chunk.length
    if (held < target) continue
    const joined = parts.length === 1 ? chunk : Buffer.concat(parts, held)
    let cut = lastLineEnd(joined, encoding, lineEnd)
    if (cut === 0 && held > lineBytes) cut = safeCut(joined, encoding)
    if (cut > 0) {
      yield decodeBlock(joined.subarray(0, cut), encoding, offset)
      offset += cut
    }
    // The rest of a block is copied so that it does not hold the whole of it in memory.
    parts = [Buffer.from(joined.subarray(cut))]
    held = joined.length - cut
    target = Math.max(blockBytes, held * 2)
  }
  if (held > 0) yield decodeBlock(Buffer.concat(parts, held), encoding, offset)
}
