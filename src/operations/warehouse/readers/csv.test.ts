import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describeFault } from './faults.ts'
import { CsvFormat } from './format.ts'
import { readRecords } from './read-records.ts'
import { bytesOf, faultOf, readAll, valuesOf } from './testing.ts'

const csv = { kind: 'csv' } as const

test('rows come as arrays of text with their physical line and their bytes', async () => {
  const file = 'mã,tên\n1,Hòa\n"2","dòng\nđôi"\n3,x\n'
  const { columns, table } = await readAll(bytesOf(file), csv)
  assert.deepEqual(columns, ['mã', 'tên'])
  assert.deepEqual(valuesOf(table), [
    ['1', 'Hòa'],
    ['2', 'dòng\nđôi'],
    ['3', 'x'],
  ])
  assert.deepEqual(
    table.map((row) => row.line),
    [2, 3, 5],
  )
  const bytes = Buffer.from(file)
  const shown = table.map((row) => bytes.subarray(row.offset, (row.offset ?? 0) + (row.length ?? 0)).toString())
  assert.deepEqual(shown, ['1,Hòa', '"2","dòng\nđôi"', '3,x'])
})

test('bytes of a row stay exact over blocks, byte order mark, old line ends and foreign bytes', async () => {
  const line = (row: number) => `${row},"tên ${row} có chữ","${'x'.repeat(row % 50)}${row % 7 === 0 ? '\r\n' : ''}"`
  const parts: Buffer[] = [Buffer.from('\ufeffa,b,c\r\n')]
  for (let row = 0; row < 20_000; row++) {
    parts.push(Buffer.from(line(row)), Buffer.from('\r\n'))
    if (row % 1000 === 999) parts.push(Buffer.from([0x78, 0x2c, 0xe9, 0x2c, 0x79, 13, 10]))
  }
  const file = Buffer.concat(parts)
  const pieces = Array.from({ length: Math.ceil(file.length / 7777) }, (_, at) =>
    file.subarray(at * 7777, at * 7777 + 7777),
  )
  const { table, faults } = await readAll(bytesOf(...pieces), csv)
  assert.equal(table.length, 20_000)
  assert.equal(faults.length, 20)
  for (const [row, { offset = 0, length = 0 }] of table.entries()) {
    assert.equal(file.toString('utf8', offset, offset + length), line(row))
  }
  assert.deepEqual(faults[3]?.code, 'row.encoding')
  assert.equal(file.toString('latin1', faults[3]?.offset, (faults[3]?.offset ?? 0) + 5), 'x,é,y')
})

test('a broken line in the middle is set aside with its text and reading goes on', async () => {
  const { table, faults } = await readAll(bytesOf('a,b,c\n1,2,3\n4,5\n6,7,8,9\n"x,y,z\n7,8,9\n'), csv)
  assert.deepEqual(valuesOf(table), [
    ['1', '2', '3'],
    ['7', '8', '9'],
  ])
  assert.deepEqual(
    faults.map(({ line, raw, code }) => ({ line, raw, code })),
    [
      { line: 3, raw: '4,5', code: 'row.columns' },
      { line: 4, raw: '6,7,8,9', code: 'row.columns' },
      { line: 5, raw: '"x,y,z', code: 'row.quote-unclosed' },
    ],
  )
  const [fault] = faults
  assert.match(describeFault(fault?.code ?? 'row.json', fault?.facts ?? {}), /Dòng có 2 cột, cần 3 cột/)
})

test('the delimiter is found among comma, semicolon, tab and bar', async () => {
  for (const delimiter of [',', ';', '\t', '|']) {
    const file = ['tên,x', 'a', 'b'].join(delimiter === ',' ? ';' : delimiter).replaceAll(';', delimiter)
    const body = `"1,5;2|3"${delimiter}y${delimiter}z`
    const { table } = await readAll(bytesOf(`${file.replace(',x', '')}\n${body}\n`), csv)
    assert.deepEqual(valuesOf(table), [['1,5;2|3', 'y', 'z']], `delimiter ${JSON.stringify(delimiter)}`)
  }
})

