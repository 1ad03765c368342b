import { z } from 'zod'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { type Reply, type Route, redirect, route } from '#platform/http'
import { DateInput, DescriptionList, errorOf, type FormError, formatDate, Select, TextArea, TextInput } from '#ui'
import { recordMovement, reverseMovement, writePermission } from '../actions.ts'
import { findMovement } from '../capital-store.ts'
import { type Fund, funds, fundWords, type MovementKind, movementKinds, movementWords, readAmount } from '../model.ts'
import {
  attempt,
  Body,
  dateTyped,
  flat,
  formPage,
  getWritable,
  Request,
  readDay,
  readWords,
  type Typed,
  typeToday,
} from './form.tsx'
import { Params } from './project.tsx'
import { listPath, moneyWords, projectPath } from './words.ts'

const path = `${listPath}/:code/bien-dong`
const MovementParams = z.strictObject({
  code: z.string().max(300),
  id: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 52),
})

export const movementRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: writePermission,
    params: Params,
    handle: (ctx, { params }) =>
      showRecord(ctx, params.code, {
        typed: { nam: String(ctx.now.getUTCFullYear()), ...typeToday('ngay', ctx.now) },
        errors: [],
      }),
  }),
  route({
    method: 'POST',
    path,
    access: writePermission,
    params: Params,
    body: Body,
    async handle(ctx, { params, body }) {
      const typed = flat(body)
      const errors: FormError[] = []
      const input = readMovement(typed, errors)
      if (errors.length === 0) errors.push(...(await attempt(() => recordMovement(ctx, params.code, input))))
      return errors.length > 0 ? showRecord(ctx, params.code, { typed, errors }) : redirect(projectPath(params.code))
    },
  }),
  route({
    method: 'GET',
    path: `${path}/:id`,
    access: writePermission,
    params: MovementParams,
    handle: (ctx, { params }) => showReverse(ctx, params, { typed: {}, errors: [] }),
  }),
  route({
    method: 'POST',
    path: `${path}/:id`,
    access: writePermission,
    params: MovementParams,
    body: Body,
    async handle(ctx, { params, body }) {
      const typed = flat(body)
      const errors: FormError[] = []
      const reason = readWords(typed, 'ly-do', errors, 'Nêu lý do ghi đảo, ví dụ “Nhập thừa một số 0”.')
      if (errors.length > 0) return showReverse(ctx, params, { typed, errors })
      await reverseMovement(ctx, params.code, params.id, reason)
      return redirect(projectPath(params.code))
    },
  }),
]

interface Showing {
  typed: Typed
  errors: readonly FormError[]
}

function readMovement(typed: Typed, errors: FormError[]) {
  const kind = movementKinds.find((one) => one === typed.loai)
  if (!kind) errors.push({ field: 'loai', message: 'Chọn loại biến động.' })
  const fund = funds.find((one) => one === typed['nguon-von'])
  if (!fund) errors.push({ field: 'nguon-von', message: 'Chọn nguồn vốn.' })
  const amount = readAmount(typed['so-tien'] ?? '')
  if (!amount)
    errors.push({
      field: 'so-tien',
      message: 'Nhập số tiền khác 0, ví dụ 1.250.000.000 hoặc 14,7 tỷ hoặc -20 triệu; đồng không có phần lẻ.',
    })
  const yearText = typed.nam ?? ''
  const year = /^(19|20)\d{2}$/.test(yearText) ? Number(yearText) : null
  if (yearText && year === null) errors.push({ field: 'nam', message: 'Năm gồm bốn chữ số, ví dụ 2026.' })
  const occurredOn = readDay(typed, 'ngay', errors, 'Ngày của chứng từ')
  const document = readWords(typed, 'chung-tu', errors, 'Nêu quyết định hoặc chứng từ: số, ký hiệu, ngày.')
  return {
    // Not used where either is missing: the form comes back.
    kind: (kind ?? 'disbursed') as MovementKind,
    fund: (fund ?? 'unstated') as Fund,
    year,
    amount: amount ?? '0',
    occurredOn,
    document,
    note: typed['ghi-chu'] || undefined,
    request: Request.parse(typed.request),
  }
}

async function showRecord(ctx: Context, code: string, { typed, errors }: Showing): Promise<Reply> {
  const project = await getWritable(ctx, code)
  const error = (field: string) => errorOf(errors, field)
  return formPage({
    project,
    title: 'Ghi biến động vốn',
    lead: project.name,
    action: '/bien-dong',
    submit: 'Ghi vào sổ',
    consequence: 'Dòng đã ghi không sửa được; ghi sai thì ghi đảo, cả hai dòng đều còn.',
    errors,
    typed,
    fields: (
      <>
        <Select
          name="loai"
          label="Loại biến động"
          empty="Chọn loại"
          options={movementKinds.map((kind) => ({ value: kind, label: movementWords[kind] }))}
          value={typed.loai}
          error={error('loai')}
        />
        <Select
          name="nguon-von"
          label="Nguồn vốn"
          empty="Chọn nguồn vốn"
          options={funds.map((fund) => ({ value: fund, label: fundWords[fund] }))}
          value={typed['nguon-von']}
          error={error('nguon-von')}
        />
        <TextInput
          name="nam"
          label="Vốn của năm"
          hint="Để trống khi ghi tổng mức đầu tư."
          inputMode="numeric"
          width="4"
          value={typed.nam}
          error={error('nam')}
        />
        <TextInput
          name="so-tien"
          label="Số tiền"
          hint="Ví dụ 1.250.000.000 hoặc 14,7 tỷ; điều chỉnh giảm thì thêm dấu trừ."
          width="20"
          value={typed['so-tien']}
          error={error('so-tien')}
        />
        <DateInput name="ngay" label="Ngày của chứng từ" value={dateTyped(typed, 'ngay')} error={error('ngay')} />
        <TextInput
          name="chung-tu"
          label="Quyết định, chứng từ"
          maxLength={300}
          value={typed['chung-tu']}
          error={error('chung-tu')}
        />
        <TextArea name="ghi-chu" label="Ghi chú" optional rows={2} maxLength={1000} value={typed['ghi-chu']} />
      </>
    ),
  })
}

async function showReverse(
  ctx: Context,
  { code, id }: { code: string; id: number },
  { typed, errors }: Showing,
): Promise<Reply> {
  const project = await getWritable(ctx, code)
  const movement = await findMovement(ctx.sql, project.id, id)
  if (!movement) throw notFound('movement', String(id))
  return formPage({
    project,
    title: `Ghi đảo biến động số ${id}`,
    lead: project.name,
    action: `/bien-dong/${id}`,
    submit: 'Ghi đảo',
    consequence: 'Thêm một dòng ngược dấu với ngày hôm nay; dòng cũ vẫn còn và được đánh dấu.',
    errors,
    typed,
    fields: (
      <>
        <DescriptionList
          items={[
            { term: 'Biến động', value: `${movementWords[movement.kind]}, ${fundWords[movement.fund]}` },
            { term: 'Vốn năm', value: movement.year && String(movement.year) },
            { term: 'Số tiền', value: moneyWords(movement.amount, project.currency) },
            { term: 'Ngày', value: formatDate(movement.occurredOn) },
            { term: 'Chứng từ', value: movement.document },
          ]}
        />
        <TextArea
          name="ly-do"
          label="Lý do ghi đảo"
          rows={2}
          maxLength={1000}
          value={typed['ly-do']}
          error={errorOf(errors, 'ly-do')}
        />
      </>
    ),
  })
}
