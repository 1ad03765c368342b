import Feature from 'ol/Feature.js'
import MVT from 'ol/format/MVT.js'
import MultiPolygon from 'ol/geom/MultiPolygon.js'
import Point from 'ol/geom/Point.js'
import type Layer from 'ol/layer/Layer.js'
import TileLayer from 'ol/layer/Tile.js'
import VectorLayer from 'ol/layer/Vector.js'
import VectorTileLayer from 'ol/layer/VectorTile.js'
import { fromLonLat } from 'ol/proj.js'
import VectorSource from 'ol/source/Vector.js'
import VectorTile from 'ol/source/VectorTile.js'
import XYZ from 'ol/source/XYZ.js'
import type { Looks } from './looks.ts'
import type { Shape, Shapes } from './outline.ts'
import type { RowMark } from './rows.ts'

/** Something on the map as it looks now: chosen or not, of its class. */
export interface State {
  looks: Looks
  areas: ReadonlyMap<string, number | 'none' | 'plain'>
  chosen: string | undefined
  /** The mark that what is chosen stands under. */
  mark: string | undefined
}

export function baseLayer(url: string, kind: string | undefined): Layer {
  if (kind === 'vector') return new VectorTileLayer({ source: new VectorTile({ url, format: new MVT() }) })
  return new TileLayer({ source: new XYZ({ url }) })
}

/** The country, on which everything else lies; of the unit that is drawn in parts only its mainland, for its islands are drawn finer. */
export function landLayer(all: Shapes, state: State, home: string | undefined): Layer[] {
  const largest = (polygons: Shape['polygons']) =>
    polygons.toSorted((a, b) => (b[0]?.length ?? 0) - (a[0]?.length ?? 0)).slice(0, 1)
  const units = all.units.map((unit) => (unit.code === home ? { ...unit, polygons: largest(unit.polygons) } : unit))
  const shapes = { ...all, units }
  return [
    new VectorLayer({ source: polygons(shapes), style: () => state.looks.land }),
    dotLayer(shapes, state),
    nameLayer(shapes, state),
  ]
}

const polygons = ({ units }: Shapes) =>
  new VectorSource({
    features: units.map(({ code, polygons }) => {
      const feature = new Feature(new MultiPolygon(polygons))
      feature.setId(`area:${code}`)
      return feature
    }),
  })

/** Over a base map the areas let it be seen. */
export function areaLayers(
  shapes: Shapes,
  state: State,
  { opacity }: { opacity: number },
): { areas: VectorLayer; all: Layer[] } {
  const source = polygons(shapes)
  const areas = new VectorLayer({
    source,
    opacity,
    style: (feature) => state.looks.area(state.areas.get(String(feature.getId()).slice(5)) ?? 'plain'),
  })
  const chosen = new VectorLayer({
    source,
    style: (feature) => (feature.getId() === state.chosen ? state.looks.chosen : undefined),
  })
  return { areas, all: [areas, chosen, dotLayer(shapes, state), nameLayer(shapes, state)] }
}

const smallest = 4

/** Islands too small to be seen as what they are, each as a dot of its own. */
function dotLayer({ units }: Shapes, state: State): Layer {
  const features = units.flatMap(({ code, polygons }) =>
    polygons.flatMap((rings) => {
      const ring = rings[0] ?? []
      const xs = ring.map(([x = 0]) => x)
      const ys = ring.map(([, y = 0]) => y)
      const [west, east, south, north] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)]
      const size = Math.max(east - west, north - south)
      if (size > 20_000) return []
      const feature = new Feature(new Point([(west + east) / 2, (south + north) / 2]))
      feature.set('size', size)
      feature.set('key', `area:${code}`)
      return [feature]
    }),
  )
  return new VectorLayer({
    source: new VectorSource({ features }),
    style: (feature, resolution) => (Number(feature.get('size')) / resolution < smallest ? state.looks.dot : undefined),
  })
}

const nameLayer = ({ places }: Shapes, state: State): Layer =>
  new VectorLayer({
    source: new VectorSource({
      features: places.map(({ name, at }) => {
        const feature = new Feature(new Point(at))
        feature.set('name', name)
        return feature
      }),
    }),
    style: (feature) => state.looks.name(String(feature.get('name')).replace(/ (\p{Lu}.*)$/u, '\n$1')),
  })

export function markLayer(state: State): { layer: VectorLayer; fill(marks: readonly RowMark[]): void } {
  const source = new VectorSource()
  const layer = new VectorLayer({
    source,
    style: (feature) =>
      state.looks.mark({
        count: Number(feature.get('count')),
        severity: feature.get('severity'),
        title: feature.get('title'),
        isChosen: feature.getId() === state.chosen || feature.getId() === state.mark,
      }),
  })
  return {
    layer,
    fill(marks) {
      source.clear()
      source.addFeatures(
        marks.map(({ key, at, count, severity, title }) => {
          const feature = new Feature(new Point(fromLonLat(at)))
          feature.setId(key)
          feature.setProperties({ count, severity, title })
          return feature
        }),
      )
    },
  }
}
