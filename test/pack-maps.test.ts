// The outlines of the pack, held against its own list of areas.
import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { AreaFile, type AreaRow, areaLevel } from '#organisations'
import { boundaryFiles, writeBoundaries } from '../scripts/make-pack-maps.ts'
import { type FeatureCollection, polygonsOf } from '../scripts/outlines.ts'
import { makeLocator } from '../src/operations/maps/boundaries/locate.ts'
import { decodeOutline, type Outline } from '../src/operations/maps/boundaries/outline.ts'
import { BoundaryFile, holds } from '../src/operations/maps/model.ts'
import { realData } from './settings.ts'

const pack = join(import.meta.dirname, '../packs/khanh-hoa')
const body = (code: string) => readFile(join(pack, 'maps', `${code}.json`), 'utf8')
const open = async (code: string): Promise<Outline> =>
  decodeOutline(BoundaryFile.parse(JSON.parse(await body(code))), code)
const readAreas = async (): Promise<AreaRow[]> =>
  AreaFile.parse(parse(await readFile(join(pack, 'areas.yaml'), 'utf8'))).areas

const isValidOn = ({ validFrom = '', validTo = '9' }: AreaRow, day: string) => validFrom <= day && validTo >= day

test('each of the 65 communes, 34 provinces and 63 provinces of before has its outline and no other', async () => {
  const areas = await readAreas()
  const codes = (day: string, of: (area: AreaRow) => boolean) =>
    areas
      .filter((area) => isValidOn(area, day) && of(area))
      .map(({ code }) => code)
      .sort()
  const drawn = async (code: string) => (await open(code)).units.map((unit) => unit.code).sort()
  const isProvince = ({ kind }: AreaRow) => areaLevel(kind) === 1
  const communes = codes('2025-07-01', ({ parent }) => parent === '56')
  assert.equal(communes.length, 65)
  assert.deepEqual(await drawn('communes-2025'), communes)
  const present = codes('2025-07-01', isProvince)
  assert.equal(present.length, 34)
  assert.deepEqual(await drawn('provinces-2025'), present)
  const former = codes('2025-06-30', isProvince)
  assert.equal(former.length, 63)
  assert.deepEqual(await drawn('provinces-2024'), former)
})

const kmPerDegree = 111.195

/** Of a ring, in km², with its sign: above 0 against the clock. */
function areaOf(ring: ArrayLike<number>): number {
  let twice = 0
  for (let at = 0; at + 3 < ring.length; at += 2) {
    const shrink = Math.cos((((ring[at + 1] ?? 0) + (ring[at + 3] ?? 0)) * Math.PI) / 360)
    twice += ((ring[at] ?? 0) * (ring[at + 3] ?? 0) - (ring[at + 2] ?? 0) * (ring[at + 1] ?? 0)) * shrink
  }
  return (twice / 2) * kmPerDegree ** 2
}

const sizeOf = (outline: Outline, code: string) =>
  (outline.find(code)?.polygons ?? []).reduce(
    (sum, { rings }) =>
      sum + rings.reduce((all, ring, index) => all + (index === 0 ? 1 : -1) * Math.abs(areaOf(ring)), 0),
    0,
  )

/** What the source draws otherwise than it states; the file says so. */
const drawnOtherwise = new Map([
  ['22411', 'the peninsula of Cam Ranh belongs to no outline'],
  ['22453', 'its outline is larger'],
  ['22736', 'reefs under water are drawn'],
])

test('the outlines are as large as the list of areas says, within 6 percent, but for three that the file names', async () => {
  const outline = await open('communes-2025')
  const areas = (await readAreas()).filter(({ parent, areaKm2 }) => parent === '56' && areaKm2)
  assert.equal(areas.length, 65)
  for (const { code, name, areaKm2 = 0 } of areas) {
    const size = sizeOf(outline, code)
    const isNear = Math.abs(size - areaKm2) <= Math.max(0.06 * areaKm2, 0.35)
    assert.equal(isNear, !drawnOtherwise.has(code), `${name}: ${size.toFixed(1)} km² of ${areaKm2}`)
  }
  const notes = outline.notes.join(' ')
  for (const place of ['Bắc Cam Ranh', 'Cam Lâm', 'Trường Sa']) assert.match(notes, new RegExp(place))
})

interface Use {
  arc: number
  isForward: boolean
}

function usesOf({ units }: BoundaryFile): Map<number, Use[]> {
  const uses = new Map<number, Use[]>()
  for (const arc of units.flatMap(({ polygons }) => polygons.flat(2))) {
    const index = arc < 0 ? ~arc : arc
    uses.set(index, [...(uses.get(index) ?? []), { arc: index, isForward: arc >= 0 }])
  }
  return uses
}

for (const code of ['communes-2025', 'provinces-2025', 'provinces-2024']) {
  test(`${code}: neighbours share one line, once each way; what is not shared is an outer edge, never a gap`, async () => {
    const file = BoundaryFile.parse(JSON.parse(await body(code)))
    const uses = usesOf(file)
    assert.equal(uses.size, file.arcs.length, 'every line is used')
    for (const [arc, of] of uses) {
      assert.ok(of.length <= 2, `line ${arc} belongs to ${of.length} areas`)
      assert.ok(
        of.length === 1 || of[0]?.isForward !== of[1]?.isForward,
        `line ${arc} goes the same way twice: an overlap`,
      )
    }
    const edges = [...uses.values()].flatMap((of) => (of.length === 1 ? of : []))
    const holes = joinEdges(edges, file).filter((ring) => areaOf(ring) > 0)
    // What is left are lagoons that the source itself draws as holes of one area.
    const drawnHoles = file.units.flatMap(({ polygons }) => polygons.flatMap((rings) => rings.slice(1))).length
    const gaps = holes.reduce((sum, ring) => sum + areaOf(ring), 0)
    if (code === 'communes-2025') assert.equal(holes.length, 0)
    else
      assert.ok(
        holes.length <= drawnHoles || gaps < 4,
        `${holes.length} gaps of ${gaps} km², ${drawnHoles} holes drawn`,
      )
  })
}

