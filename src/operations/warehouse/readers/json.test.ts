import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { bytesOf, faultOf, readAll } from './testing.ts'

const json = { kind: 'json' } as const
const jsonl = { kind: 'jsonl' } as const

const cut = (bytes: Buffer, size: number) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, at * size + size))

test('elements of an array come out as objects with their ordinal and their bytes', async () => {
  const bytes = Buffer.from('\ufeff[ {"tên": "Hòa", "n": [1, {"x": "]},\\"{"}]} ,\n{"b":null}\n]')
  const { trees, faults } = await readAll(bytesOf(...cut(bytes, 3)), json)
  assert.deepEqual(
    trees.map((row) => row.values),
    [{ tên: 'Hòa', n: [1, { x: ']},"{' }] }, { b: null }],
  )
  assert.deepEqual(
    trees.map((row) => row.line),
    [1, 2],
  )
  assert.equal(
    bytes
      .subarray(trees[1]?.offset, (trees[1]?.offset ?? 0) + (trees[1]?.length ?? 0))
      .toString()
      .trim(),
    '{"b":null}',
  )
  assert.equal(faults.length, 0)
})

test('any array of objects comes back whole, wherever it lies and however it is cut', async () => {
  const objects = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 3 })), {
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(objects, fc.integer({ min: 1, max: 50 }), fc.boolean(), async (rows, size, pretty) => {
      const document = { trước: [[{ đích: 1 }]], 'a"b': { x: 1, đích: rows, y: [2] }, sau: {} }
      const bytes = Buffer.from(JSON.stringify(document, null, pretty ? 2 : 0))
      const { trees, faults } = await readAll(bytesOf(...cut(bytes, size)), { ...json, path: ['a"b', 'đích'] })
      const unfit = rows.filter((row) => /\0|[\ud800-\udfff]/u.test(plain(row)))
      const expected = rows.filter((row) => !unfit.includes(row))
      assert.equal(faults.length, unfit.length)
      assert.deepEqual(
        trees.map((row) => row.values),
        composed(expected),
      )
    }),
    { numRuns: 300 },
  )
})

const plain = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'object' && value !== null
      ? Object.entries(value)
          .flatMap(([name, member]) => [name, plain(member)])
          .join('')
      : ''
const composed = (value: unknown): unknown => JSON.parse(JSON.stringify(value).normalize('NFC'))

test('a path leads through objects and positions of arrays', async () => {
  const file = '{"value":{"series":[{"values":[{"v":0}]},{"values":[{"v":1},{"v":2}]}]}}'
  const { trees } = await readAll(bytesOf(file), { ...json, path: ['value', 'series', 1, 'values'] })
  assert.deepEqual(
    trees.map((row) => row.values),
    [{ v: 1 }, { v: 2 }],
  )
})

test('a faulty element is set aside and the next ones are read', async () => {
  const { trees, faults } = await readAll(bytesOf('[{"a":1},{"a":01},[1],5,{"a":"\\u0000"},{"a":2}]'), json)
  assert.deepEqual(
    trees.map((row) => [row.line, row.values]),
    [
      [1, { a: 1 }],
      [6, { a: 2 }],
    ],
  )
  assert.deepEqual(
    faults.map(({ line, raw, code }) => [line, raw, code]),
    [
      [2, '{"a":01}', 'row.json'],
      [3, '[1]', 'row.not-an-object'],
      [4, '5', 'row.not-an-object'],
      [5, '{"a":"\\u0000"}', 'row.control-character'],
    ],
  )
})

test('a name that stands twice in one object sets the record aside: no value is lost without a word', async () => {
  const lines = [
    '{"a":1,"a":2}',
    '{"b":{"c":1,"c" :1}}',
    '[{"d":1}]',
    '{"e":"\\":","f":{"e":":"},"g":[{"e":1},{"e":2}]}',
    '{"h\u1ebf":1,"he\u0302\u0301":2}',
    '{"n":12345678901234567890,"n":1}',
  ]
  const { trees, faults } = await readAll(bytesOf(`[${lines.join(',')}]`), json)
  assert.deepEqual(
    trees.map(({ line }) => line),
    [4],
  )
  assert.deepEqual(
    faults.map(({ line, code }) => [line, code]),
    [
      [1, 'row.doubled-name'],
      [2, 'row.doubled-name'],
      [3, 'row.not-an-object'],
      [5, 'row.doubled-name'],
      [6, 'row.doubled-name'],
    ],
  )
})

test('a file that is no array, holds none at the path, is torn or does not close its brackets is refused', async () => {
  const cases: [string, readonly (string | number)[], string][] = [
    ['{"a":1}', [], 'json.not-an-array'],
    ['mã,tên\n', [], 'json.not-an-array'],
    ['{"a":{"b":[]}}', ['a'], 'json.not-an-array'],
    ['{"a":7}', ['a'], 'json.not-an-array'],
    ['{"a":{"b":[]}}', ['a', 'c'], 'json.path-not-found'],
    ['[{"a":1},{"b":', [], 'json.cut'],
    ['[{"a":1},{"b":"x', [], 'json.cut'],
    ['{"x":{"a":[', ['a'], 'json.cut'],
    ['[{"a":1,{"b":2}]', [], 'json.broken'],
    ['[{"a":[1}]', [], 'json.broken'],
    [`[${'['.repeat(500)}`, [], 'nesting.too-deep'],
    [`{"x":${'{"x":'.repeat(500)}`, ['a'], 'nesting.too-deep'],
  ]
  for (const [file, path, code] of cases) {
    assert.equal((await faultOf(bytesOf(file), { ...json, path: [...path] })).code, code, file.slice(0, 40))
  }
})

