import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  Button,
  type Column,
  compareText,
  FilterBar,
  formatDateTime,
  formatNumber,
  Select,
  searchKey,
  Table,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { kindNames, kindOf } from '../kinds.ts'
import { listSourceSummaries, type SourceSummary } from '../reading/sources.ts'
import { nameOrganisations, SourceState } from './parts.tsx'
import { cadenceShort, listPath, newSourcePath, outcomeWords, quarantinePath, sourcePath } from './words.ts'

const stateNames = {
  late: 'Chậm',
  quarantine: 'Có bản ghi cách ly',
  never: 'Chưa nhận lần nào',
  paused: 'Tạm dừng',
} as const

const Query = z.object({
  q: z.string().max(200).optional(),
  'co-quan': z.string().max(35).optional(),
  loai: z.enum(kindNames).optional().catch(undefined),
  'tinh-trang': z
    .enum(Object.keys(stateNames) as [keyof typeof stateNames])
    .optional()
    .catch(undefined),
  sort: z.string().max(30).optional(),
  after: z.string().max(64).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

interface Listed extends SourceSummary {
  agency: string
}

export const listRoute: Route = route({
  method: 'GET',
  path: listPath,
  access: 'source:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const summaries = await listSourceSummaries(ctx)
    const names = await nameOrganisations(
      ctx,
      summaries.map((one) => one.organisation),
    )
    const all = summaries.map((one): Listed => ({ ...one, agency: names.get(one.organisation) ?? one.organisation }))
    const found = sortSources(all.filter(matcherOf(query)), query.sort)
    if (query.tai) return tableFile(query.tai, exportOf(found, ctx))
    return page({
      title: 'Nguồn dữ liệu',
      lead: leadOf(all),
      actions: ctx.can('source:manage') && (
        <Button href={newSourcePath} kind="primary" icon="add">
          Khai nguồn mới
        </Button>
      ),
      islands: ['live', 'table'],
      body: (
        <div class="stack">
          <Filters query={query} all={all} />
          <SourceTable found={found} all={all} query={query} address={request.url} />
        </div>
      ),
    })
  },
})

function leadOf(all: readonly Listed[]): string {
  if (all.length === 0) return 'Nơi theo dõi dữ liệu các cơ quan gửi về.'
  const late = all.filter((one) => one.late).length
  // What never came is neither late nor on time; the overview counts the same way.
  const silent = all.filter((one) => !one.late && !one.lastAt).length
  const onTime = all.length - late - silent
  const waiting = all.reduce((sum, one) => sum + one.waiting, 0)
  const parts = [
    onTime === all.length ? `Cả ${all.length} nguồn đúng hạn` : `${onTime}/${all.length} nguồn đúng hạn`,
    ...(silent > 0 ? [`${silent} nguồn chưa gửi lần nào`] : []),
    ...(waiting > 0 ? [`${formatNumber(waiting)} bản ghi cách ly chờ xử lý`] : []),
  ]
  return `${parts.join(' · ')}.`
}

function matcherOf(query: Query): (one: Listed) => boolean {
  const words = searchKey(query.q ?? '')
    .split(' ')
    .filter(Boolean)
  return (one) => {
    if (query['co-quan'] && one.organisation !== query['co-quan']) return false
    if (query.loai && one.kind !== query.loai) return false
    if (query['tinh-trang'] && !isIn(one, query['tinh-trang'])) return false
    const text = searchKey(`${one.name} ${one.code} ${one.agency}`)
    return words.every((word) => text.includes(word))
  }
}

function isIn(one: Listed, state: keyof typeof stateNames): boolean {
  if (state === 'late') return one.late !== undefined
  if (state === 'quarantine') return one.waiting > 0
  if (state === 'never') return one.lastAt === null
  return one.pausedAt !== null
}

type Order = (a: Listed, b: Listed) => number
const orders: Record<string, Order> = {
  name: (a, b) => compareText(a.name, b.name),
  agency: (a, b) => compareText(a.agency, b.agency),
  received: (a, b) => a.received - b.received,
  waiting: (a, b) => a.waiting - b.waiting,
  last: (a, b) => (a.lastAt?.getTime() ?? 0) - (b.lastAt?.getTime() ?? 0),
  late: (a, b) => (a.late?.workingDays ?? -1) - (b.late?.workingDays ?? -1),
}

/** What is late, then what waits, comes first unless another order is asked for. */
function sortSources(found: readonly Listed[], sort = ''): Listed[] {
  const order = orders[sort.replace(/^-/, '')]
  const usual: Order = (a, b) =>
    (b.late ? 1 : 0) - (a.late ? 1 : 0) || Number(b.waiting > 0) - Number(a.waiting > 0) || compareText(a.name, b.name)
  if (!order) return found.toSorted(usual)
  return found.toSorted((a, b) => (sort.startsWith('-') ? order(b, a) : order(a, b)) || compareText(a.name, b.name))
}

function Filters({ query, all }: { query: Query; all: readonly Listed[] }) {
  const agencies = [...new Map(all.map((one) => [one.organisation, one.agency]))]
    .map(([value, label]) => ({ value, label }))
    .sort((a, b) => compareText(a.label, b.label))
  const kinds = kindNames.filter((kind) => all.some((one) => one.kind === kind))
  const active: ActiveFilter[] = [
    ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
    ...(query['co-quan']
      ? [{ name: 'co-quan', label: agencies.find(({ value }) => value === query['co-quan'])?.label ?? 'Cơ quan khác' }]
      : []),
    ...(query.loai ? [{ name: 'loai', label: kindOf(query.loai).label }] : []),
    ...(query['tinh-trang'] ? [{ name: 'tinh-trang', label: stateNames[query['tinh-trang']] }] : []),
  ]
  return (
    <FilterBar names={['q', 'co-quan', 'loai', 'tinh-trang']} active={active}>
      <TextInput name="q" type="search" label="Tên nguồn" value={query.q} />
      <Select name="co-quan" label="Cơ quan" empty="Tất cả" options={agencies} value={query['co-quan']} />
      <Select
        name="loai"
        label="Loại dữ liệu"
        empty="Tất cả"
        options={kinds.map((kind) => ({ value: kind, label: kindOf(kind).label }))}
        value={query.loai}
      />
      <Select
        name="tinh-trang"
        label="Tình trạng"
        empty="Tất cả"
        options={Object.entries(stateNames).map(([value, label]) => ({ value, label }))}
        value={query['tinh-trang']}
      />
    </FilterBar>
  )
}

interface SourceTableProps {
  found: readonly Listed[]
  all: readonly Listed[]
  query: Query
  address: string
}

function SourceTable({ found, all, query, address }: SourceTableProps) {
  const start = query.after ? found.findIndex((one) => one.code === query.after) + 1 : 0
  const rows = found.slice(start, start + query.limit)
  const next = start + query.limit < found.length ? withQuery(address, { after: rows.at(-1)?.code }) : undefined
  return (
    <div
      id="nguon-du-lieu"
      data-live={all.map((one) => `source:${one.code}`).join(' ')}
      data-live-label="Nguồn dữ liệu"
    >
      <Table
        caption="Nguồn dữ liệu"
        rows={rows}
        rowKey={(one) => one.code}
        rowHref={(one) => sourcePath(one.code)}
        columns={columnsOf(found)}
        sort={query.sort}
        wide
        id="rows"
        downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
        paging={{ nextHref: next, total: found.length, size: query.limit, sizes: [20, 50, 100] }}
        empty={
          all.length > 0
            ? { title: 'Không có nguồn nào khớp', words: 'Bỏ bớt bộ lọc, hoặc gõ ít từ hơn; có thể gõ không dấu.' }
            : {
                title: 'Chưa có nguồn dữ liệu nào',
                words: 'Nguồn được khai trong gói dữ liệu của tỉnh, hoặc tại “Khai nguồn mới”.',
              }
        }
      />
      {rows.length > 0 && (
        <p class="small muted">
          Đã nhận = ghi mới + thay bản cũ + trùng + cách ly, tính trên mọi đợt của từng nguồn. Hạn gửi tính theo giờ làm
          việc của cơ quan.
        </p>
      )}
    </div>
  )
}

const count = (key: keyof typeof outcomeWords, found: readonly Listed[]): Column<Listed> => ({
  key,
  title: outcomeWords[key],
  kind: 'number',
  sortable: key === 'received',
  phone: key === 'received',
  cell: (one) => formatNumber(one[key]),
  total: formatNumber(found.reduce((sum, one) => sum + one[key], 0)),
})

function columnsOf(found: readonly Listed[]): Column<Listed>[] {
  return [
    { key: 'name', title: 'Nguồn', sortable: true, cell: (one) => one.name },
    { key: 'agency', title: 'Cơ quan', sortable: true, cell: (one) => one.agency },
    {
      key: 'late',
      title: 'Tình trạng',
      sortable: true,
      phone: true,
      kind: 'nowrap',
      cell: (one) => <SourceState summary={one} />,
    },
    {
      key: 'last',
      title: 'Nhận gần nhất',
      sortable: true,
      phone: true,
      kind: 'nowrap',
      cell: (one) => one.lastAt && <Time at={one.lastAt} />,
    },
    { key: 'cadence', title: 'Định kỳ', kind: 'nowrap', cell: (one) => cadenceShort(one.contract.cadence) },
    count('received', found),
    count('applied', found),
    count('superseded', found),
    count('duplicate', found),
    count('quarantined', found),
    {
      key: 'waiting',
      title: 'Chờ xử lý',
      kind: 'number',
      sortable: true,
      phone: true,
      cell: (one) =>
        one.waiting === 0 ? (
          '0'
        ) : (
          <a href={withQuery(quarantinePath, { nguon: one.code })}>
            {formatNumber(one.waiting)}
            <span class="hidden-visually"> bản ghi cách ly của {one.name}</span>
          </a>
        ),
      total: formatNumber(found.reduce((sum, one) => sum + one.waiting, 0)),
    },
    { key: 'version', title: 'Hợp đồng', kind: 'number', cell: (one) => `bản ${one.version}` },
  ]
}

function exportOf(found: readonly Listed[], ctx: Context) {
  const at = (date: Date | null) => (date ? formatDateTime(date) : '')
  return {
    name: `nguon-du-lieu-${dayOf(ctx.now)}`,
    titles: [
      'Mã nguồn',
      'Tên nguồn',
      'Mã cơ quan',
      'Cơ quan',
      'Loại dữ liệu',
      'Định kỳ',
      'Nhận gần nhất',
      'Tình trạng',
      ...Object.values(outcomeWords),
      'Cách ly chờ xử lý',
      'Bản hợp đồng',
    ],
    rows: found.map((one) => [
      one.code,
      one.name,
      one.organisation,
      one.agency,
      kindOf(one.kind).label,
      cadenceShort(one.contract.cadence),
      at(one.lastAt),
      one.pausedAt ? 'Tạm dừng' : (one.late?.words ?? (one.lastAt ? 'Đúng hạn' : 'Chưa nhận')),
      one.received,
      one.applied,
      one.superseded,
      one.duplicate,
      one.quarantined,
      one.waiting,
      one.version,
    ]),
  }
}
