// What a directive is: its states, who may move it, what is asked of it. A directive is said once and done in parts, one for each agency
// in charge; a directive for one agency has one part, which bears the directive's own code.
import { z } from 'zod'
import { safeReturnPath } from '#platform/http'

export const states = [
  'opinion',
  'issued',
  'assigned',
  'adjustment-asked',
  'accepted',
  'in-progress',
  'awaiting-verification',
  'done',
  'withdrawn',
] as const
export const State = z.enum(states)
export type State = z.infer<typeof State>

export const stateNames: Record<State, string> = {
  opinion: 'Ý kiến chỉ đạo',
  issued: 'Đã ban hành',
  assigned: 'Đã giao, chờ tiếp nhận',
  'adjustment-asked': 'Đề nghị điều chỉnh',
  accepted: 'Đã tiếp nhận',
  'in-progress': 'Đang thực hiện',
  'awaiting-verification': 'Chờ xác nhận',
  done: 'Hoàn thành',
  withdrawn: 'Đã thu hồi',
}

/** In which the agency owes something: the clock can run out on it. */
export const owedStates: readonly State[] = ['assigned', 'adjustment-asked', 'accepted', 'in-progress']
/** Everything that is under way, from the opinion on. */
export const openStates: readonly State[] = ['opinion', 'issued', ...owedStates, 'awaiting-verification']
export const isOpen = (state: State): boolean => openStates.includes(state)

export const deeds = [
  'issue',
  'assign',
  'accept',
  'ask-adjustment',
  'settle-adjustment',
  'report',
  'submit',
  'verify',
  'return',
  'withdraw',
  'reopen',
] as const
export type Deed = (typeof deeds)[number]

// From where each deed may be done, and where it leads. Nothing reaches `done` but from `awaiting-verification`.
const moves: Record<Deed, { from: readonly State[]; to: State }> = {
  issue: { from: ['opinion'], to: 'issued' },
  assign: { from: ['issued'], to: 'assigned' },
  accept: { from: ['assigned'], to: 'accepted' },
  'ask-adjustment': { from: ['assigned', 'accepted'], to: 'adjustment-asked' },
  'settle-adjustment': { from: ['adjustment-asked'], to: 'assigned' },
  report: { from: ['accepted', 'in-progress'], to: 'in-progress' },
  submit: { from: ['accepted', 'in-progress'], to: 'awaiting-verification' },
  verify: { from: ['awaiting-verification'], to: 'done' },
  return: { from: ['awaiting-verification'], to: 'in-progress' },
  withdraw: { from: openStates, to: 'withdrawn' },
  reopen: { from: ['done'], to: 'assigned' },
}

export const canDo = (state: State, deed: Deed): boolean => moves[deed].from.includes(state)
export const leadsTo = (deed: Deed): State => moves[deed].to

/** More time may be asked for once the task is taken up, not while the result is being looked at. */
export const canAskExtension = (state: State): boolean => state === 'accepted' || state === 'in-progress'

/** Nobody verifies what he did himself, in his own name or in a colleague's; parties are all accounts an act counts for. */
export const verifiesOwnWork = (doers: readonly string[], parties: readonly string[]): boolean =>
  parties.some((account) => doers.includes(account))

export type DirectiveState = 'opinion' | 'issued' | 'done' | 'withdrawn'

/** The whole is closed when all its parts are; parts withdrawn do not hold it up. */
export function stateOfWhole(parts: readonly State[]): DirectiveState {
  const left = parts.filter((state) => state !== 'withdrawn')
  if (left.length === 0) return 'withdrawn'
  if (left.every((state) => state === 'done')) return 'done'
  return left.some((state) => state === 'opinion') ? 'opinion' : 'issued'
}

export const sourceKinds = ['indicator', 'alert', 'record', 'duty', 'document', 'incident', 'project', 'hand'] as const
export type SourceKind = (typeof sourceKinds)[number]
export const sourceNames: Record<SourceKind, string> = {
  indicator: 'Chỉ tiêu',
  alert: 'Cảnh báo',
  record: 'Bản ghi',
  duty: 'Trách nhiệm cập nhật dữ liệu',
  document: 'Văn bản',
  incident: 'Tình huống',
  project: 'Dự án',
  hand: 'Giao trực tiếp',
}

