import type { Purpose } from '#platform/access'
import type { Config } from '#platform/config'
import type { Context } from '#platform/context'
import type { Subscription } from '#platform/events'
import type { GuardBook } from '#platform/guards'
import type { Route } from '#platform/http'
import type { JobHandler } from '#platform/jobs'
import type { NoticeTemplate } from '#platform/notices'

export type { NoticeTemplate }

/** One entry of the menu, shown to those who hold the permission. */
export interface MenuItem {
  label: string
  href: string
  /** Marked for every page below this address, where that is more than what lies below `href`. */
  covers?: string
  /** Absent: something of one's own, for whoever is signed in as a person. */
  permission?: string
  order: number
  /** `top` stands by itself, and there are few of them; `head` stands at the head of every page; the others are folded in sections. */
  group: 'head' | 'top' | 'figures' | 'events' | 'data' | 'administration'
  /** What waits there for who asks: read with every page he opens, so it is one statement of about a millisecond. */
  count?: MenuCount
}

export interface MenuCount {
  read(ctx: Context): Promise<{
    count: number
    /** What of it presses, in words beside the number. */
    note?: string
    /** The largest number that is counted: from there on it is "more than". */
    most?: number
    /** What is counted, for who hears the page. */
    unit?: string
  }>
  /** Topics of the live line at which it is read again, and the address that gives it alone: a fragment with this id. */
  topics(ctx: Context): string
  id: string
  href: string
}

export interface Command {
  name: string
  /** One line for `tram --help`. */
  summary: string
  /** Text of `tram <name> --help`, after the usage line. */
  help: string
  usage: string
  options: Record<string, { type: 'string' | 'boolean'; multiple?: boolean }>
  /** Prints one JSON document when `--json` is set. @throws Problem or UsageFault. */
  run(ctx: Context, input: CommandInput): Promise<unknown>
}

export interface CommandInput {
  positionals: string[]
  options: Record<string, string | boolean | string[] | undefined>
  /** Human words on standard error while working. */
  progress(line: string): void
  /** A long answer on standard output, a piece at a time; what the command returns is then not printed. */
  print(piece: string | Uint8Array): Promise<void>
  /** Runs the jobs that wait, in this process, until none is due: what a command sets going is done when it answers. */
  runJobs(): Promise<void>
  /** Brings another pack's data in, by every capability. */
  loadPack(packDir: string): Promise<void>
}

/** Wrong use of a command: exit code 2. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault'
}

export interface SeedOptions {
  /** Fills the demonstration year. */
  demo: boolean
  /** The whole yearly volume of the province instead of a sample. */
  full: boolean
  progress(line: string): void
}

/** One thing on a map: a point, or an area by the code of its unit. */
export interface MapFeature {
  id: string
  title: string
  /** Opens what lies behind it. */
  href: string
  /** Longitude and latitude in degrees of WGS 84. */
  point?: readonly [number, number]
  /** Code of the administrative unit it belongs to. */
  area?: string
  severity?: 'critical' | 'high' | 'medium' | 'low'
  at?: Date
  /** Two or three words: a state, a category. */
  note?: string
}

/** West, south, east, north in degrees of WGS 84. */
export type MapBox = readonly [number, number, number, number]

/** Things that lie near one another, counted where they are kept. */
export interface MapCluster {
  /** The mean place of what it holds. */
  point: readonly [number, number]
  box: MapBox
  count: number
  severity?: MapFeature['severity']
}

/** A layer that a capability puts on the map; it shows each caller only what he may see. */
export interface MapLayer {
  code: string
  title: string
  permission: string
  /** A few things, each told by its name on the map. */
  named?: boolean
  /** The newest first, at most `limit` (0: only the total); what has an area and no point is given for any box. */
  list(
    ctx: Context,
    question: { box?: MapBox; limit: number },
  ): Promise<{ features: MapFeature[]; total: number; asOf: Date | undefined }>
  /** For layers of more than some thousands: those in the box counted by cells of so many degrees. */
  gather?(ctx: Context, question: { box: MapBox; cellDegrees: number }): Promise<MapCluster[]>
  /** For layers of more than some thousands: page after page in the order of their ids. */
  page?(ctx: Context, question: { box?: MapBox; limit: number; after?: string }): Promise<MapFeature[]>
  /** The box around all of them; asked when none lies in view. */
  extent?(ctx: Context): Promise<MapBox | undefined>
  /** One by its id. Absent: looked for in the list. */
  find?(ctx: Context, id: string): Promise<MapFeature | undefined>
}

/** A clock that says something else by a changed calendar. */
export interface ClockMove {
  /** Its place in the order of the book. */
  key: string
  /** What people call it, and where it is. */
  code: string
  url: string
  organisation: string
  before: Date | null
  after: Date | null
}

export interface ClockQuestion<Calendar> {
  /** No earlier day has changed: what was due before it stays. */
  since: Date
  /** By which calendar an organisation works, as it is to be. */
  calendarOf(organisation: string): Calendar | undefined
  /** Key of the last clock of the batch before. */
  after: string | undefined
  limit: number
  /** The clocks are moved in the same transaction, and held until its end. */
  hold: boolean
}

