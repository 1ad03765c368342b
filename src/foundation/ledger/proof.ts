import { conflict, notFound } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { commit, hashItem, itemSalt } from './commitment.ts'
import {
  emptyRoot,
  hashBytes,
  hashLeaf,
  hashSpan,
  planConsistency,
  planInclusion,
  readFromLeaves,
  verifyInclusion,
} from './merkle.ts'
import { BatchSeal, type EntryProof, type ItemProof, type Json, preimageOf } from './model.ts'
import { parseNote, verifyNote } from './note.ts'
import { countLeaves, findBatchSalt, findSignedEntry, findStoredEntry, listBatchHashes } from './store.ts'
import { loadHashes, wholeOf } from './tree.ts'

const base64 = (hash: Buffer) => hash.toString('base64')
const bytes = (text: string) => Buffer.from(text, 'base64')

/**
 * The proof that an entry is in the ledger: up to the last signed checkpoint where it covers the entry, else up to the tree as it
 * stands. @throws Problem 404 when there is no such entry, 409 while it is not numbered yet.
 */
export async function proveEntry(sql: Sql, id: string): Promise<EntryProof> {
  const entry = await findSignedEntry(sql, id)
  if (!entry) throw notFound('ledger.entry', id)
  if (entry.leafIndex === null) {
    throw conflict('ledger.not-numbered', 'Bản ghi vừa được viết và chưa được đánh số. Ông/bà thử lại sau ít giây.', {
      id,
    })
  }
  const signed = entry.signed && entry.signed.size > entry.leafIndex ? entry.signed : undefined
  const treeSize = signed?.size ?? (await countLeaves(sql))
  const spans = planInclusion(entry.leafIndex, treeSize)
  // What was signed is not summed again: whoever checks the proof does it.
  const [root = emptyRoot, ...path] = signed
    ? [Buffer.from(signed.root, 'base64'), ...(await loadHashes(sql, spans))]
    : await loadHashes(sql, [wholeOf(treeSize), ...spans])
  return {
    id,
    preimage: preimageOf(entry, entry.id, entry.at),
    salt: base64(entry.salt),
    commitment: base64(entry.commitment),
    leafIndex: entry.leafIndex,
    treeSize,
    root: base64(root),
    path: path.map(base64),
    checkpoint: signed ? { note: signed.note, verifierKey: signed.verifierKey } : null,
  }
}

/** The proof that item `index` is in the batch of an entry; shown together with `proveEntry` of that entry. */
export async function proveItem(sql: Sql, entryId: string, index: number): Promise<ItemProof> {
  const entry = await findStoredEntry(sql, entryId)
  const salt = await findBatchSalt(sql, entryId)
  if (!entry?.batch || !salt) throw notFound('ledger.batch', entryId)
  const { root, size } = BatchSeal.parse(JSON.parse(entry.batch))
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) throw notFound('ledger.item', `${entryId}/${index}`)
  const read = readFromLeaves((await listBatchHashes(sql, entryId)).flatMap(splitHashes))
  const path = planInclusion(index, size).map((span) => base64(hashSpan(span, read)))
  return { index, size, salt: base64(itemSalt(salt, index)), root, path }
}

export function splitHashes(chunk: Buffer): Buffer[] {
  return Array.from({ length: chunk.length / hashBytes }, (_, at) =>
    chunk.subarray(at * hashBytes, (at + 1) * hashBytes),
  )
}

export interface ConsistencyProof {
  first: number
  second: number
  firstRoot: string
  secondRoot: string
  path: string[]
}

/** The proof that the ledger of `first` entries is a beginning of the ledger of `second`. */
export async function proveConsistency(sql: Sql, first: number, second: number): Promise<ConsistencyProof> {
  if (first < 1 || first > second || second > (await countLeaves(sql)))
    throw notFound('ledger.tree', `${first}-${second}`)
  const spans = [wholeOf(first), wholeOf(second), ...planConsistency(first, second)]
  const [firstRoot = '', secondRoot = '', ...path] = (await loadHashes(sql, spans)).map(base64)
  return { first, second, firstRoot, secondRoot, path }
}

/** Checks a proof as a stranger would, with nothing but the public keys he believes. */
export function verifyEntryProof(proof: EntryProof, verifierKeys: readonly string[]): boolean {
  const commitment = commit(bytes(proof.salt), proof.preimage)
  if (base64(commitment) !== proof.commitment) return false
  const note = proof.checkpoint && parseNote(proof.checkpoint.note)
  if (!note || note.size !== proof.treeSize || base64(note.root) !== proof.root || !verifyNote(note, verifierKeys))
    return false
  return verifyInclusion({
    index: proof.leafIndex,
    size: proof.treeSize,
    leafHash: hashLeaf(commitment),
    path: proof.path.map(bytes),
    root: note.root,
  })
}

/** Checks that the item is the one that was batched; the proof of the batch's entry vouches for its root. */
export function verifyItemProof(item: Json, proof: ItemProof, entry: EntryProof): boolean {
  const { batch } = JSON.parse(entry.preimage)
  const seal = BatchSeal.safeParse(batch)
  if (!seal.success || seal.data.root !== proof.root || seal.data.size !== proof.size) return false
  const leafHash = hashItem(bytes(proof.salt), item)
  return verifyInclusion({
    index: proof.index,
    size: proof.size,
    leafHash,
    path: proof.path.map(bytes),
    root: bytes(proof.root),
  })
}
