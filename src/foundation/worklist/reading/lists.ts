// Pages of items, by key. Who holds them, or the pile they lie on, comes first in an index, their due time second: a page reads as many
// rows as it shows. A pile is a permission over an organisation; the tally names those that are not empty, and each gives at most a
// page to the merge. Other orders than the due time, and words, look through what the holder or the pile has.
import type { Fragment, Sql } from '#platform/sql'
import type { Span } from '../model.ts'
import { type Item, itemColumns } from '../store.ts'
import { type Sight, seen } from './sight.ts'

export const itemOrders = ['due', 'opened', 'title'] as const
export type ItemOrder = (typeof itemOrders)[number]

/** Whose items: what somebody holds, what nobody of the seen has claimed, or all of some organisations. */
export type Scope =
  | { of: 'holder'; holder: string; sight: Sight | undefined; organisations?: readonly string[] }
  | { of: 'piles'; sight: Sight | undefined; organisations?: readonly string[] }
  | { of: 'unit'; sight: Sight | undefined; organisations: readonly string[] }

export interface ItemQuery {
  capability?: string
  kind?: string
  spans: readonly Span[]
  /** Words without diacritics, all of which occur. */
  words: readonly string[]
  order: ItemOrder
  falling?: boolean
  /** Order's value and id of the last item of the page before. */
  after?: { value: string; id: number }
  limit: number
}

const placeOf = (sql: Sql, order: ItemOrder) =>
  ({ due: sql`item.due_order`, opened: sql`item.opened_at`, title: sql`item.title collate "vi-x-icu"` })[order]

/** How the mark of a page's last item is written: its value in the order. */
export function markOf(item: Item, order: ItemOrder): { value: string; id: number } {
  const value =
    order === 'title' ? item.title : ((order === 'due' ? item.dueAt : item.openedAt)?.toISOString() ?? 'infinity')
  return { value, id: item.id }
}

function conditions(sql: Sql, query: ItemQuery): Fragment {
  const { capability, kind, spans, words, after, falling } = query
  const way = falling ? sql`<` : sql`>`
  const value =
    query.order === 'title' ? sql`${after?.value ?? ''}::text` : sql`${after?.value ?? ''}::text::timestamptz`
  return sql`true
    ${capability ? sql`and item.capability = ${capability}` : sql``}
    ${kind ? sql`and item.kind = ${kind}` : sql``}
    ${together(
      sql,
      spans.map((span) => within(sql, span)),
    )}
    ${together(
      sql,
      words.map((word) => sql`and item.search_key like ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}` as Fragment),
    )}
    ${after ? sql`and (${placeOf(sql, query.order)}, item.id) ${way} (${value}, ${after.id}::bigint)` : sql``}` as Fragment
}

const together = (sql: Sql, parts: readonly Fragment[]): Fragment =>
  parts.reduce<Fragment>((all, part) => sql`${all} ${part}` as Fragment, sql`` as Fragment)

const within = (sql: Sql, { from, to, never }: Span) =>
  sql`
  ${from ? sql`and item.due_order >= ${from}` : sql``}
  ${never ? sql`and item.due_at is null` : to ? sql`and item.due_order < ${to}` : sql`and item.due_at is not null`}` as Fragment

export async function listItems(sql: Sql, scope: Scope, query: ItemQuery): Promise<Item[]> {
  const turn = query.falling ? sql`desc` : sql`asc`
  const order = sql`order by ${placeOf(sql, query.order)} ${turn}, item.id ${turn} limit ${query.limit}`
  const fits = conditions(sql, query)
  if (scope.of === 'holder')
    return sql<Item[]>`
      select ${itemColumns(sql)} from worklist.item
      where holder = ${scope.holder} and closed_at is null ${seenBy(sql, scope)} and ${fits}
      ${order}`
  if (scope.of === 'unit')
    return sql<Item[]>`
      select ${itemColumns(sql)} from unnest(${scope.organisations as string[]}::text[]) as unit (code)
      cross join lateral (
        select * from worklist.item where organisation = unit.code and closed_at is null ${scope.sight ? sql`and (${seen(sql, scope.sight)})` : sql``}
          and ${fits} ${order}
      ) item
      ${order}`
  return sql<Item[]>`
    with pile as materialized (
      select permission, organisation from worklist.tally
      where holder = '' ${seenBy(sql, scope)} ${query.capability ? sql`and capability = ${query.capability}` : sql``}
      group by 1, 2 having sum(items) > 0
    )
    select ${itemColumns(sql)} from pile
    cross join lateral (
      select * from worklist.item
      where item.permission = pile.permission and item.organisation = pile.organisation and holder is null and closed_at is null
        and ${fits}
      ${order}
    ) item
    ${order}`
}

const seenBy = (
  sql: Sql,
  { sight, organisations }: { sight: Sight | undefined; organisations?: readonly string[] },
) => sql`
  ${sight ? sql`and (${seen(sql, sight)})` : sql``}
  ${organisations ? sql`and organisation = any(${organisations as string[]})` : sql``}`
