import { type Bytes, openBytes, orClose, peekBytes } from './bytes.ts'
import { requireContent } from './content.ts'
import { decodeHead } from './csv-head.ts'
import { type ResolvedEncoding, resolveEncoding } from './encoding.ts'
import type { Encoding, Format, Limits } from './format.ts'
import { readTextBlocks, type TextBlock } from './text-blocks.ts'

const headBytes = 64 * 1024
/** How much of a faulty row is kept to be shown; its place in the file tells the rest. */
export const rawLength = 20_000

export type TextSource = {
  /** The first bytes without their mark. */
  head: Buffer
  encoding: ResolvedEncoding
  lineEnd: '\n' | '\r'
  blocks: AsyncIterable<TextBlock>
}

/** Opens a text file: unpacks it, refuses what it plainly is not, settles the encoding. */
export async function openText(
  input: Bytes,
  format: { kind: Format['kind']; encoding: Encoding },
  limits: Limits,
  lineBytes = limits.rowBytes,
): Promise<TextSource> {
  const { head, rest } = await peekBytes(openBytes(input, limits), headBytes)
  return orClose(rest, () => {
    requireContent(head, format.kind)
    const { encoding, markLength } = resolveEncoding(head, format.encoding)
    const lineEnd = detectLineEnd(head, encoding)
    const options = { encoding, skip: markLength, lineEnd: lineEnd.charCodeAt(0), lineBytes }
    return { head: head.subarray(markLength), encoding, lineEnd, blocks: readTextBlocks(rest, options) }
  })
}

// Lines end at a line feed, with or without a carriage return before it; at a carriage return where there is none.
function detectLineEnd(head: Buffer, encoding: ResolvedEncoding): '\n' | '\r' {
  const text = decodeHead(head, encoding)
  return !text.includes('\n') && text.includes('\r') ? '\r' : '\n'
}
