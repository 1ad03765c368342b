/**
 * Where one proves more than one's session has, and goes on. A page that was asked for is asked for again; a form that was sent is kept
 * in the page, never on the server, and is sent by the person himself once he has proved it.
 */
import { z } from 'zod'
import { type Assurance, type AssuranceWish, assurances, isAssured, meets } from '#platform/assurance'
import type { Context } from '#platform/context'
import { forbidden } from '#platform/errors'
import { page, type Reply, type RequestFacts, redirect, route, safeReturnPath } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import { Button, Form, Notice } from '#ui'
import { ownAccount } from '../actions/accounts.ts'
import { formTargetsOf } from '../provider/interaction.tsx'
import type { Proof } from '../session-store.ts'
import { listMethods, proveBy } from './methods.ts'
import { NoWay, ProofForms } from './proof-forms.tsx'
import { raiseSession } from './sessions.ts'

const stepUpPath = '/dang-nhap/nang-muc'
/** Larger forms are not carried through pages; one goes back to them. */
const mostKept = 100_000

/** A form that waits for its sender: where it goes and what was typed. */
interface KeptForm {
  to: string
  text: string
}

interface Asked extends AssuranceWish {
  returnTo: string
  kept?: KeptForm
  /** A form could not be kept: it must be filled in again. */
  isLost?: boolean
}

/** Leads who has proved too little for what he asked to the page where he proves more. */
export async function askStepUp(
  ctx: Context,
  request: RequestFacts,
  { form, ...wish }: AssuranceWish & { form?: string },
): Promise<Reply> {
  if (request.method === 'GET') return redirect(addressOf({ ...wish, returnTo: request.url }))
  const returnTo = pageOfForm(request)
  const text = form === undefined ? undefined : withoutSecrets(form)
  if (text === undefined || text.length > mostKept) return showStepUp(ctx, request, { ...wish, returnTo, isLost: true })
  return showStepUp(ctx, request, { ...wish, returnTo, kept: { to: request.url, text } })
}

const addressOf = ({ level, withinMinutes, returnTo }: Asked): string =>
  `${stepUpPath}?${new URLSearchParams({
    muc: level,
    ...(withinMinutes === undefined ? {} : { phut: String(withinMinutes) }),
    tiep: returnTo,
  })}`

/** The page of this site that the form stood on. */
function pageOfForm({ headers: { referer = '', host } }: RequestFacts): string {
  if (!URL.canParse(referer)) return '/'
  const { host: from, pathname, search } = new URL(referer)
  return from === host && !pathname.startsWith(stepUpPath) ? safeReturnPath(pathname + search) : '/'
}

function withoutSecrets(form: string): string {
  const fields = new URLSearchParams(form)
  for (const name of [...fields.keys()]) if (/password|secret|mat-khau/i.test(name)) fields.delete(name)
  return fields.toString()
}

const leads: Record<Assurance, string> = {
  password: 'Xin nhập lại mật khẩu để chắc là ông/bà đang ngồi ở máy này.',
  'two-factor': 'Việc này cần yếu tố thứ hai, bên cạnh mật khẩu.',
  'vneid:1': 'Việc này cần đăng nhập bằng tài khoản định danh điện tử (VNeID).',
  'vneid:2': 'Việc này cần tài khoản định danh điện tử (VNeID) mức 2.',
}

