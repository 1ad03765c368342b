/**
 * Data duties of 65 communes × 60 subjects: opening the rows of one day, and the matrix with a year of rows behind it, through the server's
 * own front door. Floors of the same run: the bare insert of as many rows, and the bare query of the page.
 *
 *   node --import tsx bench/duties.ts
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Sql } from '#platform/sql'
import { buildAssets } from '#ui'
import { loadPacks, openApp } from '../src/app.ts'
import { openDuties } from '../src/operations/duties/keeping/open.ts'
import { listCells } from '../src/operations/duties/reading/standings.ts'
import { buildFace } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { median, quantile, sayFigure } from './report.ts'

const rounds = 60
const warmUp = 10
const folder = join(tmpdir(), `bench-duties-${process.pid}`)
await mkdir(folder)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  app.config.demo = true
  await loadPacks(app, () => {})
  await fill(app.pool)
  await measureOpening()
  await measureMatrix()
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

/** Fifty subjects by the month, eight by the week, two by the day, a year of each; one row in a hundred late, one in fifty came late. */
async function fill(sql: Sql): Promise<void> {
  await sql`delete from duties.obligation`
  await sql`
    insert into duties.obligation (subject_kind, subject, subject_name, organisation, agency, figure_of, cadence, since_at,
      next_period, next_opens_at, has_value)
    select 'indicator', 'bench.subject-' || s, 'Số liệu thử nghiệm thứ ' || s, u.organisation, u.organisation, u.organisation,
      jsonb_build_object('every', 'day', 'family', 'calendar', 'dueWorkingDays', 0, 'dueTime', '17:00'), now() - interval '1 year',
      to_char(now(), 'YYYY-MM-DD'), now() - interval '1 hour', s % 20 > 0
    from generate_series(1, 60) s
    cross join (select distinct organisation from indicators.organisation_scope where ancestor = 'H32' and depth = 1
      and organisation ~ '[.][0-9]{5}$') u`
  await sql`
    insert into duties.duty (obligation_id, organisation, agency, period, opened_at, due_at, warn_at, state, arrived_at, late_days, late_at)
    select o.id, o.organisation, o.agency, case k.kind when 'm' then to_char(now() - make_interval(months => n), 'YYYY-MM') else to_char(now() - make_interval(days => n), 'YYYY-MM-DD') end, d.at - interval '1 day', d.at, d.at - interval '1 hour',
      case when n <= 2 and (o.id * 31 + n) % 100 < 5 then 'late' else 'fulfilled' end,
      case when n <= 2 and (o.id * 31 + n) % 100 < 5 then null else d.at - interval '2 hours' end,
      case when (o.id + n) % 50 = 0 then 2 end, null
    from duties.obligation o
    cross join lateral (select substring(o.subject from '[0-9]+')::int as s) x
    cross join lateral (select case when x.s <= 50 then 'm' when x.s <= 58 then 'w' else 'd' end as kind,
      case when x.s <= 50 then 12 when x.s <= 58 then 52 else 365 end as many) k
    cross join lateral generate_series(1, k.many) n
    cross join lateral (select now() - make_interval(days => 365 / k.many * n) as at) d`
  await sql`vacuum analyze duties.duty`
  const [row] = await sql<{ obligations: number; duties: number }[]>`
    select (select count(*) from duties.obligation) as obligations, (select count(*) from duties.duty) as duties`
  process.stdout.write(`${row?.obligations} obligations, ${row?.duties} duties of a year\n`)
}

async function measureOpening(): Promise<void> {
  const ctx = app.context()
  const bare = performance.now()
  await ctx.sql`
    create temporary table bare (like duties.duty including all)`
  await ctx.sql`
    insert into bare (obligation_id, organisation, agency, period, opened_at, due_at, warn_at)
    select id, organisation, agency, 'x', now(), now(), now() from duties.obligation`
  const floor = performance.now() - bare
  const startedAt = performance.now()
  const opened = await openDuties(ctx)
  sayFigure({
    label: `open ${opened} duties of a day`,
    value: performance.now() - startedAt,
    unit: 'ms',
    goal: 1000,
    floor: { label: 'bare insert', value: floor },
  })
}

async function measureMatrix(): Promise<void> {
  const assets = await buildAssets({ cacheDir: join(folder, 'cache') })
  const permissions = new Map([['duty:read', 'all' as const]])
  const actor = { account: 'bench', name: 'bench', organisation: 'H32', roles: [], permissions }
  const face = await buildFace(
    { ...app, authenticator: { ...app.authenticator, authenticate: async () => actor } },
    assets,
  )
  const floor = await times(() => listCells(app.pool, 'all'))
  for (const [label, url] of [
    ['matrix, 20 communes × 60', '/trach-nhiem?nhom=xa'],
    ['matrix, all 65 × 60', '/trach-nhiem?nhom=xa&limit=100'],
    ['only what is wrong', '/trach-nhiem?nhom=xa&tinh-trang=loi'],
    ['an agency', '/trach-nhiem/don-vi/H32.22366'],
    ['the ladder', '/trach-nhiem/bac-thang'],
  ] as const) {
    const before = process.cpuUsage()
    const took = await times(async () => {
      const answer = await face.inject({ method: 'GET', url })
      if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}`)
    })
    sayFigure({
      label: `${label}, p95 (p50 ${median(took).toFixed(0)} ms)`,
      value: quantile(took, 0.95),
      unit: 'ms',
      goal: 60,
      floor: { label: 'the bare query, p95', value: quantile(floor, 0.95) },
    })
    const { user, system } = process.cpuUsage(before)
    // On a busy machine the wall clock says little; what the program itself used says more.
    sayFigure({
      label: '  of it CPU of the program, mean',
      value: (user + system) / 1000 / (rounds + warmUp),
      unit: 'ms',
    })
  }
  await face.close()
}

async function times(work: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = []
  for (let nth = -warmUp; nth < rounds; nth += 1) {
    const startedAt = performance.now()
    await work()
    if (nth >= 0) took.push(performance.now() - startedAt)
  }
  return took
}
