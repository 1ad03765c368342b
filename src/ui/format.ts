// Numbers, dates and durations as people in Việt Nam read them. The built-in compact form ("4,7 T") and short date
// ("22/11/26") are not used: words nghìn, triệu, tỷ and four-digit years are.

export const defaultTimeZone = 'Asia/Ho_Chi_Minh'

const numberFormats = new Map<string, Intl.NumberFormat>()

function numberFormat(least: number, most: number): Intl.NumberFormat {
  const key = `${least}-${most}`
  let format = numberFormats.get(key)
  if (!format) {
    format = new Intl.NumberFormat('vi-VN', { minimumFractionDigits: least, maximumFractionDigits: most })
    numberFormats.set(key, format)
  }
  return format
}

/** `376.874`; `decimals` fixes the digits after the comma, otherwise at most two are shown. */
export function formatNumber(value: number | bigint, decimals?: number): string {
  return numberFormat(decimals ?? 0, decimals ?? 2)
    .format(value)
    .replace('-', '−')
}

/** `93,21%` from the number 93.21 (a value already in per cent). */
export function formatPercent(value: number, decimals?: number): string {
  return `${formatNumber(value, decimals)}%`
}

/** `+1,2` or `−0,4`: a change, always with its sign; no change is `0`. */
export function formatChange(value: number, decimals?: number): string {
  const text = formatNumber(value, decimals)
  return value > 0 ? `+${text}` : text
}

const scales = [
  { from: 1e9, word: 'tỷ' },
  { from: 1e6, word: 'triệu' },
  { from: 1e3, word: 'nghìn' },
]

// The rounded figure must not reach the next word: 999.999.999 is "1 tỷ", never "1.000 triệu".
function scaleOf(size: number) {
  return scales.find(({ from }) => size >= from * 0.999995)
}

/** `594 nghìn`, `4,66 tỷ`: for axes and narrow places; under 10.000 the number is written out. */
export function formatShort(value: number): string {
  const size = Math.abs(value)
  const scale = size < 10_000 ? undefined : scaleOf(size)
  return scale ? `${formatNumber(value / scale.from)} ${scale.word}` : formatNumber(value)
}

/** `4,66 tỷ đồng`, `850 đồng`. */
export function formatMoney(vnd: number | bigint): string {
  const value = Number(vnd)
  const scale = scaleOf(Math.abs(value))
  return scale ? `${formatNumber(value / scale.from)} ${scale.word} đồng` : `${formatNumber(value, 0)} đồng`
}

const dateFormats = new Map<string, Intl.DateTimeFormat>()

// Taking a date apart is the dearest thing on a page with a list, and lists show the same instants again and again.
const partsKept = new Map<string, Readonly<Record<string, string>>>()
const mostParts = 5000

/** The parts of an instant as the clock on the wall of that time zone shows them. */
export function partsOf(at: Date, timeZone = defaultTimeZone): Readonly<Record<string, string>> {
  const key = `${at.getTime()} ${timeZone}`
  const known = partsKept.get(key)
  if (known) return known
  let format = dateFormats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'short',
    })
    dateFormats.set(timeZone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
  if (partsKept.size >= mostParts) partsKept.clear()
  partsKept.set(key, parts)
  return parts
}

/** `22/11/2026`; a plain date string (`2026-11-22`) is taken as it is, without a time zone. */
export function formatDate(at: Date | string, timeZone?: string): string {
  if (typeof at === 'string') {
    const plain = /^(\d{4})-(\d{2})-(\d{2})$/.exec(at)
    if (plain) return `${plain[3]}/${plain[2]}/${plain[1]}`
    return formatDate(new Date(at), timeZone)
  }
  const { day, month, year } = partsOf(at, timeZone)
  return `${day}/${month}/${year}`
}

/** `10:05`. */
export function formatTime(at: Date, timeZone?: string): string {
  const { hour, minute } = partsOf(at, timeZone)
  return `${hour}:${minute}`
}

/** `10:05 22/11/2026`. */
export function formatDateTime(at: Date, timeZone?: string): string {
  const { hour, minute, day, month, year } = partsOf(at, timeZone)
  return `${hour}:${minute} ${day}/${month}/${year}`
}

const weekdays: Record<string, string> = {
  Mon: 'thứ Hai',
  Tue: 'thứ Ba',
  Wed: 'thứ Tư',
  Thu: 'thứ Năm',
  Fri: 'thứ Sáu',
  Sat: 'thứ Bảy',
  Sun: 'Chủ nhật',
}

/** `Chủ nhật`, `thứ Hai`. */
export function formatWeekday(at: Date, timeZone?: string): string {
  return weekdays[partsOf(at, timeZone).weekday ?? ''] ?? ''
}

/** `vừa xong`, `12 phút trước`, `3 giờ trước`; a day or more away it is the date and time. */
export function formatRelative(at: Date, now: Date, timeZone?: string): string {
  const minutes = Math.round((now.getTime() - at.getTime()) / 60_000)
  const size = Math.abs(minutes)
  if (size >= 24 * 60) return formatDateTime(at, timeZone)
  if (size < 1) return 'vừa xong'
  const words = size < 60 ? `${size} phút` : `${Math.floor(size / 60)} giờ`
  return minutes > 0 ? `${words} trước` : `${words} nữa`
}

/** `45 phút`, `3 giờ 20 phút`, `2 ngày 4 giờ`: elapsed time, its two largest parts. */
export function formatDuration(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  if (minutes < 1) return `${formatNumber(Math.abs(ms) / 1000, 0)} giây`
  const parts = [
    [Math.floor(minutes / 1440), 'ngày'],
    [Math.floor((minutes % 1440) / 60), 'giờ'],
    [minutes % 60, 'phút'],
  ] as const
  const first = parts.findIndex(([amount]) => amount > 0)
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, word]) => `${formatNumber(amount)} ${word}`)
    .join(' ')
}

export interface Deadline {
  dueAt: Date
  /** Working time left; below zero is late. */
  remaining: number
  unit: 'ngày làm việc' | 'giờ làm việc' | 'ngày' | 'tháng'
}

/** `Sắp đến hạn` when a working day or less is left. */
export function deadlineState({ remaining, unit }: Deadline): 'Quá hạn' | 'Sắp đến hạn' | 'Đúng hạn' {
  if (remaining < 0) return 'Quá hạn'
  const oneDay = unit === 'giờ làm việc' ? 8 : unit === 'tháng' ? 0 : 1
  return remaining <= oneDay ? 'Sắp đến hạn' : 'Đúng hạn'
}

/** `còn 2 ngày làm việc · hạn 17:00 26/11/2026`; late: `quá hạn 3 ngày làm việc · hạn …`. */
export function formatDeadline(deadline: Deadline, timeZone?: string): string {
  const amount = `${formatNumber(Math.abs(deadline.remaining), deadline.remaining % 1 === 0 ? 0 : 1)} ${deadline.unit}`
  const words = deadline.remaining < 0 ? `quá hạn ${amount}` : `còn ${amount}`
  return `${words} · hạn ${formatDateTime(deadline.dueAt, timeZone)}`
}

/** `12,4 MB`. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kB', 'MB', 'GB', 'TB']
  const step = Math.min(units.length - 1, bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3))
  return `${formatNumber(bytes / 1000 ** step, step === 0 ? 0 : 1)} ${units[step]}`
}
