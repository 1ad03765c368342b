import assert from 'node:assert/strict'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import type { Sql } from '#platform/sql'
import { dbTest } from '#test/harness'
import { findRecord, listVersions, readRecordText, traceLine } from './lineage.ts'
import { dismissRecord, mendRecord, replayRecord, returnRecord } from './quarantine.ts'
import { listQuarantine } from './quarantine-store.ts'
import { counts, gzipped, loadSamples, makeSource, sendFile } from './testing.ts'

const source = 'test-permits'
const head = 'id,start,end,fee\n'
const file = (text: string | Uint8Array, name = 'hồ sơ.csv') => ({ name, bytes: text })

const rulesOf = async (sql: Sql) => {
  const rows = await listQuarantine(sql, { sources: [source] }, { limit: 100 })
  return rows.map(({ line, faults }) => [line, faults[0]?.field, faults[0]?.rule]).reverse()
}
const casesOf = (sql: Sql) => sql<{ caseId: string; startedOn: string; endedOn: string | null }[]>`
  select case_id, started_on, ended_on from warehouse.process_case where source = ${source} order by case_id`
const feesOf = async (sql: Sql) => {
  const rows = await sql<{ fee: unknown }[]>`
    select attributes -> 'fee' as fee from warehouse.process_case where source = ${source} order by case_id`
  return rows.map((row) => row.fee)
}

dbTest('a broken line in the middle is set aside alone, with its line, field, value and words', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx)
  const text = `${head}a,01/02/2026,,"1.234,56"\nb,31/02/2026,,5\nc,03/02/2026\nd,04/02/2026,,x\ne,05/02/2026,,7\n`
  assert.deepEqual(counts(await sendFile(ctx, source, file(text))), [2, 0, 0, 3])
  assert.deepEqual(await rulesOf(t.sql), [
    [3, 'start', 'value.date-not-existing'],
    [4, '', 'row.columns'],
    [5, 'fee', 'value.decimal'],
  ])
  assert.deepEqual(await feesOf(t.sql), [1234.56, 7])
  const [first] = await listQuarantine(t.sql, { sources: [source], rule: 'value.decimal' }, { limit: 1 })
  assert.equal(first?.faults[0]?.value, 'x')
  assert.match(first?.faults[0]?.message ?? '', /không phải là số/)
})

dbTest('files that cannot be read at all are refused whole and leave nothing', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx)
  const cut = gzipSync(`${head}${'a,01/02/2026,,1\n'.repeat(50_000)}`)
  const cases: [string, string | Uint8Array, string][] = [
    ['empty', '', 'file.empty'],
    ['missing column', 'id,start,end\na,01/02/2026,\n', 'column.missing'],
    ['doubled column', 'id,start,end,fee,fee\na,01/02/2026,,1,1\n', 'column.doubled'],
    ['unknown column', 'id,start,end,fee,extra\na,01/02/2026,,1,1\n', 'column.unknown'],
    ['cut gzip', cut.subarray(0, cut.length - 40), 'file.cut'],
    ['zip bomb', gzipSync(head + 'a,01/02/2026,,1\n'.repeat(3_000_000)), 'file.expands-too-much'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000', 'hex'), 'file.wrong-type'],
  ]
  for (const [name, bytes, code] of cases) {
    const outcome = await sendFile(ctx, source, file(bytes), { batchSize: 100 })
    assert.deepEqual([outcome.state, outcome.fault?.code], ['refused', code], name)
    assert.ok((outcome.fault?.message ?? '').length > 20, name)
    assert.equal(outcome.received, 0, name)
  }
  assert.equal((await casesOf(t.sql)).length, 0)
})

