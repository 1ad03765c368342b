import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, redirect, route } from '#platform/http'
import { Button, ErrorSummary, errorOf, Form, type FormError, TextInput } from '#ui'
import { requireOwnProof } from '../assurance/factors.ts'
import { FieldFaultWords } from '../assurance/field-fault.tsx'
import { browserOf } from '../provider/provider.ts'
import { askPasskey, registerPasskey, relyingPartyOf, removePasskey } from './actions.ts'
import { PasskeyInput } from './passkey-input.tsx'

const newPath = '/tai-khoan/khoa-truy-cap'

async function showNew(ctx: Context, name: string, errors: readonly FormError[] = []): Promise<Reply> {
  await requireOwnProof(ctx)
  return page({
    title: 'Thêm khóa truy cập',
    lead: 'Vân tay, khuôn mặt, mã PIN của máy hoặc khóa bảo mật USB thay cho mật khẩu.',
    crumbs: [{ label: 'Tài khoản của tôi', href: '/tai-khoan' }],
    status: errors.length > 0 ? 422 : undefined,
    islands: ['passkey'],
    body: (
      <Form action={newPath} label="Thêm khóa truy cập">
        <ErrorSummary errors={errors} title="Chưa thêm được khóa" />
        <TextInput
          name="name"
          label="Tên khóa"
          hint="Để nhận ra sau này, ví dụ: máy tính ở phòng làm việc, điện thoại."
          value={name}
          maxLength={100}
          error={errorOf(errors, 'name')}
        />
        <FieldFaultWords errors={errors} field="passkey" />
        <PasskeyInput purpose="register" />
        <p class="muted small">Khóa chỉ dùng được tại {relyingPartyOf(ctx)?.origin ?? 'tên miền của hệ thống'}.</p>
        <div class="row">
          <Button kind="primary">Thêm khóa</Button>
          <Button href="/tai-khoan#bao-mat">Thôi</Button>
        </div>
      </Form>
    ),
  })
}

export const passkeyRoutes = [
  route({
    method: 'POST',
    path: '/dang-nhap/khoa/thach-thuc',
    access: 'public',
    takes: 'json',
    ratePerMinute: 240,
    body: z.strictObject({ purpose: z.enum(['register', 'sign-in', 'confirm']) }),
    // Where the provider asks, its own sign-in says who is to confirm.
    handle: async (ctx, { body: { purpose }, request }) =>
      askPasskey(ctx, { purpose, signedIn: (await browserOf(ctx, request))?.account }),
  }),
  route({ method: 'GET', path: newPath, access: 'signed-in', handle: (ctx) => showNew(ctx, '') }),
  route({
    method: 'POST',
    path: newPath,
    access: 'signed-in',
    ratePerMinute: 30,
    body: z.object({ name: z.string().max(300), passkey: z.string().max(60_000).default('') }),
    async handle(ctx, { body: { name, passkey } }) {
      try {
        await registerPasskey(ctx, { name, response: passkey })
        return redirect('/tai-khoan#bao-mat')
      } catch (error) {
        if (!(error instanceof Problem && error.status === 422)) throw error
        const [fault] = error.fields
        return showNew(ctx, name, [{ field: fault?.path ?? 'passkey', message: error.message }])
      }
    },
  }),
  route({
    method: 'POST',
    path: `${newPath}/go`,
    access: 'signed-in',
    body: z.object({
      id: z
        .string()
        .regex(/^[\w-]+$/)
        .max(2000),
    }),
    async handle(ctx, { body: { id } }) {
      await removePasskey(ctx, id)
      return redirect('/tai-khoan#bao-mat')
    },
  }),
]
