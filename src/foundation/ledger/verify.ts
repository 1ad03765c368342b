/**
 * Verification: reads the whole ledger once, in order and in one snapshot, with bounded memory, and trusts nothing that is stored.
 *
 * Every commitment is made again from the columns of its entry, every leaf from its commitment, every stored subtree from its leaves,
 * and every checkpoint from the tree; a fault is named at the lowest of these that contradicts the next. When leaves and a stored
 * subtree disagree, the walk goes on with both trees until a signed checkpoint tells which of them is the true one; so one rewritten
 * row is one finding and does not drown the others.
 */
import { setImmediate } from 'node:timers/promises'
import { inTransaction, type Pool, type Sql } from '#platform/sql'
import { type AuditPage, countEntries, listCheckpointsBeyond, readPage } from './audit.ts'
import { type AuditedLeaf, hashOf, isSound, isSpecial, leavesOf, takeApart } from './audited.ts'
import { commit } from './commitment.ts'
import { type Finding, type FindingCode, type Report, startReport } from './findings.ts'
import { appendLeaf, emptyTree, hashBytes, hashLeaf, hashNode, rootOf, type Tree } from './merkle.ts'
import { type ParsedNote, parseNote, readIfPresent, verifyNote } from './note.ts'
import { type CheckpointRow, countLeaves } from './store.ts'
import { storedEvery } from './tree.ts'
import { findStrays, verifyBatches, verifySeals } from './verify-parts.ts'

export interface VerifyOptions {
  /** Public keys that are believed. Without them each checkpoint is checked with the key it names, which proves less. */
  verifierKeys?: readonly string[]
  /** File with the last checkpoint, kept outside the database. */
  witnessPath?: string
  progress?(done: number, total: number): void
}

export interface Verification {
  ok: boolean
  entries: number
  /** Committed but not yet numbered. */
  waiting: number
  checkpoints: number
  /** Entries that lie under a checkpoint signed by a believed key. */
  signed: number
  root: string
  findings: Finding[]
  /** More than the list holds, when very much is wrong. */
  findingCount: number
}

const pageLeaves = 64 * 256

interface Walk {
  report: Report
  tree: Tree
  /** The other opinion, while leaves and a stored subtree disagree. */
  rival: Tree | undefined
  /** What the rival holds for the subtrees the present leaf completes, by level. */
  rivalHashes: Map<number, Buffer>
  /** A fault among the leaves since the last stored subtree explains a difference there. */
  tainted: boolean
  signedSize: number
  checkpoints: number
  /** Size of the checkpoint before. */
  previous: number
  /** The first checkpoint the tree does not lead to; those after it say nothing new. */
  lost: boolean
  witness: ParsedNote | undefined
  /** Entries of this page that are named already: what else does not fit about them says nothing new. */
  named: Set<string>
  options: VerifyOptions
}

/** Finds any changed, removed or inserted row of the ledger and names it. */
export function verifyLedger(sql: Sql, options: VerifyOptions = {}): Promise<Verification> {
  return inSnapshot(sql, async (sql) => {
    const size = await countLeaves(sql)
    const walk: Walk = {
      report: startReport(),
      tree: emptyTree(),
      rival: undefined,
      rivalHashes: new Map(),
      tainted: false,
      signedSize: 0,
      checkpoints: 0,
      previous: 0,
      lost: false,
      witness: undefined,
      named: new Set(),
      options,
    }
    await readWitness(walk, size)
    await walkPages(sql, walk, size)
    for (const row of await listCheckpointsBeyond(sql, size, 100)) {
      walk.checkpoints += 1
      checkNote(walk, row)
      walk.report.add('checkpoint.beyond', `${row.size} entries were signed, but the ledger ends after ${size}`, {
        size: row.size,
      })
    }
    await findStrays(sql, walk.report, size)
    const counts = await countEntries(sql)
    return {
      ok: walk.report.count() === 0,
      entries: size,
      waiting: counts.waiting,
      checkpoints: walk.checkpoints,
      signed: walk.signedSize,
      root: rootOf(walk.tree).toString('base64'),
      findings: walk.report.findings,
      findingCount: walk.report.count(),
    }
  })
}

/** One snapshot over all reads; inside a caller's transaction its own has to do. */
function inSnapshot<T>(sql: Sql, work: (sql: Sql) => Promise<T>): Promise<T> {
  if ('savepoint' in sql) return inTransaction(sql, work)
  // A pool, as it has no savepoint.
  return (sql as Pool).begin('isolation level repeatable read read only', (sql) => work(sql)) as Promise<T>
}

