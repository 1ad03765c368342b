import { periodLabel } from '#calendar'
import type { Definition, Fact } from '#indicators'
import { formatNumber } from '#ui'

export const homePath = '/thanh-tra'
export const numberPath = (id: number): string => `${homePath}/so-lieu/${id}`
export const indicatorPath = (code: string): string => `${homePath}/chi-tieu/${encodeURIComponent(code)}`
export const ledgerPath = `${homePath}/nhat-ky`
export const evidencePath = `${homePath}/ho-so`

/** A value with its unit, or in words why there is none. */
export function showValue({ state, value }: Pick<Fact, 'state' | 'value'>, { unit, decimals }: Definition): string {
  if (state === 'withheld') return 'không hiện vì chưa đủ số liệu'
  if (value === null) return 'chưa có số liệu'
  const text = formatNumber(value, decimals)
  return unit === '%' ? `${text}%` : `${text} ${unit}`
}

export function showPeriod(period: string): string {
  try {
    return periodLabel(period)
  } catch (error) {
    // Spans of several years are no periods of the calendar and are shown by their code.
    if (error instanceof RangeError) return period
    throw error
  }
}

export const originWords: Record<Fact['origin'], string> = {
  computed: 'tính tự động từ bản ghi',
  typed: 'nhập tay, được duyệt',
  form: 'từ biểu mẫu Excel, được duyệt',
  pack: 'số liệu nền đã công bố',
}
