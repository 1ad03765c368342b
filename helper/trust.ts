// The page is only a courier: what is to be signed is said by the platform, in tokens that it signs (JWS, Ed25519) and that count once.
import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** A wish that is not granted; `status` is that of the answer. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export interface ConsentWish {
  kind: 'consent'
  documents: { title: string; sha256: string }[]
  /** SHA-256 of the certificate that shall sign. */
  certificate: string
  /** Who is signed in at the platform. */
  account: string
}

export interface SigningWish {
  kind: 'signatures'
  /** `jti` of the consent that it belongs to. */
  consent: string
  items: { sha256: string; digest: string }[]
}

interface Claims {
  iss: string
  jti: string
  /** Seconds since 1970. */
  exp: number
}

export interface Trust {
  /** @throws Refusal unless the platform at this origin has signed it, for now and for the first time. */
  read(origin: string, token: string): Promise<(ConsentWish | SigningWish) & Claims>
}

const mostDocuments = 1000
const longestTitle = 500
/** A token that is good for longer is none of ours. */
const longestLifeSeconds = 15 * 60

export function openTrust(origins: readonly string[], fetchKey = fetchPlatformKey): Trust {
  const keys = new Map<string, KeyObject>()
  const used = new Map<string, number>()
  const keyOf = async (origin: string, again: boolean) => {
    const known = keys.get(origin)
    if (known && !again) return known
    const key = await fetchKey(origin)
    keys.set(origin, key)
    return key
  }
  return {
    async read(origin, token) {
      if (!origins.includes(origin)) throw new Refusal(403, 'origin', 'this origin is not among the platforms')
      const parts = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token)
      const [, head = '', body = '', signature = ''] = parts ?? []
      const data = Buffer.from(`${head}.${body}`)
      const isSigned = async (again: boolean) =>
        verify(null, data, await keyOf(origin, again), Buffer.from(signature, 'base64url'))
      // Once more with a fresh key: the platform may have another since.
      const header = parts ? readJson(head) : {}
      if (header.alg !== 'EdDSA' || !((await isSigned(false)) || (await isSigned(true))))
        throw new Refusal(403, 'token', 'the platform has not signed this')
      const wish = readWish(readJson(body))
      const now = Date.now() / 1000
      if (wish.iss !== origin) throw new Refusal(403, 'token', 'it was signed for another origin')
      if (wish.exp <= now || wish.exp > now + longestLifeSeconds) throw new Refusal(403, 'expired', 'its time is over')
      for (const [jti, exp] of used) if (exp <= now) used.delete(jti)
      if (used.has(wish.jti)) throw new Refusal(409, 'replayed', 'it was used before')
      used.set(wish.jti, wish.exp)
      return wish
    },
  }
}

/** The platform's own address says its key: over TLS, nobody else can. */
async function fetchPlatformKey(origin: string): Promise<KeyObject> {
  const answer = await fetch(`${origin}/api/v1/signing/helper-key`, { signal: AbortSignal.timeout(10_000) }).catch(
    (error: Error) => {
      throw new Refusal(502, 'platform', `the platform could not be asked for its key: ${error.message}`)
    },
  )
  if (!answer.ok) throw new Refusal(502, 'platform', `the platform gave no key: ${answer.status}`)
  const { key } = (await answer.json()) as { key?: Record<string, string> }
  if (key?.kty !== 'OKP' || key.crv !== 'Ed25519' || !key.x) throw new Refusal(502, 'platform', 'its key is of no use')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key.x }, format: 'jwk' })
}

function readJson(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

const isHash = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)

function readWish(claims: Record<string, unknown>): (ConsentWish | SigningWish) & Claims {
  const { iss, jti, exp, kind } = claims
  const malformed = new Refusal(400, 'token', 'the platform signed something that is no wish')
  if (typeof iss !== 'string' || typeof jti !== 'string' || typeof exp !== 'number') throw malformed
  if (kind === 'consent') {
    const { documents, certificate, account } = claims
    if (!isHash(certificate) || typeof account !== 'string') throw malformed
    const list = readList(documents).map(({ title, sha256 }) => {
      if (typeof title !== 'string' || title.length > longestTitle || !isHash(sha256)) throw malformed
      return { title, sha256 }
    })
    if (list.length === 0) throw malformed
    return { iss, jti, exp, kind, documents: list, certificate, account }
  }
  if (kind === 'signatures' && typeof claims.consent === 'string') {
    const items = readList(claims.items).map(({ sha256, digest }) => {
      if (!isHash(sha256) || !isHash(digest)) throw malformed
      return { sha256, digest }
    })
    return { iss, jti, exp, kind, consent: claims.consent, items }
  }
  throw malformed
}

function readList(value: unknown): Record<string, unknown>[] {
  if (!Array.isArray(value) || value.length > mostDocuments) return []
  return value.map((one: unknown) => (typeof one === 'object' && one !== null ? { ...one } : {}))
}
