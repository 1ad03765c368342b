import type { Place } from './bits.ts'

const columns = (table: string, names: string): Place[] => names.split(' ').map((column) => ({ table, column }))

/** Every column whose content is history; positions of what waits and times of keys say nothing of it. */
export const ledgerPlaces: readonly Place[] = [
  ...columns('ledger.entry', 'id at actor on_behalf_of organisation action subject purpose body salt commitment'),
  ...columns('ledger.entry', 'batch sealed_under'),
  ...columns('ledger.leaf', 'hash entry_id leaf_index'),
  ...columns('ledger.subtree', 'height index hash'),
  ...columns('ledger.checkpoint', 'size root at note verifier_key'),
  ...columns('ledger.batch', 'entry_id salt'),
  ...columns('ledger.batch_chunk', 'entry_id number hashes'),
  ...columns('ledger.body_key', 'key fingerprint name'),
]

/** What lies of kept contents, and what an entry says of their rows. */
export const contentPlaces: readonly Place[] = [
  ...columns('warehouse.landing_chunk', 'bytes bytes bytes landing_id seq raw_offset raw_length packed_sha256'),
  ...columns('warehouse.landing', 'id source channel file_name byte_count sha256'),
  ...columns('files.content', 'sha256 type size_bytes'),
]
