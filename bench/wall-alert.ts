/**
 * From a record to an alert on the wall: 200 records a second are pushed over HTTP at the whole program (a server and a process of jobs),
 * a rule watches how many of one field come within an hour, and a real Chromium shows the wall. Every second one field reaches its
 * threshold; the time runs from before its last record is sent until the alert's headline stands in the page. Floor of the same run: the
 * wall's page asked for by itself, which is what the browser does when it hears of an alert.
 *
 *   node --import tsx bench/wall-alert.ts [records a second] [seconds]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { issueToken } from '#identity'
import { freePort } from '#platform/embedded'
import { setMark } from '#platform/marks'
import type { Sql } from '#platform/sql'
import { type App, loadPacks, openApp } from '../src/app.ts'
import { launchBrowser } from '../test/chromium.ts'
import { testConfig } from '../test/settings.ts'
import { pageCookieOf, signInOver } from '../test/sign-in.ts'
import { cpuOf, databaseCpu } from './cpu.ts'
import { quantile, sayFigure } from './report.ts'

const rate = Math.min(Number(process.argv[2] ?? 200), 1000)
const seconds = Math.min(Number(process.argv[3] ?? 60), 300)
const source = 'citizen-reports'
/** So many of one field are abnormal; they come spread over its second, the last one at its end. */
const threshold = 20
/** Not all fields of the stream reach it: most records are of fields with few. */
const isOfBurst = (index: number) => index % Math.floor(rate / threshold) === 0

const rule = {
  code: 'bench.phan-anh-don-dap',
  name: 'Phản ánh dồn dập về một lĩnh vực',
  severity: 'critical',
  headline: '{noi}: {gia-tri} phản ánh trong một giờ',
  input: { from: 'record', kind: 'citizen-report', sources: [source], at: 'openedOn', by: 'category' },
  when: { type: 'count', window: '1h', op: '>=', value: threshold },
}

const agent = new Agent({ keepAlive: true, maxSockets: 64 })
const nameOf = (second: number) => `Lĩnh vực ${String(second).padStart(3, '0')}`

const record = (index: number, field: string) => ({
  ma: `PA-${index}`,
  linh_vuc: field,
  don_vi: 'H32.NNMT',
  dia_ban: '22366',
  tiep_nhan: new Date().toISOString(),
  trang_thai: 'moi',
  cap_nhat: new Date().toISOString(),
})

interface Program {
  url: string
  processes: ChildProcess[]
  token: string
}

