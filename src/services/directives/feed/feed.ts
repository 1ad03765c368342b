// A private address of one account's deadlines, for its own calendar program. Whoever has the address sees what the account may see now,
// so only its hash is kept, and it can be taken back at any time.
import { createHash, randomBytes } from 'node:crypto'
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { createAuthenticator } from '#identity'
import { appendEntry } from '#ledger'
import type { Role } from '#platform/capability'
import type { Context, Reach } from '#platform/context'
import { notFound } from '#platform/errors'
import { formatDateTime } from '#ui'
import { stateNames } from '../model.ts'
import { partPath } from '../paths.ts'
import { type ListedPart, listPartsBy } from '../reading/list.ts'
import { readPermission } from '../rights.ts'

const mostEvents = 1000
const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex')
export const feedAddress = (token: string): string => `/ical/nhiem-vu/${token}.ics`

export interface Feed {
  id: number
  madeAt: Date
}

export async function findFeed(ctx: Context): Promise<Feed | undefined> {
  const [row] = await ctx.sql<Feed[]>`
    select id, made_at from directives.feed where account = ${ctx.actor.account ?? ''} and revoked_at is null
    order by id desc limit 1`
  return row
}

/** A new address; an earlier one ends. @returns the token, which is shown once. */
export function makeFeed(ctx: Context): Promise<string> {
  return ctx.transaction(async (inner) => {
    await revokeFeed(inner)
    const token = randomBytes(32).toString('base64url')
    await inner.sql`
      insert into directives.feed (account, token_sha256, made_at) values (${inner.actor.account ?? ''}, ${hashOf(token)}, ${inner.now})`
    await appendEntry(inner, { action: 'feed.opened', subject: `account:${inner.actor.account}` })
    return token
  })
}

export async function revokeFeed(ctx: Context): Promise<void> {
  const ended = await ctx.sql`
    update directives.feed set revoked_at = ${ctx.now} where account = ${ctx.actor.account ?? ''} and revoked_at is null returning id`
  if (ended.length > 0) await appendEntry(ctx, { action: 'feed.revoked', subject: `account:${ctx.actor.account}` })
}

/** The deadlines that the account of this address may see, as iCalendar. @throws Problem 404 for an address that ended. */
export async function writeFeed(ctx: Context, token: string): Promise<string> {
  const [feed] = await ctx.sql<{ account: string }[]>`
    select account from directives.feed where token_sha256 = ${hashOf(token)} and revoked_at is null`
  const reader = feed && (await readAs(ctx, feed.account))
  if (!reader) throw notFound('directive.feed', 'address')
  const rows = await listPartsBy(reader, { group: 'dang-mo', sort: 'due', limit: mostEvents })
  const calendar = ical({
    name: 'Nhiệm vụ chỉ đạo',
    prodId: { company: 'Tram Huong', product: 'Directives', language: 'VI' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: 3600,
  })
  for (const row of rows) if (row.dueAt) addEvent(ctx, calendar, row, row.dueAt)
  return calendar.toString()
}

function addEvent(ctx: Context, calendar: ReturnType<typeof ical>, row: ListedPart, dueAt: Date): void {
  const site = ctx.config.publicUrl?.replace(/\/$/, '')
  calendar.createEvent({
    id: `${row.code}@tram-huong`,
    sequence: row.version,
    stamp: row.movedAt,
    start: new Date(dueAt.getTime() - 30 * 60_000),
    end: dueAt,
    summary: `Hạn: ${row.title}`,
    description: `${row.code} · ${stateNames[row.state]} · hạn ${formatDateTime(dueAt)}`,
    status: ICalEventStatus.CONFIRMED,
    ...(site ? { url: `${site}${partPath(row.code)}` } : {}),
  })
}

/** The reading rights of an account as they are now; nothing for one that is closed or may not read tasks any more. */
async function readAs(ctx: Context, account: string): Promise<Context | undefined> {
  // The cards name only roles.
  const roles = new Set(ctx.rolesWith(readPermission) as Role[])
  const actor = await createAuthenticator(new Map([[readPermission, roles]])).findActor(ctx, account)
  if (!actor?.permissions.has(readPermission)) return undefined
  const reach = (permission: string): Reach => actor.permissions.get(permission) ?? new Set()
  return { ...ctx, actor, reach }
}
