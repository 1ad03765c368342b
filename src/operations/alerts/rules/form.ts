/**
 * A rule as a form: up to three conditions joined by and/or. `writeForm` and `readForm` are mirrors of each other; a deeper tree is written as
 * YAML in a field of its own.
 */
import { parse, stringify } from 'yaml'
import type { Condition } from '#warehouse'
import type { Input, Leaf, Rule, Step, When } from './model.ts'

/** Comparisons by the names that forms use. */
export const comparisonNames = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const

const nameOf = (op: string) => Object.entries(comparisonNames).find(([, sign]) => sign === op)?.[0]
const signOf = (name: string) => Object.entries(comparisonNames).find(([one]) => one === name)?.[1]

export type Values = Readonly<Record<string, string | string[] | undefined>>

export const rows = [1, 2, 3] as const

const text = (values: Values, name: string): string => {
  const value = values[name]
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? ''
}
const list = (values: Values, name: string): string[] => {
  const value = values[name]
  return Array.isArray(value) ? value : value ? [value] : []
}
const optional = (values: Values, name: string) => text(values, name) || undefined
const lines = (values: Values, name: string): string[] =>
  text(values, name)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
/** `1.234,5` and `1234.5` alike. */
const numberOf = (words: string): number | undefined => {
  if (words === '') return undefined
  const plain = words.includes(',') ? words.replaceAll('.', '').replace(',', '.') : words
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : Number.NaN
}
const number = (values: Values, name: string) => numberOf(text(values, name))

/** What the form says, as a rule that has yet to be checked. */
export function readForm(values: Values): unknown {
  return {
    code: text(values, 'ma'),
    name: text(values, 'ten'),
    description: text(values, 'mo-ta'),
    severity: text(values, 'muc'),
    headline: text(values, 'cau-bao'),
    organisation: optional(values, 'don-vi'),
    playbook: optional(values, 'kich-ban'),
    input: readInput(values),
    when: readWhen(values),
    for: text(values, 'keo-dai') || '0m',
    lateness: text(values, 'den-muon') || '0m',
    noData: { policy: text(values, 'thieu') || 'keep', after: text(values, 'thieu-sau') || '0m' },
    groupBy: ['rule', ...list(values, 'gop')],
    illustrative: text(values, 'minh-hoa') === 'yes',
    enabled: text(values, 'dung') === 'yes',
  }
}

function readInput(values: Values): unknown {
  const from = text(values, 'tu')
  const sources = lines(values, 'nguon')
  const some = sources.length > 0 ? { sources } : {}
  if (from === 'fact')
    return {
      from,
      indicator: text(values, 'chi-tieu'),
      period: text(values, 'ky'),
      units: text(values, 'cap').includes('\n') ? lines(values, 'cap') : text(values, 'cap'),
    }
  if (from === 'record')
    return {
      from,
      kind: text(values, 'loai'),
      ...some,
      at: text(values, 'ngay'),
      of: optional(values, 'gia-tri'),
      by: text(values, 'theo') || 'organisation',
      where: lines(values, 'loc').map(readCondition),
    }
  return from === 'source' ? { from, ...some } : { from, by: text(values, 'theo') || 'key' }
}

/** `value ge 50`, `status in A | B`, `closedAt empty`. */
function readCondition(line: string): Condition {
  const [field = '', op = '', ...rest] = line.split(/\s+/)
  const words = rest.join(' ')
  const plain = (word: string) => (/^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word)
  if (op === 'in') return { field, op, value: words.split('|').map((one) => plain(one.trim())) }
  if (op === 'empty' || op === 'filled') return { field, op }
  // Another field of the same record is marked, so that it is not taken for a word.
  if (words.startsWith('@')) return { field, op: op as Condition['op'], other: words.slice(1) }
  return { field, op: op as Condition['op'], value: plain(words) }
}

const writeCondition = ({ field, op, value, other }: Condition): string =>
  [field, op, Array.isArray(value) ? value.join(' | ') : other === undefined ? value : `@${other}`]
    .filter((part) => part !== undefined)
    .join(' ')

function readWhen(values: Values): unknown {
  if (text(values, 'dieu-kien-yaml')) {
    try {
      return parse(text(values, 'dieu-kien-yaml'))
    } catch {
      return undefined
    }
  }
  const leaves = rows.flatMap((row) => (text(values, `kieu-${row}`) ? [readLeaf(values, row)] : []))
  return leaves.length === 1 ? leaves[0] : { type: text(values, 'noi') === 'any' ? 'any' : 'all', of: leaves }
}

function readLeaf(values: Values, row: number): unknown {
  const type = text(values, `kieu-${row}`)
  const span = text(values, `thoi-luong-${row}`)
  const clear = number(values, `het-${row}`)
  const against = {
    op: signOf(text(values, `so-sanh-${row}`)),
    value: number(values, `nguong-${row}`),
    ...(clear === undefined ? {} : { clear }),
  }
  const other = optional(values, `chi-tieu-${row}`)
  const own = other === undefined ? {} : { indicator: other }
  const steps = lines(values, `buoc-${row}`).map(readStep)
  if (type === 'rate')
    return { type, over: span || 'previous', as: text(values, `tinh-${row}`) || 'percent', ...against, ...own }
  if (type === 'count') return { type, window: span, ...against, where: steps }
  if (type === 'sequence') return { type, steps, within: span }
  if (type === 'state')
    return { type, is: lines(values, `buoc-${row}`).flatMap((line) => line.split('|').map((one) => one.trim())) }
  if (type === 'absence') return { type, longerThan: span || 'cadence' }
  return { type, ...against, ...own }
}

