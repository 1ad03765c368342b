// Two records that may be of one person: a clerk compares them, masked, and decides with a ground.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import {
  Button,
  DescriptionList,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  formatDate,
  formatDateTime,
  Notice,
  Radios,
  Section,
  Table,
  Tag,
  TextArea,
  Time,
} from '#ui'
import { decideCase, getCase, requireDeciding, undoCase } from './cases.ts'
import { type CaseState, caseKindNames, caseStateNames, decidePermission, maskNumber } from './model.ts'
import { openNumber } from './own.ts'
import { casesPath } from './paths.ts'
import { findPerson, listCases, type Person, type PersonCase } from './store.ts'

const mostShown = 100
const crumbs = [{ label: 'Hồ sơ cá nhân nghi trùng', href: casesPath }]
const tones = { open: 'warning', linked: 'done', apart: 'neutral', undone: 'neutral' } as const

const State = ({ state }: { state: CaseState }) => <Tag tone={tones[state]}>{caseStateNames[state]}</Tag>

async function showCases(ctx: Context) {
  await requireDeciding(ctx)
  const cases = await listCases(ctx.sql, mostShown)
  return page({
    title: 'Hồ sơ cá nhân nghi trùng',
    lead: 'Máy không tự nhập hai người làm một. Người có thẩm quyền quyết định, nêu căn cứ, và gỡ được.',
    body: (
      <Table
        caption="Các trường hợp"
        rows={cases}
        rowKey={({ id }) => id}
        rowHref={({ id }) => `${casesPath}/${id}`}
        columns={[
          { key: 'opened', title: 'Nêu lúc', kind: 'nowrap', cell: ({ openedAt }) => <Time at={openedAt} exact /> },
          { key: 'kind', title: 'Vì sao', cell: ({ kind }) => caseKindNames[kind], phone: true },
          { key: 'state', title: 'Trạng thái', cell: ({ state }) => <State state={state} />, phone: true },
        ]}
        empty={{
          title: 'Không có trường hợp nào',
          words:
            'Khi một người đăng nhập VNeID mà chưa có số định danh và trùng họ tên, ngày sinh với hồ sơ khác, trường hợp đó hiện ở đây.',
        }}
      />
    ),
  })
}

interface Side {
  title: string
  person: Person
  number: string | undefined
}

function Record({ title, person, number }: Side) {
  return (
    <Section title={title}>
      <DescriptionList
        items={[
          { term: 'Họ và tên', value: person.name },
          { term: 'Ngày sinh', value: person.birthDate ? formatDate(person.birthDate) : 'chưa có' },
          { term: 'Số định danh', value: number ? <span class="code">{maskNumber(number)}</span> : 'chưa có' },
          { term: 'Có từ', value: formatDateTime(person.createdAt) },
        ]}
      />
    </Section>
  )
}

async function showCase(ctx: Context, id: string, errors: readonly FormError[] = []) {
  const found = await getCase(ctx, id)
  const sides = await Promise.all(
    [found.person, found.other].map(async (side) => {
      const person = await findPerson(ctx.sql, side)
      return person && { person, number: await openNumber(ctx, person) }
    }),
  )
  return page({
    title: 'Hai hồ sơ có thể là của một người',
    lead: caseKindNames[found.kind],
    crumbs,
    status: errors.length > 0 ? 422 : undefined,
    body: (
      <div class="stack-large">
        <p>
          <State state={found.state} />
        </p>
        <div class="columns columns-2">
          {sides.map(
            (side, place) =>
              side && <Record key={side.person.id} title={place ? 'Hồ sơ kia' : 'Hồ sơ này'} {...side} />,
          )}
        </div>
        <Decided found={found} />
        {found.state === 'open' && <DecideForm id={id} errors={errors} />}
        {(found.state === 'linked' || found.state === 'apart') && <UndoForm id={id} errors={errors} />}
      </div>
    ),
  })
}

function Decided({ found }: { found: PersonCase }) {
  const { decidedAt, decidedBy, ground, undoneAt, undoneBy, undoGround } = found
  return (
    <>
      {decidedAt && (
        <Notice title={`${decidedBy} quyết định lúc ${formatDateTime(decidedAt)}`}>{`Căn cứ: ${ground}`}</Notice>
      )}
      {undoneAt && <Notice title={`${undoneBy} gỡ lúc ${formatDateTime(undoneAt)}`}>{`Căn cứ: ${undoGround}`}</Notice>}
    </>
  )
}

function DecideForm({ id, errors }: { id: string; errors: readonly FormError[] }) {
  return (
    <Form action={`${casesPath}/${id}`} label="Quyết định">
      <ErrorSummary errors={errors} title="Chưa ghi được quyết định" />
      <Radios
        name="state"
        label="Quyết định"
        error={errorOf(errors, 'state')}
        options={[
          { value: 'linked', label: 'Là một người: liên kết hai hồ sơ' },
          { value: 'apart', label: 'Là hai người khác nhau: giữ riêng' },
        ]}
      />
      <Ground errors={errors} />
      <Button kind="primary">Ghi quyết định</Button>
    </Form>
  )
}

function UndoForm({ id, errors }: { id: string; errors: readonly FormError[] }) {
  return (
    <Form action={`${casesPath}/${id}/go`} label="Gỡ quyết định">
      <ErrorSummary errors={errors} title="Chưa gỡ được quyết định" />
      <Ground errors={errors} />
      <Button kind="danger">Gỡ quyết định, trả hai hồ sơ về như trước</Button>
    </Form>
  )
}

const Ground = ({ errors }: { errors: readonly FormError[] }) => (
  <TextArea
    name="ground"
    label="Căn cứ"
    hint="Giấy tờ đã đối chiếu, người đã hỏi; được ghi vào nhật ký."
    error={errorOf(errors, 'ground')}
    maxLength={1000}
  />
)

const Id = z.object({ id: z.uuid() })
const ground = z.string().trim().max(1000).default('')
const faultOfGround = (text: string): FormError[] =>
  text.length < 5 ? [{ field: 'ground', message: 'Xin nêu căn cứ, ít nhất vài từ.' }] : []

export const caseRoutes = [
  route({ method: 'GET', path: casesPath, access: decidePermission, handle: (ctx) => showCases(ctx) }),
  route({
    method: 'GET',
    path: `${casesPath}/:id`,
    access: decidePermission,
    params: Id,
    handle: (ctx, { params }) => showCase(ctx, params.id),
  }),
  route({
    method: 'POST',
    path: `${casesPath}/:id`,
    access: decidePermission,
    params: Id,
    body: z.object({ state: z.enum(['linked', 'apart']).optional().catch(undefined), ground }),
    async handle(ctx, { params, body }) {
      const errors: FormError[] = [
        ...(body.state ? [] : [{ field: 'state', message: 'Xin chọn một quyết định.' }]),
        ...faultOfGround(body.ground),
      ]
      if (!body.state || errors.length > 0) return showCase(ctx, params.id, errors)
      await decideCase(ctx, params.id, { state: body.state, ground: body.ground })
      return redirect(`${casesPath}/${params.id}`)
    },
  }),
  route({
    method: 'POST',
    path: `${casesPath}/:id/go`,
    access: decidePermission,
    params: Id,
    body: z.object({ ground }),
    async handle(ctx, { params, body }) {
      const errors = faultOfGround(body.ground)
      if (errors.length > 0) return showCase(ctx, params.id, errors)
      await undoCase(ctx, params.id, body.ground)
      return redirect(`${casesPath}/${params.id}`)
    },
  }),
]
