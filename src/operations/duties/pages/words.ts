import { type CompiledCalendar, isPeriod, periodLabel, workingDaysLate } from '#calendar'
import { formatDate, type Tone } from '#ui'
import type { DutyState, LetterKind, LetterState, Standing, SubjectKind } from '../model.ts'

export const matrixPath = '/trach-nhiem'
export const ladderPath = `${matrixPath}/bac-thang`
export const lettersPath = `${matrixPath}/van-ban`
export const agencyPath = (code: string): string => `${matrixPath}/don-vi/${encodeURIComponent(code)}`
export const letterPath = (code: string): string => `${lettersPath}/${encodeURIComponent(code)}`

export const standingWords: Record<Standing, { word: string; tone: Tone; mark?: 'warning' | 'danger' | 'none' }> = {
  'on-time': { word: 'Đúng hạn', tone: 'neutral' },
  'due-soon': { word: 'Sắp đến hạn', tone: 'warning', mark: 'warning' },
  late: { word: 'Chậm', tone: 'danger', mark: 'danger' },
  'no-data': { word: 'Không có số liệu', tone: 'danger', mark: 'none' },
}

export const dutyWords: Record<DutyState, { word: string; tone: Tone }> = {
  open: { word: 'Chưa đến hạn', tone: 'neutral' },
  'due-soon': { word: 'Sắp đến hạn', tone: 'warning' },
  late: { word: 'Chậm', tone: 'danger' },
  fulfilled: { word: 'Đã có số liệu', tone: 'neutral' },
  void: { word: 'Không còn phải cung cấp', tone: 'neutral' },
}

export const letterWords: Record<LetterState, { word: string; tone: Tone }> = {
  asked: { word: 'Chờ giải trình', tone: 'warning' },
  explained: { word: 'Chờ xem xét giải trình', tone: 'info' },
  'to-sign': { word: 'Chờ ký', tone: 'info' },
  issued: { word: 'Đã ban hành', tone: 'danger' },
  excused: { word: 'Đã chấp nhận giải trình', tone: 'done' },
  withdrawn: { word: 'Đã thu hồi', tone: 'neutral' },
  dropped: { word: 'Không ban hành', tone: 'neutral' },
}

export const kindWords: Record<LetterKind, string> = { reminder: 'Nhắc nhở', request: 'Văn bản đề nghị' }
export const subjectWords: Record<SubjectKind, string> = { source: 'Nguồn dữ liệu', indicator: 'Số liệu nhập' }

export const showPeriod = (period: string): string =>
  isPeriod(period) ? periodLabel(period) : `${period.slice(11)} ${formatDate(period.slice(0, 10))}`

/** "chậm 3 ngày làm việc"; within the day it was due: "quá giờ". */
export function lateWords(calendar: CompiledCalendar | undefined, dueAt: Date, now: Date): string {
  const days = calendar ? workingDaysLate(calendar, dueAt, now) : 0
  return days > 0 ? `chậm ${days} ngày làm việc` : 'quá giờ hôm nay'
}

export const agencyGroups = { 'so-nganh': 'Sở, ngành', xa: 'Xã, phường, đặc khu', ngoai: 'Cơ quan ngành dọc' } as const
export type AgencyGroup = keyof typeof agencyGroups
