import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { appendEntry } from '#ledger'
import { findOrganisation, searchKey, today } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { certificateMeans, tidySerial } from './model.ts'
import * as store from './store.ts'
import { parseCertificate, toRow } from './usable.ts'
import { closeRenewal, manageCertificates } from './watch.ts'

/** Columns of a list, in any order; what is not named here is left out. */
export const columns = {
  serial: 'so_hieu',
  issuer: 'noi_cap',
  holder: 'chu_the',
  kind: 'loai',
  organisation: 'don_vi',
  account: 'tai_khoan',
  means: 'phuong_tien',
  from: 'tu_ngay',
  to: 'den_ngay',
} as const

type ColumnKey = keyof typeof columns
export const columnKeys = Object.keys(columns) as ColumnKey[]

export const columnHints: Record<ColumnKey, string> = {
  serial: 'số hiệu của chứng thư, chữ số hệ 16',
  issuer: 'tổ chức cấp',
  holder: 'người hoặc cơ quan được cấp',
  kind: 'ca-nhan hoặc to-chuc',
  organisation: 'mã định danh của đơn vị',
  account: 'tên đăng nhập của người giữ; để trống nếu chưa có',
  means: 'token (USB token), remote (ký từ xa), seal (con dấu trên máy chủ) hoặc để trống',
  from: 'ngày bắt đầu hiệu lực, dạng 2026-11-30',
  to: 'ngày hết hạn, dạng 2027-11-30',
}

const day = z.iso.date('Ngày có dạng 2026-11-30.')
const Line = z.object({
  [columns.serial]: z
    .string()
    .transform(tidySerial)
    .pipe(z.string().regex(/^[0-9a-f]{1,64}$/, 'Số hiệu gồm chữ số hệ 16.')),
  [columns.issuer]: z.string().trim().min(1, 'Thiếu nơi cấp.').max(200),
  [columns.holder]: z.string().trim().min(1, 'Thiếu chủ thể.').max(200),
  [columns.kind]: z.enum(['ca-nhan', 'to-chuc'], 'Loại là ca-nhan hoặc to-chuc.'),
  [columns.organisation]: z.string().trim().min(1, 'Thiếu mã đơn vị.').max(35),
  [columns.account]: z.string().trim().max(63).default(''),
  [columns.means]: z.enum(certificateMeans).catch('unknown'),
  [columns.from]: day,
  [columns.to]: day,
})

const mostLines = 20_000
const mostFaults = 20

/** Takes in a list (CSV) or certificates (PEM or DER); how many are new. Every fault at once. @throws Problem 422 */
export async function importCertificates(ctx: Context, bytes: Buffer): Promise<{ taken: number; fresh: number }> {
  ctx.require(manageCertificates)
  const text = bytes.toString('utf8')
  const rows = text.includes('-----BEGIN CERTIFICATE-----')
    ? readPem(ctx, text)
    : bytes[0] === 0x30
      ? [readWhole(ctx, bytes)]
      : await readList(ctx, text)
  return ctx.transaction(async (ctx) => {
    let fresh = 0
    for (let at = 0; at < rows.length; at += 1000)
      fresh += await store.putCertificates(ctx.sql, rows.slice(at, at + 1000))
    await markRenewed(ctx)
    await appendEntry(ctx, {
      action: 'certificate.imported',
      subject: 'certificate:*',
      body: { taken: rows.length, fresh },
    })
    return { taken: rows.length, fresh }
  })
}

/** The earlier certificate of a holder who has a later one needs no renewal. */
async function markRenewed(ctx: Context): Promise<void> {
  for (const row of await store.renewOlder(ctx.sql)) await closeRenewal(ctx, row)
}

function readPem(ctx: Context, text: string): store.NewCertificate[] {
  const parts = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  return parts
    .slice(0, mostLines)
    .map((part) => parseCertificate(Buffer.from(part)))
    .filter(({ der }) => !new X509Certificate(der).ca)
    .map((facts) => ownRow(ctx, facts))
}

