import assert from 'node:assert/strict'
import { test } from 'node:test'
import ExcelJS from 'exceljs'
import { strToU8, zipSync } from 'fflate'
import { describeFault } from './faults.ts'
import { bytesOf, faultOf, readAll, valuesOf } from './testing.ts'
import { columnName, columnOf, readCellMoment } from './xlsx-cells.ts'
import { isMomentFormat } from './xlsx-parts.ts'

const xlsx = { kind: 'xlsx' } as const

async function workbookOf(build: (book: ExcelJS.Workbook) => void): Promise<Buffer> {
  const book = new ExcelJS.Workbook()
  build(book)
  return Buffer.from(await book.xlsx.writeBuffer())
}

type Parts = {
  sheet?: string
  strings?: string
  styles?: string
  workbook?: string
  others?: Record<string, Uint8Array>
}

// A workbook written by hand, for what no good program would write.
function packageOf({ sheet = '', strings = '', styles = '', workbook = '', others = {} }: Parts): Buffer {
  return Buffer.from(
    zipSync({
      'xl/workbook.xml': strToU8(
        `<workbook xmlns:r="x">${workbook}<sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`,
      ),
      'xl/_rels/workbook.xml.rels': strToU8(
        '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
      ),
      'xl/worksheets/sheet1.xml': strToU8(`<worksheet>${sheet}</worksheet>`),
      'xl/sharedStrings.xml': strToU8(`<sst>${strings}</sst>`),
      'xl/styles.xml': strToU8(`<styleSheet>${styles}</styleSheet>`),
      ...others,
    }),
  )
}

test('cells come out as text, numbers, dates, booleans and cached results, with the row of the sheet', async () => {
  const bytes = await workbookOf((book) => {
    const sheet = book.addWorksheet('Dữ liệu')
    sheet.addRow(['Mã', 'Số', 'Ngày', 'Giờ', 'Đúng', 'Tổng'])
    sheet.addRow([
      'H-1',
      0.1,
      new Date(Date.UTC(2026, 10, 22)),
      new Date(Date.UTC(2026, 10, 22, 15, 30)),
      true,
      { formula: 'B2*2', result: 0.2 },
    ])
    sheet.addRow([])
    sheet.addRow(['Hòa'.normalize('NFD'), null, null, null, false, { formula: 'A4', result: 'chữ' }])
    sheet.getColumn(3).numFmt = 'dd/mm/yyyy'
    sheet.getColumn(4).numFmt = 'dd/mm/yyyy hh:mm'
  })
  const { columns, table, faults } = await readAll(bytesOf(bytes), xlsx)
  assert.deepEqual(columns, ['Mã', 'Số', 'Ngày', 'Giờ', 'Đúng', 'Tổng'])
  assert.deepEqual(table, [
    { line: 2, values: ['H-1', 0.1, '2026-11-22', '2026-11-22T15:30:00', true, 0.2] },
    { line: 4, values: ['Hòa', null, null, null, false, 'chữ'] },
  ])
  assert.deepEqual(faults, [])
})

test('a sheet is taken by name, by position, or the first that is not hidden', async () => {
  const bytes = await workbookOf((book) => {
    for (const [name, state] of [
      ['Ẩn', 'hidden'],
      ['Một', 'visible'],
      ['Hai', 'visible'],
    ] as const) {
      book.addWorksheet(name, { state }).addRows([['x'], [name]])
    }
  })
  for (const [sheet, name] of [
    [undefined, 'Một'],
    ['Hai'.normalize('NFD'), 'Hai'],
    [1, 'Ẩn'],
    [3, 'Hai'],
  ] as const) {
    assert.deepEqual(valuesOf((await readAll(bytesOf(bytes), { ...xlsx, sheet })).table), [[name]])
  }
  const fault = await faultOf(bytesOf(bytes), { ...xlsx, sheet: 'Ba' })
  assert.deepEqual(
    [fault.code, fault.facts],
    ['workbook.sheet-not-found', { sheet: 'Ba', present: ['Ẩn', 'Một', 'Hai'] }],
  )
})

