/**
 * One cycle of evaluation: 200 rules over the numbers of many records, after single records changed. The CPU of the program and of the
 * database process behind its connection is counted; floor of the same run: the bare query of the numbers that such a cycle reads.
 *
 *   node --import tsx bench/rules.ts [records]
 */
import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { evaluateRules } from '#alerts'
import { processTouches, recomputeAll } from '#indicators'
import type { Context } from '#platform/context'
import { setMark } from '#platform/marks'
import { openPool, type Sql } from '#platform/sql'
import { loadPacks, openApp } from '../src/app.ts'
import { testConfig } from '../test/settings.ts'
import { quantile, sayFigure } from './report.ts'

const ruleCount = 200
const source = 'one-stop-dossiers'

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

/** CPU of this program and of the database process behind its one connection, in ms. */
async function cpuOf(backend: number, work: () => Promise<unknown>): Promise<number> {
  const [cpu, database] = [process.cpuUsage(), backendCpuMs(backend)]
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return (user + system) / 1000 + backendCpuMs(backend) - database
}

/** The numbers of the last twelve months, of every unit, as one bare query. */
const readBare = (sql: Sql, indicators: readonly string[]) => sql`
  select indicator, organisation, period, value from indicators.fact
  where indicator = any(${[...indicators]}::text[]) and period_kind = 'month' and area = '' and superseded_at is null
    and period_on > current_date - 366`

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
  let floorMs = 0
  const changes = 50
  for (let index = 0; index < changes; index += 1) {
    await changeCase(sql, 1 + ((index * 7_368_787) % count))
    const { indicators } = await processTouches(ctx)
    const at = performance.now()
    let cycle = { rules: 0 }
    cpuMs += await cpuOf(backend, async () => {
      cycle = await evaluateRules(
        ctx,
        ({ body }) => body.input.from === 'fact' && indicators.includes(body.input.indicator),
      )
    })
    took.push(performance.now() - at)
    rules += cycle.rules
    floorMs += await cpuOf(backend, () => readBare(sql, indicators))
  }
  console.log(
    `one changed record concerns ${(rules / changes).toFixed(0)} of ${ruleCount} rules; cycle p50 ${quantile(took, 0.5).toFixed(0)} ms, p95 ${quantile(took, 0.95).toFixed(0)} ms`,
  )
  const floor = { label: 'reading the same numbers', value: floorMs / changes / 1000 }
  sayFigure({
    label: 'CPU of a cycle, program and database',
    value: cpuMs / changes / 1000,
    unit: 's',
    goal: 0.3,
    floor,
  })
}

const count = Number(process.argv[2] ?? 3_000_000)
const folder = join(tmpdir(), `tram-bench-rules-${process.pid}`)
await mkdir(folder, { recursive: true, mode: 0o755 })
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate', connections: 1 })
try {
  app.config.demo = true
  await setMark(app.pool, 'mode', 'demo')
  await loadPacks(app, () => {})
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
