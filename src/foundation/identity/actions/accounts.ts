import { findOrganisation, searchKey, seatsOn } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound, Problem } from '#platform/errors'
import { dayOf } from '#platform/local-day'
import { accessChanged } from '../events.ts'
import {
  type Contact,
  dangerMinutes,
  everywhere,
  faultOfPassword,
  type NewAccount,
  Password,
  type RoleScope,
} from '../model.ts'
import { callForEnd } from '../provider/logout-jobs.ts'
import { deleteSession, deleteSessions } from '../session-store.ts'
import * as store from '../store.ts'
import { recordDeed } from './record.ts'
import { hashPassword, hashToken, newPassword, verifyPassword } from './secrets.ts'

export const manageAccounts = 'account:manage'

/** What gives power over accounts and keys is done by who has just proved himself with a second factor, if he has one. */
export const requireSecondFactor = (ctx: Context): void =>
  ctx.requireAssurance('two-factor', { withinMinutes: dangerMinutes, ifEnrolled: true })

/** Makes an account; a person's first password is returned once. */
export async function createAccount(ctx: Context, wanted: NewAccount): Promise<{ password: string | undefined }> {
  requireSecondFactor(ctx)
  await checkOrganisation(ctx, wanted.organisation)
  const password = wanted.machine ? undefined : newPassword()
  const passwordHash = password && (await hashPassword(password))
  await ctx.transaction(async (ctx) => {
    const isNew = await store.insertAccount(ctx.sql, {
      ...wanted,
      searchKey: keyOf(wanted),
      passwordHash,
      passwordGiven: true,
      demo: false,
      now: ctx.now,
    })
    if (!isNew) throw faultIn('name', `Đã có tài khoản “${wanted.name}”; xin chọn tên đăng nhập khác.`)
    await recordDeed(ctx, {
      action: 'account.created',
      account: wanted.name,
      body: { organisation: wanted.organisation ?? null, machine: wanted.machine },
    })
  })
  return { password }
}

export const keyOf = (account: { name: string; personName: string; organisation?: string }): string =>
  searchKey(`${account.name} ${account.personName} ${account.organisation ?? ''}`)

const faultIn = (path: string, message: string) => invalid(message, [{ path, message }])

async function checkOrganisation(ctx: Context, organisation: string | undefined): Promise<void> {
  if (organisation === undefined && ctx.can(manageAccounts) && ctx.reach(manageAccounts) !== 'all')
    throw faultIn('organisation', 'Xin chọn đơn vị của tài khoản.')
  requireReach(ctx, organisation)
  if (organisation !== undefined && !(await findOrganisation(ctx.sql, organisation)))
    throw faultIn('organisation', `Không có đơn vị mang mã ${organisation}.`)
}

/** @throws Problem unless the actor manages accounts of that organisation; without one, of all. */
function requireReach(ctx: Context, organisation: string | undefined): void {
  ctx.require(manageAccounts, organisation)
  if (organisation === undefined && ctx.reach(manageAccounts) !== 'all') throw forbidden(manageAccounts)
}

/** The account, when the actor manages it; otherwise it does not exist for him. */
export async function getManagedAccount(ctx: Context, name: string): Promise<store.Account> {
  ctx.require(manageAccounts)
  const account = await store.findAccount(ctx.sql, name)
  const reach = ctx.reach(manageAccounts)
  if (!account || !(reach === 'all' || (account.organisation && reach.has(account.organisation))))
    throw notFound('account', name)
  return account
}

function lockManaged<T>(ctx: Context, name: string, work: (ctx: Context) => Promise<T>): Promise<T> {
  return ctx.transaction(async (ctx) => {
    await getManagedAccount(ctx, name)
    requireSecondFactor(ctx)
    await store.lockAccount(ctx.sql, name)
    return work(ctx)
  })
}

