/** The filter of the ledger's pages: it lives in the address, and means the same for the list, the files and the export. */
import { z } from 'zod'
import { invalid } from '#platform/errors'
import { type ActiveFilter, type DateValue, readDateInput } from '#ui'
import type { EntryFilter } from '../model.ts'

const dayMs = 86_400_000

const text = z.string().trim().max(300).optional()
const part = z.string().trim().max(4).optional()

export const FilterQuery = z.object({
  hanhDong: text,
  doiTuong: text,
  taiKhoan: text,
  donVi: text,
  mucDich: text,
  'tu-day': part,
  'tu-month': part,
  'tu-year': part,
  'den-day': part,
  'den-month': part,
  'den-year': part,
})
export type FilterQuery = z.infer<typeof FilterQuery>

export const filterNames = Object.keys(FilterQuery.shape) as (keyof FilterQuery)[]

export const readFilter = (query: FilterQuery): EntryFilter => ({
  action: query.hanhDong || undefined,
  subject: query.doiTuong || undefined,
  actor: query.taiKhoan || undefined,
  organisation: query.donVi || undefined,
  purpose: query.mucDich || undefined,
  from: readDay(query, 'tu'),
  to: readDay(query, 'den', 1),
})

/** Midnight in Việt Nam that begins a day of the query, some days later when asked. */
function readDay(query: FilterQuery, name: 'tu' | 'den', plusDays = 0): Date | undefined {
  const date = readDateInput(query, name)
  if (date === 'invalid') {
    const message = 'Ngày phải có đủ ngày, tháng, năm, ví dụ 05/09/2026.'
    throw invalid(message, [{ path: `query.${name}`, message }])
  }
  return date === undefined ? undefined : new Date(Date.parse(`${date}T00:00:00+07:00`) + plusDays * dayMs)
}

export const dateValue = (query: FilterQuery, name: 'tu' | 'den'): DateValue => ({
  day: query[`${name}-day`],
  month: query[`${name}-month`],
  year: query[`${name}-year`],
})

const labels = [
  ['hanhDong', 'Hành động'],
  ['doiTuong', 'Đối tượng'],
  ['taiKhoan', 'Tài khoản'],
  ['donVi', 'Đơn vị'],
  ['mucDich', 'Mục đích'],
] as const

export const activeFilters = (query: FilterQuery): ActiveFilter[] =>
  labels.flatMap(([name, label]) => (query[name] ? [{ name, label: `${label}: ${query[name]}` }] : []))

const dayWords = (query: FilterQuery, name: 'tu' | 'den', word: string): string[] => {
  const { day, month, year } = dateValue(query, name)
  return day && month && year ? [`${word} ${day}/${month}/${year}`] : []
}

/** The filter in words, a condition each. */
export const filterWords = (query: FilterQuery): string[] => [
  ...activeFilters(query).map(({ label }) => label),
  ...dayWords(query, 'tu', 'từ'),
  ...dayWords(query, 'den', 'đến hết'),
]

export const hiddenFilter = (query: FilterQuery) =>
  filterNames.flatMap((name) =>
    query[name] ? [<input key={name} type="hidden" name={name} value={query[name]} />] : [],
  )
