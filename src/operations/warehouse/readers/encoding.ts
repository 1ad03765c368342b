import { looksWide } from './content.ts'
import { FileFault } from './faults.ts'
import type { Encoding } from './format.ts'

// From bytes to text, keeping count of bytes. Bytes that do not belong to the encoding become lone surrogates
// (U+DC00 + byte, as PEP 383 does), so that the row they stand in can be told from the sound ones and the count of
// bytes stays exact; they never leave the readers.

export type ResolvedEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1258' | 'tcvn3'

// TCVN 5712:1993 from A0 on, a row of sixteen codes a line. The ABC fonts (VN3) use A1–AE, the letters without tone,
// and the lower-case letters with a tone; the capitals with a tone among them belong to the wider VN2 and clash with
// nothing. VN3 types such capitals with the lower-case codes in a second font whose name ends in "H" (.VnTimeH). A text
// file does not name its fonts, so those words come out in lower case.
const tcvn3Letters = [
  '\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ',
  '\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ',
  'ẮẦẨẪẤỀặầẩẫấậèỂẻẽ',
  'éẹềểễếệìỉỄẾỒĩíịò',
  'Ổỏõóọồổỗốộờởỡớợù',
  'ỖủũúụừửữứựỳỷỹýỵỐ',
].join('')

const foreignByte = (byte: number): number => 0xdc00 + byte

function tcvn3Units(): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    if (byte < 128) return byte
    return byte < 0xa0 ? foreignByte(byte) : tcvn3Letters.charCodeAt(byte - 0xa0)
  })
}

function windows1258Units(): Uint16Array {
  const decoder = new TextDecoder('windows-1258')
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    const unit = decoder.decode(Uint8Array.of(byte)).charCodeAt(0)
    // The code page leaves a few bytes free; the decoder passes them through as C1 controls.
    return unit >= 0x80 && unit <= 0x9f ? foreignByte(byte) : unit
  })
}

const singleByteUnits = { 'windows-1258': windows1258Units(), tcvn3: tcvn3Units() }

export function decodeSingleByte(bytes: Uint8Array, encoding: 'windows-1258' | 'tcvn3'): string {
  const units = singleByteUnits[encoding]
  const out = new Uint16Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) out[at] = units[bytes[at] ?? 0] ?? 0
  return Buffer.from(out.buffer).toString('utf16le')
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of sound UTF-8, or undefined. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes)
  } catch {
    // The only failure a fatal decoder knows: the bytes are not UTF-8, which is the answer asked for.
    return undefined
  }
}

/** Decodes UTF-8 and keeps whatever is not UTF-8, byte by byte, as lone surrogates. */
export function decodeUtf8Escaping(bytes: Buffer): string {
  let text = ''
  let from = 0
  let at = 0
  while (at < bytes.length) {
    const size = sequenceLength(bytes, at)
    if (size > 0) {
      at += size
      continue
    }
    text += bytes.toString('utf8', from, at) + String.fromCharCode(foreignByte(bytes[at] ?? 0))
    at++
    from = at
  }
  return text + bytes.toString('utf8', from)
}

// Length of the well-formed sequence that starts here, 0 if there is none (Unicode 15, table 3-7).
function sequenceLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const follows = (offset: number, from = 0x80, to = 0xbf): boolean => {
    const byte = bytes[at + offset] ?? 0
    return byte >= from && byte <= to
  }
  if (first < 0xe0) return follows(1) ? 2 : 0
  if (first < 0xf0) return follows(1, first === 0xe0 ? 0xa0 : 0x80, first === 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0
  return follows(1, first === 0xf0 ? 0x90 : 0x80, first === 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0
}

/** Where a block may be cut so that no UTF-8 sequence is torn: at most three bytes before its end. */
export function utf8Boundary(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) {
      const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return size > back ? bytes.length - back : bytes.length
    }
  }
  return bytes.length
}

