/**
 * A contract becomes a function from input row to canonical rows or faults. Everything that can be decided once is decided here:
 * which column feeds which field, which parser reads it, which variables an expression needs. A row then costs a walk over arrays.
 */
import type { Contract } from '../model.ts'
import type { FaultyRow, TableRow, TreeRow, Value } from '../readers/format.ts'
import { compileAttributes } from './attributes.ts'
import { type Cell, Fault, showValue } from './cell.ts'
import { compileColumn, findList } from './columns.ts'
import { expressionGetter, type Scene, type Workbench } from './fields.ts'
import { compileDigest, compileKey, compileOrder, readsFileName, sha256Hex } from './identity.ts'
import type { CanonicalRow, Knowledge, MappedRecord, Place } from './mapped.ts'
import { withColumnNames } from './names.ts'
import { compileRows } from './rows.ts'

export interface Mapper {
  /** Rows of a table with these columns, in a file of this name (without folder and endings). */
  bindTable(columns: readonly string[], file: string): (row: TableRow) => MappedRecord
  bindTree(file: string): (row: TreeRow) => MappedRecord
  /** A line that could not be read. */
  mapFault(row: FaultyRow, message: string): MappedRecord
}

/** @throws RangeError or the expression's own error, with words that say which part of the contract cannot work. */
export function compileContract(written: Contract, knowledge: Knowledge): Mapper {
  const contract = withColumnNames(written)
  const lists = new Map(Object.entries(contract.lists).map(([name, list]) => [name, new Map(Object.entries(list))]))
  const columns = contract.columns.map((column) =>
    compileColumn(column, {
      timeZone: contract.timeZone,
      knowledge,
      lists,
      typedDates: contract.format.type === 'xlsx',
    }),
  )
  const bench: Workbench = { contract, columns, knowledge, lists }
  for (const column of contract.columns) {
    if (column.reference && !['organisations', 'areas'].includes(column.reference)) findList(column.reference, bench)
  }
  const mapCells = compileCells(bench)
  const withFile = readsFileName(contract)
  const keepsOthers = contract.otherColumns === 'keep'
  const known = new Set(contract.columns.map(({ name }) => name))
  return {
    bindTable(names, file) {
      const at = columns.map((column) => names.indexOf(column.name))
      const otherAt = names.flatMap((name, index) => (keepsOthers && !known.has(name) ? [index] : []))
      const digestAt = [...at.filter((index) => index >= 0), ...otherAt]
      const digest = compileDigest(
        digestAt.map((index) => names[index] ?? ''),
        withFile,
      )
      return (row) => {
        const { values } = row
        const sha = digest(
          digestAt.map((index) => values[index]),
          file,
        )
        const others = otherAt.map((index) => [names[index] ?? '', values[index] ?? null] as const)
        return mapCells(row, {
          input: at.map((index) => (index < 0 ? null : values[index])),
          others,
          file,
          sha,
          payload: () => tablePayload(names, values),
        })
      }
    },
    bindTree(file) {
      const names = columns.map(({ name }) => name)
      const digest = compileDigest(names, withFile)
      return (row) => {
        const input = names.map((name) => valueAt(row.values, name))
        const others = keepsOthers ? Object.entries(row.values).filter(([name]) => !known.has(name)) : []
        const sha =
          others.length === 0
            ? digest(input, file)
            : compileDigest([...names, ...others.map(([name]) => name)], withFile)(
                [...input, ...others.map(([, value]) => value)],
                file,
              )
        const payload = { payload: () => JSON.stringify(row.values) }
        return mapCells(row, { input, others: others as [string, Value][], file, sha, ...payload })
      }
    },
    mapFault: (row, message) => ({
      sound: false,
      line: row.line,
      offset: row.offset,
      length: row.length,
      key: null,
      sha: sha256Hex(`\u0000${row.raw}`),
      payload: () => '{}',
      raw: row.raw,
      faults: [{ field: '', value: row.raw.slice(0, 200), rule: row.code, message }],
    }),
  }
}

/** A member of a tree by its name, or by a dotted path through it. */
function valueAt(tree: Record<string, unknown>, name: string): Value | object {
  if (Object.hasOwn(tree, name)) return tree[name] as Value | object
  if (!name.includes('.')) return null
  let at: unknown = tree
  for (const step of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return null
    at = (at as Record<string, unknown>)[step]
  }
  return at as Value | object
}

function tablePayload(names: readonly string[], values: readonly Value[]): string {
  const filled: Record<string, Value> = {}
  for (const [index, name] of names.entries()) filled[name] = values[index] ?? null
  return JSON.stringify(filled)
}

