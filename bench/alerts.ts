/**
 * Alerts: 10,000 in one storm by HTTP until all are durable, folded to their 20 causes, and the same again; beside it Debian's Alertmanager in
 * the same run, which keeps them in memory. Then one cycle of evaluation: 200 rules over the facts of many records, after single records changed.
 *
 *   node --import tsx bench/alerts.ts [records]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { evaluateRules } from '#alerts'
import { issueToken } from '#identity'
import { processTouches, recomputeAll } from '#indicators'
import type { Context } from '#platform/context'
import { freePort } from '#platform/embedded'
import { setMark } from '#platform/marks'
import { openPool, type Sql } from '#platform/sql'
import { type App, loadPacks, openApp } from '../src/app.ts'
import { testConfig } from '../test/settings.ts'
import { quantile, sayFigure } from './report.ts'

const storm = 10_000
const causes = 20
const perRequest = 1000
const atOnce = 4
const ruleCount = 200
const source = 'one-stop-dossiers'

/** The bodies of the storm: each cause has a name and a district, each alert an instance of its own. */
function stormBodies(startsAt: Date): string[] {
  const alerts = Array.from({ length: storm }, (_, index) => ({
    labels: {
      alertname: `Cảnh báo ${index % 5}`,
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

/** Debian's Alertmanager, where it is installed. */
async function measurePeer(folder: string, bodies: readonly string[]): Promise<number | undefined> {
  if (spawnSync('prometheus-alertmanager', ['--version']).status !== 0) return undefined
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
  try {
    await untilAnswers(`http://127.0.0.1:${port}/-/ready`)
    return await send(`http://127.0.0.1:${port}`, bodies)
  } finally {
    await end(child)
  }
}

async function measureStorm(app: App, folder: string): Promise<void> {
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
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', 'serve'], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    const url = `http://127.0.0.1:${port}/alertmanager`
    await untilAnswers(`http://127.0.0.1:${port}/health/live`)
    const headers = { authorization: `Bearer ${token}` }
    // The first request of a program compiles and plans.
    await send(url, [JSON.stringify([{ labels: { alertname: 'khởi động' } }])], headers)
    const bodies = stormBodies(new Date())
    const peer = await measurePeer(folder, bodies)
    const seconds = await send(url, bodies, headers)
    const floor = peer === undefined ? undefined : { label: "Debian's Alertmanager, in memory", value: peer }
    sayFigure({ label: `${storm.toLocaleString('en')} alerts, durable`, value: seconds, unit: 's', goal: 2, floor })
    if (peer === undefined)
      console.log(
        "Debian's Alertmanager is not installed here (apt-get install prometheus-alertmanager): no peer in this run",
      )
    const first = await countsOf(app)
    const again = await send(url, bodies, headers)
    const second = await countsOf(app)
    console.log(
      `the same again ${again.toFixed(2)} s: alerts ${first.alerts} → ${second.alerts}, occurrences ${first.times} → ${second.times}`,
    )
    console.log(
      `received ${second.received} = shown ${second.shown} + grouped ${second.grouped} + silenced ${second.silenced} + dropped ${second.dropped}`,
    )
    const isRight =
      first.alerts === causes + 1 &&
      first.times === storm + 1 &&
      second.alerts === first.alerts &&
      second.times === first.times
    if (!isRight) throw new Error('the storm did not fold to its causes, or told again it added something')
  } finally {
    await end(child)
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

async function generate(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into warehouse.process_case (source, case_id, record_id, organisation, area, case_type, channel, state, started_at,
      started_on, due_at, due_on, ended_at, ended_on, attributes)
    select ${source}, 'HS-' || i, i, o.code, null, 'TT-' || (i * 7 % 300), case when i % 10 < 6 then 'Trực tuyến' else 'Trực tiếp' end,
      case when e.ended is null then 'Đang xử lý' else 'Đã trả kết quả' end, s.started, (s.started at time zone 'Asia/Ho_Chi_Minh')::date,
      d.due, (d.due at time zone 'Asia/Ho_Chi_Minh')::date, e.ended, (e.ended at time zone 'Asia/Ho_Chi_Minh')::date, '{}'
    from generate_series(1, ${count}) i
    join (select row_number() over (order by organisation) - 1 as n, count(*) over () as many, organisation as code
      from (select distinct organisation from indicators.organisation_scope where ancestor = 'H32' and depth = 1) x) o
      on o.n = (i * 7919::bigint) % o.many
    cross join lateral (select now() - make_interval(mins => (i::bigint * 104729 % 500000)::int) as started) s
    cross join lateral (select s.started + make_interval(days => 3 + (i % 20)) as due) d
    cross join lateral (select case when i % 30 > 0 then s.started + make_interval(hours => (i::bigint * 31 % 500)::int) end as ended) e`
}

/** Rules over every computed number of dossiers, with thresholds that some units cross and most do not. */
async function makeRules(sql: Sql): Promise<void> {
  const indicators = [
    'dossier.late',
    'dossier.received',
    'dossier.on-time',
    'dossier.resolved',
    'dossier.online-share',
    'dossier.due-unfinished',
  ]
  const units = ['root', 'departments', 'communes', 'all']
  const whens = [
    { type: 'threshold', op: '>=', value: 1e9 },
    { type: 'threshold', op: '<', value: 5, clear: 6 },
    { type: 'rate', over: 'previous', as: 'percent', op: '>=', value: 80 },
    { type: 'peers', op: '>=', value: 8 },
    { type: 'anomaly', op: '>=', value: 9 },
  ]
  await sql`update alerts.rule set retired_at = now(), retired_by = 'bench' where retired_at is null`
  const rules = Array.from({ length: ruleCount }, (_, index) => ({
    code: `bench.quy-tac-${index}`,
    name: `Quy tắc số ${index}`,
    severity: 'low',
    headline: '{noi}: {gia-tri}',
    input: {
      from: 'fact',
      indicator: indicators[index % indicators.length],
      period: 'month',
      units: units[index % units.length],
    },
    when: whens[index % whens.length],
  }))
  await sql`
    insert into alerts.rule (code, version, pack, body, origin, made_by, made_at)
    select r ->> 'code', 1, 'khanh-hoa', r, 'edit', 'bench', now() from jsonb_array_elements(${sql.json(rules as never)}) r`
}

/** User and system time of one connection's process, in ms. */
function backendCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function changeCase(sql: Sql, id: number): Promise<void> {
  const touch = () => sql`
    insert into warehouse.touch (source, kind, field, organisation, area, day)
    select r.source, 'case', f.field, r.organisation, coalesce(r.area, ''), f.day
    from warehouse.process_case r
    cross join lateral (values ('', null), ('startedOn', r.started_on), ('dueOn', r.due_on), ('endedOn', r.ended_on)) as f (field, day)
    where r.source = ${source} and r.case_id = ${`HS-${id}`} and (f.field = '' or f.day is not null)`
  await touch()
  await sql`
    update warehouse.process_case set ended_at = started_at + interval '40 days', ended_on = started_on + 40
    where source = ${source} and case_id = ${`HS-${id}`}`
  await touch()
}

async function measureCycle(ctx: Context, count: number): Promise<void> {
  const { sql } = ctx
  await makeRules(sql)
  const begun = performance.now()
  const full = await evaluateRules(ctx, () => true)
  console.log(
    `all ${full.rules} rules at the start: ${full.tracks} things watched, ${full.told} told, ${((performance.now() - begun) / 1000).toFixed(2)} s`,
  )
  const [{ backend } = { backend: 0 }] = await sql<{ backend: number }[]>`select pg_backend_pid() as backend`
  const took: number[] = []
  let rules = 0
  let cpuMs = 0
  const changes = 50
  for (let index = 0; index < changes; index += 1) {
    await changeCase(sql, 1 + ((index * 7_368_787) % count))
    const { indicators } = await processTouches(ctx)
    const [cpu, database, at] = [process.cpuUsage(), backendCpuMs(backend), performance.now()]
    const cycle = await evaluateRules(
      ctx,
      ({ body }) => body.input.from === 'fact' && indicators.includes(body.input.indicator),
    )
    took.push(performance.now() - at)
    const { user, system } = process.cpuUsage(cpu)
    cpuMs += (user + system) / 1000 + backendCpuMs(backend) - database
    rules += cycle.rules
  }
  console.log(
    `one changed record concerns ${(rules / changes).toFixed(0)} of ${ruleCount} rules; cycle p50 ${quantile(took, 0.5).toFixed(0)} ms, p95 ${quantile(took, 0.95).toFixed(0)} ms`,
  )
  sayFigure({ label: 'CPU of a cycle, program and database', value: cpuMs / changes / 1000, unit: 's', goal: 0.3 })
}

const count = Number(process.argv[2] ?? 3_000_000)
const folder = join(tmpdir(), `tram-bench-alerts-${process.pid}`)
await mkdir(folder, { recursive: true, mode: 0o755 })
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate', connections: 1 })
try {
  app.config.demo = true
  await setMark(app.pool, 'mode', 'demo')
  await loadPacks(app, () => {})
  await measureStorm(app, folder)
  const ctx = app.context()
  const owner = openPool(app.url, { max: 1 })
  await generate(ctx.sql, count)
  await owner`vacuum analyze warehouse.process_case`
  const { facts } = await recomputeAll(ctx)
  await owner`vacuum analyze indicators.cell, indicators.fact`
  await owner.end({ timeout: 1 })
  console.log(`${count.toLocaleString('en')} records, ${facts.toLocaleString('en')} facts`)
  await measureCycle(ctx, count)
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}
