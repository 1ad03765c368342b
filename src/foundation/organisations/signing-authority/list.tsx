// Who signs for whom: a register anybody in the house may read.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  type Column,
  FilterBar,
  formatDate,
  Notice,
  Select,
  Table,
  Tag,
  withQuery,
} from '#ui'
import { type AsOf, readAsOf } from '../as-of.ts'
import { organisationOf } from '../offices/model.ts'
import { organisationTree, today } from '../tree/read.ts'
import { manageAuthorities } from './actions.ts'
import { sayKinds } from './document-kinds.ts'
import { authorityForms } from './model.ts'
import { type AuthorityState, authorityStates, type GivenAuthority, listAuthorities } from './store.ts'
import { titlesOf } from './titles.ts'
import { authorityPath, formWords, stateWords } from './words.ts'

const Query = z.object({
  'don-vi': z.string().max(35).optional(),
  loai: z.enum(authorityForms).optional().catch(undefined),
  'trang-thai': z.enum(authorityStates).optional().catch(undefined),
  toi: z.literal('1').optional().catch(undefined),
  after: z.coerce.number().int().positive().optional().catch(undefined),
  limit: z.coerce.number().int().min(10).max(100).catch(50),
  tai: z.string().max(30).optional(),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  xong: z.enum(['giao', 'thu-hoi']).optional().catch(undefined),
})
type Query = z.infer<typeof Query>

const outcomes = {
  giao: 'Đã ghi thẩm quyền ký.',
  'thu-hoi': 'Đã ghi thu hồi. Từ ngày thu hồi, thẩm quyền này không ký được văn bản nào.',
} as const

const stateOf = ({ revokedFrom, validFrom, validTo }: GivenAuthority, now: string): AuthorityState => {
  if (revokedFrom && revokedFrom <= now) return 'revoked'
  if (validFrom > now) return 'later'
  return validTo && validTo < now ? 'over' : 'now'
}

interface Named {
  row: GivenAuthority
  principal: string
  signatory: string
  state: AuthorityState
}

async function nameAll(ctx: Context, rows: readonly GivenAuthority[], now: string): Promise<Named[]> {
  const say = await titlesOf(ctx, rows, now)
  return rows.map((row) => ({
    row,
    principal: say(row.principal),
    signatory: say(row.signatory),
    state: stateOf(row, now),
  }))
}

const daysOf = ({ validFrom, validTo, revokedFrom }: GivenAuthority) =>
  `từ ${formatDate(validFrom)}${validTo ? ` đến hết ${formatDate(validTo)}` : ''}${revokedFrom ? `; thu hồi từ ${formatDate(revokedFrom)}` : ''}`

function columnsOf(ctx: Context, past: AsOf | undefined): Column<Named>[] {
  const revoke: Column<Named> = {
    key: 'revoke',
    title: 'Thu hồi',
    kind: 'nowrap',
    phone: true,
    cell: ({ row, state, signatory }) =>
      row.revokedFrom === null && state !== 'over' && ctx.can(manageAuthorities, organisationOf(row.principal)) ? (
        <Button href={`${authorityPath}/${row.id}/thu-hoi`} small label={`Thu hồi thẩm quyền ký của ${signatory}`}>
          Thu hồi
        </Button>
      ) : (
        <span class="muted">không còn gì để thu hồi</span>
      ),
  }
  return [
    {
      key: 'signatory',
      title: 'Người ký',
      cell: ({ row, signatory }) => (row.account ? `${signatory} (${row.account})` : signatory),
    },
    { key: 'form', title: 'Hình thức', cell: ({ row }) => formWords[row.form], phone: true },
    { key: 'principal', title: 'Ký cho', cell: ({ principal }) => principal, phone: true },
    {
      key: 'kinds',
      title: 'Văn bản',
      cell: ({ row }) => (
        <>
          {sayKinds(row.kinds)}
          {row.scope && <p class="muted small">{row.scope}</p>}
        </>
      ),
    },
    { key: 'days', title: 'Thời gian', cell: ({ row }) => daysOf(row) },
    {
      key: 'document',
      title: 'Căn cứ',
      cell: ({ row }) => (row.revokedDocument ? `${row.document}; thu hồi: ${row.revokedDocument}` : row.document),
    },
    {
      key: 'state',
      title: 'Trạng thái',
      phone: true,
      cell: ({ state }) => <Tag tone={state === 'now' ? 'info' : 'neutral'}>{stateWords[state]}</Tag>,
    },
    ...(!past && ctx.can(manageAuthorities) ? [revoke] : []),
  ]
}

const titles = ['Người ký', 'Hình thức', 'Ký cho', 'Loại văn bản', 'Phạm vi', 'Thời gian', 'Căn cứ', 'Trạng thái']

const fileRow = ({ row, signatory, principal, state }: Named) => [
  signatory,
  formWords[row.form],
  principal,
  sayKinds(row.kinds),
  row.scope,
  daysOf(row),
  row.document,
  stateWords[state],
]

