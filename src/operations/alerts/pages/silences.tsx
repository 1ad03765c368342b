import { z } from 'zod'
import { type AsOf, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfQuestion,
  Button,
  DecisionBar,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  formatDateTime,
  Notice,
  Select,
  Table,
  Tag,
  TextArea,
  Time,
  withQuery,
} from '#ui'
import { handlePermission, readPermission } from '../actions.ts'
import { readMatcher, writeMatcher } from '../intake/matching.ts'
import type { Matcher } from '../model.ts'
import { endSilence, getSilence, listSilences, putSilence, type Silence } from '../silences.ts'
import { findAlert } from '../store.ts'
import { AlertTabs } from './parts.tsx'
import { PastNotice } from './past.tsx'
import { alertPath, listPath, silencesPath } from './words.ts'

const pageSize = 50
const crumbs = [
  { label: 'Cảnh báo', href: listPath },
  { label: 'Tạm im', href: silencesPath },
]
const stateNames = { active: 'Đang tạm im', pending: 'Chưa đến giờ', expired: 'Đã hết' } as const
type State = keyof typeof stateNames

const stateOf = ({ startsAt, endsAt }: Silence, now: Date): State =>
  endsAt <= now ? 'expired' : startsAt > now ? 'pending' : 'active'

const ListQuery = z.object({
  loc: z.enum(['active', 'pending', 'expired']).optional().catch(undefined),
  after: z.iso.datetime().optional().catch(undefined),
  tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
  tai: z.string().max(30).optional(),
  xong: z.enum(['tao', 'ket-thuc']).optional().catch(undefined),
})

const listRoute = route({
  method: 'GET',
  path: silencesPath,
  access: readPermission,
  query: ListQuery,
  async handle(ctx, { query, request }) {
    const at = await readAsOf(ctx, query.tai)
    if (query.tep) return download(ctx, query.tep, { state: query.loc, at })
    const after = query.after ? new Date(query.after) : undefined
    const found = await listSilences(ctx, { limit: pageSize + 1, state: query.loc, after, asOf: at?.knownAt })
    const rows = found.slice(0, pageSize)
    const next =
      found.length > pageSize ? withQuery(request.url, { after: rows.at(-1)?.createdAt.toISOString() }) : undefined
    return page({
      title: 'Tạm im',
      crumbs: crumbs.slice(0, 1),
      lead: 'Cảnh báo khớp nhãn bị ẩn đến khi hết hạn; vẫn được nhận và đếm đủ. Mỗi lần tạm im có lý do và tự hết.',
      actions: !at && ctx.can(handlePermission) && (
        <Button href={`${silencesPath}/moi`} kind="primary">
          Tạo lần tạm im
        </Button>
      ),
      islands: ['table'],
      body: (
        <div class="stack-large">
          <AlertTabs current="silences" tai={at?.text} />
          <PastNotice at={at} what="các lần tạm im" />
          {query.xong && (
            <Notice
              tone="done"
              role="status"
              title={query.xong === 'tao' ? 'Đã tạo lần tạm im' : 'Đã kết thúc lần tạm im'}
            />
          )}
          <nav class="row" aria-label="Lọc theo tình trạng">
            {[undefined, 'active', 'pending', 'expired'].map((state) => (
              <a
                key={state ?? 'tat-ca'}
                href={withQuery(silencesPath, { loc: state, tai: at?.text })}
                aria-current={query.loc === state ? 'true' : undefined}
              >
                {state ? stateNames[state as State] : 'Tất cả'}
              </a>
            ))}
          </nav>
          <Table
            caption="Các lần tạm im, mới nhất trước"
            rows={rows}
            rowKey={({ id }) => id}
            rowHref={({ id }) => withQuery(`${silencesPath}/${id}`, { tai: at?.text })}
            id="rows"
            paging={{ nextHref: next }}
            downloads={{ csv: withQuery(request.url, { tep: 'csv' }), xlsx: withQuery(request.url, { tep: 'xlsx' }) }}
            empty={{ title: 'Chưa có lần tạm im nào', words: 'Tạm im dùng khi biết trước, ví dụ bảo trì có kế hoạch.' }}
            columns={[
              {
                key: 'matchers',
                title: 'Nhãn',
                cell: ({ matchers }) => <span class="code">{matchers.map(writeMatcher).join(', ')}</span>,
              },
              {
                key: 'state',
                title: 'Tình trạng',
                phone: true,
                cell: (one) => <StateTag state={stateOf(one, at?.knownAt ?? ctx.now)} />,
              },
              {
                key: 'ends',
                title: 'Hết lúc',
                kind: 'nowrap',
                phone: true,
                cell: ({ endsAt }) => <Time at={endsAt} exact />,
              },
              { key: 'reason', title: 'Lý do', phone: true, cell: ({ reason }) => reason },
              { key: 'by', title: 'Người tạo', cell: ({ createdName, createdBy }) => createdName || createdBy },
            ]}
          />
          <AsOfQuestion at={at} what="các lần tạm im" />
        </div>
      ),
    })
  },
})

