import { z } from 'zod'
import { sayPositionsOf } from '#organisations'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type RequestFacts, redirect, route, safeReturnPath } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import { Button, ErrorSummary, Form, Table, TextInput } from '#ui'
import { readDemoPeople } from '../actions/people.ts'
import { signIn, signOut } from '../actions/sign-in.ts'
import { cookieOf, sessionCookie } from '../assurance/sessions.ts'
import { type DemoPerson, roleNames } from '../model.ts'
import { relyingPartyOf, signInByPasskey } from '../passkeys/actions.ts'
import { PasskeyInput } from '../passkeys/passkey-input.tsx'
import { citizenHome } from '../person/paths.ts'
import { formTargetsOf } from '../provider/interaction.tsx'
import { signedOutPath } from '../vneid/paths.ts'
import { kindOfVneid, type VneidKind, VneidSignIn } from '../vneid/sign-in-part.tsx'
import { prepareSignOut } from '../vneid/sign-out.ts'

const returnPath = z.string().max(2000).optional()
const SignInForm = z.object({ account: z.string().max(200), password: z.string().max(1000), tiep: returnPath })

interface SignInProps {
  account?: string
  returnTo: string | undefined
  fault?: string
  /** Where passkeys are good; nowhere when there is none. */
  passkeyOrigin: string | undefined
  demoPeople: readonly DemoPerson[]
  /** Citizens can sign in: at a simulated VNeID, or at the real one. */
  vneid: VneidKind | undefined
  positions: Positions
}

function SignInPage({ account, returnTo, fault, passkeyOrigin, demoPeople, vneid, positions }: SignInProps) {
  return (
    <div class="stack-large">
      <Form action="/dang-nhap" label="Đăng nhập">
        <ErrorSummary errors={fault ? [{ field: 'account', message: fault }] : []} title="Chưa đăng nhập được" />
        {returnTo && <input type="hidden" name="tiep" value={returnTo} />}
        <TextInput
          name="account"
          label="Tên đăng nhập"
          value={account}
          autocomplete="username webauthn"
          maxLength={200}
        />
        <TextInput name="password" label="Mật khẩu" type="password" autocomplete="current-password" />
        <Button kind="primary">Đăng nhập</Button>
      </Form>
      {passkeyOrigin && (
        <Form action="/dang-nhap/khoa" label="Đăng nhập bằng khóa truy cập">
          {returnTo && <input type="hidden" name="tiep" value={returnTo} />}
          <PasskeyInput purpose="sign-in" origin={passkeyOrigin} />
          <Button>Dùng khóa truy cập</Button>
        </Form>
      )}
      <VneidSignIn vneid={vneid} returnTo={returnTo} isDemo={demoPeople.length > 0} />
      {demoPeople.length > 0 && <DemoPeople people={demoPeople} positions={positions} />}
      <p>
        Không cần tài khoản: <a href="/kiem-tra-chu-ky">kiểm tra chữ ký số của một văn bản</a>.
      </p>
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
          cell: (person) => person.roles.map(({ role }) => roleNames[role]).join(', ') || roleNames.inspector,
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
  const passkeyOrigin = relyingPartyOf(ctx)?.origin
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
    islands: passkeyOrigin ? ['passkey'] : [],
    body: (
      <SignInPage
        account={shown.account}
        returnTo={shown.returnTo}
        fault={shown.fault}
        passkeyOrigin={passkeyOrigin}
        demoPeople={demoPeople}
        vneid={await kindOfVneid(ctx)}
        positions={positions}
      />
    ),
  })
}

const homeOf = (ctx: Context, returnTo: string | undefined): string => {
  const path = safeReturnPath(returnTo)
  return ctx.actor.citizen && path === '/' ? citizenHome : path
}

const refusals = ['session.refused', 'session.too-many-failures', 'session.directory-silent', 'passkey.refused']

export const signInRoutes = [
  route({
    method: 'GET',
    path: '/dang-nhap',
    access: 'public',
    query: z.object({ tiep: returnPath }),
    handle: (ctx, { query, request }): Reply | Promise<Reply> =>
      ctx.actor.account ? redirect(homeOf(ctx, query.tiep)) : showSignIn(ctx, request, { returnTo: query.tiep }),
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
        // A session that this browser held before ends: it never becomes the new one.
        await signOut(ctx, request.cookies[sessionCookie])
        return redirect(passwordGiven ? '/tai-khoan?doi=mat-khau' : safeReturnPath(body.tiep), [cookieOf(token)])
      } catch (error) {
        if (!(error instanceof Problem && refusals.includes(error.code))) throw error
        const { status, message: fault } = error
        return showSignIn(ctx, request, { account: body.account, returnTo: body.tiep, fault, status })
      }
    },
  }),
  route({
    method: 'POST',
    path: '/dang-nhap/khoa',
    access: 'public',
    ratePerMinute: 120,
    body: z.object({ passkey: z.string().max(60_000).default(''), tiep: returnPath }),
    async handle(ctx, { body, request }) {
      const userAgent = request.headers['user-agent'] ?? ''
      try {
        const token = await signInByPasskey(ctx, { response: body.passkey, address: request.address, userAgent })
        await signOut(ctx, request.cookies[sessionCookie])
        return redirect(safeReturnPath(body.tiep), [cookieOf(token)])
      } catch (error) {
        if (!(error instanceof Problem && refusals.includes(error.code))) throw error
        return showSignIn(ctx, request, { returnTo: body.tiep, fault: error.message, status: error.status })
      }
    },
  }),
  route({
    method: 'POST',
    path: '/dang-xuat',
    access: 'public',
    async handle(ctx, { request }) {
      const atVneid = await prepareSignOut(ctx, request)
      await signOut(ctx, request.cookies[sessionCookie])
      if (atVneid) return redirect(signedOutPath, [atVneid, { name: sessionCookie, value: '', maxAgeSeconds: 0 }])
      return redirect('/dang-nhap', [{ name: sessionCookie, value: '', maxAgeSeconds: 0 }])
    },
  }),
]
