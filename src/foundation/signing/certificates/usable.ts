import { searchKey } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { readCertificate as readExtended } from '../cms/certificate.ts'
import { type CertificateFacts, type CertificateMeans, isSameName, readCertificate, stateOf } from './model.ts'
import * as store from './store.ts'

const refuse = (code: string, message: string) => new Problem(`certificate.${code}`, 422, message)

export interface Holding {
  kind: 'person' | 'organisation'
  account?: string
  /** As the holder is called here. */
  name: string
  organisation: string
  means: CertificateMeans
}

/** Reads a certificate that comes from outside, to sign with. @throws Problem 422 */
export function parseCertificate(bytes: Buffer): CertificateFacts {
  const { facts, maySign } = readBoth(bytes)
  if (!maySign)
    throw refuse(
      'usage',
      'Chứng thư số này không cấp để ký văn bản (mục đích dùng khóa không có chữ ký). Hãy chọn chứng thư để ký.',
    )
  return facts
}

function readBoth(bytes: Buffer): { facts: CertificateFacts; maySign: boolean } {
  try {
    const { maySign, isAuthority } = readExtended(bytes)
    return { facts: readCertificate(bytes), maySign: maySign && !isAuthority }
  } catch {
    throw refuse('unreadable', 'Không đọc được chứng thư số.')
  }
}

/**
 * The certificate as the register knows it; one that is new and bears its holder's name is put into it. What has ended or was revoked
 * signs nothing, and nobody signs with the certificate of another. @throws Problem 422
 */
export async function requireUsable(
  ctx: Context,
  [bytes = Buffer.alloc(0), ...authorities]: readonly Buffer[],
  holding: Holding,
): Promise<store.CertificateRow> {
  const facts = parseCertificate(bytes)
  const known =
    (await store.findByFingerprint(ctx.sql, facts.fingerprint)) ??
    (await store.findBySerial(ctx.sql, facts.issuer, facts.serial))
  if (known) checkHolder(known, holding)
  else if (holding.kind === 'person' && !isSameName(facts.holder, holding.name))
    throw refuse(
      'other-name',
      `Chứng thư mang tên ${facts.holder}, không phải ${holding.name}. Quản trị cần ghi chứng thư này vào sổ trước khi dùng.`,
    )
  refuseUnusable({ ...facts, revokedAt: known?.revokedAt ?? null }, ctx.now)
  await store.putCertificates(ctx.sql, [toRow(ctx, facts, holding)])
  await store.putAuthorities(ctx.sql, authorities.slice(0, 10))
  const row = await store.findByFingerprint(ctx.sql, facts.fingerprint)
  if (!row)
    throw refuse('other-key', 'Sổ chứng thư ghi một chứng thư khác dưới số hiệu này. Hãy báo quản trị kiểm tra.')
  return row
}

/** @throws Problem 422 when it has ended, has not begun or was revoked. */
export function refuseUnusable(
  row: Pick<store.CertificateRow, 'validFrom' | 'validTo' | 'revokedAt'>,
  now: Date,
): void {
  const state = stateOf(row, now)
  if (state === 'revoked') throw refuse('revoked', 'Chứng thư số đã bị thu hồi; không ký được bằng chứng thư này.')
  if (state === 'ended') throw refuse('ended', 'Chứng thư số đã hết hạn; hãy gia hạn rồi ký lại.')
  if (state === 'coming') throw refuse('coming', 'Chứng thư số chưa đến ngày có hiệu lực.')
}

function checkHolder(known: store.CertificateRow, holding: Holding): void {
  const isOwn =
    holding.kind === 'person'
      ? known.account === holding.account || (known.account === null && isSameName(known.holder, holding.name))
      : known.holderKind === 'organisation' && known.organisation === holding.organisation
  if (!isOwn)
    throw refuse('other-holder', `Sổ chứng thư ghi chứng thư này của ${known.holder}; không dùng để ký ở đây.`)
}

export function toRow(ctx: Context, facts: CertificateFacts, holding: Holding): store.NewCertificate {
  return {
    fingerprint: facts.fingerprint,
    serial: facts.serial,
    issuer: facts.issuer,
    holderKind: holding.kind,
    holder: facts.holder,
    searchKey: searchKey(`${facts.holder} ${facts.serial} ${facts.issuer}`),
    account: holding.account ?? null,
    organisation: holding.organisation,
    means: holding.means,
    validFrom: facts.validFrom,
    validTo: facts.validTo,
    der: facts.der,
    source: 'means',
    recordedAt: ctx.now,
    recordedBy: ctx.actor.account ?? 'system',
  }
}
