import type { Coordinate } from 'ol/coordinate.js'
import { fromLonLat } from 'ol/proj.js'

/** A file of outlines, as the server sends it. */
interface File {
  step: number
  places: { name: string; at: [number, number] }[]
  units: { code: string; polygons: number[][][]; label: [number, number] }[]
  arcs: number[][]
}

export interface Shape {
  code: string
  polygons: Coordinate[][][]
  label: Coordinate
}

export interface Shapes {
  units: Shape[]
  places: { name: string; at: Coordinate }[]
}

export async function fetchShapes(url: string): Promise<Shapes> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  // The server has checked its shape when the pack was loaded.
  return decode((await answer.json()) as File)
}

function decode({ step, units, arcs, places }: File): Shapes {
  const lines = arcs.map((arc) => {
    const points: Coordinate[] = []
    let [x, y] = [0, 0]
    for (let at = 0; at < arc.length; at += 2) {
      x += arc[at] ?? 0
      y += arc[at + 1] ?? 0
      points.push(fromLonLat([x * step, y * step]))
    }
    return points
  })
  const ring = (parts: number[]): Coordinate[] =>
    parts.flatMap((arc, index) => {
      const line = arc < 0 ? [...(lines[~arc] ?? [])].reverse() : (lines[arc] ?? [])
      return index === 0 ? line : line.slice(1)
    })
  return {
    units: units.map(({ code, polygons, label }) => ({
      code,
      label: fromLonLat(label),
      polygons: polygons.map((rings) => rings.map(ring)),
    })),
    places: places.map(({ name, at }) => ({ name, at: fromLonLat(at) })),
  }
}
