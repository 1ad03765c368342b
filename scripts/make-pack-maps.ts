// Writes packs/khanh-hoa/maps from the boundary files under $TRAMHUONG_DATA/gis: generalised, on a grid, shared borders shared.
// Run: TRAMHUONG_DATA=… node --import tsx scripts/make-pack-maps.ts
//
// Districts and communes of before 1-7-2025 are left out: the only boundaries found of them are under GPL-3.0, which a pack under
// Apache-2.0 does not take over.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { feature } from 'topojson-client'
import { parse } from 'yaml'
import { AreaFile, type AreaRow, searchKey } from '#organisations'
import { type FeatureCollection, polygonsOf, type Shape, simplifyShapes } from './outlines.ts'

const home = '56'
const mergedOn = '2025-07-01'
const lastDay = '2025-06-30'
const boando =
  'thanglequoc/vietnamese-provinces-database (MIT), json/geojson, commit cd58063; hình vẽ từ sapnhap.bando.com.vn'
const former =
  'TaliaCao/Vietnam-Shape-Map (MIT), Formatting/diaphantinh_63_fixednames.json, commit 35f693a; dữ liệu của Open Development Vietnam'
const generalised = 'Ranh giới đã khái quát hóa để vẽ bản đồ, không dùng để xác định địa giới hành chính trên thực địa.'
const islands =
  'Hình của hai quần đảo Hoàng Sa và Trường Sa là đảo, đá và bãi ngầm theo nguồn, không phải ranh giới biển.'

/** Where a unit that is scattered over the sea is named: at its seat, the island of Trường Sa. */
const seats: Record<string, [number, number]> = { '22736': [111.924, 8.645] }

/** What stands in a file of `maps/`, as `src/operations/maps/model.ts` reads it. */
interface BoundaryFile {
  source: string
  licence: string
  notes: string[]
  code: string
  title: string
  level: 'commune' | 'province'
  within: string
  validFrom?: string
  validTo?: string
  step: number
  places: { name: string; at: [number, number]; box: [number, number, number, number] }[]
  units: { code: string; polygons: number[][][]; label: [number, number] }[]
  arcs: number[][]
}

async function readShapes(folder: string, file: string): Promise<FeatureCollection> {
  const bytes = await readFile(join(folder, 'gis', file))
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'))
}

const toShapes = ({ features }: FeatureCollection, codeOf: (id: string, name: string) => string): Shape[] =>
  features.map(({ id, properties, geometry }) => ({
    code: codeOf(String(id ?? properties.code), String(properties.ten_tinh ?? properties.name)),
    polygons: polygonsOf(geometry),
  }))

/** Both archipelagos, as far as the shapes hold them: whatever lies east of the mainland in the unit they belong to. */
function findPlaces(shapes: readonly Shape[], owners: Record<string, string>): BoundaryFile['places'] {
  return Object.entries(owners).flatMap(([name, code]) => {
    const rings = shapes
      .filter((shape) => shape.code === code)
      .flatMap(({ polygons }) => polygons.map(([outer = []]) => outer))
      .filter((ring) => ring.every(([x = 0]) => x > 109.9 || code === '22736'))
    const points = rings.flat()
    if (points.length === 0) throw new Error(`${name} is not in the shapes of ${code}`)
    const xs = points.map(([x = 0]) => x)
    const ys = points.map(([, y = 0]) => y)
    const round = (value: number) => Math.round(value * 1000) / 1000
    const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map(round)
    const [west = 0, south = 0, east = 0, north = 0] = box
    return [{ name, at: [round((west + east) / 2), round((south + north) / 2)], box: [west, south, east, north] }]
  })
}

/** Old provinces by name: the list of names has no codes. */
function codesByName(areas: readonly AreaRow[]): Map<string, string> {
  const bare = (name: string) => searchKey(name).replace(/^(tinh|thanh pho|tp) /, '')
  const found = areas.filter(
    ({ kind, validFrom = '', validTo = '9' }) =>
      (kind === 'province' || kind === 'municipality') && validFrom <= lastDay && validTo >= lastDay,
  )
  return new Map([...found.map(({ name, code }): [string, string] => [bare(name), code]), ['hcm', '79-2024']])
}

