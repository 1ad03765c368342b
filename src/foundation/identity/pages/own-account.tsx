import { z } from 'zod'
import { sayPosition, seatsOn } from '#organisations'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { page, redirect, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { Button, DescriptionList, ErrorSummary, Form, type FormError, Notice, Section, TextInput } from '#ui'
import {
  changeContact,
  changePassword,
  ownAccount,
  ownPerson,
  revokeOtherSessions,
  revokeSession,
} from '../actions/accounts.ts'
import { hashToken } from '../actions/secrets.ts'
import { revokeToken } from '../actions/tokens.ts'
import { sessionCookie } from '../assurance/sessions.ts'
import { Contact } from '../model.ts'
import { type ListedSession, listSessions } from '../session-store.ts'
import * as store from '../store.ts'
import { sayOrganisation, sayRoles } from './role-words.ts'
import { type Factors, findFactors, SecuritySection } from './security-section.tsx'
import { SessionTable } from './session-table.tsx'
import { TokenTable } from './token-table.tsx'

interface OwnProps {
  account: store.Account
  /** What he is called by the positions he holds today. */
  positions: readonly string[]
  agency: string
  roles: readonly string[]
  sessions: readonly ListedSession[]
  tokens: readonly store.ApiToken[]
  factors: Factors
  now: Date
  errors: readonly FormError[]
  outcome?: 'mat-khau' | 'lien-he' | 'doi' | undefined
  /** What was typed, when the form came back. */
  contact?: { email: string; phone: string } | undefined
}

function OwnAccount(props: OwnProps) {
  const { account, positions, agency, roles, sessions, tokens, factors, now, errors, outcome, contact } = props
  return (
    <div class="stack-large">
      {outcome === 'mat-khau' && (
        <Notice tone="done" role="status">
          Đã đổi mật khẩu. Các phiên đăng nhập khác đã kết thúc.
        </Notice>
      )}
      {outcome === 'lien-he' && (
        <Notice tone="done" role="status">
          Đã lưu địa chỉ liên hệ.
        </Notice>
      )}
      {(outcome === 'doi' || account.passwordGiven) && (
        <Notice tone="warning" role="status">
          Mật khẩu hiện tại do người khác cấp. Xin đổi sang mật khẩu riêng.
        </Notice>
      )}
      <DescriptionList
        items={[
          { term: 'Tên đăng nhập', value: account.name },
          { term: 'Chức danh', value: positions.join('; ') || account.position },
          { term: 'Đơn vị', value: agency },
          { term: 'Vai trò', value: roles.join('; ') },
        ]}
      />
      <p>
        <a href="/tai-khoan/quyen">Tôi được làm gì, ở đâu và vì sao</a>
      </p>
      <Section title="Địa chỉ liên hệ" id="lien-he">
        <ContactForm
          errors={contact ? errors : []}
          typed={contact ?? { email: account.email ?? '', phone: account.phone ?? '' }}
        />
      </Section>
      <Section title="Xử lý thay">
        <p>
          <a href="/xu-ly-thay">Giao đồng nghiệp xử lý thay khi đi vắng, hoặc xử lý thay đồng nghiệp</a>
        </p>
      </Section>
      <Section title="Đổi mật khẩu" id="doi-mat-khau">
        <PasswordForm errors={contact ? [] : errors} account={account.name} />
      </Section>
      <SecuritySection {...factors} />
      <Section title="Phiên đăng nhập và ứng dụng" id="phien">
        <SessionTable
          sessions={sessions}
          endAction="/tai-khoan/phien/ket-thuc"
          endOthersAction="/tai-khoan/phien/ket-thuc-khac"
        />
      </Section>
      {tokens.length > 0 && (
        <Section title="Khóa truy cập cho máy">
          <TokenTable tokens={tokens} now={now} revokeAction="/tai-khoan/khoa/thu-hoi" />
        </Section>
      )}
    </div>
  )
}

function ContactForm({ errors, typed }: { errors: readonly FormError[]; typed: { email: string; phone: string } }) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <Form action="/tai-khoan/lien-he" label="Địa chỉ liên hệ">
      <ErrorSummary errors={errors} title="Chưa lưu được địa chỉ liên hệ" />
      <TextInput
        name="email"
        label="Thư điện tử"
        type="email"
        autocomplete="email"
        hint="Nơi nhận thông báo bằng thư."
        value={typed.email}
        error={errorOf('email')}
        optional
      />
      <TextInput
        name="phone"
        label="Số điện thoại"
        type="tel"
        autocomplete="tel"
        hint="Nơi nhận tin nhắn và cuộc gọi khi có cảnh báo nghiêm trọng."
        value={typed.phone}
        error={errorOf('phone')}
        width="20"
        optional
      />
      <Button>Lưu địa chỉ liên hệ</Button>
    </Form>
  )
}

