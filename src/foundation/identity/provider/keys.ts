/**
 * What the provider signs with. Keys lie in the database, their private halves sealed under a key file of the installation, so that every
 * server signs alike and a copy of the database alone signs nothing. A key is published two days before its turn and stays published
 * until the last token that it signed can no longer be shown.
 */
import { generateKeyPair, hash, type JsonWebKey } from 'node:crypto'
import { promisify } from 'node:util'
import { appendEntry } from '#ledger'
import { type Config, ConfigFault } from '#platform/config'
import type { Context } from '#platform/context'
import { readSecretKey } from '#platform/secret-key'
import { sealUp, unseal } from '../actions/sealing.ts'
import { divideKeys, nextTurn, type SigningAlg, signingAlgs } from './model.ts'
import * as store from './store.ts'

const generate = promisify(generateKeyPair)

export interface KeyRing {
  /** Changes with every change of what is signed with and what is published. */
  stamp: string
  /** Private keys, the one that signs before the others of its algorithm. */
  keys: JsonWebKey[]
}

/** A key is published two days before its turn: a minute more or less, nobody misses it. */
const keepMs = 60_000
const kept = new WeakMap<Config, KeyRing & { until: number }>()

/** The keys as they stand now; a new installation gets its first ones. */
export async function openKeyRing(ctx: Context): Promise<KeyRing> {
  const known = kept.get(ctx.config)
  if (known && ctx.now.getTime() < known.until && known.until - keepMs <= ctx.now.getTime()) return known
  let stored = await store.listKeys(ctx.sql)
  if (stored.length === 0) {
    await rotateKeys(ctx)
    stored = await store.listKeys(ctx.sql)
  }
  const ordered = signingAlgs.flatMap((alg) => {
    const { signer, others } = divideKeys(
      stored.filter((key) => key.alg === alg),
      ctx.now,
    )
    return signer ? [signer, ...others] : others
  })
  const seal = await readSecretKey(ctx.config, 'provider-key')
  const keys = ordered.map((key): JsonWebKey => ({ ...openKey(seal, key), kid: key.kid, alg: key.alg, use: 'sig' }))
  const ring = { stamp: ordered.map(({ kid }) => kid).join(' '), keys, until: ctx.now.getTime() + keepMs }
  kept.set(ctx.config, ring)
  return ring
}

/** @throws ConfigFault where the keys there are cannot be opened: nobody could sign in. */
export async function checkKeys(ctx: Context): Promise<void> {
  if ((await store.listKeys(ctx.sql)).length > 0) await openKeyRing(ctx)
}

/** Puts new keys in the place of all there are; what the old ones signed is good no more. */
export async function renewKeys(ctx: Context): Promise<void> {
  await ctx.transaction(async (ctx) => {
    await store.lockKeys(ctx.sql)
    const kids = (await store.listKeys(ctx.sql)).map(({ kid }) => kid)
    await store.deleteKeys(ctx.sql, kids)
    for (const kid of kids) await appendEntry(ctx, { action: 'signing-key.removed', subject: `signing-key:${kid}` })
  })
  await rotateKeys(ctx)
}

/** Makes the keys whose time has come and takes those away that nobody needs; safe to run as often as one likes. */
export async function rotateKeys(ctx: Context): Promise<void> {
  await ctx.transaction(async (ctx) => {
    await store.lockKeys(ctx.sql)
    const stored = await store.listKeys(ctx.sql)
    for (const alg of signingAlgs) {
      const own = stored.filter((key) => key.alg === alg)
      const turn = nextTurn(own, ctx.now)
      if (turn) await makeKey(ctx, alg, turn)
      const spent = divideKeys(own, ctx.now).spent.map(({ kid }) => kid)
      await store.deleteKeys(ctx.sql, spent)
      for (const kid of spent) await appendEntry(ctx, { action: 'signing-key.removed', subject: `signing-key:${kid}` })
    }
  })
  kept.delete(ctx.config)
}

async function makeKey(ctx: Context, alg: SigningAlg, signsFrom: Date): Promise<void> {
  const { privateKey, publicKey } = await makePair(alg)
  const publicJwk = publicKey.export({ format: 'jwk' })
  const kid = thumbprintOf(publicJwk)
  const text = JSON.stringify(privateKey.export({ format: 'jwk' }))
  const sealed = sealUp(await readSecretKey(ctx.config, 'provider-key'), kid, text)
  await store.insertKey(ctx.sql, { kid, alg, publicJwk, sealed, signsFrom, now: ctx.now })
  await appendEntry(ctx, {
    action: 'signing-key.made',
    subject: `signing-key:${kid}`,
    body: { alg, signsFrom: signsFrom.toISOString() },
  })
}

const makePair = (alg: SigningAlg) =>
  alg === 'ES256' ? generate('ec', { namedCurve: 'P-256' }) : generate('rsa', { modulusLength: 2048 })

/** RFC 7638. */
function thumbprintOf({ crv, e, kty, n, x, y }: JsonWebKey): string {
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }
  return hash('sha256', JSON.stringify(members), 'base64url')
}

const unopened =
  'The keys that sign-ins are signed with cannot be opened: secrets/provider-key in TRAM_VAR is not the one they were sealed under. Put it back from a backup; servers of one database have the same one. If it is lost, "npm run tram -- renew-keys" makes new keys; people then set up their one-time codes anew.'

function openKey(seal: Buffer, { kid, sealed }: Pick<store.StoredKey, 'kid' | 'sealed'>): JsonWebKey {
  try {
    return JSON.parse(unseal(seal, kid, sealed)) as JsonWebKey
  } catch (cause) {
    throw new ConfigFault(unopened, { cause })
  }
}
