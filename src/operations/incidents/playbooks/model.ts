import { z } from 'zod'
import { channelCodes, Kind, riskLevels, severities, severityNames } from '../model.ts'

const line = (max: number) => z.string().trim().min(1, 'Không được để trống.').max(max, `Dài nhất ${max} ký tự.`)

export const StepKey = z
  .string()
  .trim()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'Mã bước gồm chữ thường không dấu, chữ số và gạch ngang; ví dụ bao-cao-nhanh.')

/** Due so long after the start, or after the end of another step; by the clock on the wall or in working time. */
export const When = z.union([
  z.strictObject({ minutes: z.int().min(0).max(20_160), after: StepKey.optional() }),
  z.strictObject({ workingHours: z.int().min(1).max(400), after: StepKey.optional() }),
])
export type When = z.infer<typeof When>

export const StepMessage = z.strictObject({
  title: line(200),
  text: line(2000),
  channels: z.array(z.enum(channelCodes)).min(1, 'Chọn ít nhất một kênh.'),
})
export type StepMessage = z.infer<typeof StepMessage>

export const Step = z.strictObject({
  key: StepKey,
  title: line(200),
  what: line(2000),
  who: z.strictObject({ organisation: line(35), role: line(200).optional() }),
  when: When,
  /** What shows that it is done; absent, a word is enough. */
  evidence: line(300).optional(),
  messages: z.array(StepMessage).max(3).default([]),
})
export type Step = z.infer<typeof Step>

// A flood alarm is the water's height at a gauge; the risk level is another scale, and the severity of alerts a third.
export const PlaybookLevel = z.union([
  z.strictObject({ scale: z.literal('flood-alarm'), value: z.enum(['1', '2', '3']) }),
  z.strictObject({ scale: z.literal('risk'), value: z.enum(riskLevels) }),
  z.strictObject({ scale: z.literal('severity'), value: z.enum(severities) }),
])
export type PlaybookLevel = z.infer<typeof PlaybookLevel>

export const PlaybookBody = z
  .strictObject({
    title: line(200),
    kind: Kind,
    level: PlaybookLevel.optional(),
    /** The level an incident gets that is opened with it, unless another is chosen. */
    incidentLevel: line(10).optional(),
    purpose: line(1000),
    /** Names by which alerts ask for it. */
    aliases: z.array(StepKey).max(10).default([]),
    /** Law, plan or practice that it follows. */
    source: line(1000),
    unverified: z.boolean().default(true),
    contacts: z
      .array(z.strictObject({ name: line(200), reach: line(200) }))
      .max(30)
      .default([]),
    steps: z.array(Step).min(1, 'Kịch bản cần ít nhất một bước.').max(60),
  })
  .superRefine((body, ctx) => {
    for (const { path, message } of findStepFaults(body.steps)) ctx.addIssue({ code: 'custom', path, message })
  })
export type PlaybookBody = z.infer<typeof PlaybookBody>

/** A playbook as a file of the pack. */
export const PlaybookFile = z.looseObject({ code: StepKey, organisation: line(35) })

interface StepFault {
  path: (string | number)[]
  message: string
}

/** Steps with one key twice, steps that wait for an unknown one, and circles of waiting. */
export function findStepFaults(steps: readonly Pick<Step, 'key' | 'when'>[]): StepFault[] {
  const faults: StepFault[] = []
  const afterOf = new Map(steps.map(({ key, when }) => [key, when.after]))
  for (const [index, { key, when }] of steps.entries()) {
    if (steps.findIndex((one) => one.key === key) !== index)
      faults.push({ path: ['steps', index, 'key'], message: `Mã bước ${key} đã dùng cho một bước khác.` })
    if (when.after === undefined) continue
    if (!afterOf.has(when.after))
      faults.push({ path: ['steps', index, 'when'], message: `Không có bước ${when.after} để chờ.` })
    else if (waitsForItself(key, afterOf))
      faults.push({ path: ['steps', index, 'when'], message: `Bước ${key} chờ vòng về chính nó.` })
  }
  return faults
}

function waitsForItself(key: string, afterOf: ReadonlyMap<string, string | undefined>): boolean {
  let at = afterOf.get(key)
  for (let count = 0; at !== undefined && count <= afterOf.size; count += 1) {
    if (at === key) return true
    at = afterOf.get(at)
  }
  return false
}

export function sayPlaybookLevel(level: PlaybookLevel | undefined): string {
  if (!level) return 'Mọi cấp'
  if (level.scale === 'flood-alarm') return `Báo động ${level.value} (BĐ${level.value})`
  if (level.scale === 'risk') return `Rủi ro thiên tai Cấp ${level.value}`
  return `Cảnh báo ${severityNames[level.value].toLowerCase()}`
}

export function sayWhen(when: When, titleOf: (key: string) => string): string {
  const from = when.after === undefined ? 'từ lúc bắt đầu' : `sau khi xong “${titleOf(when.after)}”`
  if ('workingHours' in when) return `trong ${when.workingHours} giờ làm việc ${from}`
  if (when.minutes === 0) return when.after === undefined ? 'ngay khi bắt đầu' : `ngay ${from}`
  return `trong ${sayMinutes(when.minutes)} ${from}`
}

function sayMinutes(minutes: number): string {
  if (minutes < 60) return `${minutes} phút`
  const rest = minutes % 60
  return rest === 0 ? `${Math.floor(minutes / 60)} giờ` : `${Math.floor(minutes / 60)} giờ ${rest} phút`
}
