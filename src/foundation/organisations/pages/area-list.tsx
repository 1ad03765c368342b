import { z } from 'zod'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  type ActiveFilter,
  AsOfNotice,
  AsOfQuestion,
  type Column,
  compareText,
  DateInput,
  FilterBar,
  formatDate,
  formatNumber,
  readDateInput,
  Select,
  Table,
  TextInput,
  TreeList,
  withQuery,
} from '#ui'
import { readAsOf } from '../as-of.ts'
import { searchKey } from '../names/vietnamese.ts'
import type { Area } from '../store.ts'
import { branchOf } from '../tree/preorder.ts'
import { type AreaTree, areaTree, today } from '../tree/read.ts'
import { treeItem } from './tree-item.ts'
import { areaKindWords, areaListPath, areaPathOf } from './words.ts'

const names = ['q', 'loai', 'thuoc', 'ngay-day', 'ngay-month', 'ngay-year'] as const
const kinds = Object.keys(areaKindWords) as [keyof typeof areaKindWords] // keys of a constant object are exactly its names

const Query = z.object({
  q: z.string().max(200).optional(),
  loai: z.enum(kinds).optional().catch(undefined),
  thuoc: z.string().max(35).optional(),
  'ngay-day': z.string().max(2).optional(),
  'ngay-month': z.string().max(2).optional(),
  'ngay-year': z.string().max(4).optional(),
  dang: z.enum(['cay', 'bang']).optional().catch(undefined),
  sort: z.string().max(20).optional(),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
})
type Query = z.infer<typeof Query>

/** Administrative units of a day: folded as they lie within each other, or as a list that is filtered, sorted and downloaded. */
export const areaListRoute: Route = route({
  method: 'GET',
  path: areaListPath,
  access: 'signed-in',
  query: Query,
  async handle(ctx, { query, request }) {
    const given = readDateInput(query, 'ngay')
    const now = await today(ctx)
    const past = await readAsOf(ctx, query.tai)
    const on = given === undefined || given === 'invalid' ? undefined : given
    const asOf = on ?? past?.asOf ?? now
    const tree = await areaTree(ctx.sql, { ...past, asOf })
    const found = sortAreas(tree, findAreas(tree, query), query.sort)
    if (query.tep) return tableFile(query.tep, { name: `dia-ban-${asOf}`, titles, rows: fileRows(tree, found) })
    const isTree = query.dang !== 'bang' && !query.q && !query.loai && !query.thuoc && !query.sort && !query.after
    const nameOf = (code: string) => tree.find(code)?.row.name ?? code
    const active: ActiveFilter[] = [
      ...(query.q ? [{ name: 'q', label: `Tên: ${query.q}` }] : []),
      ...(query.loai ? [{ name: 'loai', label: areaKindWords[query.loai] }] : []),
      ...(query.thuoc ? [{ name: 'thuoc', label: `Thuộc ${nameOf(query.thuoc)}` }] : []),
      ...(on === undefined || on === now ? [] : [{ name: 'ngay-year', label: `Ngày ${formatDate(asOf)}` }]),
    ]
    return page({
      title: 'Địa bàn',
      lead: `Đơn vị hành chính vào ngày ${formatDate(asOf)}.`,
      islands: isTree ? [] : ['table'],
      body: (
        <div class="stack">
          <AsOfNotice at={past} what="địa bàn" />
          <Filters query={query} tree={tree} active={active} isWrong={given === 'invalid'} />
          {isTree ? (
            <Structure tree={tree} address={request.url} tai={past?.text} />
          ) : (
            <AreaTable
              caption="Địa bàn"
              tree={tree}
              rows={found}
              list={{ ...query, address: withQuery(request.url, { dang: 'bang' }) }}
              tai={past?.text}
            />
          )}
          <AsOfQuestion at={past} what="địa bàn" />
        </div>
      ),
    })
  },
})

function Structure({ tree, address, tai }: { tree: AreaTree; address: string; tai: string | undefined }) {
  const pathThen = (code: string) => withQuery(areaPathOf(code), { tai })
  const file = (tep: string) => withQuery(address, { tep })
  return (
    <>
      <div class="row">
        <a href={withQuery(address, { dang: 'bang' })}>{`Xem thành bảng (${formatNumber(tree.nodes.length)})`}</a>
        <a href={file('csv')}>Tải về CSV</a>
        <a href={file('xlsx')}>Tải về XLSX</a>
      </div>
      <TreeList
        label="Địa bàn"
        nodes={tree.nodes
          .filter((node) => node.depth === 0)
          .map((node) => treeItem(tree, node, pathThen, (one) => one.depth === 0 && one.row.kind === 'country'))}
      />
    </>
  )
}

interface FiltersProps {
  query: Query
  tree: AreaTree
  active: ActiveFilter[]
  isWrong: boolean
}

