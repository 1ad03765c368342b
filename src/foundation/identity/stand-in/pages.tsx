import { z } from 'zod'
import { findOrganisation, searchKey } from '#organisations'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { tableFile } from '#platform/table-file'
import {
  Button,
  type Column,
  FilterBar,
  Form,
  formatDate,
  Notice,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { sessionCookie } from '../assurance/sessions.ts'
import { giveStandIns } from '../model.ts'
import { beginStandIn, endStandIn, mayRevoke, revokeStandIn } from './actions.ts'
import { giveRoutes, standInPath } from './give-form.tsx'
import { listStandIns, listUsable, type StandIn, type StandInState, standInOrders, standInStates } from './store.ts'

const sides = { mine: 'Tôi xử lý thay', 'for-me': 'Xử lý thay tôi', unit: 'Trong đơn vị tôi phụ trách' } as const
const stateNames: Record<StandInState, string> = {
  now: 'Đang hiệu lực',
  later: 'Chưa bắt đầu',
  over: 'Đã hết hạn',
  revoked: 'Đã thu hồi',
}

const Query = z.object({
  q: z.string().max(200).optional(),
  vai: z.enum(['mine', 'for-me', 'unit']).optional().catch(undefined),
  'trang-thai': z.enum(standInStates).optional().catch(undefined),
  sort: z
    .string()
    .regex(/^-?(absent|substitute|from|to)$/)
    .catch('-to'),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  xong: z.enum(['giao', 'thu-hoi', 'bat-dau', 'thoi']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

const outcomes = {
  giao: 'Đã giao xử lý thay. Người được giao thấy tên ông/bà ở trang này khi đến ngày.',
  'thu-hoi': 'Đã thu hồi. Người xử lý thay không còn dùng được quyền của đồng nghiệp.',
  'bat-dau': 'Từ bây giờ ông/bà xử lý thay đồng nghiệp. Nhật ký ghi tên cả hai người ở từng việc.',
  thoi: 'Đã thôi xử lý thay. Ông/bà dùng lại quyền của chính mình.',
} as const

const stateOf = ({ revokedAt, validFrom, validTo }: StandIn, today: string): StandInState => {
  if (revokedAt) return 'revoked'
  if (validFrom > today) return 'later'
  return validTo < today ? 'over' : 'now'
}

const queryOf = (ctx: Context, query: Query) => ({
  account: ctx.actor.account ?? '',
  reach: ctx.reach(giveStandIns),
  side: query.vai,
  state: query['trang-thai'],
  words: searchKey(query.q?.trim() ?? ''),
  today: dayOf(ctx.now),
  order: standInOrders.find((one) => one === query.sort.replace(/^-/, '')) ?? 'to',
  falling: query.sort.startsWith('-'),
})

/** A colleague one may stand in for today, with the press that begins it. */
interface UsableProps {
  grants: readonly StandIn[]
  /** Names of the colleagues' organisations. */
  places: ReadonlyMap<string, string>
  now: string | undefined
}

function Usable({ grants, places, now }: UsableProps) {
  return (
    <ul class="plain-list stack">
      {grants.map((grant) => (
        <li key={grant.id} class="panel row-spread">
          <div>
            <strong>{grant.absentName}</strong>
            <p class="muted">{`${places.get(grant.absentOrganisation ?? '') ?? ''} · đến hết ${formatDate(grant.validTo)} · ${grant.reason}`}</p>
          </div>
          {now === grant.absent ? (
            <Form action={`${standInPath}/thoi`} class="row">
              <Tag tone="info">Đang xử lý thay</Tag>
              <Button>Thôi xử lý thay</Button>
            </Form>
          ) : (
            <Form action={`${standInPath}/bat-dau`} class="row">
              <input type="hidden" name="id" value={String(grant.id)} />
              <Button kind="primary">{`Xử lý thay cho ${grant.absentName}`}</Button>
            </Form>
          )}
        </li>
      ))}
    </ul>
  )
}

function StateTag({ state }: { state: StandInState }) {
  return <Tag tone={state === 'now' ? 'info' : 'neutral'}>{stateNames[state]}</Tag>
}

function columnsOf(ctx: Context): Column<StandIn>[] {
  const today = dayOf(ctx.now)
  return [
    { key: 'absent', title: 'Người vắng', sortable: true, cell: (grant) => grant.absentName },
    {
      key: 'substitute',
      title: 'Người xử lý thay',
      sortable: true,
      phone: true,
      cell: (grant) => grant.substituteName,
    },
    { key: 'from', title: 'Từ ngày', kind: 'nowrap', sortable: true, cell: (grant) => formatDate(grant.validFrom) },
    {
      key: 'to',
      title: 'Đến hết ngày',
      kind: 'nowrap',
      sortable: true,
      phone: true,
      cell: (grant) => formatDate(grant.validTo),
    },
    { key: 'reason', title: 'Lý do', cell: (grant) => grant.reason },
    { key: 'giver', title: 'Người giao', cell: (grant) => grant.givenByName },
    { key: 'state', title: 'Trạng thái', phone: true, cell: (grant) => <StateTag state={stateOf(grant, today)} /> },
    {
      key: 'revoke',
      title: 'Thu hồi',
      phone: true,
      cell: (grant) =>
        ['now', 'later'].includes(stateOf(grant, today)) && mayRevoke(ctx, grant) ? (
          <Form action={`${standInPath}/thu-hoi`} class="row">
            <input type="hidden" name="id" value={String(grant.id)} />
            <Button small label={`Thu hồi việc ${grant.substituteName} xử lý thay ${grant.absentName}`}>
              Thu hồi
            </Button>
          </Form>
        ) : (
          <span class="muted">không còn gì để thu hồi</span>
        ),
    },
  ]
}

async function* fileRows(ctx: Context, query: Query) {
  for (let after: number | undefined; ; ) {
    const piece = await listStandIns(ctx.sql, { ...queryOf(ctx, query), after, limit: 500 })
    for (const grant of piece)
      yield [
        grant.absentName,
        grant.absentOrganisation,
        grant.substituteName,
        formatDate(grant.validFrom),
        formatDate(grant.validTo),
        grant.reason,
        grant.givenByName,
        stateNames[stateOf(grant, dayOf(ctx.now))],
      ]
    after = piece.at(-1)?.id
    if (piece.length < 500) return
  }
}

const fileTitles = [
  'Người vắng',
  'Đơn vị',
  'Người xử lý thay',
  'Từ ngày',
  'Đến hết ngày',
  'Lý do',
  'Người giao',
  'Trạng thái',
]

function Filters({ query, canOversee }: { query: Query; canOversee: boolean }) {
  const state = query['trang-thai']
  return (
    <FilterBar
      names={['q', 'vai', 'trang-thai', 'xong']}
      active={[
        ...(query.q ? [{ name: 'q', label: `Tìm: ${query.q}` }] : []),
        ...(query.vai ? [{ name: 'vai', label: sides[query.vai] }] : []),
        ...(state ? [{ name: 'trang-thai', label: stateNames[state] }] : []),
      ]}
    >
      <TextInput name="q" type="search" label="Tên người vắng hoặc người xử lý thay" value={query.q} />
      <Select
        name="vai"
        label="Vai"
        empty="Tất cả"
        value={query.vai}
        options={Object.entries(sides)
          .filter(([value]) => canOversee || value !== 'unit')
          .map(([value, label]) => ({ value, label }))}
      />
      <Select
        name="trang-thai"
        label="Trạng thái"
        empty="Tất cả"
        value={state}
        options={Object.entries(stateNames).map(([value, label]) => ({ value, label }))}
      />
    </FilterBar>
  )
}

async function showStandIns(ctx: Context, query: Query, address: string) {
  const usable = await listUsable(ctx.sql, ctx.actor.account ?? '', dayOf(ctx.now))
  const found = await listStandIns(ctx.sql, { ...queryOf(ctx, query), after: query.after, limit: query.limit + 1 })
  const rows = found.slice(0, query.limit)
  const own = ctx.actor.onBehalfOf
  return page({
    title: 'Xử lý thay',
    lead: 'Đồng nghiệp xử lý thay người đi vắng bằng quyền của người đó, ghi tên cả hai. Việc này không thay cho ký thay (KT.), thừa lệnh (TL.) hay thừa ủy quyền (TUQ.).',
    actions: own ? undefined : (
      <Button href={`${standInPath}/giao`} icon="add">
        Giao xử lý thay
      </Button>
    ),
    body: (
      <div class="stack-large">
        {query.xong && (
          <Notice tone="done" role="status">
            {outcomes[query.xong]}
          </Notice>
        )}
        <Section title="Hôm nay tôi xử lý thay được cho">
          {usable.length > 0 ? (
            <Usable grants={usable} places={await namePlaces(ctx, usable)} now={own?.account} />
          ) : (
            <p class="muted">Không có ai. Người đi vắng hoặc lãnh đạo đơn vị giao thì tên hiện ở đây.</p>
          )}
        </Section>
        <Section title="Các lần giao xử lý thay">
          <Filters query={query} canOversee={ctx.can(giveStandIns)} />
          <Table
            caption="Các lần giao xử lý thay"
            hideCaption
            rows={rows}
            rowKey={({ id }) => String(id)}
            columns={columnsOf(ctx)}
            sort={query.sort}
            downloads={{ csv: withQuery(address, { tai: 'csv' }), xlsx: withQuery(address, { tai: 'xlsx' }) }}
            paging={{
              nextHref: found.length > query.limit ? withQuery(address, { after: rows.at(-1)?.id }) : undefined,
              size: query.limit,
              sizes: [20, 50, 100],
            }}
            empty={{
              title: 'Chưa có lần giao nào',
              words: 'Trước khi đi vắng, giao cho một đồng nghiệp để việc không bị chậm.',
            }}
          />
        </Section>
      </div>
    ),
  })
}

async function namePlaces(ctx: Context, grants: readonly StandIn[]): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>()
  for (const { absentOrganisation: code } of grants)
    if (code) places.set(code, (await findOrganisation(ctx.sql, code))?.name ?? code)
  return places
}

const GrantId = z.object({ id: z.coerce.number().int().positive() })

export const standInRoutes = [
  route({
    method: 'GET',
    path: standInPath,
    access: 'signed-in',
    query: Query,
    handle: (ctx, { query, request }) =>
      query.tai
        ? tableFile(query.tai, { name: 'xu-ly-thay', titles: fileTitles, rows: fileRows(ctx, query) })
        : showStandIns(ctx, query, request.url),
  }),
  ...giveRoutes,
  route({
    method: 'POST',
    path: `${standInPath}/thu-hoi`,
    access: 'signed-in',
    body: GrantId,
    async handle(ctx, { body }) {
      await revokeStandIn(ctx, body.id)
      return redirect(`${standInPath}?xong=thu-hoi`)
    },
  }),
  route({
    method: 'POST',
    path: `${standInPath}/bat-dau`,
    access: 'signed-in',
    body: GrantId,
    async handle(ctx, { body, request }) {
      await beginStandIn(ctx, body.id, request.cookies[sessionCookie])
      return redirect(`${standInPath}?xong=bat-dau`)
    },
  }),
  route({
    method: 'POST',
    path: `${standInPath}/thoi`,
    access: 'signed-in',
    async handle(ctx, { request }) {
      await endStandIn(ctx, request.cookies[sessionCookie])
      return redirect(`${standInPath}?xong=thoi`)
    },
  }),
]
