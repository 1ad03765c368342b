import { z } from 'zod'
import { shiftPeriod } from '#calendar'
import { type Card, listCards, listUnitFacts, recordPageView, type UnitFact } from '#indicators'
import { areaTree } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { EmptyState, FilterBar, formatNumber, Help, Notice, Select, Table, Tabs, Tag, withQuery } from '#ui'
import { fewCases, isRatio } from '../overview/worst-units.ts'
import { listPeers, type PeerGroup, peerGroups } from '../ranking/peers.ts'
import { type Placed, rankUnits, type SizeClass, sizeClasses } from '../ranking/rank.ts'
import { chooseKind } from './course.tsx'
import { AsOfBar, AsOfForm, linkTo, listUnits, periodGroups, readView, type View } from './view.tsx'
import { periodLabelOf, sayFigure, sayPeriod, tickOf } from './words.ts'

const path = '/xep-hang'
const trendLength = 6

const sizes: Record<SizeClass, string> = { small: 'ít việc', middle: 'trung bình', large: 'nhiều việc' }

const Query = z.object({
  'chi-tieu': z.string().max(80).optional(),
  ky: z.string().max(20).optional(),
  tai: z.string().max(30).optional(),
  nhom: z.enum(['department', 'ward', 'commune', 'commune-mountain', 'special']).optional().catch(undefined),
  'quy-mo': z.enum(['small', 'middle', 'large']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

interface Row extends Placed {
  name: string
  fact: UnitFact | undefined
  before: number | undefined
  /** Places of the last periods, oldest first. */
  trend: (number | undefined)[]
  size: SizeClass | undefined
  population: number | undefined
}

interface Ranking {
  view: View
  cards: Card[]
  card: Card | undefined
  group: PeerGroup
  groups: PeerGroup[]
  rows: Row[]
  periods: string[]
}

async function readRanking(ctx: Context, query: Query): Promise<Ranking> {
  const view = await readView(ctx, { ky: query.ky, tai: query.tai })
  const all = await listCards(ctx, {
    organisation: view.organisation.code,
    period: view.period,
    asOf: view.asOf,
    units: 'all',
  })
  const units = listUnits(view)
  const codes = new Set(units.map(({ row }) => row.code))
  const cards = all.filter(
    ({ definition, units: facts }) =>
      definition.body.direction !== 'none' && facts.filter(({ organisation }) => codes.has(organisation)).length > 1,
  )
  const card = cards.find(({ definition }) => definition.code === query['chi-tieu']) ?? mostTelling(cards)
  const groups = (Object.keys(peerGroups) as PeerGroup[]).filter((one) => listPeers(units, one).length > 1) // keys of a constant
  const group =
    groups.find((one) => one === query.nhom) ?? groups.find((one) => one === 'ward') ?? groups[0] ?? 'department'
  if (!card) return { view, cards, card, group, groups, rows: [], periods: [] }
  const peers = listPeers(units, group)
  const periods = Array.from({ length: trendLength }, (_, index) => shiftPeriod(card.period, index - trendLength + 1))
  const kind = chooseKind(card.definition.body, { period: card.period })
  const facts = await listUnitFacts(ctx.sql, {
    asked: periods.map((period) => ({ indicator: card.definition.code, kind, period })),
    organisations: peers.map(({ code }) => code),
    asOf: view.asOf,
  })
  const areas = await areaTree(ctx.sql, view.at ?? { asOf: view.today })
  const now = facts.filter(({ period }) => period === card.period)
  const bySize = sizeClasses(
    peers.map(({ code }) => ({ code, size: now.find((one) => one.organisation === code)?.recordCount ?? 0 })),
  )
  const chosen = query['quy-mo'] ? peers.filter(({ code }) => bySize.get(code) === query['quy-mo']) : peers
  const placesOf = (period: string) =>
    rankUnits(
      chosen.map(({ code }) => {
        const fact = facts.find((one) => one.organisation === code && one.period === period)
        return {
          code,
          value: fact?.state === 'value' ? fact.value : null,
          cases: isRatio(card) ? (fact?.recordCount ?? 0) : undefined,
        }
      }),
      card.definition.body.direction === 'up' ? 'high' : 'low',
      fewCases,
    )
  const history = periods.map(placesOf)
  const placeIn = (index: number, code: string) => history[index]?.find((one) => one.code === code)?.place
  const rows = (history.at(-1) ?? []).map((placed): Row => {
    const peer = chosen.find(({ code }) => code === placed.code)
    return {
      ...placed,
      name: peer?.shortName ?? peer?.name ?? placed.code,
      fact: now.find((one) => one.organisation === placed.code),
      before: placeIn(trendLength - 2, placed.code),
      trend: periods.map((_, index) => placeIn(index, placed.code)),
      size: bySize.get(placed.code),
      population: peer?.area ? (areas.find(peer.area)?.row.population ?? undefined) : undefined,
    }
  })
  return { view, cards, card, group, groups, rows, periods }
}

/** With a plan to meet, and the most cases behind it. */
function mostTelling(cards: readonly Card[]): Card | undefined {
  const casesOf = ({ units }: Card) => units.reduce((sum, { recordCount }) => sum + recordCount, 0)
  return cards.toSorted(
    (a, b) => Number(b.target !== undefined) - Number(a.target !== undefined) || casesOf(b) - casesOf(a),
  )[0]
}

const show = route({
  method: 'GET',
  path,
  access: 'indicator:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const ranking = await readRanking(ctx, query)
    const { card, rows } = ranking
    await recordPageView(
      ctx,
      request.url,
      rows.flatMap(({ fact }) => fact?.id ?? []),
    )
    return page({
      title: 'Bảng xếp hạng',
      crumbs: [{ label: 'Tổng quan điều hành', href: '/' }],
      lead: card ? `${card.definition.body.name} · ${periodLabelOf(card.period)}` : undefined,
      body: <RankingBody ranking={ranking} query={query} address={request.url} />,
    })
  },
})

function RankingBody({ ranking, query, address }: { ranking: Ranking; query: Query; address: string }) {
  const { view, cards, card, group, groups, rows } = ranking
  if (!card)
    return (
      <div class="stack">
        <AsOfBar view={view} />
        <EmptyState title="Chưa có chỉ tiêu nào để so sánh các đơn vị">
          Bảng xếp hạng cần ít nhất hai đơn vị có số liệu của cùng một chỉ tiêu.
        </EmptyState>
        <AsOfForm view={view} />
      </div>
    )
  const few = rows.filter(({ why }) => why === 'few-cases').length
  const file = (format: string) => withQuery(address.replace(/^\/xep-hang/, `/xep-hang.${format}`), {})
  return (
    <div class="stack">
      <AsOfBar view={view} />
      <FilterBar
        names={['chi-tieu', 'ky', 'quy-mo']}
        active={query['quy-mo'] ? [{ name: 'quy-mo', label: `Quy mô: ${sizes[query['quy-mo']]}` }] : []}
        submit="Xem"
      >
        <Select
          name="chi-tieu"
          label="Chỉ tiêu"
          value={card.definition.code}
          options={cards.map(({ definition }) => ({ value: definition.code, label: definition.body.name }))}
        />
        <Select
          name="ky"
          label="Kỳ"
          value={view.period}
          empty="Theo chỉ tiêu"
          options={[]}
          groups={periodGroups(view)}
        />
        <Select
          name="quy-mo"
          label="Quy mô công việc"
          value={query['quy-mo']}
          empty="Tất cả"
          options={Object.entries(sizes).map(([value, label]) => ({ value, label }))}
        />
      </FilterBar>
      <Tabs
        label="Nhóm đơn vị so sánh"
        items={groups.map((one) => ({
          label: peerGroups[one],
          href: withQuery(address, { nhom: one }),
          current: one === group,
          count: listPeers(listUnits(view), one).length,
        }))}
      />
      {few > 0 && (
        <Notice>
          {`${few} đơn vị có dưới ${fewCases} trường hợp trong ${sayPeriod(card.period)} nên không xếp hạng: một trường hợp cũng làm tỷ lệ thay đổi lớn.`}
        </Notice>
      )}
      <Table
        caption={`${peerGroups[group]} xếp theo ${card.definition.body.name}`}
        rows={rows}
        rowKey={(row) => row.code}
        rowHref={(row) => linkTo(view, `/don-vi/${row.code}`, { 'don-vi': undefined })}
        columns={rankColumns(ranking)}
        paging={{ total: rows.length }}
        downloads={{ csv: file('csv'), xlsx: file('xlsx') }}
        empty={{ title: 'Không có đơn vị nào trong nhóm này', words: 'Chọn nhóm hoặc quy mô khác.' }}
      />
      <Help title="So sánh thế nào cho công bằng">
        <p>
          Chỉ so các đơn vị cùng loại. Quy mô chia đều ba mức theo số trường hợp trong kỳ. Đơn vị bằng nhau thì đồng
          hạng, hạng tiếp theo bỏ trống. Đơn vị có quá ít trường hợp hoặc chưa có số liệu vẫn hiện trong bảng nhưng
          không xếp hạng.
        </p>
      </Help>
      <AsOfForm view={view} />
    </div>
  )
}

function rankColumns({ card, periods, rows, view: { tai } }: Ranking) {
  const body = card?.definition.body
  return [
    { key: 'name', title: 'Đơn vị', cell: (row: Row) => row.name },
    {
      key: 'place',
      title: 'Hạng',
      kind: 'number' as const,
      phone: true,
      cell: (row: Row) =>
        row.place === undefined ? (
          <span class="muted">{row.why === 'few-cases' ? 'ít trường hợp' : 'chưa có số liệu'}</span>
        ) : (
          `${row.place}/${row.of}${row.isTied ? ' (đồng hạng)' : ''}`
        ),
    },
    { key: 'move', title: 'So với kỳ trước', phone: true, cell: (row: Row) => moveWords(row) },
    {
      key: 'value',
      title: 'Giá trị',
      kind: 'number' as const,
      phone: true,
      cell: (row: Row) =>
        row.fact?.value == null || !body ? undefined : (
          <a href={withQuery(`/so-lieu/${row.fact.id}`, { tai })}>{sayFigure(body, row.fact.value)}</a>
        ),
    },
    {
      key: 'target',
      title: 'Kế hoạch giao',
      cell: (row: Row) => {
        if (!card?.target || row.value === null || !body) return undefined
        const isShort = body.direction === 'up' ? row.value < card.target.value : row.value > card.target.value
        return isShort ? <Tag tone="warning">chưa đạt</Tag> : 'đạt'
      },
    },
    {
      key: 'cases',
      title: 'Số trường hợp',
      kind: 'number' as const,
      cell: (row: Row) => row.fact && formatNumber(row.fact.recordCount),
    },
    { key: 'size', title: 'Quy mô', cell: (row: Row) => row.size && sizes[row.size] },
    // Departments have none, and a pack need not say it: a column of dashes tells nothing.
    ...(rows.some(({ population }) => population)
      ? [
          {
            key: 'population',
            title: 'Dân số',
            kind: 'number' as const,
            cell: (row: Row) => row.population && formatNumber(row.population),
          },
        ]
      : []),
    {
      key: 'trend',
      title: `Hạng từ ${tickOf(periods[0] ?? '')}`,
      kind: 'nowrap' as const,
      cell: (row: Row) =>
        row.trend.some((place) => place !== undefined) ? row.trend.map((place) => place ?? '–').join(' → ') : undefined,
    },
  ]
}

function moveWords({ place, before }: Row): string | undefined {
  if (place === undefined || before === undefined) return undefined
  if (place === before) return 'giữ hạng'
  return place < before ? `▲ lên ${before - place}` : `▼ xuống ${place - before}`
}

const download = (format: 'csv' | 'xlsx') =>
  route({
    method: 'GET',
    path: `${path}.${format}`,
    access: 'indicator:read',
    query: Query,
    async handle(ctx, { query, request }) {
      const { card, rows, group, periods } = await readRanking(ctx, query)
      await recordPageView(
        ctx,
        request.url,
        rows.flatMap(({ fact }) => fact?.id ?? []),
      )
      return tableFile(format, {
        name: `xep-hang-${card?.definition.code ?? 'chua-co'}-${group}-${card?.period ?? ''}`,
        titles: [
          'Hạng',
          'Trong số',
          'Mã',
          'Đơn vị',
          'Giá trị',
          'Đơn vị tính',
          'Số trường hợp',
          'Ghi chú',
          ...periods.map((period) => `Hạng ${periodLabelOf(period)}`),
        ],
        rows: rows.map((row) => [
          row.place ?? null,
          row.of,
          row.code,
          row.name,
          row.value,
          card?.definition.body.unit ?? '',
          row.fact?.recordCount ?? null,
          row.why === 'few-cases'
            ? 'ít trường hợp, không xếp hạng'
            : row.why === 'no-data'
              ? 'chưa có số liệu'
              : row.isTied
                ? 'đồng hạng'
                : null,
          ...row.trend.map((place) => place ?? null),
        ]),
      })
    },
  })

export const rankingRoutes: readonly Route[] = [show, download('csv'), download('xlsx')]
