import type { NoticeTemplate } from '#platform/notices'

export const notices: readonly NoticeTemplate[] = [
  {
    code: 'account.factor-changed',
    label: 'Bảo mật của tài khoản: thêm, gỡ khóa truy cập và mã dùng một lần',
    values: { what: 'đã thêm khóa truy cập “điện thoại”' },
    vi: {
      subject: 'Bảo mật tài khoản: {what}',
      text: 'Tài khoản của ông/bà {what}. Nếu không phải ông/bà làm, xin đổi mật khẩu, kết thúc các phiên lạ và báo người quản trị ngay.',
    },
    en: {
      subject: 'Account security: {what}',
      text: 'On your account: {what}. If this was not you, change your password, end strange sessions and tell an administrator at once.',
    },
  },
  {
    code: 'emergency.changed',
    label: 'Quyền khẩn cấp: đề nghị, duyệt, kết thúc',
    values: {
      person: 'Hoàng Văn Thí Dụ',
      role: 'Trực điều hành',
      organisation: 'H32',
      minutes: '60',
      reason: 'người trực không liên lạc được, bão sắp đổ bộ',
      what: 'đã được duyệt và có hiệu lực',
    },
    longValues: ['reason'],
    vi: {
      subject: 'Quyền khẩn cấp của {person} {what}',
      text: 'Quyền khẩn cấp {role} trên {organisation} ({minutes} phút) của {person} {what}. Lý do: {reason}',
    },
    en: {
      subject: 'Emergency powers of {person}: {what}',
      text: 'Emergency powers of {person}: {role} over {organisation} for {minutes} minutes. {what}. Reason: {reason}',
    },
  },
]
