import { randomBytes } from 'node:crypto'
import type { Context } from '#platform/context'
import { notFound, tooLarge } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { commit, fingerprintOf, hashItem, itemSalt, makeEntryId, sealBody } from './commitment.ts'
import { sequenceJob } from './events.ts'
import { appendLeaf, emptyTree, hashBytes, rootOf, sha256 } from './merkle.ts'
import {
  bodyLimit,
  canonicalise,
  EntryInput,
  type EntryRow,
  type FullEntryInput,
  type Json,
  preimageOf,
  type StoredEntry,
} from './model.ts'
import { countEntriesUnder, eraseKey, insertBatch, insertEntries, takeKey } from './store.ts'

export const readPermission = 'ledger:read'
export const destroyPermission = 'ledger:destroy-key'

const entriesAStatement = 500
const itemsAChunk = 1024
const sequenceAfterMs = 2000

/** Where an entry is written: a context says who and when by itself, and has the sequencer called. */
type Place = Context | Sql

const isSql = (place: Place): place is Sql => typeof place === 'function'

/**
 * Writes what was done, inside the caller's transaction: it stands if and only if the deed does. It is numbered after commit.
 * @returns the entry's id.
 */
export function appendEntry(ctx: Context, entry: EntryInput): Promise<string>
export function appendEntry(sql: Sql, entry: FullEntryInput): Promise<string>
export async function appendEntry(place: Place, entry: EntryInput): Promise<string> {
  const stored = await makeEntry(place, entry, null)
  await write(place, [stored])
  return stored.id
}

/** Many entries in few statements, in the order given. @returns their ids. */
export function appendEntries(ctx: Context, entries: readonly EntryInput[]): Promise<string[]>
export function appendEntries(sql: Sql, entries: readonly FullEntryInput[]): Promise<string[]>
export async function appendEntries(place: Place, entries: readonly EntryInput[]): Promise<string[]> {
  const stored: StoredEntry[] = []
  for (const entry of entries) stored.push(await makeEntry(place, entry, null))
  for (let from = 0; from < stored.length; from += entriesAStatement) {
    await write(place, stored.slice(from, from + entriesAStatement))
  }
  return stored.map((entry) => entry.id)
}

export interface AppendedBatch {
  id: string
  /** Root of the batch's own tree, base64. */
  root: string
  size: number
}

/**
 * One entry, one leaf, for many items: the entry holds the root of a tree over them. Each item can be proved later from its value
 * and its place (`proveItem`), without showing the others.
 */
export function appendBatch(ctx: Context, entry: EntryInput, items: Iterable<Json>): Promise<AppendedBatch>
export function appendBatch(sql: Sql, entry: FullEntryInput, items: Iterable<Json>): Promise<AppendedBatch>
export async function appendBatch(place: Place, entry: EntryInput, items: Iterable<Json>): Promise<AppendedBatch> {
  const salt = randomBytes(32)
  const tree = emptyTree()
  const chunks: Buffer[] = []
  let open: Buffer[] = []
  for (const item of items) {
    const leaf = hashItem(itemSalt(salt, tree.size), item)
    appendLeaf(tree, leaf)
    open.push(leaf)
    if (open.length === itemsAChunk) chunks.push(Buffer.concat(open.splice(0)))
  }
  if (open.length > 0) chunks.push(Buffer.concat(open, open.length * hashBytes))
  open = []
  if (tree.size === 0) throw new RangeError('a batch has at least one item')
  const root = rootOf(tree).toString('base64')
  const seal = canonicalise({ root, saltHash: sha256(salt).toString('base64'), size: tree.size })
  const stored = await makeEntry(place, entry, seal)
  await insertBatch(isSql(place) ? place : place.sql, stored.id, salt, chunks)
  await write(place, [stored])
  return { id: stored.id, root, size: tree.size }
}

async function makeEntry(place: Place, input: EntryInput, batch: string | null): Promise<StoredEntry> {
  const entry = EntryInput.parse(input)
  const ctx = isSql(place) ? undefined : place
  const at = entry.at ?? ctx?.now
  const actor = entry.actor ?? (ctx && (ctx.actor.account ?? 'anonymous'))
  // Somebody named outright is not who is signed in.
  const onBehalfOf = entry.actor ? null : (ctx?.actor.onBehalfOf?.account ?? null)
  const organisation = entry.organisation ?? (ctx && (ctx.actor.organisation ?? 'none'))
  if (!at || !actor || !organisation) throw new TypeError('an entry written without a context says when, who and where')
  const id = makeEntryId(at)
  const body = withPosition(entry, ctx)
  const plain = canonicalise(body)
  if (plain.length > bodyLimit) throw tooLarge(bodyLimit)
  const row: EntryRow = {
    id,
    at,
    actor,
    organisation,
    action: entry.action,
    subject: entry.subject,
    purpose: entry.purpose ?? null,
    sealedUnder: null,
    body: plain,
    ...(entry.sealUnder ? await sealUnder(place, { keyName: entry.sealUnder, id, at, body }) : {}),
    batch,
    onBehalfOf,
  }
  const salt = randomBytes(16)
  return { ...row, salt, commitment: commit(salt, preimageOf(row, id, at)) }
}

/** The position under which the actor acted, and powers for an emergency, stand among the facts of the deed: `actingAs`, `emergency`. */
function withPosition({ body = {}, actor }: EntryInput, ctx: Context | undefined): Json {
  const { position, emergency } = (actor ? undefined : ctx?.actor) ?? {}
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return {
    ...(position ? { actingAs: position.code } : {}),
    ...(emergency ? { emergency: emergency.id } : {}),
    ...body,
  }
}

/** What is done after a key was destroyed is sealed under the next of its name: `person:1`, `person:1#2` … */
async function sealUnder(
  place: Place,
  { keyName, id, at, body }: { keyName: string; id: string; at: Date; body: Json },
): Promise<Pick<EntryRow, 'sealedUnder' | 'body'>> {
  const fresh = randomBytes(32)
  const sql = isSql(place) ? place : place.sql
  for (let turn = 1; ; turn += 1) {
    const sealedUnder = turn === 1 ? keyName : `${keyName}#${turn}`
    const { key } = await takeKey(sql, sealedUnder, { key: fresh, fingerprint: fingerprintOf(fresh), at })
    if (key) return { sealedUnder, body: sealBody(key, id, body) }
  }
}

async function write(place: Place, entries: readonly StoredEntry[]): Promise<void> {
  const bell = await insertEntries(isSql(place) ? place : place.sql, entries)
  if (!bell || isSql(place)) return
  await place.enqueue(sequenceJob, {}, { key: sequenceJob.name, runAt: new Date(Date.now() + sequenceAfterMs) })
}

/**
 * Destroys a key for good: bodies sealed under it can never be read again, every proof stays valid. The deed is an entry itself.
 * @returns how many entries it sealed.
 */
export function destroyKey(ctx: Context, keyName: string, reason: string): Promise<number> {
  ctx.require(destroyPermission)
  return ctx.transaction(async (ctx) => {
    if (!(await eraseKey(ctx.sql, keyName, ctx.now))) throw notFound('ledger.key', keyName)
    const entries = await countEntriesUnder(ctx.sql, keyName)
    await appendEntry(ctx, {
      action: 'ledger.key-destroyed',
      subject: `key:${keyName}`.slice(0, 300),
      body: { entries, reason },
    })
    return entries
  })
}
