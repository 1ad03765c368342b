/** A first proposal of answers from what a file looks like: everything is shown to a person, nothing is decided by it. */

import { fileStem } from '../input-format.ts'
import { type Kind, type KindName, kindNames, kindOf } from '../kinds.ts'
import { withoutUnit } from '../readers/decimal.ts'
import type { GuessedColumn } from '../readers/guess-column.ts'
import type { Sniffed } from '../readers/sniff.ts'
import { type AnswerColumn, type Answers, codeFrom, columnTypes } from './answers.ts'

/** Words, without marks, that names of columns use for a field. */
const words: Record<string, readonly string[]> = {
  organisation: [
    'co quan',
    'don vi',
    'so ban nganh',
    'organisation',
    'organization',
    'agency',
    'department',
    'donvi',
    'coquan',
  ],
  receivingOrganisation: ['noi tiep nhan', 'tiep nhan tai'],
  area: ['dia ban', 'xa phuong', 'xa', 'phuong', 'huyen', 'khu vuc', 'area', 'ward', 'commune', 'district', 'diaban'],
  caseId: ['ma ho so', 'so ho so', 'case id', 'case', 'mahoso', 'ma vu viec'],
  caseType: ['thu tuc', 'loai ho so', 'ma tthc', 'type', 'loai'],
  channel: ['kenh', 'hinh thuc', 'channel', 'source'],
  state: ['trang thai', 'tinh trang', 'state', 'status'],
  status: ['trang thai', 'tinh trang', 'status'],
  startedAt: ['ngay tiep nhan', 'ngay nhan', 'ngay nop', 'start', 'bat dau', 'received'],
  dueAt: ['han', 'hen tra', 'due', 'deadline'],
  endedAt: ['ngay ket thuc', 'ngay tra', 'hoan thanh', 'end', 'completed'],
  openedAt: ['ngay tiep nhan', 'ngay gui', 'ngay phan anh', 'open', 'created', 'ngay'],
  closedAt: ['ngay tra loi', 'ngay dong', 'ngay xu ly', 'closed', 'resolved'],
  activity: ['buoc', 'hoat dong', 'su kien', 'activity', 'event'],
  occurredAt: ['thoi diem', 'thoi gian', 'timestamp', 'time', 'ngay gio'],
  resource: ['nguoi thuc hien', 'nguoi xu ly', 'can bo', 'resource', 'user'],
  category: ['linh vuc', 'nhom', 'loai', 'khoan muc', 'category', 'chu de'],
  rating: ['hai long', 'diem', 'rating'],
  latitude: ['vi do', 'latitude', 'lat'],
  longitude: ['kinh do', 'longitude', 'lon', 'lng'],
  series: ['tram', 'diem do', 'chuoi', 'station', 'series', 'sensor'],
  property: ['dai luong', 'thong so', 'chi so', 'property', 'parameter'],
  observedAt: ['thoi diem do', 'thoi gian', 'ngay gio', 'ngay', 'date', 'time', 'timestamp', 'thang'],
  value: ['gia tri', 'so lieu', 'value', 'so luong', 'luong', 'ket qua'],
  unit: ['don vi tinh', 'unit'],
  projectId: ['ma du an', 'project id', 'project'],
  name: ['ten du an', 'ten', 'name'],
  phase: ['giai doan', 'phase'],
  reportedOn: ['ngay bao cao', 'ngay', 'thang', 'date'],
  plannedAmount: ['ke hoach', 'planned', 'budget'],
  committedAmount: ['cam ket', 'hop dong', 'committed'],
  spentAmount: ['giai ngan', 'thuc hien', 'spent'],
  movement: ['loai bien dong', 'loai', 'movement'],
  occurredOn: ['ngay', 'date'],
  amount: ['so tien', 'kinh phi', 'amount', 'tien'],
  indicator: ['chi tieu', 'ma chi tieu', 'indicator'],
  period: ['ky', 'period', 'nam', 'thang', 'quy'],
}

/** Letters and digits without marks, words apart. */
const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[đĐ]/g, 'd')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()

const fits = (fieldType: string, columnType: string): boolean => {
  if (fieldType === 'text') return columnType !== 'tree'
  if (fieldType === 'number') return columnType === 'integer' || columnType === 'decimal'
  if (fieldType === 'instant') return columnType === 'instant' || columnType === 'date'
  return columnType === fieldType
}

/** How well a column answers a field: whole name, then a word of it; 0 is not at all. */
function scoreOf(field: string, fieldType: string, column: { name: string; type: string }): number {
  if (!fits(fieldType, column.type)) return 0
  const name = plain(column.name)
  let best = 0
  for (const [index, word] of (words[field] ?? []).entries()) {
    const closeness = name === word ? 3 : ` ${name} `.includes(` ${word} `) ? 2 : 0
    if (closeness > 0) best = Math.max(best, closeness * 10 - index)
  }
  return best
}

/** Columns for the fields of a kind, each column at most once, the surest first. */
export function suggestFields(
  kind: KindName,
  columns: readonly { name: string; type: string }[],
): Record<string, { column: string; value: string }> {
  const fields: Kind['fields'] = kindOf(kind).fields
  const pairs = [['organisation', { type: 'text' }] as const, ...Object.entries(fields)]
    .flatMap(([field, { type }]) =>
      columns.map((column) => ({ field, column: column.name, score: scoreOf(field, type, column) })),
    )
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  const found: Record<string, { column: string; value: string }> = {}
  const taken = new Set<string>()
  for (const { field, column } of pairs) {
    if (found[field] || taken.has(column)) continue
    found[field] = { column, value: '' }
    taken.add(column)
  }
  for (const [name, { type, required }] of Object.entries(fields)) {
    if (!required || found[name] || type === 'text') continue
    const only = columns.filter((column) => fits(type, column.type) && !taken.has(column.name))
    const [first] = only
    if (first) {
      found[name] = { column: first.name, value: '' }
      taken.add(first.name)
    }
  }
  return found
}

