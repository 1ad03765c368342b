import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import ExcelJS from 'exceljs'
import iconv from 'iconv-lite'
import { realData } from '#test/settings'
import { FileFault } from './faults.ts'
import { type GuessedColumn, guessColumn } from './guess-column.ts'
import { looksHeadless, rowsAbove, sniff } from './sniff.ts'
import { bytesOf, openFile } from './testing.ts'

const types = (columns: readonly GuessedColumn[]) => Object.fromEntries(columns.map(({ name, type }) => [name, type]))

test('a CSV of an office is proposed with its delimiter, title lines and types', async () => {
  const rows = Array.from(
    { length: 50 },
    (_, row) =>
      `H${row};${(row % 28) + 1}/07/2025;1.234,5${row};0${row};${row % 2 ? 'Có' : 'Không'};2025-07-01 08:00:0${row % 10};NA`,
  )
  const file = `Báo cáo tháng 7; ;\n\nmã;ngày;số tiền;mã xã;trực tuyến;lúc;ghi\n${rows.join('\n')}\n`
  const { format, columns, samples, rowsSampled, faultyRows } = await sniff(bytesOf(gzipSync(file)))
  assert.deepEqual([format.kind, format.kind === 'csv' && [format.delimiter, format.skipLines]], ['csv', [';', 2]])
  assert.deepEqual(types(columns), {
    mã: 'text',
    ngày: 'date',
    'số tiền': 'decimal',
    'mã xã': 'text',
    'trực tuyến': 'boolean',
    lúc: 'instant',
    ghi: 'empty',
  })
  assert.deepEqual(columns[1]?.patterns, ['dd/MM/yyyy'])
  assert.equal(columns[2]?.style, 'vi')
  assert.deepEqual([samples.length, rowsSampled, faultyRows], [10, 50, 0])
})

test('dates that fit two patterns are left to a person', () => {
  assert.deepEqual(guessColumn('ngày', ['01/02/2025', '03/04/2025']).patterns, ['dd/MM/yyyy', 'MM/dd/yyyy'])
  assert.deepEqual(guessColumn('pm2.5', ['NA', '129', 'NA']), {
    name: 'pm2.5',
    type: 'integer',
    style: 'plain',
    patterns: [],
    nullWords: ['NA'],
    empty: 0,
    samples: ['NA', '129'],
  })
})

test('an old encoding is proposed as a guess to confirm', async () => {
  const file = iconv.encode(`ten,xa\n${'người dân nộp hồ sơ,vĩnh hải\n'.repeat(30)}`, 'tcvn')
  const { format, encodingGuessed, encoding, samples } = await sniff(bytesOf(file))
  assert.equal(encoding, 'tcvn3')
  assert.equal((await sniff(bytesOf(Buffer.from('\ufefften,xa\nĐạt,Nha Trang\n', 'utf16le')))).encoding, 'utf-16')
  assert.deepEqual([format.kind === 'csv' && format.encoding, encodingGuessed], ['tcvn3', true])
  assert.deepEqual(samples[0], ['người dân nộp hồ sơ', 'vĩnh hải'])
})

test('JSON lines, arrays and arrays inside are told apart', async () => {
  const lines = await sniff(bytesOf('{"a":1,"b":[{"c":1}]}\n{"a":2}\n'))
  assert.deepEqual([lines.format.kind, types(lines.columns)], ['jsonl', { a: 'integer', b: 'tree' }])
  const array = await sniff(bytesOf('[\n {"a":"2025-07-01T00:00:00+07:00"}\n]'))
  assert.deepEqual(
    [array.format, types(array.columns)],
    [{ kind: 'json', encoding: 'auto', path: [] }, { a: 'instant' }],
  )
  const inside = await sniff(bytesOf('{"n":[1],"x":{"y\\"":[[],[{"a":true}]]}}'))
  assert.deepEqual(
    [inside.format, types(inside.columns)],
    [{ kind: 'json', encoding: 'auto', path: ['x', 'y"', 1] }, { a: 'boolean' }],
  )
})

test('workbooks and event logs are known by their content', async () => {
  const book = new ExcelJS.Workbook()
  book.addWorksheet('A').addRows([
    ['mã', 'số'],
    ['x', 1.5],
  ])
  const workbook = await sniff(bytesOf(Buffer.from(await book.xlsx.writeBuffer())))
  assert.deepEqual([workbook.format.kind, types(workbook.columns)], ['xlsx', { mã: 'text', số: 'decimal' }])
  const log = await sniff(
    bytesOf('<?xml version="1.0"?><log><trace><event><int key="n" value="1"/></event></trace></log>'),
  )
  assert.deepEqual([log.format.kind, types(log.columns)], ['xes', { n: 'integer' }])
  await assert.rejects(sniff(bytesOf('%PDF-1.7')), FileFault)
})

