import { z } from 'zod'
import { drawUnit } from '#maps'
import {
  areaKindWords,
  openCountry,
  type Place,
  type PlaceLink,
  placeInWords,
  searchPlaces,
  standsFor,
  today,
} from '#organisations'
import { notFound } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import {
  DescriptionList,
  FilterBar,
  formatDate,
  formatNumber,
  Notice,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { PlaceTabs, unitPath, unitsPath } from './parts.tsx'

const pageSize = 50
const mostFound = 500

const List = z.object({
  /** Units of this day. */
  ngay: z.iso.date().optional().catch(undefined),
  after: z.coerce.number().int().min(0).max(20_000).default(0),
})

/** The last day of two levels below the province, and the last before the provinces began to be reordered. */
const pastDays = [
  { value: '2025-06-30', label: 'Trước 01/07/2025' },
  { value: '2025-02-28', label: 'Trước 01/03/2025' },
]

const isValidOn = ({ validFrom, validTo }: Place, day: string) => (validFrom ?? '') <= day && day <= (validTo ?? '9999')

function DayFilter({ day, label }: { day: string | undefined; label: string }) {
  const isKnown = day === undefined || pastDays.some(({ value }) => value === day)
  const options = isKnown ? pastDays : [...pastDays, { value: day, label: `Ngày ${formatDate(day)}` }]
  return <Select name="ngay" label={label} value={day} empty="Hiện nay" options={options} />
}

const dayChip = (day: string | undefined) =>
  day ? [{ name: 'ngay', label: `Đơn vị của ngày ${formatDate(day)}` }] : []

export const unitRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: unitsPath,
    access: 'place:look-up',
    query: List.extend({ q: z.string().max(200).optional() }),
    async handle(ctx, { query, request }) {
      const country = await openCountry(ctx.sql)
      const { q, ngay } = query
      const asOf = ngay ?? (await today(ctx))
      const provinces = country.places.filter((place) => place.level === 1 && isValidOn(place, asOf))
      const found = q
        ? searchPlaces(country, q, mostFound).filter((place) => ngay === undefined || isValidOn(place, ngay))
        : provinces
      const on = ngay ? ` ngày ${formatDate(ngay)}` : ''
      return page({
        title: 'Tra cứu địa bàn',
        lead: 'Đơn vị hành chính cả nước, trước ngày 01/07/2025 và hiện nay.',
        body: (
          <div class="stack-large">
            <PlaceTabs current={unitsPath} />
            <FilterBar
              names={['q', 'ngay']}
              submit="Tìm"
              active={[...(q ? [{ name: 'q', label: `Tên: ${q}` }] : []), ...dayChip(ngay)]}
            >
              <TextInput name="q" label="Tên hoặc mã" type="search" value={q} />
              <DayFilter day={ngay} label="Thời điểm" />
            </FilterBar>
            <UnitTable
              caption={q ? `Đơn vị có tên khớp “${q}”${on}` : `${formatNumber(provinces.length)} tỉnh, thành phố${on}`}
              rows={found}
              list={{ address: request.address, after: query.after, day: ngay }}
            />
          </div>
        ),
      })
    },
  }),
  route({
    method: 'GET',
    path: `${unitsPath}/:code`,
    access: 'place:look-up',
    params: z.strictObject({ code: z.string().max(35) }),
    query: List,
    async handle(ctx, { params, query, request }) {
      const place = (await openCountry(ctx.sql)).find(params.code)
      if (!place) throw notFound('area', params.code)
      const above: Place[] = []
      for (let at = place.parent; at && at.level > 0; at = at.parent) above.unshift(at)
      // A unit that has ended is told of as it was at its end.
      const day = query.ngay ?? place.validTo ?? (await today(ctx))
      const map = await drawUnit(ctx, {
        id: 'ban-do',
        code: place.code,
        name: place.name,
        day,
        hrefOf: unitPath,
      })
      const children = place.children.filter((one) => isValidOn(one, day))
      return page({
        title: place.name,
        crumbs: [
          { label: 'Đơn vị hành chính cả nước', href: unitsPath },
          ...above.map((one) => ({ label: one.name, href: unitPath(one.code) })),
        ],
        lead: `${areaKindWords[place.kind]} · mã ${place.officialCode}`,
        body: (
          <div class="stack-large">
            <FilterBar names={['ngay']} submit="Xem" active={dayChip(query.ngay)}>
              <DayFilter day={query.ngay} label="Xem tại thời điểm" />
            </FilterBar>
            <Standing place={place} day={query.ngay ?? (await today(ctx))} />
            {place.gap && (
              <Notice tone="info" title="Nguồn còn chỗ chưa rõ">
                {place.gap}
              </Notice>
            )}
            <Facts place={place} />
            {map && <Section title="Trên bản đồ">{map}</Section>}
            <Links title="Hình thành từ" rows={place.predecessors} />
            <Links title="Được sắp xếp vào" rows={place.successors} />
            {children.length > 0 && (
              <UnitTable
                caption={`Đơn vị trực thuộc ngày ${formatDate(day)}`}
                rows={children}
                list={{ address: request.address, after: query.after, day: query.ngay }}
              />
            )}
          </div>
        ),
      })
    },
  }),
]

