// A new person learns by mail where he chooses his first password. The link is made here, when the mail is, so that it waits in no queue.
import { activationWanted, issueActivation } from '#identity'
import { subscribe } from '#platform/events'
import type { NoticeTemplate } from '#platform/notices'
import { notify } from './actions.ts'

export const activation: NoticeTemplate = {
  code: 'account.activation',
  label: 'Liên kết đặt mật khẩu đầu tiên',
  values: { account: 'nguyen.van.mau' },
  vi: {
    subject: 'Đặt mật khẩu cho tài khoản {account}',
    text: 'Tài khoản {account} đã được tạo cho ông/bà. Mở liên kết này để tự đặt mật khẩu; liên kết dùng một lần, trong 72 giờ. Nếu hết hạn, nhờ quản trị viên của đơn vị gửi lại.',
  },
  en: {
    subject: 'Choose a password for the account {account}',
    text: 'The account {account} has been made for you. Open this link to choose your password; it works once, within 72 hours. If it has run out, ask the administrator of your agency for another.',
  },
}

export const activationSubscription = subscribe(
  activationWanted,
  'notifications.activation',
  async (ctx, { account }) => {
    const url = await issueActivation(ctx, account)
    if (!url) return
    await notify(ctx, {
      notice: activation.code,
      to: [{ account }],
      values: { account },
      url,
      urgency: 'urgent',
      via: ['email'],
      // A link is new with each telling.
      dedupeKey: `account.activation:${account}:${ctx.now.toISOString()}`,
    })
  },
)
