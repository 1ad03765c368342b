import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ExcelJS from 'exceljs'
import { strToU8, zipSync } from 'fflate'
import type { Context } from '#platform/context'
import { browser, cloneTest, type DbTest, dbTest, findAxeFaults, makeActor, signIn } from '#test/harness'
import { approveEntries, saveEntries } from '../entries/actions.ts'
import { type FormPlace, getUpload, issueWorkbook, takeWorkbook } from './actions.ts'
import { findUploadBytes } from './form-store.ts'
import { sheetName, stampSheet } from './layout.ts'

const typist = makeActor('nhap-lieu-thu', { 'entry:write': ['H32.KHCN'] }, 'H32.KHCN')
const leader = makeActor('lanh-dao-thu', { 'entry:approve': ['H32.KHCN'] }, 'H32.KHCN')
const place: FormPlace = { form: 'chuyen-doi-so-don-vi', organisation: 'H32.KHCN', period: '2026-10' }

async function withForms(t: DbTest, work: (ctx: Context) => Promise<void>): Promise<void> {
  const varDir = await mkdtemp(join(tmpdir(), 'tram-form-'))
  const ctx = t.context(typist)
  await work({ ...ctx, config: { ...ctx.config, varDir } }).finally(() => rm(varDir, { recursive: true }))
}

async function open(bytes: Buffer): Promise<{ book: ExcelJS.Workbook; sheet: ExcelJS.Worksheet }> {
  const book = new ExcelJS.Workbook()
  await book.xlsx.load(bytes as unknown as ArrayBuffer)
  const sheet = book.getWorksheet(sheetName)
  assert.ok(sheet)
  return { book, sheet }
}

/** Types as a custodian would: what the callback gives for each row of figures, 5 where it gives nothing. */
async function fill(
  bytes: Buffer,
  change: (sheet: ExcelJS.Worksheet, book: ExcelJS.Workbook) => void = () => {},
): Promise<Buffer> {
  const { book, sheet } = await open(bytes)
  sheet.eachRow((row, number) => {
    if (typeof row.getCell('A').value === 'number') sheet.getCell(`D${number}`).value = 5
  })
  change(sheet, book)
  return Buffer.from(await book.xlsx.writeBuffer())
}

function rowOf(sheet: ExcelJS.Worksheet, name: string): number {
  let found = 0
  sheet.eachRow((row, number) => {
    if (row.getCell('B').text === name) found = number
  })
  assert.ok(found > 0, name)
  return found
}

const send = async (ctx: Context, bytes: Buffer, at = place) =>
  getUpload(ctx, await takeWorkbook(ctx, at, { fileName: 'bieu.xlsx', bytes }))

dbTest('the form comes with last figures, merged headers, locked cells and summaries as formulas', async (t) => {
  await withForms(t, async (ctx) => {
    const figure = { indicator: 'training.people', organisation: 'H32.KHCN', period: '2026-09', value: 120 }
    await approveEntries(t.context(leader), await saveEntries(ctx, [figure], { submit: true }))
    const { name, bytes } = await issueWorkbook(ctx, place)
    assert.equal(name, 'chuyen-doi-so-don-vi_H32.KHCN_2026-10.xlsx')
    const { book, sheet } = await open(bytes)
    assert.equal(sheet.getCell('A3').text, 'Kỳ báo cáo: Tháng 10/2026')
    assert.ok(sheet.getCell('D6').isMerged && sheet.getCell('A6').master === sheet.getCell('A7').master)
    const row = rowOf(sheet, 'Lượt người học kỹ năng số')
    assert.equal(sheet.getCell(`E${row}`).value, 120)
    assert.equal(sheet.getCell(`D${row}`).protection?.locked, false)
    assert.notEqual(sheet.getCell(`E${row}`).protection?.locked, false)
    assert.equal(sheet.getCell(`D${row}`).dataValidation?.type, 'whole')
    assert.equal(book.getWorksheet(stampSheet)?.state, 'veryHidden')
    const mean = rowOf(sheet, 'Bình quân các tỷ lệ')
    assert.match(String(sheet.getCell(`D${mean}`).formula), /^IF\(COUNT\(D9:D12\)=0,"",AVERAGE\(D9:D12\)\)$/)
  })
})

