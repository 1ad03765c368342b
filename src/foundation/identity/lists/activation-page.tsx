// Where a person chooses his first password by the link he was sent. Looking at the page uses nothing up: mail programs look, too.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, Notice, TextInput } from '#ui'
import { activate, getActivation } from './activation.ts'

const path = '/kich-hoat'
const Token = z.string().regex(/^[A-Za-z0-9_-]{20,100}$/)

async function show(ctx: Context, token: string, errors: FormError[] = []): Promise<Reply> {
  const { account, personName } = await getActivation(ctx, token)
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return page({
    title: 'Đặt mật khẩu đầu tiên',
    lead: `Tài khoản ${account}, ${personName}`,
    face: 'plain',
    status: errors.length > 0 ? 422 : 200,
    headers: { 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' },
    body: (
      <Form action={path} label="Đặt mật khẩu đầu tiên">
        <ErrorSummary errors={errors} title="Chưa đặt được mật khẩu" />
        <input type="hidden" name="ma" value={token} />
        <input
          class="hidden-visually"
          aria-hidden="true"
          tabIndex={-1}
          autocomplete="username"
          value={account}
          readOnly
        />
        <TextInput
          name="wanted"
          label="Mật khẩu"
          type="password"
          autocomplete="new-password"
          hint="Ít nhất 10 ký tự; nên là vài từ dễ nhớ với mình và khó đoán với người khác."
          error={errorOf('wanted')}
        />
        <TextInput
          name="again"
          label="Nhập lại mật khẩu"
          type="password"
          autocomplete="new-password"
          error={errorOf('again')}
        />
        <Button kind="primary">Đặt mật khẩu</Button>
      </Form>
    ),
  })
}

const gonePage = (message: string): Reply =>
  page({
    title: 'Liên kết không còn dùng được',
    face: 'plain',
    status: 410,
    body: (
      <Notice tone="warning">
        {message} <a href="/dang-nhap">Đến trang đăng nhập</a>
      </Notice>
    ),
  })

const whileUsable = (work: () => Promise<Reply>): Promise<Reply> =>
  work().catch((error) => {
    if (error instanceof Problem && error.code === 'activation.gone') return gonePage(error.message)
    throw error
  })

export const activationRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path,
    access: 'public',
    ratePerMinute: 60,
    query: z.object({ ma: Token.catch('x'.repeat(20)) }),
    handle: (ctx, { query }) => whileUsable(() => show(ctx, query.ma)),
  }),
  route({
    method: 'POST',
    path,
    access: 'public',
    ratePerMinute: 30,
    body: z.object({ ma: Token.catch('x'.repeat(20)), wanted: z.string().max(1000), again: z.string().max(1000) }),
    handle: (ctx, { body }) =>
      whileUsable(async () => {
        if (body.wanted !== body.again)
          return show(ctx, body.ma, [{ field: 'again', message: 'Hai lần nhập mật khẩu không giống nhau.' }])
        try {
          await activate(ctx, body.ma, body.wanted)
        } catch (error) {
          if (!(error instanceof Problem && error.fields.length > 0)) throw error
          return show(
            ctx,
            body.ma,
            error.fields.map(({ path, message }) => ({ field: path, message })),
          )
        }
        return redirect('/dang-nhap?kich-hoat=1')
      }),
  }),
]
