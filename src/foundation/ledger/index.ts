export { type AppendedBatch, appendBatch, appendEntries, appendEntry, destroyKey } from './actions.ts'
export { createLedger } from './capability.ts'
export { listFaults as listContentFaults, listReadings as listContentReadings } from './contents/store.ts'
export { faultMoved as ledgerFaultMoved } from './events.ts'
export { type EvidenceWish, makeEvidence } from './export/actions.ts'
export type { ShownItem } from './export/bundle.ts'
export { listChainFaults } from './faults/store.ts'
export type { Finding, FindingCode } from './findings.ts'
export type {
  BatchSeal,
  Checkpoint,
  Entry,
  EntryFilter,
  EntryInput,
  EntryProof,
  FullEntryInput,
  ItemProof,
  Json,
} from './model.ts'
export { openSigner, type Signer } from './note.ts'
export { listNumbered } from './numbered.ts'
export { sayAction } from './pages/words.ts'
export { readTrust } from './places.ts'
export {
  type ConsistencyProof,
  proveConsistency,
  proveEntry,
  proveItem,
  verifyEntryProof,
  verifyItemProof,
} from './proof.ts'
export { findEntry, getEntry, listCheckpoints, listEntries } from './read.ts'
export type { EntryQuery } from './search-store.ts'
export { LedgerBroken, sequenceLedger, signCheckpoint } from './sequence.ts'
export { type Verification, type VerifyOptions, verifyLedger } from './verify.ts'
