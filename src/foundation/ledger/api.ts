import { z } from 'zod'
import { notFound } from '#platform/errors'
import { type Route, route } from '#platform/http'
import { readPermission } from './actions.ts'
import { proveConsistency, proveEntry, proveItem } from './proof.ts'
import { getEntry, listCheckpoints, listEntries } from './read.ts'

const limit = z.coerce.number().int().min(1).max(100).default(50)
const size = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER)
const EntryId = z.strictObject({ id: z.uuid() })
const text = z.string().max(300).optional()
const instant = z.iso
  .datetime({ offset: true })
  .transform((value) => new Date(value))
  .optional()

export const apiRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/ledger/checkpoints',
    access: readPermission,
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
    query: z.strictObject({
      limit,
      after: z.uuid().optional(),
      subject: text,
      actor: text,
      action: text,
      organisation: text,
      from: instant,
      to: instant,
    }),
    async handle(ctx, { query }) {
      const items = await listEntries(ctx.sql, { ...query, reach: ctx.reach(readPermission) })
      return { items, next: items.length === query.limit ? items.at(-1)?.id : undefined }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/entries/:id/proof',
    access: readPermission,
    summary:
      'Inclusion proof of an entry (RFC 6962) with the signed checkpoint it leads to; 409 until the entry is numbered.',
    params: EntryId,
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
    async handle(ctx, { params }) {
      await getEntry(ctx.sql, params.id, ctx.reach(readPermission))
      return proveItem(ctx.sql, params.id, params.index)
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/ledger/consistency',
    access: readPermission,
    summary: 'Proof that the ledger of one size is a beginning of the ledger of a later size (RFC 6962).',
    query: z.strictObject({ first: size, second: size }),
    async handle(ctx, { query }) {
      if (query.first > query.second) throw notFound('ledger.tree', `${query.first}-${query.second}`)
      return proveConsistency(ctx.sql, query.first, query.second)
    },
  }),
]
