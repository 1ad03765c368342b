import type { Channel, DeliveryState, Digest, Language, Urgency } from '../model.ts'

export const inboxPath = '/thong-bao'
export const preferencesPath = '/thong-bao/tuy-chon'
export const wordingsPath = '/thong-bao/mau'
export const deliveriesPath = '/thong-bao/gui-di'

export const urgencyNames: Record<Urgency, string> = { routine: 'Thường', urgent: 'Gấp', grave: 'Nghiêm trọng' }

export const channelNames: Record<Channel, string> = {
  email: 'Thư điện tử',
  sms: 'Tin nhắn SMS',
  zalo: 'Zalo',
  call: 'Gọi điện',
  webhook: 'Webhook',
  push: 'Trình duyệt',
}

/** Within a sentence. */
export const channelWords: Record<Channel, string> = {
  email: 'thư điện tử',
  sms: 'tin nhắn SMS',
  zalo: 'Zalo',
  call: 'gọi điện',
  webhook: 'webhook',
  push: 'thông báo trình duyệt',
}

export const stateNames: Record<DeliveryState, string> = {
  waiting: 'Chờ',
  sending: 'Đang gửi',
  sent: 'Đã gửi',
  received: 'Đã nhận',
  failed: 'Lỗi',
  unneeded: 'Không cần gửi',
}

export const languageNames: Record<Language, string> = { vi: 'Tiếng Việt', en: 'English' }

export const digestNames: Record<Digest, string> = {
  none: 'Gửi từng thư',
  hourly: 'Gộp mỗi giờ làm việc',
  daily: 'Gộp mỗi ngày làm việc',
}

export const faultWords: Record<string, string> = {
  'no-account': 'Tài khoản không còn dùng',
  'no-address': 'Người nhận chưa có địa chỉ cho kênh này',
  refused: 'Nơi nhận từ chối',
  unreachable: 'Không kết nối được máy chủ gửi',
  timeout: 'Máy chủ gửi không trả lời kịp',
  busy: 'Máy chủ gửi hẹn thử lại',
  token: 'Máy chủ gửi không nhận mã truy cập hoặc mật khẩu',
  server: 'Máy chủ gửi gặp lỗi',
  'gave-up': 'Đã thử đủ số lần, không còn thử nữa',
}
