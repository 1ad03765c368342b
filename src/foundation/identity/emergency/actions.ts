/**
 * Powers for an emergency ("phá kính"): an administrator asks for a role over an organisation for hours, another person approves, and a
 * third reviews it afterwards. Everybody of them proves himself with two factors; what is done under it is marked in the ledger.
 */
import { randomUUID } from 'node:crypto'
import { appendEntry, type Json } from '#ledger'
import { findOrganisation, homeToday } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { ownPerson } from '../actions/accounts.ts'
import { listHolders } from '../actions/holders.ts'
import { accountTold, emergencyOver, emergencyReviewed } from '../events.ts'
import { dangerMinutes, everywhere, roleNames } from '../model.ts'
import {
  approveEmergency,
  askEmergency,
  askedFor,
  Conclusion,
  type NewEmergency,
  readEmergency,
  reviewEmergency,
  stateOf,
} from './model.ts'
import * as store from './store.ts'

export const emergencyPath = '/quan-tri/khan-cap'

const mostTold = 200

/** A person of his own account who has just proved himself twice over. */
function ownTwoFactors(ctx: Context, permission: string): string {
  ctx.require(permission)
  const account = ownPerson(ctx)
  ctx.requireAssurance('two-factor', { withinMinutes: dangerMinutes })
  return account
}

/** Asks for powers; nothing is given yet. @throws Problem 409 while another of the same person is open. */
export async function askForEmergency(ctx: Context, wanted: NewEmergency): Promise<void> {
  const account = ownTwoFactors(ctx, askEmergency)
  const { organisation } = wanted
  if (organisation !== everywhere && !(await findOrganisation(ctx.sql, organisation)))
    throw invalid(`Không có đơn vị mang mã ${organisation}.`, [
      { path: 'organisation', message: `Không có đơn vị mang mã ${organisation}.` },
    ])
  await ctx.transaction(async (ctx) => {
    const since = new Date(ctx.now.getTime() - askedFor)
    if ((await store.countOpen(ctx.sql, account, { now: ctx.now, since })) > 0)
      throw conflict('emergency.open', 'Ông/bà đang có một đề nghị hoặc quyền khẩn cấp chưa kết thúc.')
    const id = await store.insertEmergency(ctx.sql, { ...wanted, account, now: ctx.now })
    const { role, minutes, reason } = wanted
    await record(ctx, 'emergency.asked', { id, account }, { role, organisation, minutes, reason })
    await tell(ctx, approveEmergency, { ...wanted, id, personName: ctx.actor.name }, 'đề nghị cấp, đang chờ duyệt')
  })
}

/** A second person says yes or no; the time runs from his yes. */
export function decideEmergency(ctx: Context, id: string, approved: boolean): Promise<void> {
  const by = ownTwoFactors(ctx, approveEmergency)
  return withEmergency(ctx, id, async (ctx, emergency) => {
    if (emergency.account === by) throw ownRequest()
    if (stateOf(emergency, ctx.now) !== 'asked') throw over()
    const endsAt = approved ? new Date(ctx.now.getTime() + emergency.minutes * 60_000) : null
    await store.setDecided(ctx.sql, id, { by, now: ctx.now, approved, endsAt })
    const body = endsAt ? { endsAt: endsAt.toISOString() } : undefined
    await record(ctx, approved ? 'emergency.approved' : 'emergency.refused', emergency, body)
    await tell(ctx, readEmergency, emergency, approved ? 'đã được duyệt và có hiệu lực' : 'không được duyệt')
  })
}

/** Its holder, or who may approve, ends it before its time. */
export function endEmergency(ctx: Context, id: string): Promise<void> {
  const by = ownPerson(ctx)
  return withEmergency(ctx, id, async (ctx, emergency) => {
    if (emergency.account !== by && !ctx.can(approveEmergency)) throw forbidden(approveEmergency)
    if (stateOf(emergency, ctx.now) !== 'in-force') throw over()
    await finish(ctx, emergency, { by, at: ctx.now })
  })
}

