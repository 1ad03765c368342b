// What citizens say against look-ups, for the agency that looked: it answers in words.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  ErrorSummary,
  Form,
  formatDateTime,
  Notice,
  Section,
  Table,
  Tag,
  TextArea,
  Time,
} from '#ui'
import { type FullObjection, listObjections } from './look-store.ts'
import { answerPermission, fieldNames } from './model.ts'
import { agencyNames, answerObjection, getObjection } from './own.ts'
import { objectionsPath } from './paths.ts'
import { LookOutcome } from './words.tsx'

const mostShown = 100
const crumbs = [{ label: 'Ý kiến về tra cứu', href: objectionsPath }]

const State = ({ objection }: { objection: FullObjection }) =>
  objection.answeredAt ? <Tag tone="done">Đã trả lời</Tag> : <Tag tone="warning">Chờ trả lời</Tag>

async function showObjections(ctx: Context) {
  const objections = await listObjections(ctx.sql, ctx.reach(answerPermission), mostShown)
  const nameOf = await agencyNames(ctx)
  return page({
    title: 'Ý kiến về tra cứu',
    lead: 'Người dân không đồng ý với một lần tra cứu dữ liệu của mình; cơ quan đã tra cứu trả lời trong 2 ngày làm việc.',
    body: (
      <Table
        caption="Ý kiến gửi đến cơ quan trong phạm vi được giao"
        rows={objections}
        rowKey={({ id }) => id}
        rowHref={({ id }) => `${objectionsPath}/${id}`}
        columns={[
          { key: 'raised', title: 'Nhận lúc', kind: 'nowrap', cell: ({ raisedAt }) => <Time at={raisedAt} exact /> },
          { key: 'agency', title: 'Cơ quan', cell: ({ organisation }) => nameOf(organisation), phone: true },
          { key: 'purpose', title: 'Mục đích tra cứu', cell: ({ purposeName }) => purposeName },
          { key: 'state', title: 'Trạng thái', cell: (objection) => <State objection={objection} />, phone: true },
        ]}
        empty={{
          title: 'Chưa có ý kiến nào',
          words: 'Khi người dân không đồng ý với một lần tra cứu, ý kiến hiện ở đây và ở Việc của tôi.',
        }}
      />
    ),
  })
}

async function showObjection(ctx: Context, id: string, fault?: { text: string; message: string }) {
  const objection = await getObjection(ctx, id)
  const nameOf = await agencyNames(ctx)
  const { answer, answeredAt, answeredName } = objection
  return page({
    title: 'Ý kiến về một lần tra cứu',
    crumbs,
    status: fault && 422,
    body: (
      <div class="stack-large">
        <Section title="Người dân viết">
          <p class="prose">{objection.text}</p>
          <p class="muted small">Nhận lúc {formatDateTime(objection.raisedAt)}</p>
        </Section>
        <Section title="Lần tra cứu">
          <DescriptionList
            items={[
              { term: 'Lúc', value: formatDateTime(objection.at) },
              { term: 'Cơ quan', value: nameOf(objection.organisation) },
              { term: 'Người tra cứu', value: [objection.actorName, objection.position].filter(Boolean).join(', ') },
              { term: 'Mục đích', value: objection.purposeName },
              { term: 'Căn cứ', value: objection.legalBasis },
              { term: 'Hồ sơ, văn bản', value: <span class="code">{objection.reference}</span> },
              { term: 'Kết quả', value: <LookOutcome outcome={objection.outcome} /> },
              {
                term: 'Đã xem đủ',
                value: objection.fields.map((field) => fieldNames[field]).join(', ') || 'không mục nào',
              },
            ]}
          />
        </Section>
        {answer && answeredAt ? (
          <Notice tone="done" title={`${answeredName ?? 'Cơ quan'} đã trả lời lúc ${formatDateTime(answeredAt)}`}>
            {answer}
          </Notice>
        ) : (
          <Form action={`${objectionsPath}/${id}`} label="Trả lời người dân">
            <ErrorSummary
              errors={fault ? [{ field: 'text', message: fault.message }] : []}
              title="Chưa gửi được trả lời"
            />
            <TextArea
              name="text"
              label="Trả lời"
              hint="Người dân đọc được nguyên văn. Nêu rõ vì sao đã tra cứu, hoặc nhận là không đúng và đã xử lý thế nào."
              value={fault?.text}
              error={fault?.message}
              maxLength={4000}
            />
            <Button kind="primary">Gửi trả lời</Button>
          </Form>
        )}
      </div>
    ),
  })
}

const Id = z.object({ id: z.uuid() })

export const objectionRoutes = [
  route({
    method: 'GET',
    path: objectionsPath,
    access: answerPermission,
    handle: (ctx) => showObjections(ctx),
  }),
  route({
    method: 'GET',
    path: `${objectionsPath}/:id`,
    access: answerPermission,
    params: Id,
    handle: (ctx, { params }) => showObjection(ctx, params.id),
  }),
  route({
    method: 'POST',
    path: `${objectionsPath}/:id`,
    access: answerPermission,
    params: Id,
    body: z.object({ text: z.string().trim().max(4000).default('') }),
    async handle(ctx, { params, body }) {
      if (body.text.length < 10)
        return showObjection(ctx, params.id, { text: body.text, message: 'Xin trả lời bằng lời, ít nhất 10 ký tự.' })
      await answerObjection(ctx, params.id, body.text)
      return redirect(`${objectionsPath}/${params.id}`)
    },
  }),
]
