/**
 * The inbox with many items stored: one officer has 5,000 open ones among them, his unit's pile 20,000, one in seven of all is open. The
 * pages are asked through the server's own front door, sign-in and menu included. Floor of the same run: the bare statement that reads
 * one page of his items.
 *
 *   node --import tsx bench/worklist.ts [items]
 */
import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { openPool, type Sql } from '#platform/sql'
import { buildAssets } from '#ui'
import { closeItem, openItem } from '#worklist'
import { loadPacks, openApp } from '../src/app.ts'
import { buildFace } from '../src/serving.ts'
import { testConfig } from '../test/settings.ts'
import { passWithin, signInPassage } from '../test/sign-in.ts'
import { median, quantile, sayFigure } from './report.ts'

const rounds = 200
const warmUp = 20
const officer = 'dulieu-nhatrang'
const commune = 'H32.22366'
const ownItems = 5000
const pileItems = 20_000

/** Items of 2,000 people and 200 organisations, due within 300 days, three in four when offices close; six in seven are done. */
async function fill(sql: Sql, count: number): Promise<void> {
  await sql`
    insert into worklist.item (capability, kind, code, title, search_key, organisation, permission, url, grave, due_at, holder,
      held_since, opened_at, closed_at)
    select case n % 3 when 0 then 'directives' when 1 then 'duties' else 'portfolio' end, 'work', 'V-' || n,
      'Nhiệm vụ minh họa số ' || n, 'nhiem vu minh hoa so ' || n || ' v-' || n,
      case when n <= ${ownItems + pileItems} then ${commune} else 'H32.' || (22300 + n % 200) end, 'entry:write',
      '/chi-tieu', n % 50 = 0,
      case when n % 20 > 0 then timestamptz '2026-11-01 17:00+07' + make_interval(days => (n * 7919::bigint % 300)::int - 30,
        mins => case when n % 4 > 0 then 0 else (n * 104729::bigint % 480)::int end) end,
      case when n <= ${ownItems} then ${officer} when n <= ${ownItems + pileItems} then null
        when n % 10 > 0 then 'nguoi-' || n % 2000 end,
      case when n <= ${ownItems} or n % 10 > 0 then timestamptz '2026-10-01' end, timestamptz '2026-10-01' + make_interval(mins => (n % 50000)::int),
      case when n > ${ownItems + pileItems} and n % 7 > 0 then timestamptz '2026-11-20' end
    from generate_series(1, ${count}::bigint) n`
}

/** Statements of the benched work itself: times of one after the other. */
async function timesOf(work: () => Promise<unknown>, count = rounds): Promise<number[]> {
  const took: number[] = []
  for (let round = 0; round < count + warmUp; round += 1) {
    const begun = performance.now()
    await work()
    if (round >= warmUp) took.push(performance.now() - begun)
  }
  return took
}