async function finish(ctx: Context, emergency: store.Emergency, ended: { by: string; at: Date }): Promise<void> {
  const { id, account, organisation } = emergency
  await store.setEnded(ctx.sql, id, ended)
  await record(ctx, 'emergency.ended', emergency, { by: ended.by })
  const place = organisation === everywhere ? await rootOf(ctx) : organisation
  await ctx.publish(emergencyOver, { id, account, organisation: place, personName: emergency.personName })
  await tell(ctx, readEmergency, emergency, 'đã kết thúc, chờ kết luận rà soát')
}

/** Those whose time is over are written down; their powers ended with the minute itself. */
export const endOverdue = (ctx: Context): Promise<void> =>
  ctx.transaction(async (ctx) => {
    for (const emergency of await store.lockOver(ctx.sql, ctx.now))
      await finish(ctx, emergency, { by: 'system', at: emergency.endsAt ?? ctx.now })
  })

/** Somebody who neither held nor approved it says what was found. */
export function concludeEmergency(ctx: Context, id: string, conclusion: string): Promise<void> {
  ctx.require(reviewEmergency)
  const by = ownPerson(ctx)
  const parsed = Conclusion.safeParse(conclusion)
  if (!parsed.success) throw invalid(parsed.error.issues[0]?.message ?? '')
  return withEmergency(ctx, id, async (ctx, emergency) => {
    if (emergency.account === by || emergency.decidedBy === by) throw ownRequest()
    if (stateOf(emergency, ctx.now) !== 'to-review') throw over()
    if (!emergency.endedAt) await finish(ctx, emergency, { by: 'system', at: emergency.endsAt ?? ctx.now })
    await store.setReviewed(ctx.sql, id, { by, now: ctx.now, conclusion: parsed.data })
    await record(ctx, 'emergency.reviewed', emergency, { conclusion: parsed.data })
    await ctx.publish(emergencyReviewed, { id })
  })
}

const ownRequest = () =>
  conflict(
    'emergency.own',
    'Việc này phải do người khác làm: không phải người xin quyền, cũng không phải người đã duyệt.',
  )
const over = () => conflict('emergency.over', 'Đề nghị này đã được giải quyết hoặc đã hết hạn.')

const withEmergency = (
  ctx: Context,
  id: string,
  work: (ctx: Context, emergency: store.Emergency) => Promise<void>,
): Promise<void> =>
  ctx.transaction(async (ctx) => {
    const emergency = await store.lockEmergency(ctx.sql, id)
    if (!emergency) throw notFound('emergency', id)
    await work(ctx, emergency)
  })

const record = (
  ctx: Context,
  action: string,
  { id, account }: Pick<store.Emergency, 'id' | 'account'>,
  body: Record<string, Json> = {},
) => appendEntry(ctx, { action, subject: `emergency:${id}`, body: { account, ...body } })

const rootOf = async (ctx: Context): Promise<string> => (await homeToday(ctx)).pack.card.rootOrganisation

type Told = Pick<store.Emergency, 'id' | 'personName' | 'role' | 'organisation' | 'minutes' | 'reason'>

async function tell(ctx: Context, permission: string, told: Told, what: string): Promise<void> {
  const place = told.organisation === everywhere ? await rootOf(ctx) : told.organisation
  const people = await listHolders(ctx, permission, place)
  if (people.length === 0) return
  await ctx.publish(accountTold, {
    id: randomUUID(),
    accounts: people.slice(0, mostTold).map(({ account }) => account),
    notice: 'emergency.changed',
    values: {
      person: told.personName,
      role: roleNames[told.role],
      organisation: told.organisation === everywhere ? 'mọi đơn vị' : told.organisation,
      minutes: String(told.minutes),
      reason: told.reason,
      what,
    },
    url: emergencyPath,
  })
}
