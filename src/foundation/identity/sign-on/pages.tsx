import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type RequestFacts, redirect, route, safeReturnPath, withCookies } from '#platform/http'
import { Button, Form, Notice } from '#ui'
import { recordDeed } from '../actions/record.ts'
import { emptiedCookies } from '../assurance/sessions.ts'
import { citizenHome } from '../person/paths.ts'
import { ownCallbackPath, signInPath } from '../provider/own-client.ts'
import { findAccount } from '../store.ts'
import { signedOutPath } from '../vneid/paths.ts'
import { prepareSignOut } from '../vneid/sign-out.ts'
import { type Arrival, isTurnedBack, openPages, startSignOn, takeArrival } from './client.ts'
import { openForm } from './kept-form.ts'
import { endSignOn } from './sign-out.ts'

const returnPath = z.string().max(2000).optional()
const said = z.literal('1').optional().catch(undefined)

const homeOf = (isCitizen: boolean, path: string): string => (isCitizen && path === '/' ? citizenHome : path)

function showFault({ code, message, status }: Problem): Reply {
  const [title = '', ...advice] = message.split(/(?<=[.!?])\s+/)
  return page({
    title: 'Chưa đăng nhập được',
    face: 'plain',
    status,
    body: (
      <div class="stack-large">
        <Notice tone="warning" role="alert" title={title}>
          {advice.join(' ') || undefined}
        </Notice>
        <div class="row">
          <Button kind="primary" href={signInPath}>
            Đăng nhập lại
          </Button>
        </div>
        <p class="muted small">
          Mã: <span class="code">{code}</span>
        </p>
      </div>
    ),
  })
}

/** Of whatever the library finds wrong, nothing is told but that it is. */
const problemOf = (error: unknown): Problem =>
  error instanceof Problem
    ? error
    : Object.assign(
        new Problem('sign-on.refused', 400, 'Câu trả lời không đúng cho lượt đăng nhập này. Xin đăng nhập lại.'),
        { cause: error },
      )

async function arrive(ctx: Context, request: RequestFacts): Promise<Reply> {
  try {
    const arrival = await takeArrival(ctx, request)
    return await goOn(ctx, request, arrival)
  } catch (error) {
    const problem = problemOf(error)
    if (problem.status >= 500) throw error
    await recordDeed(ctx, {
      action: 'session.refused',
      account: 'unknown',
      body: { address: request.address, reason: problem.code },
      actor: 'anonymous',
    })
    return showFault(problem)
  }
}

async function goOn(ctx: Context, request: RequestFacts, arrival: Arrival): Promise<Reply> {
  const { flow } = arrival
  try {
    const { account: name, amr, cookie } = await openPages(ctx, request, arrival)
    const account = await findAccount(ctx.sql, name)
    // What one person began, another does not go on with.
    if (flow.account && flow.account !== name) return redirect(homeOf(account?.citizen ?? false, '/'), [cookie])
    if (flow.formTo && flow.formSealed)
      return withCookies(showKept(arrival, flow.formTo, flow.formSealed), { cookies: [cookie] })
    const mustChange = account?.passwordGiven && !flow.level && amr.includes('pwd')
    return redirect(mustChange ? '/tai-khoan?doi=mat-khau' : homeOf(account?.citizen ?? false, flow.returnTo), [cookie])
  } catch (error) {
    if (!isTurnedBack(error)) throw error
    // The page that asks for more would only ask again; that of a form does not.
    return redirect(flow.formTo || flow.formLost ? flow.returnTo : '/')
  }
}

function showKept({ flow, browserToken, state }: Arrival, to: string, sealed: Buffer): Reply {
  return page({
    title: 'Đã xác nhận',
    lead: 'Nội dung ông/bà đã nhập còn nguyên và chưa được gửi.',
    face: 'plain',
    body: (
      <Form action={to} label="Gửi tiếp">
        {[...openForm(browserToken, state, sealed)].map(([name, value], place) => (
          <input key={place} type="hidden" name={name} value={value} />
        ))}
        <div class="row">
          <Button kind="primary">Gửi tiếp</Button>
          <Button href={flow.returnTo}>Thôi, quay lại biểu mẫu</Button>
        </div>
      </Form>
    ),
  })
}

/** What the provider sends along; what else it may send is none of ours. */
const Sent = z.record(z.string().max(60), z.union([z.string().max(4000), z.array(z.string().max(4000))]))

export const signOnRoutes = [
  route({
    method: 'GET',
    path: signInPath,
    access: 'public',
    ratePerMinute: 600,
    query: z.object({ tiep: returnPath, lau: said, 'chua-gui': said }),
    handle(ctx, { query, request }): Reply | Promise<Reply> {
      const returnTo = safeReturnPath(query.tiep)
      if (ctx.actor.account) return redirect(homeOf(ctx.actor.citizen !== undefined, returnTo))
      const form = query['chua-gui'] && { to: returnTo, text: undefined }
      return startSignOn(ctx, request, { returnTo, ...(form && { form }) }, { isRenewed: query.lau !== undefined })
    },
  }),
  route({
    method: 'GET',
    path: ownCallbackPath,
    access: 'public',
    ratePerMinute: 600,
    query: Sent,
    handle: (ctx, { request }) => arrive(ctx, request),
  }),
  route({
    method: 'POST',
    path: '/dang-xuat',
    access: 'public',
    async handle(ctx, { request }) {
      const atVneid = await prepareSignOut(ctx, request)
      const { to, setCookies } = await endSignOn(ctx, request)
      const reply = redirect(atVneid ? signedOutPath : to, [...(atVneid ? [atVneid] : []), ...emptiedCookies])
      return withCookies(reply, { setCookies })
    },
  }),
]
