import assert from 'node:assert/strict'
import ExcelJS from 'exceljs'
import iconv from 'iconv-lite'
import { dbTest } from '#test/harness'
import { findRecordByKey } from '../reading/quarantine.ts'
import { loadSamples, makeSource, sendFile } from '../testing.ts'

const source = 'test-permits'
const columns = 'id;start;end;fee\n'

type Test = Parameters<Parameters<typeof dbTest>[1]>[0]

/** Sends a file of one broken line; answers as its mender. */
async function setAside(t: Test, format: Record<string, unknown>, bytes: Uint8Array | string) {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, { format })
  const { quarantined } = await sendFile(ctx, source, { name: 'a.csv', bytes })
  assert.equal(quarantined, 1)
  const mender = t.as('nguoi-sua', 'source:read', 'quarantine:handle', 'record:import')
  const path = /\/cach-ly\/\d+/.exec((await mender.get(`/cach-ly?nguon=${source}`)).body)?.[0] ?? ''
  return (dong: string) => mender.submit(path, { dong, viec: 'nhan' })
}

dbTest('a broken line is mended though no other line of its file went in', async (t) => {
  const mend = await setAside(t, { type: 'csv' }, `${columns}a;01/02/2026;;1,5;9\n`)
  const still = await mend('a;01/02/2026;;"1,5')
  assert.equal(still.statusCode, 200)
  assert.match(still.body, /Dấu ngoặc kép mở ra mà không đóng lại/)
  assert.match(still.body, /a;01\/02\/2026;;&quot;1,5/, 'what was typed is kept')
  assert.match((await mend('a;01/02/2026')).body, /Dòng có 1 cột|Dòng có 2 cột/)
  assert.equal((await mend('a;01/02/2026;;1,5')).statusCode, 303)
  const id = await findRecordByKey(t.sql, source, 'a')
  const [row] = await t.sql`select attributes -> 'fee' as fee from warehouse.process_case where record_id = ${id ?? 0}`
  assert.equal(row?.fee, 1.5)
})

dbTest('a line of an old encoding is typed as browsers type', async (t) => {
  const text = `${columns.replaceAll(';', ',')}Nguyễn,01/02/2026,,1\nĐống Đa,01/02/2026\n`
  const mend = await setAside(t, { type: 'csv', encoding: 'tcvn3' }, iconv.encode(text, 'tcvn'))
  assert.equal((await mend('Đống Đa,01/02/2026,,1')).statusCode, 303)
  assert.ok(await findRecordByKey(t.sql, source, 'Đống Đa'))
})

dbTest('a row of a workbook and an object of JSON are mended by their text', async (t) => {
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('A')
  sheet.addRow(['id', 'start', 'end', 'fee'])
  sheet.addRow(['x', '01/02/2026', null, { formula: '1/0', result: { error: '#DIV/0!' } } as never])
  const mend = await setAside(t, { type: 'xlsx' }, Buffer.from(await book.xlsx.writeBuffer()))
  assert.equal((await mend('x\t01/02/2026\t\t7')).statusCode, 303)
  assert.ok(await findRecordByKey(t.sql, source, 'x'))
})

dbTest('broken JSON stays broken in words until it is an object', async (t) => {
  const mend = await setAside(t, { type: 'jsonl' }, '{"id":"j","start":"01/02/2026","fee":\n')
  assert.match((await mend('{"id":"j"')).body, /JSON sai cú pháp/)
  assert.match((await mend('[1]')).body, /phải là một đối tượng/)
  assert.equal((await mend('{"id":"j","start":"01/02/2026","end":null,"fee":2}')).statusCode, 303)
  assert.ok(await findRecordByKey(t.sql, source, 'j'))
})