test('forms with title, header in the middle, merged cells and a foot are read', async () => {
  const bytes = await workbookOf((book) => {
    const sheet = book.addWorksheet('Biểu 01')
    sheet.addRows([
      ['BIỂU SỐ 01'],
      [],
      ['Đơn vị', 'Chỉ tiêu', 'Giá trị'],
      ['A', 'B', 1],
      ['Xã Một', 'hồ sơ', 10],
      ['', 'đúng hạn', 9],
      ['Xã Hai', 'hồ sơ', 5],
      ['Người lập biểu'],
    ])
    sheet.mergeCells('A1:C1')
    sheet.mergeCells('A5:A6')
  })
  const form = { ...xlsx, header: 3, firstRow: 5, lastRow: 7 } as const
  const { table } = await readAll(bytesOf(bytes), form)
  assert.deepEqual(valuesOf(table), [
    ['Xã Một', 'hồ sơ', 10],
    ['Xã Một', 'đúng hạn', 9],
    ['Xã Hai', 'hồ sơ', 5],
  ])
  const unfilled = await readAll(bytesOf(bytes), { ...form, fillMerged: false })
  assert.equal(unfilled.table[1]?.values[0], null)
  const named = await readAll(bytesOf(bytes), { ...form, header: 'none', columns: ['đơn vị', 'chỉ tiêu', 'giá trị'] })
  assert.deepEqual(named.columns, ['đơn vị', 'chỉ tiêu', 'giá trị'])
  assert.equal(named.table.length, 3)
})

test('a broken formula, one never computed and a stray cell make their row faulty and name the cell', async () => {
  const sheet = `<sheetData>
    <row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>
    <row r="2"><c r="A2"><v>1</v></c><c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
    <row r="3"><c r="A3"><f>SUM(A2)</f></c></row>
    <row r="4"><c r="A4"><v>4</v></c><c r="D4"><v>9</v></c></row>
    <row r="5"><c r="A5" t="str"><f>""</f><v></v></c><c><v>5</v></c></row></sheetData>`
  const { table, faults } = await readAll(bytesOf(packageOf({ sheet })), xlsx)
  assert.deepEqual(table, [{ line: 5, values: [null, 5] }])
  assert.deepEqual(
    faults.map(({ line, code, facts }) => [line, code, facts]),
    [
      [2, 'cell.error', { cell: 'B2', error: '#DIV/0!' }],
      [3, 'cell.not-computed', { cell: 'A3' }],
      [4, 'cell.outside', { cell: 'D4', expected: 2 }],
    ],
  )
  assert.equal(faults[0]?.raw, '1\t#DIV/0!')
  assert.match(describeFault('cell.error', faults[0]?.facts ?? {}), /Ô B2/)
  const expect = { required: ['a'] }
  const lenient = await readAll(bytesOf(packageOf({ sheet })), { ...xlsx, expect })
  assert.deepEqual(lenient.table[0], { line: 2, values: [1, null] }, 'a column nobody reads may be broken')
})

test('dates follow the number format and the year the workbook counts from', async () => {
  const styles = `<numFmts><numFmt numFmtId="164" formatCode="[$-42A]dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="#,##0 &quot;ngày&quot;"/></numFmts>
    <fonts><font><name val="Arial"/></font></fonts>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs>`
  const cells = [0, 1, 2, 3].map((style) => `<c s="${style}"><v>45000</v></c>`).join('')
  const sheet = `<sheetData><row>${cells}<c s="4"><v>0.75</v></c><c s="1"><v>45000.5</v></c></row></sheetData>`
  const format = { ...xlsx, header: 'none' } as const
  const in1900 = await readAll(bytesOf(packageOf({ sheet, styles })), format)
  assert.deepEqual(valuesOf(in1900.table), [
    [45000, '2023-03-15', '2023-03-15', 45000, '18:00:00', '2023-03-15T12:00:00'],
  ])
  const in1904 = await readAll(bytesOf(packageOf({ sheet, styles, workbook: '<workbookPr date1904="1"/>' })), format)
  assert.deepEqual(in1904.table[0]?.values[1], '2027-03-16')
  assert.equal(readCellMoment('60', 1900), 60, 'the day that never was stays a number')
  for (const [code, moment] of [
    ['General', false],
    ['0.00%', false],
    ['yyyy-mm', true],
    ['[h]:mm', true],
    ['"dd"0', false],
    ['[Red]0', false],
    ['mmm', true],
    ['0\\d', false],
  ] as const) {
    assert.equal(isMomentFormat(code), moment, code)
  }
})

