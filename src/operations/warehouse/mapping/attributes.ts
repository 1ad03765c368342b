import type { Contract } from '../model.ts'
import type { Value } from '../readers/format.ts'
import type { Cell } from './cell.ts'
import type { CompiledColumn } from './columns.ts'
import type { Attributes } from './rows.ts'

// Attributes: what a record says beyond the fields of its kind, as JSON beside them. In event logs those named `case:…` are
// attributes of the case and stand apart.

const casePrefix = 'case:'

/** Which columns stand in the attributes of a record. */
export function attributeColumns(contract: Contract, columns: readonly CompiledColumn[]): number[] {
  const taken = new Set<string>()
  for (const source of Object.values(contract.map)) if ('column' in source) taken.add(source.column)
  const unpivoted = new Set(contract.unpivot?.columns)
  const chosen = contract.attributes === 'rest' ? undefined : new Set(contract.attributes)
  return columns.flatMap(({ name }, at) => {
    const keep = chosen ? chosen.has(name) : !taken.has(name) && !unpivoted.has(name)
    return keep ? [at] : []
  })
}

export type AttributeMaker = (cells: readonly Cell[], others: Iterable<readonly [string, Value | object]>) => Attributes

export function compileAttributes(contract: Contract, columns: readonly CompiledColumn[]): AttributeMaker {
  const ofCases = contract.kind === 'case-event'
  const kept = attributeColumns(contract, columns).map((at) => {
    const column = columns[at] as CompiledColumn
    const ofCase = ofCases && column.name.startsWith(casePrefix)
    const name = ofCase ? column.name.slice(casePrefix.length) : column.name
    return { at, ofCase, head: `${JSON.stringify(name)}:`, type: column.type }
  })
  return (cells, others) => {
    let own = ''
    let ofCase = ''
    for (const item of kept) {
      const cell = cells[item.at]
      if (cell === null || cell === undefined) continue
      const member = item.head + literal(cell, item.type)
      if (item.ofCase) ofCase += ofCase === '' ? member : `,${member}`
      else own += own === '' ? member : `,${member}`
    }
    for (const [name, value] of others) {
      if (value === null || value === undefined || value === '') continue
      const belongsToCase = ofCases && name.startsWith(casePrefix)
      const member = `${JSON.stringify(belongsToCase ? name.slice(casePrefix.length) : name)}:${storable(value)}`
      if (belongsToCase) ofCase += ofCase === '' ? member : `,${member}`
      else own += own === '' ? member : `,${member}`
    }
    return { own: own === '' ? null : `{${own}}`, ofCase: ofCase === '' ? null : `{${ofCase}}` }
  }
}

function literal(cell: Cell, type: CompiledColumn['type']): string {
  if (typeof cell === 'number') return `"${new Date(cell).toISOString()}"`
  if ((type === 'integer' || type === 'decimal') && typeof cell === 'string') return plainNumber(cell)
  return storable(cell)
}

/** The database knows no NUL in JSON; the readers refuse it in text, trees may still hold one escaped. */
const storable = (value: unknown): string => (JSON.stringify(value) ?? 'null').replaceAll('\\u0000', '\\ufffd')

/** `007`, `+5`, `.5` and `5.` as JSON writes numbers. */
function plainNumber(text: string): string {
  if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(text)) return text
  const trimmed = text
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.')
    .replace(/\.(?=$|e)/i, '')
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(trimmed) ? trimmed : JSON.stringify(text)
}
