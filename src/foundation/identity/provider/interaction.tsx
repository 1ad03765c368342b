/**
 * Between an application's question and its answer: who is it, and does he agree? The answer comes from the platform's own sign-in; who is
 * signed in is asked again only where the application wants a fresh proof, and for his consent where the application is not the
 * province's own.
 */
import type { Interaction, Provider } from 'oidc-provider'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type RequestFacts, redirect, route, type SetCookie } from '#platform/http'
import { contentPolicy } from '#platform/policy'
import { Button, DescriptionList, Form, type FormError } from '#ui'
import { listMethods, proveBy } from '../assurance/methods.ts'
import { NoWay, ProofForms } from '../assurance/proof-forms.tsx'
import { raiseSession } from '../assurance/sessions.ts'
import type { Call } from './call.ts'
import { interactionPath } from './configuration.ts'
import { formTarget } from './form-target.ts'
import { isContent, levelAsked, personScopes, scopeWords } from './model.ts'
import { withProvider } from './provider.ts'
import { type BrowserSession, findSubject } from './store.ts'

const gone = () =>
  new Problem('sign-on.over', 404, 'Lần đăng nhập này đã quá hạn. Xin quay lại ứng dụng và bấm đăng nhập lần nữa.')

interface Pending {
  provider: Provider
  interaction: Interaction
  client: { id: string; name: string }
  call: Call
  request: RequestFacts
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
    return work({ provider, interaction, client: named, call, request })
  })
}

async function finish(
  { interaction }: Pending,
  result: NonNullable<Interaction['result']>,
  cookies: SetCookie[] = [],
): Promise<Reply> {
  interaction.result = { ...('error' in result ? {} : interaction.lastSubmission), ...result }
  await interaction.save(interaction.exp - Math.floor(Date.now() / 1000))
  return redirect(interaction.returnTo, cookies)
}

const secondsOf = (at: Date) => Math.floor(at.getTime() / 1000)

const loginOf = ({
  subject,
  amr,
  assurance,
  authenticatedAt,
}: Pick<BrowserSession, 'subject' | 'assurance' | 'authenticatedAt'> & { amr: readonly string[] }) => ({
  login: { accountId: subject, amr: [...amr], acr: assurance, ts: secondsOf(authenticatedAt) },
})

/** Wants a proof made for it (one made since it asked will do), or one that is not older than it says. */
function wantsProof({ interaction: { prompt, params, iat } }: Pending, { authenticatedAt }: BrowserSession): boolean {
  const provedAt = secondsOf(authenticatedAt)
  if (prompt.reasons.includes('login_prompt') && provedAt <= iat) return true
  return prompt.reasons.includes('max_age') && provedAt <= iat - Math.max(0, Number(params.max_age))
}

const isStrongEnough = ({ interaction: { params } }: Pending, { assurance }: BrowserSession): boolean =>
  isContent(params.acr_values, assurance)

async function nextStep(pending: Pending): Promise<Reply> {
  const { interaction, call } = pending
  const here = `${interactionPath}/${interaction.uid}`
  if (!call.browser) return redirect(`/dang-nhap?tiep=${encodeURIComponent(here)}`)
  if (interaction.prompt.name === 'consent') return showConsent(pending, call.browser)
  if (interaction.prompt.reasons.includes('id_token_hint') && interaction.session)
    return finish(pending, { error: 'login_required', error_description: 'somebody else is signed in' })
  if (wantsProof(pending, call.browser) || !isStrongEnough(pending, call.browser))
    return showProof(pending, call.browser)
  return finish(pending, loginOf(call.browser))
}

const pageOf = ({ interaction }: Pending, content: Parameters<typeof page>[0]): Reply =>
  page({
    ...content,
    face: 'plain',
    headers: { 'content-security-policy': contentPolicy({ forms: formTarget(interaction.params.redirect_uri) }) },
  })

const hostOf = ({ interaction: { params } }: Pending) => new URL(String(params.redirect_uri)).host

/** What proves what the application asks for; where it names no level, that it is the same person. */
const methodsFor = ({ call, interaction: { params } }: Pending, { account }: BrowserSession) =>
  listMethods(call.ctx, account, levelAsked(params.acr_values) ?? 'password')

async function showProof(
  pending: Pending,
  browser: BrowserSession,
  fault?: { code: string; errors: readonly FormError[] },
): Promise<Reply> {
  const { interaction, client } = pending
  const person = await findSubject(pending.call.ctx.sql, browser.subject)
  const methods = await methodsFor(pending, browser)
  const here = `${interactionPath}/${interaction.uid}`
  return pageOf(pending, {
    title: 'Xác nhận thêm một bước',
    lead: `Ứng dụng “${client.name}” cần biết chắc là ông/bà đang ngồi ở máy này.`,
    status: fault && 422,
    islands: methods.flatMap(({ form }) => form?.islands ?? []),
    body: (
      <div class="stack-large">
        <DescriptionList items={[{ term: 'Đang đăng nhập', value: person?.name ?? browser.account }]} />
        {methods.length === 0 && <NoWay isOfficers={!levelAsked(interaction.params.acr_values)?.startsWith('vneid')} />}
        <ProofForms methods={methods} action={`${here}/xac-nhan`} hidden={{}} returnTo={here} fault={fault} />
        <Form action={`${here}/thoi`} class="row">
          <Button>Thôi, quay lại ứng dụng</Button>
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

async function prove(pending: Pending, typed: Readonly<Record<string, string>>): Promise<Reply> {
  const { call, interaction, request } = pending
  const { browser, ctx } = call
  if (!browser || interaction.prompt.name !== 'login') return nextStep(pending)
  const proof = await proveBy(ctx, await methodsFor(pending, browser), { typed, address: request.address })
  if (!('faults' in proof)) {
    const cookie = await raiseSession(ctx, request, proof)
    return finish(pending, loginOf({ ...browser, ...proof, authenticatedAt: ctx.now }), [cookie])
  }
  call.deeds.push({
    action: 'sign-on.refused',
    subject: `client:${pending.client.id}`,
    actor: browser.account,
    body: { error: 'not_proved', by: String(typed.cach ?? ''), address: call.address },
  })
  const errors = proof.faults.map(({ path, message }) => ({ field: path, message }))
  return showProof(pending, browser, { code: String(typed.cach ?? ''), errors })
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
    handle: (ctx, { params: { uid }, request }) => withPending(ctx, request, uid, nextStep),
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
