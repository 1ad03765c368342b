import { z } from 'zod'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { Button, compareText, FilterBar, Select, searchKey, Table, TextInput, withQuery } from '#ui'
import type { StoredDefinition } from '../computation/plan.ts'
import { formulaWords } from '../definition-form/choices.ts'
import { listDefinitions } from '../store.ts'
import { definitionListPath, definitionPath, newDefinitionPath } from './words.ts'

const Query = z.object({
  q: z.string().max(200).optional(),
  nhom: z.string().max(100).optional(),
  dang: z.enum(['measure', 'ratio', 'composite', 'typed']).optional().catch(undefined),
  sort: z.string().max(20).optional(),
  after: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})

export const definitionListRoute: Route = route({
  method: 'GET',
  path: definitionListPath,
  access: 'indicator:define',
  query: Query,
  async handle(ctx, { query, request }) {
    const all = await listDefinitions(ctx.sql)
    const words = searchKey(query.q ?? '')
      .split(' ')
      .filter(Boolean)
    const matching = all.filter(({ code, body }) => {
      if (query.nhom && body.group !== query.nhom) return false
      if (query.dang && body.formula.type !== query.dang) return false
      const text = searchKey(`${body.name} ${code} ${body.group}`)
      return words.every((word) => text.includes(word))
    })
    const found = sortDefinitions(matching, query.sort)
    if (query.tai)
      return tableFile(query.tai, {
        name: 'chi-tieu',
        titles: ['Mã', 'Tên', 'Nhóm', 'Đơn vị tính', 'Cách tính', 'Cơ quan chủ trì', 'Bản'],
        rows: found.map(({ code, body, version }) => [
          code,
          body.name,
          body.group,
          body.unit,
          formulaWords[body.formula.type],
          body.owner.organisation,
          version,
        ]),
      })
    const start = query.after ? found.findIndex(({ code }) => code === query.after) + 1 : 0
    const rows = found.slice(start, start + query.limit)
    const next = start + query.limit < found.length ? withQuery(request.url, { after: rows.at(-1)?.code }) : undefined
    const groups = [...new Set(all.map(({ body }) => body.group))]
    return page({
      title: 'Định nghĩa chỉ tiêu',
      lead: 'Công thức, kế hoạch giao, chủ trì và căn cứ của từng chỉ tiêu; mỗi lần sửa là một bản mới có lý do.',
      actions: (
        <Button href={newDefinitionPath} kind="primary">
          Chỉ tiêu mới
        </Button>
      ),
      islands: ['table'],
      body: (
        <div class="stack">
          <FilterBar
            names={['q', 'nhom', 'dang']}
            active={[
              ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
              ...(query.nhom ? [{ name: 'nhom', label: query.nhom }] : []),
              ...(query.dang ? [{ name: 'dang', label: formulaWords[query.dang] }] : []),
            ]}
          >
            <TextInput name="q" type="search" label="Tên hoặc mã" value={query.q} />
            <Select
              name="nhom"
              label="Nhóm"
              empty="Tất cả"
              value={query.nhom}
              options={groups.map((value) => ({ value, label: value }))}
            />
            <Select
              name="dang"
              label="Cách tính"
              empty="Tất cả"
              value={query.dang}
              options={Object.entries(formulaWords).map(([value, label]) => ({ value, label }))}
            />
          </FilterBar>
          <Table
            caption="Chỉ tiêu đang dùng"
            rows={rows}
            rowKey={({ code }) => code}
            rowHref={({ code }) => definitionPath(code)}
            id="rows"
            downloads={{ csv: withQuery(request.url, { tai: 'csv' }), xlsx: withQuery(request.url, { tai: 'xlsx' }) }}
            paging={{ nextHref: next, total: found.length, size: query.limit, sizes: [20, 50, 100] }}
            sort={query.sort}
            columns={[
              { key: 'name', title: 'Chỉ tiêu', sortable: true, cell: ({ body }: StoredDefinition) => body.name },
              { key: 'group', title: 'Nhóm', sortable: true, phone: true, cell: ({ body }) => body.group },
              {
                key: 'formula',
                title: 'Cách tính',
                sortable: true,
                phone: true,
                cell: ({ body }) => formulaWords[body.formula.type],
              },
              { key: 'unit', title: 'Đơn vị tính', sortable: true, cell: ({ body }) => body.unit },
              { key: 'owner', title: 'Chủ trì', sortable: true, cell: ({ body }) => body.owner.position },
              { key: 'version', title: 'Bản', kind: 'number', sortable: true, cell: ({ version }) => version },
              {
                key: 'origin',
                title: 'Từ',
                phone: true,
                cell: ({ origin }) => (origin === 'edit' ? 'sửa trên trang' : 'gói dữ liệu'),
              },
            ]}
            empty={{ title: 'Không có chỉ tiêu nào khớp', words: 'Bỏ bớt bộ lọc; có thể gõ không dấu.' }}
          />
        </div>
      ),
    })
  },
})

/** By group and the order within it, unless another is asked for. */
function sortDefinitions(found: readonly StoredDefinition[], sort = ''): StoredDefinition[] {
  const texts: Record<string, (one: StoredDefinition) => string> = {
    name: ({ body }) => body.name,
    group: ({ body }) => body.group,
    formula: ({ body }) => formulaWords[body.formula.type],
    unit: ({ body }) => body.unit,
    owner: ({ body }) => body.owner.position,
  }
  const key = sort.replace(/^-/, '')
  const turn = sort.startsWith('-') ? -1 : 1
  const of = texts[key]
  if (of) return found.toSorted((a, b) => turn * compareText(of(a), of(b)))
  return key === 'version' ? found.toSorted((a, b) => turn * (a.version - b.version)) : [...found]
}
