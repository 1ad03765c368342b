import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import ExcelJS from 'exceljs'
import { dbTest } from '#test/harness'
import { listQuarantine } from '../quarantine-store.ts'
import { counts, loadSamples, makeSource, sendFile } from '../testing.ts'

const source = 'test-permits'

dbTest('what no index, calendar or text of the database holds is set aside alone', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx)
  const long = randomBytes(4000).toString('base64')
  const text = `id,start,end,fee\n${long},01/02/2026,,1\nb\0,01/02/2026,,1\nc,01/02/0000,,1\ne,01/02/0026,,1\nd,01/02/2026,,1\n`
  assert.deepEqual(counts(await sendFile(ctx, source, { name: 'a.csv', bytes: text })), [1, 0, 0, 4])
  const aside = await listQuarantine(t.sql, { sources: [source] }, { limit: 10 })
  assert.deepEqual(aside.map(({ line, faults }) => [line, faults[0]?.rule]).reverse(), [
    [2, 'value.too-long'],
    [3, 'row.control-character'],
    [4, 'value.date-not-existing'],
    [5, 'value.year-out-of-range'],
  ])

  // The name of a case stands in an index of its own.
  await makeSource(ctx, {
    code: 'test-steps',
    kind: 'case-event',
    columns: [{ name: 'id' }, { name: 'case' }, { name: 'step' }, { name: 'at', type: 'instant' }],
    key: ['id'],
    map: {
      caseId: { column: 'case' },
      activity: { column: 'step' },
      occurredAt: { column: 'at' },
    },
  })
  const times = [
    '0001-01-01T00:00:00+07:00',
    '9999-12-31T23:00:00-03:00',
    '1899-05-05T00:00:00Z',
    '2026-02-01T08:00:00Z',
  ]
  const steps = `id,case,step,at\n0,${long},x,${times[3]}\n${times.map((at, nth) => `${nth + 1},b,${long},${at}\n`).join('')}`
  assert.deepEqual(counts(await sendFile(ctx, 'test-steps', { name: 'b.csv', bytes: steps })), [1, 0, 0, 4])
})

dbTest('a list or an object is no text: nothing is made of it', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, { format: { type: 'jsonl' } })
  const line = (id: unknown) => JSON.stringify({ id, start: '01/02/2026', end: null, fee: 1 })
  const bytes = `${line({ x: 1 })}\n${line(['x'])}\n${line(7)}\n`
  assert.deepEqual(counts(await sendFile(ctx, source, { name: 'a.jsonl', bytes })), [1, 0, 0, 2])
  const aside = await listQuarantine(t.sql, { sources: [source] }, { limit: 10 })
  assert.deepEqual([...new Set(aside.map(({ rule }) => rule))], ['value.not-text'])
})

dbTest('a date cell of a workbook is that date, whatever the contract says of dates that are typed', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, { format: { type: 'xlsx' } })
  for (const [name, date1904] of [
    ['1900', false],
    ['1904', true],
  ] as const) {
    const book = new ExcelJS.Workbook()
    book.properties.date1904 = date1904
    const sheet = book.addWorksheet('A')
    sheet.addRow(['id', 'start', 'end', 'fee'])
    sheet.addRow([`${name} a`, new Date(Date.UTC(2026, 1, 1)), null, 1])
    sheet.addRow([`${name} b`, '01/02/2026', null, 1])
    sheet.addRow([`${name} c`, 46_054, null, 1])
    sheet.getCell('B2').numFmt = 'dd/mm/yyyy'
    const bytes = Buffer.from(await book.xlsx.writeBuffer())
    // A bare number is not shown as a date: the contract would have to say so.
    assert.deepEqual(counts(await sendFile(ctx, source, { name: `${name}.xlsx`, bytes })), [2, 0, 0, 1])
  }
  const days = await t.sql<{ startedOn: string }[]>`
    select distinct started_on from warehouse.process_case where source = ${source}`
  assert.deepEqual(
    days.map((row) => row.startedOn),
    ['2026-02-01'],
  )
})
