import type { Bytes } from './bytes.ts'
import { readCsv } from './csv.ts'
import { type Batch, defaultLimits, type Format, type Limits } from './format.ts'
import { readJson } from './json.ts'
import { readJsonLines } from './json-lines.ts'
import { readXes } from './xes.ts'
import { readXlsx } from './xlsx.ts'

/**
 * Streams the records of a file in batches. Rows that cannot be read come out as faulty rows; a file that cannot be
 * read throws a `FileFault`, after which what came before must not be kept.
 */
export function readRecords(input: Bytes, format: Format, limits: Limits = defaultLimits): AsyncIterable<Batch> {
  switch (format.kind) {
    case 'csv':
      return readCsv(input, format, limits)
    case 'json':
      return readJson(input, format, limits)
    case 'jsonl':
      return readJsonLines(input, format, limits)
    case 'xes':
      return readXes(input, limits)
    case 'xlsx':
      return readXlsx(input, format, limits)
  }
}
