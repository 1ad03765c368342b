// Everything a page of the map shows, read once: whole pages, pieces for the map at work and the print are made from the same.
import { localDate } from '#calendar'
import { listAreaPeriods, listDefinitions, type StoredDefinition } from '#indicators'
import { type AsOf, type At, areaTree, getHomePack, readAsOf, today } from '#organisations'
import type { MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import type { Outline } from '../boundaries/outline.ts'
import { findNamed, findNational, listBoundaries, listBoundariesOn, openOutline } from '../boundaries/read.ts'
import { type Choropleth, readChoropleth } from '../choropleth/read.ts'
import { fitBox } from '../drawing/projection.ts'
import { cellFor, type LayerView, openLayers, viewLayer } from '../features/layers.ts'
import { around, type Box } from '../model.ts'
import type { BoundaryHead } from '../store.ts'
import { layersAsked, type MapQuery, readBox } from './address.ts'

export const drawnWidth = 620
export const drawnHeight = 700

const manyAreas = 20

export interface MapView {
  query: MapQuery
  outline: Outline | undefined
  national: Outline | undefined
  choropleth: Choropleth | undefined
  box: Box
  /** What was asked for, in whatever shape. */
  asked: Box
  /** The box without any asked for: where `Toàn vùng` leads. */
  homeBox: Box
  names: ReadonlyMap<string, string>
  layers: { layer: MapLayer; isOn: boolean; view: LayerView | undefined }[]
  definitions: StoredDefinition[]
  periods: string[]
  boundaries: BoundaryHead[]
  day: string
  /** The earlier moment at which it is asked; things of now are not drawn then. */
  at: AsOf | undefined
}

export interface MapSetting {
  /** What is seen where the address says nothing; the province, or all that has numbers. */
  home?: Box
  /** Layers that are shown where the address says nothing; all of them. */
  first?: readonly string[]
}

export async function readMap(
  ctx: Context,
  cards: readonly MapLayer[],
  query: MapQuery,
  { home, first }: MapSetting = {},
): Promise<MapView> {
  const { card } = await getHomePack(ctx.sql)
  const at = await readAsOf(ctx, query.tai)
  const definitions = await listDefinitions(ctx.sql, undefined, at?.knownAt)
  const indicator = ctx.can('indicator:read')
    ? await chooseIndicator(ctx, definitions, { query, root: card.rootOrganisation, asOf: at?.knownAt })
    : undefined
  const choropleth = indicator
    ? await readChoropleth(ctx, {
        indicator: indicator.code,
        period: query.ky || undefined,
        boundaries: query['ranh-gioi'] || undefined,
        at,
      })
    : undefined
  const day = choropleth?.day ?? at?.asOf ?? localDate(ctx.now, card.timeZone)
  const outline = choropleth?.outline ?? (await plainOutline(ctx, { day, named: query['ranh-gioi'] || undefined }))
  const national = await findNational(ctx, outline?.validTo ?? day)
  const homeBox = home ?? (outline ? boxOf(outline, choropleth, card.area) : ([102, 7, 118, 24] as const))
  const asked = readBox(query.khung) ?? homeBox
  // The picture shows a little more than was asked for, in the shape of its frame; a part of the page is asked for by what is seen.
  const box = query.phan ? asked : fitBox(asked, { width: drawnWidth, height: drawnHeight, padding: 0 }).box
  const [layers, names, periods] = await Promise.all([
    at ? [] : readLayers(ctx, cards, { query, box, first }),
    nameUnits(ctx, outline, { asOf: outline?.validTo ?? day, knownAt: at?.knownAt }),
    indicator
      ? listAreaPeriods(ctx, {
          indicator: indicator.code,
          organisations: [indicator.rootOrganisation, ...card.formerRoots.map(({ organisation }) => organisation)],
          asOf: at?.knownAt,
        })
      : [],
  ])
  return {
    query,
    outline,
    national,
    choropleth,
    box,
    asked,
    homeBox,
    names,
    layers,
    definitions,
    periods: [...new Set(periods.map(({ period }) => period))],
    boundaries: await listBoundaries(ctx),
    day,
    at,
  }
}

/** What an empty address shows: the first indicator of the province that has numbers by area. */
async function chooseIndicator(
  ctx: Context,
  definitions: readonly StoredDefinition[],
  { query, root, asOf }: { query: MapQuery; root: string; asOf: Date | undefined },
): Promise<{ code: string; rootOrganisation: string } | undefined> {
  const asked = query['chi-tieu']
  if (asked !== undefined)
    return asked === ''
      ? undefined
      : (definitions.find(({ code }) => code === asked) ?? { code: asked, rootOrganisation: root })
  const isSummed = ({ body }: StoredDefinition) => body.formula.type === 'measure' || body.formula.type === 'ratio'
  let best: { code: string; rootOrganisation: string; areas: number } | undefined
  for (const { code } of definitions.filter((one) => one.rootOrganisation === root && isSummed(one))) {
    const periods = await listAreaPeriods(ctx, { indicator: code, organisations: [root], asOf })
    const areas = Math.max(0, ...periods.map((one) => one.areas))
    if (areas > (best?.areas ?? 0)) best = { code, rootOrganisation: root, areas }
    // The first that tells of many areas is the one; a map of two stations tells little.
    if (areas >= manyAreas) break
  }
  const first = definitions.find((one) => one.rootOrganisation === root && isSummed(one))
  return best ?? first
}

async function plainOutline(
  ctx: Context,
  { day, named }: { day: string; named: string | undefined },
): Promise<Outline | undefined> {
  const heads = named ? await findNamed(ctx, named) : await listBoundariesOn(ctx, day)
  return heads[0] && openOutline(ctx, heads[0])
}

/** The whole country with both archipelagos, or the mainland of the province, or the few areas that are drawn of a country. */
function boxOf(outline: Outline, choropleth: Choropleth | undefined, home: string | undefined): Box {
  if (outline.within === home) return outline.mainBox
  const asked = choropleth ? outline.units.filter(({ code }) => choropleth.isAsked(code)) : []
  if (asked.length === 0 || asked.length > 2) return outline.box
  const largest = asked.flatMap(({ polygons }) => {
    const size = (box: Box) => (box[2] - box[0]) * (box[3] - box[1])
    return polygons
      .map(({ box }) => box)
      .toSorted((a, b) => size(b) - size(a))
      .slice(0, 1)
  })
  return around(largest) ?? outline.box
}

async function nameUnits(ctx: Context, outline: Outline | undefined, then: At): Promise<Map<string, string>> {
  const tree = await areaTree(ctx.sql, then)
  const present = await areaTree(ctx.sql, { asOf: await today(ctx) })
  return new Map(
    (outline?.units ?? []).map(({ code }) => [code, tree.find(code)?.row.name ?? present.find(code)?.row.name ?? code]),
  )
}

async function readLayers(
  ctx: Context,
  cards: readonly MapLayer[],
  { query, box, first }: { query: MapQuery; box: Box; first?: readonly string[] },
): Promise<MapView['layers']> {
  const asked = layersAsked(query)
  const isOn = ({ code }: MapLayer) =>
    query.loc || asked.length > 0 ? asked.includes(code) : (first?.includes(code) ?? true)
  const cellDegrees = cellFor(box, drawnWidth)
  return Promise.all(
    openLayers(ctx, cards).map(async (layer) => ({
      layer,
      isOn: isOn(layer),
      view: isOn(layer) ? await viewLayer(ctx, layer, { box, cellDegrees }) : undefined,
    })),
  )
}