function PasswordForm({ errors, account }: { errors: readonly FormError[]; account: string }) {
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <Form action="/tai-khoan/mat-khau" label="Đổi mật khẩu">
      <ErrorSummary errors={errors} title="Chưa đổi được mật khẩu" />
      <input type="hidden" autocomplete="username" value={account} />
      <TextInput
        name="current"
        label="Mật khẩu hiện tại"
        type="password"
        autocomplete="current-password"
        error={errorOf('current')}
      />
      <TextInput
        name="wanted"
        label="Mật khẩu mới"
        type="password"
        autocomplete="new-password"
        hint="Ít nhất 10 ký tự; nên là vài từ dễ nhớ với mình và khó đoán với người khác."
        error={errorOf('wanted')}
      />
      <TextInput
        name="again"
        label="Nhập lại mật khẩu mới"
        type="password"
        autocomplete="new-password"
        error={errorOf('again')}
      />
      <Button>Đổi mật khẩu</Button>
    </Form>
  )
}

type Shown = Pick<OwnProps, 'outcome' | 'contact'> & { errors?: readonly FormError[]; status?: number }

async function showOwn(ctx: Context, sessionToken: string | undefined, shown: Shown) {
  const name = ownAccount(ctx)
  const account = await store.findAccount(ctx.sql, name)
  if (!account) throw notFound('account', name)
  const today = dayOf(ctx.now)
  const body = (
    <OwnAccount
      account={account}
      positions={(await seatsOn(ctx.sql, [name], today)).map(sayPosition)}
      agency={account.organisation ? await sayOrganisation(ctx, account.organisation) : ''}
      roles={await sayRoles(ctx, await store.listRoles(ctx.sql, name, today))}
      sessions={await listSessions(ctx.sql, name, ctx.now, sessionToken ? hashToken(sessionToken) : undefined)}
      tokens={await store.listTokens(ctx.sql, name)}
      factors={await findFactors(ctx, name)}
      now={ctx.now}
      errors={shown.errors ?? []}
      outcome={shown.outcome}
      contact={shown.contact}
    />
  )
  return page({ title: 'Tài khoản của tôi', lead: account.personName, status: shown.status, body })
}

const PasswordChange = z.object({
  current: z.string().max(1000),
  wanted: z.string().max(1000),
  again: z.string().max(1000),
})

const ContactTyped = z.object({ email: z.string().trim().max(300), phone: z.string().trim().max(60) })

export const ownAccountRoutes = [
  route({
    method: 'GET',
    path: '/tai-khoan',
    access: 'signed-in',
    query: z.object({ xong: z.enum(['mat-khau', 'lien-he']).optional().catch(undefined), doi: z.string().optional() }),
    handle: (ctx, { query, request }) =>
      showOwn(ctx, request.cookies[sessionCookie], { outcome: query.xong ?? (query.doi ? 'doi' : undefined) }),
  }),
  route({
    method: 'POST',
    path: '/tai-khoan/mat-khau',
    access: 'signed-in',
    ratePerMinute: 20,
    body: PasswordChange,
    async handle(ctx, { body, request }) {
      const sessionToken = request.cookies[sessionCookie]
      try {
        if (body.wanted !== body.again)
          throw new Problem('password.differs', 422, '', {}, [
            { path: 'again', message: 'Hai lần nhập mật khẩu mới không giống nhau.' },
          ])
        await changePassword(ctx, { current: body.current, wanted: body.wanted, sessionToken })
        return redirect('/tai-khoan?xong=mat-khau')
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
        return showOwn(ctx, sessionToken, { errors, status: error.status })
      }
    },
  }),
  route({
    method: 'POST',
    path: '/tai-khoan/lien-he',
    access: 'signed-in',
    body: ContactTyped,
    async handle(ctx, { body, request }) {
      const read = Contact.safeParse({ email: body.email || undefined, phone: body.phone || undefined })
      if (!read.success) {
        const errors = read.error.issues.map(({ path, message }) => ({ field: String(path[0]), message }))
        return showOwn(ctx, request.cookies[sessionCookie], { errors, contact: body, status: 422 })
      }
      await changeContact(ctx, read.data)
      return redirect('/tai-khoan?xong=lien-he')
    },
  }),
  route({
    method: 'POST',
    path: '/tai-khoan/phien/ket-thuc',
    access: 'signed-in',
    body: z.object({ id: z.uuid() }),
    async handle(ctx, { body }) {
      await revokeSession(ctx, body.id)
      return redirect('/tai-khoan')
    },
  }),
  route({
    method: 'POST',
    path: '/tai-khoan/phien/ket-thuc-khac',
    access: 'signed-in',
    async handle(ctx, { request }) {
      await revokeOtherSessions(ctx, request.cookies[sessionCookie])
      return redirect('/tai-khoan#phien')
    },
  }),
  route({
    method: 'POST',
    path: '/tai-khoan/khoa/thu-hoi',
    access: 'signed-in',
    body: z.object({ id: z.uuid() }),
    async handle(ctx, { body }) {
      await revokeToken(ctx, ownPerson(ctx), body.id)
      return redirect('/tai-khoan')
    },
  }),
]
