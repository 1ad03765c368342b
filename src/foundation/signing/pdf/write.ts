/** Adds an update behind a PDF and leaves every byte of it as it is (ISO 32000-1, 7.5.6): what was signed stays signed. */
import type { PdfDocument } from './document.ts'
import { dict, isRef, name, type PdfString, type PdfValue } from './values.ts'

const writeNumber = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toFixed(5)))

const writeName = (text: string): string =>
  `/${text.replace(/[^!-~]|[#()<>[\]{}/%]/g, (one) => `#${one.charCodeAt(0).toString(16).padStart(2, '0')}`)}`

const writeString = ({ bytes }: PdfString): string => {
  if (bytes.every((byte) => byte >= 32 && byte < 127 && byte !== 40 && byte !== 41 && byte !== 92))
    return `(${bytes.toString('latin1')})`
  return `<${bytes.toString('hex')}>`
}

/** A value as it is written, in Latin-1; the same value is always written the same. */
export function write(value: PdfValue): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return writeNumber(value)
  if (Array.isArray(value)) return `[${value.map(write).join(' ')}]`
  switch (value.type) {
    case 'name':
      return writeName(value.name)
    case 'string':
      return writeString(value)
    case 'ref':
      return `${value.number} ${value.generation} R`
    case 'dict':
      return `<<${[...value.entries].map(([key, one]) => `${writeName(key)} ${write(one)}`).join('')}>>`
    case 'stream':
      return `${write(value.dict)}\nstream\n${value.raw.toString('latin1')}\nendstream`
  }
}

/** An object of the update: a value, or what stands between `obj` and `endobj` already written in Latin-1. */
export type Written = PdfValue | { written: string }

export interface Update {
  bytes: Buffer
  /** Where each object of the update begins. */
  offsets: ReadonlyMap<number, number>
}

/** The file with new and changed objects behind it, in a section of the kind the file has. */
export function appendUpdate(document: PdfDocument, objects: ReadonlyMap<number, Written>): Update {
  const pieces: Buffer[] = [document.bytes]
  let length = document.bytes.length
  const put = (piece: string) => {
    const bytes = Buffer.from(piece, 'latin1')
    pieces.push(bytes)
    length += bytes.length
  }
  if (document.bytes.at(-1) !== 10) put('\n')
  const offsets = new Map<number, number>()
  for (const [number, object] of [...objects].sort(([a], [b]) => a - b)) {
    offsets.set(number, length)
    const body = typeof object === 'object' && object !== null && 'written' in object ? object.written : write(object)
    put(`${number} 0 obj\n${body}\nendobj\n`)
  }
  const size = Math.max(document.size, ...[...objects.keys()].map((number) => number + 1))
  const trailer = trailerOf(document, size)
  if (document.sections[0]?.kind === 'stream') putStream({ put, length: () => length, offsets, trailer, number: size })
  else putTable({ put, length: () => length, offsets, trailer })
  return { bytes: Buffer.concat(pieces), offsets }
}

function trailerOf(document: PdfDocument, size: number): Map<string, PdfValue> {
  const entries = new Map<string, PdfValue>([['Size', size]])
  for (const key of ['Root', 'Info', 'ID']) {
    const value = document.trailer.entries.get(key)
    if (value !== undefined && (key === 'ID' || isRef(value))) entries.set(key, value)
  }
  entries.set('Prev', document.sections[0]?.at ?? 0)
  return entries
}

interface Ending {
  put(piece: string): void
  length(): number
  offsets: Map<number, number>
  trailer: Map<string, PdfValue>
}

/** Numbers that follow one another, as they stand together in a section. */
function runsOf(numbers: readonly number[]): number[][] {
  const runs: number[][] = []
  for (const number of numbers) {
    const last = runs.at(-1)
    if (last && last.at(-1) === number - 1) last.push(number)
    else runs.push([number])
  }
  return runs
}

function putTable({ put, length, offsets, trailer }: Ending): void {
  const at = length()
  const lines = runsOf([...offsets.keys()]).map((run) => {
    const rows = run.map((number) => `${String(offsets.get(number)).padStart(10, '0')} 00000 n\r\n`)
    return `${run[0]} ${run.length}\n${rows.join('')}`
  })
  put(`xref\n${lines.join('')}trailer\n${write({ ...dict(), entries: trailer })}\nstartxref\n${at}\n%%EOF\n`)
}

function putStream({ put, length, offsets, trailer, number }: Ending & { number: number }): void {
  const at = length()
  offsets.set(number, at)
  const runs = runsOf([...offsets.keys()].sort((a, b) => a - b))
  const rows = runs.flat().map((one) => {
    const row = Buffer.alloc(7)
    row.writeUInt8(1, 0)
    row.writeUInt32BE(offsets.get(one) ?? 0, 1)
    return row
  })
  const raw = Buffer.concat(rows)
  trailer.set('Size', number + 1)
  const entries = new Map<string, PdfValue>([
    ['Type', name('XRef')],
    ...trailer,
    ['Index', runs.flatMap((run) => [run[0] ?? 0, run.length])],
    ['W', [1, 4, 2]],
    ['Length', raw.length],
  ])
  put(`${number} 0 obj\n${write({ type: 'stream', dict: { ...dict(), entries }, raw })}\nendobj\n`)
  put(`startxref\n${at}\n%%EOF\n`)
}
