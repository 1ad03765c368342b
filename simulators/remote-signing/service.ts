/**
 * A service that keeps people's keys, in the shape of the Cloud Signature Consortium's API: a process of its own. Each user has one credential
 * with an RSA key; the person answers on a telephone that the control port plays. `POST /behaviour` { latencyMs, answer, answerAfterMs,
 * faults, signs } · `GET /asked` what the telephone shows · `POST /credentials` { user, credential, key (PEM), chain (DER in base64) }.
 */
import { constants, createPrivateKey, type KeyObject, privateEncrypt, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { pause } from '../messages/book.ts'
import { answer, readJson } from '../messages/gateways.ts'

const Behaviour = z.strictObject({
  latencyMs: z.number().int().min(0).max(60_000).optional(),
  /** What the person says on the telephone; `none`: he does not look at it. */
  answer: z.enum(['agree', 'refuse', 'none']).optional(),
  answerAfterMs: z.number().int().min(0).max(600_000).optional(),
  /** Calls that are answered with a fault that passes. */
  faults: z.number().int().min(0).max(1000).optional(),
  /** What it gives back: signatures of what was asked, of other documents, or fewer than asked. */
  signs: z.enum(['asked', 'other', 'fewer']).optional(),
  /** A question is forgotten after this time. */
  lifeMs: z.number().int().min(0).max(600_000).optional(),
})
const NewCredential = z.strictObject({
  user: z.string(),
  credential: z.string(),
  key: z.string(),
  chain: z.array(z.base64()).min(1),
})

interface Credential {
  user: string
  key: KeyObject
  chain: string[]
}

interface Question {
  credential: string
  hashes: string[]
  description: string
  askedAt: number
  sad: string | undefined
}

const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

class Refused extends Error {
  readonly status: number
  constructor(status: number, code: string) {
    super(code)
    this.status = status
  }
}

export function makeService(token: string): { service: Server; control: Server } {
  const behaviour = { latencyMs: 0, answer: 'agree', answerAfterMs: 0, faults: 0, signs: 'asked', lifeMs: 300_000 }
  const credentials = new Map<string, Credential>()
  const questions = new Map<string, Question>()

  const credentialOf = (id: unknown): Credential => {
    const found = credentials.get(String(id))
    if (!found) throw new Refused(400, 'invalid_request')
    return found
  }
  const check = (handle: string): { SAD?: string; handle?: string } => {
    const question = questions.get(handle)
    const age = question ? Date.now() - question.askedAt : 0
    if (!question || age > behaviour.lifeMs) throw new Refused(400, 'expired_token')
    if (behaviour.answer === 'none' || age < behaviour.answerAfterMs) return { handle }
    if (behaviour.answer === 'refuse') throw new Refused(400, 'access_denied')
    question.sad ??= randomUUID()
    return { SAD: question.sad }
  }
  const sign = (value: Record<string, unknown>): { signatures: string[] } => {
    const { key } = credentialOf(value.credentialID)
    const [handle, question] = [...questions].find(([, one]) => one.sad !== undefined && one.sad === value.SAD) ?? []
    const hashes = Array.isArray(value.hashes) ? value.hashes.map(String) : []
    // An authorization is good for the hashes that the person has agreed to, and once.
    const isAgreed =
      question !== undefined &&
      question.credential === value.credentialID &&
      hashes.every((hash) => question.hashes.includes(hash))
    if (!handle || !isAgreed) throw new Refused(400, 'invalid_sad')
    questions.delete(handle)
    const padding = constants.RSA_PKCS1_PADDING
    const digests = hashes.map((hash) => Buffer.from(hash, 'base64'))
    if (behaviour.signs === 'other') for (const digest of digests) digest.reverse()
    if (behaviour.signs === 'fewer') digests.pop()
    return {
      signatures: digests.map((digest) =>
        privateEncrypt({ key, padding }, Buffer.concat([digestInfo, digest])).toString('base64'),
      ),
    }
  }
  const methods: Record<string, (value: Record<string, unknown>) => unknown> = {
    '/csc/v1/info': () => ({ specs: '1.0.4.0', name: 'Ký số từ xa (mô phỏng)', asynchronousOperationMode: true }),
    '/csc/v1/credentials/list': ({ userID }) => ({
      credentialIDs: [...credentials].filter(([, { user }]) => user === userID).map(([id]) => id),
    }),
    '/csc/v1/credentials/info': ({ credentialID }) => ({
      key: { status: 'enabled', algo: ['1.2.840.113549.1.1.11'], len: 2048 },
      cert: { status: 'valid', certificates: credentialOf(credentialID).chain },
      authMode: 'explicit',
      multisign: 1000,
    }),
    '/csc/v1/credentials/authorize': ({ credentialID, hashes, description }) => {
      credentialOf(credentialID)
      const handle = randomUUID()
      questions.set(handle, {
        credential: String(credentialID),
        hashes: Array.isArray(hashes) ? hashes.map(String) : [],
        description: String(description ?? ''),
        askedAt: Date.now(),
        sad: undefined,
      })
      return { handle }
    },
    '/csc/v1/credentials/authorizeCheck': ({ handle }) => check(String(handle)),
    '/csc/v1/signatures/signHash': sign,
  }

  const service = serve(async (request, response) => {
    const { value } = await readJson(request)
    await pause(behaviour.latencyMs)
    if (request.headers.authorization !== `Bearer ${token}`) throw new Refused(401, 'invalid_token')
    if (behaviour.faults > 0) {
      behaviour.faults -= 1
      throw new Refused(503, 'server_error')
    }
    const method = methods[request.url ?? '']
    if (!method || request.method !== 'POST') throw new Refused(404, 'not_found')
    answer(response, 200, method(value))
  })
  const control = serve(async (request, response) => {
    const { value } = await readJson(request)
    switch (`${request.method} ${request.url}`) {
      case 'GET /asked':
        return answer(
          response,
          200,
          [...questions.values()].map(({ hashes, description }) => ({ hashes, description })),
        )
      case 'POST /behaviour':
        return answer(response, 200, Object.assign(behaviour, Behaviour.parse(value)))
      case 'POST /credentials': {
        const { user, credential, key, chain } = NewCredential.parse(value)
        credentials.set(credential, { user, key: createPrivateKey(key), chain })
        return answer(response, 200, {})
      }
      default:
        throw new Refused(404, 'not_found')
    }
  })
  return { service, control }
}

const serve = (work: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Server =>
  createServer((request, response) => {
    work(request, response).catch((error: Error) =>
      answer(response, error instanceof Refused ? error.status : 400, {
        error: error instanceof Refused ? error.message : 'invalid_request',
        error_description: error.message,
      }),
    )
  })
