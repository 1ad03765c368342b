/** The process view of 1,000,000 events, against reading the same rows and throwing them away. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCalendar, WorkingCalendar } from '#calendar'
import { openEmbedded } from '#platform/embedded'
import { migrate } from '#platform/migrations'
import { openPool, type Pool } from '#platform/sql'
import { viewProcess } from '#warehouse'

const events = 1_000_000

const day = [
  { from: '07:30', to: '11:30' },
  { from: '13:30', to: '17:00' },
]
const calendar = compileCalendar(
  WorkingCalendar.parse({
    code: 'bench',
    name: 'Bench',
    timeZone: 'Asia/Ho_Chi_Minh',
    hours: [
      {
        from: '2000-01-01',
        citation: 'none, a bench',
        week: { monday: day, tuesday: day, wednesday: day, thursday: day, friday: day, saturday: [], sunday: [] },
      },
    ],
    years: [],
    days: [],
  }),
)

async function fill(pool: Pool): Promise<void> {
  await pool`
    insert into warehouse.case_event (record_id, source, case_id, organisation, activity, lifecycle, occurred_at, occurred_on,
      resource, started_at, started_on, due_at, ended_at)
    select n, 'bench', 'case-' || (n / 6), 'MAU', 'Bước ' || (case when n % 6 = 3 and n % 7 = 0 then 2 else n % 6 end), 'complete',
      started + (n % 6) * interval '9 hours' + (hashint4(n::int) % 3600) * interval '1 second', started::date,
      'Người ' || abs(hashint4((n / 2)::int)) % 60, started, started::date, started + interval '2 days', started + interval '50 hours'
    from (select n, timestamptz '2024-01-01' + (n / 6) * interval '3 minutes' as started from generate_series(1, ${events}) as n) as rows`
  await pool`analyze warehouse.case_event`
}

const root = await mkdtemp(join(tmpdir(), 'tram-bench-'))
await chmod(root, 0o755)
const database = await openEmbedded(root, () => {})
const folder = (room: string) => fileURLToPath(new URL(`../src/operations/${room}/migrations`, import.meta.url))
const pool = openPool(database.url, { max: 4 })
try {
  await pool`create schema if not exists warehouse`
  await migrate(database.url, [{ schema: 'warehouse', folder: folder('warehouse') }])
  await fill(pool)
  for (let run = 1; run <= 3; run += 1) {
    let began = performance.now()
    const rows = pool`
      select case_id, activity, resource, occurred_at from warehouse.case_event where source = 'bench' order by case_id, occurred_at`
    for await (const _ of rows.values().cursor(20_000)) {
      // Floor: the same rows read and thrown away.
    }
    const floorMs = performance.now() - began
    began = performance.now()
    const view = await viewProcess(pool, { source: 'bench', calendar, now: new Date('2026-01-01') })
    const ms = performance.now() - began
    console.log(
      `process view of ${view.events} events, ${view.cases} cases, ${view.variantCount} variants: ${(ms / 1000).toFixed(2)} s (goal ≤ 5 s); reading the rows ${(floorMs / 1000).toFixed(2)} s; ratio ${(ms / floorMs).toFixed(2)}`,
    )
  }
} finally {
  await pool.end()
  await database.release()
  await rm(root, { recursive: true, force: true })
}