interface InputRow {
  /** Values in the order of the contract's columns. */
  input: readonly (Value | object)[]
  others: readonly (readonly [string, Value | object])[]
  file: string
  sha: string
  payload(): string
}

function compileCells(bench: Workbench): (place: Place, row: InputRow) => MappedRecord {
  const { contract, columns } = bench
  const makeRow = compileRows(bench)
  const makeAttributes = compileAttributes(contract, columns)
  const keyOf = compileKey(bench)
  const orderOf = compileOrder(bench)
  const check = compileChecks(bench)
  const parts = unpivotParts(bench)
  if (contract.kind === 'case') requireCaseKey(contract)
  return (place, row) => {
    const faults: Fault[] = []
    const cells: Cell[] = new Array(columns.length)
    for (let at = 0; at < columns.length; at += 1) {
      const cell = columns[at]?.read(row.input[at] ?? null) ?? null
      if (cell instanceof Fault) {
        faults.push(cell)
        cells[at] = null
      } else cells[at] = cell
    }
    const scene: Scene = { cells, file: row.file, name: '', value: null, variables: undefined }
    const key = keyOf(scene)
    if (key instanceof Fault && !faults.some((fault) => fault.field === key.field)) faults.push(key)
    if (faults.length > 0) return asUnsound(place, row, key, faults)
    check(scene, faults)
    const order = orderOf?.(scene) ?? null
    if (order instanceof Fault) faults.push(order)
    if (faults.length > 0) return asUnsound(place, row, key, faults)
    const attributes = makeAttributes(cells, row.others)
    const rows: CanonicalRow[] = []
    for (const part of parts) {
      if (part) {
        const value = cells[part.at] ?? null
        if (value === null) continue
        scene.name = part.name
        scene.value = value
      }
      const made = makeRow(scene, part?.part ?? 0, attributes)
      if (Array.isArray(made)) faults.push(...made)
      else rows.push(made)
    }
    if (faults.length > 0) return asUnsound(place, row, key, faults)
    return {
      sound: true,
      line: place.line,
      offset: place.offset,
      length: place.length,
      key: key as string,
      sha: row.sha,
      order: order as string | null,
      payload: row.payload,
      rows,
    }
  }
}

const asUnsound = (place: Place, row: InputRow, key: string | Fault, faults: Fault[]): MappedRecord => ({
  sound: false,
  line: place.line,
  offset: place.offset,
  length: place.length,
  key: key instanceof Fault ? null : key,
  sha: row.sha,
  payload: row.payload,
  raw: null,
  faults,
})

function unpivotParts(bench: Workbench): readonly ({ at: number; name: string; part: number } | undefined)[] {
  const { unpivot } = bench.contract
  if (!unpivot) return [undefined]
  return unpivot.columns.map((name, part) => {
    const at = bench.columns.findIndex((column) => column.name === name)
    if (at < 0) throw new RangeError(`Không có cột “${name}”.`)
    return { at, name, part }
  })
}

function compileChecks(bench: Workbench): (scene: Scene, faults: Fault[]) => void {
  const checks = bench.contract.checks.map((check) => ({
    ...check,
    getter: expressionGetter(check.assert, bench, check.field ?? check.code),
  }))
  return (scene, faults) => {
    for (const check of checks) {
      const result = check.getter.get(scene)
      if (result === true) continue
      if (result instanceof Fault) {
        faults.push(result)
        continue
      }
      const at = bench.columns.findIndex((column) => column.name === check.field)
      faults.push(new Fault(check.field ?? '', at < 0 ? '' : showValue(scene.cells[at]), check.code, check.message))
    }
  }
}

/** A case is one row of the case table: its key must be what names the case. */
function requireCaseKey(contract: Contract): void {
  const [part] = contract.key
  const source = contract.map.caseId
  const same =
    contract.key.length === 1 &&
    source !== undefined &&
    (typeof part === 'string'
      ? 'column' in source && !('through' in source) && source.column === part
      : 'cel' in source && source.cel === part?.cel)
  if (!same)
    throw new RangeError(
      'Với loại “Hồ sơ, vụ việc”, cột mã hồ sơ phải là khóa duy nhất của bản ghi. Hãy chọn cột chứa mã hồ sơ, hoặc chọn loại dữ liệu khác.',
    )
  if (contract.unpivot) throw new RangeError('Loại “Hồ sơ, vụ việc” không tách một dòng thành nhiều bản ghi được.')
}