dbTest(
  'a form without a fault becomes figures on their way to the leader; sent again it sends nothing twice',
  async (t) => {
    await withForms(t, async (ctx) => {
      const { bytes } = await issueWorkbook(ctx, place)
      const filled = await fill(bytes, (sheet) => {
        const row = rowOf(sheet, 'Bộ dữ liệu mở đã công bố')
        sheet.getCell(`D${row}`).value = null
        sheet.getCell(`H${row}`).value = 'Chưa có bộ dữ liệu nào'
      })
      const upload = await send(ctx, filled)
      assert.deepEqual(upload.faults, [])
      assert.equal(upload.entries.length, 10)
      const rows = await t.sql`
      select origin, state, value::float8 as value, reason from indicators.entry
      where organisation = 'H32.KHCN' and period = '2026-10' and indicator in ('training.people', 'open-data.datasets') order by indicator`
      assert.deepEqual(
        [...rows],
        [
          { origin: 'form', state: 'submitted', value: null, reason: 'Chưa có bộ dữ liệu nào' },
          { origin: 'form', state: 'submitted', value: 5, reason: null },
        ],
      )
      assert.equal((await send(ctx, filled)).entries.length, 0)
      assert.deepEqual(await findUploadBytes(t.sql, upload.id, 'bytes'), filled)
    })
  },
)

dbTest('each fault is told in its cell, on the page and in the copy, and no figure is taken', async (t) => {
  await withForms(t, async (ctx) => {
    const { bytes } = await issueWorkbook(ctx, place)
    const { sheet: at } = await open(bytes)
    const rows = {
      training: rowOf(at, 'Lượt người học kỹ năng số'),
      share: rowOf(at, 'Tỷ lệ văn bản ký số'),
      incidents: rowOf(at, 'Sự cố an toàn thông tin'),
      teams: rowOf(at, 'Tổ công nghệ số cộng đồng hoạt động'),
    }
    const filled = await fill(bytes, (sheet) => {
      sheet.getCell(`D${rows.training}`).value = '1.200 lượt'
      sheet.getCell(`D${rows.share}`).value = 93.2155
      sheet.getCell(`D${rows.incidents}`).value = -1
      sheet.getCell(`D${rows.teams}`).value = null
      sheet.getCell(`E${rows.teams}`).value = 77
      sheet.getCell(`C${rows.share}`).value = 'phần nghìn'
    })
    const upload = await send(ctx, filled)
    assert.equal(upload.state, 'faulty')
    assert.deepEqual(
      upload.faults.map(({ cell, rule }) => `${cell} ${rule}`).sort(),
      [
        `C${rows.share} locked`,
        `D${rows.incidents} range`,
        `D${rows.share} decimals`,
        `D${rows.teams} required`,
        `D${rows.training} number`,
        `E${rows.teams} locked`,
      ].sort(),
    )
    const training = upload.faults.find(({ cell }) => cell === `D${rows.training}`)
    assert.equal(training?.label, 'Lượt người học kỹ năng số')
    assert.equal(training?.value, '1.200 lượt')
    const { sheet } = await open((await findUploadBytes(t.sql, upload.id, 'marked')) ?? Buffer.alloc(0))
    const note = sheet.getCell(`D${rows.incidents}`).note
    assert.match(JSON.stringify(note), /Không được âm/)
    const [count] =
      await t.sql`select count(*)::int as n from indicators.entry where organisation = 'H32.KHCN' and period = '2026-10'`
    assert.equal(count?.n, 0)
    const page = await t.as(typist).get(`/bieu-mau/dot/${upload.id}`)
    assert.match(page.body, /Biểu có 6 chỗ cần sửa/)
    assert.match(page.body, new RegExp(`D${rows.incidents}`))
  })
})

dbTest('a missing row, another period, agency, version or a broken stamp is a fault of the form', async (t) => {
  await withForms(t, async (ctx) => {
    const { bytes } = await issueWorkbook(ctx, place)
    const rulesOf = async (filled: Buffer, at = place) => (await send(ctx, filled, at)).faults.map(({ rule }) => rule)
    const without = await fill(bytes, (sheet) => {
      sheet.getCell('B10').value = 'Dòng khác'
    })
    assert.deepEqual(await rulesOf(without), ['row-missing'])
    assert.deepEqual(await rulesOf(await fill(bytes), { ...place, period: '2026-09' }), ['period'])
    const both = {
      ...ctx,
      ...t.context(makeActor('hai-noi', { 'entry:write': ['H32.KHCN', 'H32.TC'] })),
      config: ctx.config,
    }
    const elsewhere = await takeWorkbook(
      both,
      { ...place, organisation: 'H32.TC' },
      { fileName: 'a.xlsx', bytes: await fill(bytes) },
    )
    assert.deepEqual(
      (await getUpload(both, elsewhere)).faults.map(({ rule }) => rule),
      ['organisation'],
    )
    const forged = await fill(bytes, (_, book) => {
      const cell = book.getWorksheet(stampSheet)?.getCell('A2')
      if (cell) cell.value = cell.text.replace('2026-10', '2026-11')
    })
    assert.deepEqual(await rulesOf(forged), ['stamp'])
    assert.deepEqual(await rulesOf(await fill(bytes, (_, book) => book.removeWorksheet(stampSheet))), ['stamp'])
    await t.sql`update indicators.form set body = jsonb_set(body, '{version}', '2') where code = ${place.form}`
    assert.deepEqual(await rulesOf(await fill(bytes)), ['version'])
  })
})

