import type { z } from 'zod'
import {
  type Asked,
  type Decision,
  decide,
  type Ground,
  type Purpose,
  type Purposes,
  type Reach,
  reachOf,
} from '#platform/access'
import { type Assurance, type AssuranceWish, insufficientAssurance } from '#platform/assurance'
import type { Config } from '#platform/config'
import { forbidden, forbiddenPurpose, unauthenticated } from '#platform/errors'
import type { Logger } from '#platform/log'
import type { NoticeTemplate } from '#platform/notices'
import { inTransaction, type Pool, type Sql } from '#platform/sql'

/** What a capability tells the others: past tense, named by the subject, carrying codes and not rows. */
export interface EventType<T> {
  name: string
  schema: z.ZodType<T>
}

/** A piece of work done apart from any request: short and idempotent (claim, do, mark). */
export interface JobType<T> {
  name: string
  schema: z.ZodType<T>
}

/** Delivered at least once, in a job of its own, after the publishing transaction has committed. */
export interface Subscription {
  event: string
  /** Unique over all subscriptions: names the delivering job. */
  name: string
  run(ctx: Context, payload: unknown): Promise<void>
}

export type { Reach }

/** Who acts. Absent account: nobody is signed in. */
export interface Actor {
  account: string | undefined
  name: string
  /**
   * The absent colleague for whom the actor stands in: roles, permissions and organisation are then the colleague's, while `account` and
   * `name` stay those of who acts.
   */
  onBehalfOf?: { account: string; name: string }
  /** Somebody from outside, signed in at VNeID: holds no role, works nowhere, and sees what is his own. */
  citizen?: Citizen
  /**
   * The position under which he acts, one at a time, and how many he holds: roles bound to another one do not count. Absent for machines, for
   * who holds none and while standing in.
   */
  position?: { code: string; title: string; held: number }
  /** Code of the organisation the actor works in. */
  organisation: string | undefined
  roles: readonly { role: string; organisation: string }[]
  /** Permission → organisations it reaches. */
  permissions: ReadonlyMap<string, Reach>
  /** What gives him these permissions, each for itself. */
  grounds?: readonly Ground[]
  /** Scopes of the token that is acted with; absent: all that the roles permit. */
  scopes?: readonly string[]
  /** Powers for an emergency that he holds beside his own: marked on every page and with every act. */
  emergency?: { id: string; title: string; endsAt: Date }
  /** The decision by which he inspects, while it lasts. */
  inspection?: InspectionRight
  /** How surely it is he, of a signed-in person; tokens and machines have none. */
  assurance?: Assurance
  /** When he last proved it. */
  authenticatedAt?: Date
  /** He has a second factor, or the pack demands one of everybody: what asks for it `ifEnrolled` asks him. */
  asksSecondFactor?: boolean
}

export interface Citizen {
  /** Id of his record. */
  person: string
  /** The organisation that he has signed in for. */
  represents?: { identifier: string; name: string }
}

/** What an inspector may look at: no more than his decision says. Days are both included. */
export interface InspectionRight {
  id: number
  decisionNumber: string
  decidedOn: string
  issuedBy: string
  about: string
  periodFrom: string
  periodTo: string
  validTo: string
  organisations: readonly string[]
  /** Codes of what is inspected; none: everything of these agencies in this period. */
  subjects: readonly string[]
}

export interface JobOptions {
  /** Only one waiting job of this key; a second call moves it to the later payload. */
  key?: string
  /** With a key: one that waits already keeps its time, so that a stream of calls puts nothing off for ever; without, it comes at once. */
  runAt?: Date
  /** Jobs of one queue run one after the other. */
  queue?: string
}

/** Everything a piece of work needs, handed down as its first argument. */
export type SayPerson = (account: string) => string