/** User and system time of the database's processes that serve this program, in ms. */
async function databaseCpuMs(): Promise<number> {
  const rows = await owner<{ pid: number }[]>`
    select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
  return rows.reduce((sum, { pid }) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) * 10
  }, 0)
}

async function timed<T>(label: string, work: () => Promise<T>): Promise<T> {
  const begun = performance.now()
  const result = await work()
  console.log(`${label.padEnd(40)} ${((performance.now() - begun) / 1000).toFixed(1)} s`)
  return result
}

const barePage = (sql: Sql) => sql`
  select id, capability, kind, code, title, organisation, permission, url, grave, due_at, holder, held_since, opened_at
  from worklist.item where holder = ${officer} and closed_at is null
  order by due_order, id limit 51`

async function signIn(face: FastifyInstance, account: string): Promise<string> {
  const passage = signInPassage({ account, password: 'tram-huong-2026' })
  return (await passWithin((request) => face.inject(request), passage)).cookie
}

const count = Number(process.argv[2] ?? 3_000_000)
const folder = join(tmpdir(), `bench-worklist-${process.pid}`)
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true, mode: 0o755 })
const app = await openApp(testConfig({ varDir: folder, logLevel: 'error' }), { tables: 'migrate' })
const owner = openPool(app.url, { max: 1 })
try {
  app.config.demo = true
  app.workshop.clock = () => new Date('2026-11-23T03:00:00Z')
  await loadPacks(app, () => {})
  await timed(`write ${count.toLocaleString('en')} items`, () => fill(app.pool, count))
  await timed('vacuum analyze', () => owner`vacuum analyze worklist.item, worklist.tally`)
  await measure()
} finally {
  await owner.end({ timeout: 1 })
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

async function measure(): Promise<void> {
  const [sizes] = await app.pool<{ open: number; own: number; tally: number; indexes: number }[]>`
    select (select count(*)::int from worklist.item where closed_at is null) as open,
      (select count(*)::int from worklist.item where closed_at is null and holder = ${officer}) as own,
      (select count(*)::int from worklist.tally) as tally,
      (pg_indexes_size('worklist.item') / 1024 / 1024)::int as indexes`
  console.log(
    `open ${sizes?.open.toLocaleString('en')}, the officer's ${sizes?.own.toLocaleString('en')}, rows of the tally ${sizes?.tally.toLocaleString('en')}, indexes ${sizes?.indexes} MB`,
  )
  const face = await buildFace(app, await buildAssets({ cacheDir: join(folder, 'cache') }))
  const floor = await timesOf(() => barePage(app.pool))
  sayFigure({ label: 'floor: bare SQL of one page, p95', value: quantile(floor, 0.95), unit: 'ms' })
  const cookies = { officer: await signIn(face, officer), head: await signIn(face, 'chutich-nhatrang') }
  for (const [label, who, url, goal] of [
    ['inbox', 'officer', '/viec-cua-toi', 60],
    ['inbox, a later page', 'officer', '/viec-cua-toi?after=2500~2026-12-20T05:00:00.000Z', 60],
    ['inbox, one kind, late', 'officer', '/viec-cua-toi?loai=duties&nhom=late', 60],
    ['inbox, words looked for', 'officer', '/viec-cua-toi?q=so+4321', undefined],
    ['inbox, by title', 'officer', '/viec-cua-toi?sort=title', undefined],
    ['the unit’s unclaimed', 'officer', '/viec-cua-toi?xem=don-vi', 60],
    ['number of the menu alone', 'officer', '/viec-cua-toi/dem', undefined],
    ['load of the unit', 'head', '/viec-cua-toi/don-vi', undefined],
    ['items of the unit', 'head', '/viec-cua-toi/don-vi/viec', undefined],
    ['floor: a page without numbers', 'officer', '/xu-ly-thay/giao', undefined],
  ] as const) {
    const before = { own: process.cpuUsage(), database: await databaseCpuMs() }
    const took = await timesOf(async () => {
      const answer = await face.inject({ method: 'GET', url, headers: { cookie: cookies[who] } })
      if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode}`)
    })
    const own = process.cpuUsage(before.own)
    const asked = rounds + warmUp
    const cpu = {
      own: (own.user + own.system) / 1000 / asked,
      database: ((await databaseCpuMs()) - before.database) / asked,
    }
    const bare = { label: 'bare SQL', value: median(floor) }
    sayFigure({ label: `${label}, median`, value: median(took), unit: 'ms', floor: bare })
    sayFigure({ label: `${label}, p95`, value: quantile(took, 0.95), unit: 'ms', goal })
    console.log(`  CPU a page: this process ${cpu.own.toFixed(1)} ms, database ${cpu.database.toFixed(1)} ms`)
  }
  await measureChanges()
  await face.close()
}

/** What opening and closing costs, the tally and the call to open screens included. */
async function measureChanges(): Promise<void> {
  const ctx = app.context()
  let number = 0
  const key = () => ({ capability: 'duties', kind: 'bench', code: `B-${number}` })
  const opened = await timesOf(() => {
    number += 1
    return openItem(ctx, {
      ...key(),
      title: 'Việc đo thử',
      organisation: commune,
      permission: 'entry:write',
      url: '/chi-tieu',
      assignee: officer,
      dueAt: new Date('2026-12-01T10:00:00Z'),
    })
  })
  sayFigure({ label: 'open one item, median', value: median(opened), unit: 'ms' })
  const closed = await timesOf(async () => {
    await closeItem(ctx, key())
    number -= 1
  })
  sayFigure({ label: 'close one item, median', value: median(closed), unit: 'ms' })
}
