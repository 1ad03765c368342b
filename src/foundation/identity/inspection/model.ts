import { z } from 'zod'
import { AccountName } from '../model.ts'

/** Asking for an inspector's right, and giving it: two persons. */
export const askInspections = 'inspection:ask'
export const approveInspections = 'inspection:approve'

export const longestInspectionDays = 366

const day = (what: string) => z.iso.date(`Xin nhập đủ ngày, tháng, năm ${what}.`)
const code = z.string().trim().min(1).max(100)

export const NewInspection = z.strictObject({
  /** As on the document: `12/QĐ-TTr`. */
  decisionNumber: z.string().trim().min(3, 'Xin nhập số quyết định, ví dụ 12/QĐ-TTr.').max(100),
  decidedOn: day('của quyết định'),
  issuedBy: z.string().trim().min(3, 'Xin nhập cơ quan ban hành quyết định.').max(200),
  about: z.string().trim().min(5, 'Xin nhập nội dung thanh tra, kiểm tra.').max(500),
  account: AccountName,
  organisations: z.array(code).min(1, 'Xin nêu ít nhất một đơn vị được thanh tra.').max(50),
  subjects: z.array(code).max(100),
  periodFrom: day('bắt đầu thời kỳ được thanh tra'),
  periodTo: day('kết thúc thời kỳ được thanh tra'),
  validFrom: day('bắt đầu thời hạn'),
  validTo: day('kết thúc thời hạn'),
})
export type NewInspection = z.infer<typeof NewInspection>

export type InspectionState = 'asked' | 'refused' | 'ended' | 'later' | 'now' | 'over'

export interface StatedInspection {
  outcome: 'approved' | 'refused' | null
  endedAt: Date | null
  validFrom: string
  validTo: string
}

export function stateOfInspection(
  { outcome, endedAt, validFrom, validTo }: StatedInspection,
  today: string,
): InspectionState {
  if (outcome === null) return today > validTo ? 'over' : 'asked'
  if (outcome === 'refused') return 'refused'
  if (endedAt) return 'ended'
  if (today < validFrom) return 'later'
  return today > validTo ? 'over' : 'now'
}
