// The sheets of the deeds: what each asks for, what it leads to, and how what was typed becomes a transition.
import type { Transition } from '../transitions.ts'
import { textOf, type Values, wholeOf } from './forms.ts'

export interface SheetField {
  name: string
  label: string
  kind: 'words' | 'days' | 'percent' | 'choice' | 'agency'
  hint?: string
  optional?: boolean
  options?: { value: string; label: string }[]
}

export interface DeedSheet {
  slug: string
  title: string
  button: string
  consequence: string
  danger?: boolean
  fields: SheetField[]
  read(values: Values): Transition
}

const words = (name: string, label: string, more: Partial<SheetField> = {}): SheetField => ({
  name,
  label,
  kind: 'words',
  ...more,
})
const yesNo: SheetField = {
  name: 'quyet-dinh',
  label: 'Quyết định',
  kind: 'choice',
  options: [
    { value: 'dong-y', label: 'Đồng ý' },
    { value: 'khong', label: 'Không đồng ý' },
  ],
}
const agreed = (values: Values) => textOf(values, 'quyet-dinh') === 'dong-y'

export const sheets: readonly DeedSheet[] = [
  {
    slug: 'tiep-nhan',
    title: 'Tiếp nhận nhiệm vụ',
    button: 'Tiếp nhận',
    consequence: 'Đơn vị nhận trách nhiệm thực hiện đúng hạn.',
    fields: [],
    read: () => ({ deed: 'accept' }),
  },
  {
    slug: 'dieu-chinh',
    title: 'Đề nghị điều chỉnh',
    button: 'Gửi đề nghị điều chỉnh',
    consequence: 'Người giao quyết định; đồng hồ dừng trong khi chờ, nếu quy định của tỉnh nêu vậy.',
    fields: [
      words('ly-do', 'Lý do và nội dung đề nghị', {
        hint: 'Nêu rõ: không đúng thẩm quyền, thời hạn, nội dung, hay cơ quan phối hợp.',
      }),
    ],
    read: (values) => ({ deed: 'ask-adjustment', reason: textOf(values, 'ly-do') }),
  },
  {
    slug: 'tra-loi-dieu-chinh',
    title: 'Trả lời đề nghị điều chỉnh',
    button: 'Ghi quyết định',
    consequence: 'Nhiệm vụ được giao lại theo quyết định này; cơ quan chủ trì tiếp nhận lại.',
    fields: [
      yesNo,
      words('tra-loi', 'Ý kiến trả lời'),
      {
        name: 'chu-tri',
        label: 'Chuyển cho cơ quan khác chủ trì',
        kind: 'agency',
        optional: true,
        hint: 'Chỉ khi đồng ý. Để trống thì giữ cơ quan hiện nay.',
      },
      {
        name: 'so-ngay',
        label: 'Thời hạn mới (ngày làm việc, tính từ hôm nay)',
        kind: 'days',
        optional: true,
        hint: 'Để trống thì giữ thời hạn.',
      },
    ],
    read: (values) => ({
      deed: 'decide-adjustment',
      granted: agreed(values),
      answer: textOf(values, 'tra-loi'),
      organisation: textOf(values, 'chu-tri') || undefined,
      days: wholeOf(values, 'so-ngay'),
    }),
  },
  {
    slug: 'tien-do',
    title: 'Cập nhật tiến độ, giải trình',
    button: 'Ghi tiến độ',
    consequence: 'Người giao thấy ngay tiến độ này.',
    fields: [
      { name: 'phan-tram', label: 'Đã làm được', kind: 'percent' },
      words('noi-dung', 'Đã làm gì, còn gì, vướng ở đâu', { hint: 'Giải trình nguyên nhân nếu chậm.' }),
    ],
    read: (values) => ({
      deed: 'report',
      percent: wholeOf(values, 'phan-tram') ?? -1,
      words: textOf(values, 'noi-dung'),
    }),
  },
  {
    slug: 'gia-han',
    title: 'Đề nghị gia hạn',
    button: 'Gửi đề nghị gia hạn',
    consequence: 'Hạn chỉ thay đổi khi người giao đồng ý.',
    fields: [
      { name: 'so-ngay', label: 'Xin thêm (ngày làm việc)', kind: 'days' },
      words('ly-do', 'Lý do', { hint: 'Nêu việc đã làm, vướng mắc khách quan và cam kết thời điểm xong.' }),
    ],
    read: (values) => ({
      deed: 'ask-extension',
      days: wholeOf(values, 'so-ngay') ?? 0,
      reason: textOf(values, 'ly-do'),
    }),
  },
  {
    slug: 'tra-loi-gia-han',
    title: 'Trả lời đề nghị gia hạn',
    button: 'Ghi quyết định',
    consequence: 'Đồng ý thì hạn lùi lại số ngày này; không đồng ý thì hạn giữ nguyên.',
    fields: [
      yesNo,
      { name: 'so-ngay', label: 'Gia hạn thêm (ngày làm việc)', kind: 'days', optional: true },
      words('tra-loi', 'Ý kiến trả lời'),
    ],
    read: (values) => ({
      deed: 'decide-extension',
      granted: agreed(values),
      days: wholeOf(values, 'so-ngay'),
      answer: textOf(values, 'tra-loi'),
    }),
  },
  {
    slug: 'bao-cao',
    title: 'Báo cáo hoàn thành',
    button: 'Báo cáo hoàn thành',
    consequence: 'Chuyển người xác nhận; nhiệm vụ chỉ hoàn thành khi được xác nhận.',
    fields: [words('noi-dung', 'Kết quả đạt được')],
    read: (values) => ({ deed: 'submit', words: textOf(values, 'noi-dung') }),
  },
  {
    slug: 'xac-nhan',
    title: 'Xác nhận hoàn thành',
    button: 'Xác nhận hoàn thành',
    consequence: 'Đóng nhiệm vụ. Mở lại sau này là một vòng mới.',
    fields: [words('noi-dung', 'Nhận xét', { optional: true })],
    read: (values) => ({ deed: 'verify', words: textOf(values, 'noi-dung') || undefined }),
  },
  {
    slug: 'tra-lai',
    title: 'Yêu cầu làm tiếp',
    button: 'Yêu cầu làm tiếp',
    consequence: 'Trả về cơ quan chủ trì, đồng hồ chạy tiếp; số lần trả lại được đếm.',
    fields: [words('ly-do', 'Còn thiếu gì, cần làm gì')],
    read: (values) => ({ deed: 'return', reason: textOf(values, 'ly-do') }),
  },
  {
    slug: 'thu-hoi',
    title: 'Thu hồi nhiệm vụ',
    button: 'Thu hồi',
    consequence: 'Dừng hẳn, không tính vào kết quả của đơn vị. Không hoàn lại được.',
    danger: true,
    fields: [words('ly-do', 'Lý do thu hồi')],
    read: (values) => ({ deed: 'withdraw', reason: textOf(values, 'ly-do') }),
  },
  {
    slug: 'mo-lai',
    title: 'Mở lại nhiệm vụ',
    button: 'Mở lại',
    consequence: 'Bắt đầu vòng mới: hạn mới, tiếp nhận lại, minh chứng mới.',
    fields: [
      { name: 'so-ngay', label: 'Thời hạn của vòng mới (ngày làm việc)', kind: 'days' },
      words('ly-do', 'Lý do mở lại'),
    ],
    read: (values) => ({ deed: 'reopen', days: wholeOf(values, 'so-ngay') ?? 0, reason: textOf(values, 'ly-do') }),
  },
]

export const findSheet = (slug: string): DeedSheet | undefined => sheets.find((one) => one.slug === slug)
export const sheetPath = (code: string, slug: string): string => `/nhiem-vu/${code}/viec/${slug}`

/** Paths of faults → fields of the sheets. */
export const sheetFieldOf = (path: string): string => {
  const names: Record<string, string> = {
    reason: 'ly-do',
    answer: 'tra-loi',
    words: 'noi-dung',
    percent: 'phan-tram',
    days: 'so-ngay',
    organisation: 'chu-tri',
    file: 'noi-dung',
    granted: 'quyet-dinh',
  }
  return names[path.split('.').at(-1) ?? ''] ?? 'noi-dung'
}
