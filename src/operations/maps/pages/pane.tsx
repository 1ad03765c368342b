// The map itself with its legend and source: the picture the server makes, on which the module in the browser goes to work.
import type { Context } from '#platform/context'
import { contentPolicy } from '#platform/policy'
import { FreshnessLine, KeyHelp, More, useSurroundings } from '#ui'
import { ClassLegend } from '../drawing/legend.tsx'
import { Hatch, MapSvg, SeaInset } from '../drawing/map-drawing.tsx'
import { linkMap, mapPath, writeBox } from './address.ts'
import { MapMoves } from './controls.tsx'
import { drawnHeight, drawnWidth, type MapView } from './read.ts'

/** The hosts of a base map are let through on pages that draw it. */
export function policyOf({ config }: Context): Record<string, string> {
  const { mapBase } = config
  return mapBase
    ? { 'content-security-policy': contentPolicy({ images: [mapBase.origin], connect: [mapBase.origin] }) }
    : {}
}

export function Pane({ view, ctx }: { view: MapView; ctx: Context }) {
  const { address } = useSurroundings()
  const { outline, national, choropleth, box, query } = view
  const layers = view.layers.flatMap(({ view }) => view ?? [])
  const own = layers.flatMap(({ items }) => items).find(({ key }) => key === query.chon)?.mark
  const drawing = {
    national,
    selected: query.chon,
    classOf: choropleth && ((code: string) => choropleth.classOf(code)),
    hrefOf: (code: string) => linkMap(address, { chon: `area:${code}` }),
  }
  const { mapBase } = ctx.config
  return (
    <figure
      class="map-pane"
      id="map"
      aria-label="Bản đồ"
      data-outline={outline && outlinePath(outline.sha256)}
      data-national={national && outlinePath(national.sha256)}
      data-within={outline?.within}
      data-box={writeBox(view.asked)}
      data-base={mapBase?.url}
      data-base-kind={mapBase?.kind}
    >
      <Hatch />
      <MapMoves view={view} />
      <div class="map-frame">
        {outline && (
          <MapSvg
            {...drawing}
            outline={outline}
            box={box}
            width={drawnWidth}
            height={drawnHeight}
            isAsked={choropleth && ((code) => choropleth.isAsked(code))}
            marks={layers
              .flatMap(({ marks }) => marks)
              .map((mark) => ({
                ...mark,
                href: linkMap(address, { chon: mark.key }),
                // What is chosen in the list is seen where it stands.
                key: mark.key === own ? (query.chon ?? mark.key) : mark.key,
              }))}
          />
        )}
        {outline && outline.within !== national?.within && (
          <div class="map-inset">
            <SeaInset {...drawing} outline={outline} isAsked={choropleth && ((code) => choropleth.isAsked(code))} />
          </div>
        )}
      </div>
      <figcaption class="stack-small">
        {choropleth && <ClassLegend choropleth={choropleth} />}
        {choropleth && <FreshnessLine asOf={choropleth.observedAt} source={choropleth.definition.source} />}
        {choropleth?.basis === 'agency' && (
          <p class="small muted">Số liệu của Ủy ban nhân dân từng địa bàn (bản ghi không ghi địa bàn).</p>
        )}
        <SourceLine view={view} />
        {mapBase && <p class="small muted">Bản đồ nền: {mapBase.attribution || mapBase.origin}</p>}
      </figcaption>
    </figure>
  )
}

function SourceLine({ view: { outline } }: { view: MapView }) {
  if (!outline) return null
  return (
    <div class="small muted">
      <p>
        Ranh giới: {outline.source}. Giấy phép {outline.licence}.{' '}
        <a href={outlinePath(outline.sha256)} download={`${outline.code}.json`}>
          Tải ranh giới (JSON)
        </a>{' '}
        · <a href="/ogc">OGC API Features</a>
      </p>
      <More title="Lưu ý về ranh giới">
        <ul>
          {outline.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </More>
    </div>
  )
}

export function Keys() {
  return (
    <KeyHelp
      keys={[
        { key: 'J, ↓', does: 'Xuống dòng sau của danh sách' },
        { key: 'K, ↑', does: 'Lên dòng trước' },
        { key: 'Enter', does: 'Chọn dòng đang đứng, bản đồ tô đậm theo' },
        { key: '+, −', does: 'Phóng to, thu nhỏ' },
      ]}
    />
  )
}

const outlinePath = (sha256: string) => `${mapPath}/ranh-gioi/${sha256}.json`
