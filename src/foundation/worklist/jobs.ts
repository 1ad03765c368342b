// What happens by itself: changes are folded into the tally, what became late is told to open screens, and what is held by somebody who
// may not do it any more comes back to the pile of its unit.
import { z } from 'zod'
import { addWorkingDays, getCalendarOf, instantOf, localDate } from '#calendar'
import { accessChanged, emergencyOver, emergencyReviewed, listHolders, matterClosed, matterOpened } from '#identity'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type Subscription, subscribe } from '#platform/events'
import { defineJob, handleJob } from '#platform/jobs'
import { closeItem, openItem, recordMoves, tell } from './actions.ts'
import { foldTally, type Holding, listHoldings, takeBack, takeNewlyLate } from './store.ts'

const Nothing = z.object({})
const wakeJob = defineJob('worklist.wake', Nothing)
const returnJob = defineJob('worklist.return', Nothing)

/** Once a minute; may run late, twice, or by two at once. */
export function wake(ctx: Context): Promise<void> {
  return ctx.transaction(async (ctx) => {
    await foldTally(ctx.sql)
    await tell(ctx, await takeNewlyLate(ctx.sql, ctx.now))
  })
}

/**
 * Work of accounts that were disabled, or whose roles no longer give the permission it needs, comes back to its unit's pile. Of one
 * account when it has just changed, of all once an hour: roles end by themselves and organisations move.
 * @returns how many items came back.
 */
export async function returnOrphans(ctx: Context, account?: string): Promise<number> {
  const able = new Map<string, ReadonlySet<string>>()
  let count = 0
  for (const holding of await listHoldings(ctx.sql, account)) {
    const key = `${holding.permission} ${holding.organisation}`
    const known = able.get(key) ?? (await findAble(ctx, holding))
    able.set(key, known)
    if (!known.has(holding.holder)) count += await returnHolding(ctx, holding)
  }
  return count
}

async function findAble(ctx: Context, { permission, organisation }: Holding): Promise<ReadonlySet<string>> {
  return new Set((await listHolders(ctx, permission, organisation)).map(({ account }) => account))
}

function returnHolding(ctx: Context, holding: Holding): Promise<number> {
  return ctx.transaction(async (ctx) => {
    const items = await takeBack(ctx.sql, holding)
    const before = items.map((item) => ({ ...item, holder: holding.holder }))
    await recordMoves(ctx, before, {
      to: null,
      deed: 'item.returned',
      body: { reason: 'người giữ việc không còn quyền hoặc tài khoản đã khóa' },
    })
    await tell(ctx, [...before, ...items])
    return items.length
  })
}

export const jobs = [
  handleJob(wakeJob, wake, '* * * * *'),
  handleJob(
    returnJob,
    async (ctx) => {
      await returnOrphans(ctx)
    },
    '23 * * * *',
  ),
]

export const subscriptions: readonly Subscription[] = [
  subscribe(accessChanged, 'worklist.access-changed', async (ctx, { account }) => {
    await returnOrphans(ctx, account)
  }),
  // Identity lies below and cannot put things here itself.
  subscribe(matterOpened, 'worklist.matter-opened', async (ctx, { workingDays, ...matter }) => {
    const dueAt = await dueAfter(ctx, matter.organisation, workingDays)
    await ctx.transaction((ctx) => openItem(ctx, { ...matter, capability: 'identity', dueAt }))
  }),
  subscribe(matterClosed, 'worklist.matter-closed', (ctx, matter) =>
    ctx.transaction((ctx) => closeItem(ctx, { ...matter, capability: 'identity' })),
  ),
  // The room of identity stands below and knows of no worklist.
  subscribe(emergencyOver, 'worklist.emergency-over', (ctx, { id, organisation, personName }) =>
    openItem(ctx, {
      ...reviewOf(id),
      title: `Rà soát quyền khẩn cấp của ${personName}`,
      organisation,
      url: `/quan-tri/khan-cap#${id}`,
      permission: 'emergency:review',
      grave: true,
    }),
  ),
  subscribe(emergencyReviewed, 'worklist.emergency-reviewed', (ctx, { id }) => closeItem(ctx, reviewOf(id))),
]

/** The end of the n-th working day after today, by the calendar of the organisation; without one nothing is promised. */
async function dueAfter(ctx: Context, organisation: string, workingDays: number): Promise<Date | undefined> {
  const compiled = await getCalendarOf(ctx, organisation).catch((error) => {
    if (error instanceof Problem && error.status === 404) return undefined
    throw error
  })
  if (!compiled) return undefined
  const { timeZone } = compiled.calendar
  return instantOf(addWorkingDays(compiled, localDate(ctx.now, timeZone), workingDays), '17:00', timeZone)
}

function reviewOf(code: string) {
  return { capability: 'identity', kind: 'emergency-review', code }
}
