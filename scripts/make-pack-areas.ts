// Writes areas.yaml of both packs from the public lists of administrative units under $TRAMHUONG_DATA (facts only: codes,
// names, kinds, days). Run: TRAMHUONG_DATA=… node --import tsx scripts/make-pack-areas.ts
//
// The statistics office hands a code on when units merge: 22366 was phường Tân Tiến until 30-6-2025 and is phường Nha
// Trang since. Units that ended therefore carry `<code>-<last full year>` here and keep the bare code in officialCode.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { type AreaKind, type AreaPredecessor, type AreaRow, searchKey, tidyName } from '#organisations'
import { foreignPlaces, papiNames, spellings } from './sample-places.ts'

type Row = Partial<AreaRow> & Pick<AreaRow, 'code' | 'kind' | 'name'>

interface OldProvince {
  Code: string
  FullName: string
  District: { Code: string; FullName: string; Ward?: { Code: string; FullName: string }[] }[]
}
interface NewUnit {
  Code: string
  FullName: string
  FullNameEn: string
}
interface NewProvince extends NewUnit {
  Wards: NewUnit[]
}
interface Merger {
  ma: string
  ten: string
  magoc: string
  truocsapnhap: string
}
export interface Lists {
  old: OldProvince[]
  current: NewProvince[]
  mergers: Merger[]
  areaKm2: Map<string, number>
}

const mergedOn = '2025-07-01'
const lastDay = '2025-06-30'
const provinceResolution = 'Nghị quyết 202/2025/QH15 ngày 12/6/2025'
const communeResolution = 'Nghị quyết 1667/NQ-UBTVQH15 ngày 16/6/2025'
const former = (code: string) => `${code}-2024`

const kindsByPrefix: [string, AreaKind][] = [
  ['Đặc khu', 'special-zone'],
  ['Phường', 'ward'],
  ['Xã', 'commune'],
  ['Thị trấn', 'township'],
  ['Thị xã', 'town'],
  ['Huyện', 'district'],
  ['Quận', 'district'],
  ['Tỉnh', 'province'],
]

function kindOf(name: string, cityKind: AreaKind): AreaKind {
  return kindsByPrefix.find(([prefix]) => name.startsWith(`${prefix} `))?.[1] ?? cityKind
}

/** Reads the lists; only these facts are taken from them. */
export async function readLists(folder: string): Promise<Lists> {
  const text = (path: string) => readFile(join(folder, path), 'utf8')
  const zipped = async (path: string) => gunzipSync(await readFile(join(folder, path))).toString('utf8')
  const shapes: { features: { properties: { code: string; areaKm2: number } }[] } = JSON.parse(
    await zipped('gis/khanh-hoa-communes-2026.geojson.gz'),
  )
  return {
    old: JSON.parse(await text('admin-units/vn-units-2025-03-three-tier.json')),
    current: JSON.parse(await zipped('admin-units/vn-units-2026-two-tier-en.json.gz')),
    mergers: JSON.parse(await text('admin-units/merger-2025-old-to-new.json')),
    areaKm2: new Map(shapes.features.map(({ properties }) => [properties.code, properties.areaKm2])),
  }
}

/** The earlier units that a unit of now was made of, by the names the merger list gives. */
function predecessorsOf(
  target: string,
  list: string,
  codeByName: ReadonlyMap<string, string>,
  heirs: ReadonlyMap<string, number>,
): AreaPredecessor[] {
  return list.split(',').map((name) => {
    const code = codeByName.get(searchKeyWithType(name))
    if (!code) throw new Error(`${target}: không có đơn vị cũ «${name.trim()}»`)
    const divided = (heirs.get(searchKeyWithType(name)) ?? 0) > 1
    return { code: former(code), how: divided ? 'split' : 'merge', share: divided ? 'part' : 'whole' }
  })
}

const searchKeyWithType = (name: string) => tidyName(name).toLowerCase()

/** The merged province: 65 units of now, the 194 communes and 16 districts of before, with what became of each. */
export function provinceAreas(lists: Lists, code: string, oldCodes: readonly string[]): Row[] {
  const oldProvinces = lists.old.filter((province) => oldCodes.includes(province.Code))
  const current = lists.current.find((province) => province.Code === code)
  if (!current || oldProvinces.length !== oldCodes.length) throw new Error(`không có tỉnh ${code}`)
  const oldCommunes = oldProvinces.flatMap((province) => province.District.flatMap((district) => district.Ward ?? []))
  const codeByName = new Map(oldCommunes.map((unit) => [searchKeyWithType(unit.FullName), unit.Code]))
  const mergers = lists.mergers.filter((merger) => merger.magoc === code)
  const heirs = new Map<string, number>()
  for (const name of mergers.flatMap((merger) => merger.truocsapnhap.split(',')))
    heirs.set(searchKeyWithType(name), (heirs.get(searchKeyWithType(name)) ?? 0) + 1)
  const districtOf = new Map(
    oldProvinces.flatMap((province) =>
      province.District.flatMap((district) => (district.Ward ?? []).map((unit) => [unit.Code, district.Code] as const)),
    ),
  )
  const units = current.Wards.map((unit): Row => {
    const merger = mergers.find((entry) => entry.ma === unit.Code)
    if (!merger) throw new Error(`${unit.Code}: không có trong danh sách sắp xếp`)
    const predecessors = predecessorsOf(unit.Code, merger.truocsapnhap, codeByName, heirs)
    const kind = kindOf(unit.FullName, 'city')
    return {
      code: unit.Code,
      officialCode: unit.Code,
      kind,
      name: tidyName(unit.FullName),
      nameEn: unit.FullNameEn.replace(/^Spratly/, 'Truong Sa').replace('Special administrative region', 'Special Zone'),
      parent: code,
      areaKm2: lists.areaKm2.get(unit.Code),
      peerGroup: peerGroup(kind, predecessors, districtOf),
      predecessors,
      validFrom: mergedOn,
      decision: communeResolution,
    }
  })
  return [...units, ...oldProvinces.flatMap(oldUnits)]
}

