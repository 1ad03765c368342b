// What the authorities answer, by OpenSSL: a time stamp to a query of RFC 3161, a standing to one of RFC 6960.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Authority } from '../ca/authority.ts'

/** What goes wrong with a time stamp: it answers another query (nonce, or digest), its certificate is out of date, or it is refused. */
export const stampFaults = ['none', 'wrong-nonce', 'wrong-hash', 'expired', 'refused', 'broken'] as const
export type StampFault = (typeof stampFaults)[number]

async function inFolder<T>(work: (path: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'tram-tsa-'))
  try {
    return await work((name) => join(folder, name))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

// The serial numbers lie in one file: one stamp after the other.
let last: Promise<unknown> = Promise.resolve()

export function answerStamp(authority: Authority, query: Buffer, fault: StampFault): Promise<Buffer> {
  const mine = last.then(() => stamp(authority, query, fault))
  last = mine.catch(() => undefined)
  return mine
}

function stamp({ openssl }: Authority, query: Buffer, fault: StampFault): Promise<Buffer> {
  return inFolder(async (path) => {
    if (fault === 'broken') return Buffer.from('not a time stamp')
    if (fault === 'refused') return Buffer.from([0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x02])
    await writeFile(path('query'), query)
    if (fault === 'wrong-nonce' || fault === 'wrong-hash') {
      const digest =
        fault === 'wrong-hash' ? 'ab'.repeat(32) : (/0420([0-9a-f]{64})/.exec(query.toString('hex'))?.[1] ?? '')
      await openssl(['ts', '-query', '-digest', digest, '-sha256', '-cert', '-out', path('query')])
    }
    const signer = fault === 'expired' ? 'tsa-expired' : 'tsa'
    await openssl([
      ...['ts', '-reply', '-config', 'ca.cnf', '-section', 'tsa_ok', '-queryfile', path('query')],
      ...['-signer', `${signer}.pem`, '-inkey', `${signer}.key`, '-out', path('reply')],
    ])
    return readFile(path('reply'))
  })
}

export function answerStanding({ openssl }: Authority, query: Buffer): Promise<Buffer> {
  return inFolder(async (path) => {
    await writeFile(path('query'), query)
    await openssl([
      ...['ocsp', '-index', 'issuing.index', '-CA', 'issuing.pem', '-rsigner', 'ocsp.pem', '-rkey', 'ocsp.key'],
      ...['-reqin', path('query'), '-respout', path('reply'), '-ndays', '1'],
    ])
    return readFile(path('reply'))
  })
}
