import { listHolders, listPeople, type Person } from '#identity'
import { appendEntries } from '#ledger'
import { notify } from '#notifications'
import type { Actor, Context } from '#platform/context'
import { forbidden, invalid, notFound } from '#platform/errors'
import { announce, topicOf } from '#platform/live'
import { type ItemKey, WorkItem } from './model.ts'
import * as store from './store.ts'

export const readPermission = 'worklist:read'
export const overseePermission = 'worklist:oversee'

/** Items that one press may take at most; everything somebody holds is handed over in as many presses as it needs. */
export const mostAtOnce = 500

/**
 * Puts a piece of work where it belongs: to the one who is named, else on the unit's pile for whoever claims it. Open already, it is
 * brought up to date and stays with who has it meanwhile; closed, it is opened again. Safe to call twice, and by two at once.
 */
export async function openItem(ctx: Context, item: WorkItem): Promise<void> {
  await tell(ctx, await store.upsertItem(ctx.sql, WorkItem.parse(item), ctx.now))
}

/** The work is done or no longer needed; nothing happens when none is open. */
export async function closeItem(ctx: Context, key: ItemKey): Promise<void> {
  const place = await store.setClosed(ctx.sql, key, ctx.now)
  if (place) await tell(ctx, [place])
}

/** Many items of one owner are due at another time: what a changed calendar asks for. */
export async function moveDues(
  ctx: Context,
  capability: string,
  dues: readonly { kind: string; code: string; dueAt: Date | null }[],
): Promise<void> {
  await tell(ctx, await store.setDues(ctx.sql, capability, dues))
}

/** What one person holds: heard by him and by who may stand in for him. */
export const holderTopic = (account: string): string => topicOf(account, 'worklist')
export const pileTopic = (organisation: string): string => `worklist:pile:${organisation}`
/** Anything that lies in a unit, whoever holds it: for the load that its head sees. */
export const unitTopic = (organisation: string): string => `worklist:unit:${organisation}`

/** Tells open screens that these places have changed. */
export async function tell(ctx: Context, places: readonly store.Place[]): Promise<void> {
  const topics = places.flatMap(({ holder, organisation }) => [
    holder ? holderTopic(holder) : pileTopic(organisation),
    unitTopic(organisation),
  ])
  if (topics.length > 0) await announce(ctx.sql, [...new Set(topics)].toSorted())
}

/** Whose work it is that the actor does: the absent colleague's while he stands in for one. */
export function holderOf({ account, onBehalfOf }: Actor): string {
  const holder = onBehalfOf?.account ?? account
  if (!holder) throw forbidden(readPermission)
  return holder
}

export interface Taken {
  done: store.Item[]
  /** What somebody else holds already, and who. */
  held: { item: store.Item; by: string }[]
  /** Closed meanwhile, or not the actor's to touch. */
  missing: number
}

/** Takes items off the unit's pile. Of two who press at once one wins; the other is told by whom. */
export function claimItems(ctx: Context, ids: readonly number[]): Promise<Taken> {
  ctx.require(readPermission)
  const holder = holderOf(ctx.actor)
  return ctx.transaction(async (ctx) => {
    const items = (await lockChosen(ctx, ids)).filter((item) => ctx.can(item.permission, item.organisation))
    const free = items.filter((item) => item.holder === null)
    const others = items.filter((item) => item.holder !== null && item.holder !== holder)
    const names = await nameAccounts(
      ctx,
      others.map((item) => item.holder ?? ''),
    )
    await move(ctx, free, { to: holder, deed: 'item.claimed' })
    return {
      done: items.filter((item) => item.holder === null || item.holder === holder),
      held: others.map((item) => ({ item, by: names.get(item.holder ?? '') ?? '' })),
      missing: ids.length - items.length,
    }
  })
}

/** Puts items back on the unit's pile. */
export function releaseItems(ctx: Context, ids: readonly number[]): Promise<Taken> {
  ctx.require(readPermission)
  const holder = holderOf(ctx.actor)
  return ctx.transaction(async (ctx) => {
    const items = (await lockChosen(ctx, ids)).filter((item) => item.holder === holder)
    await move(ctx, items, { to: null, deed: 'item.released' })
    return { done: items, held: [], missing: ids.length - items.length }
  })
}