dbTest('a file over the limit is refused: before it is read when its size is told, else while it comes', async (t) => {
  const ctx = { ...t.context(), config: { ...t.context().config, maxFileBytes: 100_000 } }
  await loadSamples(t.context())
  await makeSource(t.context())
  const { landBytes } = await import('./landing.ts')
  let read = 0
  async function* endless() {
    for (;;) {
      read += 1
      yield Buffer.alloc(64 * 1024, 'a')
    }
  }
  const arrival = { source, contractVersion: 1, channel: 'upload', bytes: endless() } as const
  await assert.rejects(landBytes(ctx, { ...arrival, size: 200_000 }), { code: 'file.too-large' })
  assert.equal(read, 0)
  await assert.rejects(landBytes(ctx, arrival), { code: 'file.too-large' })
  assert.ok(read < 40)
  const [left] = await t.sql`
    select count(*) as chunks, (select count(*) from warehouse.landing where source = ${source} and state = 'refused') as refused
    from warehouse.landing_chunk c join warehouse.landing l on l.id = c.landing_id where l.source = ${source}`
  assert.deepEqual(left, { chunks: 0, refused: 1 })
})

dbTest('encodings: UTF-8 with BOM and decomposed letters mean the same; an old one must be declared', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx)
  const text = `${head}Nguyễn Huệ,01/02/2026,,5\nĐống Đa,02/02/2026,,6\n`
  assert.deepEqual(counts(await sendFile(ctx, source, file(text))), [2, 0, 0, 0])
  assert.deepEqual(counts(await sendFile(ctx, source, file(`\ufeff${text}`))), [0, 0, 2, 0])
  assert.deepEqual(counts(await sendFile(ctx, source, file(text.normalize('NFD')))), [0, 0, 2, 0])
  assert.deepEqual(counts(await sendFile(ctx, source, file(gzipped(text), 'a.csv.gz'))), [0, 0, 2, 0])
  const old = iconv.encode(
    text.normalize('NFD').replace(/[ễệốĐđ]/g, (letter) => letter),
    'windows-1258',
  )
  const undeclared = await sendFile(ctx, source, file(old))
  assert.ok(undeclared.state === 'refused' || undeclared.quarantined === 2)
  assert.equal((await casesOf(t.sql)).length, 2)
})

dbTest(
  'days of the one form, Excel serials and Vietnamese numbers are read by the contract, never guessed',
  async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    await makeSource(ctx, {
      columns: [
        { name: 'id', required: true },
        { name: 'start', type: 'date', patterns: ['dd/MM/yyyy', 'excel'], required: true },
        { name: 'end', type: 'date', patterns: ['yyyy-MM-dd'] },
        { name: 'fee', type: 'decimal', numbers: 'en' },
      ],
    })
    const text = `${head}a,07/01/2026,2026-02-01,"1,234.56"\nb,46029,,2\nc,07/01/2026,01/02/2026,3\nd,07/01/2026,,"1.234,56"\n`
    assert.deepEqual(counts(await sendFile(ctx, source, file(text))), [2, 0, 0, 2])
    assert.deepEqual(
      [...(await casesOf(t.sql))],
      [
        { caseId: 'a', startedOn: '2026-01-07', endedOn: '2026-02-01' },
        { caseId: 'b', startedOn: '2026-01-07', endedOn: null },
      ],
    )
    assert.deepEqual(await rulesOf(t.sql), [
      [4, 'end', 'value.date'],
      [5, 'fee', 'value.decimal-ambiguous'],
    ])
  },
)

dbTest(
  'one key twice in a file: the same is a duplicate, other content is set aside, across batches too',
  async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    await makeSource(ctx)
    const text = `${head}a,01/02/2026,,1\nb,01/02/2026,,1\na,01/02/2026,,1\nb,01/02/2026,,2\nc,01/02/2026,,1\nc,01/02/2026,,3\n`
    assert.deepEqual(counts(await sendFile(ctx, source, file(text), { batchSize: 2 })), [3, 0, 1, 2])
    assert.deepEqual(counts(await sendFile(ctx, source, file(text), { batchSize: 2 })), [0, 0, 6, 0])
    assert.deepEqual(await feesOf(t.sql), [1, 1, 1])
    // A file with the other line alone says which of the two holds.
    assert.deepEqual(counts(await sendFile(ctx, source, file(`${head}b,01/02/2026,,2\n`))), [0, 1, 0, 0])
    assert.deepEqual(await feesOf(t.sql), [1, 2, 1])
  },
)