function Filters({ query, tree, active, isWrong }: FiltersProps) {
  const present = new Set(tree.nodes.map(({ row }) => row.kind))
  const parents = tree.nodes.filter(({ position, last }) => last > position)
  return (
    <FilterBar names={[...names]} active={active} submit="Xem">
      <TextInput name="q" type="search" label="Tên hoặc mã địa bàn" value={query.q} />
      <Select
        name="loai"
        label="Loại"
        empty="Tất cả"
        value={query.loai}
        options={kinds.filter((kind) => present.has(kind)).map((value) => ({ value, label: areaKindWords[value] }))}
      />
      <Select
        name="thuoc"
        label="Thuộc"
        empty="Tất cả"
        value={query.thuoc}
        options={parents.map(({ row }) => ({ value: row.code, label: row.name }))}
      />
      <DateInput
        name="ngay"
        label="Vào ngày"
        value={{ day: query['ngay-day'], month: query['ngay-month'], year: query['ngay-year'] }}
        error={isWrong ? 'Ngày phải có đủ ngày, tháng, năm, ví dụ 30/06/2025.' : undefined}
      />
    </FilterBar>
  )
}

function findAreas(tree: AreaTree, query: Query): Area[] {
  const words = searchKey(query.q ?? '')
    .split(' ')
    .filter(Boolean)
  const nodes = query.thuoc ? branchOf(tree, query.thuoc).slice(1) : tree.nodes
  return nodes.flatMap(({ row }) => {
    if (query.loai && row.kind !== query.loai) return []
    const text = searchKey(`${row.name} ${row.nameEn ?? ''} ${row.code} ${row.officialCode ?? ''}`)
    return words.every((word) => text.includes(word)) ? [row] : []
  })
}

/** In the order of the tree, unless another is asked for; what has no figure comes last either way. */
function sortAreas(tree: AreaTree, rows: readonly Area[], sort = ''): Area[] {
  const isFalling = sort.startsWith('-')
  const key = sort.replace(/^-/, '')
  const textOf: Record<string, (row: Area) => string> = {
    name: ({ name }) => name,
    kind: ({ kind }) => areaKindWords[kind],
    code: ({ officialCode, code }) => officialCode ?? code,
    parent: ({ parent }) => (parent && tree.find(parent)?.row.name) || '',
  }
  const numberOf: Record<string, (row: Area) => number | null> = {
    area: ({ areaKm2 }) => areaKm2,
    people: ({ population }) => population,
  }
  const [text, number] = [textOf[key], numberOf[key]]
  const turn = isFalling ? -1 : 1
  if (text) return rows.toSorted((a, b) => turn * compareText(text(a), text(b)))
  if (!number) return [...rows]
  return rows.toSorted((a, b) => {
    const [left, right] = [number(a), number(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return turn * (left - right)
  })
}

const titles = ['Mã', 'Mã thống kê', 'Tên', 'Loại', 'Thuộc', 'Diện tích (km²)', 'Dân số', 'Hiệu lực từ', 'Văn bản']

function* fileRows(tree: AreaTree, rows: readonly Area[]) {
  for (const row of rows)
    yield [
      row.code,
      row.officialCode,
      row.name,
      areaKindWords[row.kind],
      row.parent && (tree.find(row.parent)?.row.name ?? row.parent),
      row.areaKm2,
      row.population,
      row.validFrom && formatDate(row.validFrom),
      row.decision,
    ]
}

interface AreaTableProps {
  caption: string
  tree: AreaTree
  rows: readonly Area[]
  list: { address: string; sort?: string; after?: string; limit: number }
  tai: string | undefined
}

/** A page of areas; its order, place and downloads are in the address. */
export function AreaTable({ caption, tree, rows, list, tai }: AreaTableProps) {
  const { address, sort, after, limit } = list
  const start = after ? rows.findIndex(({ code }) => code === after) + 1 : 0
  const shown = rows.slice(start, start + limit)
  const next = start + limit < rows.length ? withQuery(address, { after: shown.at(-1)?.code }) : undefined
  const columns: Column<Area>[] = [
    { key: 'name', title: 'Địa bàn', sortable: true, cell: ({ name }) => name },
    { key: 'kind', title: 'Loại', sortable: true, phone: true, cell: ({ kind }) => areaKindWords[kind] },
    {
      key: 'parent',
      title: 'Thuộc',
      sortable: true,
      cell: ({ parent }) => parent && (tree.find(parent)?.row.name ?? parent),
    },
    {
      key: 'code',
      title: 'Mã thống kê',
      sortable: true,
      kind: 'nowrap',
      phone: true,
      cell: ({ officialCode, code }) => officialCode ?? code,
    },
    {
      key: 'area',
      title: 'Diện tích',
      unit: 'km²',
      kind: 'number',
      sortable: true,
      cell: ({ areaKm2 }) => (areaKm2 === null ? null : formatNumber(areaKm2)),
    },
    {
      key: 'people',
      title: 'Dân số',
      unit: 'người',
      kind: 'number',
      sortable: true,
      phone: true,
      cell: ({ population }) => (population === null ? null : formatNumber(population)),
    },
  ]
  return (
    <Table
      caption={caption}
      rows={shown}
      rowKey={({ code }) => code}
      rowHref={({ code }) => withQuery(areaPathOf(code), { tai })}
      columns={columns}
      sort={sort}
      id="rows"
      downloads={{ csv: withQuery(address, { tep: 'csv' }), xlsx: withQuery(address, { tep: 'xlsx' }) }}
      paging={{ nextHref: next, total: rows.length, size: limit, sizes: [20, 50, 100] }}
      empty={{
        title: 'Không có địa bàn nào khớp',
        words: 'Bỏ bớt bộ lọc; có thể gõ không dấu, bỏ chữ xã, phường; hoặc chọn ngày khác.',
      }}
    />
  )
}
