/**
 * Routes are data. A capability declares method, path, who may call it, what comes in and what is done; `platform/server` mounts
 * them, and the OpenAPI document and the tests of refusals are made from the same list.
 */
import type { Readable } from 'node:stream'
import type { ComponentChild } from 'preact'
import type { z } from 'zod'
import type { Assurance, AssuranceWish } from '#platform/assurance'
import type { Context } from '#platform/context'

/** `public`, `signed-in`, or the permission that the caller must hold. */
export type Access = 'public' | 'signed-in' | (string & {})

/** One file of a multipart form, read once and in order. */
export interface Upload {
  field: string
  fileName: string
  contentType: string
  bytes: Readable
}

export interface RequestFacts {
  /** Path and query as asked. */
  url: string
  path: string
  method: string
  address: string
  headers: Record<string, string | undefined>
  cookies: Record<string, string | undefined>
  /** Who may call the route that answers. */
  access?: Access
}

export interface Input<P, Q, B> {
  params: P
  query: Q
  body: B
  request: RequestFacts
  /** Present when the route takes `upload` or `stream`. */
  bytes: Readable
  /** Parts of a multipart form in the order of the form: text fields before the file are in `fields`. */
  upload(): Promise<{ fields: Record<string, string>; file: Upload | undefined }>
}

export interface RouteDefinition<P, Q, B> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  path: string
  access: Access
  /** Open to citizens too, where `signed-in` is all that is asked: what is meant for officers is closed to them by default. */
  citizens?: boolean
  /** How surely it must be he who asks; who has proved less is led to prove more, and back. */
  assurance?: Assurance | AssuranceWish
  /** One sentence for the OpenAPI document; present on routes of the public API. */
  summary?: string
  params?: z.ZodType<P>
  query?: z.ZodType<Q>
  /** `json` bodies under /api, forms elsewhere. */
  body?: z.ZodType<B>
  /** Raw bytes are handed on unread. `upload`: multipart form with one file. */
  takes?: 'json' | 'form' | 'stream' | 'upload'
  /** Largest body; 1 MiB where nothing is said. */
  maxBytes?: number
  /** Status of a plain answer; 200 where nothing is said. */
  status?: number
  /**
   * Programs in browsers call it from other sites too. Only for what no cookie counts for: the call itself brings what proves who asks.
   */
  foreignOrigins?: boolean
  /** Calls of one address a minute; none where nothing is said. */
  ratePerMinute?: number
  /** The shape of the JSON answer, for the OpenAPI document. */
  answers?: z.ZodType
  handle(ctx: Context, input: Input<P, Q, B>): Promise<unknown> | unknown
}

export type Route = RouteDefinition<unknown, unknown, unknown>

/** Declares a route; the schemas give the handler its types. */
export function route<P = Record<string, never>, Q = Record<string, never>, B = undefined>(
  definition: RouteDefinition<P, Q, B>,
): Route {
  // Handlers are contravariant in their input; the server parses with the same schemas before it calls them.
  return definition as unknown as Route
}

export interface Crumb {
  label: string
  href: string
}

/** A page without its shell: the shell (menu, account, theme) is put around it by the server. */
export interface PageContent {
  title: string
  body: ComponentChild
  crumbs?: Crumb[]
  /** Names of islands in `browser/` this page mounts. */
  islands?: string[]
  status?: number
  /** Of a refusal: what the reader can do about it. */
  advice?: string
  /** Short line under the title. */
  lead?: ComponentChild
  /** `wall` is the dark room, `plain` has no menu (sign-in, print), `citizen` is the roomy one, `desk` is everything else. */
  face?: 'desk' | 'wall' | 'plain' | 'citizen'
  /** The page brings its own head: no brand, no title, no foot around it. */
  bare?: boolean
  /** Everything on it belongs to an exercise: the shell puts a striped frame and the word around it. */
  exercise?: boolean
  /** Actions beside the title. */
  actions?: ComponentChild
  headers?: Record<string, string>
  cookies?: SetCookie[]
  /** Cookies as another program has worded them. */
  setCookies?: string[]
}

export type Reply =
  | { kind: 'page'; content: PageContent }
  | { kind: 'fragment'; body: ComponentChild }
  | { kind: 'redirect'; to: string; cookies?: SetCookie[]; setCookies?: string[]; status: number }
  | { kind: 'file'; name: string; type: string; bytes: Readable | Buffer | string; inline: boolean }
  | { kind: 'json'; status: number; value: unknown; headers: Record<string, string> }
  | { kind: 'answer'; status: number; headers: AnswerHeaders; body: string | Buffer }

export type AnswerHeaders = Record<string, string | string[]>

export interface SetCookie {
  name: string
  value: string
  maxAgeSeconds?: number
  httpOnly?: boolean
}

const replies = new WeakSet<object>()

function mark<T extends Reply>(reply: T): T {
  replies.add(reply)
  return reply
}

export const isReply = (value: unknown): value is Reply =>
  typeof value === 'object' && value !== null && replies.has(value)

export const page = (content: PageContent): Reply => mark({ kind: 'page', content })
/** A piece of a page, fetched by an island. */
export const fragment = (body: ComponentChild): Reply => mark({ kind: 'fragment', body })
/** After a form: 303, so that reloading does not send it again. */
export const redirect = (to: string, cookies: SetCookie[] = []): Reply =>
  mark({ kind: 'redirect', to, cookies, status: 303 })
/** The same page or redirect, with cookies of an earlier step: its own come after them and count. */
export function withCookies(reply: Reply, earlier: { cookies?: SetCookie[]; setCookies?: string[] }): Reply {
  const join = ({ cookies = [], setCookies = [] }: typeof earlier) => ({
    cookies: [...(earlier.cookies ?? []), ...cookies],
    setCookies: [...(earlier.setCookies ?? []), ...setCookies],
  })
  if (reply.kind === 'page') return page({ ...reply.content, ...join(reply.content) })
  return reply.kind === 'redirect' ? mark({ ...reply, ...join(reply) }) : reply
}
/** A download; `inline` lets the browser show it. */
export const file = (name: string, type: string, bytes: Readable | Buffer | string, inline = false): Reply =>
  mark({ kind: 'file', name, type, bytes, inline })
export const json = (value: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  mark({ kind: 'json', status, value, headers })

/** Only a path of this site may be returned to after signing in. */
export const safeReturnPath = (path: string | undefined): string =>
  path && /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(path) ? path : '/'

/** The page of this site that a form stood on. */
export function pageOfForm({ headers: { referer = '', host } }: RequestFacts): string {
  if (!URL.canParse(referer)) return '/'
  const { host: from, pathname, search } = new URL(referer)
  const isAsking = pathname.startsWith('/dang-nhap') || pathname.startsWith('/oidc/')
  return from === host && !isAsking ? safeReturnPath(pathname + search) : '/'
}

/** What another program has worded whole, headers and all. */
export const answer = (status: number, headers: AnswerHeaders, body: string | Buffer): Reply =>
  mark({ kind: 'answer', status, headers, body })
