import { type AlertState, alertPath, type Inlet, listPath, type Severity, type Verdict } from '../model.ts'
import type { Deed } from '../timeline-store.ts'

export { alertPath, listPath }
export const rulesPath = `${listPath}/quy-tac`
export const silencesPath = `${listPath}/tam-im`
export const balancePath = `${listPath}/can-doi`
export const rulePath = (code: string) => `${rulesPath}/${encodeURIComponent(code)}`

export const stateWords: Record<AlertState, string> = {
  new: 'Mới',
  acknowledged: 'Đã nhận',
  working: 'Đang xử lý',
  waiting: 'Chờ',
  closed: 'Đóng',
}

export const severityWords: Record<Severity, string> = {
  critical: 'Nghiêm trọng',
  high: 'Cao',
  medium: 'Trung bình',
  low: 'Thấp',
}

export const verdictWords: Record<Verdict, string> = { true: 'Đúng', false: 'Báo sai', duplicate: 'Trùng' }

export const inletWords: Record<Inlet, string> = {
  rule: 'Quy tắc',
  api: 'Giao diện lập trình (API)',
  alertmanager: 'Prometheus Alertmanager',
  webhook: 'Webhook của Alertmanager',
  hand: 'Phân hệ khác và nhập tay',
}

export const deedWords: Record<Deed, string> = {
  raised: 'Cảnh báo xuất hiện',
  acknowledged: 'Đã nhận',
  lapsed: 'Lượt nhận hết hiệu lực vì không có việc gì tiếp theo',
  taken: 'Nhận xử lý',
  working: 'Bắt đầu xử lý',
  waiting: 'Chuyển sang chờ',
  assigned: 'Giao cho',
  noted: 'Ghi chú',
  escalated: 'Báo lên cấp trên vì chưa có ai nhận',
  silenced: 'Tạm im',
  ended: 'Điều kiện báo đã hết',
  flapping: 'Chập chờn: báo rồi hết nhiều lần, hệ thống thôi nhắc',
  steadied: 'Hết chập chờn',
  judged: 'Đánh giá',
  closed: 'Đóng',
}
