import { z } from 'zod'
import { Problem } from '#platform/errors'
import { page, type Route, redirect, route } from '#platform/http'
import { Button, DateInput, ErrorSummary, errorOf, Form, type FormError, readDateInput, TextArea, TextInput } from '#ui'
import { askInspection } from './actions.ts'
import { askInspections, NewInspection } from './model.ts'

export const inspectionsPath = '/quan-tri/thanh-tra'
const path = `${inspectionsPath}/tao-moi`

type Typed = Partial<Record<string, string>>

const days = ['decidedOn', 'periodFrom', 'periodTo', 'validFrom', 'validTo'] as const

const dateOf = (typed: Typed, name: string) => ({
  day: typed[`${name}-day`],
  month: typed[`${name}-month`],
  year: typed[`${name}-year`],
})

/** Codes as people write them: a line each, or with commas between. */
const codesOf = (text: string | undefined) => (text ?? '').split(/[\s,;]+/).filter(Boolean)

export const formRoutes: readonly Route[] = [
  route({ method: 'GET', path, access: askInspections, handle: () => showForm({}, []) }),
  route({
    method: 'POST',
    path,
    access: askInspections,
    body: z.record(z.string().max(100), z.string().max(3000)),
    async handle(ctx, { body }) {
      const wanted = NewInspection.safeParse({
        account: body.account ?? '',
        decisionNumber: body.decisionNumber ?? '',
        issuedBy: body.issuedBy ?? '',
        about: body.about ?? '',
        ...Object.fromEntries(days.map((name) => [name, readDateInput(body, name) ?? ''])),
        organisations: codesOf(body.organisations),
        subjects: codesOf(body.subjects),
      })
      if (!wanted.success)
        return showForm(
          body,
          wanted.error.issues.map(({ path: [name], message }) => ({ field: String(name), message })),
        )
      try {
        return redirect(`${inspectionsPath}/${await askInspection(ctx, wanted.data)}?xong=de-nghi`)
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error
        return showForm(
          body,
          error.fields.map((fault) => ({ field: fault.path, message: fault.message })),
        )
      }
    },
  }),
]

function showForm(typed: Typed, errors: readonly FormError[]) {
  const date = (name: (typeof days)[number], label: string) => (
    <DateInput name={name} label={label} value={dateOf(typed, name)} error={errorOf(errors, name)} />
  )
  return page({
    title: 'Đề nghị cấp quyền thanh tra, kiểm tra',
    crumbs: [{ label: 'Thanh tra, kiểm tra', href: inspectionsPath }],
    status: errors.length > 0 ? 422 : undefined,
    body: (
      <Form action={path} label="Đề nghị cấp quyền">
        <ErrorSummary errors={errors} title="Chưa gửi được đề nghị" />
        <TextInput
          name="decisionNumber"
          label="Quyết định số"
          hint="Ví dụ: 12/QĐ-TTr"
          value={typed.decisionNumber}
          maxLength={100}
          error={errorOf(errors, 'decisionNumber')}
        />
        {date('decidedOn', 'Ngày của quyết định')}
        <TextInput
          name="issuedBy"
          label="Cơ quan ban hành"
          value={typed.issuedBy}
          maxLength={200}
          error={errorOf(errors, 'issuedBy')}
        />
        <TextInput
          name="about"
          label="Nội dung thanh tra, kiểm tra"
          value={typed.about}
          maxLength={500}
          error={errorOf(errors, 'about')}
        />
        <TextInput
          name="account"
          label="Tài khoản của thành viên đoàn"
          hint="Tên đăng nhập của người được cấp quyền"
          value={typed.account}
          error={errorOf(errors, 'account')}
        />
        <TextArea
          name="organisations"
          label="Mã đơn vị được thanh tra"
          hint="Mỗi mã một dòng, ví dụ H32.1; gồm cả các đơn vị trực thuộc."
          value={typed.organisations}
          rows={3}
          error={errorOf(errors, 'organisations')}
        />
        <TextArea
          name="subjects"
          label="Mã chỉ tiêu được thanh tra"
          hint="Mỗi mã một dòng; để trống nếu quyết định không giới hạn."
          value={typed.subjects}
          rows={3}
          optional
          error={errorOf(errors, 'subjects')}
        />
        {date('periodFrom', 'Thời kỳ được thanh tra: từ ngày')}
        {date('periodTo', 'Thời kỳ được thanh tra: đến hết ngày')}
        {date('validFrom', 'Thời hạn của đoàn: từ ngày')}
        {date('validTo', 'Thời hạn của đoàn: đến hết ngày')}
        <Button kind="primary">Gửi đề nghị</Button>
      </Form>
    ),
  })
}
