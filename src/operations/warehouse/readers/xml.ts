import { SaxesParser } from 'saxes'
import type { Bytes } from './bytes.ts'
import { FileFault } from './faults.ts'

// XML read as a stream of tags, with everything dangerous refused: a document type (and with it every entity but the
// five built in), a tag or a text without end, nesting without end.

export type Tag = { name: string; attributes: Readonly<Record<string, string>> }

export type XmlSink = {
  /** `depth` is 1 for the root. */
  open(tag: Tag, depth: number, line: number): void
  close(name: string, depth: number): void
  text?(text: string): void
}

export type XmlLimits = { depth: number; rowBytes: number }

const knownEncodings = new Set([
  'utf-8',
  'us-ascii',
  'iso-8859-1',
  'windows-1252',
  'windows-1258',
  'utf-16le',
  'utf-16be',
])

/** The encoding by byte order mark or declaration; UTF-8 when neither speaks. */
export function xmlEncoding(head: Buffer): string {
  const start = head.subarray(0, 2).toString('hex')
  if (start === 'fffe') return 'utf-16le'
  if (start === 'feff') return 'utf-16be'
  const declared = /^[^<]{0,3}<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(
    head.toString('latin1', 0, 256),
  )?.[1]
  const encoding = (declared ?? 'utf-8').toLowerCase()
  if (!knownEncodings.has(encoding) || encoding.startsWith('utf-16')) throw new FileFault('xml.encoding', { encoding })
  return encoding
}

// The name without its namespace prefix: a log may be written with one or without.
const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

export class XmlReader {
  readonly #parser = new SaxesParser<{ position: true; xmlns: false }>({ position: true, xmlns: false })
  readonly #limits: XmlLimits
  #depth = 0
  #eventAt = 0

  constructor(sink: XmlSink, limits: XmlLimits) {
    this.#limits = limits
    const parser = this.#parser
    parser.on('error', (error) => {
      const entity = /entity/i.test(error.message)
      if (entity) throw new FileFault('xml.document-type', {}, { cause: error })
      throw new FileFault('xml.broken', { line: parser.line }, { cause: error })
    })
    parser.on('doctype', () => {
      throw new FileFault('xml.document-type', {})
    })
    parser.on('opentag', (tag) => {
      this.#eventAt = parser.position
      this.#depth++
      if (this.#depth > limits.depth) throw new FileFault('nesting.too-deep', { limit: limits.depth })
      sink.open({ name: localName(tag.name), attributes: tag.attributes }, this.#depth, parser.line)
    })
    parser.on('closetag', (tag) => {
      this.#eventAt = parser.position
      sink.close(localName(tag.name), this.#depth)
      this.#depth--
    })
    if (sink.text) parser.on('text', (text) => sink.text?.(text))
    parser.on('comment', () => {
      this.#eventAt = parser.position
    })
  }

  write(text: string): void {
    // A document type is collected whole before it is told; its first word is enough to refuse it.
    const root = this.#depth > 0 ? 0 : text.search(/<[a-z_]/i)
    const prolog = root === -1 ? text : text.slice(0, root)
    if (/<!(doctype|entity)/i.test(prolog)) throw new FileFault('xml.document-type', {})
    this.#parser.write(text)
    if (this.#parser.position - this.#eventAt > this.#limits.rowBytes + text.length) {
      throw new FileFault('xml.broken', { line: this.#parser.line })
    }
  }

  end(): void {
    this.#parser.close()
  }
}

const pieceBytes = 64 * 1024

/** Feeds bytes to a reader; between the pieces the caller may take what has gathered. */
export async function* feedXml(bytes: Bytes, encoding: string, reader: XmlReader): AsyncGenerator<number> {
  const decoder = new TextDecoder(encoding, { fatal: encoding === 'utf-8' })
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece ? decoder.decode(piece, { stream: true }) : decoder.decode()
    } catch (error) {
      throw new FileFault('encoding.mismatch', { declared: encoding }, { cause: error })
    }
  }
  let read = 0
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes)
      reader.write(decode(piece))
      read += piece.length
      yield read
    }
  }
  reader.write(decode())
  reader.end()
}