interface Day {
  past: AsOf | undefined
  /** The day looked at. */
  now: string
}

const queryOf = (ctx: Context, query: Query, { past, now }: Day) => ({
  organisations: query['don-vi'] ? [query['don-vi']] : undefined,
  signatories: query.toi ? (ctx.actor.position ? [ctx.actor.position.code] : []) : undefined,
  state: query['trang-thai'],
  form: query.loai,
  today: now,
  knownAt: past?.knownAt,
})

async function* fileRows(ctx: Context, query: Query, day: Day) {
  for (let after: number | undefined; ; ) {
    const piece = await listAuthorities(ctx.sql, { ...queryOf(ctx, query, day), after, limit: 500 })
    yield* (await nameAll(ctx, piece, day.now)).map(fileRow)
    after = piece.at(-1)?.id
    if (piece.length < 500) return
  }
}

async function Filters(ctx: Context, query: Query, now: string) {
  const tree = await organisationTree(ctx.sql, { asOf: now })
  const place = query['don-vi']
  const state = query['trang-thai']
  return (
    <FilterBar
      names={['don-vi', 'loai', 'trang-thai', 'toi', 'xong']}
      active={[
        ...(place ? [{ name: 'don-vi', label: tree.find(place)?.row.name ?? place }] : []),
        ...(query.loai ? [{ name: 'loai', label: formWords[query.loai] }] : []),
        ...(state ? [{ name: 'trang-thai', label: stateWords[state] }] : []),
        ...(query.toi ? [{ name: 'toi', label: 'Chức danh tôi đang dùng' }] : []),
      ]}
    >
      <Select
        name="don-vi"
        label="Đơn vị ban hành"
        empty="Tất cả"
        value={place}
        options={tree.nodes.map(({ row }) => ({ value: row.code, label: row.name }))}
      />
      <Select
        name="loai"
        label="Hình thức"
        empty="Tất cả"
        value={query.loai}
        options={authorityForms.map((form) => ({ value: form, label: formWords[form] }))}
      />
      <Select
        name="trang-thai"
        label="Trạng thái"
        empty="Tất cả"
        value={state}
        options={authorityStates.map((value) => ({ value, label: stateWords[value] }))}
      />
      <Select
        name="toi"
        label="Người ký"
        empty="Mọi người"
        value={query.toi}
        options={[{ value: '1', label: 'Chức danh tôi đang dùng' }]}
      />
    </FilterBar>
  )
}

export const authorityListRoute: Route = route({
  method: 'GET',
  path: authorityPath,
  access: 'signed-in',
  query: Query,
  async handle(ctx, { query, request }) {
    const past = await readAsOf(ctx, query.tai)
    const now = past?.asOf ?? (await today(ctx))
    const day = { past, now }
    if (query.tep) return tableFile(query.tep, { name: 'tham-quyen-ky', titles, rows: fileRows(ctx, query, day) })
    const asked = { ...queryOf(ctx, query, day), after: query.after, limit: query.limit + 1 }
    const found = await listAuthorities(ctx.sql, asked)
    const rows = await nameAll(ctx, found.slice(0, query.limit), now)
    return page({
      title: 'Thẩm quyền ký',
      lead: 'Ai ký thay (KT.), thừa lệnh (TL.), thừa ủy quyền (TUQ.) cho người đứng đầu, với loại văn bản nào, theo văn bản nào. Người đứng đầu ký văn bản của đơn vị mình không cần ghi ở đây.',
      actions: !past && ctx.can(manageAuthorities) && (
        <Button href={`${authorityPath}/giao`} kind="primary" icon="add">
          Ghi thẩm quyền ký
        </Button>
      ),
      body: (
        <div class="stack">
          {query.xong && (
            <Notice tone="done" role="status">
              {outcomes[query.xong]}
            </Notice>
          )}
          <AsOfNotice at={past} what="thẩm quyền ký" />
          {await Filters(ctx, query, now)}
          <Table
            caption="Thẩm quyền ký"
            hideCaption
            rows={rows}
            rowKey={({ row }) => String(row.id)}
            columns={columnsOf(ctx, past)}
            downloads={{ csv: withQuery(request.url, { tep: 'csv' }), xlsx: withQuery(request.url, { tep: 'xlsx' }) }}
            paging={{
              nextHref: found.length > query.limit ? withQuery(request.url, { after: rows.at(-1)?.row.id }) : undefined,
              size: query.limit,
              sizes: [20, 50, 100],
            }}
            empty={
              past
                ? {
                    title: 'Lúc đó hệ thống chưa biết thẩm quyền ký nào khớp',
                    words: 'Chọn một thời điểm muộn hơn, hoặc bỏ bớt bộ lọc.',
                  }
                : {
                    title: 'Chưa có thẩm quyền ký nào khớp',
                    words: 'Người đứng đầu giao bằng văn bản; quản trị viên hoặc lãnh đạo đơn vị ghi vào đây.',
                  }
            }
          />
          <AsOfQuestion at={past} what="thẩm quyền ký" />
        </div>
      ),
    })
  },
})