dbTest('what entry itself finds wrong is told at the cell it came from', async (t) => {
  await withForms(t, async (ctx) => {
    const leaders = t.context(leader)
    for (const [index, value] of [100, 102, 98, 101, 99, 103].entries()) {
      const figure = {
        indicator: 'training.people',
        organisation: 'H32.KHCN',
        period: `2026-0${index + 3}`,
        value,
        reason: 'Thử',
      }
      await approveEntries(leaders, await saveEntries(ctx, [figure], { submit: true }))
    }
    const { bytes } = await issueWorkbook(ctx, place)
    let row = 0
    const filled = await fill(bytes, (sheet) => {
      row = rowOf(sheet, 'Lượt người học kỹ năng số')
      sheet.getCell(`D${row}`).value = 90_000
    })
    const upload = await send(ctx, filled)
    assert.deepEqual(
      upload.faults.map(({ cell, rule }) => [cell, rule]),
      [[`H${row}`, 'reason']],
    )
  })
})

dbTest('a file that is no workbook, or swells when unpacked, is refused with words', async (t) => {
  await withForms(t, async (ctx) => {
    const bomb = Buffer.from(zipSync({ 'xl/workbook.xml': new Uint8Array(40 * 1024 * 1024) }))
    for (const bytes of [Buffer.from('không phải'), bomb, Buffer.from(zipSync({ a: strToU8('b') })).subarray(0, 20)])
      await assert.rejects(takeWorkbook(ctx, place, { fileName: 'a.xlsx', bytes }), { status: 422 })
  })
})

dbTest('forms are open to those who type for the organisation only', async (t) => {
  const other = makeActor('don-vi-khac', { 'entry:write': ['H32.TC'] }, 'H32.TC')
  const url = '/bieu-mau/chuyen-doi-so-don-vi/tai-ve?don-vi=H32.KHCN&ky=2026-10'
  assert.equal((await t.as(other).get(url)).statusCode, 403)
  assert.equal((await t.as(other).get('/bieu-mau?don-vi=H32.KHCN')).statusCode, 403)
  assert.equal((await t.as(makeActor('xem', { 'indicator:read': 'all' })).get('/bieu-mau')).statusCode, 403)
  assert.equal((await t.as(typist).get(url)).statusCode, 200)
  assert.equal((await t.as(typist).get('/bieu-mau/khong-co/tai-ve?don-vi=H32.KHCN&ky=2026-10')).statusCode, 404)
})

cloneTest('a custodian downloads the form, sends it back and sees the faults by cell', async (t) => {
  const context = await (await browser()).newContext({ acceptDownloads: true })
  const page = await context.newPage()
  try {
    await signIn(page, t.url, 'dulieu-khcn')
    await page.goto(`${t.url}/bieu-mau`)
    await page.getByRole('heading', { name: 'Biểu mẫu Excel', level: 1 }).waitFor()
    assert.deepEqual(await findAxeFaults(page), [])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Tải Biểu 01-CĐS' }).click(),
    ])
    const book = new ExcelJS.Workbook()
    await book.xlsx.readFile(await download.path())
    const filled = await fill(Buffer.from(await book.xlsx.writeBuffer()), (sheet) => {
      sheet.getCell(`D${rowOf(sheet, 'Sự cố an toàn thông tin')}`).value = 'hai'
    })
    await page.getByRole('link', { name: /Biểu 01-CĐS: / }).click()
    assert.deepEqual(await findAxeFaults(page), [])
    await page
      .getByLabel('Biểu đã nhập')
      .setInputFiles({ name: 'bieu 01.xlsx', mimeType: 'application/octet-stream', buffer: filled })
    await page.getByRole('button', { name: 'Gửi biểu' }).click()
    await page.getByRole('heading', { name: 'Biểu có 1 chỗ cần sửa' }).waitFor()
    assert.deepEqual(await findAxeFaults(page), [])
    assert.equal(await page.getByRole('cell', { name: 'hai', exact: true }).count(), 1)
  } finally {
    await context.close()
  }
})
