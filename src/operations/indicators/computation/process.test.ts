import assert from 'node:assert/strict'
import fc from 'fast-check'
import { periodOf } from '#calendar'
import type { Sql } from '#platform/sql'
import { dbTest } from '#test/harness'
import { defineSample, makeSampleTree, retractCases, type SampleCase, sampleSource, writeCases } from '../sample.ts'
import { localDay } from './days.ts'
import { computeMissing, processTouches, recomputeAll } from './process.ts'

const started = { kind: 'case', sources: [sampleSource], at: 'startedOn' }
const ended = { kind: 'case', sources: [sampleSource], at: 'endedOn' }
const onTime = { field: 'endedAt', op: 'le', other: 'dueAt' }
const online = { field: 'channel', op: 'eq', value: 'online' }

const formulas = {
  'sample.received': { type: 'measure', measures: [started] },
  'sample.late': { type: 'measure', measures: [{ ...ended, where: [{ ...onTime, op: 'gt' }] }] },
  'sample.on-time-share': { type: 'ratio', numerator: [{ ...ended, where: [onTime] }], denominator: [ended] },
  // Its parts are dated by different fields, so it may lack a denominator and pass 100.
  'sample.answered-share': { type: 'ratio', numerator: [ended], denominator: [{ ...started, where: [online] }] },
  'sample.fees': { type: 'measure', measures: [{ ...started, aggregate: 'sum', of: 'attributes.fee', scale: 1000 }] },
  'sample.mean-fee': { type: 'measure', measures: [{ ...started, aggregate: 'average', of: 'attributes.fee' }] },
  'sample.open': {
    type: 'measure',
    measures: [{ kind: 'case', sources: [sampleSource], where: [{ field: 'endedAt', op: 'empty' }] }],
  },
  'sample.both': {
    type: 'composite',
    by: 'sum',
    of: [{ indicator: 'sample.late' }, { indicator: 'sample.received', weight: 2 }],
  },
} as const
type Code = keyof typeof formulas

const day = fc.integer({ min: 0, max: 900 }).map((offset) => new Date(Date.UTC(2024, 0, 1) + offset * 86_400_000 * 0.9))
const sampleCase: fc.Arbitrary<SampleCase> = fc
  .record({
    id: fc.integer({ min: 1, max: 12 }).map((number) => `case-${number}`),
    organisation: fc.constantFrom('TEST', 'TEST.A', 'TEST.A.1', 'TEST.B'),
    area: fc.constantFrom('R1', 'R2', null),
    channel: fc.constantFrom('online', 'counter', null),
    startedAt: fc.option(day, { freq: 8 }),
    daysAllowed: fc.integer({ min: 0, max: 40 }),
    daysTaken: fc.option(fc.integer({ min: 0, max: 60 })),
    fee: fc.option(fc.integer({ min: 0, max: 5_000_000 })),
  })
  .map(({ startedAt, daysAllowed, daysTaken, ...rest }) => ({
    ...rest,
    startedAt: startedAt?.toISOString() ?? null,
    dueAt: startedAt ? plusDays(startedAt, daysAllowed) : null,
    endedAt: startedAt && daysTaken !== null ? plusDays(startedAt, daysTaken) : null,
  }))
const plusDays = (instant: Date, days: number) => new Date(instant.getTime() + days * 86_400_000).toISOString()

type Step = { do: 'write'; cases: SampleCase[] } | { do: 'retract'; ids: string[] } | { do: 'process'; few: number }
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      cases: fc.array(sampleCase, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('retract' as const),
      ids: fc.array(
        fc.integer({ min: 1, max: 12 }).map((n) => `case-${n}`),
        { maxLength: 3 },
      ),
    }),
  },
  {
    weight: 2,
    // Both ways of computing: few changes by parameters, many over tables.
    arbitrary: fc.record({ do: fc.constant('process' as const), few: fc.constantFrom(0, 200) }),
  },
)

const above: Record<string, string[]> = {
  TEST: ['TEST'],
  'TEST.A': ['TEST.A', 'TEST'],
  'TEST.A.1': ['TEST.A.1', 'TEST.A', 'TEST'],
  'TEST.B': ['TEST.B', 'TEST'],
}
const zone = 'Asia/Ho_Chi_Minh'
const localOf = (instant: string | null | undefined) => (instant ? localDay(new Date(instant), zone) : undefined)

interface Sums {
  numerator: number
  denominator: number
  count: number
}

/** The slow oracle: each case is carried to every number it belongs to, one by one. */
function countSlowly(cases: Iterable<SampleCase>, today: string): Map<string, Sums> {
  const sums = new Map<string, Sums>()
  for (const one of cases) {
    for (const { code, day: on, numerator = 0, denominator = 0, count = 0 } of contributionsOf(one, today)) {
      const areas = one.area ? ['', one.area, 'R'] : ['']
      const places = (above[one.organisation] ?? []).flatMap((code) => areas.map((area) => [code, area]))
      for (const [organisation, area] of places)
        for (const kind of ['month', 'quarter', 'half', 'year'] as const) {
          const key = [code, organisation, area, kind, periodOf(kind, on)].join(' ')
          const sum = sums.get(key) ?? { numerator: 0, denominator: 0, count: 0 }
          sums.set(key, {
            numerator: sum.numerator + numerator,
            denominator: sum.denominator + denominator,
            count: sum.count + count,
          })
        }
    }
  }
  return sums
}

