/**
 * A batch through the product: files sent to be signed by form, one consent of the leader over all of them, the digests signed by a key in
 * place of his token, then the agency's seal by PKCS#11 (SoftHSM) in jobs; the page of progress is asked for each second as a browser does.
 * Floor of the same run: the same files signed in memory, nothing kept.
 *
 *   node --import tsx bench/batch.ts [files] [stamp]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#platform/config'
import { startJobs } from '#platform/jobs'
import { prepareSignature } from '#signing'
import { type App, capabilities, loadPacks, openApp } from '../src/app.ts'
import { startServing } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { signInOver } from '../test/sign-in.ts'
import { makePdf, makeSigner, readWish } from '../test/signers.ts'
import { makeAuthority, makeToken, noTokens, type TestToken } from '../test/tokens.ts'
import { startTrust } from '../test/trust.ts'
import { describeMachine, median, quantile, sayFigure } from './report.ts'

const files = Number(process.argv[2] ?? 1000)
const isStamped = process.argv[3] === 'stamp'
const leader = { account: 'lanhdao', name: 'Nguyễn Văn Mẫu' }
const agency = 'H32.VP'

const folder = join(tmpdir(), `bench-batch-${process.pid}`)
await mkdir(folder)
const hsm = noTokens ? undefined : await makeHsm(join(folder, 'hsm'))
const app = await openApp(await settingsOf(), { tables: 'migrate' })
try {
  app.config.demo = true
  await loadPacks(app, () => {})
  const serving = await startServing(app)
  const jobs = capabilities.flatMap((card) => card.jobs ?? [])
  const runner = await startJobs(app.workshop, app.url, jobs, { concurrency: 2 })
  try {
    await measure(app, serving.url)
  } finally {
    await runner.stop()
    await serving.close()
  }
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
process.exit(0)

async function settingsOf(): Promise<Config> {
  const config = testConfig({ varDir: folder })
  if (isStamped) config.tsaUrl = `${(await startTrust()).url}/tsa`
  if (hsm) Object.assign(config.signing, { modules: [hsm.module], tool: hsm.tool })
  return config
}

async function makeHsm(place: string): Promise<TestToken> {
  await mkdir(place)
  const authority = await makeAuthority(place)
  const key = await authority.issue('agency', '/C=VN/CN=Văn phòng (minh họa)', { kind: 'ec' })
  const token = await makeToken(place, 'HSM Mẫu', [{ id: 'c3', ...key }])
  process.env.SOFTHSM2_CONF = token.environment.SOFTHSM2_CONF
  return token
}

interface Browser {
  get(path: string): Promise<string>
  /** Where the answer leads, and what it says. */
  post(path: string, body: FormData | URLSearchParams | object): Promise<{ to: string; text: string }>
}

