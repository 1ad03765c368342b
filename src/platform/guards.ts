/**
 * Who may see one thing, told by the capability that keeps it: an auditor names it by its code or by the address of a page, and is
 * answered with accounts and grounds. What is said here must be what the capability's own guard goes by; `test/security/seeing.test.ts`
 * holds the two against each other.
 */
import type { Context } from '#platform/context'

/** One way to see it; a thing has one or several. */
export interface WayIn {
  /** Held over any of these organisations; none named: wherever it is held. */
  permission: string
  organisations?: readonly string[]
  /** Besides, to get to it at all: held wherever. */
  besides?: string
  /** Only these accounts, and what they are to it: "Người giao". */
  parties?: { accounts: readonly string[]; words: string }
}

export interface GuardedThing {
  /** `kind:code`, as the ledger names it. */
  subject: string
  /** What it is, without anything of what it holds. */
  name: string
  /** The organisation whose auditors may ask. */
  organisation: string
  /** Without any: it is open to everybody. */
  ways: readonly WayIn[]
}

/** How an auditor has named it: by code, and where he gave the address of a page by its query too. */
export interface NamedThing {
  code: string
  query?: URLSearchParams
}

/** The things of one kind that a capability guards. */
export interface GuardBook {
  /** What people call them. */
  title: string
  /** What such a code looks like. */
  example?: string
  /** First parts of its subjects. */
  kinds: readonly string[]
  /** Its pages, as their routes have them; `:code` is its code. */
  pages: readonly string[]
  /** Nothing where there is none of this code. Any code may be asked for. */
  find(ctx: Context, named: NamedThing): Promise<readonly GuardedThing[]>
}

/** A row's number, where the code is one. */
export const rowIdOf = (code: string): number | undefined => (/^[1-9]\d{0,14}$/.test(code) ? Number(code) : undefined)