export interface Context {
  readonly sql: Sql
  readonly actor: Actor
  /** Read once per request or job; tests advance it. */
  readonly now: Date
  readonly log: Logger
  readonly config: Config
  /** The messages that the capabilities send, by code. */
  readonly notices: ReadonlyMap<string, NoticeTemplate>
  /**
   * @throws Problem 401 or 403 unless the actor holds the permission (over that organisation, when given) and, where it is one over
   * personal data, uses it for what it may be used for.
   */
  require(permission: string, organisation?: string, purpose?: string): void
  /** Whether he holds it; not, for what. */
  can(permission: string, organisation?: string): boolean
  /** The decision behind all of these, with its grounds or with what is missing. */
  decide(asked: Asked): Decision
  /** @throws Problem 401 unless the actor has proved who he is at this level; pages lead him to prove it and back. */
  requireAssurance(level: Assurance, options?: Omit<AssuranceWish, 'level'>): void
  /** Organisations the actor's permission reaches; an empty set when he does not hold it. Every scoped query takes it. */
  reach(permission: string): Reach
  /** What a permission may be used for; nothing where it is not bound to purposes. */
  purposesOf(permission: string): readonly Purpose[] | undefined
  /** Permission → the roles that hold it. */
  readonly grants: Workshop['grants']
  /** The roles that hold a permission: who may be asked to do something. */
  rolesWith(permission: string): string[]
  /** Who people are, for pages that hold accounts only: name and position, of now or of a moment; an account that is nobody's says itself. */
  sayPeople(accounts: Iterable<string | null | undefined>, at?: Date): Promise<SayPerson>
  publish<T>(event: EventType<T>, payload: T): Promise<void>
  enqueue<T>(job: JobType<T>, payload: T, options?: JobOptions): Promise<void>
  transaction<T>(work: (ctx: Context) => Promise<T>): Promise<T>
}

export const nobody: Actor = {
  account: undefined,
  name: '',
  organisation: undefined,
  roles: [],
  permissions: new Map(),
}

/** The program itself: jobs, imports at the command line. */
export const systemActor: Actor = { ...nobody, account: 'system', name: 'Hệ thống' }

export interface Workshop {
  pool: Pool
  config: Config
  log: Logger
  subscriptions: readonly Subscription[]
  /** Permission → the roles that hold it. */
  grants: ReadonlyMap<string, ReadonlySet<string>>
  /** Permission over personal data → what it may be used for. */
  purposes: Purposes
  notices: ReadonlyMap<string, NoticeTemplate>
  /** Rooms below the one that knows people ask by this. */
  sayPeople?: (ctx: Context, accounts: readonly string[], at?: Date) => Promise<SayPerson>
  clock(): Date
}

interface Piece {
  sql?: Sql
  actor: Actor
  now?: Date
  log?: Logger
}

export function createContext(workshop: Workshop, piece: Piece): Context {
  const sql = piece.sql ?? workshop.pool
  const now = piece.now ?? workshop.clock()
  const { actor } = piece
  const log = piece.log ?? workshop.log
  const decideOn = (asked: Asked) => decide(actor, asked, { now, purposes: workshop.purposes })
  const can = (permission: string, organisation?: string) => decideOn({ permission, organisation }).allowed
  const ctx: Context = {
    sql,
    actor,
    now,
    log,
    config: workshop.config,
    notices: workshop.notices,
    grants: workshop.grants,
    can,
    decide: decideOn,
    reach: (permission) => reachOf(actor, permission),
    rolesWith: (permission) => [...(workshop.grants.get(permission) ?? [])],
    purposesOf: (permission) => workshop.purposes.get(permission),
    require(permission, organisation, purpose = '') {
      const decision = decideOn({ permission, organisation, purpose })
      if (decision.allowed) return
      if (!actor.account) throw unauthenticated()
      throw decision.lack === 'purpose'
        ? forbiddenPurpose({ permission, organisation, purpose })
        : forbidden(permission, organisation)
    },
    requireAssurance(level, options = {}) {
      const wish = { level, ...options }
      const decision = decideOn({ assurance: wish })
      if (decision.allowed) return
      throw decision.lack === 'sign-in' ? unauthenticated() : insufficientAssurance(wish)
    },
    sayPeople: async (accounts, at) => {
      const wanted = [...new Set(accounts)].filter((account) => typeof account === 'string')
      return (await workshop.sayPeople?.(ctx, wanted, at)) ?? ((account) => account)
    },
    async publish(event, payload) {
      const body = event.schema.parse(payload)
      for (const subscription of workshop.subscriptions) {
        if (subscription.event === event.name) await addJob(sql, `on:${subscription.name}`, body, {})
      }
    },
    async enqueue(job, payload, options = {}) {
      await addJob(sql, job.name, job.schema.parse(payload), options)
    },
    transaction: (work) =>
      inTransaction(sql, (inner) => work(createContext(workshop, { sql: inner, actor, now, log }))),
  }
  return ctx
}

async function addJob(sql: Sql, name: string, payload: unknown, options: JobOptions): Promise<void> {
  await sql`
    select platform.add_job(
      ${name}, ${sql.json(payload as never)}::json, ${options.queue ?? null}, ${options.runAt ?? null}, ${options.key ?? null})`
}
