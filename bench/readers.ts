import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse'
import ExcelJS from 'exceljs'
import { type Batch, Format } from '../src/operations/warehouse/readers/format.ts'
import { parseInstant } from '../src/operations/warehouse/readers/instant.ts'
import { readRecords } from '../src/operations/warehouse/readers/read-records.ts'

// Rows a second of the file readers on generated input, beside csv-parse on the same bytes: `npx tsx bench/readers.ts`.

const rowCount = Number(process.argv[2] ?? 200_000)

function* caseRows(quoted: boolean, accented: boolean): Generator<string> {
  const cell = (text: string) => (quoted ? `"${text}"` : text)
  const agency = accented ? 'Trung tâm Phục vụ hành chính công xã Vĩnh Hải' : 'General'
  const names = Array.from({ length: 15 }, (_, index) => `column${index + 1}`)
  yield `${names.map(cell).join(',')}\n`
  for (let row = 0; row < rowCount; row++) {
    const cells = [
      'Internet',
      `case-${row >> 3}`,
      '2011-12-06 13:41:31.788000+01:00',
      agency,
      '',
      '2011-12-06 13:41:31.788000+01:00',
      `Group ${row % 9}`,
      `Resource${row % 48}`,
      '2011-10-11 13:42:22.688000+02:00',
      `task-${row}`,
      'Confirmation of receipt',
      'complete',
      `Group ${row % 10}`,
      `Resource${row % 47}`,
      `2011-10-11 13:45:${String(row % 60).padStart(2, '0')}.276000+02:00`,
    ]
    yield `${cells.map(cell).join(',')}\n`
  }
}

function split(whole: Buffer): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0; at < whole.length; at += 65_536) chunks.push(whole.subarray(at, at + 65_536))
  return chunks
}

const generate = (rows: Iterable<string>): Buffer[] => split(Buffer.from([...rows].join('')))

async function* stream<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  yield* items
}

// By the clock, and by the processor for a machine that others use too.
async function time(name: string, count: () => Promise<number>): Promise<void> {
  const from = performance.now()
  const cpuFrom = process.cpuUsage()
  const rows = await count()
  const { user, system } = process.cpuUsage(cpuFrom)
  const rate = (seconds: number) =>
    Math.round(rows / seconds)
      .toLocaleString('en')
      .padStart(10)
  const clock = rate((performance.now() - from) / 1000)
  console.log(`${name.padEnd(36)} ${clock} rows/s  ${rate((user + system) / 1e6)} rows/s of processor`)
}

async function countRows(batches: AsyncIterable<Batch>): Promise<number> {
  let rows = 0
  for await (const batch of batches) rows += batch.rows.length
  return rows
}

const read = (chunks: Buffer[], kind: Format['kind']) => countRows(readRecords(stream(chunks), Format.parse({ kind })))

for (const [name, quoted, accented] of [
  ['csv, plain', false, false],
  ['csv, Vietnamese', false, true],
  ['csv, every cell quoted', true, false],
] as const) {
  const chunks = generate(caseRows(quoted, accented))
  await time(name, () => read(chunks, 'csv'))
  await time(`${name}: csv-parse`, async () => {
    let rows = -1
    for await (const _ of Readable.from(chunks).pipe(parse())) rows++
    return rows
  })
  if (!quoted) await time(`${name}, gzip`, () => read(split(gzipSync(Buffer.concat(chunks))), 'csv'))
}

function* treeLines(): Generator<string> {
  for (let row = 0; row < rowCount; row++) {
    yield `${JSON.stringify({ id: `case-${row}`, at: '2011-12-06T13:41:31+01:00', agency: 'Sở Tài chính', parts: [row, row + 1] })}\n`
  }
}

function* traces(): Generator<string> {
  yield '<?xml version="1.0" encoding="UTF-8"?><log xes.version="1.0">'
  for (let row = 0; row < rowCount; row += 5) {
    yield `<trace><string key="concept:name" value="case-${row}"/>`
    for (let event = 0; event < 5; event++) {
      yield `<event><string key="concept:name" value="Tiếp nhận"/><date key="time:timestamp" value="2011-12-06T13:41:31+01:00"/><string key="org:resource" value="R${event}"/></event>`
    }
    yield '</trace>'
  }
  yield '</log>'
}

await time('json lines', () => read(generate(treeLines()), 'jsonl'))
const elements = [...treeLines()].join(',')
await time('json array', () => read(generate(['[', elements, ']']), 'json'))
await time('xes events', () => read(generate(traces()), 'xes'))

const book = new ExcelJS.Workbook()
const sheet = book.addWorksheet('A')
for (let row = 0; row <= rowCount / 10; row++)
  sheet.addRow(Array.from({ length: 15 }, (_, cell) => (row === 0 || cell < 8 ? `ô ${row}-${cell}` : row * cell)))
const workbook = split(Buffer.from(await book.xlsx.writeBuffer()))
await time('xlsx', () => read(workbook, 'xlsx'))

const stamps = Array.from({ length: 1_000_000 }, (_, second) =>
  new Date(Date.UTC(2011, 0, 1) + second * 31_000).toISOString(),
)
for (const [name, cut] of [
  ['instants with offset', 24],
  ['instants in a time zone', 19],
] as const) {
  const texts = stamps.map((stamp) => stamp.slice(0, cut).replace('T', ' '))
  await time(
    name,
    async () => texts.filter((text) => typeof parseInstant(text, { timeZone: 'America/New_York' }) === 'number').length,
  )
}
