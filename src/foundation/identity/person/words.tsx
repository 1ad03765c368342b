import { Tag } from '#ui'
import type { Outcome } from './look-store.ts'

export const outcomeNames: Record<Outcome, string> = {
  found: 'Đã xem',
  'not-found': 'Không có hồ sơ',
  refused: 'Bị từ chối',
}
const tones = { found: 'info', 'not-found': 'neutral', refused: 'warning' } as const

export function LookOutcome({ outcome }: { outcome: Outcome }) {
  return <Tag tone={tones[outcome]}>{outcomeNames[outcome]}</Tag>
}
