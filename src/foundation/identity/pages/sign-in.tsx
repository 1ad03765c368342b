import { z } from 'zod'
import { sayPositionsOf } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type RequestFacts, redirect, route, safeReturnPath } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import { Button, ErrorSummary, Form, Table, TextInput } from '#ui'
import { readDemoPeople } from '../actions/people.ts'
import { signIn, signOut } from '../actions/sign-in.ts'
import { sessionCookie } from '../assurance/sessions.ts'
import { type DemoPerson, roleNames, sessionLifeMs } from '../model.ts'
import { formTargetsOf } from '../provider/interaction.tsx'

const returnPath = z.string().max(2000).optional()
const SignInForm = z.object({ account: z.string().max(200), password: z.string().max(1000), tiep: returnPath })

interface SignInProps {
  account?: string
  returnTo: string | undefined
  fault?: string
  demoPeople: readonly DemoPerson[]
  positions: Positions
}

function SignInPage({ account, returnTo, fault, demoPeople, positions }: SignInProps) {
  return (
    <div class="stack-large">
      <Form action="/dang-nhap" label="Đăng nhập">
        <ErrorSummary errors={fault ? [{ field: 'account', message: fault }] : []} title="Chưa đăng nhập được" />
        {returnTo && <input type="hidden" name="tiep" value={returnTo} />}
        <TextInput name="account" label="Tên đăng nhập" value={account} autocomplete="username" maxLength={63} />
        <TextInput name="password" label="Mật khẩu" type="password" autocomplete="current-password" />
        <Button kind="primary">Đăng nhập</Button>
      </Form>
      {demoPeople.length > 0 && <DemoPeople people={demoPeople} positions={positions} />}
    </div>
  )
}

type Positions = ReadonlyMap<string, string>

function DemoPeople({ people, positions }: { people: readonly DemoPerson[]; positions: Positions }) {
  return (
    <Table
      caption="Tài khoản dùng thử (người không có thật)"
      rows={people}
      rowKey={(person) => person.account}
      columns={[
        {
          key: 'account',
          title: 'Tên đăng nhập',
          kind: 'nowrap',
          cell: (person) => <span class="code">{person.account}</span>,
        },
        {
          key: 'password',
          title: 'Mật khẩu',
          kind: 'nowrap',
          cell: (person) => <span class="code">{person.demoPassword}</span>,
          phone: true,
        },
        {
          key: 'role',
          title: 'Vai trò',
          cell: (person) => person.roles.map(({ role }) => roleNames[role]).join(', '),
          phone: true,
        },
        { key: 'position', title: 'Chức vụ', cell: (person) => positions.get(person.account) },
      ]}
    />
  )
}

async function showSignIn(
  ctx: Context,
  request: RequestFacts,
  shown: { account?: string; returnTo?: string; fault?: string; status?: number },
) {
  const demoPeople = ctx.config.demo ? await readDemoPeople(ctx.config.packDir) : []
  const positions = await sayPositionsOf(
    ctx,
    demoPeople.map(({ account }) => account),
  )
  const forms = await formTargetsOf(ctx, request, shown.returnTo)
  return page({
    title: 'Đăng nhập',
    face: 'plain',
    status: shown.status,
    headers: { 'content-security-policy': contentPolicy({ forms }) },
    body: (
      <SignInPage
        account={shown.account}
        returnTo={shown.returnTo}
        fault={shown.fault}
        demoPeople={demoPeople}
        positions={positions}
      />
    ),
  })
}

const refusals = ['session.refused', 'session.too-many-failures']

export const signInRoutes = [
  route({
    method: 'GET',
    path: '/dang-nhap',
    access: 'public',
    query: z.object({ tiep: returnPath }),
    handle: (ctx, { query, request }): Reply | Promise<Reply> =>
      ctx.actor.account ? redirect(safeReturnPath(query.tiep)) : showSignIn(ctx, request, { returnTo: query.tiep }),
  }),
  route({
    method: 'POST',
    path: '/dang-nhap',
    access: 'public',
    ratePerMinute: 120,
    body: SignInForm,
    async handle(ctx, { body, request }) {
      const userAgent = request.headers['user-agent'] ?? ''
      try {
        const { token, passwordGiven } = await signIn(ctx, { ...body, address: request.address, userAgent })
        const cookie = { name: sessionCookie, value: token, maxAgeSeconds: sessionLifeMs / 1000 }
        // A session that this browser held before ends: it never becomes the new one.
        await signOut(ctx, request.cookies[sessionCookie])
        return redirect(passwordGiven ? '/tai-khoan?doi=mat-khau' : safeReturnPath(body.tiep), [cookie])
      } catch (error) {
        if (!(error instanceof Problem && refusals.includes(error.code))) throw error
        const { status, message: fault } = error
        return showSignIn(ctx, request, { account: body.account, returnTo: body.tiep, fault, status })
      }
    },
  }),
  route({
    method: 'POST',
    path: '/dang-xuat',
    access: 'public',
    async handle(ctx, { request }) {
      await signOut(ctx, request.cookies[sessionCookie])
      return redirect('/dang-nhap', [{ name: sessionCookie, value: '', maxAgeSeconds: 0 }])
    },
  }),
]