/** Closed rings of the lines that belong to one area only; outer ones run with the clock in the source. */
function joinEdges(edges: readonly Use[], { arcs, step }: BoundaryFile): number[][] {
  const lines = edges.map(({ arc, isForward }) => {
    const points: [number, number][] = []
    let [x, y] = [0, 0]
    const steps = arcs[arc] ?? []
    for (let at = 0; at < steps.length; at += 2) {
      x += steps[at] ?? 0
      y += steps[at + 1] ?? 0
      points.push([x, y])
    }
    return isForward ? points : points.reverse()
  })
  const from = new Map<string, number[]>()
  for (const [index, line] of lines.entries()) from.set(String(line[0]), [...(from.get(String(line[0])) ?? []), index])
  const left = new Set(lines.keys())
  const rings: number[][] = []
  for (const start of lines.keys()) {
    if (!left.has(start)) continue
    const ring: [number, number][] = []
    for (let at: number | undefined = start; at !== undefined; ) {
      left.delete(at)
      const line: [number, number][] = lines[at] ?? []
      ring.push(...line)
      const end = String(line.at(-1))
      at = end === String(ring[0]) ? undefined : from.get(end)?.find((one) => left.has(one))
    }
    assert.equal(String(ring[0]), String(ring.at(-1)), 'an edge that does not close')
    rings.push(ring.flatMap(([x, y]) => [x * step, y * step]))
  }
  return rings
}

test('no point of the province lies in two communes, and none inside its edge lies in no commune', async () => {
  const outline = await open('communes-2025')
  const single = outline.units.map((unit) => ({
    unit,
    locate: makeLocator({ ...outline, sha256: unit.code, units: [unit] }),
  }))
  const [west, south, east, north] = outline.mainBox
  let [inside, doubled] = [0, 0]
  for (let row = 0; row < 160; row++) {
    for (let column = 0; column < 100; column++) {
      const at = [
        west + ((east - west) * (column + 0.37)) / 100,
        south + ((north - south) * (row + 0.61)) / 160,
      ] as const
      const holding = single.filter(({ unit, locate }) => holds(unit.box, at) && locate(at[0], at[1]))
      if (holding.length > 0) inside += 1
      if (holding.length > 1) doubled += 1
    }
  }
  assert.ok(inside > 6000, `${inside} points lie in a commune`)
  // Lines that were simplified may cross by a hair; a point in a thousand would be 8 km².
  assert.ok(doubled <= inside / 2000, `${doubled} of ${inside} points lie in two`)
})

test('both archipelagos are on every national outline, and Trường Sa on the province’s, as islands', async () => {
  for (const code of ['provinces-2025', 'provinces-2024']) {
    const outline = await open(code)
    assert.deepEqual(outline.places.map(({ name }) => name).sort(), ['Quần đảo Hoàng Sa', 'Quần đảo Trường Sa'].sort())
    for (const { box, name } of outline.places) {
      const parts = outline.units.flatMap(({ polygons }) =>
        polygons.filter((polygon) => holds(box, [polygon.box[0], polygon.box[1]])),
      )
      assert.ok(parts.length >= 15, `${name} in ${code}: ${parts.length} islands`)
    }
  }
  const province = await open('communes-2025')
  assert.equal(province.find('22736')?.polygons.length, 140)
  assert.deepEqual(
    province.places.map(({ name }) => name),
    ['Quần đảo Trường Sa'],
  )
})

test('each file names source and licence, says what it lacks, and stays small', async () => {
  const names = (await readdir(join(pack, 'maps'))).filter((name) => name.endsWith('.json')).sort()
  assert.deepEqual(names, ['communes-2025.json', 'provinces-2024.json', 'provinces-2025.json'])
  for (const name of names) {
    const file = BoundaryFile.parse(JSON.parse(await readFile(join(pack, 'maps', name), 'utf8')))
    assert.match(file.source, /\(MIT\).*commit [0-9a-f]{7}/)
    assert.equal(file.licence, 'MIT')
    assert.match(file.notes.join(' '), /không dùng để xác định địa giới/)
    assert.ok((await stat(join(pack, 'maps', name))).size <= 400_000, name)
  }
  assert.match((await open('communes-2025')).notes.join(' '), /huyện không có[\s\S]*GPL-3\.0/)
  const notice = await readFile(join(pack, '../../NOTICE'), 'utf8')
  assert.match(notice, /packs\/khanh-hoa\/maps/)
})

const data = realData('gis/khanh-hoa-communes-2026.geojson.gz')

test('generalising takes less than one percent of an area', { skip: data.skip }, async () => {
  const { features } = JSON.parse(gunzipSync(await readFile(data.path)).toString('utf8')) as FeatureCollection
  const outline = await open('communes-2025')
  for (const { id = '', geometry } of features) {
    const full = polygonsOf(geometry).reduce(
      (sum, [ring = []]) => sum + Math.abs(areaOf(ring.flatMap(([x = 0, y = 0]) => [x, y]))),
      0,
    )
    assert.ok(Math.abs(sizeOf(outline, id) - full) <= 0.01 * full, `${id}: ${sizeOf(outline, id)} of ${full}`)
  }
})

test('the files are what the script makes of the sources', { skip: data.skip }, async () => {
  const folder = join(data.path, '../..')
  for (const file of await boundaryFiles(folder, pack))
    assert.equal(writeBoundaries(file), await body(file.code), file.code)
})
