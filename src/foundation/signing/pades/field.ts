/** The field of a signature: its dictionary with room for the CMS, its widget on a page, and the form that names it (ISO 32000-1, 12.7, 12.8). */
import type { PdfDocument } from '../pdf/document.ts'
import { malformed } from '../pdf/lexer.ts'
import { listPages, rootOf } from '../pdf/pages.ts'
import {
  dict,
  isDict,
  isRef,
  isString,
  name,
  type PdfDict,
  PdfFault,
  type PdfRef,
  type PdfValue,
  ref,
  text,
  wordsOf,
} from '../pdf/values.ts'
import { appendUpdate, type Written, write } from '../pdf/write.ts'
import { drawAppearance } from './appearance.ts'
import type { Appearance, PreparedState } from './means.ts'

export interface FieldOptions {
  /** Bytes that the signature may take. */
  room: number
  at: Date
  subFilter: 'ETSI.CAdES.detached' | 'ETSI.RFC3161'
  signerName?: string
  reason?: string
  location?: string
  appearance?: Appearance
}

export interface AddedField {
  pdf: Buffer
  byteRange: PreparedState['byteRange']
  field: string
}

export async function addField(document: PdfDocument, options: FieldOptions): Promise<AddedField> {
  const changes = new Map<number, Written>()
  let next = document.size
  const claim = () => next++
  const pages = listPages(document)
  const page = pages[options.appearance?.page ?? 0]
  if (!page) throw new PdfFault('pdf.no-page', 'Văn bản không có trang được chọn để đặt chữ ký.')
  const form = readForm(document)
  const field = freeName(document, form.fields)
  const [signature, widget] = [claim(), claim()]
  const { appearance } = options
  const drawn = appearance && (await drawAppearance(appearance, claim, changes))
  const box = appearance?.box
  changes.set(
    widget,
    dict({
      Type: name('Annot'),
      Subtype: name('Widget'),
      FT: name('Sig'),
      T: text(field),
      // Printed; and locked, so that no reader moves it.
      F: 132,
      Rect: box ? [box.x, box.y, box.x + box.width, box.y + box.height] : [0, 0, 0, 0],
      P: ref(page.number, page.generation),
      V: ref(signature),
      ...(drawn === undefined ? {} : { AP: dict({ N: ref(drawn) }) }),
    }),
  )
  changes.set(signature, { written: signatureDictionary(options) })
  putIntoList(document, changes, { owner: page, key: 'Annots', added: ref(widget) })
  putIntoForm(document, changes, { form, added: ref(widget) })
  const { bytes, offsets } = appendUpdate(document, changes)
  return { ...fillRange(bytes, offsets.get(signature) ?? 0, options.room), field }
}

const rangeRoom = '[0 0000000000 0000000000 0000000000]'

function signatureDictionary(options: FieldOptions): string {
  const isStamp = options.subFilter === 'ETSI.RFC3161'
  const said = dict({
    Type: name(isStamp ? 'DocTimeStamp' : 'Sig'),
    Filter: name('Adobe.PPKLite'),
    SubFilter: name(options.subFilter),
    ...(isStamp ? {} : { M: text(pdfTime(options.at)) }),
    ...(options.signerName ? { Name: text(options.signerName) } : {}),
    ...(options.reason ? { Reason: text(options.reason) } : {}),
    ...(options.location ? { Location: text(options.location) } : {}),
  })
  const room = '0'.repeat(options.room * 2)
  return `${write(said).slice(0, -2)}/ByteRange ${rangeRoom}/Contents <${room}>>>`
}

/** "D:20261130101500+07'00'", in the time of Việt Nam. */
function pdfTime(at: Date): string {
  const local = new Date(at.getTime() + 7 * 3_600_000).toISOString()
  return `D:${local.slice(0, 19).replace(/[-T:]/g, '')}+07'00'`
}

function fillRange(pdf: Buffer, object: number, room: number): Omit<AddedField, 'field'> {
  const range = pdf.indexOf(rangeRoom, object, 'latin1')
  const before = pdf.indexOf('/Contents <', range, 'latin1') + 10
  const after = before + room * 2 + 2
  const byteRange = [0, before, after, pdf.length - after] as const
  pdf.write(`[${byteRange.join(' ')}]`.padEnd(rangeRoom.length, ' '), range, 'latin1')
  return { pdf, byteRange }
}

interface Form {
  /** Where the form stands: an object of its own, or inside the catalogue. */
  at: PdfRef | undefined
  dictionary: PdfDict
  fields: readonly PdfValue[]
}

function readForm(document: PdfDocument): Form {
  const given = rootOf(document).dictionary.entries.get('AcroForm')
  const dictionary = document.follow(given)
  const fields = isDict(dictionary) ? document.follow(dictionary.entries.get('Fields')) : []
  return {
    at: isRef(given) ? given : undefined,
    dictionary: isDict(dictionary) ? dictionary : dict(),
    fields: Array.isArray(fields) ? fields : [],
  }
}

/** A name that no field bears. */
function freeName(document: PdfDocument, fields: readonly PdfValue[]): string {
  const taken = new Set(
    fields.map((one) => {
      const field = document.follow(one)
      const title = isDict(field) ? document.follow(field.entries.get('T')) : null
      return isString(title) ? wordsOf(title) : ''
    }),
  )
  for (let number = 1; ; number += 1) if (!taken.has(`Chữ ký ${number}`)) return `Chữ ký ${number}`
}

/** The dictionary as it is to be written anew. */
const withEntries = (dictionary: PdfDict, entries: Record<string, PdfValue>): PdfDict => ({
  ...dictionary,
  entries: new Map([...dictionary.entries, ...Object.entries(entries)]),
})

interface ListChange {
  owner: PdfRef
  key: string
  added: PdfRef
}

/** Adds to a list of an object: in the list's own object where it has one. */
function putIntoList(document: PdfDocument, changes: Map<number, Written>, { owner, key, added }: ListChange): void {
  const holder = document.follow(owner)
  if (!isDict(holder)) throw malformed('trang', 0)
  const given = holder.entries.get(key)
  const list = document.follow(given)
  const longer = [...(Array.isArray(list) ? list : []), added]
  if (isRef(given)) changes.set(given.number, longer)
  else changes.set(owner.number, withEntries(holder, { [key]: longer }))
}

function putIntoForm(
  document: PdfDocument,
  changes: Map<number, Written>,
  { form, added }: { form: Form; added: PdfRef },
): void {
  // There are signatures, and the file may only be added to.
  const changed = withEntries(form.dictionary, { Fields: [...form.fields, added], SigFlags: 3 })
  if (form.at) return void changes.set(form.at.number, changed)
  const root = rootOf(document)
  changes.set(root.at.number, withEntries(root.dictionary, { AcroForm: changed }))
}
