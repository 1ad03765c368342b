import type { Remaining } from '#calendar'
import type { Tone } from '#ui'
import type { State } from '../model.ts'
import type { Hop } from '../store.ts'

export const stateTones: Record<State, Tone> = {
  opinion: 'info',
  issued: 'info',
  assigned: 'info',
  'adjustment-asked': 'warning',
  accepted: 'neutral',
  'in-progress': 'neutral',
  'awaiting-verification': 'info',
  done: 'done',
  withdrawn: 'neutral',
}

const says: Record<string, string> = {
  record: 'Ghi ý kiến chỉ đạo',
  issue: 'Ban hành văn bản',
  assign: 'Giao cơ quan chủ trì',
  accept: 'Tiếp nhận nhiệm vụ',
  'ask-adjustment': 'Đề nghị điều chỉnh',
  'settle-adjustment': 'Trả lời đề nghị điều chỉnh',
  report: 'Báo cáo tiến độ',
  'ask-extension': 'Đề nghị gia hạn',
  'settle-extension': 'Trả lời đề nghị gia hạn',
  'add-evidence': 'Bổ sung minh chứng',
  submit: 'Báo cáo hoàn thành',
  verify: 'Xác nhận hoàn thành',
  return: 'Yêu cầu làm tiếp',
  withdraw: 'Thu hồi nhiệm vụ',
  reopen: 'Mở lại, bắt đầu vòng mới',
  'due-soon': 'Nhắc sắp đến hạn',
  late: 'Quá hạn',
  escalate: 'Báo quá hạn lên cấp trên',
  recount: 'Tính lại hạn',
  remind: 'Nhắc cơ quan chủ trì',
}

export const sayDeed = (deed: string): string => says[deed] ?? deed

/** What a hop says beyond its name: the number of the document, the per cent, the days. */
export function sayDetails({ deed, details }: Hop): string | undefined {
  const text = (name: string) => (details[name] === undefined || details[name] === null ? '' : String(details[name]))
  const granted = details.granted === true ? 'đồng ý' : 'không đồng ý'
  switch (deed) {
    case 'issue':
      return `số ${text('number')} ngày ${text('on').split('-').reverse().join('/')}`
    case 'report':
      return `${text('progress')}%`
    case 'ask-extension':
      return `thêm ${text('days')} ngày làm việc`
    case 'settle-extension':
      return details.granted === true ? `đồng ý thêm ${text('days')} ngày làm việc` : granted
    case 'settle-adjustment':
      return granted
    case 'reopen':
      return `vòng ${text('round')}, hạn ${text('days')} ngày làm việc`
    default:
      return undefined
  }
}

export const hopTone = ({ deed }: Hop): 'done' | 'warning' | 'danger' | undefined => {
  if (deed === 'verify') return 'done'
  if (deed === 'late' || deed === 'escalate') return 'danger'
  return ['return', 'ask-adjustment', 'ask-extension', 'due-soon', 'withdraw', 'reopen'].includes(deed)
    ? 'warning'
    : undefined
}

/** "quá hạn 2 ngày làm việc" with the part of an hour left away: a day and more is said in days. */
export const sayRemaining = ({ text }: Remaining): string => text.replace(/(\d+ ngày) .*?làm việc$/, '$1 làm việc')