/** Closes the account and ends its sessions, or opens it again. */
export function setAccountDisabled(ctx: Context, name: string, disabled: boolean): Promise<void> {
  if (disabled && name === ctx.actor.account)
    throw conflict('account.own', 'Không thể tự khóa tài khoản đang dùng; xin nhờ quản trị viên khác.')
  return lockManaged(ctx, name, async (ctx) => {
    await store.setDisabled(ctx.sql, name, disabled ? ctx.now : null)
    if (disabled) await deleteSessions(ctx.sql, name, undefined)
    await recordDeed(ctx, { action: disabled ? 'account.disabled' : 'account.enabled', account: name })
    if (!disabled) return
    await callForEnd(ctx)
    await ctx.publish(accessChanged, { account: name })
  })
}

/** Gives a role over an organisation that the giver himself manages. */
export function giveRole(
  ctx: Context,
  name: string,
  role: RoleScope & { validTo?: string; position?: string },
): Promise<void> {
  requireReach(ctx, role.organisation === everywhere ? undefined : role.organisation)
  return lockManaged(ctx, name, async (ctx) => {
    const today = dayOf(ctx.now)
    if (role.validTo && role.validTo < today) throw invalid('Ngày hết hiệu lực phải từ hôm nay trở đi.')
    const account = await store.findAccount(ctx.sql, name)
    if (account?.citizen) throw conflict('account.citizen', 'Tài khoản của người dân không giữ vai trò của cán bộ.')
    const held = await store.listRoles(ctx.sql, name, today)
    const isSame = (one: store.RoleAssignment) =>
      one.role === role.role && one.organisation === role.organisation && one.position === (role.position ?? null)
    if (held.some(isSame)) throw conflict('role.held', 'Tài khoản đã có vai trò này trên đơn vị này.')
    const seats = role.position === undefined ? [] : await seatsOn(ctx.sql, [name], today)
    if (role.position !== undefined && !seats.some(({ position }) => position === role.position))
      throw faultIn('position', 'Người này không giữ chức danh đó hôm nay.')
    await store.insertRole(ctx.sql, name, {
      ...role,
      validFrom: today,
      givenBy: ctx.actor.account ?? 'system',
      now: ctx.now,
    })
    await recordDeed(ctx, {
      action: 'account.role-given',
      account: name,
      body: {
        role: role.role,
        organisation: role.organisation,
        position: role.position ?? null,
        validTo: role.validTo ?? null,
      },
    })
  })
}

export function takeRole(ctx: Context, name: string, id: number): Promise<void> {
  return lockManaged(ctx, name, async (ctx) => {
    const ended = await store.endRole(ctx.sql, name, id, dayOf(ctx.now))
    if (!ended) throw notFound('role', String(id))
    requireReach(ctx, ended.organisation === everywhere ? undefined : ended.organisation)
    await recordDeed(ctx, {
      action: 'account.role-taken',
      account: name,
      body: { role: ended.role, organisation: ended.organisation },
    })
    await ctx.publish(accessChanged, { account: name })
  })
}

/** A new password chosen by the program, returned once; every session ends. */
export function resetPassword(ctx: Context, name: string): Promise<string> {
  return lockManaged(ctx, name, async (ctx) => {
    const account = await store.findAccount(ctx.sql, name)
    if (account?.machine) throw conflict('account.machine', 'Tài khoản máy không có mật khẩu; xin dùng khóa truy cập.')
    if (account?.directory) throw ofDirectory()
    const password = newPassword()
    await store.setPassword(ctx.sql, name, await hashPassword(password), true)
    await deleteSessions(ctx.sql, name, undefined)
    await callForEnd(ctx)
    await recordDeed(ctx, { action: 'account.password-reset', account: name })
    return password
  })
}

const ofDirectory = () =>
  conflict('account.of-directory', 'Mật khẩu của tài khoản này do danh bạ của cơ quan giữ; xin đổi tại đó.')

