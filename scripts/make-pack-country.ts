// Writes country-now.csv and country-before.csv of the home pack: communes and districts of the rest of the country, with what each commune of
// now was made of. The provinces themselves and the home province are in areas.yaml. From the public lists under $TRAMHUONG_DATA (facts
// only: codes, names, what became of what). Run: TRAMHUONG_DATA=… node --import tsx scripts/make-pack-country.ts
import { writeFile } from 'node:fs/promises'
import { searchKey, tidyName } from '#organisations'
import { type Former, type Reading, readMergers } from './country-mergers.ts'
import { type Lists, readLists } from './make-pack-areas.ts'

const source =
  '# thanglequoc/vietnamese-provinces-database (MIT): units of 30-4-2026 and of 1-3-2025, merger list of sapnhap.bando.com.vn; codes of the General Statistics Office. Facts only.'
const written = '# Written by scripts/make-pack-country.ts; change the script, not this file.'

interface Province {
  code: string
  name: string
  communes: { code: string; name: string; reading: Reading }[]
  /** What the sources do not settle about the province as a whole. */
  gap?: string
}

const bareName = (name: string) =>
  searchKey(name)
    .replace(/^(tinh|thanh pho|thu do) /, '')
    .replace(/^tphcm$/, 'ho chi minh')

function formerProvinces(lists: Lists, code: string) {
  const merger = lists.mergers.find((entry) => entry.magoc === '0' && entry.ma === code)
  const province = lists.current.find((entry) => entry.Code === code)
  if (!merger || !province) throw new Error(`${code}: không có trong danh sách sắp xếp`)
  const isKept = merger.truocsapnhap === 'giữ nguyên'
  const names = isKept ? [province.FullName] : merger.truocsapnhap.replace(/\..*$/, '').split(/,| và /)
  const found = lists.old.filter((old) => names.some((name) => bareName(name) === bareName(old.FullName)))
  if (found.length !== names.length) throw new Error(`${code}: không đủ tỉnh cũ`)
  return found
}

function readProvince(lists: Lists, code: string): Province {
  const olds = formerProvinces(lists, code)
  const current = lists.current.find((entry) => entry.Code === code)
  const former = olds.flatMap((old) =>
    old.District.flatMap((district) =>
      (district.Ward ?? []).map(
        (unit): Former => ({
          code: unit.Code,
          name: unit.FullName,
          district: { code: district.Code, name: district.FullName },
        }),
      ),
    ),
  )
  const districts = olds
    .flatMap((old) => old.District.filter((district) => !district.Ward?.length))
    .map((district) => ({ code: district.Code, name: district.FullName }))
  const records = lists.mergers
    .filter((entry) => entry.magoc === code)
    .map((entry) => ({ code: entry.ma, name: entry.ten, text: entry.truocsapnhap }))
  const readings = readMergers(records, former, districts)
  const byName = new Map(records.map((record) => [searchKey(record.name), record.code]))
  const communes = (current?.Wards ?? []).map((unit) => {
    // One record carries another code than the list of units; its name tells it.
    const reading = readings.get(unit.Code) ?? readings.get(byName.get(searchKey(unit.FullName)) ?? '')
    if (!reading) throw new Error(`${unit.Code}: không có trong danh sách sắp xếp`)
    return { code: unit.Code, name: tidyName(unit.FullName), reading }
  })
  const gap = code === '75' ? '10 xã thành phường từ 30-4-2026: nguồn chỉ cho tên sau' : undefined
  return { code, name: tidyName(current?.FullName ?? ''), communes, gap }
}

/** The provinces of now other than the home province. */
export function readCountry(lists: Lists, home: string): Province[] {
  return lists.current.filter(({ Code }) => Code !== home).map(({ Code }) => readProvince(lists, Code))
}

function nowCsv(provinces: readonly Province[]): string {
  const lines = provinces.flatMap((province) => {
    const heirs = new Map<string, number>()
    for (const { code } of province.communes.flatMap(({ reading }) => reading.parts))
      heirs.set(code, (heirs.get(code) ?? 0) + 1)
    const rows = province.communes.map(({ code, name, reading }) => {
      const from = reading.parts.map(
        (part) => `${part.code}${part.part || (heirs.get(part.code) ?? 0) > 1 ? '~' : ''}${part.deduced ? '?' : ''}`,
      )
      const gaps = reading.gaps.map(({ text, reason }) => `${text}: ${reason}`.replace(/[",]/g, ' ')).join('; ')
      return `${code},${name},${from.join(' ')}${gaps && `,${gaps}`}`
    })
    return [`${province.code},${province.name},${province.gap ? `,${province.gap}` : ''}`, ...rows]
  })
  return [
    '# Communes since 1-7-2025, each under its province. `from`: codes of before; ~ only a part of it; ? told from others of its name by its',
    '# district, by what was left or by one letter. `gaps`: what the merger list says and no unit of before could be given to.',
    source,
    written,
    'code,name,from,gaps',
    ...lines,
    '',
  ].join('\n')
}

function beforeCsv(lists: Lists, provinces: readonly Province[]): string {
  const olds = provinces.flatMap(({ code }) => formerProvinces(lists, code))
  const lines = olds.flatMap((province) => [
    `${province.Code},${tidyName(province.FullName)}`,
    ...province.District.flatMap((district) => [
      `${district.Code},${tidyName(district.FullName)}`,
      ...(district.Ward ?? []).map((unit) => `${unit.Code},${tidyName(unit.FullName)}`),
    ]),
  ])
  return [
    '# Districts and communes to 30-6-2025, each under the province (two digits) and the district (three) above it.',
    source,
    written,
    'code,name',
    ...lines,
    '',
  ].join('\n')
}

export function countryFiles(lists: Lists): Record<string, string> {
  const provinces = readCountry(lists, '56')
  return {
    'packs/khanh-hoa/country-now.csv': nowCsv(provinces),
    'packs/khanh-hoa/country-before.csv': beforeCsv(lists, provinces),
  }
}

if (process.argv[1]?.endsWith('make-pack-country.ts')) {
  const folder = process.env.TRAMHUONG_DATA
  if (!folder) throw new Error('Set TRAMHUONG_DATA to the folder of the source data')
  for (const [path, text] of Object.entries(countryFiles(await readLists(folder)))) await writeFile(path, text)
}
