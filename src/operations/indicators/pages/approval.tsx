import { z } from 'zod'
import { previousPeriod } from '#calendar'
import { findOrganisation } from '#organisations'
import type { Actor, Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  type Column,
  DecisionBar,
  ErrorSummary,
  Form,
  formatChange,
  Notice,
  Section,
  Table,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import type { StoredDefinition } from '../computation/plan.ts'
import { approveEntries, isOwnEntry, mayHandle, publishEntries, returnEntries } from '../entries/actions.ts'
import { type Entry, listEarlierValues, listEntriesIn } from '../entries/store.ts'
import { listDefinitions } from '../reading/definitions.ts'
import { kindOfPeriod } from '../reading/facts.ts'
import { approvalPath, indicatorPath, showPeriod, showValue } from './words.ts'

const mostShown = 200
const Body = z.object({
  viec: z.enum(['duyet', 'duyet-het', 'tra-lai', 'cong-bo']),
  chon: z.union([z.string(), z.array(z.string()).max(mostShown)]).optional(),
  tat: z.union([z.string(), z.array(z.string()).max(mostShown)]).optional(),
  'ly-do': z.string().max(500).optional(),
})

interface Waiting {
  entry: Entry
  definition: StoredDefinition
  unit: string
  previous: number | undefined
}

export const approvalRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: approvalPath,
    access: 'signed-in',
    query: z.object({ xong: z.string().max(10).optional(), viec: z.string().max(10).optional() }),
    handle: (ctx, { query }) => show(ctx, { done: query, fault: undefined }),
  }),
  route({
    method: 'POST',
    path: approvalPath,
    access: 'signed-in',
    body: Body,
    async handle(ctx, { body }) {
      const ids = idsOf(body.viec === 'duyet-het' ? body.tat : body.chon)
      if (ids.length === 0)
        return show(ctx, { done: {}, fault: 'Chưa đánh dấu số liệu nào. Hãy đánh dấu ít nhất một dòng.' })
      try {
        if (body.viec === 'tra-lai') await returnEntries(ctx, ids, body['ly-do'] ?? '')
        else if (body.viec === 'cong-bo') await publishEntries(ctx, ids)
        else await approveEntries(ctx, ids)
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500 || error.status === 403) throw error
        const words = [error.message, ...error.fields.map(({ message }) => message)].join(' ')
        return show(ctx, { done: {}, fault: words, reason: body['ly-do'] })
      }
      return redirect(withQuery(approvalPath, { xong: String(ids.length), viec: body.viec }))
    },
  }),
]

const idsOf = (chosen: string | string[] | undefined): number[] =>
  (Array.isArray(chosen) ? chosen : chosen ? [chosen] : [])
    .map(Number)
    .filter((id) => Number.isSafeInteger(id) && id > 0)

async function listWaiting(
  ctx: Context,
  permission: 'entry:approve' | 'entry:publish',
  state: 'submitted' | 'approved',
): Promise<Waiting[]> {
  if (!ctx.can(permission)) return []
  const entries = await listEntriesIn(ctx.sql, { states: [state], organisations: 'all', limit: 2000 })
  const codes = [...new Set(entries.map(({ indicator }) => indicator))]
  const definitions = new Map((await listDefinitions(ctx.sql, codes)).map((one) => [one.code, one]))
  const mine = entries.flatMap((entry) => {
    const definition = definitions.get(entry.indicator)
    return definition && mayHandle(ctx, permission, definition, entry.organisation) ? [{ entry, definition }] : []
  })
  const shown = mine.slice(0, mostShown)
  const earlier = await listEarlierValues(
    ctx.sql,
    shown.map(({ entry }) => ({
      indicator: entry.indicator,
      organisation: entry.organisation,
      kind: kindOfPeriod(entry.period),
      before: '9999-12-31',
    })),
    40,
  )
  const waiting: Waiting[] = []
  for (const { entry, definition } of shown) {
    const before = previousPeriod(entry.period)
    const previous = earlier.find(
      (one) => one.indicator === entry.indicator && one.organisation === entry.organisation && one.period === before,
    )
    const unit = (await findOrganisation(ctx.sql, entry.organisation))?.name ?? entry.organisation
    waiting.push({ entry, definition, unit, previous: previous?.value })
  }
  return waiting
}

interface Showing {
  done: { xong?: string; viec?: string }
  fault: string | undefined
  reason?: string
}

async function show(ctx: Context, { done, fault, reason }: Showing): Promise<Reply> {
  const toApprove = await listWaiting(ctx, 'entry:approve', 'submitted')
  const toPublish = await listWaiting(ctx, 'entry:publish', 'approved')
  const verbs: Record<string, string> = { 'tra-lai': 'trả lại', 'cong-bo': 'công bố' }
  return page({
    title: 'Duyệt số liệu',
    status: fault ? 422 : 200,
    lead:
      toApprove.length + toPublish.length === 0
        ? 'Không có số liệu nào chờ.'
        : `${toApprove.length} số liệu chờ duyệt, ${toPublish.length} chờ công bố.`,
    islands: ['table'],
    body: (
      <div class="stack-large">
        <ErrorSummary errors={fault ? [{ field: 'cho-duyet', message: fault }] : []} title="Chưa thực hiện được" />
        {done.xong && (
          <Notice tone="done" role="status" title={`Đã ${verbs[done.viec ?? ''] ?? 'duyệt'} ${done.xong} số liệu`} />
        )}
        <Approving waiting={toApprove} reason={reason} actor={ctx.actor} />
        {ctx.can('entry:publish') && <Publishing waiting={toPublish} />}
      </div>
    ),
  })
}

