import { z } from 'zod'
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
import { DescriptionList, FilterBar, formatDate, formatNumber, Notice, Section, Table, Tag, TextInput } from '#ui'
import { PlaceTabs, unitPath, unitsPath } from './parts.tsx'

const shown = 100

export const unitRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: unitsPath,
    access: 'place:look-up',
    query: z.object({ q: z.string().max(200).optional() }),
    async handle(ctx, { query }) {
      const country = await openCountry(ctx.sql)
      const asOf = await today(ctx)
      const provinces = country.places.filter(
        (place) => place.level === 1 && standsFor(place, asOf).places[0] === place,
      )
      const found = query.q ? searchPlaces(country, query.q, shown) : provinces
      return page({
        title: 'Tra cứu địa bàn',
        lead: 'Đơn vị hành chính cả nước, trước ngày 01/07/2025 và hiện nay.',
        body: (
          <div class="stack-large">
            <PlaceTabs current={unitsPath} />
            <FilterBar names={['q']} submit="Tìm" active={query.q ? [{ name: 'q', label: `Tên: ${query.q}` }] : []}>
              <TextInput name="q" label="Tên hoặc mã" type="search" value={query.q} />
            </FilterBar>
            <UnitTable
              caption={
                query.q ? `Đơn vị có tên khớp “${query.q}”` : `${formatNumber(provinces.length)} tỉnh, thành phố`
              }
              rows={found}
            />
            {found.length === shown && (
              <p class="muted">Chỉ hiện {formatNumber(shown)} đơn vị đầu; gõ thêm để thu hẹp.</p>
            )}
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
    async handle(ctx, { params }) {
      const place = (await openCountry(ctx.sql)).find(params.code)
      if (!place) throw notFound('area', params.code)
      const above: Place[] = []
      for (let at = place.parent; at && at.level > 0; at = at.parent) above.unshift(at)
      const { places: heirs, isDivided } = standsFor(place, await today(ctx))
      return page({
        title: place.name,
        crumbs: [
          { label: 'Đơn vị hành chính cả nước', href: unitsPath },
          ...above.map((one) => ({ label: one.name, href: unitPath(one.code) })),
        ],
        lead: `${areaKindWords[place.kind]} · mã ${place.officialCode}`,
        body: (
          <div class="stack-large">
            {place.validTo && (
              <Notice tone="warning" title={`Đơn vị kết thúc sau ngày ${formatDate(place.validTo)}`}>
                {isDivided
                  ? `Đơn vị đã chia: nay thuộc ${heirs.length} đơn vị.`
                  : heirs.length > 0
                    ? `Nay thuộc ${heirs.map((one) => one.name).join(', ')}.`
                    : 'Nguồn chưa cho biết nay thuộc đơn vị nào.'}
              </Notice>
            )}
            {place.gap && (
              <Notice tone="info" title="Nguồn còn chỗ chưa rõ">
                {place.gap}
              </Notice>
            )}
            <DescriptionList
              items={[
                { term: 'Mã trong hệ thống', value: place.code },
                {
                  term: 'Hiệu lực',
                  value: `${place.validFrom ? `từ ${formatDate(place.validFrom)}` : 'từ trước khi có dữ liệu'}${place.validTo ? ` đến hết ${formatDate(place.validTo)}` : ''}`,
                },
                ...place.names
                  .filter(({ name }) => name !== place.name)
                  .map(({ name, validTo }) => ({
                    term: 'Tên trước đây',
                    value: validTo ? `${name} (đến ${formatDate(validTo)})` : name,
                  })),
              ]}
            />
            <Links title="Hình thành từ" rows={place.predecessors} />
            <Links title="Được sắp xếp vào" rows={place.successors} />
            <Children rows={place.children} />
          </div>
        ),
      })
    },
  }),
]

function Children({ rows }: { rows: readonly Place[] }) {
  const now = rows.filter(({ validTo }) => validTo === null)
  const before = rows.filter(({ validTo }) => validTo !== null)
  return (
    <>
      {now.length > 0 && <UnitTable caption="Đơn vị trực thuộc hiện nay" rows={now} />}
      {before.length > 0 && <UnitTable caption="Đơn vị trực thuộc trước ngày 01/07/2025" rows={before} />}
    </>
  )
}

function UnitTable({ caption, rows }: { caption: string; rows: readonly Place[] }) {
  return (
    <Table
      caption={caption}
      rows={rows}
      rowKey={({ code }) => code}
      rowHref={({ code }) => unitPath(code)}
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
