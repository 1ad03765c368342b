/**
 * A rule is data: what is watched (`input`), when it is abnormal (`when`, a tree of conditions), for how long before it is said (`for`), and
 * what is said. Written in the pack or on the page, in versions.
 */
import { z } from 'zod'
import {
  FieldName,
  findConditionFault,
  findFieldType,
  kindNames,
  kindOf,
  Condition as RecordCondition,
} from '#warehouse'
import { Severity } from '../model.ts'

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** `30m`, `12h`, `3d`. */
export const Duration = z.string().regex(/^\d{1,5}[mhd]$/, 'Thời lượng viết như 30m (phút), 12h (giờ), 3d (ngày).')
export const msOf = (duration: string): number =>
  Number(duration.slice(0, -1)) * (unitMs[duration.at(-1) as keyof typeof unitMs] ?? 0)

export const comparisons = ['>', '>=', '<', '<='] as const
const Comparison = z.enum(comparisons, 'Chọn phép so sánh.')
const Level = z.number('Ngưỡng là một số, ví dụ 20.')

/** What `clear` means: once on, a condition goes off only when the value has come back beyond it (hysteresis). */
const against = { op: Comparison, value: Level, clear: Level.optional() }
/** Another indicator of the same unit and period, where the rule watches facts. */
const own = { indicator: z.string().max(100).optional() }

export const leafTypes = ['threshold', 'rate', 'count', 'sequence', 'absence', 'state', 'peers', 'anomaly'] as const
export type LeafType = (typeof leafTypes)[number]

const Step = z.strictObject({ field: z.string().max(100), equals: z.array(z.string().max(200)).min(1) })
export type Step = z.infer<typeof Step>

export const Leaf = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('threshold'), ...against, ...own }),
  /** Change against the value before, or against the one of `over` ago; as it is or in percent. */
  z.strictObject({
    type: z.literal('rate'),
    over: z.union([z.literal('previous'), Duration]).default('previous'),
    as: z.enum(['value', 'percent']).default('percent'),
    ...against,
    ...own,
  }),
  /** How many within the window that ends now. */
  z.strictObject({ type: z.literal('count'), window: Duration, ...against, where: z.array(Step).default([]) }),
  /** One after the other, all within a time; on for `hold` after the last. */
  z.strictObject({
    type: z.literal('sequence'),
    steps: z.array(Step).min(2).max(5),
    within: Duration,
    hold: Duration.optional(),
  }),
  /** Nothing for so long; of a source: nothing by when its contract says. */
  z.strictObject({ type: z.literal('absence'), longerThan: z.union([z.literal('cadence'), Duration]) }),
  /** As long as the last move led into one of these states. */
  z.strictObject({
    type: z.literal('state'),
    is: z.array(z.string().trim().min(1).max(40)).min(1, 'Nêu ít nhất một trạng thái, mỗi dòng một mã.').max(10),
  }),
  /** Distance from the middle of the like, in robust spreads. */
  z.strictObject({ type: z.literal('peers'), ...against, ...own }),
  /** Distance from what is usual for this weekday (daily) or for the periods before, in robust spreads. */
  z.strictObject({ type: z.literal('anomaly'), ...against, ...own }),
])
export type Leaf = z.infer<typeof Leaf>

export type When = Leaf | { type: 'all' | 'any'; of: When[] }

export const When: z.ZodType<When> = z.lazy(() =>
  z.union([Leaf, z.strictObject({ type: z.enum(['all', 'any']), of: z.array(When).min(1).max(6) })]),
)

export const periodKinds = ['day', 'week', 'month', 'quarter', 'year'] as const

export const Input = z.discriminatedUnion('from', [
  z.strictObject({
    from: z.literal('fact'),
    indicator: z.string().max(100),
    period: z.enum(periodKinds).default('month'),
    /** The root alone, its departments, its communes, both, or the listed ones. */
    units: z
      .union([z.enum(['root', 'departments', 'communes', 'all']), z.array(z.string().max(35)).min(1)])
      .default('root'),
  }),
  z.strictObject({
    from: z.literal('record'),
    kind: z.enum(kindNames),
    sources: z.array(z.string()).optional(),
    /** Date field that places a record in time. */
    at: z.string().max(40),
    /** Field that holds the value; records are only counted where nothing is said. */
    of: FieldName.optional(),
    where: z.array(RecordCondition).default([]),
    /** Field whose values are watched each for itself. */
    by: FieldName.default('organisation'),
  }),
  z.strictObject({ from: z.literal('source'), sources: z.array(z.string()).optional() }),
  z.strictObject({ from: z.literal('duty'), by: z.enum(['key', 'organisation']).default('key') }),
  z.strictObject({ from: z.literal('directive'), by: z.enum(['key', 'organisation']).default('key') }),
  /** Projects that are slow by the portfolio's own terms. */
  z.strictObject({ from: z.literal('project'), by: z.enum(['key', 'organisation']).default('key') }),
])
export type Input = z.infer<typeof Input>

export const RuleCode = z
  .string()
  .max(80)
  .regex(/^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)+$/, 'Mã quy tắc có dạng nhom.ten-quy-tac, chữ thường không dấu.')

