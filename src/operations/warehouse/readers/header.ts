import { FileFault } from './faults.ts'
import type { ExpectedColumns } from './format.ts'

/** The name of a column without one: its position, as in "#3". */
const unnamedColumn = (index: number): string => `#${index + 1}`

/** One spelling for a column name: NFC, one space between words, none around. */
export const tidyName = (name: string): string => name.normalize('NFC').replace(/\s+/g, ' ').trim()

/** Column names of a header row, checked against what the contract counts on. */
export function readHeader(cells: readonly string[], expect: ExpectedColumns | undefined, limit: number): string[] {
  if (cells.length > limit) throw new FileFault('column.too-many', { limit })
  const names = cells.map((cell, index) => tidyName(cell) || unnamedColumn(index))
  const doubled = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
  if (doubled.length > 0) throw new FileFault('column.doubled', { names: doubled })
  if (!expect) return names
  const required = expect.required.map(tidyName)
  const missing = required.filter((name) => !names.includes(name))
  if (missing.length > 0) throw new FileFault('column.missing', { names: missing, present: names })
  if (expect.others === 'refuse') {
    const known = new Set([...required, ...expect.optional.map(tidyName)])
    const unknown = names.filter((name) => !known.has(name))
    if (unknown.length > 0) throw new FileFault('column.unknown', { names: unknown })
  }
  return names
}
