import type { Context } from '#platform/context'
import type { NoticeTemplate } from '#platform/notices'

/** Sent by an administrator to himself, to see that a channel works. */
export const trial: NoticeTemplate = {
  code: 'notification.tried',
  label: 'Thông báo thử',
  values: { sender: 'Hoàng Văn Thí Dụ', place: 'Trung tâm giám sát, điều hành' },
  vi: {
    subject: 'Thông báo thử từ {place}',
    text: '{sender} gửi thông báo này để kiểm tra các kênh. Ông/bà không cần làm gì.',
  },
  en: {
    subject: 'Test message from {place}',
    text: '{sender} sent this message to check the channels. Nothing needs to be done.',
  },
}

/** The opening words of a digest; the list of messages follows them. */
export const gathered: NoticeTemplate = {
  code: 'notification.gathered',
  label: 'Bản gộp thông báo',
  values: { count: '4' },
  vi: { subject: '{count} thông báo mới', text: 'Ông/bà có {count} thông báo chưa đọc:' },
  en: { subject: '{count} new messages', text: 'You have {count} unread messages:' },
}

export const notices: readonly NoticeTemplate[] = [trial, gathered]

/** The kinds of messages that come to an inbox: a digest only tells of them. */
export const listKinds = (ctx: Context): NoticeTemplate[] =>
  [...ctx.notices.values()].filter(({ code }) => code !== gathered.code)
