import type { Column } from '../model.ts'
import type { Value } from '../readers/format.ts'
import { type Cell, type CellType, Fault } from './cell.ts'
import { type Parse, parserOf } from './cells.ts'
import type { Knowledge } from './mapped.ts'

export interface CompiledColumn {
  name: string
  variable: string
  type: CellType
  read(value: Value | object): Cell | Fault
}

/** The name of a column in expressions: its letters, digits and underscores. */
export function variableOf(column: Pick<Column, 'name' | 'as'>): string {
  if (column.as) return column.as
  const plain = column.name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .replace(/[^A-Za-z0-9_]+/g, '_')
  return /^[A-Za-z_]/.test(plain) ? plain : `_${plain}`
}

export function compileColumn(
  column: Column,
  place: { timeZone: string; knowledge: Knowledge; lists: Lists; typedDates: boolean },
): CompiledColumn {
  const parse =
    column.type === 'instant' || column.type === 'date' ? remembering(parserOf(column, place)) : parserOf(column, place)
  const judges = judgesOf(column, place)
  const nulls = new Set(column.nulls)
  const { name, required, type } = column
  const read = (value: Value | object): Cell | Fault => {
    if (value === null || value === undefined) return absent()
    const text = typeof value === 'string' ? value.trim() : value
    if (text === '' || (nulls.size > 0 && nulls.has(String(text)))) return absent(text)
    const cell = parse(text)
    if (cell instanceof Fault || judges === undefined) return cell
    return judges(cell) ?? cell
  }
  const absent = (value: unknown = ''): null | Fault =>
    required ? new Fault(name, value, 'required', `Thiếu “${column.label ?? name}”. Hãy nhập giá trị cho ô này.`) : null
  return { name, variable: variableOf(column), type, read }
}

/** Dates of a case repeat row by row. */
function remembering(parse: Parse): Parse {
  let last: unknown
  let read: Cell | Fault = null
  return (value) => {
    if (value !== last) {
      read = parse(value)
      last = value
    }
    return read
  }
}

export type Lists = ReadonlyMap<string, ReadonlyMap<string, string>>
type Judge = (cell: Cell) => Fault | undefined

function judgesOf(column: Column, place: { knowledge: Knowledge; lists: Lists }): Judge | undefined {
  const all: Judge[] = []
  const { name, min, max, oneOf, matches, reference } = column
  const refuse = (cell: Cell, rule: string, message: string) => new Fault(name, cell, rule, message)
  if (min !== undefined || max !== undefined) {
    const range =
      min === undefined ? `không lớn hơn ${max}` : max === undefined ? `không nhỏ hơn ${min}` : `từ ${min} đến ${max}`
    all.push((cell) => {
      const number = Number(cell)
      if ((min === undefined || number >= min) && (max === undefined || number <= max)) return undefined
      return refuse(cell, 'range', `Giá trị phải ${range}. Hãy kiểm tra lại số và đơn vị tính.`)
    })
  }
  if (oneOf) {
    const allowed = new Set(oneOf)
    const words = oneOf.slice(0, 12).join(', ') + (oneOf.length > 12 ? ' …' : '')
    all.push((cell) =>
      allowed.has(String(cell)) ? undefined : refuse(cell, 'one-of', `Giá trị phải là một trong: ${words}.`),
    )
  }
  if (matches) {
    const pattern = new RegExp(`^(?:${matches})$`, 'u')
    all.push((cell) =>
      pattern.test(String(cell))
        ? undefined
        : refuse(cell, 'pattern', 'Giá trị không đúng mẫu quy định. Hãy nhập lại.'),
    )
  }
  if (reference) {
    const known = referenceOf(reference, place)
    const what = referenceNames[reference] ?? 'danh mục đã khai'
    all.push((cell) =>
      known(String(cell)) ? undefined : refuse(cell, 'reference', `Mã này không có trong ${what}. Hãy dùng mã đúng.`),
    )
  }
  if (all.length === 0) return undefined
  return (cell) => {
    for (const judge of all) {
      const fault = judge(cell)
      if (fault) return fault
    }
    return undefined
  }
}

const referenceNames: Record<string, string> = {
  organisations: 'danh mục cơ quan',
  areas: 'danh mục địa bàn',
}

function referenceOf(reference: string, place: { knowledge: Knowledge; lists: Lists }): (code: string) => boolean {
  if (reference === 'organisations') return (code) => place.knowledge.organisations.has(code)
  if (reference === 'areas') return (code) => place.knowledge.areas.has(code)
  const list = findList(reference, place)
  return (code) => list.has(code)
}

/** A list of the contract, or another code list of the directory. @throws RangeError when there is none of that name. */
export function findList(name: string, place: { knowledge: Knowledge; lists: Lists }): ReadonlyMap<string, string> {
  const list = place.lists.get(name) ?? place.knowledge.lists.get(name)
  if (list) return list
  // A scheme nobody uses yet is an empty list; a name without scheme is a slip of the contract.
  if (/^(areas|organisations):/.test(name)) return new Map()
  throw new RangeError(`Không có danh mục “${name}”.`)
}
