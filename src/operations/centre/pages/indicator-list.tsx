import { z } from 'zod'
import { type Card, listCards, listMeasureSources, recordPageView } from '#indicators'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { type ActiveFilter, compareText, FilterBar, Select, searchKey, Table, Tag, TextInput, withQuery } from '#ui'
import type { CardSetting } from './card.tsx'
import { readSetting } from './setting.ts'
import {
  AsOfBar,
  AsOfForm,
  activeView,
  linkTo,
  readView,
  switchNames,
  type View,
  ViewFields,
  viewFields,
} from './view.tsx'
import { changesOf, periodLabelOf, sayFigure } from './words.ts'

const path = '/chi-tieu'
const sizes = [20, 50, 100] as const

const states = {
  breach: 'Chưa đạt',
  watch: 'Cần theo dõi',
  normal: 'Đạt kế hoạch',
  'no-target': 'Không có kế hoạch giao',
  'no-data': 'Chưa có số liệu',
  late: 'Số liệu chậm',
} as const
type State = keyof typeof states

const types = { computed: 'Tính từ bản ghi', typed: 'Nhập tay', composite: 'Chỉ số tổng hợp' } as const

const Query = z.object({
  ...viewFields,
  q: z.string().max(200).optional(),
  nhom: z.string().max(100).optional(),
  'chu-tri': z.string().max(35).optional(),
  'tinh-trang': z
    .enum(Object.keys(states) as [State, ...State[]])
    .optional()
    .catch(undefined), // keys of a constant
  kieu: z.enum(['computed', 'typed', 'composite']).optional().catch(undefined),
  sort: z.string().max(20).optional(),
  after: z.string().max(80).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
})
type Query = z.infer<typeof Query>

interface Row {
  card: Card
  state: State
  type: keyof typeof types
}

function stateOf(card: Card, { lateness }: CardSetting): State {
  if (card.fact?.state !== 'value') return 'no-data'
  if (card.judgement && card.judgement.standing !== 'normal') return card.judgement.standing
  if (listMeasureSources(card.definition.body).some((source) => lateness.has(source))) return 'late'
  return card.judgement ? 'normal' : 'no-target'
}

function typeOf({ definition }: Card): Row['type'] {
  const { type } = definition.body.formula
  return type === 'typed' || type === 'composite' ? type : 'computed'
}

const stateOrder: readonly State[] = ['breach', 'watch', 'late', 'no-data', 'normal', 'no-target']

const orders: Record<string, (a: Row, b: Row) => number> = {
  name: (a, b) => compareText(a.card.definition.body.name, b.card.definition.body.name),
  group: (a, b) => compareText(a.card.definition.body.group, b.card.definition.body.group),
  owner: (a, b) => compareText(a.card.definition.body.owner.organisation, b.card.definition.body.owner.organisation),
  state: (a, b) => stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state),
}

/** The filtered, ordered list. There are as many as there are definitions: hundreds, not more. */
function chooseRows(rows: readonly Row[], query: Query): Row[] {
  const words = searchKey(query.q ?? '')
    .split(' ')
    .filter(Boolean)
  const fits = ({ card, state, type }: Row) => {
    const { body } = card.definition
    const key = searchKey(`${body.name} ${body.code} ${body.group} ${body.nameEn}`)
    return (
      words.every((word) => key.includes(word)) &&
      (!query.nhom || body.group === query.nhom) &&
      (!query['chu-tri'] || body.owner.organisation === query['chu-tri']) &&
      (!query['tinh-trang'] || state === query['tinh-trang']) &&
      (!query.kieu || type === query.kieu)
    )
  }
  const found = rows.filter(fits)
  const order = orders[(query.sort ?? '').replace('-', '')]
  if (!order) return found.toSorted((a, b) => Number(a.state === 'no-data') - Number(b.state === 'no-data'))
  const sign = query.sort?.startsWith('-') ? -1 : 1
  return found.toSorted((a, b) => sign * order(a, b) || compareText(a.card.definition.code, b.card.definition.code))
}

