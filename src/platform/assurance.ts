/**
 * How sure the house is of who acts. Two scales that do not mix: officers prove themselves by a password or by two factors, citizens
 * by the levels of VNeID (Decree 69/2024/NĐ-CP, articles 6 to 8).
 */
import { Problem, tokenRefusedCode } from '#platform/errors'

/** From weak to strong; what stands in different rows cannot be compared. */
const scales = [
  ['password', 'two-factor'],
  ['vneid:1', 'vneid:2'],
] as const

export const assurances = scales.flat()
export type Assurance = (typeof scales)[number][number]

export interface AssuranceWish {
  level: Assurance
  /** The longest time since it was proved. */
  withinMinutes?: number
  /** Asked only of accounts that can: of those with a second factor, or of all where the pack demands one. */
  ifEnrolled?: boolean
}

/** What is known of how an actor was authenticated. */
export interface Proved {
  assurance?: Assurance
  authenticatedAt?: Date
}

/** Whether one level does for another. */
export function meets(had: Assurance | undefined, wanted: Assurance): boolean {
  const scale: readonly Assurance[] | undefined = scales.find((levels) => levels.some((level) => level === wanted))
  if (!scale || !had) return false
  return scale.indexOf(had) >= scale.indexOf(wanted)
}

/** Whether it was proved strongly enough, and lately enough. */
export function isAssured({ assurance, authenticatedAt }: Proved, wanted: AssuranceWish, now: Date): boolean {
  if (!meets(assurance, wanted.level)) return false
  if (wanted.withinMinutes === undefined) return true
  return authenticatedAt !== undefined && now.getTime() - authenticatedAt.getTime() <= wanted.withinMinutes * 60_000
}

const insufficientCode = 'access.insufficient-assurance'

export const insufficientAssurance = ({ level, withinMinutes }: AssuranceWish) =>
  new Problem(insufficientCode, 401, 'Việc này cần xác nhận ông/bà là ai ở mức cao hơn hoặc gần đây hơn.', {
    acrValues: level,
    ...(withinMinutes === undefined ? {} : { maxAgeSeconds: withinMinutes * 60 }),
  })

/** What was wanted, when that is why somebody was refused. */
export function wishOf({ code, facts }: Problem): AssuranceWish | undefined {
  const level = assurances.find((one) => one === facts.acrValues)
  if (code !== insufficientCode || !level) return undefined
  return typeof facts.maxAgeSeconds === 'number' ? { level, withinMinutes: facts.maxAgeSeconds / 60 } : { level }
}

/** RFC 9470, section 3; RFC 6750 for a plain refusal. */
export function challengeOf(problem: Problem): string {
  const wish = wishOf(problem)
  if (!wish) return problem.code === tokenRefusedCode ? 'Bearer error="invalid_token"' : 'Bearer'
  const words = 'error_description="A different authentication level is required"'
  const maxAge = wish.withinMinutes === undefined ? '' : `, max_age="${wish.withinMinutes * 60}"`
  return `Bearer error="insufficient_user_authentication", ${words}, acr_values="${wish.level}"${maxAge}`
}