function lockChosen(ctx: Context, ids: readonly number[]): Promise<store.Item[]> {
  if (ids.length === 0) throw invalid('Xin đánh dấu ít nhất một việc.')
  if (ids.length > mostAtOnce) throw invalid(`Mỗi lần chọn nhiều nhất ${mostAtOnce} việc.`)
  return store.lockItems(ctx.sql, ids)
}

interface Movement {
  to: string | null
  deed: string
  body?: Record<string, string>
}

async function move(ctx: Context, items: readonly store.Item[], { to, deed, body = {} }: Movement): Promise<void> {
  if (items.length === 0) return
  await store.setHolder(
    ctx.sql,
    items.map(({ id }) => id),
    to,
    ctx.now,
  )
  await recordMoves(ctx, items, { to, deed, body })
  await tell(ctx, [...items, ...items.map(({ organisation }) => ({ holder: to, organisation }))])
}

/** An entry for each item, so that its own course can be read. */
export async function recordMoves(ctx: Context, items: readonly store.Item[], { to, deed, body }: Movement) {
  await appendEntries(
    ctx,
    items.map(({ capability, kind, code, organisation, holder }) => ({
      action: deed,
      subject: `item:${capability}/${kind}/${code}`,
      organisation,
      body: { ...body, from: holder, to },
    })),
  )
}

/** May the actor hand this item over: it is his, or his unit's to oversee. */
const mayHandOver = (ctx: Context, item: store.Item): boolean =>
  item.holder === holderOf(ctx.actor) || ctx.can(overseePermission, item.organisation)

/** What an item is about, for who may read it; who only oversees the load learns that it is there. */
export const titleFor = (ctx: Context, { permission, organisation, title }: store.Item): string =>
  ctx.can(permission, organisation) ? title : 'Nội dung ngoài quyền xem'

/** Items of these ids that the actor may hand over, the most pressing first. */
export async function listToHandOver(ctx: Context, ids: readonly number[]): Promise<store.Item[]> {
  return (await store.findItems(ctx.sql, ids)).filter((item) => mayHandOver(ctx, item))
}

/** Ids of what the actor holds, the most pressing first. */
export const listOwnIds = (ctx: Context, limit: number): Promise<number[]> =>
  store.listHeldIds(ctx.sql, holderOf(ctx.actor), limit)

/** Who may take all of these items: who holds the permission of each over its organisation, the nearest first. */
export async function listReceivers(ctx: Context, items: readonly store.Item[]): Promise<Person[]> {
  const groups = new Map(items.map((item) => [`${item.permission} ${item.organisation}`, item]))
  let common: Person[] | undefined
  for (const { permission, organisation } of groups.values()) {
    const holders = await listHolders(ctx, permission, organisation)
    const able = new Set(holders.map(({ account }) => account))
    common = common ? common.filter(({ account }) => able.has(account)) : holders
  }
  return (common ?? []).filter(({ account }) => items.some(({ holder }) => holder !== account))
}

/** Who may take work of what the actor holds, and how much of it; those who may take the most first. */
export async function listReceiversOfAll(ctx: Context): Promise<{ person: Person; items: number }[]> {
  const holder = holderOf(ctx.actor)
  const found = new Map<string, { person: Person; items: number }>()
  for (const { permission, organisation, items } of await store.listHoldings(ctx.sql, holder))
    for (const person of await listHolders(ctx, permission, organisation)) {
      const known = found.get(person.account) ?? { person, items: 0 }
      found.set(person.account, { person, items: known.items + items })
    }
  return [...found.values()].filter(({ person }) => person.account !== holder).toSorted((a, b) => b.items - a.items)
}

export interface HandOver {
  to: string
  note: string
}

export interface HandedOver {
  to: Person
  done: store.Item[]
  /** What the receiver may not hold: it lies on its unit's pile now. */
  toPile: store.Item[]
}

