/**
 * What was changed behind a signature, object by object, and whether it may: further signatures and their pictures, time stamps, the store
 * of material for later checks, the words about the file. All else is a change of what was signed, however it was done: an object written
 * anew, or an old one, hidden in the signed part, that a new table points to (shadow attacks: hide, replace, hide-and-replace).
 */
import type { Entry, PdfDocument } from '../pdf/document.ts'
import { listPages, rootOf } from '../pdf/pages.ts'
import { isDict, isName, isRef, isStream, type PdfDict, type PdfValue } from '../pdf/values.ts'
import { write } from '../pdf/write.ts'
import { listSignatureFields } from './structure.ts'

export interface Changes {
  /** What may follow a signature. */
  additions: string[]
  /** What may not, in words. */
  forbidden: string[]
}

const same = (a: PdfValue | undefined, b: PdfValue | undefined) => write(a ?? null) === write(b ?? null)

/** @throws PdfFault when the newer cannot be read. */
export function compareRevisions(before: PdfDocument, after: PdfDocument): Changes {
  const found: Changes = { additions: [], forbidden: [] }
  const [rootBefore, rootAfter] = [rootOf(before), rootOf(after)]
  if (rootBefore.at.number !== rootAfter.at.number)
    return { ...found, forbidden: ['danh mục của văn bản bị thay bằng danh mục khác'] }
  const judged = new Set<number>([rootBefore.at.number])
  compareRoot(before, after, found)
  const fields = compareFields(before, after, { found, judged })
  comparePages(before, after, { found, judged, fields })
  const changed = changedNumbers(before, after)
  const apart = listApart(before)
  // What stands apart may change only where nothing that is shown leans on the same object.
  const shown = changed.some((number) => apart.has(number)) ? listShown(before) : new Set<number>()
  for (const number of changed) {
    if (
      judged.has(number) ||
      (apart.has(number) && !shown.has(number)) ||
      isStructure(before.get(number), after.get(number))
    )
      continue
    found.forbidden.push(describe(number, before.get(number), after.get(number)))
  }
  return { additions: [...new Set(found.additions)], forbidden: [...new Set(found.forbidden)] }
}

/** Objects that were there, and now say something else. */
function changedNumbers(before: PdfDocument, after: PdfDocument): number[] {
  const isMoved = (a: Entry | undefined, b: Entry | undefined): boolean => {
    if (a?.kind === 'in' && b?.kind === 'in' && a.stream === b.stream && a.index === b.index)
      return isMoved(before.entries.get(a.stream), after.entries.get(b.stream))
    return JSON.stringify(a) !== JSON.stringify(b)
  }
  return [...before.entries]
    .filter(([number, entry]) => entry.kind !== 'free' && isMoved(entry, after.entries.get(number)))
    .map(([number]) => number)
    .filter((number) => !same(before.get(number), after.get(number)))
}

/** Tables and containers of the file: what they hold is compared by itself. */
const isStructure = (before: PdfValue, after: PdfValue): boolean =>
  ['XRef', 'ObjStm'].some((type) =>
    [before, after].every((value) => isStream(value) && isName(value.dict.entries.get('Type'), type)),
  )

interface Judging {
  found: Changes
  /** Numbers of objects whose change has been judged. */
  judged: Set<number>
}

/** Keys whose values differ. */
function differences(before: PdfDict, after: PdfDict): string[] {
  const keys = new Set([...before.entries.keys(), ...after.entries.keys()])
  return [...keys].filter((key) => !same(before.entries.get(key), after.entries.get(key)))
}

function compareRoot(before: PdfDocument, after: PdfDocument, found: Changes): void {
  const [old, now] = [rootOf(before).dictionary, rootOf(after).dictionary]
  if (now.repeated.length > 0 && old.repeated.length === 0) found.forbidden.push('danh mục ghi hai lần cùng một mục')
  for (const key of differences(old, now))
    if (!['AcroForm', 'DSS', 'Extensions', 'Metadata'].includes(key))
      found.forbidden.push(`mục ${key} trong danh mục của văn bản`)
  const [store, material] = [old.entries.get('DSS'), now.entries.get('DSS')]
  if (!same(store, material) || !same(before.follow(store), after.follow(material)))
    found.additions.push('dữ liệu để kiểm tra về sau (chứng thư, tình trạng thu hồi)')
  const [words, newer] = [old.entries.get('Metadata'), now.entries.get('Metadata')]
  const isWords = (value: PdfValue) =>
    value === null || (isStream(value) && isName(value.dict.entries.get('Type'), 'Metadata'))
  if (!same(before.follow(words), after.follow(newer))) {
    if (isWords(after.follow(newer))) found.additions.push('thông tin mô tả tệp')
    else found.forbidden.push('thông tin mô tả tệp bị thay bằng nội dung khác')
  }
}