/** Changes the actor's own password and ends his other sessions. */
export async function changePassword(
  ctx: Context,
  given: { current: string; wanted: string; sessionToken: string | undefined },
): Promise<void> {
  const name = ownPerson(ctx)
  if ((await store.findAccount(ctx.sql, name))?.directory) throw ofDirectory()
  if (!(await verifyPassword(await store.findPasswordHash(ctx.sql, name), given.current)))
    throw invalid('Mật khẩu hiện tại không đúng.', [{ path: 'current', message: 'Mật khẩu hiện tại không đúng.' }])
  const fault = Password.safeParse(given.wanted).error?.issues[0]?.message ?? faultOfPassword(given.wanted, name)
  if (fault) throw invalid(fault, [{ path: 'wanted', message: fault }])
  const passwordHash = await hashPassword(given.wanted)
  await ctx.transaction(async (ctx) => {
    await store.setPassword(ctx.sql, name, passwordHash, false)
    const ended = await deleteSessions(ctx.sql, name, given.sessionToken ? hashToken(given.sessionToken) : undefined)
    await callForEnd(ctx)
    await recordDeed(ctx, { action: 'account.password-changed', account: name, body: { sessionsEnded: ended } })
  })
}

/** Sets where messages reach the actor himself; what is left out is taken away. The addresses stay out of the ledger. */
export async function changeContact(ctx: Context, { email, phone }: Contact): Promise<void> {
  const name = ownPerson(ctx)
  await ctx.transaction(async (ctx) => {
    await store.setContact(ctx.sql, name, { email: email ?? null, phone: phone ?? null })
    const body = { email: email !== undefined, phone: phone !== undefined }
    await recordDeed(ctx, { action: 'account.contact-changed', account: name, body })
  })
}

/** Ends one of the actor's own sessions. */
export async function revokeSession(ctx: Context, id: string): Promise<void> {
  const name = ownPerson(ctx)
  await ctx.transaction(async (ctx) => {
    if (!(await deleteSession(ctx.sql, name, id))) throw notFound('session', id)
    await callForEnd(ctx)
    await recordDeed(ctx, { action: 'session.revoked', account: name })
  })
}

/** Ends all the actor's own sessions but the one he asks from. */
export async function revokeOtherSessions(ctx: Context, token: string | undefined): Promise<void> {
  const name = ownPerson(ctx)
  await ctx.transaction(async (ctx) => {
    const ended = await deleteSessions(ctx.sql, name, token ? hashToken(token) : undefined)
    if (ended === 0) return
    await callForEnd(ctx)
    await recordDeed(ctx, { action: 'session.revoked', account: name, body: { sessionsEnded: ended } })
  })
}

/** Ends one session of a managed account. */
export function revokeSessionOf(ctx: Context, name: string, id: string): Promise<void> {
  return lockManaged(ctx, name, async (ctx) => {
    if (!(await deleteSession(ctx.sql, name, id))) throw notFound('session', id)
    await callForEnd(ctx)
    await recordDeed(ctx, { action: 'session.revoked', account: name })
  })
}

/** Ends all sessions of a managed account. */
export function revokeSessions(ctx: Context, name: string): Promise<void> {
  return lockManaged(ctx, name, async (ctx) => {
    const ended = await deleteSessions(ctx.sql, name, undefined)
    await callForEnd(ctx)
    await recordDeed(ctx, { action: 'session.revoked', account: name, body: { sessionsEnded: ended } })
  })
}

export function ownAccount(ctx: Context): string {
  if (!ctx.actor.account) throw new Problem('access.unauthenticated', 401, 'Ông/bà cần đăng nhập để tiếp tục.')
  return ctx.actor.account
}

/**
 * Who signed in himself and acts for himself: a token acts for its account, but its password, sessions and keys are not the token's to
 * change; and who stands in for a colleague does nothing to accounts.
 */
export function ownPerson(ctx: Context): string {
  const name = ownAccount(ctx)
  refuseStandIn(ctx)
  if (ctx.actor.scopes) throw forbidden('account:own')
  return name
}

/** @throws Problem while standing in for a colleague. */
export function refuseStandIn(ctx: Context): void {
  if (ctx.actor.onBehalfOf)
    throw new Problem(
      'stand-in.not-allowed',
      403,
      'Khi đang xử lý thay không thay đổi được tài khoản, mật khẩu, khóa truy cập và việc xử lý thay. Xin bấm “Thôi xử lý thay” rồi làm lại.',
    )
}
