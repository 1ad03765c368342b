import { type Field, type Kind, kindOf } from '../kinds.ts'
import { describeFault } from '../readers/faults.ts'
import { type Cell, Fault } from './cell.ts'
import { copyNull, copyText } from './copy-text.ts'
import { openZone } from './days.ts'
import { fieldGetter, type Scene, sourceGetter, type Workbench } from './fields.ts'
import { isLongerThan, mostNameBytes, tooLong } from './identity.ts'
import type { CanonicalRow } from './mapped.ts'

/** Columns of a kind's table as the importer writes them, behind `record_id, part, source`. */
export function writtenColumns(kind: Kind, withCase: boolean): string[] {
  const fields = Object.values(kind.fields).map((field) => field.column)
  return ['organisation', ...fields, 'attributes', ...(withCase ? ['case_attributes'] : [])]
}

const organisationField: Field = { column: 'organisation', type: 'text', label: 'Cơ quan', required: true }

export type RowMaker = (scene: Scene, part: number, attributes: Attributes) => CanonicalRow | Fault[]

export interface Attributes {
  own: string | null
  ofCase: string | null
}

interface Slot {
  name: string
  field: Field
  get: (scene: Scene) => Cell | Fault
}

/** Makes the canonical rows of a contract's kind. @throws RangeError where the contract's map cannot work. */
export function compileRows(bench: Workbench): RowMaker {
  const { contract } = bench
  const kind = kindOf(contract.kind)
  const zone = openZone(contract.timeZone)
  for (const name of Object.keys(contract.map)) {
    if (name !== 'organisation' && !(name in kind.fields))
      throw new RangeError(`Loại dữ liệu “${kind.label}” không có trường “${name}”.`)
  }
  const organisation = slotOf('organisation', organisationField, bench)
  const slots = Object.entries(kind.fields).map(([name, field]) => slotOf(name, field, bench))
  const names = slots.map((slot) => slot.name)
  // A local day that is not mapped itself is taken from its instant, which stands before it.
  const dayFrom = slots.map(({ name, field }) =>
    name in contract.map || !field.dayOf ? -1 : names.indexOf(field.dayOf),
  )
  const dated = kind.datedBy.map((name) => names.indexOf(name))
  const areaAt = names.indexOf('area')
  const caseAt = names.indexOf('caseId')
  const references = referenceJudges(names, bench)
  const withCase = contract.kind === 'case-event'
  // Scratch of one row, used again for the next: a row must cost as little garbage as may be.
  const count = slots.length
  const values: (string | null)[] = new Array(count).fill(null)
  const instants: (number | null)[] = new Array(count).fill(null)
  const texts: string[] = new Array(count + (withCase ? 3 : 2)).fill('')
  // Rows of one case follow one another and repeat its dates.
  const lastMs: number[] = new Array(count).fill(Number.NaN)
  const lastText: string[] = new Array(count).fill('')
  function instantText(at: number, ms: number): string {
    if (lastMs[at] !== ms) {
      lastMs[at] = ms
      lastText[at] = new Date(ms).toISOString()
    }
    return lastText[at] as string
  }
  return (scene, part, attributes) => {
    const faults: Fault[] = []
    const owner = read(organisation, scene, faults)
    texts[0] = copyText(owner as string | null)
    for (let at = 0; at < count; at += 1) {
      const from = dayFrom[at] as number
      let value: string | null
      if (from >= 0) {
        const ms = instants[from] as number | null
        value = ms === null ? null : zone.dayOf(ms)
      } else {
        const cell = read(slots[at] as Slot, scene, faults)
        instants[at] = typeof cell === 'number' ? cell : null
        if (typeof cell === 'number') value = instantText(at, cell)
        else value = cell === null || typeof cell === 'string' ? cell : String(cell)
      }
      values[at] = value
      texts[at + 1] = value === null ? copyNull : copyText(value)
    }
    for (const judge of references) judge(owner, values, faults)
    if (faults.length > 0) return faults
    texts[count + 1] = copyText(attributes.own)
    if (withCase) texts[count + 2] = copyText(attributes.ofCase)
    return {
      part,
      // Joined at once: a text grown piece by piece stays a chain of pieces many times its size.
      text: texts.join('\t'),
      organisation: owner as string,
      area: values[areaAt] ?? '',
      days: dated.map((at) => values[at] ?? null),
      caseId: caseAt >= 0 ? (values[caseAt] ?? null) : null,
    }
  }
}

