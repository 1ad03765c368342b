import { z } from 'zod'
import { sayPositionsOf, searchKey } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  Button,
  Checkbox,
  ErrorSummary,
  FilterBar,
  Form,
  type FormError,
  Select,
  Table,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { createAccount, manageAccounts } from '../actions/accounts.ts'
import { listsPath } from '../lists/pages.tsx'
import { NewAccount } from '../model.ts'
import * as store from '../store.ts'
import { AccountState, crumbs, listChoices, organisationNames } from './account-parts.tsx'
import { showAccount } from './managed-account.tsx'

const stateNames = { 'in-use': 'Đang dùng', disabled: 'Đã khóa', machine: 'Tài khoản máy' } as const

const Query = z.object({
  q: z.string().max(200).optional(),
  'trang-thai': z.enum(['in-use', 'disabled', 'machine']).optional().catch(undefined),
  sort: z
    .string()
    .regex(/^-?(name|person|organisation|created)$/)
    .optional()
    .catch(undefined),
  after: z.string().max(63).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

const filterOf = ({ q, sort, 'trang-thai': state }: Query) => ({
  words: searchKey(q?.trim() ?? ''),
  state,
  order: store.accountOrders.find((one) => one === sort?.replace(/^-/, '')),
  falling: sort?.startsWith('-'),
})

/** All that the filter finds, in pieces. */
async function* exportRows(ctx: Context, query: Query) {
  const nameOf = await organisationNames(ctx)
  for (let after: string | undefined; ; ) {
    const piece = await store.listAccounts(ctx.sql, ctx.reach(manageAccounts), {
      ...filterOf(query),
      after,
      limit: 500,
    })
    const positions = await sayPositionsOf(
      ctx,
      piece.map(({ name }) => name),
    )
    for (const { name, personName, position, organisation, machine, disabledAt, createdAt } of piece)
      yield [
        name,
        personName,
        positions.get(name) ?? position,
        organisation,
        nameOf(organisation),
        disabledAt ? stateNames.disabled : machine ? stateNames.machine : stateNames['in-use'],
        createdAt.toISOString(),
      ]
    after = piece.at(-1)?.name
    if (piece.length < 500) return
  }
}

interface AccountTableProps {
  accounts: readonly store.Account[]
  nameOf: (organisation: string | null) => string
  nextHref: string | undefined
  query: Query
  address: string
}

function AccountTable({ accounts, nameOf, nextHref, query, address }: AccountTableProps) {
  return (
    <Table
      caption="Tài khoản"
      hideCaption
      rows={accounts}
      rowKey={(account) => account.name}
      rowHref={(account) => `/quan-tri/tai-khoan/${account.name}`}
      sort={query.sort}
      columns={[
        { key: 'name', title: 'Tên đăng nhập', sortable: true, cell: (account) => account.name },
        { key: 'person', title: 'Họ và tên', sortable: true, cell: (account) => account.personName, phone: true },
        { key: 'organisation', title: 'Đơn vị', sortable: true, cell: (account) => nameOf(account.organisation) },
        { key: 'state', title: 'Trạng thái', cell: (account) => <AccountState account={account} />, phone: true },
        { key: 'created', title: 'Tạo lúc', sortable: true, cell: (account) => <Time at={account.createdAt} exact /> },
      ]}
      downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
      paging={{ nextHref, size: query.limit, sizes: [20, 50, 100] }}
      empty={{ title: 'Không có tài khoản nào phù hợp', words: 'Thử tìm bằng một phần của tên hoặc mã đơn vị.' }}
    />
  )
}

interface NewAccountProps {
  values: Partial<Record<string, string>>
  errors: readonly FormError[]
  organisations: readonly { value: string; label: string }[]
}

function NewAccountForm({ values, errors, organisations }: NewAccountProps) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <Form action="/quan-tri/tai-khoan" label="Tạo tài khoản">
      <ErrorSummary errors={errors} title="Chưa tạo được tài khoản" />
      <TextInput
        name="name"
        label="Tên đăng nhập"
        value={values.name}
        error={errorOf('name')}
        hint="Chữ thường không dấu, ví dụ nguyen.van.mau."
      />
      <TextInput name="personName" label="Họ và tên" value={values.personName} error={errorOf('personName')} />
      <TextInput name="position" label="Chức vụ" value={values.position} error={errorOf('position')} optional />
      <Select
        name="organisation"
        label="Đơn vị"
        options={organisations}
        value={values.organisation}
        empty="Chọn đơn vị"
        error={errorOf('organisation')}
      />
      <Checkbox
        name="machine"
        label="Tài khoản của một hệ thống, không phải của người"
        hint="Không có mật khẩu; chỉ dùng khóa truy cập."
        checked={values.machine === 'yes'}
      />
      <Button kind="primary">Tạo tài khoản</Button>
    </Form>
  )
}

