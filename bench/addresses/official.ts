/**
 * The official mapping as the labelled addresses know it, read straight from the public lists by rules of their own: only records whose text
 * is a plain list of full names, only names that are one unit in their former provinces (or carry their district in brackets). What is less
 * plain is left out of the set, so that a label is never an interpretation. Shares nothing with the resolver or with the pack's lists.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface OldUnit {
  ward: string
  district: string
  province: string
  /** The province it lies in now. */
  provinceNow: string
  /** Codes of the communes it went to. */
  heirs: string[]
}

export interface NewUnit {
  code: string
  ward: string
  province: string
}

interface Record {
  ma: string
  ten: string
  magoc: string
  truocsapnhap: string
}

const load = (folder: string, name: string) => JSON.parse(readFileSync(join(folder, 'admin-units', name), 'utf8'))

const lower = (text: string) => text.normalize('NFC').toLowerCase().trim()
const provinceKey = (text: string) =>
  lower(text)
    .replace(/^tphcm$/, 'hồ chí minh')
    .replace(/^(tỉnh|thành phố|thủ đô) /, '')
    .replace(/[.-]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace('hoà', 'hòa')

export function readOfficial(folder: string): { old: OldUnit[]; current: NewUnit[] } {
  const three: {
    FullName: string
    District: { FullName: string; Ward?: { FullName: string; Code: string }[] }[]
  }[] = load(folder, 'vn-units-2025-03-three-tier.json')
  const two: { Code: string; FullName: string; Wards: { Code: string; FullName: string }[] }[] = load(
    folder,
    'vn-units-2026-two-tier.json',
  )
  const records: Record[] = load(folder, 'merger-2025-old-to-new.json')
  const old: OldUnit[] = []
  for (const province of two) {
    const merged = records.find((record) => record.magoc === '0' && record.ma === province.Code)
    const names =
      !merged || merged.truocsapnhap === 'giữ nguyên'
        ? [province.FullName]
        : merged.truocsapnhap.replace(/\..*/s, '').split(/,| và /)
    const formers = three.filter(({ FullName }) => names.some((name) => provinceKey(name) === provinceKey(FullName)))
    const units = formers.flatMap((former) =>
      former.District.flatMap((district) =>
        (district.Ward ?? []).map((ward) => ({
          ward: ward.FullName.normalize('NFC'),
          district: district.FullName.normalize('NFC'),
          province: former.FullName.normalize('NFC'),
        })),
      ),
    )
    const current = new Set(province.Wards.map(({ Code }) => Code))
    const own = records.filter((record) => record.magoc === province.Code)
    const messy = own.filter((record) => !isPlain(record.truocsapnhap)).map((record) => lower(record.truocsapnhap))
    for (const unit of units) {
      const same = units.filter(({ ward }) => lower(ward) === lower(unit.ward)).length
      const key = same === 1 ? lower(unit.ward) : `${lower(unit.ward)} (${lower(unit.district)})`
      const bare = lower(unit.ward).replace(/^(phường|xã|thị trấn) /, '')
      if (messy.some((text) => text.includes(bare))) continue
      const heirs = own.filter((record) => namesOf(record).includes(key)).map(({ ma }) => ma)
      if (heirs.length > 0 && heirs.every((code) => current.has(code)))
        old.push({ ...unit, provinceNow: province.FullName.normalize('NFC'), heirs })
    }
  }
  const current = two.flatMap((province) =>
    province.Wards.map((ward) => ({
      code: ward.Code,
      ward: ward.FullName.normalize('NFC'),
      province: province.FullName.normalize('NFC'),
    })),
  )
  return { old, current }
}

const withoutRests = (text: string) => text.replace(/\(phần còn lại[^)]*\)/gi, '')

const isPlain = (text: string): boolean =>
  withoutRests(text)
    .split(',')
    .every(
      (piece) =>
        /^(phường|xã|thị trấn) [^()]+(\((quận|huyện|thị xã|thành phố) [^(),]+\))?$/i.test(piece.trim()) &&
        !/ và |phần|toàn bộ|của/i.test(piece),
    )

const namesOf = (record: Record): string[] =>
  withoutRests(record.truocsapnhap)
    .split(',')
    .map((piece) => lower(piece).replace(/\s+/g, ' '))
