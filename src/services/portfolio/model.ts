import { z } from 'zod'

export const movementKinds = ['total', 'planned', 'allotted', 'adjusted', 'disbursed'] as const
export type MovementKind = (typeof movementKinds)[number]

export const movementWords: Record<MovementKind, string> = {
  total: 'Tổng mức đầu tư',
  planned: 'Kế hoạch vốn',
  allotted: 'Giao vốn',
  adjusted: 'Điều chỉnh vốn giao',
  disbursed: 'Giải ngân',
}

export const funds = ['central', 'province', 'commune', 'recurrent', 'loan', 'social', 'unstated'] as const
export type Fund = (typeof funds)[number]

export const fundWords: Record<Fund, string> = {
  central: 'Ngân sách trung ương',
  province: 'Ngân sách tỉnh',
  commune: 'Ngân sách xã',
  recurrent: 'Chi thường xuyên',
  loan: 'Vốn vay',
  social: 'Vốn xã hội hóa',
  unstated: 'Không nêu nguồn vốn',
}

export const states = ['under-way', 'not-started', 'moved', 'proposed-dropped', 'unaccounted', 'completed'] as const
export type ProjectState = (typeof states)[number]

export const stateWords: Record<ProjectState, string> = {
  'under-way': 'Đang triển khai',
  'not-started': 'Chưa triển khai',
  moved: 'Chuyển sang năm sau',
  'proposed-dropped': 'Đề xuất không thực hiện',
  unaccounted: 'Nguồn không nêu',
  completed: 'Hoàn thành',
}

/** Of a project as of a day before its state was kept: only its capital and its name are known. */
export const unkeptState = 'unkept'

/** States of fed projects are the words of their source. */
export const nameState = (state: string): string =>
  state === unkeptState ? 'Không được giữ lại' : (stateWords[state as ProjectState] ?? state)

export const phases = ['Chuẩn bị đầu tư', 'Thực hiện đầu tư', 'Kết thúc đầu tư'] as const

export type Nature = 'project' | 'task'
export const natureWords: Record<Nature, string> = { project: 'Dự án đầu tư', task: 'Nhiệm vụ thường xuyên' }

/** Amounts are exact decimals in text, as the database gives them; đồng are whole. */
export const Amount = z.string().regex(/^-?\d{1,18}(\.\d{1,4})?$/)

/** What is compared with the capital granted; where nothing was granted yet, with the plan. */
export const baseOf = ({ granted, planned }: { granted: number; planned: number }): number =>
  granted > 0 ? granted : planned

/** A share that exists: nothing granted and nothing planned has none, and more than the whole is said as it is. */
export const shareOf = (part: number, whole: number): number | undefined => (whole > 0 ? part / whole : undefined)

const units: readonly { pattern: RegExp; power: number }[] = [
  { pattern: /(tỷ|tỉ)( đồng)?$/i, power: 9 },
  { pattern: /(triệu|tr)( đồng)?$/i, power: 6 },
  { pattern: /(nghìn|ngàn)( đồng)?$/i, power: 3 },
  { pattern: /(đồng|đ|vnđ|₫)$/i, power: 0 },
]

/**
 * An amount as people write it ("1.250.000.000", "14,7 tỷ", "-20 triệu đồng") as whole đồng in text; undefined where it is none, or has
 * parts of a đồng. A point stands before three figures, a comma before a fraction, as in Vietnamese.
 */
export function readAmount(text: string): string | undefined {
  const bare = text.normalize('NFC').trim().replace(/\s+/g, ' ')
  const unit = units.find(({ pattern }) => pattern.test(bare))
  const figures = (unit ? bare.replace(unit.pattern, '') : bare).replaceAll(' ', '').replace('−', '-')
  const match = /^([+-]?)(\d{1,3}(?:\.\d{3})+|\d{1,15})(?:,(\d{1,9}))?$/.exec(figures)
  if (!match) return undefined
  const [, sign = '', whole = '', part = ''] = match
  const power = unit?.power ?? 0
  const fraction = part.replace(/0+$/, '')
  if (fraction.length > power) return undefined
  const amount = BigInt(whole.replaceAll('.', '') + fraction.padEnd(power, '0'))
  return amount === 0n || amount > 10n ** 17n ? undefined : `${sign === '-' ? '-' : ''}${amount}`
}

export const slowReasons = ['disbursement', 'milestone'] as const
export type SlowReason = (typeof slowReasons)[number]
export const slowWords: Record<SlowReason, string> = { disbursement: 'giải ngân chậm', milestone: 'mốc chậm' }

export interface Slowness {
  /** Points by which the disbursed share may lag behind the elapsed one. */
  gapPoints: number
  /** Days by which a milestone may slip. */
  slipDays: number
}

export const usualSlowness: Slowness = { gapPoints: 25, slipDays: 30 }

const day = (iso: string) => Date.parse(`${iso}T00:00:00Z`) / 86_400_000

/** Capital of a year is disbursed from its first day to 31 January of the next. */
export function elapsedShare(year: number, today: string): number {
  const [from, to] = [day(`${year}-01-01`), day(`${year + 1}-01-31`)]
  return Math.min(1, Math.max(0, (day(today) - from) / (to - from)))
}

/** The years whose capital can be disbursed today: in January two of them. */
export function openYears(today: string): number[] {
  const year = Number(today.slice(0, 4))
  return today.slice(5, 7) === '01' ? [year - 1, year] : [year]
}

/** Days from what was planned to what is known: when it was reached, or is expected, or today where it should have been reached. */
export function slipOf(
  { plannedOn, forecastOn, actualOn }: { plannedOn: string; forecastOn: string | null; actualOn: string | null },
  today: string,
): number {
  if (actualOn) return day(actualOn) - day(plannedOn)
  return Math.max(0, day(today) - day(plannedOn), forecastOn ? day(forecastOn) - day(plannedOn) : 0)
}

const StateCounts = z.partialRecord(z.enum(states), z.int().min(0))

/** Figures stated elsewhere, kept as they were said. */
export const Stated = z.strictObject({
  source: z.string(),
  unverified: z.boolean().default(true),
  /** Per cent of the capital granted that was disbursed. */
  disbursedShare: z.number().optional(),
  projects: z.strictObject({ total: z.int(), states: StateCounts }).optional(),
  tasks: z.strictObject({ total: z.int(), states: StateCounts }).optional(),
  note: z.string().optional(),
})
export type Stated = z.infer<typeof Stated>

/** A figure of a report: the latest said under its key counts. */
export interface FedAmount {
  key: string
  kind: MovementKind
  year: number | null
  amount: string
  on?: string
}

/** A project as a source of data holds it now. */
export interface FedProject {
  /** Unique within the source. */
  key: string
  name: string
  organisation: string
  category?: string
  /** In the source's own words. */
  state?: string
  currency: string
  startOn?: string
  finishOn?: string
  reportedOn?: string
  slipDays?: number
  /** Its record. */
  url?: string
  amounts: readonly FedAmount[]
}
