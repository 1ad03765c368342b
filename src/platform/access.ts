/**
 * Whether somebody may: one decision over what he holds (role × organisations), what he wants it for, and how surely it is he. Every guard asks
 * it, and what it goes by is data: the grounds are what a person reads under "Vì sao tôi được xem", and what an auditor looks through.
 */
import { type Assurance, type AssuranceWish, isAssured } from '#platform/assurance'

/** The organisations a permission reaches: every one, or the listed codes (a role's organisation and all below it). */
export type Reach = 'all' | ReadonlySet<string>

/** One thing that lets somebody do what he may: a role that was given, powers for an emergency, a decision of inspection. */
export interface Ground {
  kind: 'role' | 'emergency' | 'inspection' | 'citizen'
  role: string
  /** As it was given; `*` is every organisation. */
  organisations: readonly string[]
  /** With all that is below them. */
  reach: Reach
  /** What it gives, less what a stand-in or the scopes of a token take away. */
  permissions: ReadonlySet<string>
  /** It counts only under this position. */
  position?: string
  givenBy?: string
  givenAt?: Date
  /** Days, both included; an instant for what ends within a day. */
  from?: string
  until?: string | Date
  /** Number of the decision. */
  decision?: string
  /** The colleague whose ground it is, while he is stood in for. */
  onBehalfOf?: { account: string; name: string; until: string }
  /** It counts only for who has proved himself so far. */
  demands?: Assurance
}

export interface Asked {
  permission?: string
  organisation?: string
  assurance?: AssuranceWish
  /** What he says that it is for. Absent: whether he could at all; a guard over personal data never leaves it out. */
  purpose?: string
}

/** Something that a permission over personal data may be used for: the pack's to say. */
export interface Purpose {
  code: string
  name: string
  /** The provision that allows it. */
  legalBasis: string
}

/** Permission → what it may be used for, and nothing else. One that is not named needs no purpose. */
export type Purposes = ReadonlyMap<string, readonly Purpose[]>

export interface Circumstances {
  now: Date
  purposes: Purposes
}

/** What is missing: the first that is, in the order in which it could be mended. */
type Lack = 'sign-in' | 'scope' | 'permission' | 'organisation' | 'purpose' | 'assurance'

export type Decision = { allowed: true; grounds: readonly Ground[]; purpose?: Purpose } | { allowed: false; lack: Lack }

/** What is known of who asks. */
interface Holder {
  account: string | undefined
  /** Permission → organisations, by all grounds together. */
  permissions: ReadonlyMap<string, Reach>
  grounds?: readonly Ground[]
  scopes?: readonly string[]
  assurance?: Assurance
  authenticatedAt?: Date
  asksSecondFactor?: boolean
}

export function decide(holder: Holder, asked: Asked, circumstances: Circumstances): Decision {
  const { permission, organisation } = asked
  const purpose = purposeOf(asked, circumstances.purposes)
  // The program itself may everything, but personal data it too uses for a purpose.
  const lack =
    holder.account !== 'system' ? lackOf(holder, asked, circumstances) : purpose === null ? 'purpose' : undefined
  if (lack) return { allowed: false, lack }
  const grounds =
    permission === undefined || holder.account === 'system' ? [] : groundsFor(holder, permission, organisation)
  return { allowed: true, grounds, ...(purpose ? { purpose } : {}) }
}

/** Nothing where none is needed or asked about; null where what was stated is none of the permission's. */
function purposeOf({ permission, purpose }: Asked, purposes: Purposes): Purpose | undefined | null {
  const among = permission === undefined ? undefined : purposes.get(permission)
  if (!among || purpose === undefined) return undefined
  return among.find(({ code }) => code === purpose) ?? null
}

/** The organisations that a permission reaches by what somebody holds. */
export const reachOf = (holder: Holder, permission: string): Reach =>
  holder.account === 'system' ? 'all' : (holder.permissions.get(permission) ?? nowhere)

const nowhere: ReadonlySet<string> = new Set()

function lackOf(holder: Holder, asked: Asked, { now, purposes }: Circumstances): Lack | undefined {
  const { permission, organisation, assurance } = asked
  if (permission !== undefined) {
    const reach = reachOf(holder, permission)
    if (reach !== 'all' && reach.size === 0) return whyNothing(holder)
    if (organisation !== undefined && !covers(reach, organisation)) return 'organisation'
  } else if (!holder.account) return 'sign-in'
  const purpose = purposeOf(asked, purposes)
  // A purpose is a person's: a key of a machine has none of its own.
  if (purpose !== undefined && holder.scopes) return 'scope'
  if (purpose === null) return 'purpose'
  if (assurance && !isProved(holder, assurance, now)) return 'assurance'
  return undefined
}

function whyNothing({ account, scopes }: Holder): Lack {
  if (!account) return 'sign-in'
  return scopes ? 'scope' : 'permission'
}

const isProved = (holder: Holder, wish: AssuranceWish, now: Date): boolean =>
  (wish.ifEnrolled === true && !holder.asksSecondFactor) || isAssured(holder, wish, now)

const covers = (reach: Reach, organisation: string): boolean => reach === 'all' || reach.has(organisation)

function groundsFor({ grounds = [] }: Holder, permission: string, organisation: string | undefined): Ground[] {
  return grounds.filter(
    ({ permissions, reach }) =>
      permissions.has(permission) && (organisation === undefined || covers(reach, organisation)),
  )
}

/** What grounds permit together, each over the organisations that it reaches. */
export function permissionsBy(grounds: readonly Pick<Ground, 'permissions' | 'reach'>[]): Map<string, Reach> {
  const found = new Map<string, Reach[]>()
  for (const { permissions, reach } of grounds)
    for (const permission of permissions) found.set(permission, [...(found.get(permission) ?? []), reach])
  return new Map([...found].map(([permission, reaches]) => [permission, joinReaches(reaches)]))
}

function joinReaches(reaches: readonly Reach[]): Reach {
  const [first, ...others] = reaches
  if (first !== undefined && others.length === 0) return first
  const codes = new Set<string>()
  for (const reach of reaches) {
    if (reach === 'all') return 'all'
    for (const code of reach) codes.add(code)
  }
  return codes
}
