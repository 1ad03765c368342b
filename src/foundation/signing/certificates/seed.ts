// The demonstration: as many certificates as the province says it has issued, over its agencies, of people who do not exist.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { organisationTree, searchKey, today } from '#organisations'
import type { SeedOptions } from '#platform/capability'
import type { Context } from '#platform/context'
import { hasDemo, type NewCertificate, putCertificates } from './store.ts'

const Demo = z.strictObject({
  source: z.string(),
  count: z.number().int().min(1).max(100_000),
  issuer: z.string(),
  /** Of a hundred. */
  organisationShare: z.number().min(0).max(100),
  remoteShare: z.number().min(0).max(100),
})

const families = ['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Vũ', 'Đặng', 'Bùi', 'Đỗ', 'Ngô']
const middles = ['Văn', 'Thị', 'Minh', 'Ngọc', 'Thanh', 'Hữu']
const given = ['Mẫu', 'Ví Dụ', 'Minh Họa', 'Thử Nghiệm', 'Giả Định', 'Tạm Gọi', 'Thí Dụ']
const dayMs = 24 * 3_600_000
const lifeDays = 1095

/** Once, for a demonstration whose pack holds `demo/certificates.yaml`. */
export async function seedCertificates(ctx: Context, options: SeedOptions): Promise<void> {
  if (!options.demo || (await hasDemo(ctx.sql))) return
  const text = await readFile(join(ctx.config.packDir, 'demo', 'certificates.yaml'), 'utf8').catch(() => undefined)
  if (text === undefined) return
  const demo = Demo.parse(parse(text))
  options.progress('Making the register of certificates of the demonstration')
  const agencies = (await organisationTree(ctx.sql, { asOf: await today(ctx) })).nodes.map(({ row }) => row)
  const rows = Array.from({ length: demo.count }, (_, number) => makeRow(ctx, demo, { number, agencies }))
  await ctx.transaction(async (ctx) => {
    for (let at = 0; at < rows.length; at += 1000) await putCertificates(ctx.sql, rows.slice(at, at + 1000))
    await ctx.sql`
      update signing.certificate set revoked_at = valid_from + interval '200 days', revocation_reason = 'thay đổi vị trí công tác (minh họa)'
      where source = 'demo' and id % 97 = 0 and valid_from + interval '200 days' < ${ctx.now}`
  })
}

interface Making {
  number: number
  agencies: readonly { code: string; name: string }[]
}

function makeRow(ctx: Context, demo: z.infer<typeof Demo>, { number, agencies }: Making): NewCertificate {
  // The same for every installation: told by the number alone.
  const hash = createHash('sha256').update(`certificate ${number}`).digest()
  const pick = <T>(list: readonly T[], place: number): T | undefined => list[hash.readUInt16BE(place) % list.length]
  const agency = pick(agencies, 0)
  const isAgency = hash.readUInt8(2) % 100 < demo.organisationShare
  const holder = isAgency
    ? `${agency?.name} (minh họa)`
    : `${pick(families, 4)} ${pick(middles, 6)} ${pick(given, 8)} ${String(number + 1).padStart(4, '0')}`
  const serial = hash
    .subarray(10, 18)
    .toString('hex')
    .replace(/^0+(?=.)/, '')
  const age = hash.readUInt16BE(20) % (lifeDays + 60)
  const validFrom = new Date(Math.floor(ctx.now.getTime() / dayMs) * dayMs - age * dayMs - 7 * 3_600_000)
  return {
    fingerprint: null,
    serial,
    issuer: demo.issuer,
    holderKind: isAgency ? 'organisation' : 'person',
    holder,
    searchKey: searchKey(`${holder} ${serial} ${demo.issuer}`),
    account: null,
    organisation: agency?.code ?? '',
    means: hash.readUInt8(3) % 100 < demo.remoteShare ? 'remote' : 'token',
    validFrom,
    validTo: new Date(validFrom.getTime() + lifeDays * dayMs),
    der: null,
    source: 'demo',
    recordedAt: ctx.now,
    recordedBy: 'system',
  }
}
