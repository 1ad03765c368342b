import { appendEntry, type Json } from '#ledger'
import { findOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { getManagedAccount, manageAccounts, refuseStandIn, requireSecondFactor } from '../actions/accounts.ts'
import { newToken } from '../actions/secrets.ts'
import { type NewClient, scopesOf } from './model.ts'
import * as store from './store.ts'

const faultIn = (path: string, message: string) => invalid(message, [{ path, message }])

/** Registers an application; a secret is returned once, where it proves itself by one. */
export async function registerClient(ctx: Context, wanted: NewClient): Promise<{ secret: string | undefined }> {
  await checkWish(ctx, wanted)
  const jwks = wanted.kind === 'public' ? undefined : wanted.jwks
  const made = wanted.kind !== 'public' && !jwks ? newToken('tramkey_') : undefined
  await ctx.transaction(async (ctx) => {
    const isNew = await store.insertClient(ctx.sql, {
      ...rowOf(wanted),
      jwks: jwks ?? null,
      secretHash: made?.tokenHash ?? null,
      createdBy: ctx.actor.account ?? 'system',
      now: ctx.now,
    })
    if (!isNew) throw faultIn('id', `Đã có ứng dụng mang mã “${wanted.id}”; xin chọn mã khác.`)
    await record(ctx, 'client.created', wanted, {
      kind: wanted.kind,
      scopes: scopesOf(wanted),
      ...(wanted.kind === 'machine'
        ? { account: wanted.account }
        : { redirectUris: wanted.redirectUris, trusted: wanted.trusted }),
    })
  })
  return { secret: made?.token }
}

async function checkWish(ctx: Context, wanted: NewClient): Promise<void> {
  refuseStandIn(ctx)
  ctx.require(manageAccounts, wanted.organisation)
  requireSecondFactor(ctx)
  if (!(await findOrganisation(ctx.sql, wanted.organisation)))
    throw faultIn('organisation', `Không có đơn vị mang mã ${wanted.organisation}.`)
  if (wanted.kind !== 'machine') {
    // People of the whole province sign in there without being asked.
    if (wanted.trusted && ctx.reach(manageAccounts) !== 'all')
      throw faultIn('trusted', 'Chỉ quản trị toàn tỉnh mới bỏ được bước hỏi đồng ý.')
    return
  }
  const account = await getManagedAccount(ctx, wanted.account).catch(() => undefined)
  if (!account?.machine || account.disabledAt)
    throw faultIn('account', 'Xin chọn một tài khoản máy đang dùng, thuộc đơn vị ông/bà quản lý.')
}

function rowOf(wanted: NewClient) {
  const { id, name, kind, organisation, signingAlg } = wanted
  const common = { id, name, kind, organisation, signingAlg, scopes: scopesOf(wanted) }
  if (wanted.kind === 'machine')
    return {
      ...common,
      account: wanted.account,
      redirectUris: [],
      postLogoutUris: [],
      backchannelUri: null,
      trusted: false,
    }
  const { redirectUris, postLogoutUris, backchannelUri, trusted } = wanted
  return { ...common, account: null, redirectUris, postLogoutUris, backchannelUri: backchannelUri ?? null, trusted }
}

/** The application, when the actor looks after its organisation; otherwise it does not exist for him. */
export async function getManagedClient(ctx: Context, id: string): Promise<store.Client> {
  ctx.require(manageAccounts)
  const client = await store.findClient(ctx.sql, id)
  if (!client || !ctx.can(manageAccounts, client.organisation)) throw notFound('client', id)
  return client
}

/** A new secret in place of the old one, returned once; what was handed out by the old one is void. */
export async function renewSecret(ctx: Context, id: string): Promise<string> {
  refuseStandIn(ctx)
  const client = await getManagedClient(ctx, id)
  requireSecondFactor(ctx)
  if (!client.secretHash) throw conflict('client.no-secret', 'Ứng dụng này không dùng mã bí mật.')
  const { token, tokenHash } = newToken('tramkey_')
  await ctx.transaction(async (ctx) => {
    await store.setClientSecret(ctx.sql, id, tokenHash)
    await store.deleteArtifactsOf(ctx.sql, id)
    await record(ctx, 'client.secret-renewed', client)
  })
  return token
}

/**
 * Changes what people see of an application, where they are led back to, and what it may learn or do. Where that becomes less, what was
 * handed out by the old word is void. @param wanted of the same id, kind and organisation; its keys are left as they are
 */
export async function changeClient(ctx: Context, wanted: NewClient): Promise<{ ended: number }> {
  const { name, redirectUris, postLogoutUris, backchannelUri, scopes, trusted } = rowOf(wanted)
  const next: store.ClientChange = { name, redirectUris, postLogoutUris, backchannelUri, scopes, trusted }
  await getManagedClient(ctx, wanted.id)
  return ctx.transaction(async (ctx) => {
    const client = await store.lockClient(ctx.sql, wanted.id)
    if (!client) throw notFound('client', wanted.id)
    await checkWish(ctx, { ...wanted, organisation: client.organisation })
    // Where nobody is asked for his consent, who leads people back to another address must answer for the whole province.
    if (client.trusted && ctx.reach(manageAccounts) !== 'all') throw forbidden(manageAccounts)
    const changed = (Object.keys(next) as (keyof store.ClientChange)[]).filter(
      (key) => JSON.stringify(client[key]) !== JSON.stringify(next[key]),
    )
    if (changed.length === 0) return { ended: 0 }
    await store.updateClient(ctx.sql, client.id, next)
    const isLess =
      lacks(next.scopes, client.scopes) ||
      lacks(next.redirectUris, client.redirectUris) ||
      (client.trusted && !next.trusted)
    const ended = isLess ? await store.deleteArtifactsOf(ctx.sql, client.id) : 0
    const pick = (from: store.ClientChange) => Object.fromEntries(changed.map((key) => [key, from[key]]))
    await record(ctx, 'client.changed', client, { from: pick(client), to: pick(next), ended })
    return { ended }
  })
}

const lacks = (now: readonly string[], before: readonly string[]) => before.some((one) => !now.includes(one))

/** Shuts an application out, with everything handed out to it, or lets it in again. */
export async function setClientDisabled(ctx: Context, id: string, disabled: boolean): Promise<void> {
  refuseStandIn(ctx)
  const client = await getManagedClient(ctx, id)
  requireSecondFactor(ctx)
  // Who opens it again could have registered it.
  if (!disabled && client.trusted && ctx.reach(manageAccounts) !== 'all') throw forbidden(manageAccounts)
  await ctx.transaction(async (ctx) => {
    await store.setClientDisabled(ctx.sql, id, disabled ? ctx.now : null)
    const ended = disabled ? await store.deleteArtifactsOf(ctx.sql, id) : 0
    await record(ctx, disabled ? 'client.disabled' : 'client.enabled', client, disabled ? { ended } : undefined)
  })
}

async function record(
  ctx: Context,
  action: string,
  { id, organisation }: Pick<store.Client, 'id' | 'organisation'>,
  body?: Record<string, Json>,
): Promise<void> {
  await appendEntry(ctx, { action, subject: `client:${id}`, organisation, ...(body ? { body } : {}) })
}
