import { z } from 'zod'
import type { Cadence } from '#warehouse'

/** A setting of the pack with where it comes from; what was not read in the document itself says so. */
const cited = <T extends z.ZodType>(value: T) =>
  z.strictObject({ value, citation: z.string().min(5), unverified: z.boolean().default(false) })

const WorkingTime = z.strictObject({
  amount: z.number().positive().max(1000),
  unit: z.enum(['working-hour', 'working-day']),
})
export type WorkingTime = z.infer<typeof WorkingTime>

const Step = z.strictObject({ count: z.int().min(1), words: z.string().min(5) })

/** Who owes an indicator beside or instead of its owner: kinds of organisations, or organisations by code. */
const Owed = z.strictObject({
  indicator: z.string(),
  kinds: z.array(z.string()).default([]),
  organisations: z.array(z.string()).default([]),
})

/** `duties.yaml` of a pack. */
export const Settings = z.strictObject({
  source: z.string().min(5),
  /** How long before it is due a duty is warned of: what comes daily, and all that comes less often. */
  warnBefore: cited(z.strictObject({ daily: WorkingTime, other: WorkingTime })),
  /** Working days late from which a letter is drafted. */
  draftAfterWorkingDays: cited(z.int().min(0).max(250)),
  /** Working days an agency has for its explanation. */
  explainWithinWorkingDays: cited(z.int().min(1).max(60)),
  /** Working days after an issued letter before the next one to the same agency is drafted. */
  againAfterWorkingDays: cited(z.int().min(0).max(250)),
  ladder: cited(z.array(Step).min(1)),
  /** The department that signs and issues; for its own lateness, who does it instead. */
  issuer: cited(z.strictObject({ organisation: z.string(), ownIssuer: z.string() })),
  numbering: cited(
    z.strictObject({ reminder: z.string().includes('{number}'), request: z.string().includes('{number}') }),
  ),
  /** Agencies outside the province's line: requests, or nothing at all. */
  outside: cited(z.enum(['request', 'none'])),
  letter: cited(z.strictObject({ place: z.string(), ground: z.string() })),
  owed: cited(z.array(Owed)).optional(),
  /** Typed indicators that nobody owes, by the beginning of their code. */
  notOwed: cited(z.array(z.string())).optional(),
})
export type Settings = z.infer<typeof Settings>

export type SubjectKind = 'indicator' | 'source'

/** Something an organisation owes by a cadence. */
export interface Owing {
  subjectKind: SubjectKind
  subject: string
  subjectName: string
  organisation: string
  agency: string
  isOutside: boolean
  figureOf: string
  cadence: Cadence
}

export const dutyStates = ['open', 'due-soon', 'late', 'fulfilled', 'void'] as const
export type DutyState = (typeof dutyStates)[number]

/** How an obligation stands: the word of its cell in the matrix. */
export const standings = ['on-time', 'due-soon', 'late', 'no-data'] as const
export type Standing = (typeof standings)[number]

/**
 * Nothing ever came and something is late already: no data. A period that is late and missing makes it late, one that nears its end
 * due soon. What was excused is no longer held against the agency.
 */
export function standingOf(row: { hasValue: boolean; late: number; dueSoon: number }): Standing {
  if (row.late > 0) return row.hasValue ? 'late' : 'no-data'
  return row.dueSoon > 0 ? 'due-soon' : 'on-time'
}

/** The public code of a duty. */
export const dutyCode = (duty: { organisation: string; subject: string; period: string }): string =>
  `${duty.organisation}~${duty.subject}~${duty.period}`

export const letterStates = ['asked', 'explained', 'to-sign', 'issued', 'excused', 'withdrawn', 'dropped'] as const
export type LetterState = (typeof letterStates)[number]
export type LetterKind = 'reminder' | 'request'

/**
 * The way of a letter. A reminder begins with the question to the agency and comes to the signer only after an explanation was refused
 * or the time for it ran out; what was issued stays in the books, withdrawn or not. Requests begin before the signer.
 */
const nextLetterStates: Record<LetterState, readonly LetterState[]> = {
  asked: ['explained', 'to-sign', 'dropped'],
  explained: ['excused', 'to-sign', 'dropped'],
  'to-sign': ['issued', 'dropped'],
  issued: ['withdrawn'],
  excused: [],
  withdrawn: [],
  dropped: [],
}

export const canMoveLetter = (from: LetterState, to: LetterState): boolean => nextLetterStates[from].includes(to)

export const firstLetterState = (kind: LetterKind): LetterState => (kind === 'reminder' ? 'asked' : 'to-sign')

/** Only a numbered reminder that was issued and not withdrawn counts. */
export const countsOnLadder = (letter: { kind: LetterKind; state: LetterState }): boolean =>
  letter.kind === 'reminder' && letter.state === 'issued'

/** The highest step of the ladder that a count has reached. */
export const stepReached = (settings: Settings, count: number): { count: number; words: string } | undefined =>
  settings.ladder.value.toSorted((a, b) => b.count - a.count).find((step) => count >= step.count)
