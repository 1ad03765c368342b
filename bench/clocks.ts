/**
 * Due dates reckoned in memory, and what a storm does to many open clocks: a day is closed, and every directive that runs over it gets a
 * new deadline, with its timers, its timeline, the item of work and the line in the list. Floors of the same run: as many plain additions
 * of days, and the bare update of as many rows.
 *
 *   node --import tsx bench/clocks.ts [clocks]
 */
import { readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { type ClockTerms, changeCalendarDays, dueAt, getCalendar } from '#calendar'
import type { Context } from '#platform/context'
import { openPool, type Sql } from '#platform/sql'
import { capabilities, loadPacks, openApp } from '../src/app.ts'
import { forecast } from '../src/foundation/calendar/recount/forecast.ts'
import { runRecounts } from '../src/foundation/calendar/recount/run.ts'
import { listRecounts } from '../src/foundation/calendar/recount/store.ts'
import { compileCalendar } from '../src/foundation/calendar/rules/working-time.ts'
import { testConfig } from '../test/settings.ts'
import { median, sayFigure } from './report.ts'

const count = Number(process.argv[2] ?? 600_000)
const calendarCode = 'khanh-hoa'
const books = capabilities.flatMap(({ clocks = [] }) => clocks)
const closed = { date: '2026-11-26', kind: 'closure', name: 'Nghỉ tránh bão', citation: 'Công điện đo thử' } as const

const folder = join(tmpdir(), `bench-clocks-${process.pid}`)
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true, mode: 0o755 })
const app = await openApp(testConfig({ varDir: folder, logLevel: 'error' }), { tables: 'migrate' })
const owner = openPool(app.url, { max: 1 })
try {
  app.config.demo = true
  app.workshop.clock = () => new Date('2026-11-23T03:00:00Z')
  await loadPacks(app, () => {})
  const ctx = app.context()
  await measureMemory(ctx)
  await fill(ctx)
  await owner`vacuum analyze`
  await measureForecast(ctx)
  await measureRecount(ctx)
} finally {
  await owner.end({ timeout: 1 })
  await app.close()
  await rm(folder, { recursive: true, force: true })
}

async function measureMemory(ctx: Context): Promise<void> {
  const calendar = await getCalendar(ctx, calendarCode)
  const rounds = 5
  const many = 1_000_000
  const terms: ClockTerms[] = Array.from({ length: 10_000 }, (_, n) => ({
    startedAt: new Date(Date.UTC(2026, 0, 1) + ((n * 7919) % 525_600) * 60_000),
    budget:
      n % 4 === 0 ? { amount: 1 + (n % 80), unit: 'working-hour' } : { amount: 1 + (n % 20), unit: 'working-day' },
  }))
  const paused = terms.map((one): ClockTerms => {
    const from = new Date(one.startedAt.getTime() + 86_400_000)
    return { ...one, pauses: [{ from, to: new Date(from.getTime() + 2 * 86_400_000), reason: 'chờ bổ sung' }] }
  })
  const rate = (work: (one: ClockTerms) => number) => {
    const took: number[] = []
    let sum = 0
    for (let round = 0; round < rounds; round += 1) {
      // The program's own time: what others do on the machine is not the arithmetic's fault.
      const before = process.cpuUsage()
      for (let n = 0; n < many; n += 1) {
        const one = terms[n % terms.length]
        if (one) sum += work(one)
      }
      const { user, system } = process.cpuUsage(before)
      took.push((user + system) / 1000)
    }
    if (!Number.isFinite(sum)) throw new Error('the sum is not finite')
    return many / (median(took) / 1000)
  }
  const bare = rate(({ startedAt, budget }) => new Date(startedAt.getTime() + budget.amount * 86_400_000).getTime())
  const full = rate((one) => dueAt(calendar, one)?.getTime() ?? 0)
  const own = new Map(terms.map((one, n) => [one, paused[n] ?? one]))
  const withPause = rate((one) => dueAt(calendar, own.get(one) ?? one)?.getTime() ?? 0)
  const say = (label: string, perSecond: number, goal?: number) =>
    console.log(
      `${label.padEnd(40)} ${Math.round(perSecond).toLocaleString('en').padStart(12)} /s of CPU${goal ? ` · goal ${goal.toLocaleString('en')} /s: ${perSecond >= goal ? 'met' : 'MISSED'}` : ''}`,
    )
  say('plain additions of days', bare)
  say('due dates', full, 1_000_000)
  say('due dates, each with a pause', withPause)
  console.log(`a due date costs ${(bare / full).toFixed(1)} × a plain addition`)
}

