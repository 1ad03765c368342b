/**
 * "Who may see this": an auditor names a thing by its code, by its name in the ledger or by the address of a page. What guards it is told
 * by the card of the capability that keeps it; who holds that, by the same grounds as everywhere else. A page that is no one thing's is
 * open by the permission of its route.
 */
import type { Context } from '#platform/context'
import type { GuardBook, GuardedThing, NamedThing, WayIn } from '#platform/guards'
import type { Route } from '#platform/http'
import { auditAccess, findHolders, type HolderFound, type HoldersAsked } from './audit.ts'

/** What may be asked about, asked for when it is needed: since the list of cards holds this one too. */
export interface Askable {
  guards(): readonly GuardBook[]
  routes(): readonly Route[]
}

export type Found = { things: readonly GuardedThing[]; page?: { path: string; access: Route['access'] } }

/** What has been named, as far as the auditor's reach goes; what lies beyond is not there. */
export async function findNamed(ctx: Context, askable: Askable, text: string): Promise<Found> {
  const address = addressOf(text)
  if (!address) return { things: await findThings(ctx, booksOf(askable.guards(), text), { code: codeOf(text) }) }
  const route = findRoute(askable.routes(), address.pathname)
  if (!route) return { things: [] }
  const book = askable.guards().find(({ pages }) => pages.some((page) => shapeOf(page) === shapeOf(route.path)))
  if (!book) return { things: [], page: route }
  const page = book.pages.find((one) => shapeOf(one) === shapeOf(route.path)) ?? ''
  const code = match(page, address.pathname)?.get('code') ?? ''
  return { things: await findThings(ctx, [book], { code, query: address.searchParams }) }
}

function addressOf(text: string): URL | undefined {
  if (text.startsWith('/') && URL.canParse(text, 'http://here.invalid')) return new URL(text, 'http://here.invalid')
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
}

/** `alert:CB-2026-0001` is asked of the book of alerts alone. */
function booksOf(books: readonly GuardBook[], text: string): readonly GuardBook[] {
  const named = books.filter(({ kinds }) => kinds.some((kind) => text.startsWith(`${kind}:`)))
  return named.length > 0 ? named : books
}

const codeOf = (text: string): string => text.replace(/^[a-z-]+:(?=.)/, '')

async function findThings(ctx: Context, books: readonly GuardBook[], named: NamedThing): Promise<GuardedThing[]> {
  const found = await Promise.all(books.map((book) => book.find(ctx, named)))
  return found.flat().filter(({ organisation }) => ctx.can(auditAccess, organisation))
}

const shapeOf = (pattern: string): string => pattern.replace(/:[^/]+/g, ':')

/** The parameters of an address by a pattern; nothing where it is not of this pattern. */
function match(pattern: string, path: string): Map<string, string> | undefined {
  const [wanted, given] = [pattern.split('/'), path.replace(/(.)\/$/, '$1').split('/')]
  if (wanted.length !== given.length) return undefined
  const found = new Map<string, string>()
  for (const [index, part] of wanted.entries()) {
    const piece = given[index] ?? ''
    if (part.startsWith(':') && piece !== '') found.set(part.slice(1), decode(piece))
    else if (part !== piece) return undefined
  }
  return found
}

function decode(piece: string): string {
  try {
    return decodeURIComponent(piece)
  } catch {
    return piece
  }
}

/** As the server chooses: what is written out goes before what is a parameter. */
function findRoute(routes: readonly Route[], path: string): { path: string; access: Route['access'] } | undefined {
  const fitting = routes.filter((one) => one.method === 'GET' && match(one.path, path))
  return fitting.sort((a, b) => shapeOf(a.path).split(':').length - shapeOf(b.path).split(':').length)[0]
}

export type SeersAsked = Pick<HoldersAsked, 'on' | 'words' | 'after' | 'limit'>

/** Those who see a thing by one of its ways; without organisations, as far as the auditor's own reach goes. */
export async function findSeers(ctx: Context, way: WayIn, asked: SeersAsked): Promise<HolderFound[]> {
  const { permission, parties, besides } = way
  const reach = ctx.reach(auditAccess)
  const organisations = way.organisations ?? (reach === 'all' ? undefined : [...reach])
  const accounts = parties?.accounts ?? (besides ? await listAccountsWith(ctx, besides, asked.on) : undefined)
  return findHolders(ctx, { ...asked, permission, organisations, accounts })
}

const piece = 1000

/** Everybody who holds a permission, wherever. */
async function listAccountsWith(ctx: Context, permission: string, on: string): Promise<string[]> {
  const accounts: string[] = []
  for (let found: HolderFound[] | undefined; !found || found.length === piece; ) {
    found = await findHolders(ctx, { permission, organisations: undefined, on, after: found?.at(-1), limit: piece })
    accounts.push(...found.map(({ account }) => account))
  }
  return accounts
}
