import { searchKey } from '#organisations'
import type { Sql } from '#platform/sql'
import type { ItemKey, WorkItem } from './model.ts'

export interface Item {
  id: number
  capability: string
  kind: string
  code: string
  title: string
  organisation: string
  permission: string
  url: string
  grave: boolean
  dueAt: Date | null
  holder: string | null
  heldSince: Date | null
  openedAt: Date
}

/** Where an item lies: who holds it, or else the pile of the unit. */
export type Place = Pick<Item, 'holder' | 'organisation'>

export const itemColumns = (sql: Sql) => sql`
  item.id, item.capability, item.kind, item.code, item.title, item.organisation, item.permission, item.url, item.grave, item.due_at,
  item.holder, item.held_since, item.opened_at`

/**
 * Opens an item, brings an open one up to date, opens a closed one again. Whom the owner names holds it; naming the same one again, or
 * again nobody, leaves it with who has it meanwhile.
 * @returns the places that changed; none when everything was so already.
 */
export async function upsertItem(sql: Sql, item: WorkItem, now: Date): Promise<Place[]> {
  const { capability, kind, code, title, organisation, permission, url } = item
  const [holder, dueAt, grave] = [item.assignee ?? null, item.dueAt ?? null, item.grave ?? false]
  const rows = await sql<Place[]>`
    with before as (
      select holder, organisation from worklist.item
      where capability = ${capability} and kind = ${kind} and code = ${code} and closed_at is null
    ), written as (
      insert into worklist.item as item (capability, kind, code, title, search_key, organisation, permission, url, grave, due_at,
        holder, held_since, owner_assignee, opened_at)
      values (${capability}, ${kind}, ${code}, ${title}, ${searchKey(`${title} ${code}`)}, ${organisation}, ${permission}, ${url},
        ${grave}, ${dueAt}, ${holder}, ${holder && now}, ${holder}, ${now})
      on conflict (capability, kind, code) do update set
        title = excluded.title, search_key = excluded.search_key, organisation = excluded.organisation,
        permission = excluded.permission, url = excluded.url, grave = excluded.grave, due_at = excluded.due_at,
        holder = case when item.closed_at is not null or excluded.owner_assignee is distinct from item.owner_assignee
          then excluded.holder else item.holder end,
        held_since = case when item.closed_at is not null or excluded.owner_assignee is distinct from item.owner_assignee
          then excluded.held_since else item.held_since end,
        owner_assignee = excluded.owner_assignee,
        opened_at = case when item.closed_at is null then item.opened_at else excluded.opened_at end,
        closed_at = null
      where item.closed_at is not null
        or (item.title, item.organisation, item.permission, item.url, item.grave, item.due_at, item.owner_assignee) is distinct from
          (excluded.title, excluded.organisation, excluded.permission, excluded.url, excluded.grave, excluded.due_at,
            excluded.owner_assignee)
      returning item.holder, item.organisation
    )
    select holder, organisation from written
    union select before.holder, before.organisation from before where exists (select from written)`
  return [...rows]
}

/** New due times of open items, by their owner's codes. @returns the places that changed. */
export async function setDues(
  sql: Sql,
  capability: string,
  dues: readonly { kind: string; code: string; dueAt: Date | null }[],
): Promise<Place[]> {
  return sql<Place[]>`
    with moved as (
      update worklist.item set due_at = n.due_at
      from unnest(${dues.map(({ kind }) => kind)}::text[], ${dues.map(({ code }) => code)}::text[],
        ${dues.map(({ dueAt }) => dueAt?.toISOString() ?? null)}::timestamptz[]) as n (kind, code, due_at)
      where item.capability = ${capability} and item.kind = n.kind and item.code = n.code and closed_at is null
        and item.due_at is distinct from n.due_at
      returning holder, organisation
    )
    select distinct holder, organisation from moved`
}

/** @returns where it lay; nothing when none was open. */
export async function setClosed(sql: Sql, key: ItemKey, now: Date): Promise<Place | undefined> {
  const [row] = await sql<Place[]>`
    update worklist.item set closed_at = ${now}
    where capability = ${key.capability} and kind = ${key.kind} and code = ${key.code} and closed_at is null
    returning holder, organisation`
  return row
}

