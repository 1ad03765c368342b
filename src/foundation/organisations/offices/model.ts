// Positions and who holds them: plain rules, no clock and no database.
import { z } from 'zod'
import { Day, OrganisationCode, OrganisationKind } from '../model.ts'
import { everyKind, KindOrEvery } from '../signing-authority/document-kinds.ts'

/** How a position stands in its organisation: it heads it, is the head's deputy, or neither. */
export const ranks = ['head', 'deputy', 'officer'] as const
export const Rank = z.enum(ranks)
export type Rank = z.infer<typeof Rank>

/** Short name of a position within its organisation: CT, PCT, GD. */
export const PositionKey = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z0-9-]{1,20}$/, 'Ký hiệu chức danh gồm chữ A–Z, chữ số, gạch nối, dài nhất 20 ký tự; ví dụ PGD.')

/** `<organisation>:<key>`: H32:CT. */
export const PositionCode = z
  .string()
  .max(56)
  .regex(/^[A-Z0-9-]+(\.[A-Z0-9-]+)*:[A-Z0-9-]{1,20}$/)

export const positionCode = (organisation: string, key: string): string => `${organisation}:${key}`
export const organisationOf = (position: string): string => position.slice(0, position.indexOf(':'))
export const keyOfPosition = (position: string): string => position.slice(position.indexOf(':') + 1)

const content = {
  title: z.string().trim().min(1, 'Nhập tên chức danh, ví dụ Phó Giám đốc.').max(200),
  rank: Rank,
  /** How many may hold it at once; absent: no limit. */
  seats: z.int().min(1).max(999).optional(),
  /** The body in whose name the head signs (TM.). */
  collective: z.string().trim().min(1).max(200).optional(),
}

export const NewPosition = z.strictObject({ organisation: OrganisationCode, key: PositionKey, ...content })
export type NewPosition = z.infer<typeof NewPosition>

export const Appointment = z.strictObject({
  position: PositionCode,
  account: z.string().min(1).max(63),
  personName: z.string().trim().min(1).max(200),
  acting: z.boolean().default(false),
  /** The last day, where it is known already. */
  validTo: Day.optional(),
})
export type Appointment = z.infer<typeof Appointment>

const AuthorityRow = z.strictObject({
  form: z.enum(['KT', 'TL', 'TUQ']),
  principal: z.string(),
  signatory: z.string(),
  kinds: z.array(KindOrEvery).min(1).default([everyKind]),
  scope: z.string().optional(),
  document: z.string().min(1),
  documentOn: Day.optional(),
  validFrom: Day,
  validTo: Day.optional(),
})

/** `positions.yaml`: what each kind of organisation has, what one has besides, and who signs for whom in a demonstration. */
export const PositionFile = z.strictObject({
  source: z.string().min(1),
  byKind: z
    .array(
      z.strictObject({
        kind: OrganisationKind,
        /** Only those of this group; the organisations named in `besides` do without. */
        peerGroup: z.string().optional(),
        except: z.array(OrganisationCode).default([]),
        key: PositionKey,
        ...content,
      }),
    )
    .default([]),
  positions: z.array(z.strictObject({ organisation: OrganisationCode, key: PositionKey, ...content })).default([]),
  /** `principal` and `signatory` are position codes, or keys that every organisation of the kind has. */
  demoAuthorities: z.array(AuthorityRow.extend({ kind: OrganisationKind.optional() })).default([]),
})
export type PositionFile = z.infer<typeof PositionFile>

/** Both ends included; null is open. */
export interface Span {
  validFrom: string | null
  validTo: string | null
}

const first = '0000-01-01'
const last = '9999-12-31'

export const holdsOn = ({ validFrom, validTo }: Span, day: string): boolean =>
  (validFrom ?? first) <= day && day <= (validTo ?? last)

const meet = (a: Span, b: Span): boolean =>
  (a.validFrom ?? first) <= (b.validTo ?? last) && (b.validFrom ?? first) <= (a.validTo ?? last)

/**
 * The first day within `span` on which more than `seats` would hold at once; nothing where it never is.
 * Only the first days of holdings can begin such a time.
 */
export function firstOverfull(holdings: readonly Span[], span: Span, seats: number): string | undefined {
  const within = holdings.filter((one) => meet(one, span))
  const days = [span.validFrom ?? first, ...within.map(({ validFrom }) => validFrom ?? first)]
  return days
    .filter((day) => holdsOn(span, day))
    .sort()
    .find((day) => within.filter((one) => holdsOn(one, day)).length > seats)
}

/** How many words at the end of the title are those at the beginning of the name: 1 of "Chánh Thanh tra" is 2 for "Thanh tra tỉnh". */
function overlapOf(title: string, name: string): number {
  const [ends, starts] = [title, name].map((text) => text.toLocaleLowerCase('vi').split(' '))
  const most = Math.min(ends?.length ?? 0, starts?.length ?? 0)
  for (let count = most; count > 0; count--)
    if (ends?.slice(-count).join(' ') === starts?.slice(0, count).join(' ')) return count
  return 0
}

/** "Giám đốc Sở Tài chính tỉnh Khánh Hòa"; what the title says of the unit already ("Chánh Văn phòng") is not said twice. */
export function fullTitle(title: string, organisation: string): string {
  const name = organisation.replace(/ \(.*\)$/, '')
  return [title, ...name.split(' ').slice(overlapOf(title, name))].join(' ')
}

/** As it stands under another's document: "Giám đốc Sở Tài chính", "Chánh Văn phòng". */
export const titleWithUnit = (title: string, organisation: string): string =>
  overlapOf(title, organisation) > 0
    ? title
    : `${title} ${organisation.replace(/ (tỉnh|thành phố|phường|xã|đặc khu) [^,]+$/, '')}`
