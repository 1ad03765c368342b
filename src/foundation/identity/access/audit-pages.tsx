// For auditors: who may do this there, and what may this person do.
import { z } from 'zod'
import { homeToday } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { page, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  Button,
  type Column,
  DateInput,
  EmptyState,
  formatDate,
  readDateInput,
  Select,
  searchKey,
  Table,
  Tabs,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { dayOf } from '../actions/authenticate.ts'
import { organisationNames } from '../pages/account-parts.tsx'
import { auditAccess, findGrounds, findWho, type HolderFound, type WhoAsked } from './audit.ts'
import { inOrder, sayPermission } from './permission-words.ts'
import { type Names, namesFor, RightsTable, rightsRows, rightsTitles, sayWhere, sayWhy } from './words.tsx'

export const auditPath = '/kiem-tra-quyen'
const personPath = `${auditPath}/nguoi`

const part = z.string().trim().max(4).optional()
const day = { 'ngay-day': part, 'ngay-month': part, 'ngay-year': part }
const WhoQuery = z.object({
  quyen: z.string().max(64).optional(),
  'don-vi': z.string().max(35).optional(),
  q: z.string().max(200).optional(),
  ...day,
  sau: z.string().max(300).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  tai: z.enum(['csv']).optional(),
})
type WhoQuery = z.infer<typeof WhoQuery>
const PersonQuery = z.object({ 'tai-khoan': z.string().max(63).optional(), ...day, tai: z.enum(['csv']).optional() })
type PersonQuery = z.infer<typeof PersonQuery>

/** The day that is asked about: today where none is named. */
function readOn(ctx: Context, query: Pick<WhoQuery, keyof typeof day>): string {
  const date = readDateInput(query, 'ngay')
  if (date === 'invalid') {
    const message = 'Ngày phải có đủ ngày, tháng, năm, ví dụ 05/09/2026.'
    throw invalid(message, [{ path: 'ngay', message }])
  }
  return date ?? dayOf(ctx.now)
}

const dayValue = (query: Pick<WhoQuery, keyof typeof day>) => ({
  day: query['ngay-day'],
  month: query['ngay-month'],
  year: query['ngay-year'],
})

const Ways = ({ current }: { current: string }) => (
  <Tabs
    label="Hai cách hỏi"
    items={[
      { label: 'Ai được làm?', href: auditPath, current: current === auditPath },
      { label: 'Người này được làm gì?', href: personPath, current: current === personPath },
    ]}
  />
)

const DayField = ({ query }: { query: Pick<WhoQuery, keyof typeof day> }) => (
  <DateInput name="ngay" label="Vào ngày" hint="Để trống là hôm nay." value={dayValue(query)} optional />
)

async function listPlaces(ctx: Context) {
  const reach = ctx.reach(auditAccess)
  const { tree } = await homeToday(ctx)
  return tree.nodes
    .filter(({ row }) => reach === 'all' || reach.has(row.code))
    .map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` }))
}

async function WhoForm({ ctx, query }: { ctx: Context; query: WhoQuery }) {
  return (
    <form class="panel stack" method="get" action={auditPath} aria-label="Ai được làm">
      <div class="columns columns-2">
        <Select
          name="quyen"
          label="Việc"
          value={query.quyen}
          options={inOrder(ctx.grants.keys()).map((value) => ({ value, label: sayPermission(value) }))}
        />
        <Select name="don-vi" label="Ở đơn vị" value={query['don-vi']} options={await listPlaces(ctx)} />
        <TextInput name="q" type="search" label="Tên người" value={query.q} optional />
        <DayField query={query} />
      </div>
      <div>
        <Button kind="primary">Xem ai được làm</Button>
      </div>
    </form>
  )
}

const askedOf = (ctx: Context, query: WhoQuery, permission: string, organisation: string): WhoAsked => ({
  permission,
  organisation,
  on: readOn(ctx, query),
  words: searchKey(query.q?.trim() ?? ''),
  after: readPlace(query.sau),
  limit: query.limit,
})

/** The last person of the page before: account, then name. */
function readPlace(text: string | undefined): WhoAsked['after'] {
  const cut = text?.indexOf(' ') ?? -1
  return text && cut > 0 ? { account: text.slice(0, cut), name: text.slice(cut + 1) } : undefined
}
const writePlace = ({ account, name }: HolderFound) => `${account} ${name}`

async function* whoRows(ctx: Context, asked: WhoAsked) {
  const placeOf = await organisationNames(ctx)
  for (let after = asked.after; ; ) {
    const piece = await findWho(ctx, { ...asked, after, limit: 500 })
    const names = await namesFor(
      ctx,
      piece.flatMap(({ grounds }) => grounds),
    )
    for (const { account, name, organisation, grounds } of piece)
      for (const ground of grounds)
        yield [account, name, placeOf(organisation), sayWhere(ground, names), sayWhy(ground, names)]
    after = piece.at(-1)
    if (piece.length < 500) return
  }
}

const whoColumns = (query: WhoQuery, names: Names): Column<HolderFound>[] => [
  {
    key: 'name',
    title: 'Người',
    cell: ({ account, name, machine }) => (
      <>
        <a href={`${personPath}?${new URLSearchParams({ 'tai-khoan': account, ...sentDay(query) })}`}>{name}</a>{' '}
        <span class="muted code">{account}</span>
        {machine && (
          <>
            {' '}
            <Tag>Tài khoản máy</Tag>
          </>
        )}
      </>
    ),
  },
  { key: 'organisation', title: 'Đơn vị', phone: true, cell: ({ organisation }) => names.place(organisation) },
  {
    key: 'why',
    title: 'Được làm vì',
    phone: true,
    cell: ({ grounds }) => (
      <ul class="plain-list stack-small">
        {grounds.map((ground) => {
          const words = `${sayWhy(ground, names)}; phạm vi: ${sayWhere(ground, names)}`
          return <li key={words}>{words}</li>
        })}
      </ul>
    ),
  },
]

const sentDay = (query: Pick<WhoQuery, keyof typeof day>): Record<string, string> =>
  Object.fromEntries(
    (['ngay-day', 'ngay-month', 'ngay-year'] as const).flatMap((name) => (query[name] ? [[name, query[name]]] : [])),
  )

async function WhoTable({
  ctx,
  asked,
  query,
  address,
}: {
  ctx: Context
  asked: WhoAsked
  query: WhoQuery
  address: string
}) {
  const found = await findWho(ctx, { ...asked, limit: asked.limit + 1 })
  const rows = found.slice(0, asked.limit)
  const last = rows.at(-1)
  const names = await namesFor(
    ctx,
    rows.flatMap(({ grounds }) => grounds),
  )
  return (
    <Table
      caption={`Được làm “${sayPermission(asked.permission)}” tại ${names.place(asked.organisation)} vào ngày ${formatDate(asked.on)}`}
      rows={rows}
      rowKey={({ account }) => account}
      columns={whoColumns(query, names)}
      downloads={{ csv: withQuery(address, { tai: 'csv', sau: undefined }) }}
      paging={{
        nextHref: found.length > asked.limit && last ? withQuery(address, { sau: writePlace(last) }) : undefined,
        size: asked.limit,
        sizes: [20, 50, 100],
      }}
      empty={{ title: 'Không có ai', words: 'Không tài khoản nào được làm việc này tại đơn vị và vào ngày đã chọn.' }}
    />
  )
}

async function showWho(ctx: Context, query: WhoQuery, address: string) {
  const { quyen: permission, 'don-vi': organisation } = query
  const asked = permission && organisation ? askedOf(ctx, query, permission, organisation) : undefined
  return page({
    title: 'Kiểm tra quyền',
    lead: 'Ai được làm một việc tại một đơn vị, hoặc một người được làm những gì, và vì sao.',
    body: (
      <div class="stack-large">
        <Ways current={auditPath} />
        {await WhoForm({ ctx, query })}
        {asked ? (
          await WhoTable({ ctx, asked, query, address })
        ) : (
          <EmptyState title="Chưa chọn việc và đơn vị">Chọn một việc và một đơn vị để xem ai được làm.</EmptyState>
        )}
      </div>
    ),
  })
}

async function showPerson(ctx: Context, query: PersonQuery, address: string) {
  const account = query['tai-khoan']?.trim()
  const on = readOn(ctx, query)
  const found = account ? await findGrounds(ctx, account, on) : undefined
  const names = await namesFor(ctx, found?.grounds ?? [])
  const state = found?.person.inUse ? `vào ngày ${formatDate(on)}` : `tài khoản không dùng vào ngày ${formatDate(on)}`
  return page({
    title: 'Kiểm tra quyền',
    crumbs: [{ label: 'Kiểm tra quyền', href: auditPath }],
    lead: found && `${found.person.name}, ${names.place(found.person.organisation)}: ${state}.`,
    body: (
      <div class="stack-large">
        <Ways current={personPath} />
        <form class="panel stack" method="get" action={personPath} aria-label="Người này được làm gì">
          <div class="columns columns-2">
            <TextInput name="tai-khoan" label="Tên đăng nhập" value={account} />
            <DayField query={query} />
          </div>
          <div>
            <Button kind="primary">Xem người này được làm gì</Button>
          </div>
        </form>
        {found ? (
          <RightsTable
            caption={`Quyền của ${found.person.name}`}
            grounds={found.grounds}
            purposesOf={ctx.purposesOf}
            names={names}
            hrefOf={(permission) =>
              `${auditPath}?${new URLSearchParams({ quyen: permission, 'don-vi': found.person.organisation ?? '', ...sentDay(query) })}`
            }
            csv={withQuery(address, { tai: 'csv' })}
          />
        ) : (
          <EmptyState title="Chưa chọn người">
            Nhập tên đăng nhập, hoặc mở từ danh sách những người được làm một việc.
          </EmptyState>
        )}
      </div>
    ),
  })
}

export const auditRoutes = [
  route({
    method: 'GET',
    path: auditPath,
    access: auditAccess,
    query: WhoQuery,
    handle(ctx, { query, request }) {
      const { quyen, 'don-vi': organisation, tai } = query
      if (!tai || !quyen || !organisation) return showWho(ctx, query, request.url)
      return tableFile('csv', {
        name: 'ai-duoc-lam',
        titles: ['Tên đăng nhập', 'Họ và tên', 'Đơn vị', 'Phạm vi', 'Vì'],
        rows: whoRows(ctx, askedOf(ctx, query, quyen, organisation)),
      })
    },
  }),
  route({
    method: 'GET',
    path: personPath,
    access: auditAccess,
    query: PersonQuery,
    async handle(ctx, { query, request }) {
      const account = query['tai-khoan']?.trim()
      if (!query.tai || !account) return showPerson(ctx, query, request.url)
      const { grounds } = await findGrounds(ctx, account, readOn(ctx, query))
      const rows = rightsRows(grounds, await namesFor(ctx, grounds), ctx.purposesOf)
      return tableFile('csv', { name: `quyen-cua-${account}`, titles: rightsTitles, rows })
    },
  }),
]