function columnsOf(marking: boolean): Column<Waiting>[] {
  return [
    {
      key: 'name',
      title: 'Chỉ tiêu',
      cell: ({ definition }) => definition.body.name,
    },
    ...(marking
      ? [
          {
            key: 'mark',
            title: 'Đánh dấu',
            phone: true,
            cell: ({ entry, definition }: Waiting) => (
              <input
                type="checkbox"
                name="chon"
                value={String(entry.id)}
                aria-label={`Đánh dấu ${definition.body.name}, ${showPeriod(entry.period)}`}
              />
            ),
          },
        ]
      : []),
    { key: 'unit', title: 'Đơn vị', cell: ({ unit }) => unit },
    { key: 'period', title: 'Kỳ', kind: 'nowrap', cell: ({ entry }) => showPeriod(entry.period) },
    {
      key: 'value',
      title: 'Giá trị',
      kind: 'number',
      phone: true,
      cell: ({ entry, definition }) =>
        entry.value === null ? 'không có số liệu' : <strong>{showValue(entry.value, definition.body)}</strong>,
    },
    {
      key: 'previous',
      title: 'So với kỳ trước',
      kind: 'number',
      phone: true,
      cell: ({ entry, previous, definition }) =>
        previous === undefined || entry.value === null
          ? undefined
          : `${formatChange(entry.value - previous, definition.body.decimals)} (từ ${showValue(previous, definition.body)})`,
    },
    {
      key: 'reason',
      title: 'Lý do, ghi chú, căn cứ',
      cell: ({ entry }) =>
        [entry.reason, entry.note, entry.basis && `căn cứ: ${entry.basis}`].filter(Boolean).join(' · '),
    },
    {
      key: 'by',
      title: 'Người nhập',
      cell: ({ entry }) => (
        <>
          {entry.typedBy} · <Time at={entry.typedAt} />
        </>
      ),
    },
  ]
}

interface ApprovingProps {
  waiting: readonly Waiting[]
  reason: string | undefined
  actor: Actor
}

function Approving({ waiting, reason, actor }: ApprovingProps) {
  const others = waiting.filter(({ entry }) => !isOwnEntry(actor, entry))
  const table = (
    <Table
      caption="Chờ lãnh đạo đơn vị duyệt"
      rows={waiting}
      rowKey={({ entry }) => String(entry.id)}
      rowHref={({ entry }) => indicatorPath(entry.indicator)}
      columns={columnsOf(others.length > 0)}
      id="rows"
      empty={{
        title: 'Không có số liệu chờ duyệt',
        words: 'Số liệu do đầu mối của đơn vị nhập và gửi sẽ hiện ở đây, cạnh số của kỳ trước.',
      }}
    />
  )
  if (others.length === 0) return <div id="cho-duyet">{table}</div>
  return (
    <Form action={approvalPath} class="stack" id="cho-duyet" label="Duyệt số liệu">
      {others.map(({ entry }) => (
        <input key={entry.id} type="hidden" name="tat" value={String(entry.id)} />
      ))}
      {table}
      <TextInput name="ly-do" label="Chỗ cần sửa, khi trả lại" optional value={reason} maxLength={500} />
      <DecisionBar
        label="Duyệt số liệu"
        primary={{
          action: (
            <Button kind="primary" name="viec" value="duyet">
              Duyệt các số đã đánh dấu
            </Button>
          ),
          consequence: 'Số không cần công bố riêng thì công khai ngay.',
        }}
        others={[
          {
            action: (
              <Button name="viec" value="duyet-het">
                {`Duyệt cả ${others.length} số`}
              </Button>
            ),
          },
          {
            action: (
              <Button name="viec" value="tra-lai">
                Trả lại các số đã đánh dấu
              </Button>
            ),
            consequence: 'Đầu mối đọc được chỗ cần sửa.',
          },
        ]}
      />
    </Form>
  )
}

function Publishing({ waiting }: { waiting: readonly Waiting[] }) {
  if (waiting.length === 0) return null
  return (
    <Section title="Chờ công bố">
      <Form action={approvalPath} class="stack" label="Công bố số liệu">
        <Table
          caption="Đã duyệt, chờ công bố"
          hideCaption
          rows={waiting}
          rowKey={({ entry }) => String(entry.id)}
          rowHref={({ entry }) => indicatorPath(entry.indicator)}
          columns={columnsOf(true)}
        />
        <DecisionBar
          label="Công bố"
          primary={{
            action: (
              <Button kind="primary" name="viec" value="cong-bo">
                Công bố các số đã đánh dấu
              </Button>
            ),
            consequence: 'Số liệu hiện trên mọi trang cùng tên người duyệt.',
          }}
        />
      </Form>
    </Section>
  )
}