const expected: [string, object, Record<string, string>][] = [
  [
    'sensors/air-weather/beijing-pm25-2010-2014.csv.gz',
    { kind: 'csv', delimiter: ',', skipLines: 1 },
    { 'pm2.5': 'integer', Iws: 'decimal', cbwd: 'text' },
  ],
  [
    'citizen-reports/boston-311-2011-h2.csv.gz',
    { kind: 'csv', delimiter: ',', skipLines: 0 },
    { open_dt: 'instant', latitude: 'decimal', case_title: 'text' },
  ],
  [
    'event-logs/wabo-receipt.csv.gz',
    { kind: 'csv', delimiter: ',', skipLines: 0 },
    { 'time:timestamp': 'instant', 'concept:name': 'text' },
  ],
  [
    'event-logs/it-problem-management-bpic2013-closed.xes.gz',
    { kind: 'xes' },
    { 'time:timestamp': 'instant', 'case:concept:name': 'text' },
  ],
  [
    'projects/nyc-capital-projects-2019-09-01.csv.gz',
    { kind: 'csv', delimiter: ',' },
    { 'Date Reported As Of': 'instant', 'Budget Forecast': 'decimal' },
  ],
]
for (const [path, format, columnTypes] of expected) {
  const file = realData(path)
  test(`${path} is proposed as it is`, { skip: file.skip }, async () => {
    const sniffed = await sniff(openFile(file.path))
    assert.deepEqual({ ...sniffed.format, ...format }, sniffed.format)
    const found = types(sniffed.columns)
    for (const [name, type] of Object.entries(columnTypes)) assert.equal(found[name], type, name)
    assert.equal(sniffed.faultyRows, 0)
  })
}

test('numbers written with their unit are numbers, codes with letters are not', () => {
  const guess = (values: string[]) => {
    const { type, style, unit } = guessColumn('cột', values)
    return [type, style, unit]
  }
  assert.deepEqual(guess(['1.234.567 đ', '980.000đ']), ['integer', 'vi', 'đ'])
  assert.deepEqual(guess(['5%', '5,5 %', '7']), ['decimal', 'vi', '%'])
  assert.deepEqual(guess(['$1,200.50', '$7']), ['decimal', 'en', '$'])
  assert.deepEqual(guess(['12A', '13A']), ['text', undefined, undefined])
  assert.deepEqual(guess(['PH-1', 'PH-2']), ['text', undefined, undefined])
  assert.deepEqual(guess(['5 km', '5 kg']), ['text', undefined, undefined])
})

test('a table without names is told by the days in its first row', async () => {
  const headless = async (text: string) => looksHeadless((await sniff(bytesOf(text))).columns)
  assert.equal(await headless('HS1,2026-01-10,3\nHS2,2026-02-11,6\n'), true)
  assert.equal(await headless('1,3\n2,6\n'), true)
  assert.equal(await headless('mã,ngày,2024\nHS1,2026-01-10,3\n'), false)
  assert.equal(await headless('mã,tên\na,b\n'), false)
})

test('titles above the table of a workbook are left out, merged or not, and a person may say how many', async () => {
  const book = new ExcelJS.Workbook()
  const sheet = book.addWorksheet('Biểu 1')
  sheet.addRow(['ỦY BAN NHÂN DÂN', null, 'CỘNG HÒA XÃ HỘI'])
  sheet.addRow(['BÁO CÁO THÁNG 10'])
  sheet.mergeCells('A2:D2')
  sheet.addRow([])
  sheet.addRow(['Mã', 'Ngày', 'Số tiền', 'Ghi chú'])
  for (let nth = 0; nth < 9; nth += 1) sheet.addRow([`a${nth}`, '01/02/2026', nth * 1000, 'x'])
  const bytes = Buffer.from(await book.xlsx.writeBuffer())
  const found = await sniff(bytesOf(bytes))
  assert.deepEqual(types(found.columns), { Mã: 'text', Ngày: 'date', 'Số tiền': 'integer', 'Ghi chú': 'text' })
  assert.deepEqual([rowsAbove(found.format), found.rowsSampled, found.faultyRows], [3, 9, 0])
  const said = await sniff(bytesOf(bytes), undefined, { above: 4 })
  assert.deepEqual(said.columns[0]?.name, 'a0')
})

test('a workbook whose first sheet is empty is read from the first that holds something, and a person may name another', async () => {
  const book = new ExcelJS.Workbook()
  book.addWorksheet('Bìa')
  book.addWorksheet('Tháng 10').addRows([
    ['mã', 'số'],
    ['x', 1],
  ])
  book.addWorksheet('Ẩn', { state: 'hidden' }).addRow(['kín'])
  book.addWorksheet('Tháng 11').addRows([['Báo cáo'], ['mã', 'ngày', 'tiền'], ['y', '01/11/2026', 5]])
  const bytes = Buffer.from(await book.xlsx.writeBuffer())
  const found = await sniff(bytesOf(bytes))
  assert.deepEqual(found.sheets, ['Bìa', 'Tháng 10', 'Tháng 11'])
  assert.deepEqual([found.format.kind === 'xlsx' && found.format.sheet, found.rowsSampled], ['Tháng 10', 1])
  const said = await sniff(bytesOf(bytes), undefined, { sheet: 'Tháng 11' })
  assert.deepEqual([rowsAbove(said.format), said.columns.map(({ name }) => name)], [1, ['mã', 'ngày', 'tiền']])
})
