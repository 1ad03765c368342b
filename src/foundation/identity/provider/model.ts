import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { z } from 'zod'
import { type Assurance, assurances, meets } from '#platform/assurance'
import { AccountName, Scopes, sessionLifeMs } from '../model.ts'

export const clientKinds = ['public', 'confidential', 'machine'] as const
export type ClientKind = (typeof clientKinds)[number]

export const clientKindNames: Record<ClientKind, string> = {
  public: 'Ở máy người dùng',
  confidential: 'Có máy chủ',
  machine: 'Máy với máy',
}

/** What an application may learn of who signs in. */
export const personScopes = ['openid', 'profile', 'organisation'] as const

export const scopeWords: Record<(typeof personScopes)[number], string> = {
  openid: 'Mã định danh riêng của người đăng nhập, không đổi',
  profile: 'Họ và tên, tên đăng nhập',
  organisation: 'Mã đơn vị và các vai trò đang giữ',
}

export const signingAlgs = ['ES256', 'RS256'] as const
export type SigningAlg = (typeof signingAlgs)[number]

/** The level that an application asks for (`acr_values`, the best first): the first of those that are known here. */
export const levelAsked = (acrValues: unknown): Assurance | undefined => levelsAsked(acrValues)[0]

/** Whether one of the levels that were asked for has been proved; who asks for none is content with any. */
export function isContent(acrValues: unknown, had: Assurance | undefined): boolean {
  const asked = levelsAsked(acrValues)
  return asked.length === 0 || asked.some((level) => meets(had, level))
}

const levelsAsked = (acrValues: unknown): Assurance[] =>
  String(acrValues ?? '')
    .split(' ')
    .flatMap((word) => assurances.filter((level) => level === word))

/** Seconds that each of the things handed out lives. */
export const lifeSeconds = {
  code: 60,
  accessToken: 600,
  machineToken: 600,
  idToken: 600,
  refreshToken: 24 * 3600,
  interaction: 900,
  session: sessionLifeMs / 1000,
} as const

const dayMs = 24 * 3600_000
/** A key signs for a season. It is published before its turn, for those who keep the key set a while. */
export const keySignsMs = 90 * dayMs
export const keyPublishedBeforeMs = 2 * dayMs
/** At sign-out an application may show an identity token as old as the session. */
export const keyStaysMs = sessionLifeMs + dayMs

export interface KeyTime {
  alg: SigningAlg
  signsFrom: Date
}

/** Of one algorithm's keys: the one that signs now, those that are published with it, and those nobody needs any more. */
export function divideKeys<K extends KeyTime>(keys: readonly K[], now: Date): { signer?: K; others: K[]; spent: K[] } {
  const newestFirst = keys.toSorted((a, b) => b.signsFrom.getTime() - a.signsFrom.getTime())
  const at = newestFirst.findIndex(({ signsFrom }) => signsFrom <= now)
  if (at < 0) return { others: newestFirst, spent: [] }
  const spent = newestFirst.filter((_, index) => {
    const successor = newestFirst[index - 1]
    return index > at && successor !== undefined && successor.signsFrom.getTime() + keyStaysMs <= now.getTime()
  })
  const signer = newestFirst[at]
  return { signer, spent, others: newestFirst.filter((key) => key !== signer && !spent.includes(key)) }
}

/** When the next key's turn comes, if it is time to make it. */
export function nextTurn(keys: readonly KeyTime[], now: Date): Date | undefined {
  const last = Math.max(...keys.map(({ signsFrom }) => signsFrom.getTime()))
  if (keys.length === 0) return now
  const turn = Math.max(last + keySignsMs, now.getTime() + keyPublishedBeforeMs)
  return last <= now.getTime() && turn - keyPublishedBeforeMs <= now.getTime() ? new Date(turn) : undefined
}

const hostIsOwn = (host: string) => host === 'localhost' || host === '127.0.0.1' || host === '[::1]'

/** An address that people are led back to: https, or the machine they sit at; compared letter by letter. */
const ReturnAddress = z
  .string()
  .max(500)
  .refine((text) => {
    if (!URL.canParse(text)) return false
    const { protocol, hostname, hash, username, password } = new URL(text)
    const isSafe = protocol === 'https:' || (protocol === 'http:' && hostIsOwn(hostname))
    return isSafe && !hash && !text.includes('#') && !username && !password && !/[*\s\\]/.test(text)
  }, 'Mỗi dòng là một địa chỉ https:// đầy đủ, không có dấu * và phần #; http:// chỉ dùng cho máy đang ngồi (127.0.0.1).')

