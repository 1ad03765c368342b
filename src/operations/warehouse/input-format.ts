import type { Contract } from './model.ts'
import { Format, type Limits, Limits as LimitsSchema } from './readers/format.ts'

/** How the readers are to read the files of a contract. */
export function formatOf(contract: Contract): Format {
  const { type, encoding, delimiter, skipLines, header, sheet, path } = contract.format
  const names = contract.columns.map((column) => column.name)
  const expect = {
    required: contract.columns.filter((column) => column.mustExist).map((column) => column.name),
    optional: contract.columns.filter((column) => !column.mustExist).map((column) => column.name),
    others: contract.otherColumns === 'refuse' ? 'refuse' : 'ignore',
  }
  const head = header ? { header: 1, expect } : { header: 'none', columns: names }
  switch (type) {
    case 'csv':
      return Format.parse({ kind: 'csv', encoding, delimiter, skipLines, ...head })
    case 'xlsx':
      return Format.parse({ kind: 'xlsx', sheet, ...head, header: header ? skipLines + 1 : 'none' })
    case 'json':
      return Format.parse({ kind: 'json', encoding, path: path ? path.split('.') : [] })
    case 'jsonl':
      return Format.parse({ kind: 'jsonl', encoding })
    case 'xes':
      return Format.parse({ kind: 'xes' })
  }
}

/** The contract as this arrival is to be read. */
export function contractFor(contract: Contract, format: 'json' | 'jsonl' | null): Contract {
  if (!format) return contract
  return { ...contract, format: { ...contract.format, type: format, encoding: 'utf-8', path: undefined } }
}

export const limitsOf = (maxFileBytes: number): Limits => LimitsSchema.parse({ compressedBytes: maxFileBytes })

/** The name of a file without folders and endings: what `$file` stands for. */
export function fileStem(name: string | null): string {
  const last = (name ?? '').split(/[\\/]/).at(-1) ?? ''
  return last.replace(/\.gz$/i, '').replace(/\.(csv|tsv|txt|xlsx|json|jsonl|ndjson|xes|xml)$/i, '')
}
