// The values of the form as a contract; what the form does not show (mapping, reshaping, new columns) stays as it is. Faults of shape are
// told here at their fields, all others by the contract's own check, whose places are led back to the fields.

import type { FormError } from '#ui'
import { AnswerCheck, checkFrom } from '../drafts/answers.ts'
import type { Column, Contract, ContractFault } from '../model.ts'
import { type FormValues, formText } from '../pages/form-fields.tsx'
import { readBasis, readCadence } from '../pages/terms.tsx'

export interface ReadForm {
  raw: unknown
  errors: FormError[]
}

export function readContractForm(values: FormValues, current: Contract): ReadForm {
  const errors: FormError[] = []
  const of = (name: string) => formText(values, name)
  const whole = (name: string, message: string) => {
    if (!/^\d*$/.test(of(name))) errors.push({ field: name, message })
    return of(name) === '' ? undefined : Number(of(name))
  }
  if (of('ten') === '') errors.push({ field: 'ten', message: 'Nhập tên nguồn.' })
  if (of('dau-moi') === '') errors.push({ field: 'dau-moi', message: 'Nhập chức danh đầu mối chịu trách nhiệm.' })
  const delimiter = of('dau-ngan') === 'tab' ? '\t' : of('dau-ngan')
  const raw = {
    ...current,
    name: of('ten'),
    nameEn: of('ten-anh') || undefined,
    custodian: of('dau-moi'),
    basis: readBasis(values, errors),
    cadence: readCadence(values, errors),
    format: {
      ...current.format,
      type: of('dang-tep') || current.format.type,
      encoding: of('bang-ma') || current.format.encoding,
      delimiter: delimiter || current.format.delimiter,
      skipLines: whole('bo-dong', 'Số dòng bỏ qua là số nguyên, ví dụ 2.') ?? 0,
      header: of('co-tieu-de') !== '',
      sheet: of('trang-tinh') || undefined,
      path: of('duong-dan') || undefined,
    },
    timeZone: of('mui-gio'),
    mode: of('cach-gui') || current.mode,
    key: readKey(of('khoa'), errors),
    versionBy: of('thu-tu-ban') || undefined,
    otherColumns: of('cot-khac') || current.otherColumns,
    retentionDays: whole('luu-ngay', 'Số ngày lưu là số nguyên; để trống là không thời hạn.'),
    columns: current.columns.map((column, index) => readColumn(values, column, index)),
    personal: current.columns.flatMap(({ name }, index) => (of(`ca-nhan-${index}`) ? [name] : [])),
    checks: readChecks(values, current, errors),
    lists: readLists(values, current, errors),
  }
  return { raw, errors }
}

/** A column or `$nth`, `$file` a line; a line that begins with `=` is an expression over the columns. */
function readKey(text: string, errors: FormError[]): unknown[] {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
  if (lines.length === 0) errors.push({ field: 'khoa', message: 'Nhập ít nhất một cột khóa, mỗi dòng một cột.' })
  return lines.map((line) => (line.startsWith('=') ? { cel: line.slice(1).trim() } : line))
}

