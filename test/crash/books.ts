/** The books after the trial: what was sent, as the test remembers it, against what the program holds. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { listFacts, recomputeAll } from '#indicators'
import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import { openApp } from '../../src/app.ts'
import { testConfig } from '../settings.ts'
import { checkAlerts, countDue } from './alert-books.ts'
import type { Trial } from './course.ts'
import { checkHandOvers } from './hand-overs.ts'
import { organisations, source } from './pack.ts'
import { type Place, runCommand } from './program.ts'
import type { Records } from './records.ts'
import { timerJobs } from './timers.ts'

export async function checkBooks({ place, records, storms, handOvers }: Trial): Promise<void> {
  const verified = await runCommand<{ ok: boolean }>(place, ['verify'])
  assert.equal(verified.ok, true, 'the ledger verifies')
  const app = await openApp(testConfig({ varDir: place.varDir, packDir: place.packDir }), { tables: 'check' })
  try {
    await checkAlerts(app.pool, storms)
    await checkHandOvers(app.pool, handOvers)
    await checkRecords(app.pool, records)
    await checkCanonical(app.pool, records)
    await checkLandings(app.pool, records)
    await checkFacts(app.context(), records, 'as they stand')
    await recomputeAll(app.context())
    await checkFacts(app.context(), records, 'computed from scratch')
  } finally {
    await app.close()
  }
}

/** What came in has reached the numbers, and every timer has rung: asked of the database beside the program, which does it by itself. */
export async function untilComputed(place: Place): Promise<void> {
  const app = await openApp(testConfig({ varDir: place.varDir, packDir: place.packDir }), { tables: 'check' })
  try {
    for (let waited = 0; waited < 120_000; waited += 500) {
      for (const job of timerJobs) await app.pool`select platform.add_job(${job}, '{}'::json, null, null, ${job})`
      const touches = await app.pool`select from warehouse.touch limit 1`
      if (touches.length === 0 && (await countDue(app.pool)) === 0) return
      await sleep(500)
    }
  } finally {
    await app.close()
  }
  throw new Error('changes wait for their computation for two minutes')
}

async function checkRecords(sql: Sql, records: Records): Promise<void> {
  const rows = await sql<{ key: string; revision: number; state: string }[]>`
    select key, version_order::int as revision, state from warehouse.record where source = ${source}`
  const times = new Map<string, number>()
  for (const { key, revision } of rows) times.set(`${key}/${revision}`, (times.get(`${key}/${revision}`) ?? 0) + 1)
  const sent = [...records.acknowledged].flatMap(({ versions }) => versions).filter(({ faulty }) => !faulty)
  const lost = sent.filter(({ id, revision }) => !times.has(`${id}/${revision}`))
  assert.deepEqual(lost.slice(0, 10), [], `${lost.length} acknowledged records are lost`)
  const twice = [...times].filter(([, count]) => count > 1)
  assert.deepEqual(twice.slice(0, 10), [], `${twice.length} records were applied twice`)
  const expected = [...records.versions.values()].filter(({ faulty }) => !faulty).length
  assert.equal(times.size, expected, 'every version that was sent is there, and no other')
  const applied = rows.filter(({ state }) => state === 'applied').map(({ key, revision }) => `${key}/${revision}`)
  const standing = records.standing().map(({ id, revision }) => `${id}/${revision}`)
  assert.deepEqual(applied.sort(), standing.sort(), 'the newest version of each record stands')
  const [set] = await sql<{ aside: number }[]>`
    select count(*)::int as aside from warehouse.quarantine where source = ${source}`
  const faulty = [...records.versions.values()].filter((version) => version.faulty).length
  assert.equal(set?.aside, faulty, 'each faulty version is set aside once')
}

async function checkCanonical(sql: Sql, records: Records): Promise<void> {
  const rows = await sql<{ line: string }[]>`
    select concat_ws('|', r.key, c.organisation, c.opened_on, c.status) as line
    from warehouse.citizen_report c join warehouse.record r on r.id = c.record_id and r.state = 'applied'
    where c.source = ${source} order by r.key`
  const [all] = await sql<{ count: number }[]>`
    select count(*)::int from warehouse.citizen_report where source = ${source}`
  const expected = records
    .standing()
    .map(({ id, organisation, openedOn, status }) => [id, organisation, openedOn, status].join('|'))
  assert.deepEqual(
    rows.map(({ line }) => line),
    expected.sort(),
    'the canonical rows are those of the standing versions',
  )
  assert.equal(all?.count, expected.length, 'no row is left of a version that was replaced')
}

async function checkLandings(sql: Sql, records: Records): Promise<void> {
  const wrong = await sql`
    select id, state, received, applied, superseded, duplicate, quarantined from warehouse.landing
    where source = ${source} and (state in ('landed', 'processing')
      or received <> applied + superseded + duplicate + quarantined or (state = 'done' and received <> rows_done))`
  assert.deepEqual([...wrong], [], 'every landing is finished and its counts add up')
  const names = await sql<{ name: string; received: number }[]>`
    select coalesce(idempotency_key, file_name) as name, received from warehouse.landing
    where source = ${source} and state = 'done'`
  const received = new Map(names.map((row) => [row.name.replace(/\.csv$/, ''), row.received]))
  const missing = [...records.acknowledged].filter(({ key, versions }) => received.get(key) !== versions.length)
  assert.deepEqual(
    missing.map(({ key }) => key),
    [],
    'every acknowledged batch is on the books with its count',
  )
  const pushed = await sql`
    select idempotency_key from warehouse.landing where idempotency_key is not null group by 1 having count(*) > 1`
  assert.equal(pushed.length, 0, 'one arrival for one idempotency key')
  const touches = await sql`select from warehouse.touch limit 1`
  assert.equal(touches.length, 0, 'no change waits to be computed')
}

/** The numbers against what the test adds up itself. */
async function checkFacts(ctx: Context, records: Records, how: string): Promise<void> {
  const counted = {
    'crash.received': records.standing(),
    'crash.closed': records.standing().filter(({ status }) => status === 'dong'),
  }
  for (const [indicator, versions] of Object.entries(counted)) {
    for (const organisation of ['H99', ...organisations]) {
      const own = versions.filter((version) => organisation === 'H99' || version.organisation === organisation)
      const expected = new Map<string, number>()
      for (const { openedOn } of own) expected.set(openedOn.slice(0, 7), (expected.get(openedOn.slice(0, 7)) ?? 0) + 1)
      const { facts } = await listFacts(ctx, { indicator, organisation, periodKind: 'month', limit: 100 })
      const found = facts
        .filter(({ value }) => value !== null && value !== 0)
        .map(({ period, value }) => [period, value])
      assert.deepEqual(found, [...expected].sort(), `${indicator} of ${organisation}, ${how}`)
    }
  }
}
