import { z } from 'zod'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  compareText,
  DateInput,
  EmptyState,
  FilterBar,
  formatDate,
  formatNumber,
  Notice,
  readDateInput,
  Section,
  Select,
  Table,
  TextInput,
  TreeList,
  withQuery,
} from '#ui'
import { managePermission } from '../actions.ts'
import { readAsOf } from '../as-of.ts'
import { listLoadedPacks, type Organisation } from '../store.ts'
import type { Tree, TreeNode } from '../tree/preorder.ts'
import { listOrganisations, organisationTree, today } from '../tree/read.ts'
import { treeItem } from './tree-item.ts'
import { kindWords, listPath, pathOf } from './words.ts'

const Query = z.object({
  q: z.string().max(200).optional(),
  loai: z
    .enum(Object.keys(kindWords) as [keyof typeof kindWords])
    .optional()
    .catch(undefined),
  dang: z.enum(['cay', 'bang']).optional().catch(undefined),
  sort: z.string().max(20).optional(),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
  'ngay-day': z.string().max(2).optional(),
  'ngay-month': z.string().max(2).optional(),
  'ngay-year': z.string().max(4).optional(),
})
type Query = z.infer<typeof Query>

export const listRoute: Route = route({
  method: 'GET',
  path: listPath,
  access: 'signed-in',
  query: Query,
  async handle(ctx, { query, request }) {
    const given = readDateInput(query, 'ngay')
    const now = await today(ctx)
    const past = await readAsOf(ctx, query.tai)
    const on = given === undefined || given === 'invalid' ? undefined : given
    const at = { ...past, asOf: on ?? past?.asOf ?? now }
    const { asOf } = at
    const tree = await organisationTree(ctx.sql, at)
    const packs = await listLoadedPacks(ctx.sql)
    const samples = new Set(packs.filter((pack) => pack.card.fictitious).map((pack) => pack.card.rootOrganisation))
    const isTree = query.dang !== 'bang' && !query.q && !query.loai && !query.sort
    const filter = { search: query.q, kind: query.loai }
    const found = sortFound(tree, await listOrganisations(ctx.sql, at, filter), query.sort)
    if (query.tep) return tableFile(query.tep, { name: `don-vi-${asOf}`, titles, rows: fileRows(tree, found) })
    return page({
      title: 'Đơn vị',
      lead: `Cơ cấu tổ chức vào ngày ${formatDate(asOf)}. Tên và cấp quản lý của từng thời kỳ được giữ nguyên.`,
      actions: ctx.can(managePermission) && !past && (
        <Button href={`${listPath}/tao-moi`} kind="primary" icon="add">
          Thêm đơn vị
        </Button>
      ),
      body: (
        <div class="stack">
          <AsOfNotice at={past} what="cơ cấu đơn vị" />
          <Filters query={query} wrong={given === 'invalid'} asOf={asOf} now={now} />
          {isTree ? (
            <Structure tree={tree} samples={samples} address={request.url} tai={past?.text} />
          ) : (
            <Found tree={tree} nodes={found} query={query} address={withQuery(request.url, { dang: 'bang' })} />
          )}
          <AsOfQuestion at={past} what="cơ cấu đơn vị" />
        </div>
      ),
    })
  },
})

function Filters({ query, wrong, asOf, now }: { query: Query; wrong: boolean; asOf: string; now: string }) {
  const active = [
    ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
    ...(query.loai ? [{ name: 'loai', label: kindWords[query.loai] }] : []),
    ...(asOf !== now && !query.tai ? [{ name: 'ngay-year', label: `Ngày ${formatDate(asOf)}` }] : []),
  ]
  const value = { day: query['ngay-day'], month: query['ngay-month'], year: query['ngay-year'] }
  return (
    <FilterBar names={['q', 'loai', 'ngay-day', 'ngay-month', 'ngay-year']} active={active} submit="Xem">
      <TextInput name="q" type="search" label="Tên hoặc mã đơn vị" value={query.q} />
      <Select
        name="loai"
        label="Loại"
        empty="Tất cả"
        value={query.loai}
        options={Object.entries(kindWords).map(([value, label]) => ({ value, label }))}
      />
      <DateInput
        name="ngay"
        label="Vào ngày"
        value={value}
        error={wrong ? 'Ngày phải có đủ ngày, tháng, năm, ví dụ 30/06/2025.' : undefined}
      />
    </FilterBar>
  )
}

type Node = TreeNode<Organisation>

