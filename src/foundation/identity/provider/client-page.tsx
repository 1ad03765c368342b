import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  Button,
  DescriptionList,
  FilterBar,
  Form,
  Notice,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { manageAccounts } from '../actions/accounts.ts'
import { sayOrganisation } from '../pages/role-words.ts'
import { getManagedClient, renewSecret, setClientDisabled } from './clients.ts'
import { clientKindNames, clientKinds, personScopes, scopeWords } from './model.ts'
import { ownClientId } from './own-client.ts'
import { issuerOf } from './provider.ts'
import { type Client, listClients } from './store.ts'

export const clientsPath = '/quan-tri/ung-dung'

const states = { 'in-use': 'Đang dùng', disabled: 'Đã khóa' } as const

const Query = z.object({
  q: z.string().max(200).optional(),
  loai: z.enum(clientKinds).optional().catch(undefined),
  'trang-thai': z.enum(['in-use', 'disabled']).optional().catch(undefined),
  after: z.string().max(63).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

const ClientState = ({ client }: { client: Client }) =>
  client.disabledAt ? <Tag tone="warning">{states.disabled}</Tag> : <Tag>{states['in-use']}</Tag>

const filterOf = (query: Query) => ({
  words: query.q?.trim() ?? '',
  kind: query.loai,
  disabled: query['trang-thai'] && query['trang-thai'] === 'disabled',
})

async function* exportRows(ctx: Context, query: Query) {
  for (let after: string | undefined; ; ) {
    const piece = await listClients(ctx.sql, ctx.reach(manageAccounts), { ...filterOf(query), after, limit: 500 })
    for (const { id, name, kind, organisation, account, scopes, disabledAt, createdAt } of piece)
      yield [
        id,
        name,
        clientKindNames[kind],
        organisation,
        account,
        scopes.join(' '),
        disabledAt ? states.disabled : states['in-use'],
        createdAt.toISOString(),
      ]
    after = piece.at(-1)?.id
    if (piece.length < 500) return
  }
}

const fileTitles = ['Mã', 'Tên', 'Loại', 'Đơn vị', 'Tài khoản máy', 'Phạm vi', 'Trạng thái', 'Tạo lúc']

async function showList(ctx: Context, query: Query, address: string): Promise<Reply> {
  const found = await listClients(ctx.sql, ctx.reach(manageAccounts), {
    ...filterOf(query),
    after: query.after,
    limit: query.limit + 1,
  })
  const clients = found.slice(0, query.limit)
  const nextHref = found.length > query.limit ? withQuery(address, { after: clients.at(-1)?.id }) : undefined
  return page({
    title: 'Ứng dụng liên thông',
    lead: 'Ứng dụng dùng tài khoản của hệ thống để đăng nhập, và hệ thống khác gọi API bằng mã truy cập ngắn hạn.',
    actions: (
      <Button href={`${clientsPath}/tao`} icon="add">
        Đăng ký ứng dụng
      </Button>
    ),
    body: (
      <div class="stack">
        <Filters query={query} />
        <Table
          caption="Ứng dụng liên thông"
          hideCaption
          rows={clients}
          rowKey={({ id }) => id}
          rowHref={({ id }) => `${clientsPath}/${id}`}
          columns={[
            { key: 'id', title: 'Mã', cell: ({ id }) => <span class="code">{id}</span> },
            { key: 'name', title: 'Tên', cell: ({ name }) => name, phone: true },
            { key: 'kind', title: 'Loại', cell: ({ kind }) => clientKindNames[kind] },
            { key: 'organisation', title: 'Đơn vị', cell: ({ organisation }) => organisation },
            { key: 'state', title: 'Trạng thái', cell: (client) => <ClientState client={client} />, phone: true },
            { key: 'created', title: 'Tạo lúc', cell: ({ createdAt }) => <Time at={createdAt} exact /> },
          ]}
          downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
          paging={{ nextHref, size: query.limit, sizes: [20, 50, 100] }}
          empty={{ title: 'Chưa có ứng dụng nào', words: 'Đăng ký ứng dụng để cho phép đăng nhập hoặc gọi API.' }}
        />
        <p class="muted small">
          Các trang của hệ thống cũng đăng nhập như một ứng dụng, mang mã <span class="code">{ownClientId}</span> trong
          nhật ký; chương trình tự giữ, không sửa hay khóa được.
        </p>
      </div>
    ),
  })
}

function Filters({ query }: { query: Query }) {
  const state = query['trang-thai']
  return (
    <FilterBar
      names={['q', 'loai', 'trang-thai']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(query.loai ? [{ name: 'loai', label: clientKindNames[query.loai] }] : []),
        ...(state ? [{ name: 'trang-thai', label: states[state] }] : []),
      ]}
      submit="Tìm"
    >
      <TextInput name="q" type="search" label="Mã, tên hoặc mã đơn vị" value={query.q} />
      <Select
        name="loai"
        label="Loại"
        empty="Tất cả"
        value={query.loai}
        options={clientKinds.map((kind) => ({ value: kind, label: clientKindNames[kind] }))}
      />
      <Select
        name="trang-thai"
        label="Trạng thái"
        empty="Tất cả"
        value={state}
        options={Object.entries(states).map(([value, label]) => ({ value, label }))}
      />
    </FilterBar>
  )
}

const proofOf = ({ secretHash, jwks }: Client): string =>
  secretHash ? 'mã bí mật' : jwks ? `khóa của ứng dụng (private_key_jwt, ${jwks.keys.length} khóa)` : 'không có (PKCE)'

function Facts({ client, issuer, agency }: { client: Client; issuer: string; agency: string }) {
  const lines = (list: readonly string[]) =>
    list.length === 0
      ? 'không có'
      : list.map((line) => (
          <div key={line} class="code">
            {line}
          </div>
        ))
  const people = [
    { term: 'Địa chỉ quay về', value: lines(client.redirectUris) },
    { term: 'Sau khi đăng xuất', value: lines(client.postLogoutUris) },
    { term: 'Nhận báo đăng xuất', value: lines(client.backchannelUri ? [client.backchannelUri] : []) },
    { term: 'Hỏi người dùng đồng ý', value: client.trusted ? 'không, ứng dụng của tỉnh' : 'có, mỗi phiên một lần' },
    { term: 'Ký mã danh tính bằng', value: client.signingAlg },
  ]
  return (
    <DescriptionList
      items={[
        { term: 'Trạng thái', value: <ClientState client={client} /> },
        { term: 'Mã ứng dụng (client_id)', value: <span class="code">{client.id}</span> },
        { term: 'Loại', value: clientKindNames[client.kind] },
        { term: 'Đơn vị', value: agency },
        ...(client.account ? [{ term: 'Tài khoản máy', value: client.account }] : people),
        {
          term: 'Phạm vi',
          value: client.account ? <span class="code">{client.scopes.join(' ')}</span> : <PersonScopes {...client} />,
        },
        { term: 'Tự chứng minh bằng', value: proofOf(client) },
        { term: 'Tạo lúc', value: <Time at={client.createdAt} exact /> },
        { term: 'Người tạo', value: client.createdBy === 'system' ? 'hệ thống' : client.createdBy },
        { term: 'Nơi cấp (issuer)', value: <span class="code">{issuer}</span> },
      ]}
    />
  )
}

/** What an application learns of who signs in, in words and by its name in the protocol. */
const PersonScopes = ({ scopes }: { scopes: readonly string[] }) => (
  <>
    {personScopes
      .filter((scope) => scopes.includes(scope))
      .map((scope) => (
        <div key={scope}>
          {scopeWords[scope]} <span class="code muted small">{scope}</span>
        </div>
      ))}
  </>
)

function Controls({ client }: { client: Client }) {
  const own = `${clientsPath}/${client.id}`
  return (
    <div class="row">
      {client.secretHash && (
        <Form action={`${own}/ma-bi-mat`} class="row">
          <Button>Cấp mã bí mật mới</Button>
        </Form>
      )}
      <Form action={`${own}/${client.disabledAt ? 'mo-khoa' : 'khoa-lai'}`} class="row">
        <Button kind={client.disabledAt ? 'plain' : 'danger'}>
          {client.disabledAt ? 'Mở lại ứng dụng' : 'Khóa ứng dụng'}
        </Button>
      </Form>
    </div>
  )
}

/** @param shown.secret made just now; shown this once */
export async function showClient(
  ctx: Context,
  id: string,
  shown: { secret?: string; done?: string } = {},
): Promise<Reply> {
  const client = await getManagedClient(ctx, id)
  return page({
    title: client.name,
    crumbs: [{ label: 'Ứng dụng liên thông', href: clientsPath }],
    actions: <Button href={`${clientsPath}/${id}/sua`}>Sửa</Button>,
    body: (
      <div class="stack-large">
        {shown.secret ? (
          <Notice tone="done" title="Mã bí mật, chỉ hiện một lần" role="status">
            <p>
              <span class="code">{shown.secret}</span>
            </p>
            <p>Trao cho người phụ trách ứng dụng qua đường riêng. Hệ thống chỉ giữ dấu vân tay của mã này.</p>
          </Notice>
        ) : (
          shown.done && (
            <Notice tone="done" role="status">
              {shown.done}
            </Notice>
          )
        )}
        <Facts client={client} issuer={issuerOf(ctx)} agency={await sayOrganisation(ctx, client.organisation)} />
        <Section title="Quyền vào hệ thống">
          <p class="muted">Khóa ứng dụng hoặc cấp mã mới thì mọi mã truy cập đã cấp cho ứng dụng hết hiệu lực ngay.</p>
          <Controls client={client} />
        </Section>
      </div>
    ),
  })
}

const params = z.object({ id: z.string().max(63) })

const deed = (path: string, work: (ctx: Context, id: string) => Promise<void>) =>
  route({
    method: 'POST',
    path: `${clientsPath}/:id/${path}`,
    access: manageAccounts,
    params,
    async handle(ctx, { params: { id } }) {
      await work(ctx, id)
      return redirect(`${clientsPath}/${id}`)
    },
  })

export const clientRoutes = [
  route({
    method: 'GET',
    path: clientsPath,
    access: manageAccounts,
    query: Query,
    handle: (ctx, { query, request }) =>
      query.tai
        ? tableFile(query.tai, { name: 'ung-dung-lien-thong', titles: fileTitles, rows: exportRows(ctx, query) })
        : showList(ctx, query, request.url),
  }),
  route({
    method: 'GET',
    path: `${clientsPath}/:id`,
    access: manageAccounts,
    params,
    query: z.object({ 'da-sua': z.literal('1').optional().catch(undefined) }),
    handle: (ctx, { params: { id }, query }) =>
      showClient(ctx, id, { done: query['da-sua'] && 'Đã lưu thay đổi; nhật ký ghi lại giá trị cũ và mới.' }),
  }),
  deed('khoa-lai', (ctx, id) => setClientDisabled(ctx, id, true)),
  deed('mo-khoa', (ctx, id) => setClientDisabled(ctx, id, false)),
  route({
    method: 'POST',
    path: `${clientsPath}/:id/ma-bi-mat`,
    access: manageAccounts,
    params,
    handle: async (ctx, { params: { id } }) => showClient(ctx, id, { secret: await renewSecret(ctx, id) }),
  }),
]
