// Units and areas side by side: bars of those that matter, a table of all.

import type { ComponentChildren } from 'preact'
import { type Card, judge, type ReadFact, resolveTarget, type UnitFact } from '#indicators'
import type { AreaTree } from '#organisations'
import type { TableCell } from '#platform/table-file'
import { BarChart, type Column, compareText, formatNumber, Section, Table, Tag, useSurroundings, withQuery } from '#ui'
import { fewCases, isRatio } from '../overview/worst-units.ts'
import { findingOfUnits } from './findings.ts'
import { linkTo, type View } from './view.tsx'
import { sayDifference, sayPeriod } from './words.ts'

const barsShown = 10

export interface UnitRow {
  code: string
  name: string
  fact: UnitFact | undefined
  before: number | null
  target: number | undefined
  standing: 'normal' | 'watch' | 'breach' | undefined
  /** How far from the plan, or from the pace to it. */
  gap: number | undefined
}

export function makeUnitRows(
  card: Card,
  units: readonly { code: string; name: string }[],
  { before, view }: { before: readonly UnitFact[]; view: View },
): UnitRow[] {
  const { body } = card.definition
  const now = new Map(card.units.map((fact) => [fact.organisation, fact]))
  const earlier = new Map(before.map((fact) => [fact.organisation, fact.value]))
  const rows = units.map(({ code, name }): UnitRow => {
    const fact = now.get(code)
    const ancestors = view.tree.find(code)?.path.slice(0, -1) ?? []
    const target = resolveTarget(body, { organisation: code, ancestors, period: card.period })
    const judgement = fact?.value == null ? undefined : judge(body, fact.value, target, card.elapsed)
    return {
      code,
      name,
      fact,
      before: earlier.get(code) ?? null,
      target: target?.value,
      standing: judgement?.standing,
      gap: judgement?.gap,
    }
  })
  return rows.some(({ fact }) => fact !== undefined) ? rows : []
}

const readValue = ({ fact }: UnitRow) => (fact?.state === 'value' ? fact.value : null)

/** The worst first where one way is better, else the largest. */
export function sortUnits(card: Card, rows: readonly UnitRow[], sort: string | undefined): UnitRow[] {
  const { direction } = card.definition.body
  const key = sort ?? (direction === 'up' ? 'value' : '-value')
  const sign = key.startsWith('-') ? -1 : 1
  const pick: Record<string, (row: UnitRow) => number | null> = {
    value: readValue,
    count: ({ fact }) => fact?.recordCount ?? null,
    before: ({ before }) => before,
  }
  const of = pick[key.replace('-', '')]
  if (!of) return rows.toSorted((a, b) => sign * compareText(a.name, b.name))
  return rows.toSorted((a, b) => {
    const [x, y] = [of(a), of(b)]
    if (x === null || y === null) return x === y ? compareText(a.name, b.name) : x === null ? 1 : -1
    return sign * (x - y) || compareText(a.name, b.name)
  })
}

export function UnitComparison(props: {
  card: Card
  rows: readonly UnitRow[]
  view: View
  list: { sort?: string; after?: string; limit: number }
  downloads: { csv: string; xlsx: string }
}) {
  const { card, rows, view } = props
  const { sort, after, limit } = props.list
  const { body, code } = card.definition
  const known = rows.filter((row) => readValue(row) !== null)
  const worst = sortUnits(card, known, undefined).slice(0, barsShown)
  const target = rows.find((row) => row.target !== undefined)?.target
  const finding = findingOfUnits(
    body,
    known.map((row) => ({ name: row.name, value: readValue(row) })),
    target,
  )
  const missing = rows.length - known.length
  const sorted = sortUnits(card, rows, sort)
  const start = after === undefined ? 0 : sorted.findIndex((row) => row.code === after) + 1
  const shown = sorted.slice(start, start + limit)
  const { address } = useSurroundings()
  const pageHref = (from: number) => `${withQuery(address, { after: sorted[from - 1]?.code })}#don-vi`
  return (
    <Section
      title="Theo đơn vị"
      id="don-vi"
      aside={
        <a href={withQuery('/xep-hang', { 'chi-tieu': code, ky: card.period, tai: view.tai })}>Xếp hạng theo nhóm</a>
      }
    >
      <div class="stack">
        <BarChart
          id="theo-don-vi"
          title={finding}
          measure={`${body.unit}, ${sayPeriod(card.period)}${known.length > barsShown ? `; ${worst.length} đơn vị ${body.direction === 'none' ? 'cao nhất' : 'kém nhất'}` : ''}${target === undefined ? '' : '; vạch đậm là kế hoạch giao'}`}
          labelTitle="Đơn vị"
          valueTitle={body.name}
          targetTitle="Kế hoạch giao"
          unit={body.unit}
          decimals={body.decimals}
          bars={worst.map((row) => ({
            label: row.name,
            href: linkTo(view, `/chi-tieu/${code}`, { 'don-vi': row.code, ky: card.period }),
            value: readValue(row),
            target: row.target,
            emphasis: row.standing === 'breach',
            remark: isFew(card, row) ? `chỉ ${formatNumber(row.fact?.recordCount ?? 0)} trường hợp` : undefined,
          }))}
          note={missing > 0 ? `${missing} đơn vị chưa có số liệu kỳ này, không tính là 0.` : undefined}
          source={body.source}
          asOf={card.fact?.observedAt ?? undefined}
        />
        <Table
          caption={`${body.name} theo đơn vị, ${sayPeriod(card.period)}`}
          rows={shown}
          rowKey={(row) => row.code}
          rowHref={(row) => linkTo(view, `/chi-tieu/${code}`, { 'don-vi': row.code, ky: card.period })}
          columns={unitColumns(card, view)}
          sort={sort ?? (body.direction === 'up' ? 'value' : '-value')}
          paging={{
            total: rows.length,
            size: limit,
            sizes: [20, 50, 100],
            nextHref: start + limit < sorted.length ? pageHref(start + limit) : undefined,
            previousHref: start > 0 ? pageHref(Math.max(0, start - limit)) : undefined,
          }}
          downloads={props.downloads}
        />
      </div>
    </Section>
  )
}

