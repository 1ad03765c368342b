import { z } from 'zod'
import type { Context } from '#platform/context'
import { file, page, type Reply, type Route, redirect, route } from '#platform/http'
import { Button, Form, Notice, Time } from '#ui'
import { feedAddress, findFeed, makeFeed, revokeFeed, writeFeed } from '../feed/feed.ts'
import { calendarPath, feedPath } from '../paths.ts'
import { readPermission } from '../rights.ts'

export const feedRoutes: readonly Route[] = [
  route({ method: 'GET', path: feedPath, access: readPermission, handle: (ctx) => sheet(ctx) }),
  route({
    method: 'POST',
    path: feedPath,
    access: readPermission,
    async handle(ctx, { request }) {
      const token = await makeFeed(ctx)
      const site = ctx.config.publicUrl?.replace(/\/$/, '') ?? `http://${request.headers.host ?? 'localhost'}`
      return sheet(ctx, `${site}${feedAddress(token)}`)
    },
  }),
  route({
    method: 'POST',
    path: `${feedPath}/thu-hoi`,
    access: readPermission,
    async handle(ctx) {
      await ctx.transaction(revokeFeed)
      return redirect(feedPath)
    },
  }),
  route({
    method: 'GET',
    path: '/ical/nhiem-vu/:token',
    access: 'public',
    ratePerMinute: 60,
    params: z.strictObject({ token: z.string().regex(/^[A-Za-z0-9_-]{43}\.ics$/) }),
    async handle(ctx, { params }) {
      const text = await writeFeed(ctx, params.token.slice(0, -4))
      return file('nhiem-vu.ics', 'text/calendar; charset=utf-8', text, true)
    },
  }),
]

async function sheet(ctx: Context, address?: string): Promise<Reply> {
  const feed = await findFeed(ctx)
  return page({
    title: 'Đưa hạn nhiệm vụ vào lịch của tôi',
    lead: 'Một địa chỉ riêng (iCalendar) để Outlook, điện thoại hoặc chương trình lịch khác tự lấy các hạn mà tài khoản này được xem.',
    crumbs: [{ label: 'Lịch hạn nhiệm vụ', href: calendarPath }],
    body: (
      <div class="stack">
        {address && (
          <Notice tone="done" role="status" title="Địa chỉ mới, chỉ hiện một lần">
            <p class="code">{address}</p>
            <p>
              Chép địa chỉ này vào mục “thêm lịch từ địa chỉ” của chương trình lịch. Ai có địa chỉ đều xem được hạn của
              ông/bà; không gửi cho người khác.
            </p>
          </Notice>
        )}
        {feed && !address && (
          <p>
            Đang có một địa chỉ, tạo <Time at={feed.madeAt} />. Địa chỉ không hiện lại được; nếu quên, hãy tạo địa chỉ
            khác, địa chỉ cũ hết hiệu lực ngay.
          </p>
        )}
        {!feed && <p>Chưa có địa chỉ nào.</p>}
        <div class="row">
          <Form action={feedPath} label="Tạo địa chỉ" class="inline-form">
            <Button kind="primary">{feed ? 'Tạo địa chỉ khác' : 'Tạo địa chỉ'}</Button>
          </Form>
          {feed && (
            <Form action={`${feedPath}/thu-hoi`} label="Thu hồi địa chỉ" class="inline-form">
              <Button kind="danger">Thu hồi địa chỉ</Button>
            </Form>
          )}
        </div>
      </div>
    ),
  })
}
