import { z } from 'zod'
import { periodLabel } from '#calendar'
import type { MapLayer } from '#platform/capability'
import { notFound } from '#platform/errors'
import { fragment, json, page, type Route, route } from '#platform/http'
import { type TableFormat, tableFile } from '#platform/table-file'
import { AsOfNotice, AsOfQuestion, Button, formatNumber, More, Notice, Table, withQuery } from '#ui'
import { findBoundaryBody } from '../store.ts'
import { MapQuery, mapPath } from './address.ts'
import { MapForm } from './controls.tsx'
import { MapList, sortAreas } from './list.tsx'
import { Keys, Pane, policyOf } from './pane.tsx'
import { readPanel } from './panel.tsx'
import { type MapView, readMap } from './read.ts'
import { noValue, sayValue } from './words.ts'

/** The pages of the map over the layers of all cards. */
export function mapRoutes(layers: () => readonly MapLayer[]): Route[] {
  return [showRoute(layers), outlineRoute, downloadRoute('csv'), downloadRoute('xlsx')]
}

const showRoute = (layers: () => readonly MapLayer[]) =>
  route({
    method: 'GET',
    path: mapPath,
    access: 'map:read',
    query: MapQuery,
    async handle(ctx, { query, request }) {
      const view = await readMap(ctx, layers(), query)
      if (query.phan === 'danh-sach') return fragment(<MapList view={view} />)
      const panel = await readPanel(ctx, layers(), { view, address: request.url })
      if (query.phan === 'chi-tiet') return fragment(panel)
      return page({
        title: 'Bản đồ',
        lead: leadOf(view),
        islands: ['map'],
        headers: policyOf(ctx),
        actions: (
          <>
            <Button
              href={withQuery(request.url.replace(mapPath, `${mapPath}/dia-ban.csv`), { phan: undefined })}
              download
            >
              Tải về CSV
            </Button>
            <Button
              href={withQuery(request.url.replace(mapPath, `${mapPath}/dia-ban.xlsx`), { phan: undefined })}
              download
            >
              Tải về XLSX
            </Button>
          </>
        ),
        body: (
          <div class="stack">
            <AsOfNotice at={view.at} what="bản đồ" />
            {view.at && <WithoutThings layers={layers()} />}
            <MapForm view={view} />
            <Warnings view={view} />
            <div class="map-page">
              <Pane view={view} ctx={ctx} />
              <div class="map-side">
                {panel}
                <MapList view={view} />
                <Keys />
              </div>
            </div>
            <AsOfQuestion at={view.at} what="bản đồ" />
          </div>
        ),
      })
    },
  })

/** Layers tell of what there is now: they are not drawn on the map of an earlier day as though they had been there. */
function WithoutThings({ layers }: { layers: readonly MapLayer[] }) {
  if (layers.length === 0) return null
  return (
    <p class="small muted">
      Lần xem lại chỉ vẽ số liệu và ranh giới. Các lớp (
      {layers.map(({ title }) => title.toLocaleLowerCase('vi')).join(', ')}) là hiện trạng, không vẽ được theo ngày đã
      qua.
    </p>
  )
}

function leadOf({ choropleth, outline }: MapView): string {
  if (choropleth)
    return `${choropleth.definition.name} · ${periodLabel(choropleth.period)} · ${choropleth.outline.title}`
  return outline?.title ?? 'Chưa có ranh giới'
}

function Warnings({ view }: { view: MapView }) {
  const { choropleth } = view
  const undrawn = choropleth?.undrawn ?? []
  if (!choropleth || undrawn.length === 0) return null
  return (
    <Notice
      tone="info"
      title={`${formatNumber(undrawn.length)} địa bàn có số liệu nhưng không có ranh giới của thời điểm đó`}
    >
      <p>
        Bản đồ dùng ranh giới có hiệu lực ngày cuối kỳ. Ranh giới huyện và xã trước khi sắp xếp không có nguồn được phép
        dùng lại, nên các số này đứng trong bảng.
      </p>
      <More title="Xem bảng số liệu">
        <Table
          caption="Địa bàn chưa vẽ được"
          plain
          columns={[
            { key: 'name', title: 'Địa bàn', cell: ({ name }) => name },
            {
              key: 'value',
              title: choropleth.definition.name,
              kind: 'number',
              cell: ({ value }) => sayValue(choropleth.definition, value),
            },
          ]}
          rows={undrawn}
          rowKey={({ code }) => code}
        />
      </More>
    </Notice>
  )
}

/** The lines themselves, under the hash of their content: kept by the browser for ever. */
const outlineRoute = route({
  method: 'GET',
  path: `${mapPath}/ranh-gioi/:file`,
  access: 'map:read',
  params: z.object({ file: z.string().regex(/^[0-9a-f]{64}\.json$/) }),
  async handle(ctx, { params: { file } }) {
    const body = await findBoundaryBody(ctx.sql, file.slice(0, 64))
    if (body === undefined) throw notFound('boundary', file)
    return json(JSON.parse(body), 200, { 'cache-control': 'private, max-age=31536000, immutable' })
  },
})

const downloadRoute = (format: TableFormat) =>
  route({
    method: 'GET',
    path: `${mapPath}/dia-ban.${format}`,
    access: 'map:read',
    query: MapQuery,
    async handle(ctx, { query }) {
      const view = await readMap(ctx, [], query)
      const { choropleth } = view
      return tableFile(format, {
        name: `dia-ban-${choropleth ? `${choropleth.definition.code}-${choropleth.period}` : (view.outline?.code ?? 'trong')}`,
        titles: [
          'Mã',
          'Địa bàn',
          choropleth ? `${choropleth.definition.name} (${choropleth.definition.unit})` : 'Giá trị',
          'Trạng thái',
        ],
        rows: sortAreas(view).map(({ code, name, value }) => [
          code,
          name,
          value,
          choropleth ? (value === null ? noValue : 'có số liệu') : '',
        ]),
      })
    },
  })
