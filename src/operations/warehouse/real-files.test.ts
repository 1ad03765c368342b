import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { Sql } from '#platform/sql'
import { dbTest, realData } from '#test/harness'
import { counts, filesIn, loadSamples, nameOf, sendFile } from './testing.ts'

// Every real file goes in whole, with the reason of each line that does not; a second time it changes nothing.

interface Expected {
  source: string
  file: string
  /** Rows or events of the file. */
  received: number
  /** Rule → lines set aside. */
  aside?: Record<string, number>
  table: string
  rows: number
}

const single: Expected[] = [
  { source: 'permit-log', file: 'event-logs/wabo-receipt.csv.gz', received: 8577, table: 'case_event', rows: 8577 },
  {
    source: 'traffic-fines',
    file: 'event-logs/traffic-fines-10000-cases.csv.gz',
    received: 34_724,
    table: 'case_event',
    rows: 34_724,
  },
  {
    source: 'it-problems',
    file: 'event-logs/it-problem-management-bpic2013-closed.xes.gz',
    received: 6660,
    table: 'case_event',
    rows: 6660,
  },
  {
    source: 'boston-311',
    file: 'citizen-reports/boston-311-2011-h2.csv.gz',
    received: 58_251,
    table: 'citizen_report',
    rows: 58_251,
  },
  {
    source: 'beijing-air',
    file: 'sensors/air-weather/beijing-pm25-2010-2014.csv.gz',
    received: 43_824,
    table: 'observation',
    // Three quantities an hour, 2,067 hours without PM2.5.
    rows: 3 * 43_824 - 2067,
  },
  {
    source: 'nyc-capital-changes',
    file: 'projects/nyc-capital-projects-2019-09-01.csv.gz',
    received: 2259,
    table: 'project',
    rows: 2259,
  },
  {
    source: 'nyc-capital-projects',
    file: 'projects/nyc-capital-projects-cpdb.csv.gz',
    received: 12_587,
    table: 'project',
    rows: 12_587,
  },
  {
    source: 'vn-budget-plan',
    file: 'indicators/vn-provincial-budget-plan-2006-2016.csv.gz',
    received: 759,
    table: 'budget_movement',
    rows: 6 * 759,
  },
  {
    source: 'vn-budget-final',
    file: 'indicators/vn-provincial-budget-final-2006-2014.csv.gz',
    received: 569,
    // Four lines say NA for the province.
    aside: { required: 4 },
    table: 'budget_movement',
    rows: 5 * 565,
  },
]

const asideOf = async (sql: Sql, source: string) => {
  const rows = await sql<{ rule: string; count: number }[]>`
    select rule, count(*) as count from warehouse.quarantine where source = ${source} group by rule`
  return Object.fromEntries(rows.map(({ rule, count }) => [rule, count]))
}

