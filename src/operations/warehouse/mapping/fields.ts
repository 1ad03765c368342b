import type { Field, FieldType } from '../kinds.ts'
import type { Contract, Source } from '../model.ts'
import { type Cell, type CellType, Fault } from './cell.ts'
import { type CompiledColumn, findList, type Lists } from './columns.ts'
import { openZone } from './days.ts'
import { compileExpression } from './expressions.ts'
import type { Knowledge } from './mapped.ts'

// Where a canonical field comes from, as a closure made once a contract: a column costs an array access, and only an expression
// has its variables gathered.

/** What one canonical row is made from. */
export interface Scene {
  cells: readonly Cell[]
  file: string
  /** Of the unpivoted column. */
  name: string
  value: Cell
  /** Variables for expressions; made once a row, when first asked for. */
  variables: Record<string, unknown> | undefined
}

export interface Getter {
  type: CellType | 'any'
  get(scene: Scene): Cell | Fault
}

export interface Workbench {
  contract: Contract
  columns: readonly CompiledColumn[]
  knowledge: Knowledge
  lists: Lists
}

const specials = { $file: '_file', $name: '_name', $value: '_value' } as const

/** The variables an expression of this contract may name. */
export function variableNames(bench: Workbench): string[] {
  return [...bench.columns.map((column) => column.variable), ...Object.values(specials)]
}

/** Variables of a row as expressions see them: whole numbers, decimals, instants and dates in their own types. */
export function variablesOf(scene: Scene, bench: Workbench): Record<string, unknown> {
  if (!scene.variables) {
    const variables: Record<string, unknown> = { _file: scene.file }
    for (const [at, column] of bench.columns.entries())
      variables[column.variable] = forExpression(scene.cells[at] ?? null, column.type)
    scene.variables = variables
  }
  scene.variables._name = scene.name
  scene.variables._value = forExpression(scene.value, 'decimal')
  return scene.variables
}

function forExpression(cell: Cell, type: CellType): unknown {
  if (cell === null) return null
  if (type === 'integer') return BigInt(cell as string)
  if (type === 'decimal') return Number(cell)
  if (type === 'instant') return new Date(cell as number)
  return cell
}

export function columnGetter(name: string, bench: Workbench): Getter {
  if (name === '$file') return { type: 'text', get: (scene) => scene.file }
  if (name === '$name') return { type: 'text', get: (scene) => scene.name }
  if (name === '$value') return { type: unpivotedType(bench), get: (scene) => scene.value }
  const at = bench.columns.findIndex((column) => column.name === name)
  const column = bench.columns[at]
  if (!column) throw new RangeError(`Không có cột “${name}”.`)
  return { type: column.type, get: (scene) => scene.cells[at] ?? null }
}

function unpivotedType(bench: Workbench): CellType {
  const first = bench.contract.unpivot?.columns[0]
  const column = bench.columns.find(({ name }) => name === first)
  if (!column) throw new RangeError('$value chỉ dùng được khi một dòng được tách thành nhiều bản ghi (unpivot).')
  return column.type
}

export function expressionGetter(text: string, bench: Workbench, field: string): Getter {
  const expression = compileExpression(text, variableNames(bench))
  return {
    type: 'any',
    get(scene) {
      try {
        return toCell(expression.run(variablesOf(scene, bench)))
      } catch (error) {
        const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
        return new Fault(
          field,
          '',
          'expression',
          `Không tính được giá trị từ các cột của dòng này (${reason}). Hãy kiểm tra các ô liên quan.`,
        )
      }
    },
  }
}

/** A result of an expression as a cell. Arrays and maps stay trees. */
function toCell(result: unknown): Cell {
  if (typeof result === 'bigint') return String(result)
  if (typeof result === 'number') return Number.isFinite(result) ? String(result) : null
  if (result instanceof Date) return Number.isNaN(result.getTime()) ? null : result.getTime()
  if (typeof result === 'string' || typeof result === 'boolean') return result
  return result === undefined || result === null ? null : (result as object)
}

