/**
 * Between an application's question and its answer: who is it, and does he agree? The answer comes from the platform's own sign-in; who is
 * signed in is asked again only where the application wants a fresh proof, and for his consent where the application is not the
 * province's own.
 */
import { z } from 'zod'
import type { Assurance } from '#platform/assurance'
import type { Context } from '#platform/context'
import { type Reply, type RequestFacts, redirect, route, withCookies } from '#platform/http'
import { Button, DescriptionList, Form, type FormError, Notice } from '#ui'
import { listMethods, proveBy } from '../assurance/methods.ts'
import { NoWay, ProofForms } from '../assurance/proof-forms.tsx'
import { raiseSession } from '../assurance/sessions.ts'
import { interactionPath } from './configuration.ts'
import { levelAsked, personScopes, scopeWords } from './model.ts'
import {
  finish,
  getPending,
  gone,
  isStrongEnough,
  loginOf,
  type Pending,
  pageOf,
  placeOf,
  wantsProof,
  withPending,
} from './pending.ts'
import { askLibrary, sayCall, withProvider } from './provider.ts'
import { findOwnFlow, showSignIn } from './sign-in.tsx'
import { type BrowserSession, findSubject } from './store.ts'

/** How the page of a step is shown where it answers another request than its own. */
interface Showing {
  status?: number
  isRenewed?: boolean
}

/**
 * Asks the authorization endpoint for the platform's own pages, and does at once what its answer leads the browser to: somebody on a
 * slow line waits for one page in place of three answers.
 */
export function askAuthorization(
  ctx: Context,
  { cookies, headers: { cookie }, address, url, path }: RequestFacts,
  query: URLSearchParams,
  showing: Showing,
): Promise<Reply> {
  const request = { method: 'GET', url, path, address, cookies, headers: { accept: 'text/html', cookie } }
  return withProvider(ctx, request, async (provider, call) => {
    const asking = { provider, call, request }
    const headers = await askLibrary(asking, { url: `/auth?${query}` })
    const to = typeof headers.location === 'string' ? headers.location : undefined
    if (!to) return sayCall(call, headers)
    const uid = to.startsWith(`${interactionPath}/`) ? to.slice(interactionPath.length + 1) : undefined
    const reply = uid ? await nextStep(await getPending(asking, uid), showing) : redirect(to)
    return withCookies(reply, { setCookies: [headers['set-cookie'] ?? []].flat() })
  })
}

async function nextStep(pending: Pending, showing: Showing = {}): Promise<Reply> {
  const { interaction, call } = pending
  if (!call.browser) return showSignIn(pending, showing)
  if (interaction.prompt.name === 'consent') return showConsent(pending, call.browser)
  if (interaction.prompt.reasons.includes('id_token_hint') && interaction.session)
    return finish(pending, { error: 'login_required', error_description: 'somebody else is signed in' })
  if (wantsProof(pending, call.browser) || !isStrongEnough(pending, call.browser))
    return showProof(pending, call.browser, showing)
  return finish(pending, loginOf(call.browser))
}

const hostOf = ({ interaction: { params } }: Pending) => new URL(String(params.redirect_uri)).host

/** What proves what the application asks for; where it names no level, that it is the same person. */
const methodsFor = ({ call, interaction: { params } }: Pending, { account }: BrowserSession) =>
  listMethods(call.ctx, account, levelAsked(params.acr_values) ?? 'password')

const ownLeads: Record<Assurance, string> = {
  password: 'Xin nhập lại mật khẩu để chắc là ông/bà đang ngồi ở máy này.',
  'two-factor': 'Việc này cần yếu tố thứ hai, bên cạnh mật khẩu.',
  'vneid:1': 'Việc này cần đăng nhập bằng tài khoản định danh điện tử (VNeID).',
  'vneid:2': 'Việc này cần tài khoản định danh điện tử (VNeID) mức 2.',
}

const leadOf = ({ client, interaction: { params } }: Pending): string =>
  client.isOwn
    ? ownLeads[levelAsked(params.acr_values) ?? 'password']
    : `Ứng dụng “${client.name}” cần biết chắc là ông/bà đang ngồi ở máy này.`

async function showProof(
  pending: Pending,
  browser: BrowserSession,
  { status, fault }: { status?: number; fault?: { code: string; errors: readonly FormError[] } } = {},
): Promise<Reply> {
  const { interaction, client } = pending
  const person = await findSubject(pending.call.ctx.sql, browser.subject)
  const methods = await methodsFor(pending, browser)
  const flow = await findOwnFlow(pending)
  const here = placeOf(pending)
  return pageOf(pending, {
    title: 'Xác nhận thêm một bước',
    lead: leadOf(pending),
    status: fault ? 422 : status,
    islands: methods.flatMap(({ form }) => form?.islands ?? []),
    body: (
      <div class="stack-large">
        {flow?.formTo && methods.length > 0 && (
          <Notice>Nội dung vừa gửi được giữ lại; xác nhận xong, ông/bà bấm gửi tiếp.</Notice>
        )}
        {flow?.formLost && (
          <Notice tone="warning">Nội dung vừa gửi chưa được thực hiện. Xác nhận xong, xin gửi lại từ biểu mẫu.</Notice>
        )}
        <DescriptionList items={[{ term: 'Đang đăng nhập', value: person?.name ?? browser.account }]} />
        {methods.length === 0 && <NoWay isOfficers={!levelAsked(interaction.params.acr_values)?.startsWith('vneid')} />}
        <ProofForms methods={methods} action={`${here}/xac-nhan`} hidden={{}} returnTo={here} fault={fault} />
        <Form action={`${here}/thoi`} class="row">
          <Button>{client.isOwn ? 'Thôi, quay lại' : 'Thôi, quay lại ứng dụng'}</Button>
        </Form>
      </div>
    ),
  })
}

