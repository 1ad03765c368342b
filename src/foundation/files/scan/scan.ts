import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { refuse } from '../content/refuse.ts'
import { storeOf } from '../storage/choose.ts'
import { hashBytes, nameOf, quarantineName, readName } from '../storage/names.ts'
import { ScannerDown, scanBytes, scannerVersion } from './clamd.ts'
import { insertFinding, lockWaiting, setScan, type Waiting } from './store.ts'

export interface Sent {
  bytes: Buffer
  name: string
  use: string
}

/** What is to be written beside the kept content; nothing where no scanner is set. */
export type Scanned = 'clean' | 'waiting' | undefined

/**
 * Asks the scanner about what somebody sent. A finding is put into quarantine and written down in a transaction of its own, for whatever
 * the caller does fails. @throws Problem 422 for a finding; 503 when the scanner is down and the setting says to hold.
 */
export async function scanSent(ctx: Context, sent: Sent): Promise<Scanned> {
  const { scanner } = ctx.config
  if (!scanner) return undefined
  try {
    const verdict = await scanBytes(scanner.url, sent.bytes)
    if (verdict.clean) return 'clean'
    await quarantine(ctx, sent, verdict.signature)
    throw refuse(
      'file.malware',
      'Tệp có mã độc nên không được nhận và đã được cách ly. Hãy quét máy của ông/bà, rồi báo bộ phận an toàn thông tin.',
    )
  } catch (error) {
    if (!(error instanceof ScannerDown)) throw error
    ctx.log.warn({ reason: error.message }, 'The malware scanner gave no verdict')
    if (scanner.whenDown === 'accept') return 'waiting'
    throw new Problem(
      'file.scan-down',
      503,
      'Hiện chưa kiểm tra được mã độc nên chưa nhận tệp. Hãy thử lại sau ít phút.',
    )
  }
}

async function quarantine(ctx: Context, sent: Sent, signature: string): Promise<void> {
  const sha256 = hashBytes(sent.bytes)
  await storeOf(ctx.config).put(quarantineName(sha256), sent.bytes)
  await ctx.transaction((inner) =>
    writeFinding(inner, {
      sha256,
      name: sent.name,
      use: sent.use,
      sizeBytes: sent.bytes.length,
      sentBy: inner.actor.account ?? 'system',
      organisation: inner.actor.organisation ?? null,
      signature,
      wasKept: false,
    }),
  )
}

async function writeFinding(
  ctx: Context,
  finding: Omit<Parameters<typeof insertFinding>[1], 'foundAt'>,
): Promise<void> {
  await insertFinding(ctx.sql, { ...finding, name: finding.name.slice(0, 300), foundAt: ctx.now })
  const { sha256, signature, use, sizeBytes, sentBy, wasKept } = finding
  await appendEntry(ctx, {
    action: 'file.quarantined',
    subject: `file:${sha256}`,
    body: { signature, use, sizeBytes, sentBy, wasKept },
  })
}

const atOnce = 20

/** Those that were accepted while the scanner was down. */
export async function scanWaiting(ctx: Context): Promise<void> {
  const { scanner } = ctx.config
  if (!scanner) return
  for (let more = true; more; ) {
    more = await ctx.transaction(async (inner) => {
      const waiting = await lockWaiting(inner.sql, atOnce)
      for (const one of waiting) {
        const bytes = await readName(storeOf(inner.config), nameOf(one.sha256))
        const verdict = bytes && (await scanBytes(scanner.url, bytes).catch(ignoreDown))
        if (!verdict) return false
        await settle(inner, one, verdict.clean ? undefined : verdict.signature)
      }
      return waiting.length === atOnce
    })
  }
}

async function settle(ctx: Context, one: Waiting, signature: string | undefined): Promise<void> {
  await setScan(ctx.sql, one.sha256, { state: signature ? 'infected' : 'clean', signature, at: ctx.now })
  if (!signature) return
  const { sha256, name, use, sizeBytes, keptBy, organisation } = one
  await writeFinding(ctx, { sha256, name, use, sizeBytes, sentBy: keptBy, organisation, signature, wasKept: true })
}

function ignoreDown(error: unknown): undefined {
  if (!(error instanceof ScannerDown)) throw error
}

/** A sentence for `tram doctor`, and whether it is a complaint. */
export async function describeScanner(ctx: Context): Promise<{ ok: boolean; says: string }> {
  const { scanner } = ctx.config
  if (!scanner) return { ok: true, says: 'sent files are not scanned for malware (set CLAMD_URL to have them scanned)' }
  try {
    return { ok: true, says: `sent files are scanned by ${await scannerVersion(scanner.url)}` }
  } catch (error) {
    if (!(error instanceof ScannerDown)) throw error
    const until = scanner.whenDown === 'hold' ? 'no file is taken' : 'files are taken and wait for it'
    return {
      ok: false,
      says: `the malware scanner at CLAMD_URL does not answer (${error.message}): until it does ${until}`,
    }
  }
}
