import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { filePath, keepBytes } from '#files'
import type { Context } from '#platform/context'
import { inTransaction, openPool, type Sql } from '#platform/sql'
import { keptFiles } from '../src/foundation/files/storage/kept.ts'
import { s3Store } from '../src/foundation/files/storage/s3.ts'
import { readOn } from '../src/foundation/ledger/contents/rounds.ts'
import { listFaults, listReadings } from '../src/foundation/ledger/contents/store.ts'
import { listEntries } from '../src/foundation/ledger/read.ts'
import { keptLandings } from '../src/operations/warehouse/evidence.ts'
import { landInGroup } from '../src/operations/warehouse/inlets/push-group.ts'
import { landBytes } from '../src/operations/warehouse/landing.ts'
import { startFileSimulators } from './file-simulators.ts'
import { cloneTest, type DbTest, dbTest, makeActor } from './harness.ts'

const books = [keptFiles, keptLandings]
const bounds = { bytes: 2 ** 30, milliseconds: 600_000 }

const flipped = (bytes: Buffer) => {
  const other = Buffer.from(bytes)
  other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 4
  return other
}

const faultsOf = async ({ sql }: { sql: Sql }) =>
  (await listFaults(sql, 100)).map(({ subject, code }) => [subject, code])

/** The next day's round. */
const dayAfter = (t: DbTest, days: number) => t.at(new Date(t.now.getTime() + days * 24 * 3_600_000))

dbTest('a bit flipped in a kept file is found and named; brought back, it is listed no more', async (t) => {
  const ctx = t.context()
  const { sha256 } = await keepBytes(ctx, Buffer.from(`Nguyên vẹn ${randomUUID()}`), 'cong-van.txt', 'evidence')
  const place = join(ctx.config.varDir, filePath(sha256))
  const bytes = await readFile(place)
  await readOn(ctx, books, bounds)
  assert.deepEqual(await faultsOf(t), [])

  await writeFile(place, flipped(bytes))
  await readOn(ctx, books, bounds)
  assert.deepEqual(await faultsOf(t), [], 'the round of this day is over')
  await readOn(dayAfter(t, 1).context(), books, bounds)
  assert.deepEqual(await faultsOf(t), [[`file:${sha256}`, 'changed']])
  const found = await listEntries(t.sql, { subject: `file:${sha256}`, reach: 'all', limit: 5 })
  assert.ok(found.some(({ action }) => action === 'content.found-faulty'))
  const page = await t.as(makeActor('kiem-toan', { 'ledger:read': ['X01'] })).get('/nhat-ky')
  assert.match(page.body, /Khác bản đã nhận/)

  await writeFile(place, bytes)
  await readOn(dayAfter(t, 1).context(), books, bounds)
  assert.deepEqual(await faultsOf(t), [])
  const whole = await listEntries(t.sql, { action: 'content.found-whole', reach: 'all', limit: 5 })
  assert.equal(whole[0]?.subject, `file:${sha256}`)
})

dbTest('so it is in a store of S3, and a store that is away makes no faults', async (t) => {
  const { s3, behave } = await startFileSimulators()
  const inS3 = (ctx: Context): Context => ({
    ...ctx,
    config: { ...t.context().config, s3 },
    transaction: (work) => ctx.transaction((inner) => work(inS3(inner))),
  })
  const ctx = inS3(t.context())
  const kept = [1, 2, 3, 4].map((n) => keepBytes(ctx, Buffer.from(`S3 ${n} ${randomUUID()}`), 'a.txt', 'evidence'))
  const [first] = await Promise.all(kept)
  assert.ok(first)
  const store = s3Store(s3)
  const name = filePath(first.sha256)
  const opened = await store.open(name)
  assert.ok(opened)
  const bytes = await buffer(opened.bytes)
  await store.put(name, flipped(bytes))
  await readOn(ctx, [keptFiles], bounds)
  assert.deepEqual(await faultsOf(t), [[`file:${first.sha256}`, 'changed']])
  await store.put(name, bytes)
  const away = { ...ctx, config: { ...ctx.config, s3: { ...s3, secret: 'another-secret' } } }
  await readOn({ ...away, now: dayAfter(t, 1).now }, [keptFiles], bounds)
  assert.equal((await faultsOf(t)).length, 1, 'nothing new is said of what could not be asked for')
  await behave({ faults: 0 })
  await readOn(inS3(dayAfter(t, 1).context()), [keptFiles], bounds)
  assert.deepEqual(await faultsOf(t), [])
})

