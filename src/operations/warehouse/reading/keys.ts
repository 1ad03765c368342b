import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { openRecord } from '../pages/record.tsx'

export interface KeyHit {
  id: number
  key: string
  source: string
  /** Of the record where it has one, else of its source. */
  organisation: string
}

/** Records in force whose key is this text or begins with it, each source by its index; those out of the actor's reach are left out. */
export async function findByKey(ctx: Context, { key, limit }: { key: string; limit: number }): Promise<KeyHit[]> {
  if (key.length < 3 || !ctx.can('source:read')) return []
  const hits: KeyHit[] = []
  for (const { id, source } of await listKeys(ctx.sql, key.normalize('NFC'), limit)) {
    try {
      const { record, source: from, rows } = await openRecord(ctx, id)
      hits.push({ id, key: record.key, source, organisation: rows[0]?.organisation ?? from.organisation })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
    }
  }
  return hits
}

/** Those of all organisations: whoever asks sees to what may be told. */
export function listKeys(sql: Sql, key: string, limit: number): Promise<{ id: number; source: string; key: string }[]> {
  const upper = key.toUpperCase()
  return sql<{ id: number; source: string; key: string }[]>`
    select r.id, r.source, r.key
    from warehouse.source s
    cross join lateral (
      select k.id, k.source, k.key from warehouse.record k
      where k.source = s.code and k.state = 'applied' and k.key >= ${upper} and k.key <= ${`${upper}\uffff`}
        and (starts_with(k.key, ${upper}) or starts_with(k.key, ${key}))
      order by k.key limit ${limit}) r
    union
    select k.id, k.source, k.key from warehouse.source s
    join warehouse.record k on k.source = s.code and k.state = 'applied' and k.key = ${key}
    limit ${limit}`
}