async function walkPages(sql: Sql, walk: Walk, size: number): Promise<void> {
  let page = size > 0 ? await readPage(sql, 0, Math.min(pageLeaves, size)) : undefined
  for (let from = 0; page; from += pageLeaves) {
    const to = Math.min(from + pageLeaves, size)
    // The database reads the next page while this one is hashed.
    const next: Promise<AuditPage | undefined> =
      to < size ? readPage(sql, to, Math.min(to + pageLeaves, size)) : Promise.resolve(undefined)
    const [walked, read] = await Promise.allSettled([walkPage(walk, page, from, to), next])
    if (walked.status === 'rejected') throw walked.reason
    if (read.status === 'rejected') throw read.reason
    const sound = walked.value.filter((leaf) => !walk.named.has(leaf.entryId))
    await verifyBatches(sql, walk.report, sound)
    await verifySeals(sql, walk.report, sound)
    walk.named.clear()
    walk.options.progress?.(to, size)
    page = read.value
  }
}

/** @returns the entries of which more than the hash is to be looked at. */
async function walkPage(walk: Walk, page: AuditPage, from: number, to: number): Promise<AuditedLeaf[]> {
  const subtrees = new Map(page.subtrees.map((row) => [`${row.height}/${row.index}`, row.hash]))
  const checkpoints = new Map(page.checkpoints.map((row) => [row.size, row]))
  const special: AuditedLeaf[] = []
  const append = (hash: Buffer) => {
    appendToRival(walk, hash)
    appendLeaf(walk.tree, hash, (level, index, node) =>
      level % storedEvery === 0
        ? checkSubtree(walk, level, index, { hash: node, stored: subtrees.get(`${level}/${index}`) })
        : undefined,
    )
    const checkpoint = checkpoints.get(walk.tree.size)
    if (checkpoint) checkCheckpoint(walk, checkpoint)
    if (walk.witness?.size === walk.tree.size) checkWitness(walk, walk.witness)
  }
  let next = from
  for (const field of page.leaves) {
    for (const leaf of leavesOf(field)) {
      for (; next < leaf.leafIndex; next += 1) append(missLeaf(walk, next))
      append(isSound(leaf) ? hashOf(leaf) : nameFault(walk, takeApart(leaf)))
      if (isSpecial(leaf)) special.push(takeApart(leaf))
      next += 1
    }
    // The connection is read, and others are served, while this is hashed.
    await setImmediate()
  }
  for (; next < to; next += 1) append(missLeaf(walk, next))
  return special
}

function appendToRival(walk: Walk, hash: Buffer): void {
  if (!walk.rival) return
  walk.rivalHashes.clear()
  appendLeaf(walk.rival, hash, (level, _index, node) => {
    walk.rivalHashes.set(level, node)
    return undefined
  })
}

function missLeaf(walk: Walk, index: number): Buffer {
  walk.report.add('leaf.missing', `number ${index} was removed`, { leafIndex: index })
  walk.tainted = true
  return Buffer.alloc(hashBytes)
}

/** A leaf that is not sound. @returns its hash as it most probably was. */
function nameFault(walk: Walk, leaf: AuditedLeaf): Buffer {
  const { hash, entry } = leaf
  walk.named.add(leaf.entryId)
  if (!entry) {
    walk.report.add('entry.missing', `entry ${leaf.entryId} (number ${leaf.leafIndex}) was removed`, placeOf(leaf))
    return hash
  }
  const commitment = commit(entry.salt, entry.text)
  const expected = hashLeaf(commitment)
  if (commitment.equals(entry.commitment)) {
    const text = `entry ${leaf.entryId} and its leaf ${leaf.leafIndex} do not belong together: one was rewritten`
    walk.report.add('leaf.changed', text, placeOf(leaf))
    walk.tainted = true
    return expected
  }
  walk.report.add('entry.changed', `entry ${leaf.entryId} (number ${leaf.leafIndex}) was changed`, placeOf(leaf))
  if (!expected.equals(hash) && !hashLeaf(entry.commitment).equals(hash)) walk.tainted = true
  return hash
}

const placeOf = (leaf: AuditedLeaf) => ({ leafIndex: leaf.leafIndex, entryId: leaf.entryId })