test('title lines are left out, files without names take those of the contract or their position', async () => {
  const titled = await readAll(bytesOf('Báo cáo tháng, quý\n\nA,B\n1,2\n'), { ...csv, skipLines: 2 })
  assert.deepEqual([titled.columns, valuesOf(titled.table), titled.table[0]?.line], [['A', 'B'], [['1', '2']], 4])
  const third = await readAll(bytesOf('Báo cáo\n\nA,B\n1,2\n'), { ...csv, header: 3 })
  assert.deepEqual(third.columns, ['A', 'B'])
  const named = await readAll(bytesOf('1,2\n3,4\n'), { ...csv, header: 'none', columns: ['x', 'y'] })
  assert.deepEqual(
    [named.columns, valuesOf(named.table)],
    [
      ['x', 'y'],
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
  )
  const unnamed = await readAll(bytesOf('1,2\n'), { ...csv, header: 'none' })
  assert.deepEqual([unnamed.columns, valuesOf(unnamed.table)], [['#1', '#2'], [['1', '2']]])
})

test('lines that end as on old Macs, or on Windows in UTF-16 over many blocks, are lines', async () => {
  const mac = await readAll(bytesOf('a,b\r1,"x\ry"\r2,z\r'), csv)
  assert.deepEqual(valuesOf(mac.table), [
    ['1', 'x\ry'],
    ['2', 'z'],
  ])
  const lines = Array.from({ length: 20_000 }, (_, row) => `${row},đường số ${row}\r\n`)
  const wide = await readAll(bytesOf(Buffer.from(`\ufeffa,b\r\n${lines.join('')}`, 'utf16le')), csv)
  assert.equal(wide.table.length, 20_000)
  assert.deepEqual(wide.table[19_999]?.values, ['19999', 'đường số 19999'])
  const { offset = 0, length = 0 } = wide.table[19_999] ?? {}
  const bytes = Buffer.from(`\ufeffa,b\r\n${lines.join('')}`, 'utf16le').subarray(offset, offset + length)
  assert.equal(bytes.toString('utf16le'), '19999,đường số 19999')
})

test('a header without rows gives its columns and no row', async () => {
  const { columns, table, batches } = await readAll(bytesOf('a,b\n'), csv)
  assert.deepEqual([columns, table.length, batches.length], [['a', 'b'], 0, 1])
})

test('columns are missing, doubled or unknown in words that name them', async () => {
  const expect = { required: ['mã hồ sơ', 'ngày nhận'], optional: ['ghi chú'], others: 'refuse' } as const
  const missing = await faultOf(bytesOf('mã hồ sơ,x\n'), { ...csv, expect })
  assert.equal(missing.code, 'column.missing')
  assert.match(missing.message, /“ngày nhận”.*“mã hồ sơ”, “x”/)
  assert.equal((await faultOf(bytesOf('a,b,a\n1,2,3\n'), csv)).code, 'column.doubled')
  const unknown = await faultOf(bytesOf('mã hồ sơ,ngày nhận,ghi chú,lạ\n'), { ...csv, expect })
  assert.deepEqual([unknown.code, unknown.facts], ['column.unknown', { names: ['lạ'] }])
  const decomposed = await readAll(bytesOf(' mã  hồ sơ,ngày nhận\n1,2\n'.normalize('NFD')), { ...csv, expect })
  assert.deepEqual(decomposed.columns, ['mã hồ sơ', 'ngày nhận'])
})

test('an empty file, a mark alone, an empty gzip and a file shorter than its title are refused', async () => {
  assert.equal((await faultOf(bytesOf(), csv)).code, 'file.empty')
  assert.equal((await faultOf(bytesOf(''), csv)).code, 'file.empty')
  assert.equal((await faultOf(bytesOf(gzipSync('')), csv)).code, 'file.empty')
  assert.equal((await faultOf(bytesOf('\ufeff\n\n'), csv)).code, 'header.absent')
  assert.equal((await faultOf(bytesOf('title\n'), { ...csv, skipLines: 3 })).code, 'header.absent')
})

test('UTF-8 with a mark, UTF-16 of both kinds and gzip read alike, composed', async () => {
  const text = 'tên,số\nĐặng Thị Hòa,1\nLê Ưu,2\n'
  const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le')
  const forms: [string, Buffer][] = [
    ['NFC', Buffer.from(text)],
    ['NFD', Buffer.from(text.normalize('NFD'))],
    ['mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ['gzip', gzipSync(text)],
    ['mixed NFC and NFD', Buffer.from(`tên,số\n${'Đặng Thị Hòa'.normalize('NFD')},1\nLê Ưu,2\n`)],
  ]
  for (const [name, bytes] of forms) {
    const { columns, table } = await readAll(bytesOf(bytes), csv)
    assert.deepEqual(columns, ['tên', 'số'], name)
    assert.deepEqual(
      valuesOf(table),
      [
        ['Đặng Thị Hòa', '1'],
        ['Lê Ưu', '2'],
      ],
      name,
    )
  }
})

test('NUL characters make a row faulty, not the file', async () => {
  const { table, faults } = await readAll(bytesOf(`a,b\n${'1,2\n'.repeat(2000)}3,x\0y\n4,5\n`), csv)
  assert.equal(table.length, 2001)
  assert.deepEqual(
    faults.map(({ line, code }) => [line, code]),
    [[2002, 'row.control-character']],
  )
  const early = await readAll(bytesOf('a,b\n1,x\0\n4,5\n'), csv)
  assert.deepEqual([early.table.length, early.faults.map(({ line }) => line)], [1, [2]])
})

test('files of another kind are refused by their content, whatever their name', async () => {
  const contents: [string, Buffer][] = [
    ['ZIP', Buffer.from('504b030414000000', 'hex')],
    ['.xls', Buffer.from('d0cf11e0a1b11ae100', 'hex')],
    ['PDF', Buffer.from('%PDF-1.7\n')],
    ['HTML', Buffer.from('<!DOCTYPE html><html><table>')],
    ['XML', Buffer.from('<?xml version="1.0"?><log/>')],
    ['hình ảnh', Buffer.from('89504e470d0a1a0a', 'hex')],
    ['nhị phân', Buffer.from([1, 2, 3, 0, 5, 6, 1, 2])],
    ['nén hai lần', gzipSync(gzipSync('a,b\n1,2\n'))],
  ]
  for (const [name, bytes] of contents) {
    const fault = await faultOf(bytesOf(bytes), csv)
    assert.equal(fault.code, 'file.wrong-type', name)
    assert.ok(fault.message.includes(name), fault.message)
  }
})

test('a gzip bomb is met after a few megabytes', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2, 'a,b,c,d\n'))
  const fault = await faultOf(bytesOf(bomb), csv)
  assert.equal(fault.code, 'file.expands-too-much')
})

