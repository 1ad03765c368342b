import type { NoticeTemplate } from '#platform/capability'

const values = { headline: 'Ngập đường 2/4', code: 'CB-12' }

export const notices: readonly NoticeTemplate[] = [
  {
    code: 'alert.raised',
    label: 'Cảnh báo mới, mức nghiêm trọng hoặc cao',
    values,
    vi: { subject: 'Cảnh báo {code}: {headline}', text: 'Cảnh báo mới: {headline} ({code}). Mở để nhận và xử lý.' },
    en: {
      subject: 'Alert {code}: {headline}',
      text: 'New alert: {headline} ({code}). Open it to acknowledge and handle it.',
    },
  },
  {
    code: 'alert.escalated',
    label: 'Cảnh báo chưa có ai nhận, báo lên cấp trên',
    values: { ...values, step: '2' },
    vi: {
      subject: 'Chưa có ai nhận cảnh báo {code}: {headline}',
      text: 'Cảnh báo {headline} ({code}) quá giờ mà chưa có ai nhận; đang báo lên bậc {step}.',
    },
    en: {
      subject: 'Nobody has taken alert {code}: {headline}',
      text: 'Alert {headline} ({code}) has not been acknowledged in time; it has climbed to step {step}.',
    },
  },
  {
    code: 'alert.assigned',
    label: 'Cảnh báo được giao cho ông/bà',
    values,
    vi: {
      subject: 'Được giao cảnh báo {code}: {headline}',
      text: 'Ông/bà được giao xử lý cảnh báo {headline} ({code}).',
    },
    en: { subject: 'Alert {code} is yours: {headline}', text: 'You have been given alert {headline} ({code}).' },
  },
]
