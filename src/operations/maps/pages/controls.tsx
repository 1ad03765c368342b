// Choosing what is drawn and where to look: a form and links, so that each works without the map at work in the browser.
import { periodLabel } from '#calendar'
import { Button, formatNumber, queryBesides, Select, Time, useSurroundings } from '#ui'
import type { Box } from '../model.ts'
import { linkMap, MapQuery, mapPath, writeBox } from './address.ts'
import type { MapView } from './read.ts'

export function MapForm({ view }: { view: MapView }) {
  const { query, choropleth, layers, boundaries } = view
  const groups = new Map<string, { value: string; label: string }[]>()
  for (const { code, body } of view.definitions) {
    const options = groups.get(body.group) ?? []
    groups.set(body.group, [...options, { value: code, label: body.name }])
  }
  const periods = [...new Set([...view.periods, ...(choropleth ? [choropleth.period] : [])])]
  return (
    <form class="filter-form map-form" method="get" action={mapPath} aria-label="Nội dung bản đồ">
      <input type="hidden" name="loc" value="1" />
      {query.chon && <input type="hidden" name="chon" value={query.chon} />}
      {view.at && <input type="hidden" name="tai" value={view.at.text} />}
      <div class="filters">
        <Select
          name="chi-tieu"
          label="Chỉ tiêu tô màu"
          value={choropleth?.definition.code ?? ''}
          empty="Không tô màu"
          options={[]}
          groups={[...groups].map(([label, options]) => ({ label, options }))}
        />
        <Select
          name="ky"
          label="Kỳ"
          value={query.ky ?? ''}
          empty="Kỳ gần nhất có số liệu"
          options={periods.map((code) => ({ value: code, label: periodLabel(code) }))}
        />
        <Select
          name="ranh-gioi"
          label="Ranh giới"
          value={query['ranh-gioi'] ?? ''}
          empty="Theo thời điểm của số liệu"
          options={boundaries.map(({ code, title }) => ({ value: code, label: title }))}
        />
        <Button>Xem</Button>
      </div>
      <LayerChoice layers={layers} />
    </form>
  )
}

/** Which layers are drawn, of a map without numbers; sent to the page it stands on. */
export function LayerForm({ view: { query, layers }, address }: { view: MapView; address: string }) {
  return (
    <form class="filter-form map-form" method="get" action={address.split('?')[0]} aria-label="Các lớp của bản đồ">
      {queryBesides(
        address,
        Object.keys(MapQuery.shape).filter((name) => name !== 'tai'),
      ).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <input type="hidden" name="loc" value="1" />
      {query.chon && <input type="hidden" name="chon" value={query.chon} />}
      <LayerChoice layers={layers} />
      <Button>Xem</Button>
    </form>
  )
}

function LayerChoice({ layers }: Pick<MapView, 'layers'>) {
  if (layers.length === 0) return null
  return (
    <fieldset class="map-layers">
      <legend>Lớp</legend>
      {layers.map(({ layer, isOn, view }) => (
        <div class="option" key={layer.code}>
          <input type="checkbox" id={`lop-${layer.code}`} name="lop" value={layer.code} checked={isOn} />
          <label for={`lop-${layer.code}`}>
            {layer.title}{' '}
            {view && (
              <span class="muted small">
                {formatNumber(view.total)}
                {view.asOf && (
                  <>
                    {' · đến '}
                    <Time at={view.asOf} exact />
                  </>
                )}
              </span>
            )}
          </label>
        </div>
      ))}
    </fieldset>
  )
}

const scaled = (box: Box, by: number): Box => {
  const [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
  const [w, h] = [((box[2] - box[0]) / 2) * by, ((box[3] - box[1]) / 2) * by]
  return clamp([x - w, y - h, x + w, y + h])
}

const moved = (box: Box, right: number, up: number): Box => {
  const [dx, dy] = [(box[2] - box[0]) * right, (box[3] - box[1]) * up]
  return clamp([box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy])
}

const clamp = (box: Box): Box => [
  Math.max(-180, box[0]),
  Math.max(-85, box[1]),
  Math.min(180, box[2]),
  Math.min(85, box[3]),
]

/** Everything that dragging and turning the wheel do, as links. */
export function MapMoves({ view }: { view: MapView }) {
  const { address } = useSurroundings()
  const { box, homeBox, outline, national } = view
  const link = (to: Box | undefined) => linkMap(address, { khung: to && writeBox(to) })
  const go = (to: Box | undefined) => ({ href: link(to), 'data-go': writeBox(to ?? homeBox) })
  const [closer, farther] = [scaled(box, 0.5), scaled(box, 2)]
  const places = new Map([...(outline?.places ?? []), ...(national?.places ?? [])].map((place) => [place.name, place]))
  return (
    <nav class="map-moves" aria-label="Di chuyển bản đồ">
      <ul>
        <li>
          <a href={link(closer)} data-go={writeBox(closer)} data-move="in" aria-label="Phóng to">
            +
          </a>
        </li>
        <li>
          <a href={link(farther)} data-go={writeBox(farther)} data-move="out" aria-label="Thu nhỏ">
            −
          </a>
        </li>
        <li>
          <a {...go(moved(box, -0.5, 0))} data-move="west">
            Tây
          </a>
        </li>
        <li>
          <a {...go(moved(box, 0.5, 0))} data-move="east">
            Đông
          </a>
        </li>
        <li>
          <a {...go(moved(box, 0, 0.5))} data-move="north">
            Bắc
          </a>
        </li>
        <li>
          <a {...go(moved(box, 0, -0.5))} data-move="south">
            Nam
          </a>
        </li>
        <li>
          <a {...go(undefined)}>Toàn vùng</a>
        </li>
        {[...places.values()].map(({ name, box }) => (
          <li key={name}>
            <a {...go(box)}>{name.replace('Quần đảo ', '')}</a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
