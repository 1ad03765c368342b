/**
 * Alerts: 10,000 in one storm by HTTP until all are durable, folded to their 20 causes, and the same again; beside each storm Debian's
 * Alertmanager in the same run, which keeps them in memory. The whole program runs: a server, and a process of jobs that tells people of what
 * the storm opened. Floor of the same run: as many rows of the same bytes by COPY into a table with one index, in ten transactions.
 *
 *   node --import tsx bench/alerts.ts [storms]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { issueToken } from '#identity'
import { freePort } from '#platform/embedded'
import { setMark } from '#platform/marks'
import { openPool } from '#platform/sql'
import { type App, loadPacks, openApp } from '../src/app.ts'
import { testConfig } from '../test/settings.ts'
import { cpuOf, databaseCpu } from './cpu.ts'
import { median, sayFigure } from './report.ts'

const storm = 10_000
const causes = 20
const perRequest = 1000
const atOnce = 4

/** The bodies of one storm: each cause has a name and a district, each alert an instance of its own. */
function stormBodies(number: number, startsAt: Date): string[] {
  const alerts = Array.from({ length: storm }, (_, index) => ({
    labels: {
      alertname: `Cảnh báo ${number}.${index % 5}`,
      quan: `Quận ${Math.floor(index / 5) % 4}`,
      instance: `may-${index}:9100`,
      severity: index % 3 ? 'warning' : 'critical',
    },
    annotations: { summary: `Máy chủ số ${index} không trả lời`, description: 'Không trả lời trong ba lần hỏi liền.' },
    startsAt: startsAt.toISOString(),
    generatorURL: 'http://prometheus.local/graph?g0.expr=up+%3D%3D+0',
  }))
  return Array.from({ length: storm / perRequest }, (_, index) =>
    JSON.stringify(alerts.slice(index * perRequest, (index + 1) * perRequest)),
  )
}

/** Seconds until every body was answered. */
async function send(url: string, bodies: readonly string[], headers: Record<string, string> = {}): Promise<number> {
  const waiting = [...bodies]
  const begun = performance.now()
  const worker = async () => {
    for (let body = waiting.shift(); body !== undefined; body = waiting.shift()) {
      const answer = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', ...headers },
      })
      if (!answer.ok) throw new Error(`${answer.status}: ${(await answer.text()).slice(0, 300)}`)
      await answer.text()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return (performance.now() - begun) / 1000
}

async function untilAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const isThere = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    )
    if (isThere) return
    await sleep(100)
  }
  throw new Error(`${url} does not answer`)
}

const end = (child: ChildProcess) =>
  new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })

interface Peer {
  url: string
  child: ChildProcess
}

/** Debian's Alertmanager, where it is installed. */
async function startPeer(folder: string): Promise<Peer | undefined> {
  if (spawnSync('prometheus-alertmanager', ['--version']).status !== 0) {
    console.log(
      "Debian's Alertmanager is not installed here (apt-get install prometheus-alertmanager): no peer in this run",
    )
    return undefined
  }
  const port = await freePort()
  const config = join(folder, 'alertmanager.yml')
  await writeFile(config, "route: { receiver: none, group_by: ['alertname', 'quan'] }\nreceivers: [{ name: none }]\n")
  const flags = [
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'am')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ]
  const child = spawn('prometheus-alertmanager', flags, { stdio: 'ignore' })
  await untilAnswers(`http://127.0.0.1:${port}/-/ready`)
  return { url: `http://127.0.0.1:${port}`, child }
}

/** Seconds for the same bytes as bare rows, durable. */
async function measureFloor(app: App, bodies: readonly string[]): Promise<number> {
  const pool = openPool(app.ownerUrl, { max: 1 })
  try {
    await pool`drop table if exists public.bench_floor`
    await pool`create table public.bench_floor (id text primary key, body jsonb)`
    const begun = performance.now()
    for (const body of bodies)
      await pool.begin(async (sql) => {
        const lines = (JSON.parse(body) as { labels: { instance: string } }[]).map(
          (one) => `${one.labels.instance}\t${JSON.stringify(one).replaceAll('\\', '\\\\')}\n`,
        )
        await pipeline(Readable.from(lines), await sql`copy public.bench_floor from stdin`.writable())
      })
    return (performance.now() - begun) / 1000
  } finally {
    await pool.end({ timeout: 1 })
  }
}

async function countsOf({ pool }: App) {
  const [alerts] = await pool<
    { alerts: number; times: number }[]
  >`select count(*) as alerts, sum(count)::bigint as times from alerts.alert`
  const [sums] = await pool<{ received: number; shown: number; grouped: number; silenced: number; dropped: number }[]>`
    select sum(received)::bigint as received, sum(shown)::bigint as shown, sum(grouped)::bigint as grouped,
      sum(silenced)::bigint as silenced, sum(dropped)::bigint as dropped from alerts.balance`
  if (!alerts || !sums) throw new Error('nothing was counted')
  return { ...alerts, ...sums }
}

