/** Rules in sentences. */

import { directiveStateNames } from '#directives'
import { formatNumber } from '#ui'
import type { Input, Leaf, Rule, When } from './model.ts'

const units = { m: 'phút', h: 'giờ', d: 'ngày' } as const

/** `30m` → `30 phút`. */
export const sayDuration = (duration: string): string =>
  `${Number(duration.slice(0, -1))} ${units[duration.at(-1) as keyof typeof units] ?? ''}`

export const comparisonWords = { '>': 'lớn hơn', '>=': 'từ', '<': 'nhỏ hơn', '<=': 'không quá' } as const

export const leafWords: Record<Leaf['type'], string> = {
  threshold: 'Vượt ngưỡng',
  rate: 'Thay đổi nhanh',
  count: 'Số lần trong khoảng thời gian',
  sequence: 'Chuỗi sự kiện',
  absence: 'Im lặng',
  state: 'Đang ở trạng thái',
  peers: 'Khác hẳn đơn vị cùng loại',
  anomaly: 'Bất thường so với thường lệ',
}

export const inputWords: Record<Input['from'], string> = {
  fact: 'Chỉ tiêu',
  record: 'Bản ghi',
  source: 'Nguồn dữ liệu',
  duty: 'Nghĩa vụ cập nhật số liệu',
  directive: 'Nhiệm vụ chỉ đạo',
  project: 'Dự án chậm',
}

export const periodWords = { day: 'ngày', week: 'tuần', month: 'tháng', quarter: 'quý', year: 'năm' } as const
export const unitWords = {
  root: 'toàn tỉnh',
  departments: 'từng sở',
  communes: 'từng xã, phường, đặc khu',
  all: 'từng sở và từng xã',
} as const

/** States of what moves, by their codes. */
const stateWords: Record<string, string> = {
  ...directiveStateNames,
  open: 'Chờ số liệu',
  'due-soon': 'Sắp đến hạn',
  late: 'Trễ hạn',
  fulfilled: 'Đã có số liệu',
  void: 'Không còn phải cập nhật',
  slow: 'Chậm',
  'on-time': 'Kịp tiến độ',
}

const against = (
  { op, value, clear }: { op: keyof typeof comparisonWords; value: number; clear?: number },
  unit = '',
) =>
  `${comparisonWords[op]} ${formatNumber(value)}${unit}${clear === undefined ? '' : ` (hết khi qua ${formatNumber(clear)}${unit})`}`

function sayLeaf(leaf: Leaf, indicatorOf: (code: string) => string): string {
  const subject = 'indicator' in leaf && leaf.indicator ? `${indicatorOf(leaf.indicator)} ` : ''
  switch (leaf.type) {
    case 'threshold':
      return `${subject}${subject ? '' : 'giá trị '}${against(leaf)}`
    case 'rate':
      return `${subject}thay đổi so với ${leaf.over === 'previous' ? 'kỳ trước' : `${sayDuration(leaf.over)} trước`} ${against(leaf, leaf.as === 'percent' ? '%' : '')}`
    case 'count':
      return `số lần trong ${sayDuration(leaf.window)} ${against(leaf)}${leaf.where.map(({ field, equals }) => `, với ${field} là ${equals.join(' hoặc ')}`).join('')}`
    case 'sequence':
      return `lần lượt ${leaf.steps.map(({ field, equals }) => `${field} là ${equals.join(' hoặc ')}`).join(', rồi ')} trong ${sayDuration(leaf.within)}`
    case 'absence':
      return leaf.longerThan === 'cadence'
        ? 'quá hạn gửi theo hợp đồng dữ liệu'
        : `im lặng quá ${sayDuration(leaf.longerThan)}`
    case 'state':
      return `đang ở trạng thái “${leaf.is.map((code) => stateWords[code] ?? code).join('” hoặc “')}”`
    case 'peers':
      return `${subject}cách mức giữa của các đơn vị cùng loại ${against(leaf, ' lần độ lệch')}`
    case 'anomaly':
      return `${subject}cách mức thường lệ ${against(leaf, ' lần độ lệch')}`
  }
}

export const sayWhen = (when: When, indicatorOf: (code: string) => string = (code) => code): string =>
  'of' in when
    ? when.of
        .map((one) => ('of' in one ? `(${sayWhen(one, indicatorOf)})` : sayWhen(one, indicatorOf)))
        .join(when.type === 'all' ? ' và ' : ' hoặc ')
    : sayLeaf(when, indicatorOf)

/** What is watched. */
export function sayInput(input: Input, indicatorOf: (code: string) => string = (code) => code): string {
  switch (input.from) {
    case 'fact': {
      const units = Array.isArray(input.units) ? input.units.join(', ') : unitWords[input.units]
      return `${indicatorOf(input.indicator)}, theo ${periodWords[input.period]}, ${units}`
    }
    case 'record':
      return `bản ghi loại ${input.kind}${input.sources ? ` của nguồn ${input.sources.join(', ')}` : ''}, theo ${input.by}`
    case 'source':
      return input.sources ? `nguồn ${input.sources.join(', ')}` : 'mọi nguồn dữ liệu của tỉnh'
    case 'duty':
      return input.by === 'organisation' ? 'nghĩa vụ số liệu, theo đơn vị' : 'từng nghĩa vụ số liệu'
    case 'directive':
      return input.by === 'organisation' ? 'nhiệm vụ chỉ đạo, theo đơn vị' : 'từng nhiệm vụ chỉ đạo'
    case 'project':
      return input.by === 'organisation'
        ? 'dự án, nhiệm vụ của danh mục, theo đơn vị'
        : 'từng dự án, nhiệm vụ của danh mục'
  }
}

export const sayTerms = ({ for: pending, lateness, noData }: Rule): string =>
  [
    pending.startsWith('0') ? 'báo ngay' : `phải kéo dài ${sayDuration(pending)} mới báo`,
    lateness.startsWith('0') ? '' : `chờ số liệu đến muộn ${sayDuration(lateness)}`,
    noData.policy === 'keep'
      ? 'thiếu số liệu thì giữ nguyên'
      : noData.policy === 'clear'
        ? 'thiếu số liệu thì coi như hết'
        : `thiếu số liệu quá ${sayDuration(noData.after)} thì báo`,
  ]
    .filter(Boolean)
    .join('; ')
