import { inTransaction, type Sql } from '#platform/sql'
import { appendLeaf, hashLeaf } from './merkle.ts'
import { formatCheckpoint, parseNote, readIfPresent, type Signer, verifyNote, writeWitness } from './note.ts'
import {
  type CheckpointRow,
  countLeaves,
  findLastCheckpoint,
  insertCheckpoint,
  insertLeaves,
  insertSubtrees,
  lockSequencer,
  type SubtreeRow,
  takePending,
} from './store.ts'
import { loadRoot, loadTree, storedEvery } from './tree.ts'

const entriesATransaction = 4096

/**
 * Numbers everything that is committed and waiting, in order of writing, and appends it to the tree. Each step is one transaction
 * under one lock: killed at any moment, it loses nothing, doubles nothing and leaves no gap.
 * @returns how many entries were numbered.
 */
export async function sequenceLedger(sql: Sql, entriesAStep = entriesATransaction): Promise<number> {
  let total = 0
  for (;;) {
    const { taken, numbered } = await inTransaction(sql, (sql) => sequenceStep(sql, entriesAStep))
    total += numbered
    if (taken < entriesAStep) return total
  }
}

async function sequenceStep(sql: Sql, limit: number) {
  await lockSequencer(sql)
  const waiting = await takePending(sql, limit)
  const fresh = waiting.filter((entry) => !entry.numbered)
  if (fresh.length > 0) await appendToTree(sql, fresh)
  return { taken: waiting.length, numbered: fresh.length }
}

async function appendToTree(sql: Sql, entries: readonly { entryId: string; commitment: Buffer }[]): Promise<void> {
  const start = await countLeaves(sql)
  const last = await findLastCheckpoint(sql)
  if (last && last.size > start) {
    throw new LedgerBroken(`the ledger ends at ${start} entries, but a checkpoint over ${last.size} was signed`)
  }
  const tree = await loadTree(sql, start)
  const subtrees: SubtreeRow[] = []
  const leaves = entries.map(({ entryId, commitment }) => {
    const hash = hashLeaf(commitment)
    appendLeaf(tree, hash, (level, index, node) => {
      if (level % storedEvery === 0) subtrees.push({ height: level, index, hash: node })
      return undefined
    })
    return { entryId, hash }
  })
  await insertLeaves(sql, start, leaves)
  await insertSubtrees(sql, subtrees)
}

/** The stored history contradicts what was signed: nothing may be added on top of it. */
export class LedgerBroken extends Error {
  override readonly name = 'LedgerBroken'
}

export interface SigningOptions {
  now: Date
  /** A file outside the database that gets the newest checkpoint, for `verifyLedger` to compare with. */
  witnessPath?: string
}

/**
 * Signs the tree as it stands, unless nothing came since the last checkpoint. Before signing it makes sure that the last checkpoint
 * is a beginning of this tree: a rewritten history is never signed. Give it a pool, not an open transaction: the witness is written
 * once the checkpoint is committed.
 */
export async function signCheckpoint(
  sql: Sql,
  signer: Signer,
  options: SigningOptions,
): Promise<CheckpointRow | undefined> {
  const row = await inTransaction(sql, async (sql) => {
    await lockSequencer(sql)
    const size = await countLeaves(sql)
    const last = await findLastCheckpoint(sql)
    await refuseRewritten(sql, size, last)
    if (last?.size === size || size === 0) return last
    const root = await loadRoot(sql, size)
    const text = formatCheckpoint({ origin: signer.name, size, root, at: options.now, previous: last?.size ?? 0 })
    const made = { size, root, at: options.now, note: signer.sign(text), verifierKey: signer.verifierKey }
    await insertCheckpoint(sql, made)
    return made
  })
  if (row && options.witnessPath) await renewWitness(row, options.witnessPath)
  return row
}

async function refuseRewritten(sql: Sql, size: number, last: CheckpointRow | undefined): Promise<void> {
  if (!last) return
  if (last.size > size)
    throw new LedgerBroken(`a checkpoint over ${last.size} entries was signed, but there are ${size}`)
  const note = parseNote(last.note)
  if (!note || note.size !== last.size || !verifyNote(note, [last.verifierKey])) {
    throw new LedgerBroken(`the checkpoint over ${last.size} entries is not as it was signed`)
  }
  if (!note.root.equals(await loadRoot(sql, last.size))) {
    throw new LedgerBroken(`the first ${last.size} entries are not those that were signed`)
  }
}

async function renewWitness(row: CheckpointRow, path: string): Promise<void> {
  const kept = await readIfPresent(path)
  if (kept === row.note) return
  const size = kept === undefined ? 0 : (parseNote(kept)?.size ?? 0)
  if (size > row.size)
    throw new LedgerBroken(`the witness ${path} has seen ${size} entries, but the last checkpoint covers ${row.size}`)
  await writeWitness(path, row.note)
}
