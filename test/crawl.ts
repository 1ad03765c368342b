/** Finds the addresses of all pages as a reader does: by following the links of the pages, from the menu on. */
import type { LightMyRequestResponse } from 'fastify'
import type { Route } from '#platform/http'
import { allRoutes } from '../src/serving.ts'

/** What is looked at of an answer, wherever it came from. */
export type Answer = Pick<LightMyRequestResponse, 'statusCode' | 'headers' | 'body' | 'rawPayload'>

interface Sending {
  method: 'GET' | 'POST'
  url: string
  headers?: Record<string, string>
  payload?: string | Buffer<ArrayBuffer>
}

/** Sends requests as somebody: to the server in this process, or over HTTP. */
export interface Sender {
  inject(request: Sending): Promise<Answer>
}

/** Somebody with a session cookie, at a listening server. */
export const overHttp = (origin: string, cookie: string): Sender => ({
  async inject({ method, url, headers, payload }) {
    const answer = await fetch(`${origin}${url}`, {
      method,
      headers: { ...headers, cookie },
      body: payload,
      redirect: 'manual',
    })
    const rawPayload = Buffer.from(await answer.arrayBuffer())
    return {
      statusCode: answer.status,
      headers: Object.fromEntries(answer.headers),
      rawPayload,
      body: rawPayload.toString('utf8'),
    }
  },
})

/** Sends a form. */
export const submitForm = (sender: Sender, url: string, fields: Record<string, string>): Promise<Answer> =>
  sender.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(fields).toString(),
  })

export interface Visit {
  url: string
  route: Route
  answer: Answer
}

export interface CrawlOptions {
  /** Addresses of one route, at most: lists lead to hundreds of the same kind. */
  perRoute: number
  roots?: readonly string[]
}

const patterns = allRoutes()
  .filter(({ method }) => method === 'GET')
  .map((route) => ({ route, pattern: patternOf(route.path) }))
  // Fixed parts before parameters: `/quan-tri/don-vi/tao-moi` is not a code.
  .toSorted((a, b) => a.route.path.split(':').length - b.route.path.split(':').length)

function patternOf(path: string): RegExp {
  const source = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+(\\\?)?/g, '[^/]+')
  return new RegExp(`^${source.replace('\\*', '.*')}$`)
}

export const findRoute = (url: string): Route | undefined =>
  patterns.find(({ pattern }) => pattern.test(url.split('?')[0] ?? ''))?.route

/** Follows links breadth first, and fetches the pictures of pages; every address is asked once. */
export async function crawl(asker: Sender, { perRoute, roots = ['/'] }: CrawlOptions): Promise<Visit[]> {
  // The menu first: what its pages lead to is met before what lies behind the other roots.
  const waiting = [...new Set([...menuRoots(), ...roots])]
  const known = new Set(waiting)
  const counts = new Map<string, number>()
  const visits: Visit[] = []
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    const route = findRoute(url)
    if (!route) continue
    const count = counts.get(route.path) ?? 0
    if (count >= perRoute) continue
    counts.set(route.path, count + 1)
    const answer = await asker.inject({ method: 'GET', url, headers: { accept: 'text/html' } })
    visits.push({ url, route, answer })
    for (const next of linksOf(answer)) {
      if (known.has(next)) continue
      known.add(next)
      waiting.push(next)
    }
  }
  return visits
}

/** Asked by programs, not by readers. */
export const isLinkless = (path: string): boolean => /^\/(api|health|ical|live|alertmanager|ogc|oidc)\b/.test(path)

/** A whole page; what an island fetches is only a piece of one, and what is downloaded is none. */
export const isPage = ({ answer }: Visit): boolean =>
  /^<!doctype html/i.test(answer.body) && !/^attachment/.test(String(answer.headers['content-disposition'] ?? ''))

/** Pages that need no parameter are asked whether or not a link leads there. */
const menuRoots = (): string[] =>
  patterns.flatMap(({ route: { path } }) => (path.includes(':') || path.includes('*') ? [] : [path]))

export function linksOf(answer: Answer): string[] {
  const { location } = answer.headers
  const hrefs = [...answer.body.matchAll(/\b(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? '')
  return [...(typeof location === 'string' ? [location] : []), ...hrefs]
    .map((href) => href.replaceAll('&amp;', '&').replaceAll('&quot;', '"').split('#')[0] ?? '')
    .filter((href) => /^\/(?!\/)/.test(href) && !href.startsWith('/assets/'))
}