/** What stands for the unit on the day, where it is not the unit itself. */
function Standing({ place, day }: { place: Place; day: string }) {
  const { places: standing, isDivided } = standsFor(place, day)
  if (standing[0] === place) return null
  const isEnded = place.validTo !== null && day > place.validTo
  const title = isEnded
    ? `Đơn vị kết thúc sau ngày ${formatDate(place.validTo ?? day)}`
    : `Ngày ${formatDate(day)} chưa có đơn vị này`
  const [few, more] = [standing.slice(0, 12), Math.max(0, standing.length - 12)]
  const unknown = isEnded
    ? 'Nguồn chưa cho biết nay thuộc đơn vị nào.'
    : 'Nguồn chưa cho biết đơn vị này hình thành từ đâu.'
  return (
    <Notice tone="warning" title={title}>
      {standing.length === 0 && unknown}
      {standing.length > 0 && (
        <>
          {isDivided && isEnded && `Đơn vị đã chia: nay thuộc ${standing.length} đơn vị. `}
          {!isDivided && (isEnded ? 'Nay thuộc ' : 'Khi ấy là ')}
          {few.map((one, at) => (
            <span key={one.code}>
              {at > 0 && ', '}
              <a href={unitPath(one.code)}>{one.name}</a>
            </span>
          ))}
          {more > 0 && ` và ${formatNumber(more)} đơn vị khác`}.
        </>
      )}
    </Notice>
  )
}

function Facts({ place }: { place: Place }) {
  const from = place.validFrom ? `từ ${formatDate(place.validFrom)}` : 'từ trước khi có dữ liệu'
  return (
    <DescriptionList
      items={[
        { term: 'Mã trong hệ thống', value: place.code },
        { term: 'Hiệu lực', value: `${from}${place.validTo ? ` đến hết ${formatDate(place.validTo)}` : ''}` },
        ...place.names
          .filter(({ name }) => name !== place.name)
          .map(({ name, validTo }) => ({
            term: 'Tên trước đây',
            value: validTo ? `${name} (đến ${formatDate(validTo)})` : name,
          })),
      ]}
    />
  )
}

interface UnitTableProps {
  caption: string
  rows: readonly Place[]
  list: { address: string; after: number; day: string | undefined }
}

function UnitTable({ caption, rows, list: { address, after, day } }: UnitTableProps) {
  const to = (start: number) => withQuery(address, { after: start > 0 ? start : undefined })
  return (
    <Table
      caption={caption}
      rows={rows.slice(after, after + pageSize)}
      rowKey={({ code }) => code}
      rowHref={({ code }) => `${unitPath(code)}${day ? `?ngay=${day}` : ''}`}
      paging={{
        total: rows.length,
        nextHref: after + pageSize < rows.length ? to(after + pageSize) : undefined,
        previousHref: after > 0 ? to(Math.max(0, after - pageSize)) : undefined,
      }}
      columns={[
        { key: 'name', title: 'Đơn vị', cell: ({ name }) => name },
        { key: 'kind', title: 'Loại', phone: true, cell: ({ kind }) => areaKindWords[kind] },
        {
          key: 'parent',
          title: 'Thuộc',
          cell: ({ parent }) => (parent && parent.level > 0 ? placeInWords(parent) : null),
        },
        { key: 'code', title: 'Mã thống kê', kind: 'nowrap', phone: true, cell: ({ officialCode }) => officialCode },
        {
          key: 'valid',
          title: 'Hiệu lực',
          cell: ({ validTo }) => (validTo ? `đến ${formatDate(validTo)}` : 'hiện nay'),
        },
      ]}
      empty={{
        title: 'Không có đơn vị nào khớp',
        words: 'Có thể gõ không dấu, bỏ chữ xã, phường; hoặc gõ mã thống kê.',
      }}
    />
  )
}

function Links({ title, rows }: { title: string; rows: readonly PlaceLink[] }) {
  if (rows.length === 0) return null
  return (
    <Section title={title}>
      <Table
        caption={title}
        hideCaption
        plain
        rows={rows}
        rowKey={({ place }) => place.code}
        rowHref={({ place }) => unitPath(place.code)}
        columns={[
          { key: 'name', title: 'Đơn vị', cell: ({ place }) => placeInWords(place) },
          {
            key: 'share',
            title: 'Phần',
            phone: true,
            cell: ({ share }) => (share === 'whole' ? 'Toàn bộ' : <Tag tone="warning">Một phần</Tag>),
          },
          { key: 'on', title: 'Từ ngày', kind: 'nowrap', cell: ({ effectiveOn }) => formatDate(effectiveOn) },
          {
            key: 'basis',
            title: 'Căn cứ',
            cell: ({ decision, deduced }) =>
              decision ?? (deduced ? 'Suy ra từ danh sách sắp xếp, chưa đối chiếu văn bản' : 'Danh sách sắp xếp 2025'),
          },
        ]}
      />
    </Section>
  )
}
