import { z } from 'zod'
import { listPeople } from '#identity'
import type { Context } from '#platform/context'
import { page, type Reply, route } from '#platform/http'
import {
  Button,
  type Column,
  DecisionBar,
  FilterBar,
  Form,
  Select,
  Table,
  Tabs,
  Tag,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { requestPath } from './actions.ts'
import { requestStates } from './model.ts'
import { sightOf, signPermission } from './rights.ts'
import { countPending, listRequests, listSteps, type RequestRow, type StepRow } from './store.ts'
import { helperPath, ownCertificatesPath, requestsPath, stateWords } from './words.ts'

const views = { turn: 'Chờ tôi ký', own: 'Tôi trình', all: 'Tất cả' } as const
type View = keyof typeof views

const Query = z.object({
  xem: z.enum(['turn', 'own', 'all']).catch('turn'),
  'trang-thai': z.enum(requestStates).optional().catch(undefined),
  q: z.string().max(200).optional(),
  after: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
})
type Query = z.infer<typeof Query>

interface Row extends RequestRow {
  steps: StepRow[]
  turn: string
}

async function readRows(ctx: Context, found: readonly RequestRow[]): Promise<Row[]> {
  const steps = await listSteps(
    ctx.sql,
    found.map(({ code }) => code),
  )
  const people = await listPeople(ctx, [...new Set(steps.flatMap(({ account }) => account ?? []))])
  const names = new Map(people.map(({ account, name }) => [account, name]))
  return found.map((row) => {
    const own = steps.filter(({ request }) => request === row.code)
    const current = own.find(({ state }) => state === 'current')
    const turn = !current ? '' : current.account ? (names.get(current.account) ?? current.account) : 'dấu của cơ quan'
    return { ...row, steps: own, turn }
  })
}

const columnsOf = (choosing: boolean): Column<Row>[] => [
  { key: 'title', title: 'Văn bản', cell: ({ title }) => title },
  ...(choosing
    ? [
        {
          key: 'mark',
          title: 'Chọn',
          phone: true,
          cell: ({ code, title }: Row) => (
            <input type="checkbox" name="chon" value={code} data-mark={title} aria-label={`Chọn ${title}`} />
          ),
        },
      ]
    : []),
  { key: 'code', title: 'Mã', kind: 'nowrap', phone: false, cell: ({ code }) => <span class="code">{code}</span> },
  {
    key: 'state',
    title: 'Tình trạng',
    kind: 'nowrap',
    phone: true,
    cell: ({ state }) => <Tag tone={stateWords[state].tone}>{stateWords[state].word}</Tag>,
  },
  {
    key: 'signed',
    title: 'Đã ký',
    kind: 'nowrap',
    cell: ({ steps }) => `${steps.filter(({ state }) => state === 'signed').length}/${steps.length}`,
  },
  { key: 'turn', title: 'Đến lượt', kind: 'nowrap', cell: ({ turn }) => turn },
  { key: 'due', title: 'Hạn ký', kind: 'nowrap', phone: true, cell: ({ dueAt }) => dueAt && <Time at={dueAt} exact /> },
  { key: 'created', title: 'Trình lúc', kind: 'nowrap', cell: ({ createdAt }) => <Time at={createdAt} /> },
]

async function show(ctx: Context, query: Query, url: string): Promise<Reply> {
  const sight = sightOf(ctx)
  const found = await listRequests(ctx.sql, {
    sight,
    view: query.xem,
    state: query['trang-thai'],
    words: query.q?.trim() ?? '',
    after: query.after,
    limit: query.limit + 1,
  })
  const rows = await readRows(ctx, found.slice(0, query.limit))
  const choosing = query.xem === 'turn' && rows.length > 0
  const waiting = await countPending(ctx.sql, sight)
  const table = (
    <Table
      caption={views[query.xem]}
      hideCaption
      rows={rows}
      rowKey={({ code }) => code}
      rowHref={({ code }) => requestPath(code)}
      columns={columnsOf(choosing)}
      id="rows"
      paging={{
        size: query.limit,
        sizes: [20, 50, 100],
        nextHref: found.length > query.limit ? withQuery(url, { after: rows.at(-1)?.code }) : undefined,
      }}
      empty={emptyWords[query.xem]}
    />
  )
  return page({
    title: 'Ký số',
    lead: 'Văn bản trình ký, đang chờ ký và đã ký bằng chữ ký số của cá nhân và dấu của cơ quan.',
    islands: ['table', 'marks'],
    actions: (
      <>
        <Button href={`${requestsPath}/tao`} icon="add">
          Trình ký văn bản
        </Button>
        <Button href={ownCertificatesPath}>Chứng thư số của tôi</Button>
        <Button href={helperPath}>Phần mềm ký</Button>
      </>
    ),
    body: (
      <div class="stack">
        <Tabs
          label="Danh sách"
          items={(Object.keys(views) as View[]).map((view) => ({
            label: views[view],
            count: view === 'turn' && waiting > 0 ? waiting : undefined,
            href: withQuery(requestsPath, { xem: view }),
            current: view === query.xem,
          }))}
        />
        <Filters query={query} />
        {choosing ? (
          <Form action={`${requestsPath}/xac-nhan`} class="stack" label="Chọn văn bản để ký">
            {table}
            <Bar waiting={waiting} shown={rows.length} />
          </Form>
        ) : (
          table
        )}
      </div>
    ),
  })
}

const emptyWords: Record<View, { title: string; words: string }> = {
  turn: { title: 'Không có văn bản nào chờ ký', words: 'Văn bản hiện ở đây khi đến lượt ông/bà ký hoặc đóng dấu.' },
  own: { title: 'Chưa trình văn bản nào', words: 'Tải tệp PDF lên và chọn người ký theo thứ tự.' },
  all: { title: 'Không có văn bản nào', words: 'Văn bản trong phạm vi được xem hiện ở đây.' },
}

function Bar({ waiting, shown }: { waiting: number; shown: number }) {
  return (
    <DecisionBar
      label="Ký các văn bản đã chọn"
      about={
        <div class="row">
          <p class="muted" data-marks="văn bản" role="status">
            Chọn các văn bản cần ký cùng lúc trong {shown} văn bản của trang này.
          </p>
          <button type="button" class="button button-quiet button-small" data-mark-all hidden>
            Chọn hoặc bỏ hết
          </button>
        </div>
      }
      primary={{
        action: (
          <Button kind="primary" name="viec" value="chon">
            Ký các văn bản đã chọn
          </Button>
        ),
        consequence: 'Trang sau liệt kê các văn bản và hỏi phương tiện ký; xác nhận một lần cho tất cả.',
      }}
      others={
        waiting > shown
          ? [
              {
                action: (
                  <Button name="viec" value="tat-ca">
                    Ký tất cả {waiting} văn bản đang chờ
                  </Button>
                ),
                consequence: 'Nhiều nhất 1.000 văn bản mỗi lần.',
              },
            ]
          : []
      }
    />
  )
}

function Filters({ query }: { query: Query }) {
  const state = query['trang-thai']
  return (
    <FilterBar
      names={['q', 'trang-thai']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(state ? [{ name: 'trang-thai', label: stateWords[state].word }] : []),
      ]}
      submit="Tìm"
    >
      <TextInput name="q" type="search" label="Trích yếu hoặc mã" value={query.q} />
      <Select
        name="trang-thai"
        label="Tình trạng"
        empty="Tất cả"
        value={state}
        options={requestStates.map((value) => ({ value, label: stateWords[value].word }))}
      />
    </FilterBar>
  )
}

export const listRoute = route({
  method: 'GET',
  path: requestsPath,
  access: signPermission,
  query: Query,
  handle: (ctx, { query, request }) => show(ctx, query, request.url),
})
