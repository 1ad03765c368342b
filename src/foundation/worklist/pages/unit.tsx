// The head's view: who of the unit has how much to do, down to the items.
import { z } from 'zod'
import { listPeople } from '#identity'
import { organisationTree, searchKey, today } from '#organisations'
import type { Context, Reach } from '#platform/context'
import { forbidden } from '#platform/errors'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { comparePeople, FilterBar, Form, formatNumber, Select, Table, TextInput, withQuery } from '#ui'
import { overseePermission, unitTopic } from '../actions.ts'
import { countLoads, type Load } from '../reading/counts.ts'
import { listItems, type Scope } from '../reading/lists.ts'
import { sightOf } from '../reading/sight.ts'
import { UnitBar } from './bulk-bar.tsx'
import { ItemFilter, orderOf, readFilter, writeMark } from './filter.ts'
import { ItemTable } from './item-table.tsx'
import { fileRows, fileTitles, nameHolders, readFrame, toRows } from './read-rows.ts'
import { bandNames, inboxPath, unitItemsPath, unitPath } from './words.ts'

interface Unit {
  code: string
  name: string
  /** Itself and all below it that the reader oversees. */
  codes: string[]
  choices: { value: string; label: string }[]
}

const within = (reach: Reach, code: string) => reach === 'all' || reach.has(code)

/** The unit that is looked at: the one asked for, else one's own, else the highest one oversees. @throws Problem 403 for another's. */
async function readUnit(ctx: Context, asked: string | undefined): Promise<Unit> {
  const reach = ctx.reach(overseePermission)
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const seen = tree.nodes.filter(({ row }) => within(reach, row.code))
  const own = ctx.actor.organisation
  const code =
    asked ?? (own && within(reach, own) && tree.find(own) ? own : (seen[0]?.row.code ?? tree.nodes[0]?.row.code ?? ''))
  const node = tree.find(code)
  if (!node || !within(reach, code)) throw forbidden(overseePermission, code)
  const codes = tree.nodes
    .slice(node.position, node.last + 1)
    .map(({ row }) => row.code)
    .filter((one) => within(reach, one))
  const base = Math.min(...seen.map(({ depth }) => depth))
  return {
    code,
    name: node.row.name,
    codes,
    choices: seen.map(({ row, depth }) => ({ value: row.code, label: `${'– '.repeat(depth - base)}${row.name}` })),
  }
}