/** Gives items to a colleague who may hold every one of them. @throws Problem naming the first he may not. */
export function handOverItems(ctx: Context, ids: readonly number[], { to, note }: HandOver): Promise<HandedOver> {
  ctx.require(readPermission)
  return ctx.transaction(async (ctx) => {
    const items = (await lockChosen(ctx, ids)).filter((item) => mayHandOver(ctx, item) && item.holder !== to)
    if (items.length === 0) throw notFound('item', ids.join(','))
    const { person, able } = await receiverOf(ctx, items, to)
    const refused = items.find((item) => !able.has(item.id))
    if (refused)
      throw faultIn(
        'to',
        `${person.name} không có quyền làm việc “${titleFor(ctx, refused)}”; xin chọn người khác hoặc bỏ việc đó ra.`,
      )
    await give(ctx, items, { to, note })
    return { to: person, done: items, toPile: [] }
  })
}

/**
 * Before going away: everything one holds goes to a colleague, and what he may not hold back to its unit's pile, so that nothing is left
 * behind.
 */
export async function handOverAll(ctx: Context, { to, note }: HandOver): Promise<HandedOver> {
  ctx.require(readPermission)
  const holder = holderOf(ctx.actor)
  if (to === holder) throw faultIn('to', 'Xin chọn một đồng nghiệp khác.')
  return ctx.transaction(async (ctx) => {
    const handed: store.Item[] = []
    const toPile: store.Item[] = []
    for (;;) {
      const items = (await store.lockItems(ctx.sql, await store.listHeldIds(ctx.sql, holder, mostAtOnce))).filter(
        (item) => item.holder === holder,
      )
      if (items.length === 0) break
      const { able } = await receiverOf(ctx, items, to)
      const left = items.filter((item) => !able.has(item.id))
      const given = items.filter((item) => able.has(item.id))
      await move(ctx, given, { to, deed: 'item.handed-over', body: { note } })
      await move(ctx, left, { to: null, deed: 'item.released', body: { note } })
      handed.push(...given)
      toPile.push(...left)
    }
    const [person] = await listPeople(ctx, [to])
    if (!person) throw faultIn('to', noSuchPerson)
    await tellReceiver(ctx, handed, { to, note })
    return { to: person, done: handed, toPile }
  })
}

const noSuchPerson = 'Không có đồng nghiệp nào đang dùng tài khoản này; xin chọn trong danh sách.'
const faultIn = (path: string, message: string) => invalid(message, [{ path, message }])

async function receiverOf(ctx: Context, items: readonly store.Item[], to: string) {
  const [person] = await listPeople(ctx, [to])
  if (!person) throw faultIn('to', noSuchPerson)
  const able = new Set<number>()
  const known = new Map<string, boolean>()
  for (const { id, permission, organisation } of items) {
    const key = `${permission} ${organisation}`
    if (!known.has(key))
      known.set(
        key,
        (await listHolders(ctx, permission, organisation)).some(({ account }) => account === to),
      )
    if (known.get(key)) able.add(id)
  }
  return { person, able }
}

async function give(ctx: Context, items: readonly store.Item[], { to, note }: HandOver): Promise<void> {
  await move(ctx, items, { to, deed: 'item.handed-over', body: { note } })
  await tellReceiver(ctx, items, { to, note })
}

async function tellReceiver(ctx: Context, items: readonly store.Item[], { to, note }: HandOver): Promise<void> {
  const [first] = items
  if (!first) return
  const from = ctx.actor.onBehalfOf ? `${ctx.actor.name} (xử lý thay ${ctx.actor.onBehalfOf.name})` : ctx.actor.name
  await notify(ctx, {
    notice: 'worklist.handed-over',
    to: [{ account: to }],
    values: { from, count: String(items.length), first: first.title, note: note || 'không có' },
    url: items.length === 1 ? first.url : '/viec-cua-toi',
    urgency: items.some(({ grave }) => grave) ? 'urgent' : 'routine',
  })
}

/** Accounts and the names of their people; of who is gone, the account. */
export async function nameAccounts(ctx: Context, accounts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const wanted = [...new Set(accounts)].filter(Boolean)
  const people = wanted.length > 0 ? await listPeople(ctx, wanted) : []
  const names = new Map(people.map(({ account, name }) => [account, name]))
  return new Map(wanted.map((account) => [account, names.get(account) ?? account]))
}