/** One batch in the order of keys; `last` is absent when it was the end of the book. */
export interface ClockBatch<Move> {
  seen: number
  last: string | undefined
  moves: Move[]
}

/**
 * The open clocks a capability keeps, with the due time each had when it was written. `#calendar` has them reckoned anew when working days
 * change: by the same reckoning they are shown before the change and moved after it. (Its calendars are unknown down here.)
 */
export interface ClockBook<Calendar = unknown, Move extends ClockMove = ClockMove> {
  name: string
  /** What the clocks are, for the page that lists them. */
  title: string
  reckon(ctx: Context, question: ClockQuestion<Calendar>): Promise<ClockBatch<Move>>
  /** Writes the new times, and moves what waits for them. */
  move(ctx: Context, moves: readonly Move[]): Promise<void>
}

/** One line of what the next shift must know. */
export interface ShiftMatter {
  title: string
  url: string
  /** A few words: state, owner, time. */
  note?: string
}

/** What of a capability is open when a shift ends; filled into the form of the hand-over for who may see it. */
export interface ShiftMatters {
  title: string
  permission: string
  list(ctx: Context): Promise<ShiftMatter[]>
}

/** A number that a person may name somewhere else: a task waits for it. */
export interface NumberChoice {
  code: string
  name: string
  unit: string
  /** Its page. */
  url: string
}

/** The numbers a capability has; each caller finds those that he may see. */
export interface Numbers {
  /** Every word of the question is in the name, the code or what else is said of it; the best first. All of them without words. */
  search(ctx: Context, question: string, limit: number): Promise<NumberChoice[]>
  find(ctx: Context, code: string): Promise<NumberChoice | undefined>
}

/** Bytes that a capability keeps as they came, and whose hash an entry of the ledger holds: `#ledger` reads them again and again. */
export interface KeptBytes {
  /** The action of the entries that tell of them. */
  action: string
  title: string
  /** What such an entry tells of; in the order of its batch where it is one. */
  find(ctx: Context, entry: { subject: string; body: unknown }): Promise<KeptContent[]>
}

export interface KeptContent {
  /** `kind:code`. */
  subject: string
  /** What people call it. */
  name: string
  source?: string
  /** Hexadecimal SHA-256 as the entry tells it; in a batch by the capability's own row, which `item` must vouch for. */
  sha256: string
  /** What the batch holds of it. */
  item?: unknown
  /** The capability's own row says of it what the entry says; absent where the entry says no more than the hash. */
  isAsTold?: boolean
  /** It was removed by right: nothing is left to read. */
  isGone?: boolean
  /** Nothing where it is not there. @throws ChangedContent where the form it lies in is not the one that was written. */
  open(): Promise<AsyncIterable<Uint8Array> | undefined>
}

export class ChangedContent extends Error {
  override readonly name = 'ChangedContent'
}

/** The card of a capability: everything `app.ts` mounts. */
export interface Capability {
  name: string
  /** Folder with `migrations/`, as a file URL of the card: `import.meta.url`. */
  home?: string
  routes?: readonly Route[]
  jobs?: readonly JobHandler[]
  subscriptions?: readonly Subscription[]
  commands?: readonly Command[]
  menu?: readonly MenuItem[]
  /** Permission → the roles that hold it, over the organisation the role is scoped to. */
  permissions?: Record<string, readonly Role[]>
  /** Permission over personal data → what the pack lets it be used for. Not named here: it needs no purpose. */
  purposes?(packDir: string): Promise<Record<string, readonly Purpose[]>>
  /** The messages it sends by `#notifications`. */
  notices?: readonly NoticeTemplate[]
  /** What others may choose from its numbers. */
  numbers?: Numbers
  /** Who may see what it keeps, thing by thing. */
  guards?: readonly GuardBook[]
  /** What it shows on the map. */
  mapLayers?: readonly MapLayer[]
  /** What it keeps as it came, for the ledger to read again. */
  keptBytes?: readonly KeptBytes[]
  /** Its open clocks, which move with the working calendar. */
  clocks?: readonly ClockBook[]
  /** What the next shift must know of it. */
  shiftMatters?: readonly ShiftMatters[]
  /** Noun → permission: a token's scope `noun:object` gives this permission over that object only. The action asks which object. */
  objectScopes?: Record<string, string>
  /** Brings the pack's data into the database; runs at each start, must be quick when nothing changed. */
  loadPack?(ctx: Context, config: Config): Promise<void>
  /** Makes the demonstration records once. */
  seed?(ctx: Context, options: SeedOptions): Promise<void>
  /** Something `tram doctor` and /health/ready check; a sentence when something is wrong. */
  check?(ctx: Context): Promise<string | undefined>
}

/**
 * `inspector` is nobody's lasting role: it comes with a decision of inspection, on its days and over its agencies. `citizen` is nobody's to
 * give: it is what an account of VNeID holds by itself.
 */
export type Role =
  | 'leader'
  | 'operator'
  | 'custodian'
  | 'officer'
  | 'analyst'
  | 'administrator'
  | 'auditor'
  | 'clerk'
  | 'citizen'
  | 'inspector'
