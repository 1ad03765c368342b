/**
 * A list of a hundred thousand rows and ten columns as CSV and XLSX, streamed. Floor of the same run: exceljs's streaming writer.
 *
 *   node --import tsx bench/export.ts [rows]
 */
import { performance } from 'node:perf_hooks'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import ExcelJS from 'exceljs'
import { type TableFormat, tableFile } from '#platform/table-file'

const count = Number(process.argv[2] ?? 100_000)
const titles = Array.from({ length: 10 }, (_, column) => `Cột ${column + 1}`)

function* rows() {
  for (let row = 0; row < count; row += 1)
    yield [
      `H32.22366-261102-${row}`,
      'one-stop-dossiers',
      row,
      'H32.22366',
      'Ủy ban nhân dân phường Nha Trang',
      'Phường Nha Trang',
      `MH.HOTICH.${row % 20}`,
      'Trực tuyến',
      '10:05 22/11/2026',
      row * 1000,
    ]
}

class Sink extends Writable {
  size = 0
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.size += chunk.length
    done()
  }
}

async function measure(label: string, work: (sink: Sink) => Promise<unknown>): Promise<void> {
  const sink = new Sink()
  const begun = performance.now()
  await work(sink)
  const seconds = (performance.now() - begun) / 1000
  const mebibytes = (bytes: number) => (bytes / 1024 ** 2).toFixed(1)
  // The highest so far: what is measured later holds what was measured before.
  const most = process.resourceUsage().maxRSS * 1024
  console.log(
    `${label.padEnd(24)} ${seconds.toFixed(2)} s   ${mebibytes(sink.size)} MiB   peak memory ${mebibytes(most)} MiB`,
  )
}

async function write(format: TableFormat, sink: Sink): Promise<void> {
  const reply = tableFile(format, { name: 'bench', titles, rows: rows() })
  if (reply.kind !== 'file' || typeof reply.bytes === 'string' || Buffer.isBuffer(reply.bytes))
    throw new Error('no stream')
  await pipeline(reply.bytes, sink)
}

async function writeWithExcelJs(sink: Sink): Promise<void> {
  const book = new ExcelJS.stream.xlsx.WorkbookWriter({ stream: sink })
  const sheet = book.addWorksheet('Danh sách')
  sheet.addRow(titles).commit()
  for (const row of rows()) sheet.addRow(row).commit()
  await book.commit()
}

await measure(`csv, ${count.toLocaleString('en')} rows`, (sink) => write('csv', sink))
await measure(`xlsx, ${count.toLocaleString('en')} rows`, (sink) => write('xlsx', sink))
await measure('peer: exceljs streaming', writeWithExcelJs)