async function showStepUp(
  ctx: Context,
  request: RequestFacts,
  asked: Asked,
  fault?: { code: string; errors: { field: string; message: string }[] },
): Promise<Reply> {
  const methods = await listMethods(ctx, ownSession(ctx), asked.level)
  const forms = await formTargetsOf(ctx, request, asked.returnTo)
  const hidden = {
    muc: asked.level,
    ...(asked.withinMinutes === undefined ? {} : { phut: String(asked.withinMinutes) }),
    tiep: asked.returnTo,
    ...(asked.kept ? { toi: asked.kept.to, 'noi-dung': asked.kept.text } : {}),
  }
  return page({
    title: 'Xác nhận thêm một bước',
    lead: leads[asked.level],
    face: 'plain',
    // Nothing was done: who sent a form, or a wrong code, is not told that all is well.
    status: fault ? 422 : request.method === 'GET' ? 200 : 401,
    islands: methods.flatMap(({ form }) => form?.islands ?? []),
    headers: { 'content-security-policy': contentPolicy({ forms }) },
    body: (
      <div class="stack-large">
        {asked.kept && methods.length > 0 && (
          <Notice>Nội dung vừa gửi được giữ lại; xác nhận xong, ông/bà bấm gửi tiếp.</Notice>
        )}
        {asked.isLost && (
          <Notice tone="warning">Nội dung vừa gửi chưa được thực hiện. Xác nhận xong, xin gửi lại từ biểu mẫu.</Notice>
        )}
        {methods.length === 0 && <NoWay isOfficers={meets('two-factor', asked.level)} />}
        <ProofForms methods={methods} action={stepUpPath} hidden={hidden} returnTo={asked.returnTo} fault={fault} />
        <p>
          <a href={asked.returnTo}>Thôi, quay lại</a>
        </p>
      </div>
    ),
  })
}

/** A token proves what it is by itself: there is nothing to step up. */
function ownSession(ctx: Context): string {
  const account = ownAccount(ctx)
  if (ctx.actor.scopes) throw forbidden('account:own')
  return account
}

async function goOn(ctx: Context, request: RequestFacts, asked: Asked, proof: Proof): Promise<Reply> {
  const cookie = await raiseSession(ctx, request, proof)
  if (!asked.kept) return redirect(asked.returnTo, [cookie])
  const { to, text } = asked.kept
  return page({
    title: 'Đã xác nhận',
    lead: 'Nội dung ông/bà đã nhập còn nguyên và chưa được gửi.',
    face: 'plain',
    cookies: [cookie],
    body: (
      <Form action={to} label="Gửi tiếp">
        {[...new URLSearchParams(text)].map(([name, value], place) => (
          <input key={place} type="hidden" name={name} value={value} />
        ))}
        <div class="row">
          <Button kind="primary">Gửi tiếp</Button>
          <Button href={asked.returnTo}>Thôi, quay lại biểu mẫu</Button>
        </div>
      </Form>
    ),
  })
}

const minutes = z.coerce.number().int().min(0).max(100_000).optional().catch(undefined)
const Wish = z.object({ muc: z.enum(assurances), phut: minutes, tiep: z.string().max(2000).optional() })
const Typed = z
  .object({
    ...Wish.shape,
    toi: z.string().max(2000).optional(),
    'noi-dung': z.string().max(mostKept).optional(),
  })
  .catchall(z.string().max(20_000))

const readAsked = ({ muc, phut, tiep }: z.infer<typeof Wish>): Asked => ({
  level: muc,
  withinMinutes: phut,
  returnTo: safeReturnPath(tiep),
})

export const stepUpRoutes = [
  route({
    method: 'GET',
    path: stepUpPath,
    access: 'signed-in',
    citizens: true,
    query: Wish,
    handle(ctx, { query, request }): Reply | Promise<Reply> {
      const asked = readAsked(query)
      return isAssured(ctx.actor, asked, ctx.now) ? redirect(asked.returnTo) : showStepUp(ctx, request, asked)
    },
  }),
  route({
    method: 'POST',
    path: stepUpPath,
    access: 'signed-in',
    citizens: true,
    ratePerMinute: 60,
    body: Typed,
    async handle(ctx, { body, request }) {
      const { toi, 'noi-dung': text, muc, phut, tiep, ...typed } = body
      const asked: Asked = {
        ...readAsked({ muc, phut, tiep }),
        ...(toi !== undefined && text !== undefined ? { kept: { to: safeReturnPath(toi), text } } : {}),
      }
      const proof = await proveBy(ctx, await listMethods(ctx, ownSession(ctx), asked.level), {
        typed,
        address: request.address,
      })
      if (!('faults' in proof)) return goOn(ctx, request, asked, proof)
      const errors = proof.faults.map(({ path, message }) => ({ field: path, message }))
      return showStepUp(ctx, request, asked, { code: String(typed.cach ?? ''), errors })
    },
  }),
]
