/**
 * Evidence that is taken away: one ZIP with entries, their audit paths (RFC 6962, section 2.1.1), the signed checkpoint these lead to, the
 * items of batches, a manifest of all files signed with the ledger's key, and a checker that shares nothing with this program. It is
 * written as it is read, page after page, with bounded memory.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Sql } from '#platform/sql'
import { writeZip, type ZipPart, type ZipSeal } from '#platform/zip-stream'
import { listChunks } from '../audit.ts'
import { openBody } from '../commitment.ts'
import { canonicalise, type Json, preimageOf } from '../model.ts'
import type { Signer } from '../note.ts'
import { proveItem } from '../proof.ts'
import { type CheckpointRow, type ListedEntry, listKeys } from '../store.ts'
import { bundleReadme } from './readme.ts'
import { openTreeBlocks } from './tree-blocks.ts'

/** One item of a batch that is shown itself. */
export interface ShownItem {
  entry: string
  index: number
  item: Json
}

export interface BundleParts {
  /** What the file is, in a sentence: stands in the manifest and the README. */
  title: string
  about: Record<string, unknown>
  checkpoint: CheckpointRow
  verifierKeys: readonly string[]
  signer: Signer
  now: Date
  /** Entries under the checkpoint, a page at a time, in any order, none twice. */
  pages: AsyncIterable<readonly ListedEntry[]>
  /** Bodies of sealed entries are opened beside their ciphertext, where their key still exists. */
  opens: boolean
  items?: readonly ShownItem[]
  /** Further files of whoever makes the bundle; the manifest vouches for them. */
  more?: readonly ZipPart[]
  progress?(entries: number): void
}

interface Counts {
  entries: number
  batches: string[]
  sealed: SealedEntry[]
  destroyed: number
}

type SealedEntry = Pick<ListedEntry, 'id' | 'body' | 'sealedUnder'>

interface Listed {
  name: string
  bytes: number
  sha256: string
}

const base64 = (hash: Uint8Array) => Buffer.from(hash).toString('base64')
const line = (value: unknown) => `${JSON.stringify(value)}\n`
const destroyedWords = 'nội dung đã hủy khóa'

/** The bytes of the ZIP. */
export async function* writeBundle(sql: Sql, parts: BundleParts): AsyncGenerator<Buffer> {
  const counts: Counts = { entries: 0, batches: [], sealed: [], destroyed: 0 }
  const listed: Listed[] = []
  const files: ZipPart[] = [
    { name: 'README.md', text: [bundleReadme(parts.title)] },
    { name: 'kiem-tra.mjs', text: [await readFile(new URL('checker.mjs', import.meta.url), 'utf8')] },
    { name: 'keys.txt', text: [`${parts.verifierKeys.join('\n')}\n`] },
    { name: 'checkpoint.txt', text: [parts.checkpoint.note] },
    { name: 'entries.jsonl', text: writeEntries(sql, parts, counts) },
    { name: 'batches.jsonl', text: writeBatches(sql, counts) },
    { name: 'items.jsonl', text: writeItems(sql, parts.items ?? []) },
    ...(parts.opens ? [{ name: 'bodies.jsonl', text: writeBodies(sql, counts) }] : []),
    ...(parts.more ?? []),
  ]
  const manifest = { text: '' }
  yield* writeZip(
    [
      ...files.map(({ name, text }) => ({ name, text: listing(name, text, listed) })),
      { name: 'manifest.json', text: keep(manifest, () => manifestOf(parts, counts, listed)) },
      { name: 'manifest.note', text: later(() => signManifest(parts, manifest.text)) },
    ],
    (sealed) => signArchive(parts.signer, sealed),
  )
}

/** Passes a text on and writes down its length and hash. */
async function* listing(name: string, text: ZipPart['text'], listed: Listed[]): AsyncGenerator<string> {
  const digest = createHash('sha256')
  let bytes = 0
  for await (const piece of text) {
    digest.update(piece)
    bytes += Buffer.byteLength(piece)
    yield piece
  }
  listed.push({ name, bytes, sha256: digest.digest('hex') })
}

function* keep(kept: { text: string }, make: () => string): Generator<string> {
  kept.text = make()
  yield kept.text
}

