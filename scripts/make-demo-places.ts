// Writes packs/khanh-hoa/demo/places.yaml: where in each commune the demonstration's citizens report from. A few round patches inside
// the outline, none of them a real settlement: whatever is drawn in a patch lies in its commune. Run: node --import tsx scripts/make-demo-places.ts
import { readFile, writeFile } from 'node:fs/promises'
import { makeLocator } from '../src/operations/maps/boundaries/locate.ts'
import { decodeOutline, type Polygon, type Unit } from '../src/operations/maps/boundaries/outline.ts'
import { BoundaryFile } from '../src/operations/maps/model.ts'
import { chanceOf } from '../src/operations/warehouse/demo/random.ts'

const pack = new URL('../packs/khanh-hoa/', import.meta.url)
const patches = 4
const tries = 600
/** In degrees: about two kilometres, and the least that is worth a patch. */
const [widest, least] = [0.018, 0.0004]
/** A patch stays this much inside of what it would just fit into: outlines are generalised. */
const share = 0.85

type Patch = [lon: number, lat: number, radius: number]

function distanceTo(polygon: Polygon, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY
  for (const ring of polygon.rings) {
    for (let at = 0; at + 3 < ring.length; at += 2) {
      const [x1, y1, x2, y2] = [ring[at] ?? 0, ring[at + 1] ?? 0, ring[at + 2] ?? 0, ring[at + 3] ?? 0]
      const length = (x2 - x1) ** 2 + (y2 - y1) ** 2
      const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length))
      nearest = Math.min(nearest, Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1)))
    }
  }
  return nearest
}

const outline = decodeOutline(
  BoundaryFile.parse(JSON.parse(await readFile(new URL('maps/communes-2025.json', pack), 'utf8'))),
  '',
)
const locate = makeLocator(outline)
const sizeOf = ({ box }: Polygon) => (box[2] - box[0]) * (box[3] - box[1])

/** Where people are: the part on the mainland, which shares a border with others; of islands alone the one at the seat. */
function homeOf({ polygons, label }: Unit): Polygon | undefined {
  const isShared = ({ arcs }: Polygon) => arcs.flat().some((arc) => outline.lines[arc < 0 ? ~arc : arc]?.isShared)
  const [mainland] = polygons.filter(isShared).toSorted((a, b) => sizeOf(b) - sizeOf(a))
  const [atSeat] = polygons.toSorted((a, b) => distanceTo(a, ...label) - distanceTo(b, ...label))
  return mainland ?? atSeat
}

/** Outlines of neighbours overlap here and there, and an island of another may lie within. */
function isOwn(code: string, [x, y, radius]: Patch): boolean {
  for (let ring = 0; ring <= 12; ring += 1)
    for (let step = 0; step < 48; step += 1) {
      const angle = (step / 48) * 2 * Math.PI
      const way = (ring / 12) * radius * 1.02
      if (locate(x + way * Math.cos(angle), y + way * Math.sin(angle)) !== code) return false
    }
  return true
}

function patchesOf(unit: Unit): Patch[] {
  const polygon = homeOf(unit)
  if (!polygon) return []
  const { code } = unit
  const chance = chanceOf(`places ${code}`)
  const [west, south, east, north] = polygon.box
  const found: Patch[] = []
  const candidates = Array.from({ length: tries }, (): [number, number] => [
    west + chance.next() * (east - west),
    south + chance.next() * (north - south),
  ]).filter(([x, y]) => locate(x, y) === code)
  const fitting = candidates
    .map(([x, y]): Patch => [x, y, Math.min(widest, distanceTo(polygon, x, y) * share)])
    .filter(([, , radius]) => radius >= least)
    .sort((a, b) => b[2] - a[2])
  for (const [x, y, radius] of fitting) {
    if (found.length === patches) break
    if (isOwn(code, [x, y, radius]) && found.every(([fx, fy, fr]) => Math.hypot(x - fx, y - fy) > fr + radius))
      found.push([x, y, radius])
  }
  return found
}

const lines = outline.units.map((unit) => {
  const words = patchesOf(unit).map((patch) => `[${patch.map((number) => number.toFixed(4)).join(', ')}]`)
  return `  "${unit.code}": [${words.join(', ')}]`
})
const head = [
  '# Where the citizens of the demonstration report from: patches [longitude, latitude, radius in degrees] inside the outline of each commune.',
  '# Written by scripts/make-demo-places.ts from maps/communes-2025.json; drawn by chance, no real settlement is meant.',
  'source: Computed from maps/communes-2025.json for this project. Apache-2.0.',
  'patches:',
]
await writeFile(new URL('demo/places.yaml', pack), `${[...head, ...lines].join('\n')}\n`)
