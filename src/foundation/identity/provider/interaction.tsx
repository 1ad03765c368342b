/**
 * Between an application's question and its answer: who is it, and does he agree? The answer comes from the platform's own sign-in; who is
 * signed in is asked again only where the application wants a fresh proof, and for his consent where the application is not the
 * province's own.
 */
import type { Interaction, Provider } from 'oidc-provider'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type RequestFacts, redirect, route } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import { Button, DescriptionList, ErrorSummary, Form, TextInput } from '#ui'
import { confirmPassword } from '../actions/confirm.ts'
import type { Call } from './call.ts'
import { interactionPath } from './configuration.ts'
import { formTarget } from './form-target.ts'
import { acrOf, personScopes, scopeWords } from './model.ts'
import { withProvider } from './provider.ts'
import { type BrowserSession, findSubject } from './store.ts'

const gone = () =>
  new Problem('sign-on.over', 404, 'Lần đăng nhập này đã quá hạn. Xin quay lại ứng dụng và bấm đăng nhập lần nữa.')

interface Pending {
  provider: Provider
  interaction: Interaction
  client: { id: string; name: string }
  call: Call
}

/** Does the next step of a pending sign-in; only the browser that began it has its cookie. */
function withPending(
  ctx: Context,
  request: RequestFacts,
  uid: string,
  work: (pending: Pending) => Promise<Reply>,
): Promise<Reply> {
  return withProvider(ctx, request, async (provider, call) => {
    if (request.cookies[provider.cookieName('interaction')] !== uid) throw gone()
    // A key in the same request speaks for somebody else than the browser does.
    if (call.browser && ctx.actor.account !== call.browser.account) throw gone()
    const interaction = await provider.Interaction.find(uid)
    const client = interaction && (await provider.Client.find(String(interaction.params.client_id)))
    if (!interaction || !client) throw gone()
    const named = { id: client.clientId, name: client.clientName ?? client.clientId }
    return work({ provider, interaction, client: named, call })
  })
}

async function finish({ interaction }: Pending, result: NonNullable<Interaction['result']>): Promise<Reply> {
  interaction.result = { ...('error' in result ? {} : interaction.lastSubmission), ...result }
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
  return redirect(interaction.returnTo)
}

const secondsOf = (at: Date) => Math.floor(at.getTime() / 1000)

const loginOf = ({ subject, amr, createdAt }: BrowserSession, provedAt = createdAt) => ({
  login: { accountId: subject, amr, acr: acrOf(amr), ts: secondsOf(provedAt) },
})

/** Wants a proof made for it: one made since it asked will do. */
const wantsProof = ({ interaction: { prompt, iat } }: Pending, browser: BrowserSession): boolean =>
  prompt.reasons.some((reason) => reason === 'login_prompt' || reason === 'max_age') &&
  secondsOf(browser.createdAt) <= iat

async function nextStep(pending: Pending): Promise<Reply> {
  const { interaction, call } = pending
  const here = `${interactionPath}/${interaction.uid}`
  if (!call.browser) return redirect(`/dang-nhap?tiep=${encodeURIComponent(here)}`)
  if (interaction.prompt.name === 'consent') return showConsent(pending, call.browser)
  if (interaction.prompt.reasons.includes('id_token_hint') && interaction.session)
    return finish(pending, { error: 'login_required', error_description: 'somebody else is signed in' })
  if (wantsProof(pending, call.browser)) return showProof(pending, call.browser)
  return finish(pending, loginOf(call.browser))
}

const pageOf = ({ interaction }: Pending, content: Parameters<typeof page>[0]): Reply =>
  page({
    ...content,
    face: 'plain',
    headers: { 'content-security-policy': contentPolicy({ forms: formTarget(interaction.params.redirect_uri) }) },
  })

const hostOf = ({ interaction: { params } }: Pending) => new URL(String(params.redirect_uri)).host

async function showProof(pending: Pending, browser: BrowserSession, fault?: { words: string; status: number }) {
  const { interaction, client } = pending
  const person = await findSubject(pending.call.ctx.sql, browser.subject)
  return pageOf(pending, {
    title: 'Xác nhận mật khẩu',
    lead: `Ứng dụng “${client.name}” cần biết chắc là ông/bà đang ngồi ở máy này.`,
    status: fault?.status,
    body: (
      <Form action={`${interactionPath}/${interaction.uid}/mat-khau`} label="Xác nhận mật khẩu">
        <ErrorSummary errors={fault ? [{ field: 'password', message: fault.words }] : []} title="Chưa xác nhận được" />
        <DescriptionList items={[{ term: 'Đang đăng nhập', value: person?.name ?? browser.account }]} />
        <TextInput
          name="password"
          label="Mật khẩu"
          type="password"
          autocomplete="current-password"
          error={fault?.words}
        />
        <div class="row">
          <Button kind="primary">Xác nhận</Button>
          <Button formAction={`${interactionPath}/${interaction.uid}/thoi`}>Thôi, quay lại ứng dụng</Button>
        </div>
      </Form>
    ),
  })
}

const scopesAsked = ({ interaction: { params } }: Pending) => {
  const asked = new Set(String(params.scope ?? '').split(' '))
  return personScopes.filter((scope) => asked.has(scope))
}

async function showConsent(pending: Pending, browser: BrowserSession): Promise<Reply> {
  const { interaction, client } = pending
  const person = await findSubject(pending.call.ctx.sql, browser.subject)
  const here = `${interactionPath}/${interaction.uid}`
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

async function prove(pending: Pending, password: string): Promise<Reply> {
  const { call, interaction } = pending
  if (!call.browser || interaction.prompt.name !== 'login') return nextStep(pending)
  if (await confirmPassword(call.ctx, password)) return finish(pending, loginOf(call.browser, call.ctx.now))
  call.deeds.push({
    action: 'sign-on.refused',
    subject: `client:${pending.client.id}`,
    actor: call.browser.account,
    body: { error: 'wrong_password', address: call.address },
  })
  return showProof(pending, call.browser, { words: 'Mật khẩu không đúng.', status: 422 })
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
    handle: (ctx, { params: { uid }, request }) => withPending(ctx, request, uid, nextStep),
  }),
  step('dong-y', agree),
  step('thoi', (pending) => finish(pending, { error: 'access_denied', error_description: 'the person did not agree' })),
  route({
    method: 'POST',
    path: `${interactionPath}/:uid/mat-khau`,
    access: 'public',
    ratePerMinute: 30,
    params,
    body: z.object({ password: z.string().max(1000) }),
    handle: (ctx, { params: { uid }, body, request }) =>
      withPending(ctx, request, uid, (pending) => prove(pending, body.password)),
  }),
]

/** Where the form of the sign-in page leads to in the end, when a sign-in of an application waits behind it. */
export async function formTargetsOf(
  ctx: Context,
  request: RequestFacts,
  returnTo: string | undefined,
): Promise<string[]> {
  const uid = returnTo?.startsWith(`${interactionPath}/`) ? returnTo.slice(interactionPath.length + 1) : undefined
  if (!uid) return []
  return withProvider(ctx, request, async (provider) =>
    formTarget((await provider.Interaction.find(uid))?.params.redirect_uri),
  )
}
