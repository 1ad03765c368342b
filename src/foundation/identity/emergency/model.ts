import { z } from 'zod'
import { RoleScope } from '../model.ts'

export const askEmergency = 'emergency:ask'
export const approveEmergency = 'emergency:approve'
export const reviewEmergency = 'emergency:review'
export const readEmergency = 'emergency:read'

export const longestEmergencyMinutes = 240
/** What nobody has approved by then is void. */
export const askedFor = 24 * 3600_000

const words = (message: string) => z.string().trim().min(10, message).max(1000)

export const NewEmergency = RoleScope.extend({
  minutes: z.coerce
    .number('Xin chọn thời gian.')
    .int()
    .min(15)
    .max(longestEmergencyMinutes, 'Quyền khẩn cấp dài nhất 4 giờ.'),
  reason: words('Xin nêu rõ lý do, ít nhất 10 ký tự.'),
})
export type NewEmergency = z.infer<typeof NewEmergency>

export const Conclusion = words('Xin ghi kết luận, ít nhất 10 ký tự.')

export type EmergencyState = 'asked' | 'void' | 'refused' | 'in-force' | 'to-review' | 'reviewed'

export interface EmergencyTimes {
  askedAt: Date
  approved: boolean | null
  endsAt: Date | null
  endedAt: Date | null
  reviewedAt: Date | null
}

/** What has become of it. */
export function stateOf({ askedAt, approved, endsAt, endedAt, reviewedAt }: EmergencyTimes, now: Date): EmergencyState {
  if (approved === null) return askedAt.getTime() + askedFor <= now.getTime() ? 'void' : 'asked'
  if (!approved || !endsAt) return 'refused'
  if (reviewedAt) return 'reviewed'
  return endedAt || endsAt <= now ? 'to-review' : 'in-force'
}

export const stateNames: Record<EmergencyState, string> = {
  asked: 'Chờ người thứ hai duyệt',
  void: 'Hết hạn, không ai duyệt',
  refused: 'Không duyệt',
  'in-force': 'Đang có hiệu lực',
  'to-review': 'Chờ kết luận rà soát',
  reviewed: 'Đã rà soát',
}