test('rich text, escapes and the old ABC fonts come out as Unicode', async () => {
  const strings = `<si><r><rPr><b/></rPr><t>Khánh </t></r><r><t>Hòa</t></r><rPh sb="0"><t>x</t></rPh></si>
    <si><t>a_x000D_b</t></si><si><t>Kh\u00b8nh H\u00dfa</t></si>
    <si><r><rPr><rFont val=".VnTimeH"/></rPr><t>kh\u00b8nh</t></r><r><rPr><rFont val="Arial"/></rPr><t> ©</t></r></si>`
  const styles = `<fonts><font><name val="Arial"/></font><font><name val=".VnTime"/></font><font><name val=".VnArialH"/></font></fonts>
    <cellXfs><xf fontId="0"/><xf fontId="1"/><xf fontId="2"/></cellXfs>`
  const sheet = `<sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="s" s="1"><v>2</v></c><c t="s" s="2"><v>2</v></c><c t="s" s="1"><v>3</v></c><c t="s"><v>2</v></c></row></sheetData>`
  const bytes = packageOf({ sheet, strings, styles })
  const converted = await readAll(bytesOf(bytes), { ...xlsx, header: 'none', legacyFonts: true })
  assert.deepEqual(valuesOf(converted.table), [
    ['Khánh Hòa', 'a\rb', 'Khánh Hòa', 'KHÁNH HÒA', 'KHÁNH ©', 'Kh\u00b8nh H\u00dfa'],
  ])
  const kept = await readAll(bytesOf(bytes), { ...xlsx, header: 'none' })
  assert.equal(kept.table[0]?.values[2], 'Kh\u00b8nh H\u00dfa')
})

test('a character that no text can hold makes its row faulty', async () => {
  const bytes = await workbookOf((book) => {
    const sheet = book.addWorksheet('A')
    sheet.addRow(['Mã', 'Tên'])
    sheet.addRow(['H-1', 'a_x0000_b'])
    sheet.addRow(['H-2', 'a_xD800_b'])
    sheet.addRow(['H-3', 'c'])
  })
  const { table, faults } = await readAll(bytesOf(bytes), xlsx)
  assert.deepEqual(valuesOf(table), [['H-3', 'c']])
  assert.deepEqual(
    faults.map(({ line, code }) => [line, code]),
    [
      [2, 'row.control-character'],
      [3, 'row.control-character'],
    ],
  )
  assert.ok(faults.every(({ raw }) => !/\0|[\ud800-\udfff]/u.test(raw)))
})

test('a zip bomb in any part is refused before it is unpacked', async () => {
  const zeros = new Uint8Array(64 * 1024 ** 2).fill(32)
  for (const part of ['xl/sharedStrings.xml', 'xl/worksheets/sheet1.xml', 'xl/styles.xml', 'xl/workbook.xml']) {
    const fault = await faultOf(bytesOf(packageOf({ others: { [part]: zeros } })), xlsx)
    assert.equal(fault.code, 'file.expands-too-much', part)
  }
  const unread = await readAll(
    bytesOf(
      packageOf({
        sheet: '<sheetData><row><c><v>1</v></c></row></sheetData>',
        others: { 'xl/media/image1.png': zeros },
      }),
    ),
    xlsx,
  )
  assert.deepEqual(unread.columns, ['1'], 'a part that nobody opens does no harm')
})