async function signIn(url: string, account: string): Promise<Browser> {
  const { cookie } = await signInOver(url, { account, password: 'tram-huong-2026' })
  return {
    get: async (path) => (await fetch(`${url}${path}`, { headers: { cookie } })).text(),
    async post(path, sent) {
      const isForm = sent instanceof FormData || sent instanceof URLSearchParams
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        redirect: 'manual',
        headers: { cookie, origin: url, ...(isForm ? {} : { 'content-type': 'application/json' }) },
        body: isForm ? sent : JSON.stringify(sent),
      })
      const text = await answer.text()
      if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${text.replace(/<[^>]+>/g, ' ')}`)
      return { to: answer.headers.get('location') ?? '', text }
    },
  }
}

async function measure(app: App, url: string): Promise<void> {
  for (const line of describeMachine()) process.stdout.write(`${line}\n`)
  const signer = await makeSigner(leader.name)
  const papers: Buffer[] = []
  for (let number = 0; number < files; number += 1) papers.push(await makePdf(`Giay moi so ${number}`))
  const floor = await sayTime(async () => {
    const chain = signer.chain.map((one) => Buffer.from(one, 'base64'))
    for (const pdf of papers)
      signer.sign((await prepareSignature({ pdf, chain, algorithm: 'rsa-pkcs1-sha256', at: new Date() })).digest)
  })
  const floorOf = { label: 'the same prepared and signed in memory', value: floor / files }
  const each = (label: string, ms: number) => sayFigure({ label, value: ms / files, unit: 'ms', floor: floorOf })

  const clerk = await signIn(url, 'vanphong')
  if (hsm) await setSeal(await signIn(url, 'quantri'), hsm)
  each(
    'sent to be signed, a file',
    await sayTime(async () => {
      for (const [number, pdf] of papers.entries()) await submit(clerk, number, pdf)
    }),
  )

  const signing = await signIn(url, leader.account)
  const codes = await consentTo(signing)
  const person = await open(signing, codes, 'helper')
  await signing.post(`${person}/chung-thu`, { chain: signer.chain })
  const watch = watchProgress(signing, person)
  each(
    `signed by a person${isStamped ? ' (B-T)' : ''}, a file`,
    await sayTime(async () => {
      for (;;) {
        const { token } = JSON.parse((await signing.post(`${person}/ke-tiep`, {})).text)
        if (!token) return
        const signatures = (readWish(token).items ?? []).map(({ sha256, digest }) => ({
          sha256,
          signature: signer.sign(Buffer.from(digest, 'hex')).toString('base64'),
        }))
        await signing.post(`${person}/chu-ky`, { signatures })
      }
    }),
  )
  await watch.end()
  if (hsm) {
    const seal = await open(clerk, await consentTo(clerk), 'seal')
    const watch = watchProgress(clerk, seal)
    each(
      `sealed by the agency${isStamped ? ' (B-T)' : ''}, a file`,
      await sayTime(async () => {
        while (/Đang ký/.test(await clerk.get(seal))) await sleep(1000)
      }),
    )
    await watch.end()
  }
  const [done] = await app.pool<{ count: number }[]>`
    select count(*) as count from signing.request where state = ${hsm ? 'signed' : 'pending'}`
  if (done?.count !== files) throw new Error(`${done?.count} of ${files} are signed`)
}

async function sayTime(work: () => Promise<void>): Promise<number> {
  const from = performance.now()
  await work()
  return performance.now() - from
}

async function submit(clerk: Browser, number: number, pdf: Buffer): Promise<void> {
  const form = new FormData()
  form.set('trich-yeu', `Giấy mời số ${number} dự hội nghị minh họa`)
  form.set('loai', 'giay-moi')
  form.set('nguoi-ky', leader.account)
  if (hsm) form.set('dau', agency)
  form.set('tep', new Blob([new Uint8Array(pdf)], { type: 'application/pdf' }), `giay-moi-${number}.pdf`)
  await clerk.post('/ky-so/tao', form)
}

async function setSeal(admin: Browser, { module, pin }: TestToken): Promise<void> {
  const form = new FormData()
  for (const [name, value] of Object.entries({ 'co-quan': agency, khoa: `${module}|HSM Mẫu|c3`, pin }))
    form.set(name, value)
  await admin.post('/quan-tri/con-dau-so', form)
}

/** What the page of consent names: all that wait. */
async function consentTo(signing: Browser): Promise<string[]> {
  const from = performance.now()
  const { text } = await signing.post('/ky-so/xac-nhan', new URLSearchParams({ viec: 'tat-ca' }))
  sayFigure({ label: `page of consent to ${files} files`, value: performance.now() - from, unit: 'ms' })
  return [...text.matchAll(/name="chon" value="([^"]+)"/g)].map(([, code = '']) => code)
}

async function open(signing: Browser, codes: readonly string[], means: string): Promise<string> {
  const from = performance.now()
  const { to } = await signing.post(
    '/ky-so/phien',
    new URLSearchParams([...codes.map((code) => ['chon', code]), ['phuong-tien', means]]),
  )
  sayFigure({ label: `consent to ${files} files given`, value: performance.now() - from, unit: 'ms' })
  return to
}

/** The page of the session, once a second: how long it takes, and that what it says only grows. */
function watchProgress(signing: Browser, session: string) {
  const times: number[] = []
  let isOver = false
  let most = 0
  const watching = (async () => {
    while (!isOver) {
      const from = performance.now()
      const page = await signing.get(session)
      times.push(performance.now() - from)
      const done = Number(/(\d[\d.]*)\s*\/\s*\d/.exec(page.replace(/<[^>]+>/g, ' '))?.[1]?.replace('.', '') ?? 0)
      if (done < most) throw new Error(`the progress went back from ${most} to ${done}`)
      most = done
      await sleep(1000)
    }
  })()
  return {
    async end() {
      isOver = true
      await watching
      const label = `page of progress, p95 of ${times.length} (p50 ${median(times).toFixed(0)})`
      sayFigure({ label, value: quantile(times, 0.95), unit: 'ms' })
    },
  }
}
