/** Records found by their key, over all sources of a reader. */
import type { Context } from '#platform/context'
import type { KindName } from '../kinds.ts'
import { kindOf } from '../kinds.ts'
import { reachOfSources } from './scope.ts'

export interface KeyMatch {
  recordId: number
  source: string
  kind: KindName
  key: string
  line: number
  receivedAt: Date
}

export interface KeySearch {
  /** The key begins with this. */
  key: string
  source?: string
  limit: number
}

const perSource = 25

/** Standing records whose key begins with the words, those of organisations in reach only. */
export async function findByKey(ctx: Context, { key, source, limit }: KeySearch): Promise<KeyMatch[]> {
  const { sql } = ctx
  const reach = await reachOfSources(ctx)
  const found = await sql<(KeyMatch & { organisation: string })[]>`
    select r.id as record_id, s.code as source, s.kind, s.organisation, r.key, r.line, l.received_at
    from warehouse.source s
    cross join lateral (
      select id, key, line, landing_id from warehouse.record
      where source = s.code and state = 'applied' and key >= ${key} and key <= ${`${key}\uffff`}
      order by key limit ${perSource}) r
    join warehouse.landing l on l.id = r.landing_id
    where starts_with(r.key, ${key}) ${source ? sql`and s.code = ${source}` : sql``}
    order by r.key, s.code limit ${limit}`
  if (reach === 'all') return found
  const visible: KeyMatch[] = []
  for (const { organisation, ...match } of found) {
    if (reach.has(organisation) || (await standsIn(ctx, match, [...reach]))) visible.push(match)
  }
  return visible
}

async function standsIn({ sql }: Context, { kind, recordId }: KeyMatch, organisations: string[]): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (
      select from warehouse.${sql(kindOf(kind).table)}
      where record_id = ${recordId} and organisation = any(${organisations}::text[])) as found`
  return row?.found ?? false
}