function slotOf(name: string, field: Field, bench: Workbench): Slot {
  const { contract } = bench
  const mapped = contract.map[name]
  const source = mapped ?? (name === 'organisation' ? { value: contract.organisation } : undefined)
  if (!source) {
    if (field.required)
      throw new RangeError(
        `Trường “${field.label}” là bắt buộc: hãy chọn một cột hoặc một giá trị chung cho trường này.`,
      )
    return { name, field, get: () => null }
  }
  return { name, field, get: fieldGetter(name, field, sourceGetter(source, bench, name), contract.timeZone) }
}

function read(slot: Slot, scene: Scene, faults: Fault[]): Cell {
  const cell = slot.get(scene)
  if (cell instanceof Fault) {
    faults.push(cell)
    return null
  }
  if ((cell === null || cell === '') && slot.field.required) {
    faults.push(new Fault(slot.name, '', 'required', `Thiếu “${slot.field.label}”. Hãy bổ sung giá trị ở ô nguồn.`))
    return null
  }
  const far = farDate(slot.field, cell)
  if (far !== undefined) {
    faults.push(new Fault(slot.name, far, farRule, describeFault(farRule, { text: far })))
    return null
  }
  if (typeof cell === 'string' && namingFields.has(slot.name) && isLongerThan(cell, mostNameBytes)) {
    faults.push(tooLong(slot.name, cell, mostNameBytes))
    return null
  }
  return cell === '' ? null : cell
}

const farRule = 'value.year-out-of-range'
const firstInstant = Date.parse('1899-12-31T00:00:00Z')
const lastInstant = Date.parse('2200-01-01T00:00:00Z')

/** A day outside the years that have periods, as text: its record would stand in no number. */
function farDate(field: Field, cell: Cell): string | undefined {
  if (typeof cell === 'number') {
    if (cell >= firstInstant && cell < lastInstant) return undefined
    return Math.abs(cell) <= 8.64e15 ? new Date(cell).toISOString() : String(cell)
  }
  if (field.type !== 'date' || typeof cell !== 'string' || cell === '') return undefined
  return cell >= '1900-01-01' && cell <= '2199-12-31' ? undefined : cell
}

/** Fields by which rows are found again: each stands in an index. */
const namingFields: ReadonlySet<string> = new Set(['caseId', 'series', 'property', 'projectId'])

type ReferenceJudge = (owner: Cell, values: readonly (string | null)[], faults: Fault[]) => void

/** Organisations and areas of canonical rows are known codes. */
function referenceJudges(names: readonly string[], bench: Workbench): ReferenceJudge[] {
  const { organisations, areas } = bench.knowledge
  const unknown = (field: string, code: string, what: string) =>
    new Fault(
      field,
      code,
      'reference',
      `Mã “${code}” không có trong danh mục ${what}. Hãy dùng mã đúng hoặc bổ sung danh mục.`,
    )
  const receivingAt = names.indexOf('receivingOrganisation')
  const areaAt = names.indexOf('area')
  return [
    (owner, _values, faults) => {
      if (typeof owner === 'string' && !organisations.has(owner)) faults.push(unknown('organisation', owner, 'cơ quan'))
    },
    (_owner, values, faults) => {
      const code = values[receivingAt]
      if (code && !organisations.has(code)) faults.push(unknown('receivingOrganisation', code, 'cơ quan'))
    },
    (_owner, values, faults) => {
      const code = values[areaAt]
      if (code && !areas.has(code)) faults.push(unknown('area', code, 'địa bàn'))
    },
  ]
}