/** In the order of the tree, unless another is asked for. */
function sortFound(tree: Tree<Organisation>, nodes: readonly Node[], sort = ''): Node[] {
  const orders: Record<string, (node: Node) => string> = {
    name: ({ row }) => row.name,
    code: ({ row }) => row.code,
    kind: ({ row }) => kindWords[row.kind],
    parent: ({ row }) => nameOf(tree, row.parent),
  }
  const of = orders[sort.replace(/^-/, '')]
  const turn = sort.startsWith('-') ? -1 : 1
  return of ? nodes.toSorted((a, b) => turn * compareText(of(a), of(b))) : [...nodes]
}

const nameOf = (tree: Tree<Organisation>, code: string | null): string =>
  code === null ? '' : (tree.find(code)?.row.name ?? code)

const titles = ['Mã', 'Tên', 'Tên ngắn', 'Tên tiếng Anh', 'Loại', 'Trực thuộc', 'Địa bàn', 'Hiệu lực từ', 'Văn bản']

function* fileRows(tree: Tree<Organisation>, nodes: readonly Node[]) {
  for (const { row } of nodes)
    yield [
      row.code,
      row.name,
      row.shortName,
      row.nameEn,
      kindWords[row.kind],
      nameOf(tree, row.parent),
      row.area,
      row.validFrom && formatDate(row.validFrom),
      row.decision,
    ]
}

interface FoundProps {
  tree: Tree<Organisation>
  nodes: readonly Node[]
  query: Query
  address: string
}

function Found({ tree, nodes, query, address }: FoundProps) {
  const start = query.after ? nodes.findIndex(({ row }) => row.code === query.after) + 1 : 0
  const rows = nodes.slice(start, start + query.limit).map((node) => node.row)
  const next = start + query.limit < nodes.length ? withQuery(address, { after: rows.at(-1)?.code }) : undefined
  return (
    <Table
      caption="Đơn vị"
      rows={rows}
      rowKey={(row) => row.code}
      rowHref={(row) => withQuery(pathOf(row.code), { tai: query.tai })}
      sort={query.sort}
      columns={[
        { key: 'name', title: 'Đơn vị', sortable: true, cell: (row) => row.name },
        { key: 'code', title: 'Mã', kind: 'nowrap', sortable: true, cell: (row) => row.code, phone: true },
        { key: 'kind', title: 'Loại', sortable: true, cell: (row) => kindWords[row.kind], phone: true },
        { key: 'parent', title: 'Trực thuộc', sortable: true, cell: (row) => nameOf(tree, row.parent) },
      ]}
      downloads={{ csv: withQuery(address, { tep: 'csv' }), xlsx: withQuery(address, { tep: 'xlsx' }) }}
      paging={{ nextHref: next, total: nodes.length, size: query.limit, sizes: [20, 50, 100] }}
      empty={{ title: 'Không có đơn vị nào khớp', words: 'Thử ít từ hơn; có thể gõ không dấu.' }}
    />
  )
}

const isOpen = (node: TreeNode<Organisation>) => node.depth === 0 && node.row.kind === 'province'

const groupTitles = ['Cơ quan của tỉnh', 'Cơ quan ngoài tuyến quản lý của tỉnh', 'Cơ quan của dữ liệu mẫu'] as const

interface StructureProps {
  tree: Tree<Organisation>
  samples: ReadonlySet<string>
  address: string
  tai: string | undefined
}

function Structure({ tree, samples, address, tai }: StructureProps) {
  if (tree.nodes.length === 0)
    return <EmptyState title="Chưa có đơn vị nào vào ngày này">Chọn một ngày khác, hoặc thêm đơn vị.</EmptyState>
  const pathThen = (code: string) => withQuery(pathOf(code), { tai })
  const roots = tree.nodes.filter((node) => node.depth === 0)
  const groupOf = ({ row }: TreeNode<Organisation>) =>
    samples.has(row.code) ? groupTitles[2] : row.line === 'external' ? groupTitles[1] : groupTitles[0]
  const groups = groupTitles.map((title) => ({ title, nodes: roots.filter((node) => groupOf(node) === title) }))
  const unverified = tree.nodes.filter((node) => node.row.unverified).length
  return (
    <>
      <div class="row">
        <a href={withQuery(address, { dang: 'bang' })}>{`Xem thành bảng (${formatNumber(tree.nodes.length)})`}</a>
        <a href={withQuery(address, { tep: 'csv' })}>Tải về CSV</a>
        <a href={withQuery(address, { tep: 'xlsx' })}>Tải về XLSX</a>
      </div>
      {unverified > 0 && (
        <Notice>{`${unverified} đơn vị có thông tin chưa đối chiếu với văn bản thành lập; mở từng đơn vị để đính chính.`}</Notice>
      )}
      {groups
        .filter((group) => group.nodes.length > 0)
        .map((group) => (
          <Section key={group.title} title={group.title}>
            <TreeList label={group.title} nodes={group.nodes.map((node) => treeItem(tree, node, pathThen, isOpen))} />
          </Section>
        ))}
    </>
  )
}
