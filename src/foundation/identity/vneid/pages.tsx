import { z } from 'zod'
import { meets } from '#platform/assurance'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, redirect, route, safeReturnPath } from '#platform/http'
import { Button, Notice } from '#ui'
import { citizenHome } from '../person/paths.ts'
import { interactionPath } from '../provider/configuration.ts'
import { hrefOfSignIn } from '../provider/own-client.ts'
import { arriveFromVneid, leaveForVneid } from './actions.ts'
import { belowPath, callbackPath, signedOutPath, vneidHref, vneidPath } from './paths.ts'
import { openSignOut } from './sign-out.ts'

const returnPath = z.string().max(2000).optional()
const Start = z.object({ muc: z.enum(['vneid:1', 'vneid:2']).catch('vneid:1'), tiep: returnPath })

/** What VNeID sends along; what else it may send is none of ours. */
const Sent = z.record(z.string().max(60), z.union([z.string().max(4000), z.array(z.string().max(4000))]))

/** Whatever went wrong is a page with words and two ways on. */
async function orFault(work: () => Promise<Reply>): Promise<Reply> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Problem) return showFault(error)
    throw error
  }
}

function showFault(problem: Problem): Reply {
  const [title = '', ...advice] = problem.message.split(/(?<=[.!?])\s+/)
  return page({
    title: 'Chưa đăng nhập được bằng VNeID',
    face: 'plain',
    status: problem.status,
    body: (
      <div class="stack-large">
        <Notice tone={problem.code === 'vneid.denied' ? 'info' : 'warning'} role="alert" title={title}>
          {advice.join(' ') || undefined}
        </Notice>
        <div class="row">
          <Button kind="primary" href={vneidPath}>
            Đăng nhập lại bằng VNeID
          </Button>
          <Button href="/dang-nhap">Về trang đăng nhập</Button>
        </div>
        <p class="muted small">
          Mã: <span class="code">{problem.code}</span>
        </p>
      </div>
    ),
  })
}

async function leave(ctx: Context, query: z.infer<typeof Start>): Promise<Reply> {
  const { to, cookie } = await leaveForVneid(ctx, { level: query.muc, returnTo: safeReturnPath(query.tiep) })
  return redirect(to, [cookie])
}

/** Came back at level 1 where 2 was asked for. */
function showBelow(returnTo: string): Reply {
  return page({
    title: 'Đã đăng nhập ở mức 1',
    face: 'plain',
    body: (
      <div class="stack-large">
        <Notice tone="warning" role="status" title="Tài khoản VNeID này chưa được xác thực ở mức 2">
          Trang ông/bà muốn mở cần mức 2. Tài khoản định danh mức 2 được cấp tại cơ quan công an, bằng thẻ căn cước. Các
          trang không cần mức 2 vẫn dùng được.
        </Notice>
        <div class="row">
          <Button kind="primary" href={citizenHome}>
            Đến trang của tôi
          </Button>
          <Button href={vneidHref(returnTo, 'vneid:2')}>Thử lại mức 2</Button>
        </div>
      </div>
    ),
  })
}

function showSignedOut(address: string | undefined): Reply {
  return page({
    title: 'Đã đăng xuất',
    face: 'plain',
    body: (
      <div class="stack-large">
        <Notice tone="done" role="status" title="Ông/bà đã đăng xuất khỏi nền tảng">
          Phiên tại VNeID trên trình duyệt này có thể vẫn còn. Nếu dùng máy chung, xin kết thúc cả phiên đó.
        </Notice>
        <div class="row">
          {address && (
            <Button kind="primary" href={address}>
              Kết thúc cả phiên tại VNeID
            </Button>
          )}
          <Button href="/dang-nhap">Về trang đăng nhập</Button>
        </div>
      </div>
    ),
  })
}

export const vneidRoutes = [
  route({
    method: 'GET',
    path: vneidPath,
    access: 'public',
    ratePerMinute: 60,
    query: Start,
    handle: (ctx, { query }) => orFault(() => leave(ctx, query)),
  }),
  route({
    method: 'GET',
    path: callbackPath,
    access: 'public',
    ratePerMinute: 120,
    query: Sent,
    handle: (ctx, { request }) =>
      orFault(async () => {
        const { cookies, returnTo, level, wanted } = await arriveFromVneid(ctx, request)
        // The pages learn of it from the provider, like every other application.
        const to = returnTo.startsWith(interactionPath) ? returnTo : hrefOfSignIn(returnTo)
        return redirect(meets(level, wanted) ? to : `${belowPath}?${new URLSearchParams({ tiep: to })}`, cookies)
      }),
  }),
  route({
    method: 'GET',
    path: belowPath,
    access: 'public',
    query: z.object({ tiep: returnPath }),
    handle: (_ctx, { query }) => showBelow(safeReturnPath(query.tiep)),
  }),
  route({
    method: 'GET',
    path: signedOutPath,
    access: 'public',
    handle: async (ctx, { request }) => showSignedOut(await openSignOut(ctx, request)),
  }),
]