dbTest('the version column beats the order of arrival, whatever order and however often they come', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, { versionBy: 'fee' })
  const versions = fc.array(fc.record({ id: fc.constantFrom('a', 'b', 'c'), fee: fc.integer({ min: 0, max: 9 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(versions, fc.integer({ min: 1, max: 4 }), async (rows, size) => {
      await t.sql`delete from warehouse.process_case where source = ${source}`
      await t.sql`delete from warehouse.record where source = ${source}`
      let received = 0
      for (let from = 0; from < rows.length; from += size) {
        const lines = rows.slice(from, from + size).map(({ id, fee }) => `${id},01/02/2026,,${fee}\n`)
        const outcome = await sendFile(ctx, source, file(head + lines.join('')), { batchSize: 2 })
        received += counts(outcome).reduce((sum, count) => sum + count, 0)
      }
      assert.equal(received, rows.length)
      const newest = new Map<string, number>()
      for (const { id, fee } of rows) newest.set(id, Math.max(fee, newest.get(id) ?? 0))
      assert.deepEqual(
        await feesOf(t.sql),
        [...newest].sort().map(([, fee]) => fee),
      )
    }),
    { numRuns: 10 },
  )
})

dbTest('a full file retracts what it does not name; a line without a readable key holds that back', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, { mode: 'full' })
  await sendFile(ctx, source, file(`${head}a,01/02/2026,,1\nb,01/02/2026,,1\nc,01/02/2026,,1\n`))
  const second = await sendFile(ctx, source, file(`${head}a,01/02/2026,,1\nb,99/02/2026,,1\n`), { batchSize: 1 })
  assert.deepEqual([...counts(second), second.retracted], [0, 0, 1, 1, 1])
  assert.deepEqual(
    (await casesOf(t.sql)).map((row) => row.caseId),
    ['a', 'b'],
  )
  const third = await sendFile(ctx, source, file(`${head}a,01/02/2026,,1\nx\n`))
  assert.equal(third.retracted, 0)
  const [touched] =
    await t.sql`select count(*) as days from warehouse.touch where source = ${source} and field = 'startedOn'`
  assert.ok(Number(touched?.days) > 0)
})

dbTest(
  'only an arrival whose bytes stay away for a day is given up, on whatever day it is told to be received',
  async (t) => {
    const past = t.at(new Date('2026-01-05T02:00:00Z')).context()
    await loadSamples(past)
    await makeSource(past)
    const { landBytes } = await import('./landing.ts')
    const { jobs } = await import('./jobs.ts')
    const sweep = () => jobs.find(({ name }) => name === 'warehouse.sweep')?.run(t.context(), {})
    const arrive = (away: string) =>
      landBytes(past, {
        source,
        contractVersion: 1,
        channel: 'command',
        bytes: (async function* () {
          yield Buffer.from(head)
          await t.sql`update warehouse.landing set begun_at = begun_at - ${away}::interval where state = 'landing'`
          await sweep()
        })(),
      })
    assert.equal((await arrive('1 hour')).state, 'landed')
    await assert.rejects(arrive('25 hours'), /given up/)
  },
)

