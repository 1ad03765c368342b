/**
 * Where the signatures of a document are, and whether each stands as it must: its range begins with the file, leaves out exactly its own
 * `Contents`, and ends where a revision of the file ended. What deviates is an attack that is known by name (USF, SWA), or an accident.
 */
import { type PdfDocument, readDocument } from '../pdf/document.ts'
import { rootOf } from '../pdf/pages.ts'
import {
  isDict,
  isName,
  isRef,
  isString,
  type PdfDict,
  PdfFault,
  type PdfRef,
  type PdfValue,
  wordsOf,
} from '../pdf/values.ts'
import { type Finding, fault } from './report.ts'

export interface FoundSignature {
  field: string
  kind: 'signature' | 'time-stamp'
  dictionary: PdfDict
  subFilter: string
  /** Absent where the structure is broken. */
  placed: PlacedSignature | undefined
  findings: Finding[]
}

export interface PlacedSignature {
  /** The signed bytes, in two pieces. */
  pieces: [Buffer, Buffer]
  contents: Buffer
  /** The document as it was when it was signed. */
  revision: PdfDocument
  /** Where its range ends. */
  end: number
}

const mostSignatures = 50

/** Fields of signatures that are signed, in the order of the form. @throws PdfFault */
export function findSignatures(document: PdfDocument): FoundSignature[] {
  const found: FoundSignature[] = []
  for (const { field, value } of listSignatureFields(document)) {
    const signature = value.entries.get('V')
    if (signature === undefined || signature === null) continue
    if (found.length >= mostSignatures) throw new PdfFault('pdf.too-many-signatures', 'Văn bản có quá nhiều chữ ký.')
    found.push(place(document, field, signature))
  }
  return found
}

export interface SignatureField {
  field: string
  at: PdfRef
  value: PdfDict
}

/** All fields of signatures, signed or not. */
export function listSignatureFields(document: PdfDocument): SignatureField[] {
  const form = document.follow(rootOf(document).dictionary.entries.get('AcroForm'))
  const found: SignatureField[] = []
  const seen = new Set<number>()
  const walk = (at: PdfValue, inherited: boolean, path: string, depth: number) => {
    if (!isRef(at) || seen.has(at.number) || depth > 20) return
    seen.add(at.number)
    const value = document.follow(at)
    if (!isDict(value)) return
    const title = document.follow(value.entries.get('T'))
    const field = isString(title) ? [path, wordsOf(title)].filter(Boolean).join('.') : path
    const type = document.follow(value.entries.get('FT'))
    const isSignature = type === null ? inherited : isName(type, 'Sig')
    if (isSignature && (value.entries.has('V') || isString(title))) found.push({ field, at, value })
    const kids = document.follow(value.entries.get('Kids'))
    if (Array.isArray(kids)) for (const kid of kids) walk(kid, isSignature, field, depth + 1)
  }
  const fields = isDict(form) ? document.follow(form.entries.get('Fields')) : null
  if (Array.isArray(fields)) for (const one of fields) walk(one, false, '', 0)
  return found
}

function place(document: PdfDocument, field: string, value: PdfValue): FoundSignature {
  const dictionary = document.follow(value)
  const broken = (code: string, words: string): FoundSignature => ({
    field,
    kind: 'signature',
    dictionary: isDict(dictionary) ? dictionary : { type: 'dict', entries: new Map(), repeated: [] },
    subFilter: '',
    placed: undefined,
    findings: [fault(code, words)],
  })
  if (!isDict(dictionary) || !isRef(value)) return broken('structure.no-signature', 'Ô chữ ký không chứa chữ ký.')
  const subFilter = document.follow(dictionary.entries.get('SubFilter'))
  const base = {
    field,
    kind: isName(document.follow(dictionary.entries.get('Type')), 'DocTimeStamp')
      ? ('time-stamp' as const)
      : ('signature' as const),
    dictionary,
    subFilter: isName(subFilter) ? subFilter.name : '',
  }
  try {
    return { ...base, placed: placeBytes(document, value, dictionary), findings: [] }
  } catch (error) {
    if (!(error instanceof PdfFault)) throw error
    return { ...broken(error.code, error.message), ...base }
  }
}

const wrong = (code: string, words: string) => new PdfFault(`structure.${code}`, words)

function placeBytes(document: PdfDocument, at: PdfRef, dictionary: PdfDict): PlacedSignature {
  const { bytes } = document
  if (dictionary.repeated.length > 0)
    throw wrong('repeated', `Chữ ký ghi hai lần mục ${dictionary.repeated.join(', ')}.`)
  const entry = document.entries.get(at.number)
  if (entry?.kind !== 'at') throw wrong('hidden', 'Chữ ký nằm trong luồng nén nên không thể kiểm tra.')
  const [from, before, after, rest] = readRange(dictionary.entries.get('ByteRange'))
  const contents = dictionary.entries.get('Contents')
  if (!isString(contents) || !contents.hex) throw wrong('no-contents', 'Chữ ký bị bỏ trống phần nội dung ký.')
  const end = after + rest
  if (from !== 0 || before <= 0 || after <= before || end > bytes.length)
    throw wrong('range', 'Phạm vi ký không bắt đầu từ đầu tệp hoặc nằm ngoài tệp.')
  // The one hole of the range is the value of this very dictionary, with its brackets and nothing else.
  if (contents.from !== before || contents.to !== after || entry.offset >= before)
    throw wrong('wrapped', 'Phạm vi ký chừa ra phần khác với chính chữ ký: dấu hiệu tráo nội dung.')
  const hex = bytes.toString('latin1', before + 1, after - 1)
  if (!/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(hex)) throw wrong('contents', 'Nội dung chữ ký bị sửa cách ghi.')
  const revision = readRevision(bytes, end)
  const then = revision.entries.get(at.number)
  if (then?.kind !== 'at' || then.offset !== entry.offset)
    throw wrong('moved', 'Chữ ký không có trong chính phần văn bản mà nó ký.')
  return {
    pieces: [bytes.subarray(0, before), bytes.subarray(after, end)],
    contents: contents.bytes,
    revision,
    end,
  }
}

function readRange(value: PdfValue | undefined): [number, number, number, number] {
  const [a, b, c, d, more] = Array.isArray(value) ? value : []
  const isCount = (one: PdfValue | undefined): one is number =>
    typeof one === 'number' && Number.isInteger(one) && one >= 0
  if (!isCount(a) || !isCount(b) || !isCount(c) || !isCount(d) || more !== undefined)
    throw wrong('no-range', 'Chữ ký không ghi phạm vi ký, hoặc ghi sai.')
  return [a, b, c, d]
}

/** The file as it was when the range ended: whole by itself. */
function readRevision(bytes: Buffer, end: number): PdfDocument {
  const tail = bytes.toString('latin1', Math.max(0, end - 10), end)
  if (!/%%EOF[\r\n ]{0,3}$/.test(tail)) throw wrong('cut', 'Phạm vi ký không kết thúc ở cuối một lần lưu của văn bản.')
  return readDocument(bytes.subarray(0, end))
}
