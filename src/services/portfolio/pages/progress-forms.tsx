import { z } from 'zod'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { type Reply, type Route, redirect, route } from '#platform/http'
import { DateInput, DescriptionList, errorOf, type FormError, formatDate, Select, TextArea, TextInput } from '#ui'
import { moveProject, raiseObstacle, setMilestone, settleObstacle, writePermission } from '../actions.ts'
import { phases, states, stateWords } from '../model.ts'
import { listMilestones, listObstacles } from '../progress-store.ts'
import {
  attempt,
  Body,
  dateTyped,
  flat,
  formPage,
  getWritable,
  Request,
  readDay,
  readOptionalDay,
  readWords,
  type Typed,
  typeDate,
  typeToday,
} from './form.tsx'
import { Params } from './project.tsx'
import { listPath, projectPath } from './words.ts'

const paths = {
  obstacle: `${listPath}/:code/vuong-mac`,
  milestone: `${listPath}/:code/moc`,
  state: `${listPath}/:code/tinh-trang`,
}
const Numbered = z.strictObject({
  code: z.string().max(300),
  id: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 52),
})
const MilestoneQuery = z.object({ moc: z.coerce.number().int().positive().optional().catch(undefined) })

interface Showing {
  typed: Typed
  errors: FormError[]
}

/** Sends the form on, or shows it again with its faults. */
async function answer(
  code: string,
  showing: Showing,
  work: () => Promise<void>,
  show: (showing: Showing) => Promise<Reply>,
): Promise<Reply> {
  const errors = showing.errors.length > 0 ? showing.errors : await attempt(work)
  return errors.length > 0 ? show({ ...showing, errors }) : redirect(projectPath(code))
}

