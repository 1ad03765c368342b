import type { Certificate } from '../cms/certificate.ts'
import { type Evidence, makeOcspQuery, standingOf } from '../cms/revocation.ts'
import { type Asking, ask } from './ask.ts'

const bounds = { timeoutMs: 5000, mostBytes: 5 * 1024 ** 2 }

/** What the authorities say now of each certificate of a chain but its root: OCSP first, lists where it says nothing. */
export async function fetchEvidence(ctx: Asking, chain: readonly Certificate[]): Promise<Evidence> {
  const ocsps: Buffer[] = []
  const crls: Buffer[] = []
  for (const [place, certificate] of chain.entries()) {
    const issuer = chain[place + 1]
    if (!issuer || certificate.noCheck) continue
    const about = { certificate, issuer, at: ctx.now }
    const answered =
      certificate.ocspUrl && (await tryAsking(ctx, certificate.ocspUrl, makeOcspQuery(certificate, issuer)))
    if (answered && standingOf(about, { ocsps: [answered], crls: [] }).state !== 'unknown') ocsps.push(answered)
    else {
      const list = certificate.crlUrl && (await tryAsking(ctx, certificate.crlUrl))
      if (list && standingOf(about, { ocsps: [], crls: [list] }).state !== 'unknown') crls.push(list)
    }
  }
  return { ocsps, crls }
}

/** Addresses stand in certificates, which strangers send too: a host that is not named, or down, only means nothing is known. */
async function tryAsking(ctx: Asking, url: string, query?: Buffer): Promise<Buffer | undefined> {
  try {
    return await ask(ctx, { url, ...(query ? { body: query, type: 'application/ocsp-request' } : {}), ...bounds })
  } catch (error) {
    ctx.log.debug({ reason: (error as Error).message }, 'An authority did not say whether a certificate was revoked')
    return undefined
  }
}