/** `to = late | overdue`. */
function readStep(line: string): Step {
  const [field = '', words = ''] = line.split('=', 2)
  return {
    field: field.trim(),
    equals: words
      .split('|')
      .map((one) => one.trim())
      .filter(Boolean),
  }
}

const writeStep = ({ field, equals }: Step): string => `${field} = ${equals.join(' | ')}`

const flatLeaves = (when: When): Leaf[] | undefined => {
  if (!('of' in when)) return holds(when) ? undefined : [when]
  const leaves = when.of.flatMap((one) => ('of' in one ? [] : [one]))
  return leaves.length === when.of.length && leaves.length <= rows.length && !leaves.some(holds) ? leaves : undefined
}

const holds = (leaf: Leaf) => leaf.type === 'sequence' && leaf.hold !== undefined

/** The form of a rule. */
export function writeForm(rule: Rule): Values {
  const leaves = flatLeaves(rule.when)
  return {
    ma: rule.code,
    ten: rule.name,
    'mo-ta': rule.description,
    muc: rule.severity,
    'cau-bao': rule.headline,
    'don-vi': rule.organisation,
    'kich-ban': rule.playbook,
    ...writeInput(rule.input),
    noi: rule.when.type === 'any' ? 'any' : 'all',
    ...(leaves
      ? Object.assign({}, ...leaves.map((leaf, index) => writeLeaf(leaf, index + 1)))
      : { 'dieu-kien-yaml': stringify(rule.when) }),
    'keo-dai': rule.for,
    'den-muon': rule.lateness,
    thieu: rule.noData.policy,
    'thieu-sau': rule.noData.after,
    gop: rule.groupBy.filter((one) => one !== 'rule'),
    'minh-hoa': rule.illustrative ? 'yes' : '',
    dung: rule.enabled ? 'yes' : '',
  }
}

function writeInput(input: Input): Values {
  if (input.from === 'fact')
    return {
      tu: 'fact',
      'chi-tieu': input.indicator,
      ky: input.period,
      cap: Array.isArray(input.units) ? input.units.join('\n') : input.units,
    }
  if (input.from === 'record')
    return {
      tu: 'record',
      loai: input.kind,
      nguon: input.sources?.join('\n'),
      ngay: input.at,
      'gia-tri': input.of,
      theo: input.by,
      loc: input.where.map(writeCondition).join('\n'),
    }
  return input.from === 'source'
    ? { tu: 'source', nguon: input.sources?.join('\n') }
    : { tu: input.from, theo: input.by }
}

function writeLeaf(leaf: Leaf, row: number): Values {
  const named = (values: Record<string, string | undefined>): Values =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [`${name}-${row}`, value]))
  const against =
    'value' in leaf
      ? {
          'so-sanh': nameOf(leaf.op),
          nguong: String(leaf.value).replace('.', ','),
          het: leaf.clear === undefined ? undefined : String(leaf.clear).replace('.', ','),
        }
      : {}
  const own = 'indicator' in leaf ? { 'chi-tieu': leaf.indicator } : {}
  const span =
    leaf.type === 'rate'
      ? { 'thoi-luong': leaf.over === 'previous' ? '' : leaf.over, tinh: leaf.as }
      : leaf.type === 'count'
        ? { 'thoi-luong': leaf.window, buoc: leaf.where.map(writeStep).join('\n') }
        : leaf.type === 'sequence'
          ? { 'thoi-luong': leaf.within, buoc: leaf.steps.map(writeStep).join('\n') }
          : leaf.type === 'state'
            ? { buoc: leaf.is.join('\n') }
            : leaf.type === 'absence'
              ? { 'thoi-luong': leaf.longerThan === 'cadence' ? '' : leaf.longerThan }
              : {}
  return named({ kieu: leaf.type, ...against, ...own, ...span })
}

/** Where on the form a fault of the rule lies. */
export function fieldOfFault(path: string): string {
  const direct: Record<string, string> = {
    code: 'ma',
    name: 'ten',
    severity: 'muc',
    headline: 'cau-bao',
    organisation: 'don-vi',
    'input.indicator': 'chi-tieu',
    'input.period': 'ky',
    'input.units': 'cap',
    'input.kind': 'loai',
    'input.at': 'ngay',
    at: 'ngay',
    'input.of': 'gia-tri',
    of: 'gia-tri',
    by: 'theo',
    for: 'keo-dai',
    lateness: 'den-muon',
    'noData.after': 'thieu-sau',
    reason: 'ly-do',
    clear: 'het-1',
  }
  if (direct[path]) return direct[path]
  if (path.startsWith('input.where')) return 'loc'
  const leaf: Record<string, string> = {
    op: 'so-sanh',
    value: 'nguong',
    clear: 'het',
    window: 'thoi-luong',
    within: 'thoi-luong',
    longerThan: 'thoi-luong',
    over: 'thoi-luong',
    steps: 'buoc',
    is: 'buoc',
    where: 'buoc',
    indicator: 'chi-tieu',
  }
  const [, row, name] = /^when(?:\.of\.(\d+))?(?:\.(\w+))?/.exec(path) ?? []
  return `${(name && leaf[name]) ?? 'kieu'}-${Number(row ?? 0) + 1}`
}