/** Words between commas, semicolons or line ends; one in quotation marks may hold them. */
export const readWords = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|[^,;"\n]+/g)].flatMap(([part, quoted]) => quoted ?? (part.trim() || []))

function readNumber(text: string): number | string | undefined {
  if (text === '') return undefined
  const value = Number(text.replace(',', '.'))
  // What is no number is handed on: the check of the contract names it.
  return Number.isFinite(value) ? value : text
}

function readColumn(values: FormValues, column: Column, index: number): unknown {
  const of = (name: string) => formText(values, `${name}-${index}`)
  return {
    ...column,
    label: of('nhan') || undefined,
    type: of('kieu') || column.type,
    patterns: readWords(of('mau')),
    numbers: of('so') || column.numbers,
    twice: of('hai-lan') || column.twice,
    nulls: readWords(of('trong-la')),
    required: of('bat-buoc') !== '',
    mustExist: of('co-the-vang') === '',
    min: readNumber(of('tu')),
    max: readNumber(of('den')),
    oneOf: of('trong') === '' ? undefined : readWords(of('trong')),
    matches: of('theo-mau') || undefined,
    reference: of('tham-chieu') || undefined,
  }
}

/** Numbers of the rows of checks that the form shows. */
export const checkRows = (values: FormValues): number[] =>
  Object.keys(values)
    .flatMap((name) => /^phai-dung-(\d{1,2})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => a - b)

function readChecks(values: FormValues, current: Contract, errors: FormError[]): unknown[] {
  const of = (name: string) => formText(values, name)
  const rows = checkRows(values).filter((index) => of(`phai-dung-${index}`) !== '')
  const written = rows.map((index) => {
    if (of(`loi-bao-${index}`) === '')
      errors.push({ field: `loi-bao-${index}`, message: 'Nhập lời báo: sai gì và sửa thế nào.' })
    return {
      code: of(`ma-dk-${index}`) || `dieu-kien-${index + 1}`,
      field: of(`cot-dk-${index}`) || undefined,
      assert: of(`phai-dung-${index}`),
      message: of(`loi-bao-${index}`),
    }
  })
  const compared = readComparison(values, current, errors)
  return compared ? [...written, { ...compared, code: freeCode(compared.code, written) }] : written
}

function freeCode(code: string, taken: readonly { code: string }[]): string {
  let number = 1
  const name = () => (number === 1 ? code : `${code}-${number}`)
  while (taken.some((one) => one.code === name())) number += 1
  return name()
}

/** Two columns that are to be compared: written as a condition, with the words that go with it. */
function readComparison(values: FormValues, { columns }: Contract, errors: FormError[]) {
  const of = (name: string) => formText(values, name)
  const [left, right] = [of('so-trai'), of('so-phai')]
  if (left === '' && right === '') return undefined
  const known = (name: string) => columns.find((column) => column.name === name)
  const [first, second] = [known(left), known(right)]
  const parsed = AnswerCheck.safeParse({ left, op: of('so-phep'), right })
  if (!first || !second || left === right || !parsed.success) {
    errors.push({ field: first ? 'so-phai' : 'so-trai', message: 'Chọn hai cột khác nhau để so sánh.' })
    return undefined
  }
  const named = checkFrom({ ...parsed.data, left: first.as ?? left, right: second.as ?? right })
  return { ...named, field: left, message: of('so-loi-bao') || named.message }
}

function readLists(values: FormValues, current: Contract, errors: FormError[]): Record<string, Record<string, string>> {
  const of = (name: string) => formText(values, name)
  const lists = Object.keys(current.lists).map((name, index) => [name, readList(of(`danh-muc-${index}`))] as const)
  const added = of('danh-muc-moi')
  if (added === '') return Object.fromEntries(lists)
  const name = of('ten-danh-muc-moi')
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name) || name in current.lists)
    errors.push({
      field: 'ten-danh-muc-moi',
      message: 'Tên danh mục mới gồm chữ thường không dấu, số, dấu gạch nối, và chưa có.',
    })
  return Object.fromEntries([...lists, [name, readList(added)] as const])
}

/** Lines of `word in the file = our code`. */
function readList(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line) => {
    const at = line.lastIndexOf('=')
    return at < 0 ? [] : [[line.slice(0, at).trim(), line.slice(at + 1).trim()] as const]
  })
  return Object.fromEntries(pairs.filter(([word]) => word !== ''))
}

const columnFields: Record<string, string> = {
  label: 'nhan',
  type: 'kieu',
  patterns: 'mau',
  numbers: 'so',
  twice: 'hai-lan',
  nulls: 'trong-la',
  min: 'tu',
  max: 'den',
  oneOf: 'trong',
  matches: 'theo-mau',
  reference: 'tham-chieu',
}
const formatFields: Record<string, string> = {
  type: 'dang-tep',
  encoding: 'bang-ma',
  delimiter: 'dau-ngan',
  skipLines: 'bo-dong',
  sheet: 'trang-tinh',
  path: 'duong-dan',
}
const fields: Record<string, string> = {
  custodian: 'dau-moi',
  basis: 'can-cu',
  cadence: 'dinh-ky',
  timeZone: 'mui-gio',
  mode: 'cach-gui',
  key: 'khoa',
  versionBy: 'thu-tu-ban',
  otherColumns: 'cot-khac',
  retentionDays: 'luu-ngay',
}

/** The control of the form that mends a fault; what only the whole text can mend is told there. */
export function contractError({ path, message }: ContractFault, values: FormValues, current: Contract): FormError {
  const [first = '', index = '', part = ''] = path.split('.')
  if (first === 'lists') return { field: `danh-muc-${Object.keys(current.lists).indexOf(index)}`, message }
  if (first === 'columns') {
    const name = current.columns[Number(index)]?.name ?? index
    return { field: `${columnFields[part] ?? 'nhan'}-${index}`, message: `Cột ${name}: ${message}` }
  }
  if (first === 'checks') {
    const row = checkRows(values).filter((one) => formText(values, `phai-dung-${one}`) !== '')[Number(index)]
    return { field: row === undefined ? 'so-trai' : `phai-dung-${row}`, message }
  }
  if (first === 'format') return { field: formatFields[index] ?? 'dang-tep', message }
  const known = fields[first]
  if (known) return { field: known, message }
  return { field: first === 'name' ? 'ten' : 'toan-van', message: path ? `${path}: ${message}` : message }
}
