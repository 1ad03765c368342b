import type { MappedRecord, SoundRecord, UnsoundRecord } from './mapping/mapped.ts'
import type { RecordFault } from './model.ts'

// What becomes of each record of a batch: pure rules over what is held already. The database is asked before and written after.

/** The version of a record that stands, as held or as decided earlier in this batch. */
export interface Held {
  /** Row of the record; undefined while it is only decided. */
  id: number | undefined
  sha: string
  order: string | null
  landingId: number
  /** Its place among the batch's writes when it came in this batch. */
  write: Write | undefined
}

/** A record version to be written. */
export interface Write {
  record: SoundRecord
  /** The landing it came with. */
  landingId: number
  /** The row of the database it replaces. */
  replaces: number | undefined
  /** What stands over it: an earlier decided newer version, or the one held. */
  replacedBy: Write | number | undefined
}

export interface Quarantined {
  id: number
  rule: string
  state: string
}

export interface Holdings {
  current: Map<string, Held>
  /** `key sha` of older versions. */
  history: ReadonlySet<string>
  quarantined: ReadonlyMap<string, Quarantined>
  /** Hashes of keys met earlier in this landing that left no record there. */
  met: ReadonlySet<number>
}

export interface Scope {
  landingId: number
  versioned: boolean
  /** A person decided that these stand: the rule on doubled keys does not apply. */
  replay: boolean
  hashOf(key: string): number
}

export interface Decision {
  writes: Write[]
  setAside: UnsoundRecord[]
  duplicateLines: number[]
  /** Keys of this batch that left no record. */
  metKeys: Set<number>
  /** Quarantined rows whose record has now gone through. */
  settled: number[]
  applied: number
  superseded: number
  duplicate: number
}

export const doubledKey = 'doubled-key'

export const historyEntry = (key: string, sha: string): string => `${key}\u0000${sha}`

export function decideBatch(records: readonly MappedRecord[], held: Holdings, scope: Scope): Decision {
  const decision: Decision = {
    writes: [],
    setAside: [],
    duplicateLines: [],
    metKeys: new Set(),
    settled: [],
    applied: 0,
    superseded: 0,
    duplicate: 0,
  }
  const asideShas = new Set<string>()
  const duplicate = (record: MappedRecord) => {
    decision.duplicate += 1
    decision.duplicateLines.push(record.line)
    if (record.key !== null) decision.metKeys.add(scope.hashOf(record.key))
  }
  const setAside = (record: UnsoundRecord) => {
    if (held.quarantined.has(record.sha) || asideShas.has(record.sha)) return duplicate(record)
    asideShas.add(record.sha)
    decision.setAside.push(record)
    if (record.key !== null) decision.metKeys.add(scope.hashOf(record.key))
  }
  for (const record of records) {
    if (!record.sound) {
      setAside(record)
      continue
    }
    const current = held.current.get(record.key)
    const outcome = judge(record, current, held, decision, scope)
    if (outcome === 'duplicate') duplicate(record)
    else if (outcome === 'doubled') setAside(asDoubled(record))
    else write(record, current, outcome, held, decision, scope)
    const known = held.quarantined.get(record.sha)
    if (known && outcome !== 'doubled' && ['open', 'returned'].includes(known.state)) {
      if (outcome !== 'duplicate' || known.rule !== doubledKey) decision.settled.push(known.id)
    }
  }
  return decision
}

type Verdict = 'new' | 'newer' | 'older' | 'duplicate' | 'doubled'

function judge(
  record: SoundRecord,
  current: Held | undefined,
  held: Holdings,
  decision: Decision,
  scope: Scope,
): Verdict {
  if (!current) return 'new'
  if (current.sha === record.sha) return 'duplicate'
  if (scope.versioned) {
    const compared = compareOrder(record.order, current.order)
    if (compared < 0) return held.history.has(historyEntry(record.key, record.sha)) ? 'duplicate' : 'older'
    if (compared > 0) return 'newer'
    if (held.history.has(historyEntry(record.key, record.sha))) return 'duplicate'
  }
  if (scope.replay) return 'newer'
  const hash = scope.hashOf(record.key)
  const metHere = current.landingId === scope.landingId || held.met.has(hash) || decision.metKeys.has(hash)
  return metHere ? 'doubled' : 'newer'
}

/** No version is older than any. */
function compareOrder(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}

function write(
  record: SoundRecord,
  current: Held | undefined,
  verdict: 'new' | 'newer' | 'older',
  held: Holdings,
  decision: Decision,
  scope: Scope,
): void {
  const made: Write = { record, landingId: scope.landingId, replaces: undefined, replacedBy: undefined }
  decision.writes.push(made)
  if (verdict === 'new') decision.applied += 1
  else decision.superseded += 1
  if (verdict === 'older') {
    made.replacedBy = current?.write ?? current?.id
    return
  }
  if (current?.write) {
    current.write.replacedBy = made
    // The row of the database is replaced once, by the first of this batch.
  } else made.replaces = current?.id
  held.current.set(record.key, {
    id: undefined,
    sha: record.sha,
    order: record.order,
    landingId: scope.landingId,
    write: made,
  })
}

const doubledFault = (key: string): RecordFault => ({
  field: '',
  value: key,
  rule: doubledKey,
  message: `Khóa “${key}” đã có trong cùng tệp này với nội dung khác. Hãy giữ lại một dòng đúng, hoặc khai cột thứ tự phiên bản trong hợp đồng dữ liệu.`,
})

function asDoubled(record: SoundRecord): UnsoundRecord {
  return {
    sound: false,
    line: record.line,
    offset: record.offset,
    length: record.length,
    key: record.key,
    sha: record.sha,
    payload: record.payload,
    raw: null,
    faults: [doubledFault(record.key)],
  }
}
