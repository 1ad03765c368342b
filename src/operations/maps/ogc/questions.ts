// Parameters of /ogc as the standard has them: a wrong or unknown one is 400 (requirements query-param-invalid and query-param-unknown
// of OGC 17-069r3), and none is guessed.
import { Problem } from '#platform/errors'
import type { Box } from '../model.ts'
import type { Question } from './terms.ts'

export type RawQuery = Record<string, string | string[]>

export const mostFeatures = 1000
const usualFeatures = 100

const refuse = (name: string, message: string) =>
  new Problem('ogc.invalid-parameter', 400, message, { parameter: name }, [{ path: name, message }])

/** @throws Problem 400 for a parameter that is not among those named, or is given twice. */
export function refuseUnknown(query: RawQuery, known: readonly string[]): Record<string, string> {
  const single: Record<string, string> = {}
  for (const [name, value] of Object.entries(query)) {
    if (!known.includes(name)) throw refuse(name, `Không có tham số “${name}” ở địa chỉ này.`)
    if (Array.isArray(value)) throw refuse(name, `Tham số “${name}” chỉ được nêu một lần.`)
    single[name] = value
  }
  if (single.f !== undefined && single.f !== 'json') throw refuse('f', 'Tham số “f” chỉ nhận giá trị json.')
  return single
}

export function readQuestion(query: RawQuery): Question {
  const { limit, bbox, datetime, after } = refuseUnknown(query, ['limit', 'bbox', 'datetime', 'after', 'f'])
  return {
    limit: readLimit(limit),
    bbox: bbox === undefined ? undefined : readBbox(bbox),
    after,
    ...readTime(datetime),
  }
}

/** More than the most is the most (permission fc-limit-response-1); less than one is a mistake. */
function readLimit(text: string | undefined): number {
  if (text === undefined) return usualFeatures
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    throw refuse('limit', `“limit” là số nguyên từ 1; nhiều nhất ${mostFeatures} đối tượng một trang.`)
  return Math.min(Number(text), mostFeatures)
}

/** Four numbers, or six with heights, which are passed over: nothing here has a height. */
function readBbox(text: string): Box {
  const parts = text.split(',')
  const numbers = parts.map((part) => (/^-?\d{1,3}(\.\d{1,15})?$/.test(part.trim()) ? Number(part) : Number.NaN))
  const [west = Number.NaN, south = Number.NaN, east = Number.NaN, north = Number.NaN] =
    numbers.length === 6 ? [numbers[0], numbers[1], numbers[3], numbers[4]] : numbers.length === 4 ? numbers : []
  const isBox = Math.abs(west) <= 180 && Math.abs(east) <= 180 && Math.abs(south) <= 90 && Math.abs(north) <= 90
  if (!isBox || south > north)
    throw refuse('bbox', '“bbox” gồm kinh độ tây, vĩ độ nam, kinh độ đông, vĩ độ bắc, ví dụ 108.5,11.3,109.5,12.9.')
  // A box over the line where the days change is the whole width of the world here: nothing served lies there.
  return west <= east ? [west, south, east, north] : [-180, south, 180, north]
}

/** An instant, or an interval `from/to` with an open end as `..` or nothing. */
function readTime(text: string | undefined): Pick<Question, 'from' | 'to'> {
  if (text === undefined) return { from: undefined, to: undefined }
  const parts = text.split('/')
  const [first = '', second = first] = parts
  const from = readInstant(first)
  const to = readInstant(second)
  const isEmpty = parts.length === 1 && from === undefined
  if (parts.length > 2 || isEmpty || (from && to && from > to)) throw wrongTime()
  return { from, to }
}

const wrongTime = () =>
  refuse('datetime', '“datetime” là một thời điểm RFC 3339 hoặc một khoảng, ví dụ 2026-11-01T00:00:00Z/...')

function readInstant(text: string): Date | undefined {
  if (text === '' || text === '..') return undefined
  const isInstant = /^\d{4}-\d\d-\d\d([Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d))?$/.test(text)
  const at = new Date(text)
  if (!isInstant || Number.isNaN(at.getTime())) throw wrongTime()
  return at
}