const vietnameseLetter = /[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/iu

const impossiblePair =
  /[aăâeêoôơuưiyàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ][èềịỡũ](?<!oè|[uiy]ề|uị|[ưu]ỡ)/giu

// Share of the high bytes that make Vietnamese letters inside words under this encoding.
function plausibility(bytes: Uint8Array, encoding: 'windows-1258' | 'tcvn3'): number {
  const text = decodeSingleByte(bytes, encoding).normalize('NFC')
  let good = 0
  let bad = 0
  for (const char of text) {
    if (char.charCodeAt(0) < 0x80) continue
    if (vietnameseLetter.test(char)) good++
    else bad++
  }
  // The tone marks of Windows-1258 are letters in TCVN3, but ones that no Vietnamese word has behind these vowels.
  const misplaced = encoding === 'tcvn3' ? (text.match(impossiblePair)?.length ?? 0) : 0
  return good + bad === 0 ? 0 : (good - misplaced) / (good + bad)
}

/** The old Vietnamese encoding these bytes are most likely in, if any is likely; only to word a fault, never to read. */
export function guessEncoding(head: Uint8Array): 'utf-8' | 'utf-16' | 'windows-1258' | 'tcvn3' | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  if (looksWide(bytes)) return 'utf-16'
  if (decodeUtf8(bytes.subarray(0, utf8Boundary(bytes))) !== undefined) return 'utf-8'
  const tcvn3 = plausibility(bytes, 'tcvn3')
  const windows1258 = plausibility(bytes, 'windows-1258')
  if (Math.max(tcvn3, windows1258) < 0.8) return undefined
  return windows1258 >= tcvn3 ? 'windows-1258' : 'tcvn3'
}

const byteOrderMarks = [
  { encoding: 'utf-8', mark: 'efbbbf' },
  { encoding: 'utf-16le', mark: 'fffe' },
  { encoding: 'utf-16be', mark: 'feff' },
] as const

/** The encoding to read with and the length of the byte order mark; a contradiction with the contract is a fault. */
export function resolveEncoding(head: Buffer, declared: Encoding): { encoding: ResolvedEncoding; markLength: number } {
  const start = head.subarray(0, 3).toString('hex')
  const found = byteOrderMarks.find(({ mark }) => start.startsWith(mark))
  if (found) {
    const family = found.encoding === 'utf-8' ? 'utf-8' : 'utf-16'
    if (declared !== 'auto' && declared !== family) {
      throw new FileFault('encoding.mismatch', { declared, likely: family })
    }
    return { encoding: found.encoding, markLength: found.mark.length / 2 }
  }
  if (looksWide(head)) throw wideWithoutMark(declared)
  if (declared === 'utf-16') throw new FileFault('encoding.mismatch', { declared, likely: guessEncoding(head) })
  if (declared === 'windows-1258' || declared === 'tcvn3') {
    requireOldEncoding(head, declared)
    return { encoding: declared, markLength: 0 }
  }
  return { encoding: 'utf-8', markLength: 0 }
}

function wideWithoutMark(declared: Encoding): FileFault {
  if (declared === 'auto' || declared === 'utf-16') return new FileFault('encoding.unknown', { likely: 'utf-16' })
  return new FileFault('encoding.mismatch', { declared, likely: 'utf-16' })
}

// UTF-8 with multi-byte letters read as an old code page gives letters too: sound UTF-8 is proof of the opposite.
function requireOldEncoding(head: Buffer, declared: 'windows-1258' | 'tcvn3'): void {
  const sound = head.subarray(0, utf8Boundary(head))
  const multiByte = sound.some((byte) => byte >= 0x80)
  if (!multiByte) return
  if (decodeUtf8(sound) !== undefined) throw new FileFault('encoding.mismatch', { declared, likely: 'utf-8' })
  const likely = guessEncoding(head)
  if (likely && likely !== declared && plausibility(head, declared) < 0.7) {
    throw new FileFault('encoding.mismatch', { declared, likely })
  }
}
