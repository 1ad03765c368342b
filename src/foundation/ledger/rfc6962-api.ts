/**
 * The log as RFC 6962, section 4, names its parts: for witnesses and for clients of such logs. Hashes are base64, as there. Two things
 * are our own: the tree head is signed as a C2SP note (it stands beside the numbers), and `leaf_input` is the entry's commitment, which tells
 * nothing of its content.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { notFound } from '#platform/errors'
import { answer, type Route, route } from '#platform/http'
import { planInclusion } from './merkle.ts'
import { proveConsistency } from './proof.ts'
import { countLeaves, findCheckpoint, findLastCheckpoint, findLeafCommitment } from './store.ts'
import { loadHashes } from './tree.ts'

/** Hashes, proofs and checkpoints: nothing of what entries say. */
export const witnessPermission = 'ledger:witness'

const size = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const base = '/api/v1/ledger/ct/v1'
const hash = z.base64()

const noteReply = (note: string) => answer(200, { 'content-type': 'text/plain; charset=utf-8' }, note)

export const witnessRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/ledger/witness.mjs',
    access: witnessPermission,
    summary: 'The program of a witness on another machine: one file for Node 20, which says itself how it is run.',
    handle: async () =>
      answer(
        200,
        { 'content-type': 'text/javascript; charset=utf-8' },
        await readFile(new URL('witness/witness.mjs', import.meta.url), 'utf8'),
      ),
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/checkpoint',
    access: witnessPermission,
    summary: 'The newest signed checkpoint as text (C2SP tlog-checkpoint, signed-note): what a witness keeps.',
    async handle(ctx) {
      const last = await findLastCheckpoint(ctx.sql)
      if (!last) throw notFound('ledger.checkpoint', 'last')
      return noteReply(last.note)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/checkpoints/:size',
    access: witnessPermission,
    summary: 'The signed checkpoint over exactly so many entries, as text (C2SP).',
    params: z.strictObject({ size }),
    async handle(ctx, { params }) {
      const row = await findCheckpoint(ctx.sql, params.size)
      if (!row) throw notFound('ledger.checkpoint', String(params.size))
      return noteReply(row.note)
    },
  }),
  route({
    method: 'GET',
    path: `${base}/get-sth`,
    access: witnessPermission,
    summary: 'RFC 6962, 4.3: the latest tree head; its signature is the C2SP note.',
    answers: z.object({
      tree_size: z.int(),
      timestamp: z.int().describe('Milliseconds since 1970'),
      sha256_root_hash: hash,
      note: z.string(),
      verifier_key: z.string(),
    }),
    async handle(ctx) {
      const last = await findLastCheckpoint(ctx.sql)
      if (!last) throw notFound('ledger.checkpoint', 'last')
      return {
        tree_size: last.size,
        timestamp: last.at.getTime(),
        sha256_root_hash: last.root.toString('base64'),
        note: last.note,
        verifier_key: last.verifierKey,
      }
    },
  }),
  route({
    method: 'GET',
    path: `${base}/get-sth-consistency`,
    access: witnessPermission,
    summary: 'RFC 6962, 4.4: the proof that the tree of `first` entries is a beginning of the tree of `second`.',
    query: z.strictObject({ first: size, second: size }),
    answers: z.object({ consistency: z.array(hash) }),
    async handle(ctx, { query }) {
      return { consistency: (await proveConsistency(ctx.sql, query.first, query.second)).path }
    },
  }),
  route({
    method: 'GET',
    path: `${base}/get-entry-and-proof`,
    access: witnessPermission,
    summary:
      'RFC 6962, 4.8: the commitment of an entry by its number, and its audit path in the tree of the given size.',
    query: z.strictObject({ leaf_index: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER), tree_size: size }),
    answers: z.object({ leaf_input: hash, extra_data: z.literal(''), audit_path: z.array(hash) }),
    async handle(ctx, { query: { leaf_index: index, tree_size: treeSize } }) {
      const isThere = index < treeSize && treeSize <= (await countLeaves(ctx.sql))
      const commitment = isThere ? await findLeafCommitment(ctx.sql, index) : undefined
      if (!commitment) throw notFound('ledger.leaf', `${index}/${treeSize}`)
      const path = await loadHashes(ctx.sql, planInclusion(index, treeSize))
      return {
        leaf_input: commitment.toString('base64'),
        extra_data: '',
        audit_path: path.map((step) => step.toString('base64')),
      }
    },
  }),
]
