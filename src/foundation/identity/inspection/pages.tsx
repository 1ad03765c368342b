import { z } from 'zod'
import type { Context, SayPerson } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { page, type Route, redirect, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import {
  Button,
  DateText,
  DecisionBar,
  DescriptionList,
  Form,
  Notice,
  Section,
  Table,
  Tag,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { sayOrganisation } from '../pages/role-words.ts'
import { decideInspection, endInspection, oversees, requireOversight } from './actions.ts'
import { formRoutes, inspectionsPath } from './form.tsx'
import { approveInspections, askInspections, type InspectionState, stateOfInspection } from './model.ts'
import { findInspection, type Inspection, listInspections } from './store.ts'

const pageSize = 50

const stateWords: Record<InspectionState, { label: string; tone: 'neutral' | 'info' | 'done' | 'warning' }> = {
  asked: { label: 'Chờ người thứ hai duyệt', tone: 'warning' },
  refused: { label: 'Không duyệt', tone: 'neutral' },
  ended: { label: 'Đã kết thúc sớm', tone: 'neutral' },
  later: { label: 'Chưa đến ngày', tone: 'info' },
  now: { label: 'Đang hiệu lực', tone: 'done' },
  over: { label: 'Đã hết hạn', tone: 'neutral' },
}

const outcomes = {
  'de-nghi': 'Đã gửi đề nghị. Quyền chỉ mở sau khi một người thứ hai duyệt.',
  duyet: 'Đã duyệt. Người được cấp quyền xem được từ ngày bắt đầu đến hết ngày kết thúc.',
  'khong-duyet': 'Đã ghi: không duyệt đề nghị này.',
  'ket-thuc': 'Đã kết thúc. Quyền mất ngay từ lần mở trang tiếp theo.',
} as const

function StateTag({ state }: { state: InspectionState }) {
  const { label, tone } = stateWords[state]
  return <Tag tone={tone}>{label}</Tag>
}

const crumbs = [{ label: 'Thanh tra, kiểm tra', href: inspectionsPath }]
const Id = z.strictObject({ id: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) })
const Done = z.object({ xong: z.enum(['de-nghi', 'duyet', 'khong-duyet', 'ket-thuc']).optional().catch(undefined) })

export const inspectionRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: inspectionsPath,
    access: approveInspections,
    query: z.object({ sau: z.coerce.number().int().positive().optional().catch(undefined) }),
    handle: (ctx, { query, request }) => showList(ctx, query.sau, request.url),
  }),
  ...formRoutes,
  route({
    method: 'GET',
    path: `${inspectionsPath}/:id`,
    access: approveInspections,
    params: Id,
    query: Done,
    async handle(ctx, { params, query }) {
      const known = await findInspection(ctx.sql, params.id)
      if (!known || !oversees(ctx, known.organisations)) throw notFound('inspection', String(params.id))
      return showOne(ctx, known, { done: query.xong })
    },
  }),
  route({
    method: 'POST',
    path: `${inspectionsPath}/:id/duyet`,
    access: approveInspections,
    params: Id,
    body: z.object({ viec: z.enum(['approved', 'refused']) }),
    async handle(ctx, { params, body }) {
      await decideInspection(ctx, params.id, body.viec)
      return redirect(`${inspectionsPath}/${params.id}?xong=${body.viec === 'approved' ? 'duyet' : 'khong-duyet'}`)
    },
  }),
  route({
    method: 'POST',
    path: `${inspectionsPath}/:id/ket-thuc`,
    access: approveInspections,
    params: Id,
    body: z.object({ lyDo: z.string().max(500).default('') }),
    async handle(ctx, { params, body }) {
      try {
        await endInspection(ctx, params.id, body.lyDo)
      } catch (error) {
        const known = error instanceof Problem && error.status === 422 && (await findInspection(ctx.sql, params.id))
        if (!known) throw error
        requireOversight(ctx, known)
        return showOne(ctx, known, { fault: error.message })
      }
      return redirect(`${inspectionsPath}/${params.id}?xong=ket-thuc`)
    },
  }),
]

async function showList(ctx: Context, after: number | undefined, address: string) {
  const rows = await listInspections(ctx.sql, after, pageSize + 1)
  const shown = rows.slice(0, pageSize)
  const today = dayOf(ctx.now)
  return page({
    title: 'Thanh tra, kiểm tra',
    lead: 'Quyền xem của đoàn thanh tra, kiểm tra: theo số và ngày của quyết định, đúng đơn vị, đúng thời kỳ, tự hết khi hết hạn.',
    actions: ctx.can(askInspections) && (
      <Button href={`${inspectionsPath}/tao-moi`} icon="add">
        Đề nghị cấp quyền
      </Button>
    ),
    islands: ['table'],
    body: (
      <Table
        caption="Quyền theo quyết định, mới nhất trước"
        rows={shown.filter((one) => oversees(ctx, one.organisations))}
        rowKey={({ id }) => String(id)}
        rowHref={({ id }) => `${inspectionsPath}/${id}`}
        paging={{ nextHref: rows.length > pageSize ? withQuery(address, { sau: shown.at(-1)?.id }) : undefined }}
        columns={[
          { key: 'number', title: 'Quyết định số', cell: ({ decisionNumber }) => decisionNumber },
          { key: 'on', title: 'Ngày', kind: 'nowrap', cell: ({ decidedOn }) => <DateText on={decidedOn} /> },
          { key: 'by', title: 'Cơ quan ban hành', cell: ({ issuedBy }) => issuedBy },
          { key: 'who', title: 'Người được cấp', phone: true, cell: ({ personName }) => personName },
          {
            key: 'until',
            title: 'Đến hết',
            kind: 'nowrap',
            phone: true,
            cell: ({ validTo }) => <DateText on={validTo} />,
          },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: (one) => <StateTag state={stateOfInspection(one, today)} />,
          },
        ]}
        empty={{
          title: 'Chưa có quyền nào được đề nghị',
          words: 'Khi có đoàn thanh tra, kiểm tra, quản trị lập đề nghị theo quyết định và một người thứ hai duyệt.',
        }}
      />
    ),
  })
}

