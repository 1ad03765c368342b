import type { CompiledCalendar } from '#calendar'
import { workingDaysLate } from '#calendar'
import { compareText, searchKey } from '#ui'
import { type Standing, type SubjectKind, standingOf } from '../model.ts'
import type { CellRow } from '../reading/standings.ts'
import type { Asked } from './asked.tsx'
import { type Directory, groupOf } from './parts.tsx'
import type { AgencyGroup } from './words.ts'

export interface MatrixFilter {
  nhom: AgencyGroup
  q?: string
  loai?: SubjectKind
  /** One state, or everything that is not as it should be. */
  'tinh-trang'?: Standing | 'loi'
  sort?: string
}

/** One agency with what it owes and the filter lets through. */
export interface AgencyRow<Row extends CellRow = CellRow> {
  agency: string
  name: string
  owed: Row[]
  /** How much it owes in all. */
  total: number
  faults: number
  counts: Record<Standing, number>
  /** Working days of what is latest. */
  worst: number
}

export interface View<Row extends CellRow> {
  asked: Asked
  all: Row[]
  directory: Directory
  group: AgencyGroup
  rows: AgencyRow<Row>[]
  daysLate: (row: CellRow) => number
}

export const isFault = (row: CellRow): boolean => {
  const standing = standingOf(row)
  return standing === 'late' || standing === 'no-data'
}

const fits = (row: CellRow, { 'tinh-trang': wanted }: MatrixFilter): boolean =>
  !wanted || (wanted === 'loi' ? isFault(row) || standingOf(row) === 'due-soon' : standingOf(row) === wanted)

export interface MatrixMaking {
  directory: Directory
  filter: MatrixFilter
  daysLate: (row: CellRow) => number
}

/** Agencies that match, in the order asked for; the tree's order where none is. */
export function agencyRows<Row extends CellRow>(
  rows: readonly Row[],
  { directory, filter, daysLate }: MatrixMaking,
): AgencyRow<Row>[] {
  const words = searchKey(filter.q ?? '')
    .split(' ')
    .filter(Boolean)
  const byAgency = new Map<string, AgencyRow<Row>>()
  for (const row of rows) {
    if (groupOf(directory.tree, row) !== filter.nhom || (filter.loai && row.subjectKind !== filter.loai)) continue
    const known = byAgency.get(row.agency)
    const own: AgencyRow<Row> = known ?? {
      agency: row.agency,
      name: directory.nameOf(row.agency),
      owed: [],
      total: 0,
      faults: 0,
      counts: { 'on-time': 0, 'due-soon': 0, late: 0, 'no-data': 0 },
      worst: 0,
    }
    if (!known) byAgency.set(row.agency, own)
    own.total += 1
    own.counts[standingOf(row)] += 1
    if (!fits(row, filter)) continue
    own.owed.push(row)
    if (isFault(row)) {
      own.faults += 1
      own.worst = Math.max(own.worst, daysLate(row))
    }
  }
  const position = (agency: string) => directory.tree.find(agency)?.position ?? Number.MAX_SAFE_INTEGER
  const key = filter.sort?.replace('-', '') ?? ''
  const sign = filter.sort?.startsWith('-') ? -1 : 1
  const orders: Record<string, (a: AgencyRow<Row>, b: AgencyRow<Row>) => number> = {
    ten: (a, b) => compareText(a.name, b.name),
    cham: (a, b) => a.faults - b.faults || a.worst - b.worst,
  }
  return [...byAgency.values()]
    .filter(({ agency, name, owed }) => {
      if (owed.length === 0) return false
      if (words.length === 0) return true
      const text = searchKey(`${name} ${directory.fullNameOf(agency)} ${agency}`)
      return words.every((word) => text.includes(word))
    })
    .toSorted((a, b) => sign * (orders[key]?.(a, b) ?? 0) || position(a.agency) - position(b.agency))
}

export interface MatrixColumn {
  key: string
  subjectKind: SubjectKind
  subject: string
  name: string
  faults: number
  /** How many of the agencies owe it. */
  owers: number
}

/** The subjects that these agencies owe: those with most faults first, then those that most of them owe. */
export function subjectColumns(rows: readonly AgencyRow[]): MatrixColumn[] {
  const columns = new Map<string, MatrixColumn>()
  for (const { owed } of rows)
    for (const row of owed) {
      const key = `${row.subjectKind} ${row.subject}`
      const known = columns.get(key)
      const column = known ?? {
        key,
        subjectKind: row.subjectKind,
        subject: row.subject,
        name: row.subjectName,
        faults: 0,
        owers: 0,
      }
      column.owers += 1
      if (!known) columns.set(key, column)
      if (isFault(row)) column.faults += 1
    }
  return [...columns.values()].toSorted(
    (a, b) => b.faults - a.faults || b.owers - a.owers || compareText(a.name, b.name),
  )
}

/** Working days late of the first missing period; the same due time is reckoned once. */
export function lateCounter(calendarOf: (organisation: string) => CompiledCalendar | undefined, now: Date) {
  const known = new Map<CompiledCalendar, Map<number, number>>()
  return ({ organisation, firstLateAt }: Pick<CellRow, 'organisation' | 'firstLateAt'>): number => {
    const calendar = calendarOf(organisation)
    if (!calendar || !firstLateAt) return 0
    const own = known.get(calendar) ?? new Map<number, number>()
    known.set(calendar, own)
    const days = own.get(firstLateAt.getTime()) ?? workingDaysLate(calendar, firstLateAt, now)
    own.set(firstLateAt.getTime(), days)
    return days
  }
}