function checkSubtree(walk: Walk, height: number, index: number, found: { hash: Buffer; stored: Buffer | undefined }) {
  const span = { from: index * 2 ** height, to: (index + 1) * 2 ** height - 1 }
  if (!found.stored) {
    walk.report.add('subtree.missing', `the hash over numbers ${span.from}–${span.to} was removed`, span)
    return undefined
  }
  const explained = walk.tainted
  walk.tainted = false
  if (found.stored.equals(found.hash)) return undefined
  if (explained) return found.stored
  if (walk.rival && walk.rivalHashes.get(height)?.equals(found.stored)) {
    // The rows are true, and the smaller subtree was the one rewritten.
    walk.rival = undefined
    return found.stored
  }
  walk.report.add(
    'subtree.changed',
    `the stored hash over numbers ${span.from}–${span.to} is not that of the rows: one of them was rewritten`,
    span,
  )
  walk.rival ??= rivalOf(walk.tree, found.hash, height)
  return found.stored
}

/** The tree as the leaves alone tell it; the walk's own tree goes on with the stored hash. Called while the subtree is being closed. */
function rivalOf(tree: Tree, hash: Buffer, height: number): Tree {
  let node = hash
  const peaks = [...tree.peaks]
  const size = tree.size + 1
  for (let rest = size / 2 ** height; rest % 2 === 0; rest /= 2) {
    const left = peaks.pop()
    if (!left) break
    node = hashNode(left, node)
  }
  return { size, peaks: [...peaks, node] }
}

function checkCheckpoint(walk: Walk, row: CheckpointRow): void {
  const note = checkNote(walk, row)
  walk.checkpoints += 1
  if (!note) return
  if (settle(walk, note.root)) {
    walk.signedSize = row.size
    return
  }
  if (walk.tainted || walk.lost) return
  walk.lost = true
  const from = walk.signedSize
  walk.report.add(
    'checkpoint.root',
    `what was signed over ${row.size} entries is not what is stored: a row among numbers ${from}–${row.size - 1} was rewritten`,
    { size: row.size, from, to: row.size - 1 },
  )
}

/** Whether one of the trees has this root; the other opinion is dropped. */
function settle(walk: Walk, root: Buffer): boolean {
  if (rootOf(walk.tree).equals(root)) {
    walk.rival = undefined
    return true
  }
  if (!walk.rival || !rootOf(walk.rival).equals(root)) return false
  walk.tree = walk.rival
  walk.rival = undefined
  return true
}

/** The checkpoint's columns, signature and predecessor. @returns the note when it is to be believed. */
function checkNote(walk: Walk, row: CheckpointRow): ParsedNote | undefined {
  const place = { size: row.size }
  const fault = (code: FindingCode, text: string) => {
    walk.report.add(code, `checkpoint over ${row.size} entries: ${text}`, place)
    return undefined
  }
  const previous = walk.previous
  walk.previous = row.size
  const note = parseNote(row.note)
  if (!note) return fault('checkpoint.changed', 'its text is no signed note')
  if (!verifyNote(note, walk.options.verifierKeys ?? [row.verifierKey])) {
    return fault('checkpoint.signature', 'it is not signed by a key that is believed')
  }
  if (note.size !== row.size || !note.root.equals(row.root) || note.at.getTime() !== row.at.getTime()) {
    return fault('checkpoint.changed', 'its columns are not what was signed')
  }
  if (!verifyNote(note, [row.verifierKey])) return fault('checkpoint.changed', 'the key it names did not sign it')
  if (note.previous !== previous)
    fault('checkpoint.missing', `the one before it, over ${note.previous} entries, was removed`)
  return note
}

async function readWitness(walk: Walk, size: number): Promise<void> {
  const path = walk.options.witnessPath
  const text = path && (await readIfPresent(path))
  if (!text) return
  const note = parseNote(text)
  if (!note || (walk.options.verifierKeys && !verifyNote(note, walk.options.verifierKeys))) {
    walk.report.add('witness.changed', `the witness ${path} holds no checkpoint signed by a key that is believed`, {})
  } else if (note.size > size) {
    walk.report.add(
      'witness.beyond',
      `the witness has seen ${note.size} entries, but the ledger ends after ${size}: its tail was cut off`,
      {
        size: note.size,
      },
    )
  } else walk.witness = note
}

function checkWitness(walk: Walk, note: ParsedNote): void {
  const roots = [walk.tree, walk.rival].filter((tree) => tree !== undefined).map(rootOf)
  if (walk.tainted || roots.some((root) => root.equals(note.root))) return
  walk.report.add('witness.root', `the witness has seen another history of the first ${note.size} entries`, {
    size: note.size,
  })
}
