/**
 * Passkeys: Web Authentication, level 3. Whose site it is comes from the settings, never from the request: a forged Host header makes no
 * other relying party. The person is verified by his authenticator (finger, face, PIN), so that one passkey is two factors.
 */
import { isIP } from 'node:net'
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { conflict, invalid, notFound, Problem } from '#platform/errors'
import { ownAccount } from '../actions/accounts.ts'
import { recordDeed } from '../actions/record.ts'
import { recordFactor, requireOwnProof } from '../assurance/factors.ts'
import { openSession } from '../assurance/sessions.ts'
import type { Proof } from '../session-store.ts'
import * as store from './store.ts'

const challengeMs = 5 * 60_000
/** A quarter of a second of CPU: loaded by the first who uses it, not by every start. */
const library = () => import('@simplewebauthn/server')
const mostPasskeys = 10

export interface RelyingParty {
  /** The domain that passkeys are bound to. */
  id: string
  origin: string
}

/** Where passkeys of this installation are good; nothing at a bare network address, which browsers take for no domain. */
export function relyingPartyOf({ config: { publicUrl, port } }: Pick<Context, 'config'>): RelyingParty | undefined {
  const { hostname: id, origin } = new URL(publicUrl ?? `http://localhost:${port}`)
  return isIP(id.replace(/^\[|\]$/g, '')) ? undefined : { id, origin }
}

function getRelyingParty(ctx: Context): RelyingParty {
  const party = relyingPartyOf(ctx)
  if (party) return party
  throw conflict('passkey.no-domain', 'Khóa truy cập cần một tên miền; địa chỉ mạng bằng số thì không dùng được.')
}

/** The user handle of an account: its lasting id outside, which is no name. */
const handleOf = (subject: string) => new Uint8Array(Buffer.from(subject.replaceAll('-', ''), 'hex'))

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

async function keepChallenge(ctx: Context, purpose: store.Purpose, challenge: string, account?: string): Promise<void> {
  const expiresAt = new Date(ctx.now.getTime() + challengeMs)
  await store.insertChallenge(ctx.sql, { challenge, purpose, account, expiresAt })
}

/** What the browser hands to an authenticator, for each thing that is done with one. */
export async function askPasskey(
  ctx: Context,
  { purpose, signedIn }: { purpose: store.Purpose; signedIn: string | undefined },
) {
  const party = getRelyingParty(ctx)
  if (purpose === 'register') return askNewPasskey(ctx, party)
  const account = purpose === 'confirm' ? (signedIn ?? ownAccount(ctx)) : undefined
  const known = account ? await store.listPasskeys(ctx.sql, account) : []
  const options = await (await library()).generateAuthenticationOptions({
    rpID: party.id,
    userVerification: 'required',
    timeout: challengeMs,
    // Nobody is known at the sign-in: the authenticator says whom it knows.
    allowCredentials: known.map(({ id, transports }) => ({ id: textOf(id), transports })),
  })
  await keepChallenge(ctx, purpose, options.challenge, account)
  return options
}

