import type { Bytes } from '../readers/bytes.ts'
import { defaultLimits } from '../readers/format.ts'
import { readRecords } from '../readers/read-records.ts'
import { sniff } from '../readers/sniff.ts'

/** The cells of a CSV or XLSX file as texts, at most so many rows. @throws FileFault for a file that is no table */
export async function readTableTexts(bytes: Bytes, mostRows: number): Promise<{ columns: string[]; rows: string[][] }> {
  const pieces: Uint8Array[] = []
  for await (const piece of bytes) pieces.push(piece)
  const whole = async function* () {
    yield* pieces
  }
  const { format } = await sniff(whole())
  let columns: readonly string[] = []
  const rows: string[][] = []
  for await (const batch of readRecords(whole(), format, { ...defaultLimits, batchRows: 1000 })) {
    if (batch.shape !== 'table') break
    columns = batch.columns
    for (const { values } of batch.rows) {
      if (rows.length >= mostRows) return { columns: [...columns], rows }
      rows.push(values.map((value) => (value === null || value === undefined ? '' : String(value))))
    }
  }
  return { columns: [...columns], rows }
}