interface Program {
  url: string
  headers: Record<string, string>
  processes: readonly ChildProcess[]
}

async function startProgram(app: App, folder: string): Promise<Program> {
  const { token } = await issueToken(app.context(), {
    account: 'quantri',
    scopes: ['alerts:write', 'alerts:read'],
    label: 'bench',
  })
  const port = await freePort()
  const env = {
    ...process.env,
    DATABASE_URL: app.url,
    PORT: String(port),
    HOST: '127.0.0.1',
    TRAM_VAR: folder,
    TRAM_LOG: 'error',
  }
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter(Boolean)
  const processes = ['serve', 'work'].map((role) =>
    spawn(process.execPath, [...flags, 'scripts/launch.mjs', 'src/main.ts', role], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    }),
  )
  await untilAnswers(`http://127.0.0.1:${port}/health/live`)
  return { url: `http://127.0.0.1:${port}/alertmanager`, headers: { authorization: `Bearer ${token}` }, processes }
}

interface Storm {
  ours: number
  peer?: number
  floor: number
  serverCpu: number
  databaseCpu: number
}

async function measureOne(
  app: App,
  program: Program,
  { number, folder, peer }: { number: number; folder: string; peer?: Peer },
): Promise<Storm> {
  const bodies = stormBodies(number, new Date())
  const floor = await measureFloor(app, bodies)
  const ofPeer = peer && (await send(peer.url, bodies))
  const [before, server] = [await countsOf(app), program.processes[0]?.pid ?? 0]
  const [serverBefore, databaseBefore] = [cpuOf(server), databaseCpu(folder)]
  const ours = await send(program.url, bodies, program.headers)
  const [serverCpu, ofDatabase] = [cpuOf(server) - serverBefore, databaseCpu(folder) - databaseBefore]
  const first = await countsOf(app)
  const again = await send(program.url, bodies, program.headers)
  const second = await countsOf(app)
  const isRight =
    first.alerts === before.alerts + causes &&
    first.times === before.times + storm &&
    second.alerts === first.alerts &&
    second.times === first.times &&
    second.received === second.shown + second.grouped + second.silenced + second.dropped
  if (!isRight) throw new Error('the storm did not fold to its causes, or told again it added something')
  console.log(
    `storm ${number}: ${ours.toFixed(2)} s, CPU server ${serverCpu.toFixed(2)} + database ${ofDatabase.toFixed(2)} s; again ${again.toFixed(2)} s, adds 0; peer ${ofPeer?.toFixed(2) ?? '–'} s; COPY ${floor.toFixed(2)} s`,
  )
  return { ours, peer: ofPeer, floor, serverCpu, databaseCpu: ofDatabase }
}

async function measureStorms(app: App, folder: string, storms: number): Promise<void> {
  const program = await startProgram(app, folder)
  const peer = await startPeer(folder)
  try {
    // The process of jobs looks at every rule when it starts.
    await sleep(5000)
    // The first request of a program compiles and plans.
    await send(program.url, [JSON.stringify([{ labels: { alertname: 'khởi động' } }])], program.headers)
    const measured: Storm[] = []
    for (let number = 1; number <= storms; number += 1) {
      measured.push(await measureOne(app, program, { number, folder, peer }))
      await sleep(2000)
    }
    const [first] = measured
    if (!first) return
    const of = (key: keyof Storm) => median(measured.map((one) => one[key] ?? Number.NaN))
    const floor = peer ? { label: "Debian's Alertmanager, in memory", value: of('peer') } : undefined
    const label = `${storm.toLocaleString('en')} alerts, durable`
    sayFigure({ label: `${label}, the first storm`, value: first.ours, unit: 's', goal: 2 })
    sayFigure({ label: `${label}, median of ${storms}`, value: of('ours'), unit: 's', goal: 2, floor })
    sayFigure({
      label: 'CPU of server and database',
      value: of('serverCpu') + of('databaseCpu'),
      unit: 's',
      floor: { label: 'COPY of the same', value: of('floor') },
    })
    const { received, shown, grouped, silenced, dropped } = await countsOf(app)
    console.log(
      `received ${received} = shown ${shown} + grouped ${grouped} + silenced ${silenced} + dropped ${dropped}`,
    )
  } finally {
    await Promise.all([...program.processes, ...(peer ? [peer.child] : [])].map(end))
  }
}

const storms = Math.max(1, Number(process.argv[2] ?? 5))
const folder = join(tmpdir(), `tram-bench-alerts-${process.pid}`)
await mkdir(folder, { recursive: true, mode: 0o755 })
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate', connections: 2 })
try {
  app.config.demo = true
  await setMark(app.pool, 'mode', 'demo')
  await loadPacks(app, () => {})
  await measureStorms(app, folder, storms)
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
