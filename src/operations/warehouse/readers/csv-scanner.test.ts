import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { CsvScanner } from './csv-scanner.ts'

type Told = { rows: string[][]; faults: { code: string; text: string; line: number }[]; lines: number[] }

function scanAll(pieces: readonly string[], delimiter = ','): Told {
  const told: Told = { rows: [], faults: [], lines: [] }
  const scanner = new CsvScanner({ delimiter, quote: '"', lineEnd: '\n', rowLength: 10_000 })
  let text = ''
  const scan = (final: boolean) => {
    const scanned = text
    const consumed = scanner.scan(scanned, final, {
      row: (values, _start, _end, line) => {
        told.rows.push(values)
        told.lines.push(line)
      },
      fault: (code, _facts, start, end, line) => told.faults.push({ code, text: scanned.slice(start, end), line }),
    })
    text = scanned.slice(consumed)
  }
  for (const piece of pieces) {
    text += piece
    scan(false)
  }
  scan(true)
  return told
}

// csv-parse refuses the whole of a broken text; where it does, ours must find a fault, and nowhere else.
function parseByOther(text: string): string[][] | undefined {
  try {
    return parse(text, { relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] })
  } catch {
    // The error is the answer: the text is not sound.
    return undefined
  }
}

const anyText = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n', ';', ' '), maxLength: 40 })

test('random text is read as csv-parse reads it, and is faulty exactly where csv-parse refuses', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const other = parseByOther(text)
      const ours = scanAll([text])
      assert.equal(ours.faults.length === 0, other !== undefined, 'both find a fault or neither does')
      if (other) assert.deepEqual(ours.rows, other)
    }),
    { numRuns: 20_000 },
  )
})

const cell = fc.string({ unit: fc.constantFrom('x', 'ă', '"', ',', '\n', '\r\n', ' ', '7'), maxLength: 8 })
const write = (value: string, quoteAll: boolean) =>
  quoteAll || /[",\n\r]/.test(value) || value === '' ? `"${value.replaceAll('"', '""')}"` : value

test('whatever is written by the rules comes back, cut into pieces anywhere', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
      fc.boolean(),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.nat(200), { maxLength: 5 }),
      (rows, quoteAll, lineEnd, cuts) => {
        const text = rows.map((row) => row.map((value) => write(value, quoteAll)).join(',')).join(lineEnd)
        const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        assert.deepEqual(scanAll(pieces).rows, rows)
      },
    ),
    { numRuns: 5_000 },
  )
})

test('the same text gives the same rows and faults however it is cut', () => {
  fc.assert(
    fc.property(anyText, fc.nat(40), (text, cut) => {
      assert.deepEqual(scanAll([text.slice(0, cut), text.slice(cut)]), scanAll([text]))
    }),
    { numRuns: 10_000 },
  )
})

test('a quote that is never closed costs its own line and no other', () => {
  const told = scanAll(['a,b\n1,"x\n2,y\n3,"z"\n4,w\n'])
  assert.deepEqual(told.rows, [
    ['a', 'b'],
    ['2', 'y'],
    ['3', 'z'],
    ['4', 'w'],
  ])
  assert.deepEqual(told.faults, [{ code: 'row.quote-unclosed', text: '1,"x', line: 2 }])
  assert.deepEqual(told.lines, [1, 3, 4, 5])
})

test('a quote out of place costs its own line and no other', () => {
  const told = scanAll(['a,b\r\n1,"x"y\r\n2,x"y\r\n3,z\r\n'])
  assert.deepEqual(told.rows, [
    ['a', 'b'],
    ['3', 'z'],
  ])
  assert.deepEqual(
    told.faults.map(({ code, line }) => [code, line]),
    [
      ['row.quote-misplaced', 2],
      ['row.quote-misplaced', 3],
    ],
  )
})

test('rows that span lines keep the count of physical lines right', () => {
  const told = scanAll(['a\n"1\n2\n3"\n4\n\n5'])
  assert.deepEqual(told.lines, [1, 2, 5, 7])
})

test('a line over the limit is told once and skipped to its end', () => {
  const long = 'x'.repeat(30_000)
  const told = scanAll(['a,b\n', long.slice(0, 15_000), long.slice(15_000), '\n1,2\n'])
  assert.deepEqual(told.rows, [
    ['a', 'b'],
    ['1', '2'],
  ])
  assert.deepEqual(
    told.faults.map(({ code, line }) => [code, line]),
    [['row.too-long', 2]],
  )
})
