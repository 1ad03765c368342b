import { z } from 'zod'
import { appendEntry } from '#ledger'
import type { Context } from '#platform/context'
import { invalid, notFound } from '#platform/errors'
import { ownAccount } from '../inbox.ts'
import { isPushService } from './hosts.ts'
import { deleteBrowser, deleteOldest, upsertBrowser } from './store.ts'

const mostBrowsers = 10
const bytesOf = (length: number) =>
  z
    .string()
    .max(200)
    .refine((text) => /^[\w-]+=*$/.test(text) && Buffer.from(text, 'base64url').length === length, 'Khóa chưa đúng.')

/** What the browser's push service gave it, and how people call the browser. */
export const BrowserOffer = z.strictObject({
  endpoint: z.url().max(1000),
  p256dh: bytesOf(65),
  auth: bytesOf(16),
  name: z.string().trim().min(1).max(80),
})

/** Messages are shown by this browser too. @throws Problem 422 when its push service is not one of those allowed */
export async function addBrowser(ctx: Context, offer: z.infer<typeof BrowserOffer>): Promise<void> {
  const account = ownAccount(ctx)
  if (!isPushService(offer.endpoint, ctx.config.pushHosts))
    throw invalid('Dịch vụ thông báo của trình duyệt này chưa được phép; xin báo quản trị viên.', [
      { path: 'endpoint', message: `Máy chủ ${new URL(offer.endpoint).host} không có trong danh sách được phép.` },
    ])
  await ctx.transaction(async (inner) => {
    await upsertBrowser(inner.sql, { account, ...offer, madeAt: inner.now })
    await deleteOldest(inner.sql, account, mostBrowsers)
    await appendEntry(inner, {
      action: 'push-browser.added',
      subject: `account:${account}`,
      body: { browser: offer.name, service: new URL(offer.endpoint).host },
    })
  })
}

/** @throws Problem 404 */
export async function removeBrowser(ctx: Context, id: number): Promise<void> {
  const account = ownAccount(ctx)
  await ctx.transaction(async (inner) => {
    const [gone] = await deleteBrowser(inner.sql, account, id)
    if (!gone) throw notFound('push-browser', String(id))
    await appendEntry(inner, {
      action: 'push-browser.removed',
      subject: `account:${account}`,
      body: { browser: gone.name },
    })
  })
}