test('a gzip that is cut or broken is told so', async () => {
  const lines = Array.from({ length: 20_000 }, (_, row) => `${row},${Math.sin(row)}\n`)
  const sound = gzipSync(`a,b\n${lines.join('')}`)
  assert.equal((await faultOf(bytesOf(sound.subarray(0, sound.length - 500)), csv)).code, 'file.cut')
  const broken = Buffer.from(sound)
  broken.fill(0xff, 1000, 1100)
  assert.equal((await faultOf(bytesOf(broken), csv)).code, 'file.broken-compression')
})

test('a file over the limit is refused while it flows, compressed or not', async () => {
  const file = `a,b\n${'1,2\n'.repeat(100_000)}`
  assert.equal((await faultOf(bytesOf(file), csv, { bytes: 100_000 })).code, 'file.too-large')
  const noise = `a,b\n${Array.from({ length: 50_000 }, (_, row) => `${row},${Math.sin(row)}\n`).join('')}`
  assert.equal((await faultOf(bytesOf(gzipSync(noise)), csv, { bytes: 100_000 })).code, 'file.too-large')
  assert.equal((await faultOf(bytesOf(gzipSync(noise)), csv, { compressedBytes: 1000 })).code, 'file.too-large')
})

test('a reader that stops early or refuses closes the file', async () => {
  let closed = 0
  async function* endless(first: string, more: string | Buffer) {
    try {
      yield Buffer.from(first)
      for (;;) yield Buffer.from(more)
    } finally {
      closed++
    }
  }
  const lines = '1,2\n'.repeat(10_000)
  for await (const batch of readRecords(endless('a,b\n', lines), CsvFormat.parse(csv))) if (batch.rows.length > 0) break
  assert.equal(closed, 1)
  assert.equal((await faultOf(endless('%PDF-1.7', lines), csv)).code, 'file.wrong-type')
  assert.equal((await faultOf(endless('<?xml version="1.0"?>', lines), { kind: 'xlsx' })).code, 'file.wrong-type')
  assert.equal((await faultOf(endless('a,a\n', lines), csv)).code, 'column.doubled')
  assert.equal(closed, 4)
})

test('a file larger than memory streams through in bounded memory', async () => {
  // A process of its own with a heap far smaller than the file: were rows held, it would end by running out of memory.
  const reader = new URL('./read-records.ts', import.meta.url).href
  const formats = new URL('./format.ts', import.meta.url).href
  const program = `
    import { readRecords } from ${JSON.stringify(reader)}
    import { CsvFormat } from ${JSON.stringify(formats)}
    const line = 'Trung tâm Phục vụ hành chính công,'.repeat(7) + 'x\\n'
    const chunk = Buffer.from(line.repeat(1000))
    async function* generated() {
      yield Buffer.from('a,b,c,d,e,f,g,h\\n')
      for (let sent = 0; sent < 1000; sent++) yield chunk
    }
    let rows = 0
    let mostRows = 0
    let most = 0
    for await (const batch of readRecords(generated(), CsvFormat.parse({ kind: 'csv' }))) {
      rows += batch.rows.length
      mostRows = Math.max(mostRows, batch.rows.length)
      most = Math.max(most, process.memoryUsage().rss)
    }
    console.log(JSON.stringify({ rows, mostRows, sentMb: chunk.length / 1000, mostMb: most / 1000000 }))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=64',
    '--import',
    'tsx',
    '--input-type=module',
    '-e',
    program,
  ])
  const { rows, mostRows, sentMb, mostMb } = JSON.parse(stdout)
  assert.equal(rows, 1_000_000)
  assert.ok(mostRows <= 5000)
  assert.ok(sentMb > mostMb, `the file of ${sentMb} MB is larger than the memory of ${mostMb} MB`)
  assert.ok(mostMb < 280, `${mostMb} MB`)
})