const readWhole = (ctx: Context, bytes: Buffer) => ownRow(ctx, parseCertificate(bytes))

const ownRow = (ctx: Context, facts: ReturnType<typeof parseCertificate>): store.NewCertificate => ({
  ...toRow(ctx, facts, {
    kind: 'person',
    name: facts.holder,
    organisation: ctx.actor.organisation ?? '',
    means: 'unknown',
  }),
  source: 'import',
})

async function readList(ctx: Context, text: string): Promise<store.NewCertificate[]> {
  const [head = [], ...lines] = readCsv(text)
  const missing = Object.values(columns).filter(
    (name) => name !== columns.account && name !== columns.means && !head.includes(name),
  )
  if (missing.length > 0) throw fault(`Tệp thiếu cột: ${missing.join(', ')}.`)
  if (lines.length > mostLines) throw fault(`Mỗi tệp nhiều nhất ${mostLines} dòng.`)
  const asOf = await today(ctx)
  const known = new Map<string, boolean>()
  const faults: string[] = []
  const rows: store.NewCertificate[] = []
  for (const [index, cells] of lines.entries()) {
    const read = Line.safeParse(Object.fromEntries(head.map((name, place) => [name, cells[place] ?? ''])))
    const line = index + 2
    if (!read.success) {
      faults.push(...read.error.issues.map(({ path, message }) => `Dòng ${line}, ${String(path[0])}: ${message}`))
      continue
    }
    const code = read.data[columns.organisation]
    if (!known.has(code)) known.set(code, (await findOrganisation(ctx.sql, code, { asOf })) !== undefined)
    if (!known.get(code)) faults.push(`Dòng ${line}: không có đơn vị mã ${code}.`)
    else if (read.data[columns.to] <= read.data[columns.from])
      faults.push(`Dòng ${line}: ngày hết hạn không sau ngày có hiệu lực.`)
    else rows.push(rowOf(ctx, read.data))
  }
  if (faults.length > 0)
    throw fault(
      `${faults.slice(0, mostFaults).join(' ')}${faults.length > mostFaults ? ` Và ${faults.length - mostFaults} lỗi nữa.` : ''}`,
    )
  return rows
}

const fault = (message: string) => invalid(message, [{ path: 'tep', message }])

const startOf = (on: string) => new Date(`${on}T00:00:00+07:00`)

const rowOf = (ctx: Context, line: z.infer<typeof Line>): store.NewCertificate => ({
  fingerprint: null,
  serial: line[columns.serial],
  issuer: line[columns.issuer],
  holderKind: line[columns.kind] === 'to-chuc' ? 'organisation' : 'person',
  holder: line[columns.holder],
  searchKey: searchKey(`${line[columns.holder]} ${line[columns.serial]} ${line[columns.issuer]}`),
  account: line[columns.account] || null,
  organisation: line[columns.organisation],
  means: line[columns.means],
  validFrom: startOf(line[columns.from]),
  validTo: startOf(line[columns.to]),
  der: null,
  source: 'import',
  recordedAt: ctx.now,
  recordedBy: ctx.actor.account ?? 'system',
})

/** RFC 4180: commas, quotes doubled within quotes, lines that end in LF or CRLF. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y
  const body = text.replace(/^\ufeff/, '').trimEnd()
  while (cell.lastIndex < body.length) {
    const found = cell.exec(body)
    if (!found) throw fault('Tệp không phải CSV hợp lệ: kiểm tra dấu ngoặc kép.')
    row.push(found[1] === undefined ? (found[2] ?? '').trim() : found[1].replaceAll('""', '"'))
    if (found[3] !== ',') {
      if (row.some((value) => value !== '')) rows.push(row)
      row = []
    }
  }
  if (row.length > 0) rows.push([...row, ''])
  return rows
}
