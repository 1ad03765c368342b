/** What the interface answers, for the OpenAPI document: hashes in base64, as RFC 6962 has them. */
import { z } from 'zod'

const hash = z.base64()

export const EntryShape = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  actor: z.string(),
  onBehalfOf: z.string().nullable(),
  organisation: z.string(),
  action: z.string(),
  subject: z.string(),
  purpose: z.string().nullable(),
  body: z.json().optional().describe('Absent when the key it is sealed under was destroyed'),
  sealedUnder: z.string().nullable(),
  batch: z.object({ root: hash, saltHash: hash, size: z.int() }).nullable(),
  commitment: hash,
  leafIndex: z.int().nullable(),
})

export const ProofShape = z.object({
  id: z.uuid(),
  preimage: z
    .string()
    .describe('Canonical JSON; commitment = SHA-256(salt ‖ preimage), leaf = SHA-256(0x00 ‖ commitment)'),
  salt: z.base64(),
  commitment: hash,
  leafIndex: z.int(),
  treeSize: z.int(),
  root: hash,
  path: z.array(hash).describe('Audit path (RFC 6962, 2.1.1)'),
  checkpoint: z
    .object({ note: z.string().describe('C2SP signed note'), verifierKey: z.string() })
    .nullable()
    .describe('Null until a checkpoint covers the entry'),
})

export const ItemProofShape = z.object({
  index: z.int(),
  size: z.int(),
  salt: z.base64(),
  root: hash,
  path: z.array(hash),
})

export const ConsistencyShape = z.object({
  first: z.int(),
  second: z.int(),
  firstRoot: hash,
  secondRoot: hash,
  path: z.array(hash).describe('Consistency proof (RFC 6962, 2.1.2)'),
})
