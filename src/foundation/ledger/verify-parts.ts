/** The parts of the verification beside the tree: batches, keys, and rows that belong to nothing. */
import { z } from 'zod'
import type { Sql } from '#platform/sql'
import {
  listBatchSalts,
  listChunks,
  listFingerprints,
  listLivingKeys,
  listStrayBatches,
  listStraySubtrees,
  listUnknownKeys,
  listUnnumbered,
  listVanished,
  listWaiting,
} from './audit.ts'
import type { AuditedLeaf } from './audited.ts'
import { commit, fingerprintOf } from './commitment.ts'
import type { Report } from './findings.ts'
import { appendLeaf, emptyTree, hashBytes, rootOf, sha256 } from './merkle.ts'
import { BatchSeal, preimageOf } from './model.ts'
import { splitHashes } from './proof.ts'

const chunksAtOnce = 64
const batchesAtOnce = 512
const listed = 1000

const Told = z.object({ batch: z.unknown(), body: z.unknown(), sealedUnder: z.string().nullable() })
type Told = z.infer<typeof Told>
const SealedBody = z.object({ fingerprint: z.string() })

/** An entry that holds a batch or a sealed body; without a number while it waits for one. */
interface Holder {
  entryId: string
  leafIndex?: number
  entry?: Pick<NonNullable<AuditedLeaf['entry']>, 'text' | 'hasBatch' | 'isSealed'>
}

interface BatchClaim {
  leaf: Holder
  seal: BatchSeal
}

/** Every batch's items must lead to the root that its entry holds. */
export async function verifyBatches(sql: Sql, report: Report, leaves: readonly Holder[]): Promise<void> {
  const claims: BatchClaim[] = []
  for (const leaf of leaves) {
    if (!leaf.entry?.hasBatch) continue
    const seal = BatchSeal.safeParse(toldBy(leaf)?.batch).data
    // A seal that cannot be read was changed, and has been named as a changed entry.
    if (seal) claims.push({ leaf, seal })
  }
  for (let from = 0; from < claims.length; from += batchesAtOnce) {
    await verifySomeBatches(sql, report, claims.slice(from, from + batchesAtOnce))
  }
}

/** What the text says that the commitment is made over. */
function toldBy({ entry }: Holder): Told | undefined {
  try {
    return Told.safeParse(JSON.parse(entry?.text ?? '')).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

async function verifySomeBatches(sql: Sql, report: Report, claims: readonly BatchClaim[]): Promise<void> {
  const ids = claims.map((claim) => claim.leaf.entryId)
  const trees = new Map(ids.map((id) => [id, emptyTree()]))
  const seen = new Map<string, number>()
  const salts = new Map((await listBatchSalts(sql, ids)).map((row) => [row.entryId, row.salt]))
  for (let skip = 0; ; skip += chunksAtOnce) {
    const chunks = await listChunks(sql, ids, skip, chunksAtOnce)
    for (const { entryId, number, hashes } of chunks) {
      const tree = trees.get(entryId)
      const expected = seen.get(entryId) ?? 0
      seen.set(entryId, expected + 1)
      if (tree && number === expected && hashes.length % hashBytes === 0)
        for (const hash of splitHashes(hashes)) appendLeaf(tree, hash)
    }
    if (chunks.length < chunksAtOnce) break
  }
  for (const { leaf, seal } of claims) {
    const tree = trees.get(leaf.entryId) ?? emptyTree()
    const salt = salts.get(leaf.entryId)
    const sameItems = tree.size === seal.size && rootOf(tree).toString('base64') === seal.root
    if (sameItems && salt && sha256(salt).toString('base64') === seal.saltHash) continue
    report.add(
      'batch.changed',
      `items of the batch ${leaf.entryId} (number ${leaf.leafIndex ?? 'not yet given'}) were changed`,
      {
        entryId: leaf.entryId,
        leafIndex: leaf.leafIndex,
      },
    )
  }
}

/** A sealed body names the fingerprint of its key: another key under the same name would make it unreadable. */
export async function verifySeals(sql: Sql, report: Report, leaves: readonly Holder[]): Promise<void> {
  const sealed = leaves.flatMap((leaf) => {
    const told = leaf.entry?.isSealed ? toldBy(leaf) : undefined
    return told?.sealedUnder ? [{ leaf, keyName: told.sealedUnder, body: SealedBody.safeParse(told.body).data }] : []
  })
  if (sealed.length === 0) return
  const names = [...new Set(sealed.map(({ keyName }) => keyName))]
  const known = new Map((await listFingerprints(sql, names)).map((row) => [row.name, row.fingerprint.toString('hex')]))
  for (const { leaf, keyName, body } of sealed) {
    const fingerprint = known.get(keyName)
    if (fingerprint === undefined || body?.fingerprint === fingerprint) continue
    report.add('key.changed', `the key ${keyName} is not the one that sealed entry ${leaf.entryId}`, {
      entryId: leaf.entryId,
      leafIndex: leaf.leafIndex,
    })
  }
}

/** Rows that nothing accounts for. */
export async function findStrays(sql: Sql, report: Report, size: number): Promise<void> {
  for (const { id } of await listUnnumbered(sql, listed)) {
    report.add('entry.unnumbered', `entry ${id} was inserted past the sequencer, or its number was removed`, {
      entryId: id,
    })
  }
  for (const { id } of await listVanished(sql, listed)) {
    report.add('entry.vanished', `entry ${id} was removed before it was numbered`, { entryId: id })
  }
  for (const { height, index } of await listStraySubtrees(sql, size, listed)) {
    report.add('subtree.stray', `a hash ${height}/${index} was inserted that no rows lie under`, {
      from: index * 2 ** height,
      to: (index + 1) * 2 ** height - 1,
    })
  }
  for (const { id } of await listStrayBatches(sql, listed)) {
    report.add('batch.stray', `items of a batch ${id} were inserted that no entry speaks of`, { entryId: id })
  }
  for (const { name } of await listUnknownKeys(sql, listed)) {
    report.add('key.missing', `the key ${name} was removed instead of destroyed`, {})
  }
  await verifyWaiting(sql, report)
  await verifyLivingKeys(sql, report)
}

/** What has no number yet is no leaf that could contradict it, but has its commitment already. */
async function verifyWaiting(sql: Sql, report: Report): Promise<void> {
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const entries = await listWaiting(sql, after, listed)
    const holders: Holder[] = []
    for (const entry of entries) {
      const { id: entryId, batch, sealedUnder } = entry
      const text = preimageOf(entry, entryId, entry.at)
      if (!commit(entry.salt, text).equals(entry.commitment))
        report.add('entry.changed', `entry ${entryId}, which waits for its number, was changed`, { entryId })
      else holders.push({ entryId, entry: { text, hasBatch: batch !== null, isSealed: sealedUnder !== null } })
    }
    await verifyBatches(sql, report, holders)
    await verifySeals(sql, report, holders)
    const last = entries.at(-1)
    if (!last || entries.length < listed) return
    after = last.id
  }
}

async function verifyLivingKeys(sql: Sql, report: Report): Promise<void> {
  for (let after = ''; ; ) {
    const keys = await listLivingKeys(sql, after, listed)
    for (const { name, key, fingerprint } of keys) {
      if (!fingerprintOf(key).equals(fingerprint)) report.add('key.changed', `the key ${name} was changed`, {})
    }
    const last = keys.at(-1)
    if (!last || keys.length < listed) return
    after = last.name
  }
}
