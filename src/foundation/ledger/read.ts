import { notFound } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { openBody } from './commitment.ts'
import { BatchSeal, type Checkpoint, type Entry, type Json } from './model.ts'
import { type EntryQuery, listStoredEntries } from './search-store.ts'
import { findStoredEntry, type ListedEntry, listCheckpointRows, listKeys, toCheckpoint } from './store.ts'

/** Entries the reach covers, newest first, with bodies opened where their key still exists. */
export async function listEntries(sql: Sql, query: EntryQuery): Promise<Entry[]> {
  const rows = await listStoredEntries(sql, query)
  const names = rows.map((row) => row.sealedUnder).filter((name) => name !== null)
  const keys = await listKeys(sql, [...new Set(names)])
  return rows.map((row) => toEntry(row, keys))
}

/** @throws Problem 404 when there is none, or it belongs to an organisation beyond the reach. */
export async function getEntry(sql: Sql, id: string, reach: EntryQuery['reach']): Promise<Entry> {
  const entry = await findEntry(sql, id)
  if (!entry || (reach !== 'all' && !reach.has(entry.organisation))) throw notFound('ledger.entry', id)
  return entry
}

export async function findEntry(sql: Sql, id: string): Promise<Entry | undefined> {
  const row = await findStoredEntry(sql, id)
  return row && toEntry(row, await listKeys(sql, row.sealedUnder === null ? [] : [row.sealedUnder]))
}

export function toEntry(row: ListedEntry, keys: ReadonlyMap<string, Buffer>): Entry {
  const { salt: _salt, commitment, body, batch, ...rest } = row
  return {
    ...rest,
    onBehalfOf: row.onBehalfOf ?? null,
    body: readBody(row, keys),
    batch: batch === null ? null : BatchSeal.parse(JSON.parse(batch)),
    commitment: commitment.toString('base64'),
  }
}

function readBody(row: ListedEntry, keys: ReadonlyMap<string, Buffer>): Json | undefined {
  if (row.sealedUnder === null) return JSON.parse(row.body)
  const key = keys.get(row.sealedUnder)
  return key && openBody(key, row.id, row.body)
}

/** Signed checkpoints, newest first. */
export async function listCheckpoints(sql: Sql, limit: number, after?: number): Promise<Checkpoint[]> {
  return (await listCheckpointRows(sql, limit, after)).map(toCheckpoint)
}
