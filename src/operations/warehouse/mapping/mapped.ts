import type { RecordFault } from '../model.ts'

// What the mapping of one input record gives: canonical rows ready to be written, or the faults for which it is set aside.

/** Codes known elsewhere, handed to the mapping so that it needs no database. */
export interface Knowledge {
  organisations: ReadonlySet<string>
  areas: ReadonlySet<string>
  /** `areas:<scheme>`, `organisations:<scheme>`: a name in another code list → our code. */
  lists: ReadonlyMap<string, ReadonlyMap<string, string>>
}

/** Where a record stands in its file; `offset` and `length` are bytes of the decompressed content. */
export interface Place {
  line: number
  offset?: number
  length?: number
}

/** One canonical row. `text`: its columns behind `record_id, part, source` in the text format of COPY. */
export interface CanonicalRow {
  part: number
  text: string
  organisation: string
  area: string
  /** Values of the kind's date fields (`datedBy`), in order. */
  days: readonly (string | null)[]
  caseId: string | null
}

export interface SoundRecord extends Place {
  sound: true
  key: string
  /** SHA-256 of the normalised input values, in hex. */
  sha: string
  /** Sortable text of the version, where the contract orders versions. */
  order: string | null
  /** Input values as JSON. */
  payload: () => string
  rows: readonly CanonicalRow[]
}

export interface UnsoundRecord extends Place {
  sound: false
  key: string | null
  sha: string
  payload: () => string
  /** The line itself where it could not even be read. */
  raw: string | null
  faults: readonly RecordFault[]
}

export type MappedRecord = SoundRecord | UnsoundRecord
