import { z } from 'zod'
import type { ChosenChannel } from '#notifications'

/** What can happen, in general words; disasters are those that have a level under Quyết định 18/2021/QĐ-TTg. */
export const kinds = {
  flood: { name: 'Lũ, ngập lụt', disaster: true },
  storm: { name: 'Bão, áp thấp nhiệt đới', disaster: true },
  'forest-fire': { name: 'Cháy rừng', disaster: true },
  landslide: { name: 'Sạt lở đất', disaster: true },
  drought: { name: 'Hạn hán, xâm nhập mặn', disaster: true },
  'sea-rescue': { name: 'Cứu nạn trên biển', disaster: false },
  fire: { name: 'Cháy, nổ', disaster: false },
  epidemic: { name: 'Dịch bệnh', disaster: false },
  traffic: { name: 'Tai nạn, ùn tắc giao thông', disaster: false },
  cyber: { name: 'Sự cố an toàn thông tin', disaster: false },
  'portal-outage': { name: 'Gián đoạn dịch vụ công trực tuyến', disaster: false },
  other: { name: 'Tình huống khác', disaster: false },
} as const
export type Kind = keyof typeof kinds
export const kindCodes = Object.keys(kinds) as [Kind, ...Kind[]] // keys of a constant object are exactly its names
export const Kind = z.enum(kindCodes)

export const riskLevels = ['1', '2', '3', '4', '5'] as const
export type RiskLevel = (typeof riskLevels)[number]
export const severities = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof severities)[number]

/** One of two scales that are never mixed: disasters have a risk level, everything else the severity of an alert. */
export type Level = { scale: 'risk'; value: RiskLevel } | { scale: 'severity'; value: Severity }

export const severityNames: Record<Severity, string> = {
  critical: 'Nghiêm trọng',
  high: 'Cao',
  medium: 'Trung bình',
  low: 'Thấp',
}
/** Decision 18/2021/QĐ-TTg, article 4: the level is always said with the words "Cấp N". */
export const sayLevel = (level: Level): string =>
  level.scale === 'risk' ? `Rủi ro thiên tai Cấp ${level.value}` : severityNames[level.value]

/** @returns the level of this kind's scale; nothing where the value belongs to the other. */
export function levelOf(kind: Kind, value: string): Level | undefined {
  if (kinds[kind].disaster) {
    const risk = riskLevels.find((one) => one === value)
    return risk && { scale: 'risk', value: risk }
  }
  const severity = severities.find((one) => one === value)
  return severity && { scale: 'severity', value: severity }
}

export type IncidentState = 'open' | 'closed'
export const incidentStateNames: Record<IncidentState, string> = { open: 'Đang xử lý', closed: 'Đã đóng' }

export const taskStates = ['waiting', 'open', 'done', 'skipped'] as const
export type TaskState = (typeof taskStates)[number]
export const taskStateNames: Record<TaskState, string> = {
  waiting: 'Chờ bước trước',
  open: 'Đang làm',
  done: 'Đã xong',
  skipped: 'Bỏ qua',
}
// A task ends once; what ended is not opened again, a new one is added.
const taskNext: Record<TaskState, readonly TaskState[]> = {
  waiting: ['open', 'skipped'],
  open: ['done', 'skipped'],
  done: [],
  skipped: [],
}
export const canMoveTask = (from: TaskState, to: TaskState): boolean => taskNext[from].includes(to)

export const bulletinStates = ['draft', 'approved', 'sent', 'dropped'] as const
export type BulletinState = (typeof bulletinStates)[number]
export const bulletinStateNames: Record<BulletinState, string> = {
  draft: 'Dự thảo',
  approved: 'Đã duyệt, chờ phát',
  sent: 'Đã phát',
  dropped: 'Đã bỏ',
}
// Changing an approved text makes it a draft again; what was sent stays, an update or a cancel follows it.
const bulletinNext: Record<BulletinState, readonly BulletinState[]> = {
  draft: ['approved', 'dropped'],
  approved: ['sent', 'draft', 'dropped'],
  sent: [],
  dropped: [],
}
export const canMoveBulletin = (from: BulletinState, to: BulletinState): boolean => bulletinNext[from].includes(to)

/** CAP 1.2, msgType: what an update or a cancel refers to is named. */
export const bulletinKinds = ['alert', 'update', 'cancel'] as const
export type BulletinKind = (typeof bulletinKinds)[number]
export const bulletinKindNames: Record<BulletinKind, string> = {
  alert: 'Bản tin mới',
  update: 'Bản tin thay thế',
  cancel: 'Bản tin hủy',
}

export const channels = {
  sms: 'Tin nhắn SMS',
  zalo: 'Zalo',
  radio: 'Đài truyền thanh cơ sở',
  portal: 'Cổng thông tin điện tử',
  press: 'Báo, đài',
  internal: 'Thông báo nội bộ',
} as const
export type Channel = keyof typeof channels
export const channelCodes = Object.keys(channels) as [Channel, ...Channel[]] // keys of a constant object are exactly its names

/** How a channel of a bulletin reaches people by messages; the others are public and are spoken or posted by hand. */
export const messageWays: Partial<Record<Channel, ChosenChannel>> = { sms: 'sms', zalo: 'zalo', internal: 'email' }
export const waysOf = (chosen: readonly Channel[]): ChosenChannel[] =>
  chosen.flatMap((channel) => messageWays[channel] ?? [])

/** Whose people a bulletin may be for. */
export const recipientRoles = ['leader', 'operator', 'officer', 'custodian'] as const
export type RecipientRole = (typeof recipientRoles)[number]

/** What people may write into a log; the rest is written by the program when something is done. */
export const writtenKinds = ['observation', 'decision', 'contact', 'resource', 'damage', 'note'] as const
export type LogKind = (typeof writtenKinds)[number] | 'correction' | 'deed'
export const logKindNames: Record<LogKind, string> = {
  observation: 'Ghi nhận hiện trường',
  decision: 'Ý kiến chỉ đạo',
  contact: 'Liên lạc',
  resource: 'Lực lượng, phương tiện',
  damage: 'Thiệt hại',
  note: 'Ghi chú',
  correction: 'Đính chính',
  deed: 'Việc đã làm',
}

/** The word that stands on everything of an exercise. */
export const exerciseWord = 'DIỄN TẬP'
/** A text that leaves the house: of an exercise it begins and ends with the word. */
export const markExercise = (exercise: boolean, text: string): string =>
  exercise ? `[${exerciseWord}] ${text} [${exerciseWord}]` : text
/** A title: the word stands before it. */
export const titleOf = ({ exercise, title }: { exercise: boolean; title: string }): string =>
  exercise ? `${exerciseWord} · ${title}` : title

export const incidentsPath = '/tinh-huong'
export const playbooksPath = '/kich-ban'
export const rosterPath = '/ca-truc'
export const incidentPath = (code: string): string => `${incidentsPath}/${encodeURIComponent(code)}`
