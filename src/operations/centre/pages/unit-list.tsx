import { z } from 'zod'
import { judge, listCards, recordPageView, resolveTarget } from '#indicators'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { compareText, FilterBar, formatNumber, Select, searchKey, Table, Tag, TextInput, withQuery } from '#ui'
import { type PeerGroup, peerGroupOf, peerGroups } from '../ranking/peers.ts'
import {
  AsOfBar,
  AsOfForm,
  activeView,
  linkTo,
  listUnits,
  periodGroups,
  readView,
  type View,
  viewFields,
} from './view.tsx'

const path = '/don-vi'

const Query = z.object({
  ky: viewFields.ky,
  tai: viewFields.tai,
  q: z.string().max(200).optional(),
  nhom: z
    .enum(Object.keys(peerGroups) as [PeerGroup, ...PeerGroup[]])
    .optional()
    .catch(undefined), // keys of a constant
  sort: z.string().max(20).optional(),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
})
type Query = z.infer<typeof Query>

interface Row {
  code: string
  name: string
  group: PeerGroup | undefined
  breach: number
  watch: number
  met: number
  known: number
  facts: number[]
}

async function readRows(ctx: Context, view: View): Promise<Row[]> {
  const cards = await listCards(ctx, {
    organisation: view.root,
    period: view.period,
    asOf: view.asOf,
    units: 'all',
  }).catch((error) => {
    // Who does not reach the root sees the units he reaches by their own cards only.
    if (view.reach !== 'all' && !view.reach.has(view.root)) return []
    throw error
  })
  return listUnits(view).map(({ row, path }) => {
    const own: Row = {
      code: row.code,
      name: row.name,
      group: peerGroupOf(row),
      breach: 0,
      watch: 0,
      met: 0,
      known: 0,
      facts: [],
    }
    for (const card of cards) {
      const fact = card.units.find((one) => one.organisation === row.code)
      if (!fact || fact.value === null) continue
      own.known += 1
      own.facts.push(fact.id)
      const target = resolveTarget(card.definition.body, {
        organisation: row.code,
        ancestors: path.slice(0, -1),
        period: card.period,
      })
      const standing = judge(card.definition.body, fact.value, target, card.elapsed)?.standing
      if (standing === 'breach') own.breach += 1
      if (standing === 'watch') own.watch += 1
      if (standing === 'normal') own.met += 1
    }
    return own
  })
}

const orders: Record<string, (a: Row, b: Row) => number> = {
  name: (a, b) => compareText(a.name, b.name),
  breach: (a, b) => a.breach - b.breach || a.watch - b.watch,
  watch: (a, b) => a.watch - b.watch,
  met: (a, b) => a.met - b.met,
  known: (a, b) => a.known - b.known,
}

function chooseRows(rows: readonly Row[], query: Query): Row[] {
  const words = searchKey(query.q ?? '')
    .split(' ')
    .filter(Boolean)
  const sort = query.sort ?? '-breach'
  const order = orders[sort.replace('-', '')] ?? orders.name
  const sign = sort.startsWith('-') ? -1 : 1
  return rows
    .filter(
      ({ name, code, group }) =>
        words.every((word) => searchKey(`${name} ${code}`).includes(word)) && (!query.nhom || group === query.nhom),
    )
    .toSorted((a, b) => sign * (order?.(a, b) ?? 0) || compareText(a.name, b.name))
}