interface Shown {
  done?: keyof typeof outcomes
  fault?: string
}

async function showOne(ctx: Context, one: Inspection, { done, fault }: Shown) {
  const state = stateOfInspection(one, dayOf(ctx.now))
  return page({
    title: `Quyết định ${one.decisionNumber}`,
    crumbs,
    status: fault ? 422 : undefined,
    body: (
      <div class="stack-large">
        {done && (
          <Notice tone="done" role="status">
            {outcomes[done]}
          </Notice>
        )}
        {fault && (
          <Notice tone="danger" role="alert">
            {fault}
          </Notice>
        )}
        <Facts
          one={one}
          say={await ctx.sayPeople([one.askedBy, one.decidedBy, one.endedBy, one.account])}
          state={state}
          agencies={await Promise.all(one.organisations.map((code) => sayOrganisation(ctx, code)))}
        />
        {state === 'asked' && <Deciding one={one} own={ctx.actor.account} />}
        {(state === 'now' || state === 'later') && (
          <Section title="Kết thúc sớm">
            <Form action={`${inspectionsPath}/${one.id}/ket-thuc`} label="Kết thúc sớm">
              <TextInput name="lyDo" label="Lý do kết thúc sớm" maxLength={500} error={fault} />
              <Button kind="danger">Kết thúc quyền này</Button>
            </Form>
          </Section>
        )}
      </div>
    ),
  })
}

function Deciding({ one, own }: { one: Inspection; own: string | undefined }) {
  if ([one.askedBy, one.account].includes(own ?? ''))
    return (
      <Notice tone="info" title="Chờ người thứ hai">
        Người đề nghị và người được cấp quyền không tự duyệt.
      </Notice>
    )
  const action = `${inspectionsPath}/${one.id}/duyet`
  return (
    <DecisionBar
      label="Quyết định"
      primary={{
        action: (
          <Form action={action} class="row">
            <Button kind="primary" name="viec" value="approved">
              Duyệt cấp quyền
            </Button>
          </Form>
        ),
        consequence: 'Người này xem được số liệu, bản ghi và nhật ký của các đơn vị nêu trên, trong thời hạn.',
      }}
      destructive={{
        action: (
          <Form action={action} class="row">
            <Button kind="danger" name="viec" value="refused">
              Không duyệt
            </Button>
          </Form>
        ),
      }}
    />
  )
}

interface FactsProps {
  one: Inspection
  state: InspectionState
  agencies: readonly string[]
  say: SayPerson
}

function Facts({ one, state, agencies, say }: FactsProps) {
  return (
    <DescriptionList
      items={[
        { term: 'Trạng thái', value: <StateTag state={state} /> },
        {
          term: 'Quyết định',
          value: (
            <>
              số {one.decisionNumber} ngày <DateText on={one.decidedOn} />, {one.issuedBy}
            </>
          ),
        },
        { term: 'Nội dung', value: one.about },
        { term: 'Người được cấp quyền', value: `${say(one.account)} (${one.account})` },
        { term: 'Đơn vị được thanh tra', value: agencies.join('; ') },
        {
          term: 'Chỉ tiêu',
          value: one.subjects.length > 0 ? one.subjects.join(', ') : 'mọi chỉ tiêu của các đơn vị này',
        },
        {
          term: 'Thời kỳ được thanh tra',
          value: (
            <>
              <DateText on={one.periodFrom} /> – <DateText on={one.periodTo} />
            </>
          ),
        },
        {
          term: 'Thời hạn của đoàn',
          value: (
            <>
              <DateText on={one.validFrom} /> – <DateText on={one.validTo} />
            </>
          ),
        },
        {
          term: 'Người đề nghị',
          value: (
            <>
              {say(one.askedBy)}, <Time at={one.askedAt} exact />
            </>
          ),
        },
        ...(one.decidedAt
          ? [
              {
                term: one.outcome === 'approved' ? 'Người duyệt' : 'Người không duyệt',
                value: (
                  <>
                    {say(one.decidedBy ?? '')}, <Time at={one.decidedAt} exact />
                  </>
                ),
              },
            ]
          : []),
        ...(one.endedAt
          ? [
              {
                term: 'Kết thúc sớm',
                value: (
                  <>
                    {say(one.endedBy ?? '')}, <Time at={one.endedAt} exact />: {one.endReason}
                  </>
                ),
              },
            ]
          : []),
      ]}
    />
  )
}
