import { createHash, hash } from 'node:crypto'
import type { Contract } from '../model.ts'
import { describeFault } from '../readers/faults.ts'
import { type Cell, type CellType, Fault, showValue } from './cell.ts'
import { columnGetter, expressionGetter, type Getter, type Scene, type Workbench } from './fields.ts'
import { RepeatCounter } from './repeats.ts'

// What names a record within its source, what orders its versions, and what tells whether two of them say the same.

const one = hash as typeof hash | undefined

export const sha256Hex = (text: string): string =>
  one ? one('sha256', text, 'hex') : createHash('sha256').update(text).digest('hex')

/** An index of the database holds no longer names. */
export const mostKeyBytes = 2000
export const mostNameBytes = 1000

/** True when the text takes more bytes than a name may. */
export const isLongerThan = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text) > bytes

export const tooLong = (field: string, value: string, limit: number): Fault =>
  new Fault(field, value.slice(0, 200), 'value.too-long', describeFault('value.too-long', { limit }))

/** The record's key as one text: its parts between bars, a bar within a part escaped. */
export function compileKey(bench: Workbench): (scene: Scene) => string | Fault {
  const [named] = bench.contract.key
  const field = typeof named === 'string' ? named : ''
  const plainKey = compilePlainKey(bench)
  const plain = (scene: Scene) => {
    const key = plainKey(scene)
    return typeof key === 'string' && isLongerThan(key, mostKeyBytes) ? tooLong(field, key, mostKeyBytes) : key
  }
  if (!countsRepeats(bench.contract)) return plain
  const repeats = new RepeatCounter()
  return (scene) => {
    const key = plain(scene)
    if (key instanceof Fault) return key
    const nth = repeats.count(key)
    return nth === 1 ? key : `${key}|#${nth}`
  }
}

/** True when the key depends on the rows before: a resumed import then maps again what it skips. */
export const countsRepeats = (contract: Contract): boolean => contract.key.includes('$nth')

function compilePlainKey(bench: Workbench): (scene: Scene) => string | Fault {
  const named = bench.contract.key.filter((part) => part !== '$nth')
  if (named.length === 0) throw new RangeError('Khóa cần ít nhất một cột ngoài $nth.')
  const optional = countsRepeats(bench.contract)
  const parts = named.map((part) => ({
    name: typeof part === 'string' ? part : part.cel,
    getter: typeof part === 'string' ? columnGetter(part, bench) : expressionGetter(part.cel, bench, 'key'),
  }))
  const read = ({ name, getter }: { name: string; getter: Getter }, scene: Scene): string | Fault => {
    const cell = getter.get(scene)
    if (cell instanceof Fault) return cell
    const text = keyText(cell, getter.type)
    // Where repeats are counted the parts only tell rows apart, and may be empty; the first names the case.
    return text === '' && !(optional && name !== parts[0]?.name)
      ? new Fault(name, '', 'key', `Thiếu “${name}” là khóa của bản ghi. Hãy bổ sung giá trị.`)
      : text
  }
  const [only] = parts
  if (only && parts.length === 1) return (scene) => read(only, scene)
  return (scene) => {
    let key = ''
    for (const part of parts) {
      const text = read(part, scene)
      if (text instanceof Fault) return text
      key += `${part === only ? '' : '|'}${text.includes('|') ? text.replaceAll('|', '\\|') : text}`
    }
    return key
  }
}

function keyText(cell: Cell, type: CellType | 'any'): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return new Date(cell).toISOString()
  if (type === 'integer' && typeof cell === 'string') return cell.replace(/^\+/, '').replace(/^(-?)0+(?=\d)/, '$1')
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
}

/** Sortable text of a version: later versions compare greater, byte by byte. */
export function compileOrder(bench: Workbench): ((scene: Scene) => string | null | Fault) | undefined {
  const { versionBy } = bench.contract
  if (!versionBy) return undefined
  const { type, get } = columnGetter(versionBy, bench)
  return (scene) => {
    const cell = get(scene)
    if (cell === null || cell instanceof Fault) return cell
    if (typeof cell === 'number') return new Date(cell).toISOString()
    return type === 'integer' || type === 'decimal' ? sortableNumber(String(cell)) : String(cell)
  }
}

/** `-12.5` and `3` as texts that sort as the numbers do. */
export function sortableNumber(text: string): string {
  const number = Number(text)
  const plain = /e/i.test(text) ? number.toFixed(10) : text.replace(/^\+/, '')
  const negative = plain.startsWith('-') && number !== 0
  const [whole = '', fraction = ''] = plain.replace(/^-/, '').split('.')
  const digits = whole.replace(/^0+/, '').padStart(30, '0') + fraction.replace(/0+$/, '').padEnd(12, '0')
  if (!negative) return `1${digits}`
  return `0${digits.replace(/\d/g, (digit) => String(9 - Number(digit)))}`
}

/**
 * The input values of a row as one text, whatever the order of the columns: a record says the same whether it comes as a line of a table
 * or as an object.
 */
export function compileDigest(
  names: readonly string[],
  withFile: boolean,
): (values: readonly unknown[], file: string) => string {
  const order = names.map((_, at) => at).sort((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1))
  const sorted = order.map((at) => names[at])
  // An empty cell says the same as a column that is not there.
  return (values, file) => {
    let text = withFile ? file : ''
    for (let i = 0; i < order.length; i += 1) {
      const value = values[order[i] as number]
      const shown = typeof value === 'object' && value !== null ? sortedJson(value) : showValue(value)
      if (shown !== '') text += `\u001f${sorted[i]}\u001e${shown}`
    }
    return sha256Hex(text)
  }
}

/** JSON with the keys of every object in order, so that equal trees have equal texts. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  if (value instanceof Date) return JSON.stringify(value)
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined && member !== null && member !== '')
      .sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${sortedJson(member)}`).join(',')}}`
  }
  return JSON.stringify(typeof value === 'string' ? value.trim() : value) ?? 'null'
}

/** True when the file's name is part of what a record says: the contract reads it. */
export const readsFileName = (contract: Contract): boolean =>
  /\$file|\b_file\b/.test(JSON.stringify([contract.key, contract.map, contract.checks]))