/** What stands apart from what is shown: words about the file, the store of material. */
const apartKeys = ['DSS', 'Metadata']

function listApart(document: PdfDocument): Set<number> {
  const { entries } = rootOf(document).dictionary
  return listReached(document, [document.trailer.entries.get('Info'), ...apartKeys.map((key) => entries.get(key))])
}

function listShown(document: PdfDocument): Set<number> {
  const { entries } = rootOf(document).dictionary
  return listReached(
    document,
    [...entries].filter(([key]) => !apartKeys.includes(key)).map(([, value]) => value),
  )
}

/** Numbers of everything that can be come to from there. */
function listReached(document: PdfDocument, starts: readonly (PdfValue | undefined)[]): Set<number> {
  const reached = new Set<number>()
  const open: (PdfValue | undefined)[] = [...starts]
  for (let value = open.pop(); open.length > 0 || value !== undefined; value = open.pop()) {
    if (isRef(value)) {
      if (reached.has(value.number)) continue
      reached.add(value.number)
      open.push(document.get(value.number))
    } else if (Array.isArray(value)) open.push(...value)
    else if (isDict(value)) open.push(...value.entries.values())
    else if (isStream(value)) open.push(...value.dict.entries.values())
  }
  return reached
}

/** Judges the form; numbers of the fields that are new. */
function compareFields(before: PdfDocument, after: PdfDocument, { found, judged }: Judging): Set<number> {
  const [given, newer] = [
    rootOf(before).dictionary.entries.get('AcroForm'),
    rootOf(after).dictionary.entries.get('AcroForm'),
  ]
  const [old, now] = [before.follow(given), after.follow(newer)]
  if (isRef(given) && same(given, newer)) judged.add(given.number)
  const known = new Map(listSignatureFields(before).map((field) => [field.at.number, field]))
  const fresh = new Set<number>()
  for (const { field, at, value } of listSignatureFields(after)) {
    const was = known.get(at.number)
    if (!was) {
      fresh.add(at.number)
      for (const kid of kidsOf(after, value)) fresh.add(kid)
      const fault = faultOfField(after, value)
      if (fault) found.forbidden.push(`ô chữ ký “${field}” thêm về sau ${fault}`)
      else found.additions.push(value.entries.has('V') ? `chữ ký hoặc dấu thời gian “${field}”` : `ô chữ ký “${field}”`)
    } else if (!same(was.value, value)) {
      judged.add(at.number)
      const isNowSigned = !was.value.entries.has('V')
      const others = differences(was.value, value).filter((key) => !['V', 'AP', 'M'].includes(key))
      if (isNowSigned && others.length === 0) found.additions.push(`chữ ký hoặc dấu thời gian “${field}”`)
      else found.forbidden.push(`ô chữ ký “${field}” đã có từ trước`)
    }
  }
  compareForm({ before, after, old, now, fresh }, { found, judged })
  return fresh
}

/** Square points; a sheet of A4 has 501,000. */
const mostSeen = 125_000

/** A later signature is seen where nothing is hidden by it, and shows nothing unless somebody has signed (sneaky signature attack). */
function faultOfField(document: PdfDocument, value: PdfDict): string | undefined {
  const kids = kidsOf(document, value).map((number) => document.get(number))
  const widgets = [value, ...kids.filter(isDict)]
  if (widgets.some(({ entries }) => entries.has('A') || entries.has('AA'))) return 'mang theo lệnh'
  const isOther = ({ entries }: PdfDict) => entries.has('Subtype') && !isName(entries.get('Subtype'), 'Widget')
  if (kids.length > widgets.length - 1 || widgets.some(isOther)) return 'mang theo chú thích khác'
  const seen = widgets
    .filter(({ entries }) => entries.has('AP'))
    .map(({ entries }) => areaOf(document, entries.get('Rect')))
  if (!value.entries.has('V') && seen.some((area) => area > 0)) return 'chưa ai ký mà có hình đè lên trang'
  return seen.some((area) => area > mostSeen) ? 'có hình che phần lớn trang' : undefined
}

