import { z } from 'zod'
import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Radios, Select, TextInput } from '#ui'
import { type Answers, codeFrom, everyNames } from '../drafts/answers.ts'
import { saveAnswers } from '../drafts/draft.ts'
import { Code } from '../model.ts'
import { findSource } from '../store.ts'
import { DraftParams, draftPath, getAnswers } from './draft-start.tsx'
import { basisKinds, cadenceShort, listPath, newSourcePath } from './words.ts'

const text = z.string().max(300).default('')
const Body = z.object({
  ten: text,
  ma: text,
  'co-quan': text,
  'dau-moi': text,
  'loai-can-cu': z.enum(['law', 'internal', 'dataset']).catch('internal'),
  'can-cu': text,
  'so-can-cu': text,
  'dinh-ky': z.enum(everyNames).catch('month'),
  han: text,
  'cach-gui': z.enum(['delta', 'full']).catch('delta'),
})

const step = 'thong-tin'

export const draftAboutRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${newSourcePath}/:draft/${step}`,
    access: 'source:manage',
    params: DraftParams,
    async handle(ctx, { params }) {
      const { answers } = await getAnswers(ctx, params.draft)
      return sheet(ctx, params.draft, answers, [])
    },
  }),
  route({
    method: 'POST',
    path: `${newSourcePath}/:draft/${step}`,
    access: 'source:manage',
    params: DraftParams,
    body: Body,
    async handle(ctx, { params, body }) {
      const { answers } = await getAnswers(ctx, params.draft)
      const next: Answers = {
        ...answers,
        name: body.ten.trim(),
        code: body.ma.trim() || codeFrom(body.ten),
        organisation: body['co-quan'],
        custodian: body['dau-moi'].trim(),
        basisKind: body['loai-can-cu'],
        basisTitle: body['can-cu'].trim(),
        basisNumber: body['so-can-cu'].trim(),
        every: body['dinh-ky'],
        dueWorkingDays: body.han.trim(),
        mode: body['cach-gui'],
      }
      const errors = await findErrors(ctx, next)
      await saveAnswers(ctx, params.draft, {
        ...next,
        done: errors.length > 0 ? next.done.filter((one) => one !== step) : [...new Set([...next.done, step])],
      })
      if (errors.length > 0) return sheet(ctx, params.draft, next, errors)
      return redirect(draftPath(params.draft, 'cot'))
    },
  }),
]

async function findErrors(ctx: Context, answers: Answers): Promise<FormError[]> {
  const errors: FormError[] = []
  const need = (field: string, value: string, message: string) => {
    if (!value) errors.push({ field, message })
  }
  need('ten', answers.name, 'Nhập tên nguồn, ví dụ “Lượt khách tham quan theo ngày”.')
  if (!Code.safeParse(answers.code).success)
    errors.push({
      field: 'ma',
      message: 'Mã chỉ gồm chữ thường không dấu, số, dấu gạch nối và dấu chấm; ví dụ luot-khach.',
    })
  else if (await findSource(ctx.sql, answers.code))
    errors.push({ field: 'ma', message: `Đã có nguồn mang mã “${answers.code}”. Hãy chọn mã khác.` })
  need('co-quan', answers.organisation, 'Chọn cơ quan cung cấp.')
  if (answers.organisation && !ctx.can('source:manage', answers.organisation))
    errors.push({ field: 'co-quan', message: 'Cơ quan này ngoài phạm vi của tài khoản. Hãy chọn cơ quan khác.' })
  need('dau-moi', answers.custodian, 'Nhập chức danh đầu mối chịu trách nhiệm, ví dụ “Trưởng phòng Tổng hợp”.')
  need('can-cu', answers.basisTitle, 'Nhập tên văn bản, quy định hoặc bộ dữ liệu làm căn cứ.')
  if (answers.basisKind !== 'internal')
    need(
      'so-can-cu',
      answers.basisNumber,
      answers.basisKind === 'law'
        ? 'Nhập số, ký hiệu văn bản, ví dụ 118/2025/NĐ-CP.'
        : 'Nhập giấy phép của bộ dữ liệu, ví dụ CC BY 4.0.',
    )
  if (!/^\d{1,3}$/.test(answers.dueWorkingDays) || Number(answers.dueWorkingDays) > 250)
    errors.push({ field: 'han', message: 'Số ngày làm việc là số nguyên từ 0 đến 250.' })
  return errors
}

async function sheet(ctx: Context, draft: string, answers: Answers, errors: FormError[]): Promise<Reply> {
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const agencies = tree.nodes.filter(({ row }) => ctx.can('source:manage', row.code))
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return page({
    title: 'Nguồn này là gì',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [
      { label: 'Nguồn dữ liệu', href: listPath },
      { label: answers.name || 'Nguồn mới', href: draftPath(draft) },
    ],
    lead: 'Bước 1 trong 3',
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} />
        <Form action={draftPath(draft, step)} label="Nguồn này là gì">
          <TextInput name="ten" label="Tên nguồn" value={answers.name} error={errorOf('ten')} maxLength={200} />
          <TextInput
            name="ma"
            label="Mã nguồn"
            hint="Dùng trong địa chỉ trang và API; để trống thì lấy từ tên."
            value={answers.code}
            error={errorOf('ma')}
            maxLength={64}
          />
          <Select
            name="co-quan"
            label="Cơ quan cung cấp"
            empty="Chọn cơ quan"
            value={answers.organisation}
            error={errorOf('co-quan')}
            options={agencies.map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` }))}
          />
          <TextInput
            name="dau-moi"
            label="Đầu mối"
            hint="Chức danh, không phải tên người."
            value={answers.custodian}
            error={errorOf('dau-moi')}
            maxLength={200}
          />
          <Radios
            name="loai-can-cu"
            label="Căn cứ"
            inline
            value={answers.basisKind}
            options={Object.entries(basisKinds).map(([value, label]) => ({ value, label }))}
          />
          <TextInput
            name="can-cu"
            label="Tên văn bản, quy định hoặc bộ dữ liệu"
            value={answers.basisTitle}
            error={errorOf('can-cu')}
            maxLength={300}
          />
          <TextInput
            name="so-can-cu"
            label="Số, ký hiệu văn bản; hoặc giấy phép của bộ dữ liệu"
            optional={answers.basisKind === 'internal'}
            value={answers.basisNumber}
            error={errorOf('so-can-cu')}
            width="20"
            maxLength={100}
          />
          <Select
            name="dinh-ky"
            label="Gửi định kỳ"
            value={answers.every}
            options={everyNames.map((every) => ({
              value: every,
              label: cadenceShort({ every, dueWorkingDays: 0, dueTime: '17:00', family: 'calendar' }),
            }))}
          />
          <TextInput
            name="han"
            label="Phải có sau khi hết kỳ"
            unit="ngày làm việc"
            width="4"
            inputMode="numeric"
            value={answers.dueWorkingDays}
            error={errorOf('han')}
            maxLength={3}
          />
          <Radios
            name="cach-gui"
            label="Mỗi tệp chứa"
            value={answers.mode}
            options={[
              { value: 'delta', label: 'Phần mới hoặc thay đổi', hint: 'Bản ghi không có trong tệp được giữ nguyên.' },
              { value: 'full', label: 'Toàn bộ', hint: 'Bản ghi không còn trong tệp được rút khỏi kho.' },
            ]}
          />
          <div class="row">
            <Button kind="primary">Lưu và tiếp tục</Button>
            <Button href={draftPath(draft)}>Về danh sách bước</Button>
          </div>
        </Form>
      </div>
    ),
  })
}