const lines = (text: unknown) =>
  typeof text === 'string'
    ? text
        .split(/[\r\n]+/)
        .map((line) => line.trim())
        .filter(Boolean)
    : text
const ReturnAddresses = z.preprocess(lines, z.array(ReturnAddress).max(20))

const keyWords = 'Dán bộ khóa công khai dạng JWKS (JSON), khóa ES256, EdDSA hoặc RSA từ 2048 bit.'

/** Public keys as pasted: a set or a single key. */
const PublicKeys = z
  .string()
  .max(20_000)
  .transform((text, issues) => {
    const fault = (message: string) => {
      issues.addIssue({ code: 'custom', message })
      return z.NEVER
    }
    let pasted: unknown
    try {
      pasted = JSON.parse(text)
    } catch {
      return fault(`Nội dung không phải JSON. ${keyWords}`)
    }
    const set = z.object({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(5) }).safeParse(pasted)
    const keys = set.success ? set.data.keys : [pasted]
    for (const key of keys) {
      const wrong = faultOfKey(key)
      if (wrong) return fault(wrong)
    }
    return { keys: keys as JsonWebKey[] }
  })

function faultOfKey(key: unknown): string | undefined {
  const jwk = z.looseObject({ kty: z.enum(['EC', 'OKP', 'RSA']) }).safeParse(key)
  if (!jwk.success) return keyWords
  if (['d', 'p', 'q', 'dp', 'dq', 'qi'].some((name) => name in jwk.data))
    return 'Nội dung này có cả khóa bí mật. Chỉ dán khóa công khai, và hãy thay khóa vừa lộ.'
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = createPublicKey({
      key: jwk.data as JsonWebKey,
      format: 'jwk',
    })
    const isStrong =
      type === 'ed25519' ||
      (type === 'ec' && details?.namedCurve === 'prime256v1') ||
      (type === 'rsa' && (details?.modulusLength ?? 0) >= 2048)
    return isStrong ? undefined : keyWords
  } catch {
    return `Khóa không đọc được. ${keyWords}`
  }
}

export const clientId = /^[a-z0-9][a-z0-9-]{2,62}$/

const clientBase = {
  id: z
    .string()
    .trim()
    .regex(clientId, 'Mã gồm 3 đến 63 chữ thường không dấu, chữ số, gạch ngang; ví dụ kho-du-lieu-mo.'),
  name: z.string().trim().min(1, 'Xin nhập tên ứng dụng.').max(200),
  organisation: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9.-]{1,35}$/, 'Xin chọn đơn vị chịu trách nhiệm.'),
  signingAlg: z.enum(signingAlgs).default('ES256'),
}

const withPeople = {
  ...clientBase,
  redirectUris: ReturnAddresses.refine((list) => list.length > 0, 'Xin nhập ít nhất một địa chỉ quay về.'),
  postLogoutUris: ReturnAddresses.default([]),
  backchannelUri: ReturnAddress.optional(),
  personScopes: z.array(z.enum(personScopes)).default([]),
  trusted: z.boolean().default(false),
}

const originOf = (address: string) => (URL.canParse(address) ? new URL(address).origin : undefined)

/** What is filled in when an application is registered. */
export const NewClient = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('public'), ...withPeople }),
    z.object({ kind: z.literal('confidential'), ...withPeople, jwks: PublicKeys.optional() }),
    z.object({
      kind: z.literal('machine'),
      ...clientBase,
      account: AccountName,
      scopes: z.preprocess(
        (text) => (typeof text === 'string' ? text.split(/[\s,]+/).filter(Boolean) : text),
        Scopes.refine((list) => new Set(list).size === list.length, 'Có phạm vi lặp lại.'),
      ),
      jwks: PublicKeys.optional(),
    }),
  ])
  .superRefine((client, issues) => {
    if (client.kind === 'machine' || !client.backchannelUri) return
    // Asked of what is wrong in itself too: that has its own fault already.
    const target = originOf(client.backchannelUri)
    // The server sends there: never to a machine that people are not led to anyway.
    if (!target || client.redirectUris.some((address) => originOf(address) === target)) return
    issues.addIssue({
      code: 'custom',
      path: ['backchannelUri'],
      message: 'Địa chỉ báo đăng xuất phải cùng máy chủ với một địa chỉ quay về.',
    })
  })
export type NewClient = z.infer<typeof NewClient>

/** The scopes that are kept of a client: of the person, always with `openid`, or of the API. */
export const scopesOf = (client: NewClient): string[] =>
  client.kind === 'machine' ? client.scopes : [...new Set(['openid', ...client.personScopes])]
