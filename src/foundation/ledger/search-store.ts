/**
 * Finding entries. Each condition has an index that answers in order of ids, which is order of time: a page is read from the newest end
 * of the narrowest of them, however long the ledger is. Several accounts or organisations are as many short reads, put in order together.
 */
import type { Fragment, Sql } from '#platform/sql'
import { firstIdAt } from './commitment.ts'
import type { EntryFilter } from './model.ts'
import { entryColumns, type ListedEntry } from './store.ts'

export interface EntryQuery extends EntryFilter {
  /** Entries of these organisations only; `all` for an auditor of the whole. */
  reach: 'all' | ReadonlySet<string>
  /** Id of the last entry of the page before. */
  after?: string
  limit: number
  /** The newest first where nothing is said. */
  order?: 'oldest'
}

export async function listStoredEntries(sql: Sql, query: EntryQuery): Promise<ListedEntry[]> {
  const turn = turnOf(sql, query)
  return sql<ListedEntry[]>`
    with found as materialized (${findIds(sql, query)})
    select ${entryColumns(sql)}
    from found join ledger.entry e on e.id = found.id left join ledger.leaf l on l.entry_id = e.id
    order by e.id ${turn}`
}

/** How many there are, counted no further than the limit. */
export async function countStoredEntries(sql: Sql, query: EntryQuery): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*) from (${findIds(sql, query)}) found`
  return row?.count ?? 0
}

const turnOf = (sql: Sql, query: EntryQuery): Fragment => (query.order === 'oldest' ? sql`asc` : sql`desc`)

function findIds(sql: Sql, query: EntryQuery): Fragment {
  const { actor } = query
  const turn = turnOf(sql, query)
  const lane = (where: Fragment) => sql`
    (select e.id from ledger.entry e where ${where} ${conditions(sql, query)} order by e.id ${turn} limit ${query.limit})`
  if (actor)
    return sql`
      select id from (
        ${lane(sql`e.actor = ${actor} ${scope(sql, query)}`)}
        union all ${lane(sql`e.on_behalf_of = ${actor} and e.actor <> ${actor} ${scope(sql, query)}`)}) lanes
      order by id ${turn} limit ${query.limit}`
  const codes = organisationsOf(query)
  // A subject, or words of a purpose, have few entries: they are read first, whoever's they are.
  if (!codes || query.subject || query.purpose) return lane(sql`true ${scope(sql, query)}`)
  return sql`
    select one.id from unnest(${codes}::text[]) as o (code) cross join lateral ${lane(sql`e.organisation = o.code`)} one
    order by one.id ${turn} limit ${query.limit}`
}

/** Undefined: any organisation. */
function organisationsOf({ organisation, reach }: EntryQuery): string[] | undefined {
  if (organisation === undefined) return reach === 'all' ? undefined : [...reach]
  return reach === 'all' || reach.has(organisation) ? [organisation] : []
}

function scope(sql: Sql, query: EntryQuery): Fragment {
  const codes = organisationsOf(query)
  return codes ? sql`and e.organisation = any(${codes}::text[])` : sql``
}

function conditions(sql: Sql, { subject, purpose, action, from, to, after, order }: EntryQuery): Fragment {
  return sql`
    ${subject ? sql`and ${subjectIs(sql, subject)}` : sql``}
    ${purpose ? sql`and e.purpose is not null and to_tsvector('simple', ledger.plain_words(e.purpose)) @@ plainto_tsquery('simple', ledger.plain_words(${purpose}))` : sql``}
    ${action ? sql`and e.action = ${action}` : sql``}
    ${from ? sql`and e.id >= ${firstIdAt(from)}` : sql``}
    ${to ? sql`and e.id < ${firstIdAt(to)}` : sql``}
    ${after ? (order === 'oldest' ? sql`and e.id > ${after}` : sql`and e.id < ${after}`) : sql``}`
}

/** `kind:*` by a column of its own kind in the index, so that it too answers in order of time. */
const subjectIs = (sql: Sql, subject: string): Fragment =>
  subject.endsWith(':*') ? sql`split_part(e.subject, ':', 1) = ${subject.slice(0, -2)}` : sql`e.subject = ${subject}`
