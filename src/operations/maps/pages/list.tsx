// What is in view as a list: the same things under the same keys as on the map. Each row is a link that chooses it.
import { compareText, EmptyState, formatNumber, SeverityMark, Time, useSurroundings } from '#ui'
import { makeLocator } from '../boundaries/locate.ts'
import { Swatch } from '../drawing/legend.tsx'
import { areaLook } from '../drawing/map-drawing.tsx'
import { type LayerView, type MapItem, mostRows } from '../features/layers.ts'
import { holds } from '../model.ts'
import { linkMap, writeBox } from './address.ts'
import type { MapView } from './read.ts'
import { noValue, sayPoint, sayValue } from './words.ts'

interface ListProps {
  view: MapView
  /** Topics at which it is made anew. */
  live?: string
  /** Of a map of things: the areas are only its ground. */
  withoutAreas?: boolean
}

export function MapList({ view, live, withoutAreas }: ListProps) {
  const layers = view.layers.flatMap(({ view }) => view ?? [])
  return (
    <div class="stack" id="map-list" data-live={live} data-live-label={live && 'Bản đồ'}>
      <Measure view={view} layers={layers} />
      {layers.map((layer) => (
        <LayerList key={layer.code} layer={layer} view={view} />
      ))}
      {!withoutAreas && <AreaList view={view} />}
    </div>
  )
}

/** What lies in the frame, counted. */
function Measure({ view, layers }: { view: MapView; layers: readonly LayerView[] }) {
  const { outline, choropleth, box } = view
  const seen = (outline?.units ?? []).filter(({ label }) => holds(box, label))
  const values = seen.flatMap(({ code }) => choropleth?.values.get(code)?.value ?? []).sort((a, b) => a - b)
  const middle = values[Math.floor((values.length - 1) / 2)]
  const parts = [
    `${formatNumber(seen.length)} địa bàn`,
    ...layers.map(({ title, inView }) => `${title.toLocaleLowerCase('vi')}: ${formatNumber(inView)}`),
    ...(choropleth && middle !== undefined ? [`trung vị ${sayValue(choropleth.definition, middle)}`] : []),
  ]
  return (
    <p class="map-measure" id="map-measure" role="status">
      <strong>Trong khung nhìn:</strong> {parts.join(' · ')}
    </p>
  )
}

function LayerList({ layer, view }: { layer: LayerView; view: MapView }) {
  const { address } = useSurroundings()
  const things = layer.items.filter(({ count }) => count === 1).length
  const isGathered = layer.items.some(({ count }) => count > 1)
  return (
    <section
      aria-label={layer.title}
      class="map-layer"
      data-marks={JSON.stringify(
        layer.marks.map(({ key, at, count, severity, title }) => [
          key,
          round(at[0]),
          round(at[1]),
          count,
          severity,
          title,
        ]),
      )}
    >
      <h2>
        {layer.title} <span class="muted">{formatNumber(layer.inView)} trong khung</span>
      </h2>
      {layer.items.length === 0 && (
        <p class="muted small">
          {layer.total === 0
            ? 'Hiện không có gì ở lớp này.'
            : `Không có gì trong khung này; lớp có ${formatNumber(layer.total)} đối tượng ở nơi khác.`}{' '}
          {layer.elsewhere && (
            <a
              href={linkMap(address, { khung: writeBox(layer.elsewhere), chon: undefined })}
              data-go={writeBox(layer.elsewhere)}
            >
              Xem vùng có dữ liệu
            </a>
          )}
        </p>
      )}
      {layer.items.length > 0 && (
        <ol class="map-rows" data-rows>
          {layer.items.map((item) => (
            <Row key={item.key} item={item} view={view} />
          ))}
        </ol>
      )}
      {isGathered && <p class="muted small">Nhiều đối tượng gần nhau được gộp lại; phóng to để xem từng đối tượng.</p>}
      {!isGathered && layer.inView > things && (
        <p class="muted small">
          Danh sách nêu {mostRows} đối tượng mới nhất trong khung; phóng to để thấy các đối tượng khác.
        </p>
      )}
      {layer.placeless > 0 && (
        <p class="muted small">{formatNumber(layer.placeless)} đối tượng không có vị trí nên không nằm trên bản đồ.</p>
      )}
    </section>
  )
}

