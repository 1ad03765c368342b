import { FileFault } from './faults.ts'
import type { Format } from './format.ts'

// What a file is, judged by its first bytes and never by its name.

const declaredNames: Record<Format['kind'], string> = {
  csv: 'CSV',
  xlsx: 'Excel (.xlsx)',
  json: 'JSON',
  jsonl: 'JSON Lines',
  xes: 'XES (XML)',
}

export type Content = 'zip' | 'office-old' | 'pdf' | 'gzip' | 'image' | 'html' | 'xml' | 'binary' | 'text'

const foundNames: Record<Content, string> = {
  zip: 'tệp nén ZIP hoặc Excel (.xlsx)',
  'office-old': 'tệp Office cũ (.xls, .doc) hoặc có mật khẩu',
  pdf: 'PDF',
  gzip: 'tệp nén hai lần',
  image: 'hình ảnh',
  html: 'trang web (HTML)',
  xml: 'XML',
  binary: 'tệp nhị phân',
  text: 'văn bản thường',
}

const marks: readonly (readonly [string, Content])[] = [
  ['504b0304', 'zip'],
  ['504b0506', 'zip'],
  ['d0cf11e0a1b11ae1', 'office-old'],
  ['25504446', 'pdf'],
  ['1f8b', 'gzip'],
  ['89504e47', 'image'],
  ['ffd8ff', 'image'],
  ['47494638', 'image'],
  ['7f454c46', 'binary'],
  ['4d5a9000', 'binary'],
  ['377abcaf271c', 'binary'],
  ['526172211a07', 'binary'],
]

/** The kind of content that the first bytes of a file tell. */
export function recogniseContent(head: Buffer): Content {
  const start = head.subarray(0, 8).toString('hex')
  const mark = marks.find(([bytes]) => start.startsWith(bytes))
  if (mark) return mark[1]
  const wide = start.startsWith('fffe') || start.startsWith('feff')
  if (!wide && head.subarray(0, 4096).includes(0)) return looksWide(head) || !looksBinary(head) ? 'text' : 'binary'
  const text = head
    .subarray(0, 2048)
    .toString(wide ? 'utf16le' : 'utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .toLowerCase()
  if (text.startsWith('<!doctype html') || text.startsWith('<html')) return 'html'
  if (/^<(\?xml|!--|!doctype|[a-z_][\w:.-]*[\s/>])/.test(text)) return 'xml'
  return 'text'
}

// A stray NUL is the fault of its row; a file that is no text is full of control characters.
function looksBinary(head: Buffer): boolean {
  const looked = head.subarray(0, 4096)
  let controls = 0
  for (const byte of looked) if (byte < 9 || (byte > 13 && byte < 32)) controls++
  return controls > Math.max(1, looked.length / 20)
}

/** Every second byte is mostly zero: UTF-16 that lost its mark. */
export function looksWide(head: Buffer): boolean {
  const length = Math.min(head.length, 1024) & ~1
  let low = 0
  let high = 0
  for (let at = 0; at < length; at += 2) {
    if (head[at] === 0) high++
    if (head[at + 1] === 0) low++
  }
  return Math.max(low, high) > length / 2 / 2
}

/** Refuses a file whose bytes are plainly something else than its contract says. */
export function requireContent(head: Buffer, kind: Format['kind']): void {
  const found = recogniseContent(head)
  const wrong = () => new FileFault('file.wrong-type', { declared: declaredNames[kind], found: foundNames[found] })
  if (kind === 'xlsx') {
    if (found === 'office-old') throw new FileFault('workbook.locked', {})
    if (found !== 'zip') throw wrong()
    return
  }
  if (kind === 'xes') {
    if (found !== 'xml') throw wrong()
    return
  }
  if (found !== 'text' && !(kind === 'csv' && found === 'xml' && !isDocument(head))) throw wrong()
}

// A CSV may hold mark-up in its first cell; an XML declaration or a DOCTYPE is a document.
const isDocument = (head: Buffer): boolean =>
  /^(\ufeff)?\s*<(\?xml|!doctype)/i.test(head.subarray(0, 256).toString('utf8'))