async function readRows(ctx: Context, view: View, setting: CardSetting): Promise<Row[]> {
  const cards = await listCards(ctx, { organisation: view.organisation.code, period: view.period, asOf: view.asOf })
  return cards.map((card) => ({ card, state: stateOf(card, setting), type: typeOf(card) }))
}

const list = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const view = await readView(ctx, query)
    const setting = await readSetting(ctx, view)
    const all = await readRows(ctx, view, setting)
    const rows = chooseRows(all, query)
    const start = query.after === undefined ? 0 : rows.findIndex(({ card }) => card.definition.code === query.after) + 1
    const shown = rows.slice(start, start + query.limit)
    await recordPageView(
      ctx,
      request.url,
      shown.flatMap(({ card }) => card.fact?.id ?? []),
    )
    const last = shown.at(-1)
    const file = (format: string) =>
      withQuery(request.url.replace(/^\/chi-tieu/, `/chi-tieu.${format}`), { after: undefined })
    return page({
      title: 'Chỉ tiêu',
      crumbs: [{ label: 'Tổng quan điều hành', href: '/' }],
      lead: `${view.organisation.name} · ${all.length} chỉ tiêu, ${all.filter(({ card }) => card.fact?.state === 'value').length} có số liệu`,
      body: (
        <div class="stack">
          <AsOfBar view={view} />
          <Filters query={query} all={all} view={view} setting={setting} />
          <Table
            caption="Danh sách chỉ tiêu"
            rows={shown}
            rowKey={({ card }) => card.definition.code}
            rowHref={({ card }) => linkTo(view, `/chi-tieu/${card.definition.code}`)}
            columns={columnsOf(setting)}
            sort={query.sort}
            downloads={{ csv: file('csv'), xlsx: file('xlsx') }}
            paging={{
              total: rows.length,
              size: query.limit,
              sizes,
              nextHref:
                start + query.limit < rows.length
                  ? withQuery(request.url, { after: last?.card.definition.code })
                  : undefined,
              previousHref:
                start > 0
                  ? withQuery(request.url, { after: rows[start - query.limit - 1]?.card.definition.code })
                  : undefined,
            }}
            empty={{
              title: 'Không có chỉ tiêu nào khớp',
              words: 'Thử ít từ hơn hoặc bỏ bớt điều kiện lọc; có thể gõ không dấu.',
            }}
          />
          <AsOfForm view={view} />
        </div>
      ),
    })
  },
})

const filterNames = ['q', 'nhom', 'chu-tri', 'tinh-trang', 'kieu', ...switchNames] as const

function Filters({
  query,
  all,
  view,
  setting,
}: {
  query: Query
  all: readonly Row[]
  view: View
  setting: CardSetting
}) {
  const unique = (values: readonly string[]) => [...new Set(values)].sort(compareText)
  const groups = unique(all.map(({ card }) => card.definition.body.group))
  const owners = unique(all.map(({ card }) => card.definition.body.owner.organisation))
  const active: ActiveFilter[] = [
    ...activeView(view),
    ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
    ...(query.nhom ? [{ name: 'nhom', label: `Nhóm: ${query.nhom}` }] : []),
    ...(query['chu-tri'] ? [{ name: 'chu-tri', label: `Chủ trì: ${setting.nameOf(query['chu-tri'])}` }] : []),
    ...(query['tinh-trang'] ? [{ name: 'tinh-trang', label: states[query['tinh-trang']] }] : []),
    ...(query.kieu ? [{ name: 'kieu', label: types[query.kieu] }] : []),
  ]
  return (
    <FilterBar names={filterNames} active={active} submit="Tìm">
      <TextInput name="q" type="search" label="Tên hoặc mã chỉ tiêu" value={query.q} />
      <Select
        name="nhom"
        label="Nhóm"
        value={query.nhom}
        empty="Tất cả"
        options={groups.map((value) => ({ value, label: value }))}
      />
      <Select
        name="chu-tri"
        label="Chủ trì"
        value={query['chu-tri']}
        empty="Tất cả"
        options={owners.map((value) => ({ value, label: setting.nameOf(value) }))}
      />
      <Select
        name="tinh-trang"
        label="Tình trạng"
        value={query['tinh-trang']}
        empty="Tất cả"
        options={Object.entries(states).map(([value, label]) => ({ value, label }))}
      />
      <Select
        name="kieu"
        label="Cách có số liệu"
        value={query.kieu}
        empty="Tất cả"
        options={Object.entries(types).map(([value, label]) => ({ value, label }))}
      />
      <ViewFields view={view} />
    </FilterBar>
  )
}

