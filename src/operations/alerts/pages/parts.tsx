import { formatDateTime, SeverityMark, Tabs, Tag, type Tone, useSurroundings, withQuery } from '#ui'
import type { AlertRow, AlertState } from '../model.ts'
import { balancePath, listPath, rulesPath, silencesPath, stateWords } from './words.ts'

const tones: Record<AlertState, Tone> = {
  new: 'warning',
  acknowledged: 'info',
  working: 'info',
  waiting: 'neutral',
  closed: 'neutral',
}

export const StateTag = ({ state }: { state: AlertState }) => <Tag tone={tones[state]}>{stateWords[state]}</Tag>

/** State and whatever else must be known of an alert at a glance. */
export function Marks({ alert }: { alert: AlertRow }) {
  return (
    <span class="row">
      <StateTag state={alert.state} />
      {alert.endedAt && alert.state !== 'closed' && <Tag>Điều kiện đã hết</Tag>}
      {alert.isFlapping && alert.state !== 'closed' && <Tag>Chập chờn</Tag>}
      {alert.isSilenced && <Tag>Tạm im</Tag>}
      {alert.isInhibited && <Tag>Ẩn vì có cảnh báo nặng hơn</Tag>}
    </span>
  )
}

export const Mark = ({ alert }: { alert: AlertRow }) => <SeverityMark severity={alert.severity} />

/** The clock to the next step: what must happen, and how much time is left. */
export function StepClock({ alert }: { alert: AlertRow }) {
  const { now, timeZone } = useSurroundings()
  if (!alert.dueAt || alert.state === 'closed') return null
  const what = alert.state === 'new' ? 'nhận' : 'có việc tiếp theo'
  const isLate = alert.dueAt <= now
  const words = isLate
    ? `quá ${spanOf(now.getTime() - alert.dueAt.getTime())}`
    : `còn ${spanOf(alert.dueAt.getTime() - now.getTime())}`
  return (
    <time datetime={alert.dueAt.toISOString()} title={`Hạn ${what}: ${formatDateTime(alert.dueAt, timeZone)}`}>
      {isLate ? <Tag tone="danger">{words}</Tag> : `${words} để ${what}`}
    </time>
  )
}

/** Its largest part is enough for a clock in a row. */
function spanOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 60) return `${Math.max(1, minutes)} phút`
  return minutes < 60 * 48 ? `${Math.floor(minutes / 60)} giờ` : `${Math.floor(minutes / 1440)} ngày`
}

export function AlertTabs({ current, tai }: { current: 'queue' | 'rules' | 'silences' | 'balance'; tai?: string }) {
  const items = [
    { key: 'queue', label: 'Hàng đợi', href: listPath },
    { key: 'rules', label: 'Quy tắc', href: rulesPath },
    { key: 'silences', label: 'Tạm im', href: silencesPath },
    { key: 'balance', label: 'Cân đối và tải', href: balancePath },
  ]
  return (
    <Tabs
      label="Cảnh báo"
      items={items.map(({ key, label, href }) => ({ label, href: withQuery(href, { tai }), current: key === current }))}
    />
  )
}

/** Several values of one name, one, or none: as a form sends ticked boxes. */
export const manyOf = (chosen: string | string[] | undefined): string[] =>
  Array.isArray(chosen) ? chosen : chosen ? [chosen] : []
