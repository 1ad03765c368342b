// How figures and periods are said on the screens of the centre.

import { findPeriod, parsePeriod, periodLabel } from '#calendar'
import { accumulates, type Card, type Definition, type Fact, isAdditive } from '#indicators'
import { type Change, formatDate, formatMoney, formatNumber } from '#ui'

export interface Figure {
  value: string
  unit: string
}

/** `93,21` + `%`, `4,66` + `tỷ đồng`, `1.203` + `hồ sơ`. */
export function figureOf({ unit, decimals }: Definition, value: number): Figure {
  if (unit === 'đồng') {
    const [figure = '', ...words] = formatMoney(value).split(' ')
    return { value: figure, unit: words.join(' ') }
  }
  return { value: formatNumber(value, decimals), unit }
}

/** The figure and its unit in one text. */
export function sayFigure(definition: Definition, value: number): string {
  const { value: figure, unit } = figureOf(definition, value)
  return unit === '%' ? `${figure}%` : `${figure} ${unit}`
}

/** A difference of two values: of percentages it is `điểm`, never `%`. */
export function sayDifference(definition: Definition, difference: number): string {
  const size = Math.abs(difference)
  return definition.unit === '%' ? `${formatNumber(size, definition.decimals)} điểm` : sayFigure(definition, size)
}

const stepWords = {
  day: 'hôm trước',
  week: 'tuần trước',
  month: 'tháng trước',
  quarter: 'quý trước',
  half: 'nửa năm trước',
  year: 'năm trước',
}

export const unitOfPeriod = (period: string) => findPeriod(period)?.unit ?? 'year'

/** "tháng 11/2026": inside a sentence. */
export function sayPeriod(period: string): string {
  if (!findPeriod(period)) return period.includes('/') ? `giai đoạn ${period.replace('/', '–')}` : period
  if (parsePeriod(period).unit === 'day') return `ngày ${formatDate(period)}`
  const label = periodLabel(period)
  return label.charAt(0).toLocaleLowerCase('vi') + label.slice(1)
}

/** "T11/26": under an axis. */
export function tickOf(period: string): string {
  const found = findPeriod(period)
  if (!found) return period.replace('/', '–')
  const bare = period.replace(/^(R|C25-)/, '')
  const year = bare.slice(2, 4)
  const romans = ['I', 'II', 'III', 'IV']
  switch (found.unit) {
    case 'day':
      return `${bare.slice(8, 10)}/${bare.slice(5, 7)}`
    case 'week':
      return `Tuần ${Number(bare.slice(6))}`
    case 'month':
      return `T${Number(bare.slice(5))}/${year}`
    case 'quarter':
      return `${romans[Number(bare.slice(6)) - 1]}/${year}`
    case 'half':
      return `${bare.endsWith('H1') ? 'Đầu' : 'Cuối'} ${bare.slice(0, 4)}`
    case 'year':
      return bare
  }
}

/** Against the period before and the same period of the year before; a running sum is set against the whole of it. */
export function changesOf(card: Card): Change[] {
  const { fact, previous, lastYear, period } = card
  if (fact?.state !== 'value' || fact.value === null) return []
  const unit = unitOfPeriod(period)
  const changes: Change[] = []
  const sudden = usualStep(card)
  if (previous?.value != null) changes.push(compare(card, previous.value, stepWords[unit], sudden))
  if (lastYear?.value != null && unit !== 'year')
    changes.push(compare(card, lastYear.value, 'cùng kỳ năm trước', undefined))
  return changes
}

function compare(card: Card, before: number, words: string, usual: number | undefined): Change {
  const body = card.definition.body
  const value = card.fact?.value ?? 0
  if (card.isRunning && isAdditive(body) && before > 0) {
    const times = value / before
    const share =
      times >= 3 ? `gấp ${formatNumber(times, times < 10 ? 1 : 0)} lần` : `bằng ${formatNumber(times * 100, 0)}%`
    return { direction: 'same', words: `đến nay ${share} cả ${words}` }
  }
  const difference = value - before
  const direction = difference > 0 ? 'up' : difference < 0 ? 'down' : 'same'
  if (direction === 'same') return { direction, words: `không đổi so với ${words}` }
  const isWorse = body.direction !== 'none' && (body.direction === 'up') !== (direction === 'up')
  const size =
    isAdditive(body) && before !== 0
      ? `${formatNumber(Math.abs(difference / before) * 100, 1)}%`
      : sayDifference(body, difference)
  return {
    direction,
    words: `${size} so với ${words}`,
    worse: isWorse && usual !== undefined && Math.abs(difference) > usual,
  }
}

/** Twice the usual step from one period to the next; steps beyond it are sudden. */
export function usualStep({ history }: Card): number | undefined {
  const known = history.slice(0, -1).map(({ fact }) => fact?.value ?? null)
  const steps = known.flatMap((value, index) => {
    const before = known[index - 1]
    return value === null || before === null || before === undefined ? [] : [(value - before) ** 2]
  })
  if (steps.length < 4) return undefined
  return 2 * Math.sqrt(steps.reduce((sum, step) => sum + step, 0) / steps.length)
}

/** "Kế hoạch giao 98% · còn thiếu 4,79 điểm". */
export function targetWords(card: Card): string | undefined {
  const { target, judgement, definition } = card
  const { body } = definition
  if (!target) return undefined
  const plan = `Kế hoạch giao ${body.direction === 'down' ? 'không quá ' : ''}${sayFigure(body, target.value)}${target.period === card.period ? '' : ` (${sayPeriod(target.period)})`}`
  if (!judgement) return plan
  const gap = sayDifference(body, judgement.gap)
  const isShort = judgement.shortfallPercent > 0
  if (judgement.isPace) {
    const pace = `theo tiến độ đến nay ${sayFigure(body, judgement.expected)}`
    return `${plan} · ${pace} · ${isShort ? `chậm ${gap}` : 'đạt tiến độ'}`
  }
  if (!isShort) return `${plan} · đạt${card.isRunning && accumulates(body) ? ' kế hoạch' : ''}`
  return `${plan} · ${body.direction === 'up' ? `còn thiếu ${gap}` : `vượt ${gap}`}`
}

/** "tháng 11/2026, đang diễn ra". */
export function periodWords({ period, isRunning }: Pick<Card, 'period' | 'isRunning'>): string {
  const words = periodLabelOf(period)
  return isRunning && unitOfPeriod(period) !== 'day' ? `${words}, đang diễn ra` : words
}

export function periodLabelOf(period: string): string {
  return findPeriod(period) ? periodLabel(period) : sayPeriod(period)
}

export const capital = (text: string) => text.charAt(0).toLocaleUpperCase('vi') + text.slice(1)

/** The account that approved a figure; what came with the pack was approved by whoever published it. */
export const approverOf = ({ origin, approvedBy }: Pick<Fact, 'origin' | 'approvedBy'>): string | undefined =>
  origin === 'pack' ? undefined : (approvedBy ?? undefined)
