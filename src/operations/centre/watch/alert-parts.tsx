import type { AlertRow } from '#alerts'
import { Countdown } from '#ui'
import type { Watch } from './read.ts'

export const alertStateWords: Record<AlertRow['state'], string> = {
  new: 'Mới',
  acknowledged: 'Đã nhận',
  working: 'Đang xử lý',
  waiting: 'Chờ',
  closed: 'Đóng',
}

/** The time to the next step of an alert: until somebody must have taken it, or followed it up. */
export const AlertClock = ({ alert: { dueAt } }: { alert: AlertRow }) =>
  dueAt ? <Countdown until={dueAt} class="alert-clock" /> : null

/** What the room cannot see, by name: the first two sources that are late. */
export function sayBlindness({ setting }: Pick<Watch, 'setting'>): string {
  const names = [...setting.lateness.keys()].flatMap((code) => setting.sources.get(code)?.name ?? [])
  if (names.length === 0) return ''
  const rest = names.length > 2 ? ` và ${names.length - 2} nguồn khác` : ''
  return ` · chưa thấy: ${names.slice(0, 2).join(', ')}${rest}`
}
