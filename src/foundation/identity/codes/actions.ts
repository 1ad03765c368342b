/** One-time codes of an authenticator (RFC 6238: SHA-1, six digits, 30 seconds) and the recovery codes for when it is lost. */
import { generateSecret, generateURI, verifySync } from 'otplib'
import type { Context } from '#platform/context'
import { conflict, notFound } from '#platform/errors'
import { readSecretKey } from '#platform/secret-key'
import { ownAccount } from '../actions/accounts.ts'
import { sealUp, unseal } from '../actions/sealing.ts'
import { hashArtifact, newPassword } from '../actions/secrets.ts'
import { passPairBrake } from '../actions/sign-in.ts'
import { recordFactor, requireOwnProof } from '../assurance/factors.ts'
import { forgetAttempts } from '../store.ts'
import * as store from './store.ts'

const stepSeconds = 30
const recoveryCodes = 10
/** A secret that was shown and not confirmed is shown no longer. */
const setUpMs = 15 * 60_000

const sealName = (account: string) => `one-time-code ${account}`

async function openSecret(ctx: Context, account: string, { sealed }: store.CodeSecret): Promise<string> {
  return unseal(await readSecretKey(ctx.config, 'provider-key'), sealName(account), sealed)
}

/** Makes a secret that waits for its first code. @throws Problem 409 when there is one that works. */
export async function beginCodes(ctx: Context): Promise<void> {
  const account = await requireOwnProof(ctx)
  const sealed = sealUp(await readSecretKey(ctx.config, 'provider-key'), sealName(account), generateSecret())
  if (!(await store.putSecret(ctx.sql, account, { sealed, now: ctx.now })))
    throw conflict('codes.set-up', 'Tài khoản đã có ứng dụng mã dùng một lần; xin gỡ cái cũ trước.')
}

/** The secret that is being set up, and the address that authenticators read from a picture. */
export async function getPendingSecret(ctx: Context): Promise<{ secret: string; uri: string }> {
  const account = await requireOwnProof(ctx)
  const known = await store.findSecret(ctx.sql, account)
  if (!known || known.confirmedAt || known.createdAt.getTime() + setUpMs < ctx.now.getTime())
    throw notFound('codes', account)
  const secret = await openSecret(ctx, account, known)
  return { secret, uri: generateURI({ issuer: 'Tram Huong', label: account, secret }) }
}

/** Whether it is a code of the account's secret: of now, or the half minute before or after, and not used yet. */
async function takeCode(ctx: Context, account: string, code: string): Promise<boolean> {
  const known = await store.findSecret(ctx.sql, account)
  const token = code.replace(/\s/g, '')
  if (!known || !/^\d{6}$/.test(token)) return false
  const found = verifySync({
    secret: await openSecret(ctx, account, known),
    token,
    epoch: Math.floor(ctx.now.getTime() / 1000),
    epochTolerance: stepSeconds,
  })
  if (!found.valid) return false
  const step = Math.floor(ctx.now.getTime() / 1000 / stepSeconds) + found.delta
  return store.takeStep(ctx.sql, account, step)
}

/** Takes the first code; @returns the recovery codes, shown this once, or nothing for a wrong one. */
export async function confirmCodes(
  ctx: Context,
  { code, address }: { code: string; address: string },
): Promise<string[] | undefined> {
  const account = await requireOwnProof(ctx)
  if (!(await isRight(ctx, { account, address }, () => takeCode(ctx, account, code)))) return undefined
  return ctx.transaction(async (ctx) => {
    await store.confirmSecret(ctx.sql, account, ctx.now)
    await recordFactor(ctx, account, 'one-time-code.added', 'đã thêm ứng dụng mã dùng một lần')
    return makeRecoveryCodes(ctx, account)
  })
}

async function makeRecoveryCodes(ctx: Context, account: string): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodes }, newPassword)
  await store.replaceRecoveryCodes(
    ctx.sql,
    account,
    codes.map((code) => hashRecovery(account, code)),
  )
  return codes
}

/** 79 random bits need no slow hash. */
const hashRecovery = (account: string, code: string): Buffer =>
  hashArtifact(`recovery ${account}`, code.toLowerCase().replace(/[^a-z0-9]/g, ''))

/** New recovery codes in place of the old ones, returned once. */
export async function renewRecoveryCodes(ctx: Context): Promise<string[]> {
  const account = await requireOwnProof(ctx)
  if (!(await store.findSecret(ctx.sql, account))?.confirmedAt) throw notFound('codes', account)
  return ctx.transaction(async (ctx) => {
    await recordFactor(ctx, account, 'recovery-codes.renewed', 'đã tạo lại mã khôi phục')
    return makeRecoveryCodes(ctx, account)
  })
}

/** Takes the authenticator and the recovery codes away. */
export async function removeCodes(ctx: Context): Promise<void> {
  const account = await requireOwnProof(ctx)
  await ctx.transaction(async (ctx) => {
    if (!(await store.deleteSecret(ctx.sql, account))) throw notFound('codes', account)
    await recordFactor(ctx, account, 'one-time-code.removed', 'đã gỡ ứng dụng mã dùng một lần và các mã khôi phục')
  })
}

/** Counted by account and address together: a stranger who guesses does not lock the owner out. */
async function isRight(
  ctx: Context,
  { account, address }: { account: string; address: string },
  take: () => Promise<boolean>,
): Promise<boolean> {
  const key = `code ${account} ${address}`
  await passPairBrake(ctx, key)
  const right = await take()
  if (right) await forgetAttempts(ctx.sql, key, key)
  return right
}

export function confirmByCode(ctx: Context, { code, address }: { code: string; address: string }): Promise<boolean> {
  const account = ownAccount(ctx)
  return isRight(ctx, { account, address }, async () => {
    const isConfirmed = (await store.findSecret(ctx.sql, account))?.confirmedAt
    return isConfirmed ? takeCode(ctx, account, code) : false
  })
}

export async function confirmByRecoveryCode(
  ctx: Context,
  { code, address }: { code: string; address: string },
): Promise<boolean> {
  const account = ownAccount(ctx)
  const hash = hashRecovery(account, code)
  const right = await isRight(ctx, { account, address }, () =>
    store.takeRecoveryCode(ctx.sql, account, { hash, now: ctx.now }),
  )
  if (right) await recordFactor(ctx, account, 'recovery-codes.used', 'đã dùng một mã khôi phục')
  return right
}
