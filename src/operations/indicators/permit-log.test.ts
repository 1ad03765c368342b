import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import type { Sql } from '#platform/sql'
import { dbTest, realData } from '#test/harness'
import { printFacts } from './commands.ts'
import { computeMissing, processTouches, recomputeAll } from './computation/process.ts'
import { listFacts } from './reading/facts.ts'
import { defineSample, makeSampleTree, type SampleCase, writeCases } from './sample.ts'

const log = realData('event-logs/wabo-receipt.csv.gz')

/** The permit log's cases; its own contract is tested with the importer. */
function readCases(): SampleCase[] {
  const rows = parse<Record<string, string>>(gunzipSync(readFileSync(log.path)), { columns: true })
  const cases = new Map<string, SampleCase>()
  for (const row of rows) {
    const id = row['case:concept:name'] ?? ''
    cases.set(id, {
      id,
      organisation: 'TEST.A',
      channel: row['case:channel'],
      startedAt: row['case:startdate'] || null,
      dueAt: row['case:deadline'] || null,
      endedAt: row['case:enddate'] || null,
    })
  }
  return [...cases.values()]
}

const ended = { kind: 'case', sources: ['sample-cases'], at: 'endedOn' }
const definitions = [
  {
    code: 'sample.ended-on-time',
    formula: { type: 'measure', measures: [{ ...ended, where: [{ field: 'endedAt', op: 'le', other: 'dueAt' }] }] },
  },
  {
    code: 'sample.ended-late',
    formula: { type: 'measure', measures: [{ ...ended, where: [{ field: 'endedAt', op: 'gt', other: 'dueAt' }] }] },
  },
  {
    code: 'sample.open',
    formula: {
      type: 'measure',
      measures: [{ kind: 'case', sources: ['sample-cases'], where: [{ field: 'endedAt', op: 'empty' }] }],
    },
  },
]

const sumOf = async (sql: Sql, code: string) => {
  const [row] = await sql<{ sum: number }[]>`
    select sum(value)::int as sum from indicators.fact
    where indicator = ${code} and organisation = 'TEST' and area = '' and period_kind = 'year' and superseded_at is null`
  return row?.sum
}

if (log.skip) test('the permit log gives 952 cases ended on time, 377 late, 105 open', { skip: log.skip }, () => {})
else
  dbTest('the permit log gives 952 cases ended on time, 377 late, 105 open, however it is computed', async (t) => {
    const ctx = t.context()
    await makeSampleTree(t.sql)
    for (const definition of definitions) await defineSample(ctx, definition)
    await computeMissing(ctx)
    const cases = readCases()
    assert.equal(cases.length, 1434)
    for (let from = 0; from < cases.length; from += 200) {
      await writeCases(t.sql, cases.slice(from, from + 200))
      await processTouches(ctx)
    }
    assert.equal(await sumOf(t.sql, 'sample.ended-on-time'), 952)
    assert.equal(await sumOf(t.sql, 'sample.ended-late'), 377)
    assert.equal(await sumOf(t.sql, 'sample.open'), 105)
    const list = await listFacts(ctx, { indicator: 'sample.open', periodKind: 'year', limit: 100 })
    assert.deepEqual(printFacts(list), {
      indicator: 'sample.open',
      facts: [
        {
          period: '2026',
          organisation: 'TEST',
          value: 105,
          numerator: 105,
          denominator: 0,
          completeness: null,
          state: 'value',
        },
      ],
    })
    assert.equal((await recomputeAll(ctx)).facts, 0, 'from scratch nothing comes out different')
  })
