/**
 * Facts by increments against a computation from scratch, with many records stored: cases are copied straight into the canonical table,
 * computed once, then single records are changed and their numbers brought up to date. Peer of the same run: the plain aggregation of
 * one indicator by SQL.
 *
 *   node --import tsx bench/facts.ts [records]
 */
import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { processTouches, recomputeAll } from '#indicators'
import type { Context } from '#platform/context'
import { openPool, type Sql } from '#platform/sql'
import { loadPacks, openApp } from '../src/app.ts'
import { testConfig } from '../test/settings.ts'

const source = 'one-stop-dossiers'

async function generate(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into warehouse.process_case (source, case_id, record_id, organisation, area, case_type, channel, state, started_at,
      started_on, due_at, due_on, ended_at, ended_on, attributes)
    select ${source}, 'HS-' || i, i, o.code, o.area, 'TT-' || (i * 7 % 300), case when i % 10 < 6 then 'Trực tuyến' else 'Trực tiếp' end,
      case when e.ended is null then 'Đang xử lý' else 'Đã trả kết quả' end, s.started, (s.started at time zone 'Asia/Ho_Chi_Minh')::date,
      d.due, (d.due at time zone 'Asia/Ho_Chi_Minh')::date, e.ended, (e.ended at time zone 'Asia/Ho_Chi_Minh')::date,
      jsonb_build_object('ThanhToan', (i % 4)::text, 'PhiPhaiNop', i % 5 * 10000, 'SoHoa', (i % 4)::text)
    from generate_series(1, ${count}) i
    join (select row_number() over (order by organisation) - 1 as n, count(*) over () as many, organisation as code,
        (select area from indicators.area_scope where depth = 0 order by md5(area || organisation) limit 1) as area
      from (select distinct organisation from indicators.organisation_scope where ancestor = 'H32' and depth = 1) x) o
      on o.n = (i * 7919::bigint) % o.many
    cross join lateral (select timestamptz '2025-07-01 07:00+07' + make_interval(mins => (i::bigint * 104729 % 730000)::int) as started) s
    cross join lateral (select s.started + make_interval(days => 3 + (i % 20)) as due) d
    cross join lateral (select case when i % 30 > 0 then s.started + make_interval(hours => (i::bigint * 31 % 500)::int) end as ended) e`
}

/** User and system time of one connection's process, in ms. */
function backendCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** One record changes as the importer would write it: the touches of its cells before and after. */
async function changeCase(sql: Sql, id: number, hours: number): Promise<void> {
  const touch = () => sql`
    insert into warehouse.touch (source, kind, field, organisation, area, day)
    select r.source, 'case', f.field, r.organisation, coalesce(r.area, ''), f.day
    from warehouse.process_case r
    cross join lateral (values ('', null), ('startedOn', r.started_on), ('dueOn', r.due_on), ('endedOn', r.ended_on)) as f (field, day)
    where r.source = ${source} and r.case_id = ${`HS-${id}`} and (f.field = '' or f.day is not null)`
  await touch()
  await sql`
    update warehouse.process_case set ended_at = started_at + make_interval(hours => ${hours}),
      ended_on = ((started_at + make_interval(hours => ${hours})) at time zone 'Asia/Ho_Chi_Minh')::date
    where source = ${source} and case_id = ${`HS-${id}`}`
  await touch()
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const result = await work()
  console.log(`${label.padEnd(58)} ${((performance.now() - begun) / 1000).toFixed(2).padStart(9)} s`)
  return result
}

async function snapshot(sql: Sql): Promise<string> {
  const [row] = await sql<{ hash: string }[]>`
    select md5(string_agg(concat_ws('|', indicator, organisation, area, period_kind, period, state, value, numerator, denominator,
      record_count), E'\n' order by indicator, organisation, area, period_kind, period)) as hash
    from indicators.fact where superseded_at is null`
  return row?.hash ?? ''
}

async function measureIncrements(ctx: Context, count: number): Promise<void> {
  const changes = 200
  // The first pass of a connection makes its work tables and plans.
  await changeCase(ctx.sql, 7, 1)
  await processTouches(ctx)
  const took: number[] = []
  const [{ backend } = { backend: 0 }] = await ctx.sql<{ backend: number }[]>`select pg_backend_pid() as backend`
  // Ticks of a hundredth of a second add up over many changes: the database's share is right on the average only.
  const spent = { own: 0, database: 0 }
  for (let index = 0; index < changes; index += 1) {
    await changeCase(ctx.sql, 1 + ((index * 7_368_787) % count), 24 + index)
    const databaseBefore = backendCpuMs(backend)
    const cpu = process.cpuUsage()
    const begun = performance.now()
    await processTouches(ctx)
    took.push(performance.now() - begun)
    const { user, system } = process.cpuUsage(cpu)
    spent.own += (user + system) / 1000 / changes
    spent.database += (backendCpuMs(backend) - databaseBefore) / changes
  }
  took.sort((a, b) => a - b)
  const at = (share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(1)
  console.log(
    `one changed record to its facts: median ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(0.999)} ms (both processes)`,
  )
  console.log(`  CPU: this process ${spent.own.toFixed(1)} ms, database ${spent.database.toFixed(1)} ms`)
}

async function run(count: number): Promise<void> {
  const folder = join(tmpdir(), 'tram-bench-facts')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o755 })
  const app = await openApp(testConfig({ varDir: folder, logLevel: 'error' }), { tables: 'migrate', connections: 1 })
  const closing: (() => Promise<void>)[] = []
  try {
    await loadPacks(app, () => {})
    const ctx = app.context()
    const owner = openPool(app.url, { max: 1 })
    closing.push(() => owner.end({ timeout: 1 }))
    await timed(`${count.toLocaleString('en')} cases into the canonical table`, () => generate(ctx.sql, count))
    await timed('vacuum analyze', () => owner`vacuum analyze warehouse.process_case`)
    await timed(
      'peer: one count by organisation and day, plain SQL',
      () => ctx.sql`
      select count(*) from (select organisation, started_on, count(*) from warehouse.process_case where source = ${source} group by 1, 2) x`,
    )
    const first = await timed('all indicators from scratch', () => recomputeAll(ctx))
    await timed('vacuum analyze of cells and facts', () => owner`vacuum analyze indicators.cell, indicators.fact`)
    console.log(`  cells ${first.cells.toLocaleString('en')}, facts ${first.facts.toLocaleString('en')}`)
    await measureIncrements(ctx, count)
    const before = await snapshot(ctx.sql)
    const again = await timed('from scratch again', () => recomputeAll(ctx))
    console.log(`facts that came out different: ${again.facts}; equal: ${(await snapshot(ctx.sql)) === before}`)
  } finally {
    for (const close of closing) await close()
    await app.close()
    await rm(folder, { recursive: true, force: true })
  }
}

await run(Number(process.argv[2] ?? 3_000_000))
