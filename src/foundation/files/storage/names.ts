/** The names under which bytes lie, on the disk below `var` and in a store of S3 alike: `files/aa/bb/<sha256>` for kept contents. */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { FileStore } from './file-store.ts'

export const contentFolder = 'files/'
/** Drafts of the disk, before they are whole. */
export const asideFolder = 'files/aside/'
/** Pieces of uploads that are under way. */
export const pieceFolder = 'uploads/'

export const nameOf = (sha256: string) => `${contentFolder}${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}`

/** The hash that a name stands for; nothing for drafts and whatever else lies there. */
export const hashIn = (name: string): string | undefined =>
  /^files\/[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{64})$/.exec(name)?.[1]

export const hashBytes = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

export async function hashStream(bytes: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest('hex')
}

/** All of it in memory: for what has a limit of its own. */
export async function readName(store: FileStore, name: string): Promise<Buffer | undefined> {
  const opened = await store.open(name)
  return opened && buffer(opened.bytes)
}

/** What the scanner refused, for who examines it. */
export const quarantineName = (sha256: string) => `quarantine/${sha256}`

/** Pictures of contents: `previews/aa/bb/<sha256>/<part>`. No backup needs them. */
export const previewFolder = 'previews/'
export const previewName = (sha256: string, part: string) =>
  `${previewFolder}${sha256.slice(0, 2)}/${sha256.slice(2, 4)}/${sha256}/${part}`
export const previewHashIn = (name: string): string | undefined =>
  /^previews\/[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{64})\//.exec(name)?.[1]
