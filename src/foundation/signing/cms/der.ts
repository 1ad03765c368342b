/**
 * DER (X.690), read strictly and written plainly. Signatures, certificates, time stamps and answers about revocation are all told in it;
 * read strictly, no byte of them can change unseen, which is why this is not left to a forgiving reader.
 */

export class DerFault extends Error {
  override readonly name = 'DerFault'
}

export interface DerValue {
  /** The identifier as one byte: 0x30 is a SEQUENCE, 0xa0 the first context tag. */
  tag: number
  /** Identifier, length and content as they stand. */
  raw: Buffer
  content: Buffer
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  nothing: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8: 0x0c,
  utcTime: 0x17,
  time: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The value that begins at `at`. @throws DerFault when it is not DER or goes over the end. */
export function readAt(bytes: Buffer, at: number): DerValue {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined) throw new DerFault('it ends too early')
  if ((tag & 31) === 31) throw new DerFault('tags of more than one byte are not used')
  let from = at + 2
  let length = first
  if (first > 0x84 || first === 0x80) throw new DerFault('the length is not DER')
  if (first > 0x80) {
    const size = first - 0x80
    if (from + size > bytes.length) throw new DerFault('it ends too early')
    length = bytes.readUIntBE(from, size)
    if (length < 0x80 || (size > 1 && length < 2 ** (8 * (size - 1))))
      throw new DerFault('the length is not the shortest')
    from += size
  }
  if (from + length > bytes.length) throw new DerFault('it ends too early')
  return { tag, raw: bytes.subarray(at, from + length), content: bytes.subarray(from, from + length) }
}

/** One value, with nothing behind it. @throws DerFault */
export function read(bytes: Buffer, tag?: number): DerValue {
  const value = readAt(bytes, 0)
  if (value.raw.length !== bytes.length) throw new DerFault('something stands behind it')
  if (tag !== undefined && value.tag !== tag) throw new DerFault(`tag ${value.tag} instead of ${tag}`)
  return value
}

export function childrenOf(value: DerValue): DerValue[] {
  const children: DerValue[] = []
  for (let at = 0; at < value.content.length; ) {
    const child = readAt(value.content, at)
    children.push(child)
    at += child.raw.length
  }
  return children
}

/** Takes the members of a SEQUENCE one after the other; what is optional is asked for by its tag. */
export interface Members {
  /** @throws DerFault unless the next has this tag (any, when absent). */
  next(tag?: number): DerValue
  optional(tag: number): DerValue | undefined
  /** @throws DerFault when something is left. */
  end(): void
}

export function membersOf(value: DerValue): Members {
  const children = childrenOf(value)
  let place = 0
  return {
    next(tag) {
      const child = children[place]
      if (!child) throw new DerFault('a member is missing')
      if (tag !== undefined && child.tag !== tag) throw new DerFault(`tag ${child.tag} instead of ${tag}`)
      place += 1
      return child
    },
    optional(tag) {
      const child = children[place]
      if (child?.tag !== tag) return undefined
      place += 1
      return child
    },
    end() {
      if (place < children.length) throw new DerFault('there are members too many')
    },
  }
}

export function oidOf({ content }: DerValue): string {
  const parts: number[] = []
  let part = 0
  for (const byte of content) {
    part = part * 128 + (byte & 127)
    if (byte < 128) {
      parts.push(part)
      part = 0
    }
  }
  const [first = 0, ...rest] = parts
  const head = Math.min(2, Math.floor(first / 40))
  return [head, first - 40 * head, ...rest].join('.')
}

/** The bits of whole bytes. @throws DerFault when the last byte is used in part. */
export function bitsOf({ content }: DerValue): Buffer {
  if (content[0] !== 0) throw new DerFault('bits that do not fill their bytes')
  return content.subarray(1)
}

/** UTCTime or GeneralizedTime in Zulu time. @throws DerFault for any other. */
export function timeOf({ tag, content }: DerValue): Date {
  const words = content.toString('latin1')
  const pattern =
    tag === tags.utcTime
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
      : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d{1,9}))?Z$/
  const [, year = '', month, day, hour, minute, second, fraction = '0'] = pattern.exec(words) ?? []
  const full = tag === tags.utcTime ? `${Number(year) < 50 ? '20' : '19'}${year}` : year
  const at = new Date(`${full}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  if (Number.isNaN(at.getTime())) throw new DerFault('a time that is none')
  return at
}

const lengthBytes = (length: number): Buffer => {
  if (length < 0x80) return Buffer.from([length])
  const size = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4
  const bytes = Buffer.alloc(size + 1)
  bytes[0] = 0x80 + size
  bytes.writeUIntBE(length, 1, size)
  return bytes
}

/** A value of that tag over these contents. */
export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content])
}

export const sequence = (...members: readonly Uint8Array[]): Buffer => encode(tags.sequence, ...members)
/** A SET OF in the order that DER asks for. */
export const setOf = (...members: readonly Buffer[]): Buffer => encode(tags.set, ...[...members].sort(Buffer.compare))
export const octets = (bytes: Uint8Array): Buffer => encode(tags.octets, bytes)
export const nothing = Buffer.from([tags.nothing, 0])

/** A whole number that is not negative. */
export function integer(value: number | Buffer): Buffer {
  let bytes =
    typeof value === 'number'
      ? Buffer.from(
          value
            .toString(16)
            .padStart(2, '0')
            .replace(/^(.(?:..)*)$/, '0$1'),
          'hex',
        )
      : value
  while (bytes.length > 1 && bytes[0] === 0) bytes = bytes.subarray(1)
  return (bytes[0] ?? 0) > 127 ? encode(tags.integer, Buffer.from([0]), bytes) : encode(tags.integer, bytes)
}

export function oid(dotted: string): Buffer {
  const [a = 0, b = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [40 * a + b, ...rest].flatMap((part) => {
    const digits = [part & 127]
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left & 127) | 128)
    return digits
  })
  return encode(tags.oid, Buffer.from(bytes))
}
