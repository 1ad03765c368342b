/**
 * Keys that a service keeps for people and uses when they agree on their telephones, in the shape of the Cloud Signature Consortium's API
 * (v1, with the asynchronous `authorizeCheck` of v2): `credentials/list`, `credentials/info`, `credentials/authorize`, which asks the
 * person, `credentials/authorizeCheck`, which says whether he has answered, and `signatures/signHash`.
 */
import { z } from 'zod'
import type { GatewaySettings } from '#platform/config'
import { Problem } from '#platform/errors'

const timeoutMs = 15_000
const mostAnswer = 4 * 1024 * 1024
/** PKCS#1 v1.5 and ECDSA, each with SHA-256; SHA-256. */
const algorithms = { rsa: '1.2.840.113549.1.1.11', ecdsa: '1.2.840.10045.4.3.2', sha256: '2.16.840.1.101.3.4.2.1' }

const Credentials = z.object({ credentialIDs: z.array(z.string().max(200)).max(100) })
const Info = z.object({
  key: z.object({ status: z.string(), algo: z.array(z.string()) }),
  cert: z.object({ status: z.string().optional(), certificates: z.array(z.base64()).min(1).max(10) }),
})
const Authorized = z.object({ SAD: z.string().max(5000).optional(), handle: z.string().max(500).optional() })
const Signatures = z.object({ signatures: z.array(z.base64()) })
const Fault = z.object({ error: z.string().max(100), error_description: z.string().max(500).optional() })

export interface RemoteCredential {
  id: string
  /** DER, leaf first. */
  chain: Buffer[]
  algorithm: 'rsa-pkcs1-sha256' | 'ecdsa-p256-sha256'
}

/** `unreachable` passes; `refused`, `expired` and `denied` are for good. */
export class RemoteFault extends Error {
  override readonly name = 'RemoteFault'
  readonly code: 'unreachable' | 'refused' | 'expired' | 'denied'

  constructor(code: RemoteFault['code'], message: string) {
    super(message)
    this.code = code
  }
}

export const remoteWords: Record<RemoteFault['code'], string> = {
  unreachable: 'Dịch vụ ký số từ xa hiện không trả lời. Xin thử lại sau ít phút.',
  refused: 'Người ký đã từ chối trên điện thoại.',
  expired: 'Quá thời gian xác nhận trên điện thoại.',
  denied: 'Dịch vụ ký số từ xa không chấp nhận yêu cầu này.',
}

export interface RemoteService {
  listCredentials(user: string): Promise<string[]>
  readCredential(id: string): Promise<RemoteCredential>
  /** Asks the person to agree; the name of the question. */
  authorize(id: string, digests: readonly string[], words: string): Promise<string>
  /** Nothing while he has not answered. @throws RemoteFault when he refused, or his time is over. */
  checkAuthorization(handle: string): Promise<string | undefined>
  signHashes(id: string, sad: string, hashes: { digests: readonly string[]; algorithm: string }): Promise<Buffer[]>
}

export function openRemote({ url, token }: GatewaySettings): RemoteService {
  const call = <T>(path: string, body: unknown, schema: z.ZodType<T>): Promise<T> =>
    callService({ url: `${url.replace(/\/$/, '')}/${path}`, token, body, schema })
  return {
    async listCredentials(user) {
      return (await call('credentials/list', { userID: user, maxResults: 20 }, Credentials)).credentialIDs
    },
    async readCredential(id) {
      const { key, cert } = await call('credentials/info', { credentialID: id, certificates: 'chain' }, Info)
      if (key.status !== 'enabled' || (cert.status ?? 'valid') !== 'valid')
        throw new RemoteFault('denied', `the credential is ${key.status}, its certificate ${cert.status}`)
      const isEcdsa = key.algo.some((one) => one.startsWith('1.2.840.10045'))
      return {
        id,
        chain: cert.certificates.map((one) => Buffer.from(one, 'base64')),
        algorithm: isEcdsa ? 'ecdsa-p256-sha256' : 'rsa-pkcs1-sha256',
      }
    },
    async authorize(id, digests, words) {
      const body = { credentialID: id, numSignatures: digests.length, hashes: asBase64(digests), description: words }
      const { handle } = await call('credentials/authorize', body, Authorized)
      if (!handle) throw new RemoteFault('denied', 'no handle was given')
      return handle
    },
    async checkAuthorization(handle) {
      return (await call('credentials/authorizeCheck', { handle }, Authorized)).SAD
    },
    async signHashes(id, sad, { digests, algorithm }) {
      const { signatures } = await call(
        'signatures/signHash',
        {
          credentialID: id,
          SAD: sad,
          hashes: asBase64(digests),
          hashAlgorithmOID: algorithms.sha256,
          signAlgo: algorithm === 'ecdsa-p256-sha256' ? algorithms.ecdsa : algorithms.rsa,
        },
        Signatures,
      )
      if (signatures.length !== digests.length) throw new RemoteFault('denied', `${signatures.length} signatures came`)
      return signatures.map((one) => Buffer.from(one, 'base64'))
    },
  }
}

const asBase64 = (digests: readonly string[]) => digests.map((hex) => Buffer.from(hex, 'hex').toString('base64'))

interface Call<T> {
  url: string
  token: string
  body: unknown
  schema: z.ZodType<T>
}

async function callService<T>({ url, token, body, schema }: Call<T>): Promise<T> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: Error) => {
    throw new RemoteFault('unreachable', error.message)
  })
  if (answer.status >= 500 || answer.status === 429) throw new RemoteFault('unreachable', `answered ${answer.status}`)
  const text = await answer.text()
  if (text.length > mostAnswer) throw new RemoteFault('denied', 'the answer is too long')
  const value = readJson(text)
  if (!answer.ok) {
    const fault = Fault.safeParse(value)
    const code = fault.success ? fault.data.error : `http ${answer.status}`
    const said = fault.success ? (fault.data.error_description ?? code) : code
    if (code === 'access_denied') throw new RemoteFault('refused', said)
    if (code === 'expired_token') throw new RemoteFault('expired', said)
    throw new RemoteFault('denied', said)
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new RemoteFault('denied', z.prettifyError(parsed.error))
  return parsed.data
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const remoteProblem = (error: unknown): unknown =>
  error instanceof RemoteFault ? new Problem(`remote-signing.${error.code}`, 409, remoteWords[error.code]) : error
