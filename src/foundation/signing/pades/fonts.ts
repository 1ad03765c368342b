/** Tinos (the measures of Times New Roman) for what stands in a signature's picture: the package brings it as WOFF, in two halves. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inflateSync } from 'node:zlib'

const sources = {
  latin: import.meta.resolve('@fontsource/tinos/files/tinos-latin-400-normal.woff'),
  vietnamese: import.meta.resolve('@fontsource/tinos/files/tinos-vietnamese-400-normal.woff'),
}

const known = new Map<keyof typeof sources, Buffer>()

/** A half of the font as TrueType. */
export function readTinos(half: keyof typeof sources): Buffer {
  const bytes = known.get(half) ?? unpackWoff(readFileSync(fileURLToPath(sources[half])))
  known.set(half, bytes)
  return bytes
}

/** WOFF 1.0: the tables of the font, each deflated, behind a directory of 20 bytes a table. */
function unpackWoff(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12)
  const head = Buffer.alloc(12 + 16 * count)
  woff.copy(head, 0, 4, 8)
  head.writeUInt16BE(count, 4)
  const power = 2 ** Math.floor(Math.log2(count))
  head.writeUInt16BE(16 * power, 6)
  head.writeUInt16BE(Math.log2(power), 8)
  head.writeUInt16BE(16 * (count - power), 10)
  const pieces: Buffer[] = [head]
  let at = head.length
  for (let table = 0; table < count; table += 1) {
    const entry = 44 + 20 * table
    const [offset, packed, length] = [4, 8, 12].map((place) => woff.readUInt32BE(entry + place))
    const raw = woff.subarray(offset, (offset ?? 0) + (packed ?? 0))
    const data = packed === length ? raw : inflateSync(raw)
    const place = 12 + 16 * table
    woff.copy(head, place, entry, entry + 4)
    woff.copy(head, place + 4, entry + 16, entry + 20)
    head.writeUInt32BE(at, place + 8)
    head.writeUInt32BE(data.length, place + 12)
    const padded = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)])
    pieces.push(padded)
    at += padded.length
  }
  return Buffer.concat(pieces)
}