const round = (degrees: number) => Number(degrees.toFixed(5))

function Row({ item, view }: { item: MapItem; view: MapView }) {
  const { address } = useSurroundings()
  const isChosen = view.query.chon === item.key
  const words = item.count > 1 ? `${formatNumber(item.count)} đối tượng quanh ${whereIs(item, view)}` : item.title
  return (
    <li>
      <a
        class="map-row"
        href={linkMap(address, { chon: item.key })}
        aria-current={isChosen ? 'true' : undefined}
        data-key={item.key}
        data-mark={item.mark}
        data-at={item.at?.map((edge) => edge.toFixed(5)).join(',')}
        data-severity={item.severity}
        data-count={item.count > 1 ? item.count : undefined}
        data-box={item.box && writeBox(item.box)}
      >
        {item.severity && <SeverityMark severity={item.severity} />}
        <span class="map-row-words">{words}</span>
        {item.note && <span class="small muted">{item.note}</span>}
        {item.when && (
          <span class="small muted">
            <Time at={item.when} />
          </span>
        )}
      </a>
    </li>
  )
}

/** The unit that is drawn there, else the place in degrees. */
function whereIs({ at }: MapItem, { outline, names }: MapView): string {
  if (!at) return 'nơi không rõ'
  const code = outline && makeLocator(outline)(at[0], at[1])
  return (code && names.get(code)) ?? sayPoint(at)
}

export interface ListedArea {
  code: string
  name: string
  value: number | null
}

/** Areas in the order asked for: the greatest value first, the least first, or by name. Those without a value come last. */
export function sortAreas(view: MapView, order = view.query.xep): ListedArea[] {
  const { outline, choropleth, names } = view
  const units = (outline?.units ?? []).filter(({ code }) => choropleth?.isAsked(code) ?? true)
  const areas = units.map(
    ({ code }): ListedArea => ({
      code,
      name: names.get(code) ?? code,
      value: choropleth?.values.get(code)?.value ?? null,
    }),
  )
  const sign = order === 'thap' ? 1 : -1
  return areas.sort((a, b) => {
    if (order === 'ten' || (a.value === null && b.value === null)) return compareText(a.name, b.name)
    if (a.value === null || b.value === null) return a.value === null ? 1 : -1
    return sign * (a.value - b.value) || compareText(a.name, b.name)
  })
}

const orders = [
  { value: undefined, label: 'cao trước' },
  { value: 'thap', label: 'thấp trước' },
  { value: 'ten', label: 'theo tên' },
] as const

function AreaList({ view }: { view: MapView }) {
  const { address } = useSurroundings()
  const { choropleth, outline } = view
  if (!outline)
    return (
      <EmptyState title="Chưa có ranh giới">
        Gói dữ liệu của địa phương này chưa có tệp ranh giới nên chưa vẽ được địa bàn. Danh sách theo lớp vẫn xem được.
      </EmptyState>
    )
  return (
    <section aria-label="Địa bàn" class="map-layer">
      <h2>
        Địa bàn <span class="muted">{outline.title}</span>
      </h2>
      {choropleth && (
        <p class="small map-orders">
          Xếp:{' '}
          {orders.map(({ value, label }) => (
            <a
              key={label}
              href={linkMap(address, { xep: value })}
              aria-current={view.query.xep === value ? 'true' : undefined}
            >
              {label}
            </a>
          ))}
        </p>
      )}
      <ol class="map-rows" data-rows>
        {sortAreas(view).map(({ code, name, value }) => (
          <li key={code}>
            <a
              class="map-row"
              href={linkMap(address, { chon: `area:${code}` })}
              aria-current={view.query.chon === `area:${code}` ? 'true' : undefined}
              data-key={`area:${code}`}
              data-class={choropleth ? (choropleth.classOf(code) ?? '') : undefined}
            >
              {choropleth && <Swatch look={areaLook(choropleth.classOf(code), true)} />}
              <span class="map-row-words">{name}</span>
              {choropleth && (
                <span class="map-row-value">{value === null ? noValue : sayValue(choropleth.definition, value)}</span>
              )}
            </a>
          </li>
        ))}
      </ol>
    </section>
  )
}
