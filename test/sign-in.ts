/**
 * Signing in, and proving more, as a browser does: a page of the provider's, its form, and the way back to the pages. Whoever asks, over a
 * wire or within the process, says how; cookies are kept in between.
 */
import type { InjectOptions, LightMyRequestResponse } from 'fastify'

export interface Credentials {
  account: string
  password: string
  tiep?: string
}

/** What is opened, and which of the provider's forms is sent from there. */
export interface Passage {
  /** A page that leads to the provider, or a form whose answer does. */
  from: string
  sent?: Record<string, string>
  form: 'dang-nhap' | 'khoa' | 'xac-nhan' | 'thoi'
  fields: Record<string, string>
}

interface Asked {
  url: string
  fields: Record<string, string> | undefined
  headers: Record<string, string>
}

interface Answered {
  status: number
  location: string | undefined
  cookies: readonly string[]
  body: string
}

/** Cookies that go with every request; the others belong to one step of a sign-in. */
const lasting = ['tram_session', 'tram_sign_on', 'tram_provider', 'tram_flow']

const formOf = (body: string, form: string) => new RegExp(`action="(/oidc/tiep-tuc/[\\w-]+/${form})"`).exec(body)?.[1]

/** @returns the last answer: where the pages lead to, or a page of the provider again, with the browser's cookies. */
async function pass<T extends Answered>(
  ask: (asked: Asked) => Promise<T>,
  { from, sent, form, fields }: Passage,
  given: Record<string, string> = {},
): Promise<T & { cookie: string }> {
  const { cookie: known = '', ...headers } = given
  const jar = new Map<string, string>()
  const keep = (line: string) => {
    const [one = ''] = line.split(';')
    if (/max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(one.split('=')[0] ?? '')
    else jar.set(one.split('=')[0] ?? '', one)
  }
  known.split('; ').filter(Boolean).forEach(keep)
  const step = async (url: string, fields?: Record<string, string>) => {
    const cookie = [...jar.values()].join('; ')
    const answer = await ask({ url, fields, headers: { accept: 'text/html', ...headers, cookie } })
    answer.cookies.forEach(keep)
    return answer
  }
  let at = await step(from, sent)
  const action = formOf(at.body, form)
  if (action) at = await step(action, fields)
  while (at.location && /^\/oidc\/auth\/|^\/dang-nhap\/ve\?/.test(at.location)) at = await step(at.location)
  return { ...at, cookie: lasting.flatMap((name) => jar.get(name) ?? []).join('; ') }
}

export const signInPassage = ({ tiep, ...typed }: Credentials): Passage => ({
  from: tiep === undefined ? '/dang-nhap' : `/dang-nhap?${new URLSearchParams({ tiep })}`,
  form: 'dang-nhap',
  fields: tiep === undefined ? typed : { ...typed, tiep },
})

export type Injected = LightMyRequestResponse & { cookie: string }

/** Within the process. @returns the last answer, not followed, and the browser's cookies. */
export async function passWithin(
  inject: (request: InjectOptions) => Promise<LightMyRequestResponse>,
  passage: Passage,
  headers?: Record<string, string>,
): Promise<Injected> {
  const { answer, cookie } = await pass(
    async ({ url, fields, headers }) => {
      const form = fields && {
        method: 'POST' as const,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams(fields).toString(),
      }
      const answer = await inject({ method: 'GET', url, headers, ...form })
      const { location, 'set-cookie': cookies = [] } = answer.headers
      return { answer, status: answer.statusCode, location, cookies: [cookies].flat(), body: answer.body }
    },
    passage,
    headers,
  )
  return Object.assign(answer, { cookie })
}

/** Over a wire; else as above. */
export const passOver = (url: string, passage: Passage, headers?: Record<string, string>) =>
  pass(
    async ({ url: path, fields, headers }) => {
      const form = fields && { method: 'POST', body: new URLSearchParams(fields) }
      const answer = await fetch(`${url}${path}`, { ...form, headers, redirect: 'manual' })
      return {
        status: answer.status,
        location: answer.headers.get('location') ?? undefined,
        cookies: answer.headers.getSetCookie(),
        body: await answer.text(),
      }
    },
    passage,
    headers,
  )

export const signInOver = (url: string, credentials: Credentials, headers?: Record<string, string>) =>
  passOver(url, signInPassage(credentials), headers)

/** Of a browser's cookies the one that the pages know it by. */
export const pageCookieOf = (cookie: string): string | undefined =>
  cookie.split('; ').find((one) => one.startsWith('tram_session='))