const StateTag = ({ state }: { state: State }) => (
  <Tag tone={state === 'active' ? 'info' : 'neutral'}>{stateNames[state]}</Tag>
)

function download(
  ctx: Context,
  format: 'csv' | 'xlsx',
  { state, at }: { state: State | undefined; at: AsOf | undefined },
): Reply {
  async function* rows() {
    for (let after: Date | undefined; ; ) {
      const found = await listSilences(ctx, { limit: 500, state, after, asOf: at?.knownAt })
      for (const one of found)
        yield [
          one.matchers.map(writeMatcher).join(', '),
          stateNames[stateOf(one, at?.knownAt ?? ctx.now)],
          one.startsAt.toISOString(),
          one.endsAt.toISOString(),
          one.reason,
          one.createdName || one.createdBy,
        ]
      after = found.at(-1)?.createdAt
      if (found.length < 500) return
    }
  }
  return tableFile(format, {
    name: 'tam-im',
    titles: ['Nhãn', 'Tình trạng', 'Từ', 'Đến', 'Lý do', 'Người tạo'],
    rows: rows(),
  })
}

const spans = [
  { value: '1', label: '1 giờ' },
  { value: '2', label: '2 giờ' },
  { value: '4', label: '4 giờ' },
  { value: '8', label: '8 giờ' },
  { value: '24', label: '1 ngày' },
  { value: '72', label: '3 ngày' },
  { value: '168', label: '7 ngày' },
]

const NewBody = z.object({
  nhan: z.string().max(4000).default(''),
  gio: z.coerce.number().int().min(1).max(168).catch(2),
  'ly-do': z.string().max(2000).default(''),
  'canh-bao': z.string().max(40).optional(),
})

const newRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${silencesPath}/moi`,
    access: handlePermission,
    query: z.object({ 'canh-bao': z.string().max(40).optional() }),
    async handle(ctx, { query }) {
      const code = query['canh-bao']
      const found = code ? await findAlert(ctx, code) : undefined
      const alert = found && ctx.can(readPermission, found.organisation) ? found : undefined
      const nhan = Object.entries(alert?.labels ?? {}).map(([name, value]) =>
        writeMatcher({ name, value, isRegex: false, isEqual: true }),
      )
      return newPage(ctx, { nhan: nhan.join('\n'), gio: 2, 'ly-do': '', 'canh-bao': alert?.code }, [])
    },
  }),
  route({
    method: 'POST',
    path: `${silencesPath}/moi`,
    access: handlePermission,
    body: NewBody,
    async handle(ctx, { body }) {
      const { matchers, faults } = readMatchers(body.nhan)
      if (faults.length > 0) return newPage(ctx, body, faults)
      try {
        const endsAt = new Date(ctx.now.getTime() + body.gio * 3_600_000)
        const silence = {
          matchers,
          startsAt: ctx.now,
          endsAt,
          reason: body['ly-do'],
          alert: body['canh-bao'] || undefined,
        }
        await putSilence(ctx, silence, handlePermission)
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error
        const fieldOf: Record<string, string> = { reason: 'ly-do', matchers: 'nhan', endsAt: 'gio' }
        return newPage(
          ctx,
          body,
          error.fields.map(({ path, message }) => ({ field: fieldOf[path] ?? 'nhan', message })),
        )
      }
      return redirect(withQuery(silencesPath, { xong: 'tao' }))
    },
  }),
]

function readMatchers(text: string): { matchers: Matcher[]; faults: FormError[] } {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  const matchers = lines.flatMap((line) => readMatcher(line) ?? [])
  const wrong = lines.find((line) => readMatcher(line) === undefined)
  if (wrong === undefined) return { matchers, faults: [] }
  const message = `Dòng “${wrong.slice(0, 80)}” không đọc được. Viết mỗi dòng một điều kiện, ví dụ quan="Nha Trang" hoặc alertname=~"Ngập.*".`
  return { matchers, faults: [{ field: 'nhan', message }] }
}

function newPage(_ctx: Context, body: z.infer<typeof NewBody>, errors: readonly FormError[]): Reply {
  const fault = (field: string) => errors.find((one) => one.field === field)?.message
  return page({
    title: 'Tạo lần tạm im',
    crumbs,
    status: errors.length > 0 ? 422 : 200,
    lead: 'Cảnh báo có đủ các nhãn dưới đây sẽ bị ẩn từ bây giờ đến khi hết hạn.',
    body: (
      <Form action={`${silencesPath}/moi`} class="stack-large" label="Tạo lần tạm im">
        <ErrorSummary errors={errors} />
        {body['canh-bao'] && <input type="hidden" name="canh-bao" value={body['canh-bao']} />}
        <TextArea
          name="nhan"
          label="Điều kiện nhãn"
          hint={'Mỗi dòng một điều kiện: tên="giá trị", != là khác, =~ là theo mẫu. Bớt dòng thì ẩn rộng hơn.'}
          value={body.nhan}
          error={fault('nhan')}
          rows={6}
        />
        <Select name="gio" label="Trong" value={String(body.gio)} options={spans} error={fault('gio')} />
        <TextArea name="ly-do" label="Lý do" value={body['ly-do']} error={fault('ly-do')} rows={2} maxLength={2000} />
        <DecisionBar
          label="Tạo lần tạm im"
          primary={{
            action: <Button kind="primary">Tạm im</Button>,
            consequence: 'Cảnh báo vẫn được nhận và đếm; ẩn khỏi hàng đợi, không nhắc ai.',
          }}
        />
      </Form>
    ),
  })
}

const Id = z.object({ id: z.uuid() })

const oneRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${silencesPath}/:id`,
    access: readPermission,
    params: Id,
    query: z.object({ tai: z.string().max(30).optional() }),
    async handle(ctx, { params, query }) {
      const at = await readAsOf(ctx, query.tai)
      const silence = await getSilence(ctx, params.id, at?.knownAt)
      return page({
        title: 'Lần tạm im',
        crumbs: crumbs.map(({ label, href }) => ({ label, href: withQuery(href, { tai: at?.text }) })),
        body: <SilencePage ctx={ctx} silence={silence} at={at} />,
      })
    },
  }),
  route({
    method: 'POST',
    path: `${silencesPath}/:id/ket-thuc`,
    access: handlePermission,
    params: Id,
    async handle(ctx, { params }) {
      await endSilence(ctx, params.id, handlePermission)
      return redirect(withQuery(silencesPath, { xong: 'ket-thuc' }))
    },
  }),
]

function SilencePage({ ctx, silence, at }: { ctx: Context; silence: Silence; at: AsOf | undefined }) {
  const state = stateOf(silence, at?.knownAt ?? ctx.now)
  return (
    <div class="stack-large">
      <PastNotice at={at} what="lần tạm im" />
      <DescriptionList
        items={[
          { term: 'Tình trạng', value: <StateTag state={state} /> },
          { term: 'Nhãn', value: <span class="code">{silence.matchers.map(writeMatcher).join(', ')}</span> },
          { term: 'Từ', value: formatDateTime(silence.startsAt) },
          { term: 'Đến', value: formatDateTime(silence.endsAt) },
          { term: 'Lý do', value: silence.reason },
          { term: 'Người tạo', value: silence.createdName || silence.createdBy },
          ...(silence.alert
            ? [
                {
                  term: 'Tạo từ',
                  value: <a href={withQuery(alertPath(silence.alert), { tai: at?.text })}>{silence.alert}</a>,
                },
              ]
            : []),
        ]}
      />
      {!at && state !== 'expired' && ctx.can(handlePermission) && (
        <Form action={`${silencesPath}/${silence.id}/ket-thuc`} label="Kết thúc lần tạm im">
          <DecisionBar
            label="Kết thúc lần tạm im"
            primary={{
              action: <Button kind="primary">Kết thúc ngay</Button>,
              consequence: 'Cảnh báo đang bị ẩn và vẫn còn sẽ hiện lại trong vòng một phút.',
            }}
          />
        </Form>
      )}
      <AsOfQuestion at={at} what="lần tạm im" />
    </div>
  )
}

export const silenceRoutes: readonly Route[] = [listRoute, ...newRoutes, ...oneRoutes]
