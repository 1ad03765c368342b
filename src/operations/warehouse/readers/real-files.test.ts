import assert from 'node:assert/strict'
import { test } from 'node:test'
import { realData } from '#test/settings'
import { parseDate } from './date.ts'
import { parseDecimal } from './decimal.ts'
import { ValueFault } from './faults.ts'
import { CsvFormat, type TreeBatch, XesFormat } from './format.ts'
import { parseInstant } from './instant.ts'
import { readRecords } from './read-records.ts'
import { openFile, readAll } from './testing.ts'

// Every real file of the sample contracts is read whole: no row too few, none faulty.

const csv = (path: string, rows: number, columns: number, format: object = {}) => ({ path, rows, columns, format })

const files = [
  csv('event-logs/wabo-receipt.csv.gz', 8_577, 15),
  csv('event-logs/traffic-fines-10000-cases.csv.gz', 34_724, 18),
  csv('citizen-reports/boston-311-2011-h2.csv.gz', 58_251, 29),
  csv('sensors/air-weather/beijing-pm25-2010-2014.csv.gz', 43_824, 13, { skipLines: 1 }),
  csv('sensors/air-weather/air-quality-uci.csv.gz', 9_471, 17),
  csv('projects/nyc-capital-projects-2019-09-01.csv.gz', 2_259, 16),
  csv('projects/nyc-capital-projects-cpdb.csv.gz', 12_587, 7),
  csv('indicators/vn-provincial-budget-plan-2006-2016.csv.gz', 759, 46),
  csv('indicators/vn-provincial-budget-final-2006-2014.csv.gz', 569, 37),
  csv('indicators/vn-pci-2005-2016.csv', 738, 15),
  csv('sensors/hydrology/vlissingen-rain-hourly.csv.gz', 35_064, 2),
  csv('sensors/traffic/nab-nyc_taxi_passengers.csv', 10_320, 2),
  csv('sensors/traffic/nab-TravelTime_387.csv', 2_500, 2),
  csv('sensors/traffic/nab-TravelTime_451.csv', 2_162, 2),
  csv('sensors/traffic/nab-occupancy_6005.csv', 2_380, 2),
  csv('sensors/traffic/nab-occupancy_t4013.csv', 2_500, 2),
  csv('sensors/traffic/nab-speed_6005.csv', 2_500, 2),
  csv('sensors/traffic/nab-speed_7578.csv', 1_127, 2),
  csv('sensors/traffic/nab-speed_t4013.csv', 2_495, 2),
  ...Array.from({ length: 14 }, (_, index) => csv(`indicators/papi/${2011 + index}.csv`, 63, 30)),
]

for (const { path, rows, columns, format } of files) {
  const file = realData(path)
  test(`${path} reads to ${rows} rows of ${columns} columns`, { skip: file.skip }, async () => {
    const all = await readAll(openFile(file.path), { kind: 'csv', ...format })
    assert.equal(all.table.length, rows)
    assert.equal(all.columns.length, columns)
    assert.deepEqual(all.faults, [])
  })
}

const permits = realData('event-logs/wabo-receipt.csv.gz')
const fines = realData('event-logs/traffic-fines-10000-cases.csv.gz')
const reports = realData('citizen-reports/boston-311-2011-h2.csv.gz')
const changes = realData('projects/nyc-capital-projects-2019-09-01.csv.gz')
const projects = realData('projects/nyc-capital-projects-cpdb.csv.gz')
const problems = realData('event-logs/it-problem-management-bpic2013-closed.xes.gz')
const news = realData('text-vi/unc-news-200.jsonl.gz')
const flows = realData('sensors/hydrology/usgs-nwis-response-01585200.json.gz')

// Column by name, over all rows of a CSV.
async function columnOf(path: string, name: string): Promise<string[]> {
  const values: string[] = []
  for await (const batch of readRecords(openFile(path), CsvFormat.parse({ kind: 'csv' }))) {
    const column = batch.columns.indexOf(name)
    assert.notEqual(column, -1, name)
    if (batch.shape === 'table') for (const row of batch.rows) values.push(String(row.values[column]))
  }
  return values
}

test('the permit log has 1,434 cases and every time stamp of it is an instant', { skip: permits.skip }, async () => {
  assert.equal(new Set(await columnOf(permits.path, 'case:concept:name')).size, 1_434)
  const stamps = await columnOf(permits.path, 'time:timestamp')
  const years = stamps.map((text) => new Date(Number(parseInstant(text, { timeZone: 'UTC' }))).getUTCFullYear())
  assert.deepEqual([...new Set(years)].sort(), [2010, 2011, 2012])
})

test('the fines have 10,000 cases', { skip: fines.skip }, async () => {
  assert.equal(new Set(await columnOf(fines.path, 'case_id')).size, 10_000)
})

test('the changes of capital projects are dated by a clock of twelve hours', { skip: changes.skip }, async () => {
  const reported = await columnOf(changes.path, 'Date Reported As Of')
  const dates = new Set(reported.map((text) => parseDate(text, 'MM/dd/yyyy hh:mm:ss a')))
  assert.ok([...dates].every((date) => /^20\d\d-\d\d-01$/.test(String(date))))
  assert.equal(dates.size, 15)
})

test('amounts of capital projects are exact, 21 of them empty', { skip: projects.skip }, async () => {
  const spent = (await columnOf(projects.path, 'spent_total')).filter((text) => text !== '')
  const amounts = spent.map((text) => parseDecimal(text, 'plain'))
  assert.ok(amounts.every((amount) => !(amount instanceof ValueFault)))
  assert.deepEqual([amounts.length, amounts.includes('401178.65')], [12_587 - 21, true])
})

test('local times of the reports of Boston all exist in the zone of Boston', { skip: reports.skip }, async () => {
  const opened = await columnOf(reports.path, 'open_dt')
  const faults = opened.filter((text) => parseInstant(text, { timeZone: 'America/New_York' }) instanceof ValueFault)
  assert.deepEqual(faults, [])
})

test('the log of problems reads to 6,660 events in 1,487 cases', { skip: problems.skip }, async () => {
  const cases = new Set<unknown>()
  let events = 0
  let last: TreeBatch | undefined
  for await (const batch of readRecords(openFile(problems.path), XesFormat.parse({ kind: 'xes' }))) {
    assert.deepEqual(batch.faults, [])
    if (batch.shape !== 'tree') continue
    last = batch
    for (const { values } of batch.rows) {
      events++
      cases.add(values['case:concept:name'])
      assert.ok(typeof values['concept:name'] === 'string' && typeof values['time:timestamp'] === 'string')
    }
  }
  assert.equal(events, 6_660)
  assert.equal(cases.size, 1_487)
  assert.deepEqual([last?.log?.traces, last?.log?.events, last?.log?.emptyTraces], [1_487, 6_660, 0])
  assert.equal(last?.log?.classifiers[0]?.keys, 'concept:name lifecycle:transition')
})

test('200 news texts come as lines of JSON', { skip: news.skip }, async () => {
  const { trees, faults } = await readAll(openFile(news.path), { kind: 'jsonl' })
  assert.deepEqual([trees.length, faults.length], [200, 0])
})

test('366 daily flows come from deep inside one JSON answer', { skip: flows.skip }, async () => {
  const path = ['value', 'timeSeries', 0, 'values', 0, 'value']
  const { trees, faults } = await readAll(openFile(flows.path), { kind: 'json', path })
  assert.deepEqual([trees.length, faults.length], [366, 0])
})
