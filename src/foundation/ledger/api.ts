import { Readable } from 'node:stream'
import { z } from 'zod'
import { notFound } from '#platform/errors'
import { file, type Route, route } from '#platform/http'
import { readPermission } from './actions.ts'
import { ConsistencyShape, EntryShape, ItemProofShape, ProofShape } from './api-shapes.ts'
import { exportEntries, makeEvidence } from './export/actions.ts'
import { proveConsistency, proveEntry, proveItem } from './proof.ts'
import { getEntry, listCheckpoints } from './read.ts'
import { witnessPermission, witnessRoutes } from './rfc6962-api.ts'
import { recordOpened, searchEntries } from './search.ts'

const limit = z.coerce.number().int().min(1).max(100).default(50)
const size = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const EntryId = z.strictObject({ id: z.uuid() })
const text = z.string().max(300).optional()
const instant = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value))
  .optional()

const filter = {
  subject: text,
  purpose: text,
  actor: text,
  action: text,
  organisation: text,
  from: instant,
  to: instant,
}

/** A ZIP of a bundle as it is written. */
export const bundleFile = (name: string, bytes: AsyncGenerator<Buffer>) =>
  file(`${name}.zip`, 'application/zip', Readable.from(bytes, { objectMode: false }))

export const apiRoutes: readonly Route[] = [
  ...witnessRoutes,
  route({
    method: 'GET',
    path: '/api/v1/ledger/checkpoints',
    access: witnessPermission,
    summary:
      'Signed checkpoints, newest first: size, root, time, the signed note and the public key it is checked with.',
    query: z.strictObject({ limit, after: size.optional() }),
    async handle(ctx, { query }) {
      const items = await listCheckpoints(ctx.sql, query.limit, query.after)
      return { items, next: items.length === query.limit ? items.at(-1)?.size : undefined }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/entries',
    access: readPermission,
    summary: 'Entries of the organisations within reach, newest first.',
    query: z.strictObject({ limit, after: z.uuid().optional(), ...filter }),
    answers: z.object({ items: z.array(EntryShape), next: z.uuid().optional() }),
    async handle(ctx, { query }) {
      const items = await searchEntries(ctx, query)
      await recordOpened(ctx, items)
      return { items, next: items.length === query.limit ? items.at(-1)?.id : undefined }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/export',
    access: readPermission,
    summary:
      'Everything that the filter finds within reach, with inclusion proofs, the signed checkpoint and a checker, as one signed ZIP; why it is taken is written down.',
    query: z.strictObject({
      ...filter,
      reason: z.string().max(500),
      bodies: z.enum(['sealed', 'opened']).default('sealed'),
    }),
    async handle(ctx, { query: { reason, bodies, ...asked } }) {
      const wish = { filter: asked, reach: ctx.reach(readPermission), purpose: reason, opens: bodies === 'opened' }
      return bundleFile('nhat-ky', await exportEntries(ctx, wish))
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/entries/:id/bundle',
    access: readPermission,
    summary:
      'One entry with everything a stranger needs to check it offline, as a signed ZIP; sealed bodies stay sealed.',
    params: EntryId,
    async handle(ctx, { params }) {
      const entry = await getEntry(ctx.sql, params.id, ctx.reach(readPermission))
      const about = { entry: entry.id, by: ctx.actor.account ?? 'system' }
      const wish = { title: 'Bằng chứng của một bản ghi', about, entries: { ids: [entry.id] } }
      return bundleFile(`ban-ghi-${entry.id}`, await makeEvidence(ctx, wish))
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/entries/:id/proof',
    access: readPermission,
    summary:
      'Inclusion proof of an entry (RFC 6962) with the signed checkpoint it leads to; 409 until the entry is numbered.',
    params: EntryId,
    answers: ProofShape,
    async handle(ctx, { params }) {
      await getEntry(ctx.sql, params.id, ctx.reach(readPermission))
      return proveEntry(ctx.sql, params.id)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/entries/:id/items/:index/proof',
    access: readPermission,
    summary: 'Inclusion proof of one item of a batch in the root that the entry holds.',
    params: EntryId.extend({ index: z.coerce.number().int().min(0) }),
    answers: ItemProofShape,
    async handle(ctx, { params }) {
      await getEntry(ctx.sql, params.id, ctx.reach(readPermission))
      return proveItem(ctx.sql, params.id, params.index)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/consistency',
    access: witnessPermission,
    summary: 'Proof that the ledger of one size is a beginning of the ledger of a later size (RFC 6962).',
    query: z.strictObject({ first: size, second: size }),
    answers: ConsistencyShape,
    async handle(ctx, { query }) {
      if (query.first > query.second) throw notFound('ledger.tree', `${query.first}-${query.second}`)
      return proveConsistency(ctx.sql, query.first, query.second)
    },
  }),
]