async function showNewAccount(
  ctx: Context,
  shown: { values?: Record<string, string>; errors?: FormError[]; status?: number },
) {
  const organisations = await listChoices(ctx)
  const body = <NewAccountForm values={shown.values ?? {}} errors={shown.errors ?? []} organisations={organisations} />
  return page({ title: 'Tạo tài khoản', crumbs, status: shown.status, body })
}

export const administrationRoutes = [
  route({
    method: 'GET',
    path: '/quan-tri/tai-khoan',
    access: manageAccounts,
    query: Query,
    async handle(ctx, { query, request }) {
      if (query.tai)
        return tableFile(query.tai, {
          name: 'tai-khoan',
          titles: ['Tên đăng nhập', 'Họ và tên', 'Chức vụ', 'Mã đơn vị', 'Đơn vị', 'Trạng thái', 'Tạo lúc'],
          rows: exportRows(ctx, query),
        })
      const words = query.q?.trim() ?? ''
      const state = query['trang-thai']
      const found = await store.listAccounts(ctx.sql, ctx.reach(manageAccounts), {
        ...filterOf(query),
        after: query.after,
        limit: query.limit + 1,
      })
      const accounts = found.slice(0, query.limit)
      const last = accounts.at(-1)?.name
      return page({
        title: 'Tài khoản',
        actions: (
          <div class="row">
            <Button href={listsPath} icon="upload">
              Nhận danh sách
            </Button>
            <Button href="/quan-tri/tai-khoan/tao" icon="add">
              Tạo tài khoản
            </Button>
          </div>
        ),
        body: (
          <div class="stack">
            <FilterBar
              names={['q', 'trang-thai']}
              active={[
                ...(words ? [{ name: 'q', label: `Tìm: ${words}` }] : []),
                ...(state ? [{ name: 'trang-thai', label: stateNames[state] }] : []),
              ]}
              submit="Tìm"
            >
              <TextInput name="q" label="Tên, tên đăng nhập, mã đơn vị" type="search" value={words} />
              <Select
                name="trang-thai"
                label="Trạng thái"
                empty="Tất cả"
                value={state}
                options={Object.entries(stateNames).map(([value, label]) => ({ value, label }))}
              />
            </FilterBar>
            <AccountTable
              accounts={accounts}
              nameOf={await organisationNames(ctx)}
              nextHref={found.length > query.limit ? withQuery(request.url, { after: last }) : undefined}
              query={query}
              address={request.url}
            />
          </div>
        ),
      })
    },
  }),
  route({
    method: 'GET',
    path: '/quan-tri/tai-khoan/tao',
    access: manageAccounts,
    handle: (ctx) => showNewAccount(ctx, {}),
  }),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan',
    access: manageAccounts,
    body: z.record(z.string(), z.string().max(1000)),
    async handle(ctx, { body }) {
      const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value.trim() !== ''))
      const wanted = NewAccount.safeParse({ name: '', personName: '', ...given, machine: given.machine === 'yes' })
      if (!wanted.success) {
        const errors = wanted.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
        return showNewAccount(ctx, { values: body, errors, status: 422 })
      }
      try {
        const { password } = await createAccount(ctx, wanted.data)
        // Shown on the answer itself and nowhere else: an address would keep it in the history of the browser.
        if (password) return showAccount(ctx, wanted.data.name, { password })
        return redirect(`/quan-tri/tai-khoan/${wanted.data.name}`)
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
        return showNewAccount(ctx, { values: body, errors, status: error.status })
      }
    },
  }),
]