/** Old districts that were mountainous as a whole; their communes are compared with each other. */
const mountainDistricts = new Set(['573', '575', '584'])

function peerGroup(
  kind: AreaKind,
  predecessors: readonly AreaPredecessor[],
  districtOf: ReadonlyMap<string, string>,
): string {
  if (kind !== 'commune') return kind
  const mountain = predecessors.every(({ code }) => mountainDistricts.has(districtOf.get(code.slice(0, 5)) ?? ''))
  return mountain ? 'commune-mountain' : 'commune'
}

function oldUnits(province: OldProvince): Row[] {
  return province.District.flatMap((district) => [
    oldUnit(district, former(province.Code)),
    ...(district.Ward ?? []).map((unit) => oldUnit(unit, former(district.Code))),
  ])
}

function oldUnit(unit: { Code: string; FullName: string }, parent: string): Row {
  const kind = kindOf(unit.FullName, 'city')
  return {
    code: former(unit.Code),
    officialCode: unit.Code,
    kind,
    name: tidyName(unit.FullName),
    parent,
    validTo: lastDay,
  }
}

const bareName = (name: string) =>
  searchKey(name)
    .replace(/^(tinh|thanh pho|thu do) /, '')
    .replace(/^tphcm$/, 'ho chi minh')

/** The 34 provinces of now and the 63 of before. Eleven were left as they were and keep one code throughout. */
export function nationalAreas(lists: Lists): Row[] {
  const oldByName = new Map(lists.old.map((province) => [bareName(province.FullName), province.Code]))
  const rows: Row[] = [{ code: 'VN', officialCode: 'VN', kind: 'country', name: 'Việt Nam', nameEn: 'Viet Nam' }]
  const unchanged = new Set<string>()
  for (const province of lists.current) {
    const merger = lists.mergers.find((entry) => entry.magoc === '0' && entry.ma === province.Code)
    if (!merger) throw new Error(`${province.Code}: không có trong danh sách sắp xếp`)
    if (merger.truocsapnhap === 'giữ nguyên') {
      unchanged.add(province.Code)
      rows.push(...unchangedProvince(province))
    } else rows.push(...mergedProvince(province, merger, oldByName))
  }
  for (const province of lists.old) {
    if (unchanged.has(province.Code)) continue
    const kind = kindOf(province.FullName, 'municipality')
    const name = tidyName(province.FullName)
    rows.push({ code: former(province.Code), officialCode: province.Code, kind, name, parent: 'VN', validTo: lastDay })
  }
  return rows
}

function mergedProvince(province: NewProvince, merger: Merger, oldByName: ReadonlyMap<string, string>): Row[] {
  const list = merger.truocsapnhap.replace(/\..*$/, '')
  const predecessors = list.split(/,| và /).map((name): AreaPredecessor => {
    const code = oldByName.get(bareName(name))
    if (!code) throw new Error(`${province.Code}: không có tỉnh cũ «${name.trim()}»`)
    return { code: former(code), how: 'merge', share: 'whole' }
  })
  const base = {
    code: province.Code,
    officialCode: province.Code,
    parent: 'VN',
    validFrom: mergedOn,
    decision: provinceResolution,
    nameEn: province.FullNameEn,
    predecessors,
  }
  const name = tidyName(province.FullName)
  if (province.Code !== '75') return [{ ...base, kind: kindOf(province.FullName, 'municipality'), name }]
  // Đồng Nai became a city on 30-4-2026: the same unit under another name.
  return [
    { ...base, kind: 'province', name: 'Tỉnh Đồng Nai', nameEn: 'Dong Nai Province', validTo: '2026-04-29' },
    {
      ...base,
      kind: 'municipality',
      name,
      predecessors: [],
      validFrom: '2026-04-30',
      decision: 'Nghị quyết 30/2026/QH16',
    },
  ]
}

