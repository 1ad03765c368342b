import { largestPart, type Outline, type Unit } from '../boundaries/outline.ts'
import { overlaps } from '../model.ts'
import type { Frame } from './projection.ts'

export interface UnitPath {
  code: string
  /** Parts large enough to be seen. */
  area: string
  /** Islands smaller than a point, each as a dot. */
  dots: string
}

const kept = new Map<string, UnitPath[]>()
const most = 60

/**
 * The units in view, largest parts as paths and small ones as dots; kept, since the same frames are drawn again and again. Of the unit
 * `mainlandOf` only the largest part is drawn: its islands are drawn finer over it.
 */
export function drawUnits(outline: Outline, frame: Frame, mainlandOf?: string): UnitPath[] {
  const key = `${outline.sha256} ${mainlandOf ?? ''} ${frame.width} ${frame.height} ${frame.box.map((edge) => edge.toFixed(5)).join(' ')}`
  const known = kept.get(key)
  if (known) return known
  const lines = new Map<number, Points>()
  const lineOf = (index: number): Points => {
    const found = lines.get(index) ?? thinLine(projectLine(outline.lines[index]?.points ?? new Float64Array(), frame))
    lines.set(index, found)
    return found
  }
  const made = outline.units
    .filter(({ box }) => overlaps(box, frame.box))
    .map((unit) => drawUnit(unit.code === mainlandOf ? onlyMainland(unit) : unit, frame, lineOf))
  const [oldest] = kept.keys()
  if (kept.size >= most && oldest !== undefined) kept.delete(oldest)
  kept.set(key, made)
  return made
}

function onlyMainland(unit: Unit): Unit {
  const largest = largestPart(unit)
  return { ...unit, polygons: largest ? [largest] : [] }
}

type Points = [number, number][]

function projectLine(points: Float64Array, frame: Frame): Points {
  const line: Points = []
  for (let at = 0; at < points.length; at += 2) {
    const [x, y] = [frame.x(points[at] ?? 0), frame.y(points[at + 1] ?? 0)]
    const last = line.at(-1)
    if (last?.[0] !== x || last[1] !== y) line.push([x, y])
  }
  return line
}

/** Nothing that is left out lies farther than this from what is drawn: less than half a pixel. */
const tolerance = 0.9

/** Douglas and Peucker, a line at a time: a border of two areas is thinned once and stays the border of both. */
function thinLine(line: Points): Points {
  const last = line.length - 1
  if (last < 2) return line
  const kept = new Uint8Array(line.length)
  kept[0] = 1
  kept[last] = 1
  const open: [number, number][] = [[0, last]]
  for (let span = open.pop(); span; span = open.pop()) {
    const [from, to] = span
    let [farthest, most] = [-1, tolerance]
    for (let at = from + 1; at < to; at++) {
      const distance = distanceOf(line[at] ?? [0, 0], line[from] ?? [0, 0], line[to] ?? [0, 0])
      if (distance > most) [farthest, most] = [at, distance]
    }
    if (farthest < 0) continue
    kept[farthest] = 1
    open.push([from, farthest], [farthest, to])
  }
  return line.filter((_, index) => kept[index])
}

function distanceOf([x, y]: [number, number], [x1, y1]: [number, number], [x2, y2]: [number, number]): number {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const length = Math.hypot(dx, dy)
  return length === 0 ? Math.hypot(x - x1, y - y1) : Math.abs(dx * (y1 - y) - dy * (x1 - x)) / length
}

function drawUnit(unit: Unit, frame: Frame, lineOf: (index: number) => Points): UnitPath {
  let [area, dots] = ['', '']
  for (const { arcs, box } of unit.polygons) {
    if (!overlaps(box, frame.box)) continue
    const size = Math.max(frame.x(box[2]) - frame.x(box[0]), frame.y(box[1]) - frame.y(box[3]))
    const path = size < 4 ? '' : arcs.map((ring) => drawRing(ring, lineOf)).join('')
    if (path) area += path
    else dots += `M${frame.x((box[0] + box[2]) / 2)} ${frame.y((box[1] + box[3]) / 2)}h0`
  }
  return { code: unit.code, area, dots }
}

function drawRing(ring: readonly number[], lineOf: (index: number) => Points): string {
  const points: Points = []
  for (const arc of ring) {
    const line = arc < 0 ? lineOf(~arc).toReversed() : lineOf(arc)
    points.push(...(points.length === 0 ? line : line.slice(1)))
  }
  points.pop()
  if (points.length < 3) return ''
  let [fromX, fromY] = points[0] ?? [0, 0]
  let path = `M${fromX} ${fromY}l`
  for (const [x, y] of points.slice(1)) {
    const [dx, dy] = [x - fromX, y - fromY]
    path += `${path.endsWith('l') || dx < 0 ? '' : ' '}${dx}${dy < 0 ? '' : ' '}${dy}`
    fromX = x
    fromY = y
  }
  return `${path}z`
}