/** The open items of these ids, held until the transaction ends, in the order of their ids so that nobody waits in a circle. */
export async function lockItems(sql: Sql, ids: readonly number[]): Promise<Item[]> {
  return sql<Item[]>`
    select ${itemColumns(sql)} from worklist.item
    where id = any(${[...ids]}::bigint[]) and closed_at is null
    order by id
    for update`
}

export async function findItems(sql: Sql, ids: readonly number[]): Promise<Item[]> {
  return sql<Item[]>`
    select ${itemColumns(sql)} from worklist.item
    where id = any(${[...ids]}::bigint[]) and closed_at is null
    order by due_order, id`
}

/** Ids of everything open that somebody holds, the most pressing first. */
export async function listHeldIds(sql: Sql, holder: string, limit: number): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select id from worklist.item where holder = ${holder} and closed_at is null
    order by due_order, id
    limit ${limit}`
  return rows.map(({ id }) => id)
}

export async function setHolder(sql: Sql, ids: readonly number[], holder: string | null, now: Date): Promise<void> {
  await sql`
    update worklist.item set holder = ${holder}, held_since = ${holder && now} where id = any(${[...ids]}::bigint[])`
}

/** Who holds how much under which permission and where: what is asked when permissions may have been lost. */
export interface Holding {
  holder: string
  permission: string
  organisation: string
  items: number
}

export async function listHoldings(sql: Sql, holder?: string): Promise<Holding[]> {
  return sql<Holding[]>`
    select holder, permission, organisation, sum(items)::int as items from worklist.tally
    where ${holder === undefined ? sql`holder <> ''` : sql`holder = ${holder}`}
    group by 1, 2, 3 having sum(items) > 0
    order by 2, 3, 1`
}

/** Takes what somebody holds under a permission back to the pile of the unit. */
export async function takeBack(
  sql: Sql,
  { holder, permission, organisation }: Omit<Holding, 'items'>,
): Promise<Item[]> {
  return sql<Item[]>`
    update worklist.item set holder = null, held_since = null
    where holder = ${holder} and permission = ${permission} and organisation = ${organisation} and closed_at is null
    returning ${itemColumns(sql)}`
}

const foldingLock = 7_314_301

/** Adds what changes of items have left in the tally to its one row a key. @returns how many rows were folded. */
export async function foldTally(sql: Sql): Promise<number> {
  const [lock] = await sql<{ taken: boolean }[]>`select pg_try_advisory_xact_lock(${foldingLock}) as taken`
  if (!lock?.taken) return 0
  const [folded] = await sql<{ count: number }[]>`
    with gone as (
      delete from worklist.tally where not folded
      returning holder, organisation, permission, capability, kind, due_hour, items
    ), summed as (
      insert into worklist.tally as tally (holder, organisation, permission, capability, kind, due_hour, items, folded)
      select holder, organisation, permission, capability, kind, due_hour, sum(items), true from gone
      group by 1, 2, 3, 4, 5, 6
      on conflict (holder, organisation, permission, capability, kind, due_hour) where folded
        do update set items = tally.items + excluded.items
    )
    select count(*)::int as count from gone`
  if (folded?.count) await sql`delete from worklist.tally where folded and items = 0`
  return folded?.count ?? 0
}

/** What became late since the last look, as the places to tell; remembers the look. Two at once: the second finds nothing left. */
export async function takeNewlyLate(sql: Sql, now: Date): Promise<Place[]> {
  await sql`insert into worklist.waking (woken_at) values (${now}) on conflict do nothing`
  const [last] = await sql<{ wokenAt: Date }[]>`select woken_at from worklist.waking for update`
  if (!last || last.wokenAt >= now) return []
  await sql`update worklist.waking set woken_at = ${now}`
  return sql<Place[]>`
    with hours as (
      select holder, permission, organisation from worklist.tally
      where due_hour >= date_bin('1 hour', ${last.wokenAt}::timestamptz, 'epoch'::timestamptz) and due_hour <= ${now}
      group by 1, 2, 3 having sum(items) > 0
    )
    select distinct nullif(holder, '') as holder, organisation from hours
    where case when holder = '' then exists (
        select from worklist.item i where i.closed_at is null and i.holder is null and i.permission = hours.permission
          and i.organisation = hours.organisation and i.due_order >= ${last.wokenAt} and i.due_order < ${now})
      else exists (
        select from worklist.item i where i.closed_at is null and i.holder = hours.holder
          and i.due_order >= ${last.wokenAt} and i.due_order < ${now}) end`
}