function unchangedProvince(province: NewProvince): Row[] {
  const kind = kindOf(province.FullName, 'municipality')
  const base = { code: province.Code, officialCode: province.Code, kind, parent: 'VN', nameEn: province.FullNameEn }
  const row = { ...base, name: tidyName(province.FullName) }
  if (province.Code !== '46') return [row]
  // Thừa Thiên Huế became thành phố Huế, under the State directly, on 1-1-2025.
  const before: Row = {
    ...base,
    kind: 'province',
    name: 'Tỉnh Thừa Thiên Huế',
    nameEn: 'Thua Thien Hue Province',
    validTo: '2024-12-31',
  }
  return [before, { ...row, validFrom: '2025-01-01', decision: 'Nghị quyết 175/2024/QH15' }]
}

/** The provinces of before, with the names that the sample files call them by, and the foreign places of those files. */
export function sampleAreas(lists: Lists): Row[] {
  const rows = nationalAreas(lists).filter(
    (row) => row.kind === 'country' || !row.validFrom || row.validFrom < mergedOn,
  )
  // Hà Tây joined Hà Nội on 1-8-2008; the budget files know it up to 2008.
  const haTay: Row = {
    code: '28-2007',
    officialCode: '28',
    kind: 'province',
    name: 'Tỉnh Hà Tây',
    parent: 'VN',
    validTo: '2008-07-31',
    decision: 'Nghị quyết 15/2008/QH12',
    unverified: true,
  }
  const named = [...rows, haTay].map((row): Row => {
    const key = bareName(row.name)
    const papi = papiNames.indexOf(key)
    const aliases: Record<string, string[]> = {}
    if (papi >= 0) aliases.papi = [`P${String(papi + 1).padStart(2, '0')}`]
    if (row.kind !== 'country' && !row.validFrom) aliases['vn-budget'] = [spellings[key] ?? titleCase(key)]
    return Object.keys(aliases).length > 0 ? { ...row, aliases } : row
  })
  return [...named, ...foreignPlaces]
}

const titleCase = (key: string) => key.replace(/\b\p{L}/gu, (letter) => letter.toUpperCase())

const keyOrder = [
  'code',
  'officialCode',
  'kind',
  'name',
  'nameEn',
  'parent',
  'validFrom',
  'validTo',
  'decision',
  'areaKm2',
  'peerGroup',
  'aliases',
  'unverified',
  'predecessors',
] as const satisfies readonly (keyof AreaRow)[]

function yamlLine(row: Row): string {
  const parts = keyOrder.flatMap((key) => {
    const value = row[key]
    return value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [`${key}: ${flow(value)}`]
  })
  return `  - { ${parts.join(', ')} }`
}

// Plain where YAML reads it back as the same text; everything else in quotes.
const plain = /^[\p{L}][\p{L}\p{N} ._-]*$/u

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`
  if (typeof value === 'string' && plain.test(value) && !/^(true|false|null)$/i.test(value)) return value
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{ ${Object.entries(value)
    .filter(([key, inner]) => !(key === 'share' && inner === 'whole'))
    .map(([key, inner]) => `${key}: ${flow(inner)}`)
    .join(', ')} }`
}

/** The text of an areas.yaml: one row a line, so that a change shows as one line. */
export function areasYaml(title: string, source: string, rows: readonly Row[]): string {
  const lines = rows.toSorted((a, b) => a.code.localeCompare(b.code, 'en')).map(yamlLine)
  return [`# ${title}`, '# Written by scripts/make-pack-areas.ts; change the script, not this file.', '']
    .join('\n')
    .concat(`source: ${JSON.stringify(source)}\nareas:\n${lines.join('\n')}\n`)
}

const unitsSource =
  'thanglequoc/vietnamese-provinces-database (MIT): units of 30-4-2026 and of 1-3-2025, merger list of sapnhap.bando.com.vn; codes of the General Statistics Office; areas in km² from its boundaries. Mountain group and the numbers of the resolutions: unverified.'

export function packFiles(lists: Lists): Record<string, string> {
  return {
    'packs/khanh-hoa/areas.yaml': areasYaml(
      'Administrative units: the province since 1-7-2025 and before, and the provinces of the country.',
      unitsSource,
      [...nationalAreas(lists), ...provinceAreas(lists, '56', ['56', '58'])],
    ),
    'packs/open-samples/areas.yaml': areasYaml(
      'The 63 provinces of before 1-7-2025 by statistics code, with the names the sample files use; places of the foreign samples.',
      `${unitsSource} PAPI codes: hnks-gh/ml-mcdm codebook (MIT). Budget spellings: mdtrinh/vietnamdata (CC0). Boston: City of Boston (PDDL). New York: NYC Open Data.`,
      sampleAreas(lists),
    ),
  }
}

if (process.argv[1]?.endsWith('make-pack-areas.ts')) {
  const folder = process.env.TRAMHUONG_DATA
  if (!folder) throw new Error('Set TRAMHUONG_DATA to the folder of the source data')
  for (const [path, text] of Object.entries(packFiles(await readLists(folder)))) await writeFile(path, text)
}
