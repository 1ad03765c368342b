import { Readable } from 'node:stream'
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl'
import type { Bytes } from './bytes.ts'
import { FileFault } from './faults.ts'
import type { Limits } from './format.ts'

// A workbook is a ZIP package. Its directory lies at the end, so the compressed bytes are held whole, within a limit;
// the parts are unpacked as streams. Only parts asked for are ever opened, and each is judged by its stated size
// before and by its real size while it flows.

const ratioJudgedFrom = 8 * 1024 ** 2

export type Package = {
  has(name: string): boolean
  /** Unpacks one part; undefined when there is none of this name. */
  open(name: string): Promise<Bytes | undefined>
}

/** The whole of a file in memory. @throws FileFault over the limit */
export async function holdBytes(bytes: Bytes, limit: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    length += chunk.length
    if (length > limit) throw new FileFault('file.too-large', { limit })
    parts.push(chunk)
  }
  return Buffer.concat(parts, length)
}

async function listEntries(zip: ZipFile, limits: Limits): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  if (zip.entryCount > limits.packageEntries)
    throw new FileFault('workbook.too-many-parts', { limit: limits.packageEntries })
  for await (const entry of zip.eachEntry()) {
    const name = entry.fileName.replace(/^\//, '').toLowerCase()
    if (!entries.has(name)) entries.set(name, entry)
  }
  return entries
}

function requireBounded(entry: Entry, limits: Limits): void {
  if (entry.isEncrypted()) throw new FileFault('workbook.locked', {})
  if (entry.uncompressedSize > limits.entryBytes) throw new FileFault('file.too-large', { limit: limits.entryBytes })
  const ratio = entry.uncompressedSize / Math.max(1, entry.compressedSize)
  if (entry.uncompressedSize > ratioJudgedFrom && ratio > limits.ratio) {
    throw new FileFault('file.expands-too-much', { ratio: limits.ratio })
  }
}

// The library checks that a part is exactly as long as the directory says, so the bounds above hold for what flows.
async function* unpack(zip: ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
  try {
    yield* Readable.from(await zip.openReadStreamPromise(entry)) as AsyncIterable<Uint8Array>
  } catch (error) {
    throw new FileFault('workbook.broken', {}, { cause: error })
  }
}

export async function openPackage(bytes: Bytes, limits: Limits): Promise<Package> {
  const held = await holdBytes(bytes, limits.packageBytes)
  let zip: ZipFile
  let entries: Map<string, Entry>
  try {
    zip = await fromBufferPromise(held, { lazyEntries: true, autoClose: false, validateEntrySizes: true })
    entries = await listEntries(zip, limits)
  } catch (error) {
    if (error instanceof FileFault) throw error
    throw new FileFault('workbook.broken', {}, { cause: error })
  }
  return {
    has: (name) => entries.has(name.toLowerCase()),
    async open(name) {
      const entry = entries.get(name.toLowerCase())
      if (!entry) return undefined
      requireBounded(entry, limits)
      return unpack(zip, entry)
    },
  }
}