function areaOf(document: PdfDocument, rectangle: PdfValue | undefined): number {
  const given = document.follow(rectangle)
  const [x = 0, y = 0, right = 0, top = 0] = Array.isArray(given)
    ? given.map((one) => Number(document.follow(one)))
    : []
  return Math.abs((right - x) * (top - y))
}

const kidsOf = (document: PdfDocument, value: PdfDict): number[] => {
  const kids = document.follow(value.entries.get('Kids'))
  return Array.isArray(kids) ? kids.flatMap((kid) => (isRef(kid) ? [kid.number] : [])) : []
}

interface Forms {
  before: PdfDocument
  after: PdfDocument
  old: PdfValue
  now: PdfValue
  fresh: ReadonlySet<number>
}

function compareForm({ before, after, old, now, fresh }: Forms, { found, judged }: Judging): void {
  if (!isDict(now)) {
    if (isDict(old)) found.forbidden.push('biểu mẫu chứa chữ ký bị bỏ')
    return
  }
  const first: PdfDict = isDict(old) ? old : { type: 'dict', entries: new Map(), repeated: [] }
  const may = isDict(old) ? ['Fields', 'SigFlags'] : ['Fields', 'SigFlags', 'DR', 'DA']
  for (const key of differences(first, now)) if (!may.includes(key)) found.forbidden.push(`mục ${key} của biểu mẫu`)
  const given = first.entries.get('Fields')
  if (isRef(given)) judged.add(given.number)
  compareLists(
    { old: before.follow(given), now: after.follow(now.entries.get('Fields')), fresh, what: 'ô của biểu mẫu' },
    found,
  )
}

interface Lists {
  old: PdfValue
  now: PdfValue
  /** What may have been added. */
  fresh: ReadonlySet<number>
  what: string
}

/** What was listed is listed still, in its order; what is new is of a later signature. */
function compareLists({ old, now, fresh, what }: Lists, found: Changes): void {
  const [was, is] = [Array.isArray(old) ? old : [], Array.isArray(now) ? now : []]
  const kept = is.filter((one) => !(isRef(one) && fresh.has(one.number)))
  if (!same(was, kept)) found.forbidden.push(`${what} bị thêm hoặc bớt`)
}

function comparePages(
  before: PdfDocument,
  after: PdfDocument,
  { found, judged, fields }: Judging & { fields: ReadonlySet<number> },
): void {
  const [old, now] = [listPages(before), listPages(after)]
  if (!same(old, now)) {
    found.forbidden.push(
      old.length === now.length ? 'trang bị thay hoặc đổi thứ tự' : `số trang từ ${old.length} thành ${now.length}`,
    )
    return
  }
  for (const [place, at] of old.entries()) {
    const [was, is] = [before.follow(at), after.follow(at)]
    if (!isDict(was) || !isDict(is)) continue
    judged.add(at.number)
    for (const key of differences(was, is)) if (key !== 'Annots') found.forbidden.push(`trang ${place + 1}: mục ${key}`)
    const given = was.entries.get('Annots')
    if (isRef(given)) judged.add(given.number)
    const lists = { old: before.follow(given), now: after.follow(is.entries.get('Annots')) }
    compareLists({ ...lists, fresh: fields, what: `trang ${place + 1}: chú thích` }, found)
  }
}

function describe(number: number, before: PdfValue, after: PdfValue): string {
  const typeOf = (value: PdfValue) => {
    const dictionary = isStream(value) ? value.dict : value
    const kind = isDict(dictionary) ? (dictionary.entries.get('Subtype') ?? dictionary.entries.get('Type')) : undefined
    return isName(kind) ? ` ${kind.name}` : ''
  }
  if (after === null) return `đối tượng ${number}${typeOf(before)} bị xóa`
  return `đối tượng ${number}${typeOf(before)} bị thay nội dung`
}