interface Contribution extends Partial<Sums> {
  code: Code
  day: string
}

function contributionsOf(one: SampleCase, today: string): Contribution[] {
  const startedOn = localOf(one.startedAt)
  const endedOn = localOf(one.endedAt)
  const isLate = (one.endedAt ?? '') > (one.dueAt ?? '')
  const fee = one.fee ?? undefined
  const found: Contribution[] = []
  if (!one.endedAt) found.push({ code: 'sample.open', day: today, numerator: 1, count: 1 })
  if (startedOn) {
    found.push({ code: 'sample.received', day: startedOn, numerator: 1, count: 1 })
    found.push({ code: 'sample.both', day: startedOn, numerator: 2, count: 1 })
    if (one.channel === 'online')
      found.push({ code: 'sample.answered-share', day: startedOn, denominator: 1, count: 1 })
    if (fee !== undefined) {
      found.push({ code: 'sample.fees', day: startedOn, numerator: fee * 1000, count: 1 })
      found.push({ code: 'sample.mean-fee', day: startedOn, numerator: fee, denominator: 1, count: 1 })
    }
  }
  if (endedOn) {
    found.push({ code: 'sample.on-time-share', day: endedOn, numerator: isLate ? 0 : 1, denominator: 1, count: 1 })
    found.push({ code: 'sample.answered-share', day: endedOn, numerator: 1 })
    if (isLate) found.push({ code: 'sample.late', day: endedOn, numerator: 1, count: 1 })
    if (isLate) found.push({ code: 'sample.both', day: endedOn, numerator: 1, count: 1 })
  }
  return found
}

interface Stored {
  key: string
  numerator: number
  denominator: number
  count: number
  value: number | null
  state: string
  code: Code
  observedAt: Date | null
}

const listStored = (sql: Sql) => sql<Stored[]>`
  select concat_ws(' ', indicator, organisation, area, period_kind, period) as key, numerator::float8, denominator::float8,
    record_count as count, value::float8, state, indicator as code, observed_at
  from indicators.fact
  where superseded_at is null and indicator like 'sample.%'
  order by indicator, organisation, area, period_kind, period`

function numberOf(code: Code, { numerator, denominator }: Sums): number | null {
  if (code.endsWith('-share')) return denominator === 0 ? null : (100 * numerator) / denominator
  if (code === 'sample.mean-fee') return denominator === 0 ? null : numerator / denominator
  return numerator
}

dbTest(
  'any order of arrivals, corrections and retractions ends in the facts of a computation from scratch',
  async (t) => {
    await makeSampleTree(t.sql)
    for (const [code, formula] of Object.entries(formulas)) await defineSample(t.context(), { code, formula })
    await computeMissing(t.context())
    const run = async (steps: readonly Step[]) => {
      await t.sql`delete from indicators.fact where indicator like 'sample.%'`
      await t.sql`delete from indicators.cell`
      await t.sql`delete from warehouse.process_case where source = ${sampleSource}`
      await t.sql`delete from warehouse.touch`
      const cases = new Map<string, SampleCase>()
      for (const [index, one] of steps.entries()) {
        if (one.do === 'write') {
          const last = new Map(one.cases.map((each) => [each.id, each]))
          await writeCases(t.sql, [...last.values()])
          for (const each of last.values()) cases.set(each.id, each)
        } else if (one.do === 'retract') {
          await retractCases(t.sql, one.ids)
          for (const id of one.ids) cases.delete(id)
        } else await processTouches(t.at(new Date(t.now.getTime() + index * 1000)).context(), { few: one.few })
      }
      const late = t.at(new Date(t.now.getTime() + 100_000))
      await processTouches(late.context())
      await compare(t.sql, cases, localDay(late.now, zone))
      const before = await listStored(t.sql)
      assert.equal((await recomputeAll(t.at(new Date(t.now.getTime() + 200_000)).context())).facts, 0)
      assert.deepEqual(await listStored(t.sql), before)
    }
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), run), {
      numRuns: Number(process.env.RUNS ?? 20),
      endOnFailure: true,
    })
  },
)

async function compare(sql: Sql, cases: ReadonlyMap<string, SampleCase>, today: string): Promise<void> {
  const expected = countSlowly(cases.values(), today)
  const stored = await listStored(sql)
  for (const fact of stored) {
    const sums = expected.get(fact.key) ?? { numerator: 0, denominator: 0, count: 0 }
    const isComposite = fact.code === 'sample.both'
    assert.deepEqual(
      { numerator: fact.numerator, count: fact.count, ...(isComposite ? {} : { denominator: fact.denominator }) },
      { numerator: sums.numerator, count: sums.count, ...(isComposite ? {} : { denominator: sums.denominator }) },
      fact.key,
    )
    const value = numberOf(fact.code, sums)
    if (fact.state === 'value')
      assert.ok(value !== null && Math.abs((fact.value ?? Number.NaN) - value) < 1e-6, fact.key)
    else assert.deepEqual([fact.value, fact.state], [null, 'no-data'], fact.key)
    if (sums.count > 0 && value !== null) assert.equal(fact.state, 'value', fact.key)
    expected.delete(fact.key)
  }
  assert.deepEqual([...expected.keys()], [], 'numbers the oracle has and the facts lack')
}