/** A path of this site, never an address elsewhere. */
export const isSafePath = (path: string): boolean => path.length <= 600 && safeReturnPath(path) === path

export const comparisons = ['>=', '<=', '='] as const
export const Condition = z.strictObject({
  indicator: z.string().trim().min(1).max(100),
  organisation: z.string().trim().min(1).max(35),
  period: z.string().trim().min(1).max(20),
  compare: z.enum(comparisons),
  value: z.number(),
})
export type Condition = z.infer<typeof Condition>

export const isFulfilled = ({ compare, value }: Condition, actual: number): boolean => {
  if (compare === '>=') return actual >= value
  return compare === '<=' ? actual <= value : actual === value
}

const OrganisationCode = z
  .string()
  .trim()
  .regex(/^[A-Z0-9.-]{1,35}$/, 'Chọn đơn vị trong danh sách.')
const words = (least: number, most: number, message: string) =>
  z
    .string()
    .trim()
    .transform((text) => text.normalize('NFC').replaceAll('\r\n', '\n'))
    .pipe(z.string().min(least, message).max(most, `Viết không quá ${most} ký tự.`))

export const Reason = words(5, 4000, 'Nêu rõ lý do, ít nhất 5 ký tự.')

const Deadline = z.union([
  z.strictObject({
    budget: z.strictObject({
      amount: z
        .int('Số ngày làm việc là số nguyên.')
        .min(1, 'Ít nhất 1 ngày làm việc.')
        .max(250, 'Không quá 250 ngày làm việc.'),
      unit: z.literal('working-day').default('working-day'),
    }),
  }),
  z.strictObject({ dueOn: z.iso.date('Ngày hạn phải có đủ ngày, tháng, năm, ví dụ 05/12/2026.') }),
])
export type Deadline = z.infer<typeof Deadline>

export const GivenPart = z.strictObject({
  organisation: OrganisationCode,
  coOrganisations: z.array(OrganisationCode).max(30).default([]),
  task: words(10, 4000, 'Nội dung của phần phải có ít nhất 10 ký tự.').optional(),
  deadline: Deadline,
  verifier: z.string().trim().max(63).optional(),
  condition: Condition.optional(),
})
export type GivenPart = z.infer<typeof GivenPart>

const DocumentNumber = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}./&-]{0,59}$/u, 'Số, ký hiệu gồm chữ, số và các dấu . / -, ví dụ 125/UBND-NV.')
export const IssuedDocument = z.strictObject({
  number: DocumentNumber,
  on: z.iso.date('Ngày văn bản phải có đủ ngày, tháng, năm, ví dụ 25/11/2026.'),
})
export type IssuedDocument = z.infer<typeof IssuedDocument>

export const GivenDirective = z.strictObject({
  title: words(10, 300, 'Trích yếu phải có ít nhất 10 ký tự.'),
  words: words(20, 8000, 'Nội dung giao phải có ít nhất 20 ký tự: làm gì, đến kết quả nào.'),
  source: z
    .strictObject({
      kind: z.enum(sourceKinds),
      code: z.string().trim().max(200).optional(),
      title: z.string().trim().max(300).optional(),
      url: z.string().max(600).refine(isSafePath, 'Đường dẫn nguồn phải là một trang của hệ thống này.').optional(),
      /** What the source itself speaks of: the number or project behind an alert, where the task is found too. */
      about: z.strictObject({ kind: z.enum(sourceKinds), code: z.string().trim().min(1).max(200) }).optional(),
    })
    .default({ kind: 'hand' }),
  /** Account of the leader whose opinion it is; absent: who writes it down. */
  giver: z.string().trim().max(63).optional(),
  field: z.string().trim().max(60).optional(),
  legalBasis: z.string().trim().max(1000).optional(),
  evidenceRequired: z.string().trim().max(1000).optional(),
  parts: z.array(GivenPart).min(1, 'Chọn ít nhất một cơ quan chủ trì.').max(100),
  batch: z.string().max(40).optional(),
})
export type GivenDirective = z.infer<typeof GivenDirective>