/** Parts of directives under way, each its own directive with an item of work; started in the two weeks before, 1 to 20 working days. */
async function fill(ctx: Context): Promise<void> {
  const { sql } = ctx
  await sql`
    insert into directives.directive (code, title, words, source_kind, giver, giver_name, recorded_by, recorded_by_name, authority, office,
      state, document_number, document_on, document_year, issued_by, issued_by_name, issued_at, batch, recorded_at, search_key)
    select 'DO-' || n, 'Nhiệm vụ đo thử số ' || n, 'Nội dung đo thử', 'hand', 'phochutich', 'Người giao', 'phochutich', 'Người giao', 'H32',
      'H32.VP', 'issued', n || '/DT', '2026-11-09', 2026, 'vanphong', 'Người ban hành', '2026-11-09', 'do-thu', '2026-11-09', 'do thu ' || n
    from generate_series(1, ${count}::int) n`
  await sql`
    insert into directives.part (code, directive, number, organisation, state, budget_amount, budget_unit, started_at, due_at, moved_at)
    select 'DO-' || n, 'DO-' || n, 1, 'H32.' || (array['KHCN', 'TC', 'NNMT', 'XD', 'YT', '22366', '22411'])[1 + n % 7], 'in-progress',
      5 + n % 16, 'working-day', timestamptz '2026-11-16 08:00+07' + make_interval(mins => n % 9000), '2099-01-01', '2026-11-09'
    from generate_series(1, ${count}::int) n`
  await sql`
    insert into worklist.item (capability, kind, code, title, search_key, organisation, permission, url, grave, due_at, holder, held_since,
      opened_at)
    select 'directives', 'work', code, 'Thực hiện: ' || code, lower(code), organisation, 'directive:work', '/nhiem-vu/' || code, false, null,
      'nguoi-' || number, '2026-11-09', '2026-11-09'
    from directives.part where code like 'DO-%'`
  // Their deadlines and timers are made as they are made anew: by a recount of everything.
  await sql`
    insert into calendar.recount (calendar, since, deed, asked_by, asked_at) values (${calendarCode}, '2026-01-01', 'bench', 'bench', ${ctx.now})`
  await runRecounts(ctx, books)
  const [made] = await sql<{ parts: number; timers: number }[]>`
    select (select count(*)::int from directives.part where due_at < '2099-01-01') as parts,
      (select count(*)::int from directives.timer) as timers`
  console.log(`${made?.parts.toLocaleString('en')} parts under way with ${made?.timers.toLocaleString('en')} timers`)
}

async function measureForecast(ctx: Context): Promise<void> {
  const before = await getCalendar(ctx, calendarCode)
  const after = compileCalendar({ ...before.calendar, days: [...before.calendar.days, closed] })
  const startedAt = performance.now()
  const { moved } = await forecast(ctx, books, { before, after })
  sayFigure({
    label: `foreseen: ${moved.toLocaleString('en')} would move`,
    value: (performance.now() - startedAt) / 1000,
    unit: 's',
  })
}

async function measureRecount(ctx: Context): Promise<void> {
  const { sql } = ctx
  const floor = await bareUpdate(sql)
  await changeCalendarDays(ctx, calendarCode, { set: [closed], remove: [], citation: closed.citation })
  const before = { own: process.cpuUsage(), database: await databaseCpuMs() }
  const startedAt = performance.now()
  await runRecounts(ctx, books)
  const seconds = (performance.now() - startedAt) / 1000
  const own = process.cpuUsage(before.own)
  const [recount] = await listRecounts(sql, calendarCode, 1)
  sayFigure({
    label: `recounted: ${recount?.moved?.toLocaleString('en')} of ${recount?.seen?.toLocaleString('en')} moved`,
    value: seconds,
    unit: 's',
    goal: 60,
    floor: { label: 'bare update', value: floor },
  })
  const database = ((await databaseCpuMs()) - before.database) / 1000
  console.log(`  CPU: this process ${((own.user + own.system) / 1e6).toFixed(1)} s, database ${database.toFixed(1)} s`)
  const again = performance.now()
  await runRecounts(ctx, books)
  sayFigure({ label: 'nothing left to do', value: performance.now() - again, unit: 'ms' })
}

async function bareUpdate(sql: Sql): Promise<number> {
  await sql`create temporary table bare as select code, due_at from directives.part`
  await sql`create unique index on bare (code)`
  const startedAt = performance.now()
  await sql`update bare set due_at = due_at + interval '1 day'`
  return (performance.now() - startedAt) / 1000
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