/** Names that say nothing of a kind: every table has a day and a name. */
const generic =
  /^(ngay|thang|nam|date|time|thoi gian|loai|ten|name|type|nhom|don vi|co quan|xa phuong|dia ban|ky|so luong|gia tri)$/

/** The kind whose own words the columns use; a table of days and numbers that uses none is one of observations. */
export function suggestKind(columns: readonly GuessedColumn[], unique: string | undefined): KindName {
  // A case needs a column that names it.
  const named = unique !== undefined || suggestFields('case', columns).caseId !== undefined
  const rank = (kind: KindName) =>
    Object.entries(suggestFields(kind, columns)).filter(
      ([field, { column }]) =>
        !['organisation', 'area', 'receivingOrganisation'].includes(field) && !generic.test(plain(column)),
    ).length
  const suited: KindName[] = kindNames.filter(
    (kind) => kind !== 'indicator-value' && kind !== 'case-event' && (kind !== 'case' || named),
  )
  const best = suited.toSorted((a, b) => rank(b) - rank(a))[0]
  return best && rank(best) >= 2 ? best : 'observation'
}

/** Columns that by their name might tell records apart. */
export const mayBeKey = (name: string): boolean =>
  /^(ma|id|stt|code|key|so hieu|so ho so|uuid)\b|\b(id|code|key)$/.test(plain(name))

export function suggestAnswers(
  sniffed: Sniffed,
  {
    fileName,
    timeZone,
    organisation,
    unique,
  }: { fileName: string; timeZone: string; organisation: string; unique: string | undefined },
): Answers {
  const { columns } = sniffed
  const kind = suggestKind(columns, unique)
  const stem = fileStem(fileName).replace(/[-_]+/g, ' ').trim()
  return {
    format: sniffed.format,
    encodingGuessed: sniffed.encodingGuessed,
    name: stem ? stem.charAt(0).toUpperCase() + stem.slice(1) : '',
    code: codeFrom(stem),
    organisation,
    custodian: '',
    basisKind: 'internal',
    basisTitle: '',
    basisNumber: '',
    every: 'month',
    dueWorkingDays: '5',
    mode: 'delta',
    timeZone,
    kind,
    columns: columns.map(columnOf),
    key: unique ? [unique] : [],
    versionBy: '',
    fields: withConstants(kind, suggestFields(kind, columns), { columns, stem, unique }),
    organisationList: {},
    areaList: {},
    done: [],
  }
}

/**
 * Observations name what was measured and where: a text column and the name of the number's column. Other required texts that no
 * column gives get the name of the file, to be changed by a person.
 */
export function withConstants(
  kind: KindName,
  found: Record<string, { column: string; value: string }>,
  { columns, stem, unique }: { columns: readonly { name: string; type: string }[]; stem: string; unique?: string },
): Record<string, { column: string; value: string }> {
  const fields: Kind['fields'] = kindOf(kind).fields
  const filled = { ...found }
  if (kind === 'observation') {
    const isFree = (name: string) => !Object.values(filled).some(({ column }) => column === name)
    const number = columns.find(({ name, type }) => fits('number', type) && isFree(name))
    if (!filled.value && number) filled.value = { column: number.name, value: '' }
    const place = columns.find(({ name, type }) => type === 'text' && isFree(name))
    if (!filled.series && place) filled.series = { column: place.name, value: '' }
    if (!filled.property && filled.value) filled.property = { column: '', value: filled.value.column }
  }
  // What tells the rows apart names the case or the project; a case is never named by one word for all.
  for (const name of ['caseId', 'projectId'])
    if (name in fields && !filled[name] && unique !== undefined) filled[name] = { column: unique, value: '' }
  for (const [name, { type, required }] of Object.entries(fields))
    if (required && type === 'text' && !filled[name] && !(kind === 'case' && name === 'caseId'))
      filled[name] = { column: '', value: stem || kindOf(kind).label }
  return filled
}

/** `1.250` and its like throughout: in a Vietnamese file these are thousands, though they could be read as decimals. */
export const looksLikeThousands = ({
  type,
  samples,
  unit,
}: Pick<GuessedColumn, 'type' | 'samples' | 'unit'>): boolean =>
  type === 'decimal' &&
  samples.length > 0 &&
  samples.every((text) => /^-?\d{1,3}(\.\d{3})+$/.test(unit ? withoutUnit(text, unit) : text.trim()))

function columnOf(column: GuessedColumn): AnswerColumn {
  const { name, patterns, style, unit, nullWords, empty } = column
  const thousands = looksLikeThousands(column)
  const type = thousands ? 'integer' : column.type
  const known = columnTypes.find((one) => one === type) ?? (type === 'tree' ? 'json' : 'text')
  const [pattern = ''] = patterns
  return {
    name,
    label: '',
    type: known,
    pattern,
    numbers: thousands ? 'vi' : style === 'vi' || style === 'en' ? style : 'plain',
    unit: unit ?? '',
    nulls: nullWords,
    required: empty === 0 && nullWords.length === 0 && (known === 'date' || known === 'instant'),
    personal: /\b(ho ten|ho va ten|cccd|cmnd|so dien thoai|dien thoai|email|chu ho so|name of)\b/.test(plain(name)),
    min: '',
    max: '',
  }
}
