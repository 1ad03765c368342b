/** The document security store (ETSI EN 319 142-1, 5.4): certificates and answers about revocation, kept in the document for later. */
import { decode, type PdfDocument, readDocument } from '../pdf/document.ts'
import { rootOf } from '../pdf/pages.ts'
import { dict, isDict, isStream, type PdfDict, type PdfValue, ref } from '../pdf/values.ts'
import { appendUpdate, type Written } from '../pdf/write.ts'

export interface Material {
  certificates: readonly Buffer[]
  ocsps: readonly Buffer[]
  crls: readonly Buffer[]
}

const keys = [
  ['Certs', 'certificates'],
  ['OCSPs', 'ocsps'],
  ['CRLs', 'crls'],
] as const

/** What the document brings; nothing where it has no store. @throws PdfFault */
export function readMaterial(document: PdfDocument): Material | undefined {
  const store = document.follow(rootOf(document).dictionary.entries.get('DSS'))
  if (!isDict(store)) return undefined
  const read = (key: string): Buffer[] => {
    const list = document.follow(store.entries.get(key))
    return (Array.isArray(list) ? list : []).slice(0, 500).flatMap((one) => {
      const stream = document.follow(one)
      return isStream(stream) ? [decode(stream)] : []
    })
  }
  return { certificates: read('Certs'), ocsps: read('OCSPs'), crls: read('CRLs') }
}

/** The document with this material added behind it; what its store holds already is not written twice. */
export function addMaterial(pdf: Uint8Array, material: Material): Buffer {
  const document = readDocument(Buffer.from(pdf))
  const root = rootOf(document)
  const given = document.follow(root.dictionary.entries.get('DSS'))
  const store: PdfDict = isDict(given) ? given : dict({})
  const present = readMaterial(document)
  const changes = new Map<number, Written>()
  let next = document.size
  const entries = new Map(store.entries)
  for (const [key, kind] of keys) {
    const old = document.follow(store.entries.get(key))
    const list: PdfValue[] = Array.isArray(old) ? [...old] : []
    const known = new Set((present?.[kind] ?? []).map((one) => one.toString('latin1')))
    for (const raw of material[kind]) {
      if (known.has(raw.toString('latin1'))) continue
      known.add(raw.toString('latin1'))
      changes.set(next, { type: 'stream', dict: dict({ Length: raw.length }), raw })
      list.push(ref(next))
      next += 1
    }
    if (list.length > 0) entries.set(key, list)
  }
  const number = next
  changes.set(number, { ...store, entries })
  changes.set(root.at.number, {
    ...root.dictionary,
    entries: new Map([...root.dictionary.entries, ['DSS', ref(number)]]),
  })
  return appendUpdate(document, changes).bytes
}