const rowsOf = async (sql: Sql, table: string, source: string) => {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from ${sql(`warehouse.${table}`)} where source = ${source}`
  return row?.count
}

const total = (aside: Record<string, number> = {}) => Object.values(aside).reduce((sum, count) => sum + count, 0)

/** Skipped with a word where the data are absent. */
function realTest(name: string, path: string, work: Parameters<typeof dbTest>[1]): void {
  const { skip } = realData(path)
  if (skip) test(name, { skip }, () => {})
  else dbTest(name, work)
}

for (const { source, file, received, aside, table, rows } of single) {
  realTest(`${source}: ${received} records in, ${total(aside)} set aside, nothing the second time`, file, async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    const sent = { name: nameOf(file), bytes: readFileSync(realData(file).path) }
    const first = await sendFile(ctx, source, sent)
    assert.equal(first.received, received)
    assert.deepEqual(counts(first), [received - total(aside), 0, 0, total(aside)])
    assert.deepEqual(await asideOf(t.sql, source), aside ?? {})
    assert.equal(await rowsOf(t.sql, table, source), rows)
    const again = await sendFile(ctx, source, sent)
    assert.deepEqual(counts(again), [0, 0, received, 0])
    assert.equal(await rowsOf(t.sql, table, source), rows)
  })
}

realTest('road-traffic: eight series; two of them give one minute two values', 'sensors/traffic', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  const files = filesIn(realData('sensors/traffic').path, /^nab-.*\.csv$/)
  const expected: Record<string, number[]> = {
    'nab-TravelTime_387.csv': [2500, 0, 0, 0],
    'nab-TravelTime_451.csv': [2162, 0, 0, 0],
    'nab-nyc_taxi_passengers.csv': [10_320, 0, 0, 0],
    'nab-occupancy_6005.csv': [2380, 0, 0, 0],
    'nab-occupancy_t4013.csv': [2499, 0, 0, 1],
    'nab-speed_6005.csv': [2500, 0, 0, 0],
    'nab-speed_7578.csv': [1127, 0, 0, 0],
    'nab-speed_t4013.csv': [2494, 0, 0, 1],
  }
  const found: Record<string, number[]> = {}
  for (const file of files) {
    found[nameOf(file)] = counts(await sendFile(ctx, 'road-traffic', { name: nameOf(file), bytes: readFileSync(file) }))
  }
  assert.deepEqual(found, expected)
  assert.deepEqual(await asideOf(t.sql, 'road-traffic'), { 'doubled-key': 2 })
  for (const file of files) {
    const [applied, superseded, , quarantined] = counts(
      await sendFile(ctx, 'road-traffic', { name: nameOf(file), bytes: readFileSync(file) }),
    )
    assert.deepEqual([applied, superseded, quarantined], [0, 0, 0], nameOf(file))
  }
  const [units] = await t.sql<{ series: number; properties: number }[]>`
    select count(distinct series) as series, count(distinct property) as properties
    from warehouse.observation where source = 'road-traffic'`
  assert.deepEqual(units, { series: 8, properties: 4 })
})

realTest(
  'papi: 63 provinces a year from 2011 to 2024, what was not measured is no value',
  'indicators/papi',
  async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    const files = filesIn(realData('indicators/papi').path, /^20\d\d\.csv$/)
    assert.equal(files.length, 14)
    let cells = 0
    for (const file of files) {
      const bytes = readFileSync(file)
      const lines = bytes.toString('utf8').trim().split(/\r?\n/).slice(1)
      cells += lines.reduce(
        (sum, line) =>
          sum +
          line
            .split(',')
            .slice(1)
            .filter((cell) => cell.trim() !== '').length,
        0,
      )
      assert.deepEqual(counts(await sendFile(ctx, 'papi', { name: nameOf(file), bytes })), [63, 0, 0, 0])
    }
    assert.equal(await rowsOf(t.sql, 'indicator_value', 'papi'), cells)
    const [years] = await t.sql<{ from: string; to: string; areas: number }[]>`
    select min(period) as from, max(period) as to, count(distinct area) as areas
    from warehouse.indicator_value where source = 'papi'`
    assert.deepEqual(years, { from: '2011', to: '2024', areas: 63 })
  },
)

realTest(
  'permit-log: 1,434 cases with their ends and deadlines; a corrected file supersedes what differs',
  'event-logs/wabo-receipt.csv.gz',
  async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    const text = gunzipSync(readFileSync(realData('event-logs/wabo-receipt.csv.gz').path)).toString('utf8')
    await sendFile(ctx, 'permit-log', { name: 'receipt.csv', bytes: text }, { batchSize: 1000 })
    const judge = () => t.sql`
    select count(*) as cases, count(*) filter (where ended_at <= due_at) as on_time,
      count(*) filter (where ended_at > due_at) as late, count(*) filter (where ended_at is null) as open
    from warehouse.process_case where source = 'permit-log'`
    assert.deepEqual([...(await judge())], [{ cases: 1434, onTime: 952, late: 377, open: 105 }])
    const [steps] =
      await t.sql`select count(distinct activity) as steps from warehouse.case_event where source = 'permit-log'`
    assert.equal(steps?.steps, 27)
    const lines = text.split('\n')
    const corrected = lines.map((line, at) => (at % 100 === 1 ? line.replace('complete', 'corrected') : line))
    const differing = lines.filter((line, at) => line !== corrected[at]).length
    assert.ok(differing > 50)
    const again = await sendFile(
      ctx,
      'permit-log',
      { name: 'receipt-2.csv', bytes: corrected.join('\n') },
      { batchSize: 1000 },
    )
    assert.deepEqual(counts(again), [0, differing, 8577 - differing, 0])
    const [kept] = await t.sql`
    select count(*) filter (where state = 'applied') as applied, count(*) filter (where state = 'superseded') as superseded
    from warehouse.record where source = 'permit-log'`
    assert.deepEqual(kept, { applied: 8577, superseded: differing })
    assert.deepEqual([...(await judge())], [{ cases: 1434, onTime: 952, late: 377, open: 105 }])
  },
)
