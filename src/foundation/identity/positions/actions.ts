// Who takes and leaves a position: organisations keep it, and what the account may do follows with its next request.
import { managePositions, recordAppointment, recordLeaving, seatsOn } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { ownPerson } from '../actions/accounts.ts'
import { recordDeed } from '../actions/record.ts'
import { hashToken } from '../actions/secrets.ts'
import { accessChanged } from '../events.ts'
import { type Account, endRolesOfPosition, findAccount, setSessionPosition, touchAccess } from '../store.ts'

type Deed = Parameters<typeof recordAppointment>[2]

export interface Taking {
  position: string
  account: string
  acting: boolean
  validTo: string | undefined
}

/** A person in use takes a position of an organisation that the actor manages. */
export async function takePosition(ctx: Context, taking: Taking, deed: Deed): Promise<void> {
  ownPerson(ctx)
  await ctx.transaction(async (ctx) => {
    const person = await findPerson(ctx, taking.account)
    await recordAppointment(ctx, { ...taking, account: person.name, personName: person.personName }, deed)
    await touchAccess(ctx.sql, person.name)
  })
}

/** A person leaves a position: roles bound to it no longer count from that day on. */
export async function leavePosition(
  ctx: Context,
  leaving: { position: string; account: string },
  deed: Deed,
): Promise<void> {
  ownPerson(ctx)
  await ctx.transaction(async (ctx) => {
    await recordLeaving(ctx, leaving, deed)
    await endRolesOfPosition(ctx.sql, { ...leaving, on: deed.effectiveOn })
    await ctx.publish(accessChanged, { account: leaving.account })
  })
}

async function findPerson(ctx: Context, name: string): Promise<Account> {
  const account = await findAccount(ctx.sql, name.trim().toLowerCase())
  const reach = ctx.reach(managePositions)
  const isMine = reach === 'all' || (account?.organisation != null && reach.has(account.organisation))
  if (account && !account.machine && !account.disabledAt && isMine) return account
  const message = 'Không có người nào đang dùng tài khoản này trong các đơn vị ông/bà quản lý.'
  throw invalid(message, [{ path: 'nguoi', message }])
}

/** From now on this session acts under another position that the person holds today. */
export async function choosePosition(ctx: Context, position: string, sessionToken: string | undefined): Promise<void> {
  const account = ownPerson(ctx)
  if (!sessionToken) throw forbidden('position:use')
  const seat = (await seatsOn(ctx.sql, [account], dayOf(ctx.now))).find((one) => one.position === position)
  if (!seat)
    throw conflict('position.not-held', 'Ông/bà không giữ chức danh này hôm nay; xin tải lại trang.', { position })
  await ctx.transaction(async (ctx) => {
    await setSessionPosition(ctx.sql, hashToken(sessionToken), position)
    await recordDeed(ctx, {
      action: 'session.position-chosen',
      account,
      organisation: seat.organisation,
      body: { position, before: ctx.actor.position?.code ?? null },
    })
  })
}
