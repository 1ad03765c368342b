// What the cards of others put on the map, asked for one view: each thing has a place, a row in the list and a mark it is drawn by.
import { today } from '#organisations'
import type { MapBox, MapFeature, MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import type { Outline } from '../boundaries/outline.ts'
import { listBoundariesOn, openOutline } from '../boundaries/read.ts'
import { around, type Box, graver, holds, type Severity } from '../model.ts'

/** How many things of one layer get a row of their own; more are shown as what they are near. */
export const mostRows = 60
/** How many things of a layer without its own counting are looked at. */
const mostListed = 5000
const mostMarks = 150

export interface MapItem {
  /** `layer:id`, or `layer:@cell` for what stands together. */
  key: string
  layer: string
  title: string
  href?: string
  at?: readonly [number, number]
  area?: string
  severity?: Severity
  when?: Date
  note?: string
  count: number
  /** Around what it holds, when it is more than one. */
  box?: Box
  /** The mark it is drawn by. */
  mark: string
}

export interface MapMark {
  key: string
  at: readonly [number, number]
  severity?: Severity
  count: number
  /** Its name, where it is drawn beside it. */
  title?: string
}

export interface LayerView {
  code: string
  title: string
  /** All that the caller may see. */
  total: number
  /** Those in the box. */
  inView: number
  /** Those without any place. */
  placeless: number
  asOf: Date | undefined
  items: MapItem[]
  marks: MapMark[]
  /** Where they are, when none is in the box. */
  elsewhere: Box | undefined
}

export interface ViewQuestion {
  box: Box
  cellDegrees: number
}

export const openLayers = (ctx: Context, layers: readonly MapLayer[]): MapLayer[] =>
  layers.filter(({ permission }) => ctx.can(permission))

/** A cell of about 60 pixels, of a size that stays the same while the map is moved. */
export function cellFor(box: Box, widthPixels: number): number {
  const wanted = ((box[2] - box[0]) / widthPixels) * 60
  return 2 ** Math.round(Math.log2(Math.max(wanted, 1e-5)))
}

/** The places of areas: a point inside each, by the outlines of today. */
export async function openPlaces(ctx: Context): Promise<(area: string) => readonly [number, number] | undefined> {
  const heads = await listBoundariesOn(ctx, await today(ctx))
  const outlines: Outline[] = await Promise.all(heads.map((head) => openOutline(ctx, head)))
  return (area) => outlines.map((outline) => outline.find(area)?.label).find((label) => label !== undefined)
}

export type PlaceOf = Awaited<ReturnType<typeof openPlaces>>

/** Its own point if it is one on this earth, else a place in its area. */
export function placeFeature({ point, area }: MapFeature, placeOf: PlaceOf): readonly [number, number] | undefined {
  if (point) return Math.abs(point[0]) <= 180 && Math.abs(point[1]) <= 90 ? point : undefined
  return area ? placeOf(area) : undefined
}

export async function viewLayer(ctx: Context, layer: MapLayer, question: ViewQuestion): Promise<LayerView> {
  const placeOf = await openPlaces(ctx)
  const view = layer.gather
    ? await viewCounted(ctx, layer, question)
    : await viewListed(ctx, layer, { question, placeOf })
  const isElsewhere = view.inView === 0 && view.total > 0
  return { ...view, elsewhere: isElsewhere ? (view.elsewhere ?? widen(await layer.extent?.(ctx))) : undefined }
}

async function viewListed(
  ctx: Context,
  layer: MapLayer,
  { question, placeOf }: { question: ViewQuestion; placeOf: PlaceOf },
): Promise<LayerView> {
  const { features, total, asOf } = await layer.list(ctx, { limit: mostListed })
  const placed = features.map((feature) => ({ feature, at: placeFeature(feature, placeOf) }))
  const inside = placed.filter(({ at }) => at && holds(question.box, at))
  const marks = new Map<string, MapMark>()
  const items = inside.flatMap(({ feature, at }): MapItem[] => {
    if (!at) return []
    const mark = `${layer.code}:@${cellOf(at, question.cellDegrees)}`
    const known = marks.get(mark)
    const severity = graver(known?.severity, feature.severity)
    const title = layer.named && !known ? feature.title : undefined
    marks.set(mark, { key: mark, at: known?.at ?? at, severity, count: (known?.count ?? 0) + 1, title })
    return [{ ...toItem(layer, feature), at, mark }]
  })
  const points = placed.flatMap(({ at }): Box[] => (at ? [[at[0], at[1], at[0], at[1]]] : []))
  return {
    code: layer.code,
    title: layer.title,
    total,
    inView: inside.length,
    placeless: placed.filter(({ at }) => !at).length,
    asOf,
    items: items.length > mostRows ? items.slice(0, mostRows) : items,
    marks: [...marks.values()],
    elsewhere: widen(around(points)),
  }
}

async function viewCounted(ctx: Context, layer: MapLayer, { box, cellDegrees }: ViewQuestion): Promise<LayerView> {
  const clusters = (await layer.gather?.(ctx, { box, cellDegrees })) ?? []
  const inView = clusters.reduce((sum, { count }) => sum + count, 0)
  const { features, total, asOf } = await layer.list(ctx, { box, limit: inView > mostRows ? 0 : mostRows })
  const head = { code: layer.code, title: layer.title, total, inView, placeless: 0, asOf, elsewhere: undefined }
  if (inView <= mostRows) {
    const items = features.flatMap((feature): MapItem[] => {
      const at = feature.point
      return at ? [{ ...toItem(layer, feature), at, mark: `${layer.code}:@${cellOf(at, cellDegrees)}` }] : []
    })
    return { ...head, items, marks: marksOf(items) }
  }
  const largest = clusters.toSorted((a, b) => b.count - a.count).slice(0, mostMarks)
  const items = largest.map(({ point, count, severity, box }): MapItem => {
    const key = `${layer.code}:@${cellOf(point, cellDegrees)}`
    return { key, mark: key, layer: layer.code, title: layer.title, at: point, count, severity, box: widen(box) }
  })
  return { ...head, items, marks: items.map(({ key, at = [0, 0], severity, count }) => ({ key, at, severity, count })) }
}

function marksOf(items: readonly MapItem[]): MapMark[] {
  const marks = new Map<string, MapMark>()
  for (const { mark, at, severity } of items) {
    if (!at) continue
    const known = marks.get(mark)
    marks.set(mark, {
      key: mark,
      at: known?.at ?? at,
      severity: graver(known?.severity, severity),
      count: (known?.count ?? 0) + 1,
    })
  }
  return [...marks.values()]
}

const cellOf = ([lon, lat]: readonly [number, number], cell: number) =>
  `${Math.floor(lon / cell)}_${Math.floor(lat / cell)}_${Math.round(Math.log2(cell))}`

/** The box of a cell that a key names; nothing where it names none. */
export function boxOfCell(text: string): Box | undefined {
  const parts = /^(-?\d{1,9})_(-?\d{1,9})_(-?\d{1,2})$/.exec(text)
  if (!parts) return undefined
  const cell = 2 ** Number(parts[3])
  const [west, south] = [Number(parts[1]) * cell, Number(parts[2]) * cell]
  return Math.abs(west) <= 180 && Math.abs(south) <= 90 ? [west, south, west + cell, south + cell] : undefined
}

const toItem = (layer: MapLayer, feature: MapFeature): Omit<MapItem, 'mark'> => ({
  key: `${layer.code}:${feature.id}`,
  layer: layer.code,
  title: feature.title,
  href: safeHref(feature.href),
  area: feature.area,
  severity: feature.severity,
  when: feature.at,
  note: feature.note,
  count: 1,
})

/** Only addresses of this site are linked to. */
export const safeHref = (href: string): string | undefined => (/^\/(?![/\\])/.test(href) ? href : undefined)

/** A box with something to see around a single point. */
export function widen(box: MapBox | undefined): Box | undefined {
  if (!box) return undefined
  const least = 0.01
  const dx = Math.max((box[2] - box[0]) * 0.05, (least - (box[2] - box[0])) / 2, 0)
  const dy = Math.max((box[3] - box[1]) * 0.05, (least - (box[3] - box[1])) / 2, 0)
  return [box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy]
}

/** One thing by its key, as far as the caller may see it. */
export async function findItem(
  ctx: Context,
  layers: readonly MapLayer[],
  key: string,
): Promise<MapFeature | undefined> {
  const [code = '', id = ''] = splitKey(key)
  const layer = openLayers(ctx, layers).find((one) => one.code === code)
  if (!layer || id.startsWith('@')) return undefined
  if (layer.find) return layer.find(ctx, id)
  return (await layer.list(ctx, { limit: mostListed })).features.find((feature) => feature.id === id)
}

/** The first colon parts the layer from the id, which may hold more of them. */
export function splitKey(key: string): [string, string] {
  const at = key.indexOf(':')
  return at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)]
}