export const Rule = z.strictObject({
  code: RuleCode,
  name: z.string().trim().min(5, 'Tên quy tắc có ít nhất 5 ký tự.').max(200),
  description: z.string().max(2000).default(''),
  severity: Severity,
  /** `{noi}`, `{gia-tri}`, `{chi-tieu}`, `{ky}` are filled in. */
  headline: z.string().trim().min(5, 'Câu báo có ít nhất 5 ký tự.').max(300),
  /** Whose the alert is; of the unit it speaks of where nothing is said. */
  organisation: z.string().max(35).optional(),
  playbook: z.string().max(100).optional(),
  input: Input,
  when: When,
  /** Pending time: the condition must hold so long before it is said. */
  for: Duration.default('0m'),
  /** No value: all stays as it was, counts as well, or is said after its own pending time. */
  noData: z
    .strictObject({ policy: z.enum(['keep', 'clear', 'alert']), after: Duration.default('0m') })
    .default({ policy: 'keep', after: '0m' }),
  /** How late records may come: what happened within this time is not judged yet. */
  lateness: Duration.default('0m'),
  /** Labels by which what the rule says folds into one alert. */
  groupBy: z
    .array(z.enum(['rule', 'organisation', 'area', 'key']))
    .min(1)
    .default(['rule', 'key']),
  /** The thresholds are examples, not the province's own. */
  illustrative: z.boolean().default(false),
  enabled: z.boolean().default(true),
})
export type Rule = z.infer<typeof Rule>

/** `packs/<pack>/alerts/*.yaml`. */
export const RuleFile = z.strictObject({
  source: z.string().min(1),
  defaults: z.record(z.string(), z.unknown()).default({}),
  rules: z.array(z.record(z.string(), z.unknown())).default([]),
})

/** All conditions at the ends of the tree. */
export const leavesOf = (when: When): Leaf[] => ('of' in when ? when.of.flatMap(leavesOf) : [when])

/** Indicators that a rule looks at. */
export function indicatorsOf({ input, when }: Rule): string[] {
  if (input.from !== 'fact') return []
  const others = leavesOf(when).flatMap((leaf) => ('indicator' in leaf && leaf.indicator ? [leaf.indicator] : []))
  return [...new Set([input.indicator, ...others])]
}

const moved: readonly LeafType[] = ['state', 'count', 'sequence', 'absence']
const allowed: Record<Input['from'], readonly LeafType[]> = {
  fact: ['threshold', 'rate', 'peers', 'anomaly'],
  record: ['threshold', 'rate', 'count', 'sequence', 'absence', 'anomaly'],
  source: ['absence'],
  duty: moved,
  directive: moved,
  project: moved,
}
export const leavesFor = (from: Input['from']): readonly LeafType[] => allowed[from]

/** What does not fit together in a rule that can be read, in words and with its place. */
export function findRuleFaults({ input, when, groupBy }: Rule): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = []
  for (const leaf of leavesOf(when)) {
    if (!allowed[input.from].includes(leaf.type))
      faults.push({ path: 'when', message: 'Kiểu điều kiện này không dùng được với loại dữ liệu theo dõi đã chọn.' })
    if (leaf.type === 'absence' && leaf.longerThan === 'cadence' && input.from !== 'source')
      faults.push({
        path: 'when',
        message: 'Im lặng theo kỳ hạn chỉ dùng cho nguồn dữ liệu; nơi khác hãy nêu thời lượng.',
      })
    if (leaf.type === 'state' && 'by' in input && input.by !== 'key')
      faults.push({ path: 'when', message: 'Trạng thái xét theo từng việc, không theo đơn vị.' })
    if ('clear' in leaf && leaf.clear !== undefined && isBeyond(leaf.op, leaf.clear, leaf.value))
      faults.push({ path: 'clear', message: 'Ngưỡng hết phải ở phía an toàn của ngưỡng báo.' })
  }
  if (
    input.from === 'record' &&
    input.of === undefined &&
    leavesOf(when).some(({ type }) => ['threshold', 'rate', 'anomaly'].includes(type))
  )
    faults.push({ path: 'of', message: 'Điều kiện trên giá trị cần biết trường nào chứa giá trị.' })
  if (input.from === 'record') faults.push(...findRecordFaults(input))
  if (depthOf(when) > 4) faults.push({ path: 'when', message: 'Điều kiện lồng quá sâu.' })
  if (!groupBy.includes('rule')) faults.push({ path: 'groupBy', message: 'Phải gộp theo cả quy tắc.' })
  return faults
}

function findRecordFaults({
  kind,
  at,
  of,
  by,
  where,
}: Input & { from: 'record' }): { path: string; message: string }[] {
  const { datedBy, label } = kindOf(kind)
  const faults = where.flatMap((condition, index) => {
    const message = findConditionFault(kind, condition)
    return message ? [{ path: `input.where.${index}`, message }] : []
  })
  if (!datedBy.includes(at))
    faults.push({ path: 'at', message: `“${label}” không có ngày “${at}”. Chọn: ${datedBy.join(', ')}.` })
  for (const [path, field] of [
    ['of', of],
    ['by', by],
  ] as const)
    if (field !== undefined && field !== 'area' && !findFieldType(kind, field))
      faults.push({ path, message: `“${label}” không có trường “${field}”.` })
  return faults
}

const isBeyond = (op: (typeof comparisons)[number], clear: number, value: number) =>
  op.startsWith('>') ? clear > value : clear < value

const depthOf = (when: When): number => ('of' in when ? 1 + Math.max(...when.of.map(depthOf)) : 1)
