// Sign-in, step-up and consent of the simulated VNeID, at `/interaction/:uid`.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { InteractionResults, Provider } from 'oidc-provider'
import { findByLogin, findBySub, oneTimeCode, password, type SimulatedAccount } from './accounts.ts'
import type { Behaviour } from './behaviour.ts'
import { levels } from './provider.ts'
import { consentScreen, signInScreen, stepUpScreen } from './screens.ts'

interface Exchange {
  provider: Provider
  behaviour: Behaviour
  request: IncomingMessage
  response: ServerResponse
}

const mostBytes = 16 * 1024

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = ''
  request.setEncoding('utf8')
  for await (const piece of request) {
    text += piece
    if (text.length > mostBytes) throw new Error('too large')
  }
  return new URLSearchParams(text)
}

const show = ({ response }: Exchange, html: string, status = 200) =>
  void response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' }).end(html)

const finish = ({ provider, request, response }: Exchange, result: InteractionResults) =>
  provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true })

const refuse = (exchange: Exchange, error: string) =>
  finish(exchange, { error, error_description: `${error} (simulated)` })

type Details = Awaited<ReturnType<Provider['interactionDetails']>>

/** Answers one request for a screen, or what was pressed on it. */
export async function serveInteraction(exchange: Exchange): Promise<void> {
  const { provider, behaviour, request, response } = exchange
  const details = await provider.interactionDetails(request, response)
  if (behaviour.refusal !== 'none') return refuse(exchange, behaviour.refusal)
  const form = request.method === 'POST' ? await readForm(request) : undefined
  const deed = form?.get('deed')
  if (deed === 'refuse') return refuse(exchange, 'access_denied')
  if (details.prompt.name === 'consent') return consent(exchange, details, deed)
  const known = findBySub(details.session?.accountId ?? '')
  // Who is signed in here already and asked for a fresh proof signs in again; for a higher level only the step is shown.
  const isStep = known && details.prompt.reasons.every((reason) => reason === 'vneid_level')
  if (isStep) return stepUp(exchange, known, form)
  if (!form) return show(exchange, signInScreen())
  const account = findByLogin(form.get('login') ?? '')
  if (!account || form.get('password') !== password)
    return show(exchange, signInScreen('Tên đăng nhập hoặc mật khẩu mô phỏng không đúng.'), 401)
  // A higher level is asked for in a step of its own, by the check of the provider.
  return finish(exchange, { login: { accountId: account.sub, acr: levels[1], amr: ['pwd'], remember: true } })
}

async function stepUp(exchange: Exchange, account: SimulatedAccount, form: URLSearchParams | undefined) {
  const deed = form?.get('deed')
  const proved = deed === 'face' || (deed === 'code' && form?.get('code') === oneTimeCode)
  if (account.level === 2 && proved) {
    const amr = deed === 'face' ? ['face'] : ['otp']
    return finish(exchange, { login: { accountId: account.sub, acr: levels[2], amr, remember: true } })
  }
  if (account.level === 1 && deed === 'stay')
    return finish(exchange, { login: { accountId: account.sub, acr: levels[1], amr: ['pwd'] }, staysBelow: true })
  show(
    exchange,
    stepUpScreen(account, deed === 'code' ? 'Mã một lần mô phỏng không đúng.' : undefined),
    form ? 422 : 200,
  )
}

async function consent(exchange: Exchange, details: Details, deed: string | null | undefined) {
  const { provider } = exchange
  const { accountId = '' } = details.session ?? {}
  const { client_id: clientId } = details.params
  const client = await provider.Client.find(String(clientId))
  const account = findBySub(accountId)
  if (!account || !client) return refuse(exchange, 'server_error')
  if (deed !== 'agree') return show(exchange, consentScreen(account, client.clientName ?? client.clientId))
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope('openid profile')
  return finish(exchange, { consent: { grantId: await grant.save() } })
}