dbTest('a crash in the middle: the work goes on at the next row and every row is in once', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx)
  const lines = Array.from({ length: 40 }, (_, at) => `k${String(at % 35).padStart(2, '0')},01/02/2026,,${at % 35}\n`)
  const crash = {
    batchSize: 7,
    progress: (rows: number, step: string) => assert.ok(step === 'read' || rows < 21, 'crash'),
  }
  await assert.rejects(sendFile(ctx, source, file(head + lines.join('')), crash), /crash/)
  const [landing] = await t.sql`select id, rows_done, received from warehouse.landing where source = ${source}`
  assert.deepEqual([landing?.rowsDone, landing?.received], [21, 21])
  const { processSource } = await import('./import.ts')
  await processSource(ctx, source, { batchSize: 7 })
  const [done] = await t.sql`select state, received, applied, duplicate from warehouse.landing where source = ${source}`
  assert.deepEqual(done, { state: 'done', received: 40, applied: 35, duplicate: 5 })
  assert.equal((await casesOf(t.sql)).length, 35)
})

dbTest('set aside, then mended, replayed, returned or dismissed; the four counts go on adding up', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx)
  await sendFile(ctx, source, file(`${head}a,01/02/2026,,x\nb,01/02/2026,,y\nc,01/02/2026,,z\nd,01/02/2026,,-1\n`))
  const rows = await listQuarantine(t.sql, { sources: [source] }, { limit: 10 })
  const [d, c, b, a] = rows.map((row) => row.id)
  assert.ok(a && b && c && d)
  const still = await mendRecord(ctx, a, { id: 'a', start: '01/02/2026', end: '', fee: 'xx' })
  assert.equal(still.outcome, 'quarantined')
  assert.deepEqual(await mendRecord(ctx, a, { id: 'a', start: '01/02/2026', end: '', fee: '12' }), {
    outcome: 'applied',
  })
  await assert.rejects(mendRecord(ctx, a, { id: 'a', start: '01/02/2026', fee: '13' }), { code: 'quarantine.closed' })
  assert.equal((await replayRecord(ctx, b)).outcome, 'quarantined')
  await returnRecord(ctx, c, 'Xin hỏi lại đơn vị.')
  await dismissRecord(ctx, d, 'Dòng thử.')
  await assert.rejects(dismissRecord(ctx, b, '  '), { status: 422 })
  const [landing] = await t.sql`
    select received, applied, superseded, duplicate, quarantined from warehouse.landing where source = ${source}`
  assert.deepEqual(landing, { received: 4, applied: 1, superseded: 0, duplicate: 0, quarantined: 3 })
  assert.deepEqual(await feesOf(t.sql), [12])
  const entries = await t.sql<{ action: string }[]>`
    select action from ledger.entry where action like 'quarantine.%' order by id`
  assert.deepEqual(entries.map((entry) => entry.action).sort(), [
    'quarantine.dismissed',
    'quarantine.mended',
    'quarantine.returned',
  ])
})

dbTest(
  'a record leads back to the very line of its file, also of a compressed one, and a line to its records',
  async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    await makeSource(ctx)
    const line = 'Số 7 “đặc biệt”,02/02/2026,,5'
    const text = `${head}a,01/02/2026,,1\n${line}\nb,03/02/2026,,z\n`
    const { landing } = await sendFile(ctx, source, file(gzipped(text), 'a.csv.gz'))
    const [fate] = await traceLine(t.sql, landing, 3)
    assert.equal(fate?.fate, 'record')
    const record = fate?.fate === 'record' ? await findRecord(t.sql, fate.record.id) : undefined
    assert.ok(record)
    assert.equal(await readRecordText(t.sql, record), line)
    assert.deepEqual(
      (await traceLine(t.sql, landing, 4)).map((one) => one.fate),
      ['quarantined'],
    )
    await sendFile(ctx, source, file(`${head}a,01/02/2026,,2\n`))
    const versions = await listVersions(t.sql, source, 'a')
    assert.deepEqual(
      versions.map((version) => version.state),
      ['applied', 'superseded'],
    )
    assert.equal(versions[1]?.replacedBy, versions[0]?.id)
    const again = await sendFile(ctx, source, file(`${head}a,01/02/2026,,2\n`))
    assert.deepEqual(
      (await traceLine(t.sql, again.landing, 2)).map((one) => one.fate),
      ['duplicate'],
    )
  },
)
