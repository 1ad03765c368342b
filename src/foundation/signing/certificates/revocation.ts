/** Whether certificates of the register were revoked: their authorities are asked by schedule (OCSP first, then lists; RFC 6960, RFC 5280). */
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { findChain, readCertificate } from '../cms/certificate.ts'
import { standingOf } from '../cms/revocation.ts'
import { fetchEvidence } from '../trust/evidence.ts'
import { readRoots } from '../trust/roots.ts'
import * as store from './store.ts'
import { closeRenewal, tellRevoked } from './watch.ts'

const everyMs = 6 * 3_600_000
const mostAtOnce = 200

/** Asks about certificates that were not asked about for six hours; what is found revoked signs nothing from then on. */
export async function checkRevocations(ctx: Context): Promise<void> {
  const since = new Date(ctx.now.getTime() - everyMs)
  const due = await store.listToCheck(ctx.sql, { now: ctx.now, since, limit: mostAtOnce })
  if (due.length === 0) return
  const roots = await readRoots(ctx)
  const between = (await store.listAuthorities(ctx.sql)).map(readCertificate)
  for (const { id, der } of due) {
    const certificate = readCertificate(der)
    const chain = findChain(certificate, between, roots)
    const issuer = chain?.[1]
    if (!chain || !issuer) {
      await store.setChecked(ctx.sql, id, ctx.now, 'không dẫn tới tổ chức chứng thực được tin cậy')
      continue
    }
    const standing = standingOf({ certificate, issuer, at: ctx.now }, await fetchEvidence(ctx, chain))
    if (standing.state === 'revoked')
      await ctx.transaction((ctx) => revoke(ctx, id, { at: standing.at, reason: 'tổ chức chứng thực đã thu hồi' }))
    const fault = standing.state === 'unknown' ? 'tổ chức chứng thực chưa trả lời' : null
    await store.setChecked(ctx.sql, id, ctx.now, fault)
  }
}

/** Marks a certificate as revoked, within the caller's transaction. */
export async function revoke(ctx: Context, id: number, { at, reason }: { at: Date; reason: string }): Promise<void> {
  const row = await store.findCertificate(ctx.sql, id)
  if (!row || row.revokedAt) return
  await store.setRevoked(ctx.sql, id, { at, reason })
  await closeRenewal(ctx, row)
  await tellRevoked(ctx, row, reason)
  await appendEntry(ctx, {
    action: 'certificate.revoked',
    subject: `certificate:${row.issuer}/${row.serial}`,
    organisation: row.organisation,
    body: { at: at.toISOString(), reason },
  })
}