dbTest('landed bytes are read again in bounded runs; a flipped bit and a removed arrival are found', async (t) => {
  const ctx = t.context()
  const land = (text: string) =>
    landBytes(ctx, {
      source: 'citizen-reports',
      contractVersion: 1,
      channel: 'push',
      fileName: `${text}.csv`,
      bytes: (async function* () {
        yield Buffer.from(`ma\n${text}\n`.repeat(50))
      })(),
    })
  const [one, two, three] = [await land('mot'), await land('hai'), await land('ba')]
  await readOn(ctx, [keptLandings], { ...bounds, bytes: 1 })
  assert.equal((await listReadings(t.sql))[0]?.entries, 1, 'a run ends at its bound')
  await inTransaction(t.sql, async (sql) => {
    await sql`update warehouse.landing_chunk set bytes = set_bit(bytes, octet_length(bytes) * 4, 1 - get_bit(bytes, octet_length(bytes) * 4))
      where landing_id = ${two.id}`
    await sql`delete from warehouse.landing_chunk where landing_id = ${three.id}`
  })
  await readOn(ctx, [keptLandings], bounds)
  const reading = (await listReadings(t.sql))[0]
  assert.ok(reading && reading.entries === reading.total && reading.finishedAt)
  const faults = await listFaults(t.sql, 10)
  assert.deepEqual(
    faults.map(({ subject, code, name, source }) => [subject, code, name, source]).sort(),
    [
      [`landing:${two.id}`, 'changed', 'hai.csv', 'citizen-reports'],
      [`landing:${three.id}`, 'missing', 'ba.csv', 'citizen-reports'],
    ].sort(),
  )
  assert.ok(!faults.some(({ subject }) => subject === `landing:${one.id}`))
})

cloneTest('small arrivals that share an entry are each vouched for by their item', async ({ context, sql, app }) => {
  const ctx = context()
  const push = (text: string) => {
    const bytes = Buffer.from(JSON.stringify([{ ma: text }]))
    const sha256 = createHash('sha256').update(bytes).digest()
    const facts = { source: 'citizen-reports', contractVersion: 1, format: 'json', idempotencyKey: text } as const
    return landInGroup(ctx, { ...facts, bytes, sha256 })
  }
  const ids = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(push))
  const told = await listEntries(sql, { action: 'landing.landed', subject: 'source:*', reach: 'all', limit: 10 })
  assert.ok(told.some(({ batch }) => (batch?.size ?? 0) > 1))
  await readOn(ctx, [keptLandings], bounds)
  assert.deepEqual(await faultsOf({ sql }), [])

  const other = Buffer.from('[{"ma":"khac"}]')
  const owner = openPool(app.ownerUrl, { max: 1 })
  await owner`update warehouse.landing set sha256 = ${createHash('sha256').update(other).digest()} where id = ${ids[4] ?? 0}`
  await owner`update warehouse.landing_chunk set bytes = ${gzipSync(other)} where landing_id = ${ids[4] ?? 0}`
  await owner.end()
  await readOn({ ...ctx, now: new Date(ctx.now.getTime() + 24 * 3_600_000) }, [keptLandings], bounds)
  assert.deepEqual(await faultsOf({ sql }), [[`landing:${ids[4]}`, 'changed']], 'bytes and row exchanged alike')
  for (let tries = 0; ; tries += 1) {
    const [alert] = await sql`select from alerts.alert where headline like 'Nội dung đã lưu không còn như khi nhận%'`
    if (alert) break
    assert.ok(tries < 300, 'no alert')
    await sleep(50)
  }
})
