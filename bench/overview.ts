/**
 * The leader's pages with many records stored: dossiers are written straight into the canonical table, computed once, then the pages
 * are asked through the server's own front door, as a leader of the whole province. Floor of the same run: a page without numbers.
 *
 *   node --import tsx bench/overview.ts [records]
 */
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { recomputeAll } from '#indicators'
import type { Sql } from '#platform/sql'
import { buildAssets } from '#ui'
import { loadPacks, openApp } from '../src/app.ts'
import { buildFace } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'

const rounds = 60

/** Dossiers of the last 510 days over all departments and communes, three in a hundred late, one in thirty open. */
async function fill(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into warehouse.process_case (source, case_id, record_id, organisation, area, case_type, channel, state, started_at,
      started_on, due_at, due_on, ended_at, ended_on, attributes)
    select 'one-stop-dossiers', 'HS-' || n, n, u.organisation, u.area, 'TT-' || n % 200,
      case when n % 100 < 62 then 'Trực tuyến' else 'Trực tiếp' end,
      case when e.at is null then 'Đang xử lý' else 'Đã trả kết quả' end, s.at, (s.at at time zone 'Asia/Ho_Chi_Minh')::date,
      d.at, (d.at at time zone 'Asia/Ho_Chi_Minh')::date, e.at, (e.at at time zone 'Asia/Ho_Chi_Minh')::date,
      jsonb_build_object('ThanhToan', (n % 3)::text, 'PhiPhaiNop', '10000', 'SoHoa', (n % 4)::text)
    from generate_series(1, ${count}::bigint) n
    join (select organisation, substring(organisation from '[0-9]{5}') as area,
        row_number() over (order by organisation) - 1 as place, count(*) over () as many
      from (select distinct organisation from indicators.organisation_scope where ancestor = 'H32' and depth = 1) units) u
      on u.place = (n * 7919) % u.many
    cross join lateral (select now() - make_interval(mins => (n * 104729 % 734400)::int) as at) s
    cross join lateral (select s.at + interval '5 days' as at) d
    cross join lateral (select case when n % 30 > 0 then s.at + make_interval(hours => case when n % 100 < 3 then 140 else 60 end) end as at) e`
}

const folder = join(tmpdir(), `bench-overview-${process.pid}`)
await mkdir(folder)
const count = Number(process.argv[2] ?? 3_000_000)
const app = await openApp(testConfig({ varDir: folder }), { tables: 'migrate' })
try {
  app.config.demo = true
  await loadPacks(app, () => {})
  const ctx = app.context()
  await timed(`write ${count.toLocaleString('en')} dossiers`, () => fill(ctx.sql, count))
  await ctx.sql`vacuum analyze warehouse.process_case`
  await timed('compute their numbers', () => recomputeAll(ctx))
  await ctx.sql`vacuum analyze indicators.fact`
  await measure()
} finally {
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const assets = await buildAssets({ cacheDir: join(folder, 'cache') })
  const actor = {
    account: 'bench',
    name: 'bench',
    organisation: 'H32',
    roles: [],
    permissions: new Map([['indicator:read', 'all' as const]]),
  }
  const face = await buildFace(
    { ...app, authenticator: { ...app.authenticator, authenticate: async () => actor } },
    assets,
  )
  const [fact] = await app.pool<{ id: number }[]>`
    select id from indicators.fact where indicator = 'dossier.on-time' and organisation = 'H32' and area = '' and period_kind = 'month'
      and superseded_at is null order by period_on desc limit 1`
  const pages = [
    ['floor: a page without numbers', '/bang'],
    ['overview', '/'],
    ['cards alone, refreshed live', '/tong-quan/the'],
    [
      'overview as of yesterday',
      `/?tai=${new Date(Date.now() - 1000).toLocaleString('sv-SE', { timeZone: 'Asia/Ho_Chi_Minh' }).replace(' ', 'T').slice(0, 16)}`,
    ],
    ['list of indicators', '/chi-tieu'],
    ['indicator', '/chi-tieu/dossier.on-time'],
    ['number and its records', `/so-lieu/${fact?.id}`],
    ['ranking', '/xep-hang'],
    ['unit', '/don-vi/H32.22366'],
  ] as const
  for (const [name, url] of pages) {
    const took: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const begun = performance.now()
      const answer = await face.inject({ method: 'GET', url })
      took.push(performance.now() - begun)
      if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`)
    }
    const sorted = took.slice(5).sort((a, b) => a - b)
    const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1).padStart(8)
    console.log(`${name.padEnd(34)} p50 ${at(0.5)} ms   p95 ${at(0.95)} ms`)
  }
  await face.close()
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const result = await work()
  console.log(`${label.padEnd(34)} ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  return result
}
