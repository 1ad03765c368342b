/**
 * Sign-ins over HTTP as a browser does them, from the sign-in page through the provider back to the pages, each an entry of the ledger: by a
 * password at the argon2id cost that the product uses, and by a passkey (question, signature, check). Floor of the same run: argon2id alone at that cost, as many at once.
 *
 *   node --import tsx bench/sign-in.ts [sign-ins]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { loadPacks, openApp } from '../src/app.ts'
import { hashPassword, verifyPassword } from '../src/foundation/identity/actions/secrets.ts'
import { makeAuthenticator } from '../src/foundation/identity/passkeys/authenticator.ts'
import { startServing } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { type Passage, pageCookieOf, passOver, signInPassage } from '../test/sign-in.ts'
import { sayFigure } from './report.ts'

let calls = 0
/** Each call from an address of its own, as a proxy would hand it on: the brakes count by address. */
function nextAddress(): string {
  calls += 1
  return `10.${calls >> 16}.${(calls >> 8) & 255}.${calls & 255}`
}

const signIns = Number(process.argv[2] ?? 120)
const atOnce = 4
const goalPerSecond = 15
const account = 'vanphong'
const password = 'tram-huong-2026'
const folder = join(tmpdir(), `bench-sign-in-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  app.config.demo = true
  await loadPacks(app, () => {})
  const serving = await startServing(app)
  app.config.publicUrl = `http://localhost:${new URL(serving.url).port}`
  try {
    await measure(serving.url)
  } finally {
    await serving.close()
  }
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

async function enter(url: string, passage: Passage): Promise<string> {
  const { status, cookie } = await passOver(url, passage, { 'x-forwarded-for': nextAddress() })
  if (!pageCookieOf(cookie)) throw new Error(`not signed in: ${status}`)
  return cookie
}

async function ask(url: string, purpose: string, cookie = ''): Promise<string> {
  const answer = await fetch(`${url}/dang-nhap/khoa/thach-thuc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': nextAddress(), cookie },
    body: JSON.stringify({ purpose }),
  })
  return ((await answer.json()) as { challenge: string }).challenge
}

async function measure(url: string): Promise<void> {
  const hash = await hashPassword(password)
  const byPassword = () => enter(url, signInPassage({ account, password }))
  const cookie = await byPassword()
  const authenticator = makeAuthenticator()
  const site = { origin: app.config.publicUrl ?? '', rpId: 'localhost' }
  const passkey = authenticator.create({ ...site, challenge: await ask(url, 'register', cookie) })
  const body = new URLSearchParams({ name: 'đo', passkey })
  const kept = await fetch(`${url}/tai-khoan/khoa-truy-cap`, { method: 'POST', body, headers: { cookie } })
  if (!kept.ok) throw new Error(`no passkey: ${kept.status}`)
  const byPasskey = async () => {
    const answer = authenticator.get({ ...site, challenge: await ask(url, 'sign-in') })
    await enter(url, { from: '/dang-nhap', form: 'khoa', fields: { passkey: answer } })
  }
  const cost = /\$m=\d+,t=\d+,p=\d+/.exec(hash)?.[0].slice(1)
  const floor = {
    label: `argon2id alone (${cost})`,
    value: await millisecondsEach(() => verifyPassword(hash, password)),
  }
  sayFigure({ label: floor.label, value: floor.value, unit: 'ms each' })
  const goal = Math.floor(10_000 / goalPerSecond) / 10
  const label = `a sign-in by password, ${atOnce} at once`
  sayFigure({ label, value: await millisecondsEach(byPassword), unit: 'ms each', goal, floor })
  const value = await millisecondsEach(byPasskey)
  sayFigure({ label: `a sign-in by passkey, ${atOnce} at once`, value, unit: 'ms each', floor })
}

async function millisecondsEach(work: () => Promise<unknown>): Promise<number> {
  for (let round = 0; round < 8; round += 1) await work()
  const begun = performance.now()
  let left = signIns
  const worker = async () => {
    for (; left > 0; ) {
      left -= 1
      await work()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return (performance.now() - begun) / signIns
}