test('an element or a line over the limit is told once and not kept', async () => {
  const long = `{"a":"${'x'.repeat(300_000)}"}`
  const inArray = await readAll(bytesOf(...cut(Buffer.from(`[${long},{"b":1}]`), 10_000)), json, { rowBytes: 100_000 })
  assert.deepEqual(
    inArray.faults.map(({ line, code, raw }) => [line, code, raw.length]),
    [[1, 'row.too-long', 20_000]],
  )
  assert.deepEqual(
    inArray.trees.map((row) => row.values),
    [{ b: 1 }],
  )
  const inLines = await readAll(bytesOf(...cut(Buffer.from(`${long}\n{"b":1}\n`), 10_000)), jsonl, {
    rowBytes: 100_000,
  })
  assert.deepEqual(
    inLines.faults.map(({ line, code }) => [line, code]),
    [[1, 'row.too-long']],
  )
  assert.deepEqual(
    inLines.trees.map((row) => [row.line, row.values]),
    [[2, { b: 1 }]],
  )
})

test('lines of JSON are read one by one with their physical line and bytes', async () => {
  const bytes = Buffer.from('{"tên":"Ưu"}\r\n\n{"n":1\n{"n":2}\n"x"\n{"đ":"e\u0301"}')
  const { trees, faults } = await readAll(bytesOf(...cut(bytes, 5)), jsonl)
  assert.deepEqual(
    trees.map((row) => [row.line, row.values]),
    [
      [1, { tên: 'Ưu' }],
      [4, { n: 2 }],
      [6, { đ: 'é' }],
    ],
  )
  assert.deepEqual(
    faults.map(({ line, code }) => [line, code]),
    [
      [3, 'row.json'],
      [5, 'row.not-an-object'],
    ],
  )
  const shown = trees.map((row) =>
    bytes
      .subarray(row.offset, (row.offset ?? 0) + (row.length ?? 0))
      .toString()
      .trim(),
  )
  assert.deepEqual(shown, ['{"tên":"Ưu"}', '{"n":2}', '{"đ":"e\u0301"}'])
})

test('gzip, UTF-16 and names such as __proto__ do no harm', async () => {
  const line = '{"__proto__":{"x":1},"tên":"Đà\\u0300"}\n'
  for (const bytes of [gzipSync(line), Buffer.from(`\ufeff${line}`, 'utf16le')]) {
    const { trees } = await readAll(bytesOf(bytes), jsonl)
    assert.deepEqual(Object.keys(trees[0]?.values ?? {}), ['__proto__', 'tên'])
    assert.equal(Reflect.get({}, 'x'), undefined)
  }
})

test('lines nested too deep are faulty, a document that is not lines is refused', async () => {
  const deep = `{"a":${'['.repeat(100)}${']'.repeat(100)}}`
  const { faults } = await readAll(bytesOf(`${deep}\n{"b":"{{{{"}\n`), jsonl)
  assert.deepEqual(
    faults.map(({ line, code }) => [line, code]),
    [[1, 'row.too-deep']],
  )
  assert.equal((await faultOf(bytesOf('[\n{"a":1}\n]'), jsonl)).code, 'file.wrong-type')
})

test('an old encoding nobody declared is refused for lines and arrays alike', async () => {
  const row = Buffer.concat([Buffer.from('{"a":"'), Buffer.from('4b68b86e682048df61', 'hex'), Buffer.from('"}')])
  assert.equal((await faultOf(bytesOf(row), jsonl)).code, 'encoding.unknown')
  assert.equal((await faultOf(bytesOf('[', row, ']'), json)).code, 'encoding.unknown')
  const declared = await readAll(bytesOf(row), { ...jsonl, encoding: 'tcvn3' })
  assert.deepEqual(declared.trees[0]?.values, { a: 'Khánh Hòa' })
})

test('numbers that a double cannot hold keep their digits, and only those', async () => {
  const long =
    '{"id":12345678901234567890,"sum":-0.1234567890123456789,"far":1e400,"in":["12345678901234567890",12345678901234567891]}'
  const short = '{"a":1.5000000000000000000,"b":0.30000000000000004,"c":1e-7,"d":"x 1e999 12345678901234567890"}'
  const { trees, faults } = await readAll(bytesOf(`${long}\n${short}\n{"a":1234567890123456.7.8}\n`), jsonl)
  assert.deepEqual(
    trees.map((row) => row.values),
    [
      {
        id: '12345678901234567890',
        sum: '-0.1234567890123456789',
        far: '1e400',
        in: ['12345678901234567890', '12345678901234567891'],
      },
      { a: 1.5, b: 0.30000000000000004, c: 1e-7, d: 'x 1e999 12345678901234567890' },
    ],
  )
  assert.deepEqual(
    faults.map(({ line, code }) => [line, code]),
    [[3, 'row.json']],
  )
})