const standingWords = { normal: 'đạt', watch: 'cần theo dõi', breach: 'chưa đạt' } as const

/** Titles of the same table as a file. */
export function unitFileTitles(card: Card): string[] {
  const { unit } = card.definition.body
  const count = isRatio(card) ? 'Mẫu số' : 'Số bản ghi'
  return ['Mã đơn vị', 'Đơn vị', `Giá trị (${unit})`, 'Kế hoạch giao', 'So với kế hoạch', 'Kỳ trước', count]
}

/** A line of the file: figures as they are counted, not as they are rounded on the screen. */
export const unitFileCells = (row: UnitRow): TableCell[] => [
  row.code,
  row.name,
  readValue(row),
  row.target,
  row.standing && standingWords[row.standing],
  row.before,
  row.fact?.recordCount,
]

const isFew = (card: Card, { fact }: UnitRow) => isRatio(card) && fact !== undefined && fact.recordCount < fewCases

function unitColumns(card: Card, { tai }: View): Column<UnitRow>[] {
  const { body } = card.definition
  const number = (value: number | null | undefined): ComponentChildren =>
    value === null || value === undefined ? undefined : formatNumber(value, body.decimals)
  return [
    { key: 'name', title: 'Đơn vị', sortable: true, cell: (row) => row.name },
    {
      key: 'value',
      title: 'Giá trị',
      unit: body.unit,
      kind: 'number',
      sortable: true,
      phone: true,
      cell: (row) => {
        const value = readValue(row)
        if (value === null || !row.fact) return undefined
        return <a href={withQuery(`/so-lieu/${row.fact.id}`, { tai })}>{number(value)}</a>
      },
    },
    {
      key: 'state',
      title: 'So với kế hoạch',
      phone: true,
      cell: (row) =>
        row.standing === undefined ? undefined : row.standing === 'normal' ? (
          'đạt'
        ) : (
          <Tag tone={row.standing === 'breach' ? 'danger' : 'warning'}>
            {body.direction === 'up' ? 'thiếu' : 'vượt'} {sayDifference(body, row.gap ?? 0)}
          </Tag>
        ),
    },
    {
      key: 'before',
      title: 'Kỳ trước',
      unit: body.unit,
      kind: 'number',
      sortable: true,
      cell: (row) => number(row.before),
    },
    {
      key: 'count',
      title: isRatio(card) ? 'Mẫu số' : 'Số bản ghi',
      kind: 'number',
      sortable: true,
      phone: true,
      cell: (row) => (row.fact ? `${formatNumber(row.fact.recordCount)}${isFew(card, row) ? ' (ít)' : ''}` : undefined),
    },
  ]
}

/** By area: only readers of the whole authority have these numbers. */
export function AreaComparison({
  card,
  facts,
  areas,
  tai,
}: {
  card: Card
  facts: readonly ReadFact[]
  areas: AreaTree
  tai: string | undefined
}) {
  const { body } = card.definition
  const rows = facts.flatMap((fact) => {
    const node = areas.find(fact.area)
    return node && node.depth >= 2 && fact.value !== null ? [{ fact, name: node.row.name, value: fact.value }] : []
  })
  if (rows.length < 2) return null
  const worstFirst = body.direction === 'up' ? 1 : -1
  const sorted = rows.toSorted((a, b) => worstFirst * (a.value - b.value) || compareText(a.name, b.name))
  return (
    <Section title="Theo địa bàn" id="dia-ban">
      <BarChart
        id="theo-dia-ban"
        title={findingOfUnits({ ...body, direction: 'none' }, rows, undefined)}
        measure={`${body.unit}, ${sayPeriod(card.period)}, theo địa bàn của bản ghi`}
        labelTitle="Địa bàn"
        valueTitle={body.name}
        unit={body.unit}
        decimals={body.decimals}
        bars={sorted.slice(0, 20).map(({ fact, name, value }) => ({
          label: name,
          href: withQuery(`/so-lieu/${fact.id}`, { tai }),
          value,
        }))}
        note={sorted.length > 20 ? `Còn ${sorted.length - 20} địa bàn khác.` : undefined}
        source={body.source}
        asOf={card.fact?.observedAt ?? undefined}
      />
    </Section>
  )
}
