import { z } from 'zod'

/** A JSON value whose canonical form is well defined: finite numbers, no `undefined`. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** Longest body of one entry in canonical form; what is larger belongs into a batch or another room's table. */
export const bodyLimit = 256 * 1024

// Control characters and lone surrogates do not survive the way into the database and back.
const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u)

/** What a caller says of a deed; who, where and when come from the context unless they are given. */
export const EntryInput = z.strictObject({
  /** `subject.past-tense`, like the events: `source.landed`, `person.looked-up`. */
  action: z
    .string()
    .regex(/^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+$/)
    .max(100),
  /** What it was done to, as `kind:code`. */
  subject: line(300),
  /** Why personal data was opened. */
  purpose: line(500).optional(),
  body: z.custom<Json>().optional(),
  /** Name of the key under which the body is encrypted; the key can be destroyed later. */
  sealUnder: line(200).optional(),
  at: z.date().optional(),
  actor: line(200).optional(),
  organisation: line(100).optional(),
})
export type EntryInput = z.infer<typeof EntryInput>

/** What a caller without a context must say as well. */
export type FullEntryInput = EntryInput & { at: Date; actor: string; organisation: string }

/** The signed-off part of a batch: root and size of its own tree, and a hash that fixes the salt of its items. */
export const BatchSeal = z.strictObject({ root: z.string(), saltHash: z.string(), size: z.int().min(1) })
export type BatchSeal = z.infer<typeof BatchSeal>

/** The committed columns of an entry, as they are stored. */
export interface EntryRow {
  id: string
  at: Date
  actor: string
  organisation: string
  action: string
  subject: string
  purpose: string | null
  sealedUnder: string | null
  /** Canonical JSON, or the canonical JSON of a sealed body. */
  body: string
  /** Canonical JSON of the batch's seal. */
  batch: string | null
  /** Account of the absent colleague for whom the actor stood in. */
  onBehalfOf?: string | null
}

export interface StoredEntry extends EntryRow {
  salt: Buffer
  commitment: Buffer
}

/** An entry as others see it. `leafIndex` is null until the sequencer has numbered it. */
export interface Entry {
  id: string
  at: Date
  actor: string
  /** Account of the absent colleague for whom the actor stood in. */
  onBehalfOf: string | null
  organisation: string
  action: string
  subject: string
  purpose: string | null
  /** The opened body; undefined when it is sealed under a key that was destroyed. */
  body: Json | undefined
  sealedUnder: string | null
  batch: BatchSeal | null
  commitment: string
  leafIndex: number | null
}

export interface EntryFilter {
  /** `kind:code`; or `kind:*` for all of that kind. */
  subject?: string
  /** Words of it, in any order; case and diacritics do not count. */
  purpose?: string
  actor?: string
  action?: string
  organisation?: string
  from?: Date
  to?: Date
}

export interface Checkpoint {
  size: number
  /** Base64. */
  root: string
  at: Date
  note: string
  verifierKey: string
}

/** Everything a stranger needs to check one entry: hashes in base64, the note as signed. */
export interface EntryProof {
  id: string
  /** The text the commitment was made over. */
  preimage: string
  salt: string
  commitment: string
  leafIndex: number
  treeSize: number
  root: string
  path: string[]
  /** The signed checkpoint of exactly this tree size; null when none has been signed yet. */
  checkpoint: { note: string; verifierKey: string } | null
}

/** Proof that one item is in a batch, beside the proof of the batch's entry. */
export interface ItemProof {
  index: number
  size: number
  salt: string
  root: string
  path: string[]
}

/** RFC 8785: keys sorted, no spaces. @throws TypeError for what JSON cannot hold. */
export function canonicalise(value: Json): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no form in JSON`)
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalise).join(',')}]`
  if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    throw new TypeError(`${typeof value} has no form in JSON`)
  }
  const members = Object.entries(value as Record<string, Json | undefined>)
    .filter((member): member is [string, Json] => member[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalise(member)}`).join(',')}}`
}

const quote = (value: string | null) => (value === null ? 'null' : JSON.stringify(value))

/**
 * The text an entry's commitment is made over: canonical JSON of its columns, that of the colleague stood in for only where there is one.
 * Id and time apart, for readers that hold them otherwise.
 */
export function preimageOf(row: Omit<EntryRow, 'id' | 'at'>, id: string, at: Date): string {
  return (
    `{"action":${quote(row.action)},"actor":${quote(row.actor)},"at":"${at.toISOString()}","batch":${row.batch},` +
    `"body":${row.body},"id":"${id}",${row.onBehalfOf ? `"onBehalfOf":${quote(row.onBehalfOf)},` : ''}"organisation":${quote(row.organisation)},"purpose":${quote(row.purpose)},` +
    `"sealedUnder":${quote(row.sealedUnder)},"subject":${quote(row.subject)},"version":1}`
  )
}