async function startProgram(app: App, varDir: string): Promise<Program> {
  const { token } = await issueToken(app.context(), { account: 'quantri', scopes: ['record:push'], label: 'bench' })
  const port = await freePort()
  const env = {
    ...process.env,
    DATABASE_URL: app.url,
    PORT: String(port),
    HOST: '127.0.0.1',
    TRAM_VAR: varDir,
    TRAM_LOG: 'error',
  }
  const processes = ['serve', 'work'].map((role) =>
    spawn(process.execPath, ['scripts/launch.mjs', 'src/main.ts', role], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  const url = `http://127.0.0.1:${port}`
  for (let tries = 0; tries < 600; tries += 1) {
    const isThere = await fetch(`${url}/health/live`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isThere) return { url, processes, token }
    await sleep(100)
  }
  throw new Error('the server did not start')
}

/** Milliseconds until 202. */
function push({ url, token }: Program, index: number, field: string): Promise<number> {
  const body = JSON.stringify([record(index, field)])
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'idempotency-key': `bench-${index}`,
    }
    const sent = request(`${url}/api/v1/sources/${source}/records`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume()
      answer.on('end', () =>
        answer.statusCode === 202
          ? resolve(performance.now() - begun)
          : reject(new Error(`push ${index}: ${answer.statusCode}`)),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function findCookie(url: string): Promise<{ name: string; value: string }> {
  const { cookie } = await signInOver(url, { account: 'trucban', password: 'tram-huong-2026' })
  const [name = '', value = ''] = (pageCookieOf(cookie) ?? '').split('=')
  return { name, value }
}

/** Notes in the page itself when each field's alert first stands in it, by the clock of this machine. Text: nothing compiles it. */
const watching = `
  window.benchSeen = {}
  new MutationObserver(() => {
    const text = document.querySelector('#wall-alerts')?.textContent ?? ''
    for (const [name] of text.matchAll(/Lĩnh vực \\d{3}/g)) window.benchSeen[name] ??= Date.now()
  }).observe(document.body, { childList: true, subtree: true, characterData: true })`

const readSeen = (page: Page): Promise<Record<string, number>> => page.evaluate('({ ...window.benchSeen })')

/** When the last record of each field was sent. */
async function sendAll(program: Program): Promise<{ sentAt: Map<string, number>; answers: number[] }> {
  const sentAt = new Map<string, number>()
  const answers: Promise<number>[] = []
  const begun = performance.now()
  for (let index = 0; index < rate * seconds; index += 1) {
    const due = begun + (index * 1000) / rate
    if (due > performance.now()) await sleep(due - performance.now())
    const second = Math.floor(index / rate)
    const field = isOfBurst(index) ? nameOf(second) : `Việc khác ${index % 400}`
    if (isOfBurst(index)) sentAt.set(field, Date.now())
    answers.push(push(program, index, field))
  }
  return { sentAt, answers: await Promise.all(answers) }
}

const cpuNow = ({ processes }: Program, varDir: string): number[] => [
  ...processes.map(({ pid }) => cpuOf(pid ?? 0)),
  databaseCpu(varDir),
]

async function measureFloor(url: string, cookie: string): Promise<number> {
  const took: number[] = []
  for (let run = 0; run < 20; run += 1) {
    const begun = performance.now()
    await (await fetch(`${url}/man-hinh`, { headers: { cookie } })).text()
    took.push(performance.now() - begun)
  }
  return quantile(took, 0.5)
}

async function makeRule(sql: Sql): Promise<void> {
  await sql`
    insert into alerts.rule (code, version, pack, body, origin, made_by, made_at)
    values (${rule.code}, 1, 'khanh-hoa', ${sql.json(rule as never)}, 'edit', 'bench', now())`
}

async function run(app: App, varDir: string): Promise<void> {
  await makeRule(app.pool)
  const program = await startProgram(app, varDir)
  const browser = await launchBrowser()
  try {
    const { name, value } = await findCookie(program.url)
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } })
    await context.addCookies([{ name, value, url: program.url }])
    const page = await context.newPage()
    await page.goto(`${program.url}/man-hinh`)
    await page.evaluate(watching)
    const floor = await measureFloor(program.url, `${name}=${value}`)
    await sleep(3000)
    const before = cpuNow(program, varDir)
    const { sentAt, answers } = await sendAll(program)
    let seen = await readSeen(page)
    for (let tries = 0; tries < 60 && Object.keys(seen).length < sentAt.size; tries += 1) {
      await sleep(500)
      seen = await readSeen(page)
    }
    const used = cpuNow(program, varDir).map((now, index) => (now - (before[index] ?? 0)) / seconds)
    const raised = new Map(
      (
        await app.pool<{ key: string; raisedAt: Date }[]>`
          select labels ->> 'key' as key, raised_at from alerts.alert where origin = ${rule.code}`
      ).map(({ key, raisedAt }) => [key, raisedAt.getTime()]),
    )
    const fields = [...sentAt]
    const told = fields.map(([field, at]) => (raised.get(field) ?? Number.POSITIVE_INFINITY) - at)
    const shown = fields.map(([field, at]) => (seen[field] ?? Number.POSITIVE_INFINITY) - at)
    const missing = shown.filter((ms) => !Number.isFinite(ms)).length
    console.log(
      `${rate * seconds} records, ${rate} a second, ${fields.length} alerts, ${missing} of them never on the wall`,
    )
    const say = (label: string, values: readonly number[]) =>
      console.log(
        `${label.padEnd(40)} p50 ${quantile(values, 0.5).toFixed(0)} ms, p95 ${quantile(values, 0.95).toFixed(0)} ms, max ${Math.max(...values).toFixed(0)} ms`,
      )
    say('record → 202 (durable)', answers)
    say('last record → rule begins to be looked at', told)
    say('last record → alert on the wall', shown)
    const [server, jobs, database] = used.map((one) => one.toFixed(2))
    console.log(
      `CPU a second of the stream: server ${server}, jobs ${jobs}, database ${database} s (of ${availableParallelism()} cores, the browser's on top)`,
    )
    sayFigure({
      label: 'record → alert on the wall, p95',
      value: quantile(shown, 0.95) / 1000,
      unit: 's',
      goal: 2,
      floor: { label: "the wall's page by itself", value: floor / 1000 },
    })
  } finally {
    await browser.close()
    for (const child of program.processes) child.kill('SIGTERM')
    await Promise.all(program.processes.map((child) => new Promise((resolve) => child.once('exit', resolve))))
  }
}

// Readable by the account of the database.
const varDir = join(tmpdir(), `tram-bench-wall-${process.pid}`)
await mkdir(varDir, { recursive: true, mode: 0o755 })
const app = await openApp(testConfig({ varDir }), { tables: 'migrate' })
try {
  app.config.demo = true
  await setMark(app.pool, 'mode', 'demo')
  await loadPacks(app, () => {})
  await run(app, varDir)
} finally {
  await app.close()
  await rm(varDir, { recursive: true, force: true })
  agent.destroy()
}