async function askNewPasskey(ctx: Context, party: RelyingParty) {
  const account = await requireOwnProof(ctx)
  const known = await store.listPasskeys(ctx.sql, account)
  const { subject, personName } = await store.findSubjectOf(ctx.sql, account)
  const options = await (await library()).generateRegistrationOptions({
    rpName: 'Trầm Hương',
    rpID: party.id,
    userID: handleOf(subject),
    userName: account,
    userDisplayName: personName,
    timeout: challengeMs,
    attestationType: 'none',
    excludeCredentials: known.map(({ id, transports }) => ({ id: textOf(id), transports })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  await keepChallenge(ctx, 'register', options.challenge, account)
  return options
}

const base64url = z
  .string()
  .regex(/^[\w-]+$/)
  .max(20_000)

const Answer = z.object({
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  response: z.record(z.string(), z.unknown()),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  authenticatorAttachment: z.string().nullish(),
})

const refusal = () =>
  new Problem('passkey.refused', 422, 'Khóa truy cập không được chấp nhận. Xin thử lại, hoặc dùng cách khác.')

function readAnswer(text: string): z.infer<typeof Answer> {
  try {
    return Answer.parse(JSON.parse(text))
  } catch (cause) {
    throw Object.assign(refusal(), { cause })
  }
}

/** Keeps a new passkey of the actor's. @throws Problem 422 when the browser's answer is not the one to our question. */
export async function registerPasskey(ctx: Context, given: { response: string; name: string }): Promise<void> {
  const party = getRelyingParty(ctx)
  const account = await requireOwnProof(ctx)
  const name = given.name.trim().slice(0, 100)
  if (!name) throw invalid('Xin đặt tên cho khóa.', [{ path: 'name', message: 'Xin đặt tên cho khóa.' }])
  const known = await store.listPasskeys(ctx.sql, account)
  if (known.length >= mostPasskeys)
    throw conflict('passkey.too-many', `Mỗi tài khoản có nhiều nhất ${mostPasskeys} khóa truy cập; xin gỡ bớt.`)
  // Its shape is the library's to check.
  const response = readAnswer(given.response) as unknown as RegistrationResponseJSON
  const take = (challenge: string) =>
    store.takeChallenge(ctx.sql, { challenge, purpose: 'register', account, now: ctx.now })
  const { registrationInfo: made } = await orRefuse(
    (await library()).verifyRegistrationResponse({
      response,
      expectedChallenge: take,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
    }),
  )
  if (!made) throw refusal()
  await ctx.transaction(async (ctx) => {
    const isNew = await store.insertPasskey(ctx.sql, {
      id: Buffer.from(made.credential.id, 'base64url'),
      account,
      name,
      publicKey: Buffer.from(made.credential.publicKey),
      counter: made.credential.counter,
      transports: (made.credential.transports ?? []).slice(0, 10),
      synced: made.credentialDeviceType === 'multiDevice',
      now: ctx.now,
    })
    if (!isNew) throw refusal()
    await recordFactor(ctx, account, 'passkey.added', `đã thêm khóa truy cập “${name}”`)
  })
}

/** What the library finds wrong (challenge, origin, domain, signature, count) is told to nobody in detail. */
async function orRefuse<T>(verified: Promise<T>): Promise<T> {
  try {
    return await verified
  } catch (cause) {
    throw Object.assign(refusal(), { cause })
  }
}

/** Takes a passkey of the actor's away. */
export async function removePasskey(ctx: Context, id: string): Promise<void> {
  const account = await requireOwnProof(ctx)
  await ctx.transaction(async (ctx) => {
    const name = await store.deletePasskey(ctx.sql, account, Buffer.from(id, 'base64url'))
    if (name === undefined) throw notFound('passkey', id)
    await recordFactor(ctx, account, 'passkey.removed', `đã gỡ khóa truy cập “${name}”`)
  })
}

/**
 * Whose passkey answered; its challenge is used up, and its count goes on.
 * @throws Problem 422 for any that is not ours, not asked for, or copied.
 */
async function provePasskey(
  ctx: Context,
  text: string,
  { purpose, account }: { purpose: store.Purpose; account?: string },
): Promise<{ owner: store.OwnedPasskey; proof: Proof }> {
  const party = getRelyingParty(ctx)
  const response = readAnswer(text) as unknown as AuthenticationResponseJSON
  const owner = await store.findPasskey(ctx.sql, Buffer.from(response.id, 'base64url'))
  if (!owner || (account !== undefined && owner.account !== account)) throw refusal()
  const handle = response.response.userHandle
  if (handle && handle !== textOf(handleOf(owner.subject))) throw refusal()
  const take = (challenge: string) => store.takeChallenge(ctx.sql, { challenge, purpose, account, now: ctx.now })
  const { verified, authenticationInfo } = await orRefuse(
    (await library()).verifyAuthenticationResponse({
      response,
      expectedChallenge: take,
      expectedOrigin: party.origin,
      expectedRPID: party.id,
      requireUserVerification: true,
      credential: {
        id: response.id,
        publicKey: new Uint8Array(owner.publicKey),
        counter: Number(owner.counter),
        transports: owner.transports,
      },
    }),
  )
  const count = { from: Number(owner.counter), to: authenticationInfo.newCounter, now: ctx.now }
  if (!verified || !(await store.countUse(ctx.sql, owner.id, count))) throw refusal()
  return { owner, proof: { assurance: 'two-factor', amr: [owner.synced ? 'swk' : 'hwk', 'user', 'mfa'] } }
}

/** That the actor holds one of his own passkeys now. */
export const confirmByPasskey = async (ctx: Context, text: string): Promise<Proof> =>
  (await provePasskey(ctx, text, { purpose: 'confirm', account: ownAccount(ctx) })).proof

/** Opens a session for whose passkey it is; nobody types a name. */
export async function signInByPasskey(
  ctx: Context,
  given: { response: string; address: string; userAgent: string },
): Promise<string> {
  try {
    const { owner, proof } = await provePasskey(ctx, given.response, { purpose: 'sign-in' })
    return await ctx.transaction((ctx) =>
      openSession(ctx, { name: owner.account, organisation: owner.organisation }, { ...given, ...proof }),
    )
  } catch (error) {
    if (error instanceof Problem && error.code === 'passkey.refused')
      await recordDeed(ctx, {
        action: 'session.refused',
        account: 'unknown',
        body: { address: given.address, by: 'passkey' },
        actor: 'anonymous',
      })
    throw error
  }
}