const tones = {
  breach: 'danger',
  watch: 'warning',
  late: 'warning',
  normal: 'neutral',
  'no-target': 'neutral',
  'no-data': 'neutral',
} as const

function columnsOf(setting: CardSetting) {
  return [
    { key: 'name', title: 'Chỉ tiêu', sortable: true, cell: ({ card }: Row) => card.definition.body.name },
    {
      key: 'value',
      title: 'Giá trị',
      kind: 'number' as const,
      phone: true,
      cell: ({ card }: Row) => {
        const { fact, definition } = card
        if (fact?.state !== 'value' || fact.value === null) return undefined
        return (
          <a href={withQuery(`/so-lieu/${fact.id}`, { tai: setting.view.tai })}>
            {sayFigure(definition.body, fact.value)}
          </a>
        )
      },
    },
    { key: 'period', title: 'Kỳ', kind: 'nowrap' as const, cell: ({ card }: Row) => periodLabelOf(card.period) },
    { key: 'change', title: 'So với kỳ trước', cell: ({ card }: Row) => changeWords(card) },
    {
      key: 'target',
      title: 'Kế hoạch giao',
      kind: 'number' as const,
      cell: ({ card }: Row) => card.target && sayFigure(card.definition.body, card.target.value),
    },
    {
      key: 'state',
      title: 'Tình trạng',
      sortable: true,
      phone: true,
      cell: ({ state }: Row) =>
        state === 'no-target' ? (
          <span class="muted">{states[state]}</span>
        ) : (
          <Tag tone={tones[state]}>{states[state]}</Tag>
        ),
    },
    {
      key: 'owner',
      title: 'Chủ trì',
      sortable: true,
      cell: ({ card }: Row) => setting.nameOf(card.definition.body.owner.organisation),
    },
  ]
}

function changeWords(card: Card): string | undefined {
  const [first] = changesOf(card)
  if (!first) return undefined
  return `${first.direction === 'up' ? '▲ ' : first.direction === 'down' ? '▼ ' : ''}${first.words}`
}

const fileTitles = [
  'Mã',
  'Chỉ tiêu',
  'Nhóm',
  'Đơn vị',
  'Kỳ',
  'Giá trị',
  'Đơn vị tính',
  'Tử số',
  'Mẫu số',
  'Kế hoạch giao',
  'Tình trạng',
  'Chủ trì',
  'Nguồn',
  'Số liệu đến',
]

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${path}.${format}`,
    access: 'indicator:read',
    query: Query,
    async handle(ctx, { query, request }) {
      const view = await readView(ctx, query)
      const setting = await readSetting(ctx, view)
      const rows = chooseRows(await readRows(ctx, view, setting), query)
      await recordPageView(
        ctx,
        request.url,
        rows.flatMap(({ card }) => card.fact?.id ?? []),
      )
      return tableFile(format, {
        name: `chi-tieu-${view.organisation.code}-${view.today}`,
        titles: fileTitles,
        rows: rows.map(({ card, state }) => {
          const { body, code } = card.definition
          const { fact } = card
          const isRatio = body.formula.type === 'ratio'
          return [
            code,
            body.name,
            body.group,
            view.organisation.name,
            periodLabelOf(card.period),
            fact?.value ?? null,
            body.unit,
            isRatio && fact ? Number(fact.numerator) : null,
            isRatio && fact ? Number(fact.denominator) : null,
            card.target?.value ?? null,
            states[state],
            setting.nameOf(body.owner.organisation),
            body.source,
            fact?.observedAt?.toISOString() ?? null,
          ]
        }),
      })
    },
  })

export const indicatorListRoutes: readonly Route[] = [list, download('csv'), download('xlsx')]
