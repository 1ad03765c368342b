import { formatDate, type Tone } from '#ui'
import type { Basis, Cadence, Channel } from '../model.ts'
import type { LandingState } from '../store.ts'

export const listPath = '/nguon'
export const sourcePath = (code: string): string => `${listPath}/${encodeURIComponent(code)}`
export const contractPath = (code: string): string => `${sourcePath(code)}/hop-dong`
export const uploadPath = (code: string): string => `${sourcePath(code)}/tai-len`
export const pullsPath = (code: string): string => `${sourcePath(code)}/lay-du-lieu`
export const pullPath = (code: string, pull: number): string => `${pullsPath(code)}/${pull}`
export const landingPath = (code: string, id: number): string => `${sourcePath(code)}/dot/${id}`
export const numbersPath = (code: string): string => `${sourcePath(code)}/chi-tieu`
export const quarantinePath = '/cach-ly'
export const quarantineRowPath = (id: number): string => `${quarantinePath}/${id}`
export const recordListPath = '/ban-ghi'
export const recordPath = (id: number): string => `${recordListPath}/${id}`
export const processPath = '/quy-trinh'
export const newSourcePath = `${listPath}/tao-moi`

export const channelWords: Record<Channel, string> = {
  command: 'Lệnh nhập tệp',
  upload: 'Tải lên',
  push: 'Hệ thống gửi đến (API)',
  pull: 'Lấy về theo lịch',
  database: 'Lấy từ cơ sở dữ liệu',
  folder: 'Thư mục theo dõi',
  form: 'Biểu Excel',
  seed: 'Dữ liệu minh họa',
  mend: 'Sửa bản ghi cách ly',
}

export const landingWords: Record<LandingState, { label: string; tone: Tone }> = {
  landing: { label: 'Đang nhận', tone: 'info' },
  landed: { label: 'Chờ xử lý', tone: 'info' },
  processing: { label: 'Đang xử lý', tone: 'info' },
  done: { label: 'Đã xử lý', tone: 'neutral' },
  refused: { label: 'Bị từ chối', tone: 'danger' },
}

export const outcomeWords = {
  received: 'Đã nhận',
  applied: 'Ghi mới',
  superseded: 'Thay bản cũ',
  duplicate: 'Trùng',
  quarantined: 'Cách ly',
} as const

export const everyWords: Record<Cadence['every'], string> = {
  once: 'Một lần',
  hour: 'Hằng giờ',
  day: 'Hằng ngày',
  week: 'Hằng tuần',
  month: 'Hằng tháng',
  quarter: 'Hằng quý',
  half: 'Sáu tháng',
  year: 'Hằng năm',
}

export const cadenceShort = ({ every }: Cadence): string => everyWords[every]

export function cadenceWords({ every, dueWorkingDays, dueTime, family }: Cadence): string {
  if (every === 'once') return 'Một lần, không có hạn'
  if (every === 'hour') return 'Hằng giờ'
  const due =
    dueWorkingDays === 0
      ? `trước ${dueTime} ngày cuối kỳ`
      : `trước ${dueTime}, ${dueWorkingDays} ngày làm việc sau khi hết kỳ`
  const reporting = family === 'calendar' ? '' : ' (kỳ báo cáo từ ngày 15)'
  return `${everyWords[every]}${reporting}, ${due}`
}

export function basisWords(basis: Basis): string {
  if (basis.kind === 'dataset') return `${basis.title} · giấy phép ${basis.licence}`
  const number = [basis.number, basis.issuedOn && `ngày ${formatDate(basis.issuedOn)}`].filter(Boolean).join(' ')
  const parts = [basis.article, basis.title, number].filter(Boolean).join(', ')
  return basis.unverified ? `${parts} (chưa đối chiếu văn bản)` : parts
}

export const basisKinds: Record<Basis['kind'], string> = {
  law: 'Văn bản quy phạm pháp luật',
  internal: 'Quy định nội bộ',
  dataset: 'Bộ dữ liệu có giấy phép',
}

export const quarantineStates = {
  open: { label: 'Chờ xử lý', tone: 'warning' },
  returned: { label: 'Đã trả lại nơi gửi', tone: 'info' },
  replayed: { label: 'Đã nhận lại', tone: 'done' },
  dismissed: { label: 'Đã bỏ qua', tone: 'neutral' },
} as const satisfies Record<string, { label: string; tone: Tone }>
export type QuarantineState = keyof typeof quarantineStates

const ruleWords: Record<string, string> = {
  'doubled-key': 'Khóa trùng trong một tệp',
  required: 'Thiếu giá trị bắt buộc',
  type: 'Sai kiểu dữ liệu',
  range: 'Ngoài khoảng cho phép',
  'one-of': 'Ngoài danh sách cho phép',
  pattern: 'Sai mẫu',
  reference: 'Mã không có trong danh mục',
  key: 'Thiếu khóa',
  'row.columns': 'Sai số cột',
  'row.encoding': 'Lỗi bảng mã chữ',
  'row.quote-unclosed': 'Ngoặc kép không đóng',
  'row.quote-misplaced': 'Ngoặc kép sai chỗ',
  'row.json': 'JSON sai cú pháp',
  'row.doubled-name': 'Tên trường ghi hai lần',
  'row.too-long': 'Dòng quá dài',
  'row.control-character': 'Có ký tự điều khiển',
  'row.not-an-object': 'Bản ghi JSON không phải đối tượng',
  'row.too-deep': 'Lồng nhau quá sâu',
  'cell.error': 'Ô báo lỗi công thức',
  'cell.outside': 'Ô nằm ngoài các cột',
  'cell.not-computed': 'Công thức chưa được tính',
  'xes.trace-without-events': 'Vụ việc không có sự kiện',
  'xes.attribute': 'Thuộc tính sai kiểu',
  expression: 'Không tính được biểu thức',
  'expression.too-slow': 'Biểu thức chạy quá lâu',
  'value.not-text': 'Không phải chữ hay số',
  'value.too-long': 'Giá trị gọi tên quá dài',
  'value.number-too-large': 'Số quá lớn',
  'value.year-out-of-range': 'Năm nằm ngoài 1900–2199',
  'value.instant-gap': 'Giờ không tồn tại ở múi giờ',
  'value.instant-twice': 'Giờ xảy ra hai lần',
  'value.latitude': 'Vĩ độ sai',
  'value.longitude': 'Kinh độ sai',
  'value.decimal': 'Không phải số',
  'value.decimal-ambiguous': 'Số đọc được hai cách',
  'value.integer': 'Không phải số nguyên',
  'value.date': 'Ngày sai mẫu',
  'value.date-not-existing': 'Ngày không có trong lịch',
  'value.instant': 'Thời gian sai mẫu',
  'value.boolean': 'Không phải Có hoặc Không',
}
/** A rule in words; what a contract checks of its own is said by its message. */
export const nameRule = (rule: string): string => ruleWords[rule] ?? 'Không đạt điều kiện của hợp đồng'
export const isOwnRule = (rule: string): boolean => !(rule in ruleWords)

export const recordStates = {
  applied: { label: 'Đang có hiệu lực', tone: 'done' },
  superseded: { label: 'Đã bị thay', tone: 'neutral' },
  retracted: { label: 'Đã rút', tone: 'warning' },
} as const satisfies Record<string, { label: string; tone: Tone }>
