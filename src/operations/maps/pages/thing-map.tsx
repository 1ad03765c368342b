// The map at work on a page of another capability: its own things first, what others put on maps by choice, list and panel beside it as
// one selection. The page takes `ThingMapQuery` into its address; parts of the page that the module in the browser asks for come as replies.
import type { ComponentChild } from 'preact'
import type { MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import { fragment, type Reply } from '#platform/http'
import { openPlaces, placeFeature, widen } from '../features/layers.ts'
import { around, type Box } from '../model.ts'
import { MapQuery } from './address.ts'
import { LayerForm } from './controls.tsx'
import { MapList } from './list.tsx'
import { Keys, Pane, policyOf } from './pane.tsx'
import { readPanel } from './panel.tsx'
import { readMap } from './read.ts'

export const ThingMapQuery = MapQuery.pick({ lop: true, loc: true, khung: true, chon: true, phan: true })

export interface ThingMap {
  /** The layer that the page is about. */
  own: MapLayer
  /** What else may be laid over it. */
  others: readonly MapLayer[]
  query: Omit<MapQuery, 'chi-tieu' | 'ky' | 'ranh-gioi' | 'xep'>
  /** Path and query of the request. */
  address: string
  /** Topics at which the list is made anew. */
  live?: string
}

interface Drawn {
  body: ComponentChild
  islands: readonly string[]
  headers: Record<string, string>
}

/** @returns the part that was asked for, or what the page is made of */
export async function drawThingMap(ctx: Context, wish: ThingMap): Promise<Reply | Drawn> {
  const { own, query, address, live } = wish
  const layers = [own, ...wish.others.filter(({ code }) => code !== own.code)]
  const home = await boxOfThings(ctx, own)
  // No indicator: the areas are the ground that things lie on.
  const view = await readMap(ctx, layers, { ...query, 'chi-tieu': '', tai: undefined }, { home, first: [own.code] })
  const list = <MapList view={view} live={live} withoutAreas />
  if (query.phan === 'danh-sach') return fragment(list)
  const panel = await readPanel(ctx, layers, { view, address })
  if (query.phan === 'chi-tiet') return fragment(panel)
  return {
    islands: ['map'],
    headers: policyOf(ctx),
    body: (
      <div class="stack">
        <LayerForm view={view} address={address} />
        <div class="map-page">
          <Pane view={view} ctx={ctx} />
          <div class="map-side">
            {panel}
            {list}
            <Keys />
          </div>
        </div>
      </div>
    ),
  }
}

const mostThings = 500
/** Half of the least that is seen, in degrees: the streets around a point, or a commune and what is around it. */
const [nearPoint, nearArea] = [0.025, 0.08]

async function boxOfThings(ctx: Context, layer: MapLayer): Promise<Box | undefined> {
  const placeOf = await openPlaces(ctx)
  const { features } = await layer.list(ctx, { limit: mostThings })
  const boxes = features.flatMap((feature): Box[] => {
    const at = placeFeature(feature, placeOf)
    const half = feature.point ? nearPoint : nearArea
    return at ? [[at[0] - half, at[1] - half, at[0] + half, at[1] + half]] : []
  })
  return widen(around(boxes))
}