test('sizes and counts of a workbook are bounded', async () => {
  const sheet = `<sheetData>${'<row><c><v>1</v></c></row>'.repeat(1000)}</sheetData>`
  const strings = '<si><t>một chuỗi dài</t></si>'.repeat(1000)
  assert.equal(
    (await faultOf(bytesOf(packageOf({ sheet, strings })), xlsx, { sharedStringBytes: 10_000 })).code,
    'file.too-large',
  )
  assert.equal((await faultOf(bytesOf(packageOf({ sheet })), xlsx, { entryBytes: 10_000 })).code, 'file.too-large')
  assert.equal((await faultOf(bytesOf(packageOf({ sheet })), xlsx, { packageBytes: 500 })).code, 'file.too-large')
  assert.equal(
    (await faultOf(bytesOf(packageOf({ sheet })), xlsx, { packageEntries: 4 })).code,
    'workbook.too-many-parts',
  )
  const wide = '<sheetData><row><c r="ZZZ1"><v>1</v></c></row></sheetData>'
  assert.equal((await faultOf(bytesOf(packageOf({ sheet: wide })), xlsx)).code, 'column.too-many')
})

test('what is no workbook, is locked, torn, or holds entities is refused', async () => {
  const good = packageOf({ sheet: '<sheetData/>' })
  const laughs = { 'xl/worksheets/sheet1.xml': strToU8('<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>') }
  const cases: [string, Buffer, string][] = [
    ['a text', Buffer.from('a,b\n'), 'file.wrong-type'],
    ['another archive', Buffer.from(zipSync({ 'a.txt': strToU8('x') })), 'file.wrong-type'],
    ['an old or locked workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'workbook.locked'],
    ['a torn one', good.subarray(0, good.length - 40), 'workbook.broken'],
    ['entities', packageOf({ others: laughs }), 'xml.document-type'],
    [
      'a missing sheet',
      packageOf({ workbook: '', others: { 'xl/_rels/workbook.xml.rels': strToU8('<x/>') } }),
      'workbook.broken',
    ],
    ['an empty sheet', good, 'header.absent'],
    [
      'doubled columns',
      packageOf({ sheet: '<sheetData><row><c t="str"><v>a</v></c><c t="str"><v>a</v></c></row></sheetData>' }),
      'column.doubled',
    ],
    [
      'a string that is not there',
      packageOf({ sheet: '<sheetData><row><c t="s"><v>7</v></c></row></sheetData>' }),
      'workbook.broken',
    ],
  ]
  for (const [name, bytes, code] of cases) assert.equal((await faultOf(bytesOf(bytes), xlsx)).code, code, name)
})

test('a long sheet comes in batches in the order of its rows', async () => {
  const row = (index: number) =>
    `<row r="${index}"><c r="A${index}"><v>${index}</v></c><c r="B${index}" t="str"><v>x</v></c></row>`
  const sheet = `<sheetData>${Array.from({ length: 30_000 }, (_, index) => row(index + 1)).join('')}</sheetData>`
  const { batches, table } = await readAll(bytesOf(packageOf({ sheet })), { ...xlsx, header: 'none' })
  assert.ok(batches.length >= 6 && batches.every((batch) => batch.rows.length <= 5000))
  assert.ok(table.every(({ line, values }, index) => line === index + 1 && values[0] === line))
  assert.equal(table.length, 30_000)
})

test('columns are named and found as spreadsheets do', () => {
  for (const [column, name] of [
    [0, 'A'],
    [25, 'Z'],
    [26, 'AA'],
    [701, 'ZZ'],
    [702, 'AAA'],
    [16_383, 'XFD'],
  ] as const) {
    assert.equal(columnName(column), name)
    assert.equal(columnOf(`${name}12`), column)
  }
})