export const progressRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: paths.obstacle,
    access: writePermission,
    params: Params,
    handle: (ctx, { params }) => showRaise(ctx, params.code, { typed: typeToday('ngay', ctx.now), errors: [] }),
  }),
  route({
    method: 'POST',
    path: paths.obstacle,
    access: writePermission,
    params: Params,
    body: Body,
    handle(ctx, { params: { code }, body }) {
      const showing: Showing = { typed: flat(body), errors: [] }
      const said = readWords(showing.typed, 'noi-dung', showing.errors, 'Nêu vướng mắc trong một hai câu.')
      const raisedOn = readDay(showing.typed, 'ngay', showing.errors, 'Ngày phát sinh')
      const request = Request.parse(showing.typed.request)
      const work = () => raiseObstacle(ctx, code, { said, raisedOn, request })
      return answer(code, showing, work, (again) => showRaise(ctx, code, again))
    },
  }),
  route({
    method: 'GET',
    path: `${paths.obstacle}/:id`,
    access: writePermission,
    params: Numbered,
    handle: (ctx, { params }) => showSettle(ctx, params, { typed: typeToday('ngay', ctx.now), errors: [] }),
  }),
  route({
    method: 'POST',
    path: `${paths.obstacle}/:id`,
    access: writePermission,
    params: Numbered,
    body: Body,
    handle(ctx, { params, body }) {
      const showing: Showing = { typed: flat(body), errors: [] }
      const resolvedOn = readDay(showing.typed, 'ngay', showing.errors, 'Ngày xử lý xong')
      const resolution = readWords(showing.typed, 'cach', showing.errors, 'Nêu đã xử lý thế nào, theo văn bản nào.')
      const work = () => settleObstacle(ctx, params.code, { id: params.id, resolvedOn, resolution })
      return answer(params.code, showing, work, (again) => showSettle(ctx, params, again))
    },
  }),
  route({
    method: 'GET',
    path: paths.milestone,
    access: writePermission,
    params: Params,
    query: MilestoneQuery,
    async handle(ctx, { params, query }) {
      const project = await getWritable(ctx, params.code)
      const known = (await listMilestones(ctx.sql, project.id)).find(({ id }) => id === query.moc)
      const typed = known
        ? {
            ten: known.name,
            ...typeDate('ke-hoach', known.plannedOn),
            ...typeDate('du-kien', known.forecastOn),
            ...typeDate('thuc-te', known.actualOn),
          }
        : {}
      return showMilestone(ctx, params.code, { typed, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: paths.milestone,
    access: writePermission,
    params: Params,
    body: Body,
    handle(ctx, { params: { code }, body }) {
      const showing: Showing = { typed: flat(body), errors: [] }
      const { typed, errors } = showing
      const input = {
        name: readWords(typed, 'ten', errors, 'Nhập tên mốc, ví dụ “Nghiệm thu”.'),
        plannedOn: readDay(typed, 'ke-hoach', errors, 'Ngày kế hoạch'),
        forecastOn: readOptionalDay(typed, 'du-kien', errors, 'Ngày dự kiến'),
        actualOn: readOptionalDay(typed, 'thuc-te', errors, 'Ngày thực tế'),
      }
      return answer(
        code,
        showing,
        () => setMilestone(ctx, code, input),
        (again) => showMilestone(ctx, code, again),
      )
    },
  }),
  route({
    method: 'GET',
    path: paths.state,
    access: writePermission,
    params: Params,
    async handle(ctx, { params }) {
      const { state, phase } = await getWritable(ctx, params.code)
      return showState(ctx, params.code, { typed: { 'tinh-trang': state, 'giai-doan': phase ?? '' }, errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: paths.state,
    access: writePermission,
    params: Params,
    body: Body,
    handle(ctx, { params: { code }, body }) {
      const showing: Showing = { typed: flat(body), errors: [] }
      const { typed, errors } = showing
      const state = states.find((one) => one === typed['tinh-trang'])
      if (!state) errors.push({ field: 'tinh-trang', message: 'Chọn tình trạng.' })
      const reason = readWords(typed, 'ly-do', errors, 'Nêu căn cứ hoặc lý do thay đổi.')
      const phase = phases.find((one) => one === typed['giai-doan']) ?? null
      const work = async () => {
        if (state) await moveProject(ctx, code, { state, phase, reason })
      }
      return answer(code, showing, work, (again) => showState(ctx, code, again))
    },
  }),
]

async function showRaise(ctx: Context, code: string, { typed, errors }: Showing): Promise<Reply> {
  const project = await getWritable(ctx, code)
  return formPage({
    project,
    title: 'Nêu vướng mắc',
    lead: project.name,
    action: '/vuong-mac',
    submit: 'Nêu vướng mắc',
    consequence: 'Hiện ở danh mục và trang dự án cho đến khi ghi đã xử lý.',
    errors,
    typed,
    fields: (
      <>
        <TextArea
          name="noi-dung"
          label="Vướng mắc"
          rows={3}
          maxLength={1000}
          value={typed['noi-dung']}
          error={errorOf(errors, 'noi-dung')}
        />
        <DateInput
          name="ngay"
          label="Ngày phát sinh"
          value={dateTyped(typed, 'ngay')}
          error={errorOf(errors, 'ngay')}
        />
      </>
    ),
  })
}

async function showSettle(
  ctx: Context,
  { code, id }: { code: string; id: number },
  { typed, errors }: Showing,
): Promise<Reply> {
  const project = await getWritable(ctx, code)
  const obstacle = (await listObstacles(ctx.sql, project.id)).find((one) => one.id === id)
  if (!obstacle) throw notFound('obstacle', String(id))
  return formPage({
    project,
    title: 'Ghi vướng mắc đã xử lý',
    lead: project.name,
    action: `/vuong-mac/${id}`,
    submit: 'Ghi đã xử lý',
    consequence: 'Vướng mắc không còn tính là chưa xử lý; nội dung vẫn lưu.',
    errors,
    typed,
    fields: (
      <>
        <DescriptionList
          items={[
            { term: 'Vướng mắc', value: obstacle.said },
            { term: 'Phát sinh', value: formatDate(obstacle.raisedOn) },
          ]}
        />
        <DateInput
          name="ngay"
          label="Ngày xử lý xong"
          value={dateTyped(typed, 'ngay')}
          error={errorOf(errors, 'ngay')}
        />
        <TextArea
          name="cach"
          label="Đã xử lý thế nào"
          rows={3}
          maxLength={1000}
          value={typed.cach}
          error={errorOf(errors, 'cach')}
        />
      </>
    ),
  })
}

async function showMilestone(ctx: Context, code: string, { typed, errors }: Showing): Promise<Reply> {
  const project = await getWritable(ctx, code)
  const date = (name: string, label: string, optional: boolean) => (
    <DateInput
      name={name}
      label={label}
      optional={optional}
      value={dateTyped(typed, name)}
      error={errorOf(errors, name)}
    />
  )
  return formPage({
    project,
    title: 'Mốc tiến độ',
    lead: project.name,
    action: '/moc',
    submit: 'Ghi mốc',
    consequence: 'Mốc cùng tên được cập nhật; số ngày chậm tính lại ngay.',
    errors,
    typed,
    fields: (
      <>
        <TextInput name="ten" label="Tên mốc" maxLength={200} value={typed.ten} error={errorOf(errors, 'ten')} />
        {date('ke-hoach', 'Ngày kế hoạch', false)}
        {date('du-kien', 'Ngày dự kiến, khi đã biết sẽ khác kế hoạch', true)}
        {date('thuc-te', 'Ngày đạt thực tế', true)}
      </>
    ),
  })
}

async function showState(ctx: Context, code: string, { typed, errors }: Showing): Promise<Reply> {
  const project = await getWritable(ctx, code)
  return formPage({
    project,
    title: 'Cập nhật tình trạng',
    lead: project.name,
    action: '/tinh-trang',
    submit: 'Cập nhật',
    consequence: 'Ghi vào nhật ký cùng lý do.',
    errors,
    typed,
    fields: (
      <>
        <Select
          name="tinh-trang"
          label="Tình trạng"
          options={states.map((state) => ({ value: state, label: stateWords[state] }))}
          value={typed['tinh-trang']}
          error={errorOf(errors, 'tinh-trang')}
        />
        <Select
          name="giai-doan"
          label="Giai đoạn"
          empty="Chưa xác định"
          options={phases.map((phase) => ({ value: phase, label: phase }))}
          value={typed['giai-doan']}
        />
        <TextArea
          name="ly-do"
          label="Căn cứ, lý do"
          rows={2}
          maxLength={1000}
          value={typed['ly-do']}
          error={errorOf(errors, 'ly-do')}
        />
      </>
    ),
  })
}
