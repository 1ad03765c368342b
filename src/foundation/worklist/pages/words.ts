import { formatDateTime, formatNumber, type Tone } from '#ui'
import type { Band, Remaining, State } from '../model.ts'

export const inboxPath = '/viec-cua-toi'
export const handOverPath = `${inboxPath}/ban-giao`
export const unitPath = `${inboxPath}/don-vi`
export const unitItemsPath = `${unitPath}/viec`
export const countPath = `${inboxPath}/dem`

export const bandNames: Record<Band, string> = {
  late: 'Quá hạn',
  today: 'Hôm nay',
  week: 'Tuần này',
  later: 'Sau tuần này',
  none: 'Không có hạn',
}

export const stateNames: Record<State, string> = {
  late: 'Quá hạn',
  soon: 'Sắp đến hạn',
  'on-time': 'Đúng hạn',
  'no-due': 'Không có hạn',
}

export const stateTones: Record<State, Tone> = {
  late: 'danger',
  soon: 'warning',
  'on-time': 'neutral',
  'no-due': 'neutral',
}

// Whose work it is, in words of the whole house; what is not here yet is shown by its capability, and that by its code.
const capabilities: Record<string, string> = {
  alerts: 'Cảnh báo',
  directives: 'Nhiệm vụ chỉ đạo',
  duties: 'Cập nhật số liệu',
  incidents: 'Tình huống',
  indicators: 'Số liệu',
  portfolio: 'Dự án',
  signing: 'Ký số',
  warehouse: 'Dữ liệu nguồn',
}

const kinds: Record<string, string> = {
  'directives/issue': 'ban hành',
  'directives/accept': 'tiếp nhận',
  'directives/work': 'thực hiện',
  'directives/decide': 'quyết định điều chỉnh',
  'directives/extension': 'quyết định gia hạn',
  'directives/verify': 'xác nhận kết quả',
  'incidents/exercise-task': 'diễn tập',
  'signing/sign': 'ký văn bản',
  'signing/seal': 'đóng dấu',
  'signing/renew': 'gia hạn chứng thư',
}

export const sayCapability = (capability: string): string => capabilities[capability] ?? capability

export function sayKind(capability: string, kind: string): string {
  const word = kinds[`${capability}/${kind}`]
  return word ? `${sayCapability(capability)}: ${word}` : sayCapability(capability)
}

/** "còn 2 ngày làm việc", "quá hạn 3 giờ làm việc": whole days by date, within a day the hours. */
export function sayRemaining({ state, days, hours }: Remaining): string {
  if (state === 'no-due') return 'không có hạn'
  const amount =
    days !== 0
      ? `${formatNumber(Math.abs(days))} ngày làm việc`
      : hours !== 0
        ? `${formatNumber(Math.abs(hours))} giờ làm việc`
        : 'dưới 1 giờ làm việc'
  return state === 'late' ? `quá hạn ${amount}` : `còn ${amount}`
}

/** The same with the time it falls due: "còn 2 ngày làm việc · hạn 17:00 26/11/2026". */
export const sayDeadline = (remaining: Remaining, dueAt: Date | null, timeZone: string): string =>
  dueAt ? `${sayRemaining(remaining)} · hạn ${formatDateTime(dueAt, timeZone)}` : sayRemaining(remaining)