const list = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const view = await readView(ctx, { ky: query.ky, tai: query.tai })
    const rows = chooseRows(await readRows(ctx, view), query)
    const start = query.after === undefined ? 0 : rows.findIndex(({ code }) => code === query.after) + 1
    const shown = rows.slice(start, start + query.limit)
    await recordPageView(
      ctx,
      request.url,
      shown.flatMap(({ facts }) => facts),
    )
    const file = (format: string) =>
      withQuery(request.url.replace(/^\/don-vi/, `/don-vi.${format}`), { after: undefined })
    const active = [
      ...activeView(view),
      ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
      ...(query.nhom ? [{ name: 'nhom', label: peerGroups[query.nhom] }] : []),
    ]
    return page({
      title: 'Bảng theo đơn vị',
      crumbs: [{ label: 'Tổng quan điều hành', href: '/' }],
      lead: `${rows.length} đơn vị · mỗi đơn vị có trang riêng với chỉ tiêu, thứ hạng và việc cần sửa`,
      body: (
        <div class="stack">
          <AsOfBar view={view} />
          <FilterBar names={['q', 'nhom', 'ky']} active={active} submit="Tìm">
            <TextInput name="q" type="search" label="Tên hoặc mã đơn vị" value={query.q} />
            <Select
              name="nhom"
              label="Nhóm"
              value={query.nhom}
              empty="Tất cả"
              options={Object.entries(peerGroups).map(([value, label]) => ({ value, label }))}
            />
            <Select
              name="ky"
              label="Kỳ"
              value={view.period}
              empty="Theo từng chỉ tiêu"
              options={[]}
              groups={periodGroups(view)}
            />
          </FilterBar>
          <Table
            caption="Đơn vị"
            rows={shown}
            rowKey={(row) => row.code}
            rowHref={(row) => linkTo(view, `${path}/${row.code}`, { 'don-vi': undefined })}
            columns={columns}
            sort={query.sort ?? '-breach'}
            downloads={{ csv: file('csv'), xlsx: file('xlsx') }}
            paging={{
              total: rows.length,
              size: query.limit,
              sizes: [20, 50, 100],
              nextHref:
                start + query.limit < rows.length ? withQuery(request.url, { after: shown.at(-1)?.code }) : undefined,
              previousHref:
                start > 0 ? withQuery(request.url, { after: rows[start - query.limit - 1]?.code }) : undefined,
            }}
            empty={{ title: 'Không có đơn vị nào khớp', words: 'Thử ít từ hơn; có thể gõ không dấu.' }}
          />
          <AsOfForm view={view} />
        </div>
      ),
    })
  },
})

const columns = [
  { key: 'name', title: 'Đơn vị', sortable: true, cell: (row: Row) => row.name },
  { key: 'group', title: 'Nhóm', cell: (row: Row) => row.group && peerGroups[row.group] },
  {
    key: 'breach',
    title: 'Chưa đạt',
    kind: 'number' as const,
    sortable: true,
    phone: true,
    cell: (row: Row) => (row.breach > 0 ? <Tag tone="danger">{formatNumber(row.breach)}</Tag> : '0'),
  },
  {
    key: 'watch',
    title: 'Cần theo dõi',
    kind: 'number' as const,
    sortable: true,
    phone: true,
    cell: (row: Row) => formatNumber(row.watch),
  },
  {
    key: 'met',
    title: 'Đạt kế hoạch',
    kind: 'number' as const,
    sortable: true,
    phone: true,
    cell: (row: Row) => formatNumber(row.met),
  },
  {
    key: 'known',
    title: 'Chỉ tiêu có số liệu',
    kind: 'number' as const,
    sortable: true,
    cell: (row: Row) => formatNumber(row.known),
  },
]

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${path}.${format}`,
    access: 'indicator:read',
    query: Query,
    async handle(ctx, { query, request }) {
      const view = await readView(ctx, { ky: query.ky, tai: query.tai })
      const rows = chooseRows(await readRows(ctx, view), query)
      await recordPageView(
        ctx,
        request.url,
        rows.flatMap(({ facts }) => facts),
      )
      return tableFile(format, {
        name: `don-vi-${view.today}`,
        titles: ['Mã', 'Đơn vị', 'Nhóm', 'Chưa đạt', 'Cần theo dõi', 'Đạt kế hoạch', 'Chỉ tiêu có số liệu'],
        rows: rows.map(({ code, name, group, breach, watch, met, known }) => [
          code,
          name,
          group ? peerGroups[group] : null,
          breach,
          watch,
          met,
          known,
        ]),
      })
    },
  })

export const unitListRoutes: readonly Route[] = [list, download('csv'), download('xlsx')]
