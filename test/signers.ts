/** What tests of signing share: a document, and signers whose keys lie in the test. */
import { constants, createHash, generateKeyPairSync, privateEncrypt, sign } from 'node:crypto'
import { PDF } from '@libpdf/core'
import { encode, integer, nothing, oid, sequence, tags } from '../src/foundation/signing/cms/der.ts'
import type { Asker } from './harness.ts'

export async function makePdf(text: string): Promise<Buffer> {
  const pdf = PDF.create()
  const page = pdf.addPage({ size: 'a4' })
  page.drawText(text, { x: 80, y: 700, size: 14 })
  return Buffer.from(await pdf.save())
}

export interface TestSigner {
  /** DER in base64. */
  chain: string[]
  certificate: Buffer
  /** PEM. */
  key: string
  sign(digest: Buffer): Buffer
}

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const digestInfo = Buffer.from('3031300d060960864801650304020105000420', 'hex')

const rsaSha256 = sequence(oid('1.2.840.113549.1.1.11'), nothing)

const nameOf = (name: string) =>
  sequence(encode(tags.set, sequence(oid('2.5.4.3'), encode(0x0c, Buffer.from(name, 'utf8')))))

const timeOf = (at: string) => encode(0x17, Buffer.from(`${at.slice(2).replaceAll('-', '')}000000Z`))

/** The extension that says what the key is for: the first eight of its bits (RFC 5280, 4.2.1.3). */
const usageOf = (bits: number) =>
  encode(0xa3, sequence(sequence(oid('2.5.29.15'), encode(0x04, encode(0x03, Buffer.from([0, bits]))))))

/** A certificate of its own name; the key is the same for all: what counts here is whose the certificate is. */
export async function makeSigner(
  name: string,
  {
    from = '2026-01-01',
    to = '2027-12-31',
    serial = createHash('sha256').update(name).digest('hex').slice(0, 16),
    usage,
  }: { from?: string; to?: string; serial?: string; usage?: number } = {},
): Promise<TestSigner> {
  const body = sequence(
    encode(0xa0, integer(2)),
    integer(Buffer.from(`00${serial.padStart(serial.length + (serial.length % 2), '0')}`, 'hex')),
    rsaSha256,
    nameOf('Cơ quan cấp chứng thư (minh họa)'),
    sequence(timeOf(from), timeOf(to)),
    nameOf(name),
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    ...(usage === undefined ? [] : [usageOf(usage)]),
  )
  const signature = sign('sha256', body, pair.privateKey)
  const der = sequence(body, rsaSha256, encode(0x03, Buffer.from([0]), signature))
  return {
    certificate: der,
    key: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    chain: [der.toString('base64')],
    sign: (digest) =>
      privateEncrypt(
        { key: pair.privateKey, padding: constants.RSA_PKCS1_PADDING },
        Buffer.concat([digestInfo, digest]),
      ),
  }
}

/** What a sealed wish to the helper holds. */
export function readWish(token: string): {
  documents?: { title: string; sha256: string }[]
  items?: { sha256: string; digest: string }[]
} {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
}

/** Calls as the page makes them for the helper. */
export const courierOf = (asker: Asker, session: string) => async (name: string, body: unknown) => {
  const answer = await asker.inject({
    method: 'POST',
    url: `${session}/${name}`,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      origin: 'http://localhost',
      host: 'localhost',
    },
    payload: JSON.stringify(body),
  })
  return { status: answer.statusCode, value: answer.body ? answer.json() : {} }
}

/** Opens a session for these requests; its path. */
export async function begin(asker: Asker, codes: readonly string[], means = 'helper'): Promise<string> {
  const payload = new URLSearchParams([...codes.map((code) => ['chon', code]), ['phuong-tien', means]]).toString()
  const answer = await asker.inject({
    method: 'POST',
    url: '/ky-so/phien',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload,
  })
  if (answer.statusCode !== 303)
    throw new Error(`${answer.statusCode} ${answer.body.replace(/<[^>]+>/g, ' ').slice(0, 3000)}`)
  return String(answer.headers.location)
}

/** The whole way of the page and the helper, with a key of the test. */
export async function signAll(
  asker: Asker,
  session: string,
  signer: { sign(digest: Buffer): Uint8Array | Promise<Uint8Array> },
  most = Number.POSITIVE_INFINITY,
): Promise<number> {
  const call = courierOf(asker, session)
  let signed = 0
  for (;;) {
    const { status, value } = await call('ke-tiep', {})
    if (status !== 200) throw new Error(JSON.stringify(value))
    if (!value.token || signed >= most) return signed
    const { items = [] } = readWish(value.token)
    const signatures = await Promise.all(
      items.map(async ({ sha256, digest }) => ({
        sha256,
        signature: Buffer.from(await signer.sign(Buffer.from(digest, 'hex'))).toString('base64'),
      })),
    )
    const taken = await call('chu-ky', { signatures })
    if (taken.status >= 300) throw new Error(JSON.stringify(taken.value))
    signed += signatures.length
  }
}