function* later(make: () => string): Generator<string> {
  yield make()
}

async function* writeEntries(sql: Sql, parts: BundleParts, counts: Counts): AsyncGenerator<string> {
  const tree = openTreeBlocks(sql, parts.checkpoint.size)
  for await (const page of parts.pages) {
    const rows = page.flatMap((row) =>
      row.leafIndex !== null && row.leafIndex < parts.checkpoint.size ? [{ ...row, leafIndex: row.leafIndex }] : [],
    )
    const paths = await tree.prove(rows.map(({ leafIndex }) => leafIndex))
    let text = ''
    for (const [at, row] of rows.entries()) {
      counts.entries += 1
      if (row.batch !== null) counts.batches.push(row.id)
      if (parts.opens && row.sealedUnder !== null)
        counts.sealed.push({ id: row.id, body: row.body, sealedUnder: row.sealedUnder })
      text += line({
        leaf_index: row.leafIndex,
        salt: base64(row.salt),
        preimage: preimageOf(row, row.id, row.at),
        audit_path: (paths[at] ?? []).map(base64),
      })
    }
    parts.progress?.(counts.entries)
    yield text
  }
}

const batchesAtOnce = 64
const chunksAtOnce = 64

/** The leaf hashes of whole batches, for their roots to be made again. */
async function* writeBatches(sql: Sql, { batches }: Counts): AsyncGenerator<string> {
  for (let from = 0; from < batches.length; from += batchesAtOnce) {
    const ids = batches.slice(from, from + batchesAtOnce)
    for (let skip = 0; ; skip += chunksAtOnce) {
      const chunks = await listChunks(sql, ids, skip, chunksAtOnce)
      yield chunks.map(({ entryId, hashes }) => line({ entry: entryId, leaf_hashes: base64(hashes) })).join('')
      if (chunks.length < chunksAtOnce) break
    }
  }
}

async function* writeItems(sql: Sql, items: readonly ShownItem[]): AsyncGenerator<string> {
  for (const { entry, index, item } of items) {
    const { salt, size, path } = await proveItem(sql, entry, index)
    yield line({ entry, leaf_index: index, tree_size: size, salt, item: canonicalise(item), audit_path: path })
  }
}

const bodiesAtOnce = 500

async function* writeBodies(sql: Sql, counts: Counts): AsyncGenerator<string> {
  for (let from = 0; from < counts.sealed.length; from += bodiesAtOnce) {
    const rows = counts.sealed.slice(from, from + bodiesAtOnce)
    const keys = await listKeys(sql, [...new Set(rows.map(({ sealedUnder }) => sealedUnder ?? ''))])
    for (const { id, body, sealedUnder } of rows) {
      const key = keys.get(sealedUnder ?? '')
      if (!key) counts.destroyed += 1
      yield line(
        key ? { entry: id, state: 'opened', body: openBody(key, id, body) } : { entry: id, state: destroyedWords },
      )
    }
  }
}

function manifestOf(parts: BundleParts, counts: Counts, files: readonly Listed[]): string {
  const { title, about, checkpoint, now } = parts
  return `${JSON.stringify(
    {
      format: 'tram-huong-evidence/1',
      title,
      made_at: now.toISOString(),
      about,
      tree_size: checkpoint.size,
      sha256_root_hash: base64(checkpoint.root),
      entries: counts.entries,
      batches: counts.batches.length,
      items: parts.items?.length ?? 0,
      bodies_destroyed: counts.destroyed,
      files,
    },
    null,
    2,
  )}\n`
}

/** A signed note of another form than a checkpoint, so that neither can be taken for the other. */
function signManifest({ signer, now }: BundleParts, manifest: string): string {
  const digest = createHash('sha256').update(manifest).digest('hex')
  return signer.sign(`${signer.name}/evidence\nsha256 ${digest}\nat ${now.toISOString()}\n`)
}

/** At the end of the ZIP: what the files do not hold (heads, directory, how they are packed) is signed as well. */
const signArchive = (signer: Signer, { sha256, files, directoryBytes }: ZipSeal): string =>
  signer.sign(`${signer.name}/archive\nsha256 ${sha256}\ndirectory ${files} ${directoryBytes}\n`)
