// What is chosen, in words: one panel for areas, for single things and for what stands together.
import type { ComponentChild } from 'preact'
import { findArea } from '#organisations'
import type { MapFeature, MapLayer } from '#platform/capability'
import type { Context } from '#platform/context'
import { Button, DescriptionList, formatNumber, SeverityMark, Time, withQuery } from '#ui'
import {
  boxOfCell,
  findItem,
  openLayers,
  openPlaces,
  placeFeature,
  safeHref,
  splitKey,
  widen,
} from '../features/layers.ts'
import type { Box } from '../model.ts'
import { linkMap, writeBox } from './address.ts'
import { sortAreas } from './list.tsx'
import type { MapView } from './read.ts'
import { noValue, sayValue } from './words.ts'

interface Chosen {
  title: string
  facts: { term: string; value: ComponentChild }[]
  href?: string
  hrefWords?: string
  /** What `Phóng đến` shows. */
  box?: Box
  rows?: MapFeature[]
}

/** The panel of what the address chooses. */
export async function readPanel(
  ctx: Context,
  cards: readonly MapLayer[],
  { view, address }: { view: MapView; address: string },
): Promise<ComponentChild> {
  const { chon } = view.query
  const chosen = chon ? await findChosen(ctx, cards, { view, chon }) : undefined
  return (
    <section class="panel map-panel" id="map-panel" aria-label="Đang chọn" tabIndex={-1} data-chosen={chon}>
      {chosen ? (
        <Panel chosen={chosen} address={address} />
      ) : (
        <p class="muted">
          {chon && view.at
            ? 'Đối tượng đã chọn không có trong lần xem lại này.'
            : chon
              ? 'Đối tượng đã chọn không còn, hoặc ông/bà không có quyền xem.'
              : 'Chưa chọn gì. Chọn một địa bàn hoặc đối tượng trên bản đồ hay trong danh sách.'}
        </p>
      )}
    </section>
  )
}

function Panel({ chosen, address }: { chosen: Chosen; address: string }) {
  return (
    <>
      <h2>{chosen.title}</h2>
      {chosen.facts.length > 0 && <DescriptionList items={chosen.facts} />}
      {chosen.rows && chosen.rows.length > 0 && (
        <ul class="plain-list map-inside">
          {chosen.rows.map(({ id, title, href, severity, note }) => (
            <li key={id}>
              {severity && <SeverityMark severity={severity} />} {safeHref(href) ? <a href={href}>{title}</a> : title}{' '}
              {note && <span class="muted small">{note}</span>}
            </li>
          ))}
        </ul>
      )}
      <div class="row">
        {chosen.href && (
          <Button href={chosen.href} small>
            {chosen.hrefWords ?? 'Mở'}
          </Button>
        )}
        {chosen.box && (
          <a
            class="button button-small"
            href={linkMap(address, { khung: writeBox(chosen.box) })}
            data-go={writeBox(chosen.box)}
          >
            Phóng đến
          </a>
        )}
        <a class="button button-small button-quiet" href={linkMap(address, { chon: undefined })} data-unchoose>
          Bỏ chọn
        </a>
      </div>
    </>
  )
}

async function findChosen(
  ctx: Context,
  cards: readonly MapLayer[],
  { view, chon }: { view: MapView; chon: string },
): Promise<Chosen | undefined> {
  const [layer, id] = splitKey(chon)
  if (layer === 'area') return describeArea(ctx, view, id)
  if (view.at) return undefined
  const cell = id.startsWith('@') ? boxOfCell(id.slice(1)) : undefined
  if (cell) return describeCell(ctx, cards, { layer, cell })
  const feature = await findItem(ctx, cards, chon)
  return feature && describeFeature(ctx, feature)
}

async function describeArea(ctx: Context, view: MapView, code: string): Promise<Chosen | undefined> {
  const { at, choropleth, outline, day, names } = view
  const unit = outline?.find(code)
  if (!unit) return undefined
  const area = await findArea(ctx.sql, code, { asOf: outline?.validTo ?? day, knownAt: at?.knownAt })
  const found = choropleth?.values.get(code)
  // Whatever the order of the list, a rank is from the greatest down.
  const ranked = sortAreas({ ...view, query: { ...view.query, xep: undefined } }).filter(({ value }) => value !== null)
  const rank = ranked.findIndex((one) => one.code === code) + 1
  const facts: Chosen['facts'] = []
  if (choropleth)
    facts.push({
      term: choropleth.definition.name,
      value: found?.value === null || found === undefined ? noValue : sayValue(choropleth.definition, found.value),
    })
  if (rank > 0)
    facts.push({ term: 'Thứ tự từ cao xuống', value: `${formatNumber(rank)}/${formatNumber(ranked.length)}` })
  if (area?.areaKm2) facts.push({ term: 'Diện tích', value: `${formatNumber(area.areaKm2)} km²` })
  facts.push({ term: 'Mã thống kê', value: area?.officialCode ?? code })
  const isOpen = choropleth && ctx.can('indicator:read')
  return {
    title: names.get(code) ?? code,
    facts,
    href: isOpen
      ? found?.factId
        ? withQuery(`/so-lieu/${found.factId}`, { tai: at?.text })
        : withQuery(`/chi-tieu/${choropleth.definition.code}`, { ky: choropleth.period, tai: at?.text })
      : undefined,
    hrefWords: found?.factId ? 'Mở số liệu' : 'Mở chỉ tiêu',
    box: widen(unit.box),
  }
}

async function describeCell(
  ctx: Context,
  cards: readonly MapLayer[],
  { layer: code, cell }: { layer: string; cell: Box },
): Promise<Chosen | undefined> {
  const layer = openLayers(ctx, cards).find((one) => one.code === code)
  if (!layer) return undefined
  const placeOf = await openPlaces(ctx)
  const { features } = await layer.list(ctx, { box: cell, limit: layer.gather ? 10 : 1000 })
  const inside = features.filter((feature) => {
    const at = placeFeature(feature, placeOf)
    return at && at[0] >= cell[0] && at[0] < cell[2] && at[1] >= cell[1] && at[1] < cell[3]
  })
  const counted = layer.gather ? await layer.gather(ctx, { box: cell, cellDegrees: cell[2] - cell[0] }) : []
  const count = Math.max(
    inside.length,
    counted.reduce((sum, one) => sum + one.count, 0),
  )
  if (count === 0) return undefined
  const rows = inside.slice(0, 10)
  return {
    title: `${layer.title}: ${formatNumber(count)} đối tượng gần nhau`,
    facts: rows.length < count ? [{ term: 'Nêu dưới đây', value: `${rows.length} đối tượng mới nhất` }] : [],
    rows,
    box: cell,
  }
}

async function describeFeature(ctx: Context, feature: MapFeature): Promise<Chosen> {
  const { title, severity, note, at, area, href } = feature
  const facts: Chosen['facts'] = []
  if (severity) facts.push({ term: 'Mức độ', value: <SeverityMark severity={severity} /> })
  if (note) facts.push({ term: 'Trạng thái', value: note })
  if (at) facts.push({ term: 'Thời điểm', value: <Time at={at} /> })
  if (area) facts.push({ term: 'Địa bàn', value: (await findArea(ctx.sql, area))?.name ?? area })
  const place = placeFeature(feature, await openPlaces(ctx))
  return {
    title,
    facts,
    href: safeHref(href),
    box: place && widen([place[0], place[1], place[0], place[1]]),
  }
}