const scopesAsked = ({ interaction: { params } }: Pending) => {
  const asked = new Set(String(params.scope ?? '').split(' '))
  return personScopes.filter((scope) => asked.has(scope))
}

async function showConsent(pending: Pending, browser: BrowserSession): Promise<Reply> {
  const { client } = pending
  const person = await findSubject(pending.call.ctx.sql, browser.subject)
  const here = placeOf(pending)
  return pageOf(pending, {
    title: `Cho “${client.name}” biết ông/bà là ai?`,
    lead: 'Ứng dụng này không biết mật khẩu và không làm gì thay ông/bà được.',
    body: (
      <Form action={`${here}/dong-y`} label="Đồng ý cho ứng dụng biết">
        <DescriptionList
          items={[
            { term: 'Ứng dụng', value: client.name },
            { term: 'Địa chỉ', value: <span class="code">{hostOf(pending)}</span> },
            { term: 'Đang đăng nhập', value: person?.name ?? browser.account },
          ]}
        />
        <div class="stack-small">
          <p>Ứng dụng sẽ biết:</p>
          <ul>
            {scopesAsked(pending).map((scope) => (
              <li key={scope}>{scopeWords[scope]}</li>
            ))}
          </ul>
        </div>
        <div class="row">
          <Button kind="primary">Đồng ý</Button>
          <Button formAction={`${here}/thoi`}>Không đồng ý</Button>
        </div>
      </Form>
    ),
  })
}

async function agree(pending: Pending): Promise<Reply> {
  const { provider, interaction, call, client } = pending
  if (!call.browser || interaction.prompt.name !== 'consent') return nextStep(pending)
  // Asked by one person, answered by another: begun anew.
  if (interaction.session?.accountId !== call.browser.subject) throw gone()
  const known = interaction.grantId ? await provider.Grant.find(interaction.grantId) : undefined
  const grant = known ?? new provider.Grant({ accountId: call.browser.subject, clientId: client.id })
  grant.addOIDCScope(scopesAsked(pending).join(' '))
  const consent = { consent: { grantId: await grant.save() } }
  call.deeds.push({
    action: 'sign-on.agreed',
    subject: `client:${client.id}`,
    actor: call.browser.account,
    body: { scope: scopesAsked(pending).join(' '), address: call.address },
  })
  return finish(pending, consent)
}

async function prove(pending: Pending, typed: Readonly<Record<string, string>>): Promise<Reply> {
  const { call, interaction, request } = pending
  const { browser, ctx } = call
  if (!browser || interaction.prompt.name !== 'login') return nextStep(pending)
  const proof = await proveBy(ctx, await methodsFor(pending, browser), { typed, address: request.address })
  if (!('faults' in proof)) {
    const { cookie } = await raiseSession(ctx, request, browser.account, proof)
    call.browser = { ...browser, ...proof, amr: [...proof.amr], authenticatedAt: ctx.now }
    return finish(pending, loginOf(call.browser), [cookie])
  }
  call.deeds.push({
    action: 'sign-on.refused',
    subject: `client:${pending.client.id}`,
    actor: browser.account,
    body: { error: 'not_proved', by: String(typed.cach ?? ''), address: call.address },
  })
  const errors = proof.faults.map(({ path, message }) => ({ field: path, message }))
  return showProof(pending, browser, { fault: { code: String(typed.cach ?? ''), errors } })
}

function turnBack(pending: Pending): Promise<Reply> {
  const { browser } = pending.call
  // OpenID Connect Core Unmet Authentication Requirements 1.0.
  if (browser && pending.interaction.prompt.name === 'login' && !isStrongEnough(pending, browser))
    return finish(pending, {
      error: 'unmet_authentication_requirements',
      error_description: 'none of the requested ACRs could be obtained',
    })
  return finish(pending, { error: 'access_denied', error_description: 'the person did not agree' })
}

const params = z.object({ uid: z.string().max(100) })

const step = (path: string, work: (pending: Pending) => Promise<Reply>) =>
  route({
    method: 'POST',
    path: `${interactionPath}/:uid/${path}`,
    access: 'public',
    ratePerMinute: 60,
    params,
    handle: (ctx, { params: { uid }, request }) => withPending(ctx, request, uid, work),
  })

export const interactionRoutes = [
  route({
    method: 'GET',
    path: `${interactionPath}/:uid`,
    access: 'public',
    ratePerMinute: 600,
    params,
    handle: (ctx, { params: { uid }, request }) => withPending(ctx, request, uid, (pending) => nextStep(pending)),
  }),
  step('dong-y', agree),
  step('thoi', turnBack),
  route({
    method: 'POST',
    path: `${interactionPath}/:uid/xac-nhan`,
    access: 'public',
    ratePerMinute: 30,
    params,
    body: z.record(z.string(), z.string().max(20_000)),
    handle: (ctx, { params: { uid }, body, request }) =>
      withPending(ctx, request, uid, (pending) => prove(pending, body)),
  }),
]
