import { periodLabel } from '#calendar'
import { formatNumber } from '#ui'
import type { Definition, EntryState } from '../model.ts'

export const indicatorPath = (code: string): string => `/chi-tieu/${encodeURIComponent(code)}`
/** Who did it: an account, or the program by a rule. */
export const sayAccount = (account: string): string => (account === 'system' ? 'hệ thống, theo hạn' : account)

export const entryPath = '/nhap-lieu'
export const approvalPath = '/duyet'
export const definitionListPath = '/quan-tri/chi-tieu'
export const newDefinitionPath = `${definitionListPath}/tao-moi`
export const definitionPath = (code: string): string => `${definitionListPath}/${encodeURIComponent(code)}`

/** A value with its unit, as cards write it. */
export function showValue(value: number | null, { unit, decimals }: Pick<Definition, 'unit' | 'decimals'>): string {
  if (value === null) return 'chưa có số liệu'
  const text = formatNumber(value, decimals)
  return unit === '%' ? `${text}%` : `${text} ${unit}`
}

export const showPeriod = (period: string): string => {
  try {
    return periodLabel(period)
  } catch (error) {
    // Spans of several years are no periods of the calendar and are shown by their code.
    if (error instanceof RangeError) return period
    throw error
  }
}

export const entryWords: Record<EntryState, { label: string; tone: 'neutral' | 'info' | 'warning' | 'done' }> = {
  draft: { label: 'Bản nháp', tone: 'neutral' },
  submitted: { label: 'Chờ duyệt', tone: 'info' },
  returned: { label: 'Bị trả lại', tone: 'warning' },
  approved: { label: 'Đã duyệt, chờ công bố', tone: 'info' },
  published: { label: 'Đã công bố', tone: 'done' },
}