export function sourceGetter(source: Source, bench: Workbench, field: string): Getter {
  if ('value' in source) {
    const constant = typeof source.value === 'number' ? String(source.value) : source.value
    return { type: 'any', get: () => constant }
  }
  if ('cel' in source) return expressionGetter(source.cel, bench, field)
  if (!('through' in source)) return columnGetter(source.column, bench)
  const { get } = columnGetter(source.column, bench)
  const list = findList(source.through, bench)
  const { column, otherwise, keepsOthers } = source
  return {
    type: 'text',
    get(scene) {
      const cell = get(scene)
      if (cell === null) return otherwise ?? null
      if (cell instanceof Fault) return cell
      const code = list.get(String(cell)) ?? otherwise ?? (keepsOthers ? String(cell) : undefined)
      return (
        code ??
        new Fault(
          column,
          cell,
          'list',
          `“${String(cell)}” không có trong danh mục đã khai. Hãy dùng đúng tên hoặc bổ sung vào danh mục.`,
        )
      )
    },
  }
}

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const dayText = /^\d{4}-\d\d-\d\d$/
const instantText = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/

/** Which column types a canonical field takes; what an expression gives is judged row by row. */
const takes: Record<FieldType, readonly (CellType | 'any')[]> = {
  text: ['text', 'integer', 'decimal', 'boolean', 'date', 'instant', 'json', 'any'],
  number: ['integer', 'decimal', 'any'],
  instant: ['instant', 'date', 'any'],
  date: ['date', 'instant', 'any'],
  boolean: ['boolean', 'any'],
}

const typeWords: Record<CellType | 'any', string> = {
  text: 'chữ, mã',
  integer: 'số nguyên',
  decimal: 'số có phần lẻ',
  boolean: 'có hoặc không',
  date: 'ngày',
  instant: 'ngày giờ',
  json: 'cây JSON',
  any: 'biểu thức',
}
const fieldWords: Record<FieldType, string> = {
  text: 'chữ',
  number: 'số',
  instant: 'thời điểm',
  date: 'ngày',
  boolean: 'có hoặc không',
}

/** Turns a cell into the text a field of this type is written as; instants stay milliseconds. @throws RangeError when it never can. */
export function fieldGetter(name: string, field: Field, getter: Getter, timeZone: string): Getter['get'] {
  if (!takes[field.type].includes(getter.type)) {
    throw new RangeError(
      `Cột kiểu “${typeWords[getter.type]}” không dùng được cho trường “${field.label}” (${fieldWords[field.type]}). Hãy đổi kiểu của cột hoặc chọn cột khác.`,
    )
  }
  const zone = openZone(timeZone)
  const { get } = getter
  const misfit = (cell: unknown) =>
    new Fault(name, cell, 'type', `Giá trị của “${field.label}” không đúng kiểu. Hãy kiểm tra lại ô nguồn.`)
  switch (field.type) {
    case 'text':
      if (getter.type === 'text') return get
      return (scene) => {
        const cell = get(scene)
        if (cell === null || typeof cell === 'string' || cell instanceof Fault) return cell
        if (typeof cell === 'number') return new Date(cell).toISOString()
        return typeof cell === 'object' ? JSON.stringify(cell) : String(cell)
      }
    case 'number':
      if (getter.type !== 'any') return get
      return (scene) => {
        const cell = get(scene)
        if (cell === null || cell instanceof Fault) return cell
        return typeof cell === 'string' && numberText.test(cell) ? cell : misfit(cell)
      }
    case 'instant':
      if (getter.type === 'instant') return get
      return (scene) => {
        const cell = get(scene)
        if (cell === null || typeof cell === 'number' || cell instanceof Fault) return cell
        if (typeof cell !== 'string') return misfit(cell)
        if (dayText.test(cell)) return startOfDay(cell, zone)
        return instantText.test(cell) ? Date.parse(cell.replace(' ', 'T')) : misfit(cell)
      }
    case 'date':
      if (getter.type === 'date') return get
      return (scene) => {
        const cell = get(scene)
        if (cell === null || cell instanceof Fault) return cell
        if (typeof cell === 'number') return zone.dayOf(cell)
        return typeof cell === 'string' && isDay(cell) ? cell : misfit(cell)
      }
    case 'boolean':
      return (scene) => {
        const cell = get(scene)
        return cell === null || typeof cell === 'boolean' || cell instanceof Fault ? cell : misfit(cell)
      }
  }
}

const isDay = (text: string): boolean =>
  dayText.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true

function startOfDay(day: string, zone: ReturnType<typeof openZone>): number {
  const utc = Date.parse(`${day}T00:00:00Z`)
  return utc - zone.offsetAt(utc - zone.offsetAt(utc))
}