export async function boundaryFiles(folder: string, packDir: string): Promise<BoundaryFile[]> {
  const { areas } = AreaFile.parse(parse(await readFile(join(packDir, 'areas.yaml'), 'utf8')))
  const communes = toShapes(await readShapes(folder, 'khanh-hoa-communes-2026.geojson.gz'), (id) => id)
  const provinces = toShapes(await readShapes(folder, 'vn-provinces-2026.geojson.gz'), (id) => id)
  const old = JSON.parse(
    gunzipSync(await readFile(join(folder, 'gis/vn-63-provinces-before-2025.topo.json.gz'))).toString(),
  )
  const names = codesByName(areas)
  const oldProvinces = toShapes(decode(old), (_id, name) => {
    const key = searchKey(name).replace(/^tp /, '')
    const code = names.get(key) ?? names.get(key.replace('hue', 'thua thien hue'))
    if (!code) throw new Error(`No code for ${name}`)
    return code
  })
  const base = { licence: 'MIT', notes: [generalised, islands] }
  return [
    {
      source: boando,
      ...base,
      notes: [
        ...base.notes,
        'Bán đảo Cam Ranh (khoảng 97 km²) không nằm trong hình của xã, phường nào ở nguồn; diện tích nêu của phường Bắc Cam Ranh (134 km², hình 43 km²) cho thấy có thể thuộc phường này.',
        'Diện tích tính từ hình thấp hơn diện tích nêu của cùng nguồn khoảng 2%; riêng Cam Lâm (hình 162 km², nêu 149,9 km²) và Trường Sa (hình gồm bãi ngầm) thì khác nhiều hơn.',
        'Ranh giới xã trước 1-7-2025 và ranh giới huyện không có: bộ tìm được theo giấy phép GPL-3.0, gói dữ liệu này không dùng lại.',
      ],
      code: 'communes-2025',
      title: '65 xã, phường, đặc khu từ 1-7-2025',
      level: 'commune',
      within: home,
      validFrom: mergedOn,
      places: findPlaces(communes, { 'Quần đảo Trường Sa': '22736' }),
      step: 1e-5,
      ...simplifyShapes(communes, { step: 1e-5, loss: 5_000, labels: seats }),
    },
    {
      source: boando,
      ...base,
      notes: [...base.notes, 'Nguồn để một khe hở 3,6 km² giữa các tỉnh ở Đồng Tháp Mười.'],
      code: 'provinces-2025',
      title: '34 tỉnh, thành phố từ 1-7-2025',
      level: 'province',
      within: 'VN',
      validFrom: mergedOn,
      places: findPlaces(provinces, { 'Quần đảo Hoàng Sa': '48', 'Quần đảo Trường Sa': home }),
      step: 1e-4,
      ...simplifyShapes(provinces, { step: 1e-4, loss: 6_000 }),
    },
    {
      source: former,
      ...base,
      code: 'provinces-2024',
      title: '63 tỉnh, thành phố đến 30-6-2025',
      level: 'province',
      within: 'VN',
      validTo: lastDay,
      places: findPlaces(oldProvinces, { 'Quần đảo Hoàng Sa': '48-2024', 'Quần đảo Trường Sa': '56-2024' }),
      step: 1e-4,
      ...simplifyShapes(oldProvinces, { step: 1e-4, loss: 6_000 }),
    },
  ]
}

function decode(old: Topology): FeatureCollection {
  const object = old.objects.diaphantinh_63_fixednames
  if (!object) throw new Error('The file of the 63 provinces has another object')
  // A collection comes back where a collection was given.
  return feature(old, object) as FeatureCollection
}

/** One member a line, one arc a line: a change of the source shows as the lines that changed. */
export function writeBoundaries({ units, arcs, ...head }: BoundaryFile): string {
  const members = Object.entries(head).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  const list = (name: string, rows: unknown[]) =>
    `  "${name}": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]`
  return `{\n${[...members, list('units', units), list('arcs', arcs)].join(',\n')}\n}\n`
}

if (import.meta.filename === process.argv[1]) {
  const folder = process.env.TRAMHUONG_DATA
  if (!folder) throw new Error('TRAMHUONG_DATA names no folder')
  const packDir = join(import.meta.dirname, '../packs/khanh-hoa')
  await mkdir(join(packDir, 'maps'), { recursive: true })
  for (const file of await boundaryFiles(folder, packDir)) {
    const text = writeBoundaries(file)
    await writeFile(join(packDir, 'maps', `${file.code}.json`), text)
    const points = file.arcs.reduce((sum, arc) => sum + arc.length / 2, 0)
    process.stdout.write(`${file.code}: ${file.units.length} units, ${points} points, ${text.length} bytes\n`)
  }
}
