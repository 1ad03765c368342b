/** What the tests of citizens ask with: a browser that goes between the platform and the simulated VNeID, each with its own cookies. */
import type { CloneTest } from '#test/harness'
import { type SimulatedVneid, startVneid, vneidPassword } from '#test/vneid'

export const levelOne = '999190000011'
export const levelTwo = '999085000022'
export const organisationLogin = 'to-chuc-vi-du'

/** Has the platform rely on the simulator. */
export async function relyOnVneid(t: CloneTest): Promise<SimulatedVneid> {
  const vneid = await startVneid()
  t.app.config.publicUrl = t.url
  t.app.config.vneid = {
    issuer: vneid.issuer,
    clientId: vneid.clientId,
    clientSecret: vneid.clientSecret,
    scopes: 'openid profile',
    // Short, for who tests what happens after it; long, for slow machines.
    timeoutSeconds: 30,
    levels: { 'vneid:1': 'vneid:1', 'vneid:2': 'vneid:2' },
    claims: {
      number: 'personal_identification_number',
      name: 'name',
      birthDate: 'birthdate',
      sex: 'gender',
      organisation: 'organisation_identifier',
      organisationName: 'organisation_name',
    },
  }
  return vneid
}

export interface Seen {
  url: URL
  status: number
  body: string
  headers: Headers
}

export function openCitizenBrowser(t: CloneTest) {
  const jars = new Map<string, Map<string, string>>()
  const jarOf = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>()
    jars.set(origin, jar)
    return jar
  }
  const ask = async (url: URL, init: RequestInit = {}): Promise<Response> => {
    const jar = jarOf(url.origin)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { accept: 'text/html', ...init.headers, cookie }
    const answer = await fetch(url, { ...init, redirect: 'manual', headers })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '' || /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) jar.delete(name)
      else jar.set(name, value)
    }
    return answer
  }
  /** @param stopAt is not gone to any more: the address alone is of interest */
  const go = async (path: string, init?: RequestInit, stopAt?: string): Promise<Seen> => {
    let url = new URL(path, t.url)
    let answer = await ask(url, init)
    for (let hop = 0; hop < 15; hop += 1) {
      const to = answer.headers.get('location')
      if (!to) return { url, status: answer.status, body: await answer.text(), headers: answer.headers }
      url = new URL(to, url)
      if (stopAt && url.pathname === stopAt) return { url, status: 0, body: '', headers: new Headers() }
      answer = await ask(url)
    }
    throw new Error(`led in circles: ${url.href}`)
  }
  const send = (url: URL, fields: Record<string, string>, stopAt?: string) =>
    go(url.href, { method: 'POST', body: new URLSearchParams(fields) }, stopAt)
  /** Signs in and agrees at the simulator, wherever it asks; `stopAt` as above. */
  const pass = async (seen: Seen, login: string, stopAt?: string): Promise<Seen> => {
    let at = seen
    for (let screen = 0; screen < 4 && at.url.pathname.startsWith('/interaction/'); screen += 1) {
      const fields: Record<string, string> = /name="login"/.test(at.body)
        ? { login, password: vneidPassword, deed: 'sign-in' }
        : /Đồng ý chia sẻ thông tin/.test(at.body)
          ? { deed: 'agree' }
          : { deed: /mới ở mức 1/.test(at.body) ? 'stay' : 'face' }
      at = await send(at.url, fields, stopAt)
    }
    return at
  }
  return {
    go,
    send,
    pass,
    cookie: (name: string) => jarOf(new URL(t.url).origin).get(name),
    setCookie: (name: string, value: string) => void jarOf(new URL(t.url).origin).set(name, value),
    signIn: async (login: string, path = '/dang-nhap/vneid') => pass(await go(path), login),
  }
}