const orders = ['name', 'open', 'late', 'soon'] as const
const LoadQuery = z.object({
  'don-vi': z.string().max(35).optional(),
  q: z.string().max(200).optional(),
  sort: z
    .string()
    .regex(/^-?(name|open|late|soon)$/)
    .catch('-late'),
  after: z.string().max(63).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type LoadQuery = z.infer<typeof LoadQuery>

interface PersonLoad extends Load {
  key: string
  name: string
  position: string | null
}

const nobody = 'chua-nhan'

async function readLoads(ctx: Context, unit: Unit, { sort, q }: LoadQuery): Promise<PersonLoad[]> {
  const loads = await countLoads(ctx.sql, unit.codes, (await readFrame(ctx)).bounds)
  const people = await listPeople(
    ctx,
    loads.flatMap(({ holder }) => holder ?? []),
  )
  const byAccount = new Map(people.map((person) => [person.account, person]))
  const words = searchKey(q?.trim() ?? '')
  const rows = loads.map((load): PersonLoad => {
    const person = byAccount.get(load.holder ?? '')
    return {
      ...load,
      key: load.holder ?? nobody,
      name: load.holder === null ? 'Chưa ai nhận' : (person?.name ?? load.holder),
      position: person?.position ?? null,
    }
  })
  return rows.filter(({ holder, name }) => holder === null || searchKey(name).includes(words)).toSorted(orderBy(sort))
}

/** What nobody has claimed stands first; equals by name, then by account. */
function orderBy(sort: string): (a: PersonLoad, b: PersonLoad) => number {
  const falling = sort.startsWith('-') ? -1 : 1
  const order = orders.find((one) => one === sort.replace(/^-/, ''))
  const amountOf = ({ open, late, dueSoon }: PersonLoad) => ({ name: 0, open, late, soon: dueSoon })[order ?? 'name']
  return (a, b) => {
    if (a.holder === null || b.holder === null) return a.holder === null ? -1 : 1
    const byName = comparePeople(a.name, b.name) || a.key.localeCompare(b.key)
    return falling * (amountOf(a) - amountOf(b)) || (order === 'name' ? falling * byName : byName)
  }
}

const itemsHref = (unit: Unit, { key }: PersonLoad, nhom?: 'late'): string =>
  withQuery(unitItemsPath, { 'don-vi': unit.code, nguoi: key, nhom })

function LoadTable({
  unit,
  loads,
  query,
  address,
}: {
  unit: Unit
  loads: PersonLoad[]
  query: LoadQuery
  address: string
}) {
  const from = query.after === undefined ? 0 : loads.findIndex(({ key }) => key === query.after) + 1
  const rows = loads.slice(from, from + query.limit)
  const sum = (of: (load: Load) => number) => formatNumber(loads.reduce((total, load) => total + of(load), 0))
  return (
    <Table
      caption="Khối lượng việc theo người"
      hideCaption
      rows={rows}
      rowKey={({ key }) => key}
      rowHref={(load) => itemsHref(unit, load)}
      sort={query.sort}
      columns={[
        { key: 'name', title: 'Người làm', sortable: true, cell: ({ name }) => name, total: 'Cả đơn vị' },
        { key: 'position', title: 'Chức vụ', phone: false, cell: ({ position }) => position ?? ' ' },
        {
          key: 'open',
          title: 'Đang mở',
          kind: 'number',
          sortable: true,
          phone: true,
          cell: ({ open }) => formatNumber(open),
          total: sum(({ open }) => open),
        },
        {
          key: 'late',
          title: 'Quá hạn',
          kind: 'number',
          sortable: true,
          phone: true,
          cell: (load) =>
            load.late > 0 ? (
              <a
                href={itemsHref(unit, load, 'late')}
                aria-label={`${formatNumber(load.late)} việc quá hạn của ${load.name}`}
              >
                {formatNumber(load.late)}
              </a>
            ) : (
              '0'
            ),
          total: sum(({ late }) => late),
        },
        {
          key: 'soon',
          title: 'Đến hạn trong 2 ngày làm việc',
          kind: 'number',
          sortable: true,
          phone: true,
          cell: ({ dueSoon }) => formatNumber(dueSoon),
          total: sum(({ dueSoon }) => dueSoon),
        },
      ]}
      downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
      paging={{
        nextHref: from + query.limit < loads.length ? withQuery(address, { after: rows.at(-1)?.key }) : undefined,
        total: loads.length,
        size: query.limit,
        sizes: [20, 50, 100],
      }}
      empty={{
        title: 'Đơn vị không có việc nào đang mở',
        words: 'Việc của đơn vị và các đơn vị trực thuộc hiện ở đây.',
      }}
    />
  )
}

const unitRoute: Route = route({
  method: 'GET',
  path: unitPath,
  access: overseePermission,
  query: LoadQuery,
  async handle(ctx, { query, request }) {
    const unit = await readUnit(ctx, query['don-vi'])
    const loads = await readLoads(ctx, unit, query)
    if (query.tai)
      return tableFile(query.tai, {
        name: 'khoi-luong-viec',
        titles: ['Người làm', 'Tài khoản', 'Chức vụ', 'Đang mở', 'Quá hạn', 'Đến hạn trong 2 ngày làm việc'],
        rows: loads.map(({ name, holder, position, open, late, dueSoon }) => [
          name,
          holder,
          position,
          open,
          late,
          dueSoon,
        ]),
      })
    return page({
      title: 'Khối lượng việc của đơn vị',
      lead: unit.name,
      crumbs: [{ label: 'Việc của tôi', href: inboxPath }],
      islands: ['table'],
      body: (
        <div class="stack">
          <FilterBar
            names={['don-vi', 'q']}
            active={query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []}
            submit="Xem"
          >
            <Select name="don-vi" label="Đơn vị và các đơn vị trực thuộc" value={unit.code} options={unit.choices} />
            <TextInput name="q" type="search" label="Tên người làm" value={query.q} />
          </FilterBar>
          <div id="khoi-luong" data-live={unitTopic('*')} data-live-label="Khối lượng việc">
            <LoadTable unit={unit} loads={loads} query={query} address={request.url} />
          </div>
        </div>
      ),
    })
  },
})

const ItemsQuery = z.object({
  ...ItemFilter.shape,
  // By title would put what a head may not read into an order, and into the address of the next page.
  sort: z
    .string()
    .regex(/^-?(due|opened)$/)
    .catch('due'),
  'don-vi': z.string().max(35).optional(),
  nguoi: z.string().max(63).optional(),
})

function scopeOf(ctx: Context, unit: Unit, person: string | undefined, isSearching: boolean): Scope {
  const organisations = unit.codes
  // Words would tell what stands in a title that is veiled: they look only through what may be read.
  const sight = isSearching ? sightOf(ctx) : undefined
  if (person === nobody) return { of: 'piles', sight, organisations }
  if (person) return { of: 'holder', holder: person, sight, organisations }
  return { of: 'unit', sight, organisations }
}

const unitItemsRoute: Route = route({
  method: 'GET',
  path: unitItemsPath,
  access: overseePermission,
  query: ItemsQuery,
  async handle(ctx, { query, request }) {
    const unit = await readUnit(ctx, query['don-vi'])
    const frame = await readFrame(ctx)
    const asked = readFilter(query, frame.bounds)
    const scope = scopeOf(ctx, unit, query.nguoi, asked.words.length > 0)
    if (query.tai)
      return tableFile(query.tai, {
        name: 'viec-cua-don-vi',
        titles: fileTitles,
        rows: fileRows(ctx, frame, { scope, query: asked }),
      })
    const found = await listItems(ctx.sql, scope, { ...asked, limit: query.limit + 1 })
    const shown = found.slice(0, query.limit)
    const rows = toRows(ctx, frame, shown, await nameHolders(ctx, shown))
    const last = rows.at(-1)
    const next = found.length > query.limit && last ? writeMark(last, orderOf(query)) : undefined
    const whose = await sayWhose(ctx, query.nguoi)
    const tables = (
      <ItemTable
        rows={rows}
        bounds={frame.bounds}
        grouped={query.sort === 'due'}
        choosing
        withHolder={!query.nguoi}
        sortable={['due', 'opened']}
        sort={query.sort}
        downloads={{ csv: withQuery(request.url, { tai: 'csv' }), xlsx: withQuery(request.url, { tai: 'xlsx' }) }}
        paging={{
          nextHref: next ? withQuery(request.url, { after: next }) : undefined,
          size: query.limit,
          sizes: [20, 50, 100],
        }}
        empty={{ title: 'Không có việc nào', words: 'Bỏ bớt điều kiện lọc, hoặc chọn người khác.' }}
      />
    )
    return page({
      title: 'Việc của đơn vị',
      lead: whose ? `${unit.name} · ${whose}` : unit.name,
      crumbs: [
        { label: 'Việc của tôi', href: inboxPath },
        { label: 'Khối lượng việc của đơn vị', href: withQuery(unitPath, { 'don-vi': unit.code }) },
      ],
      islands: ['table', 'marks'],
      body: (
        <div class="stack">
          <UnitFilters query={query} whose={whose} />
          {rows.length === 0 ? (
            tables
          ) : (
            <Form action={`${inboxPath}/xu-ly`} class="stack" label="Bàn giao các việc đã đánh dấu">
              {tables}
              <UnitBar shown={formatNumber(rows.length)} />
            </Form>
          )}
        </div>
      ),
    })
  },
})

async function sayWhose(ctx: Context, person: string | undefined): Promise<string | undefined> {
  if (person === nobody) return 'chưa ai nhận'
  return person && ((await listPeople(ctx, [person]))[0]?.name ?? person)
}

function UnitFilters({ query, whose }: { query: z.infer<typeof ItemsQuery>; whose: string | undefined }) {
  return (
    <FilterBar
      names={['q', 'nhom']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(query.nhom ? [{ name: 'nhom', label: bandNames[query.nhom] }] : []),
        ...(whose ? [{ name: 'nguoi', label: whose }] : []),
      ]}
    >
      <TextInput name="q" type="search" label="Tìm trong tên và mã việc" value={query.q} />
      <Select
        name="nhom"
        label="Nhóm theo hạn"
        empty="Tất cả"
        value={query.nhom}
        options={Object.entries(bandNames).map(([value, label]) => ({ value, label }))}
      />
    </FilterBar>
  )
}

export const unitRoutes: readonly Route[] = [unitRoute, unitItemsRoute]
