import { z } from 'zod'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { type Route, route } from '#platform/http'
import { knownThen, lastOf } from './as-of.ts'
import { Day, OrganisationKind } from './model.ts'
import { type At, listAreaSuccessions, listOrganisationVersions, listSuccessionsOf } from './store.ts'
import { branchOf } from './tree/preorder.ts'
import {
  areaAncestorsOf,
  areaTree,
  findArea,
  findOrganisation,
  getOrganisation,
  listOldCodes,
  listOrganisations,
  today,
} from './tree/read.ts'

const When = { asOf: Day.optional(), knownAt: z.iso.datetime({ offset: true }).optional() }
const Code = z.strictObject({ code: z.string().max(35) })

async function momentOf(ctx: Context, query: { asOf?: string; knownAt?: string }): Promise<At> {
  const asOf = query.asOf ?? (await today(ctx))
  return query.knownAt ? { asOf, knownAt: new Date(query.knownAt) } : { asOf }
}

const OrganisationQuery = z.strictObject({
  ...When,
  search: z.string().max(200).optional(),
  kind: OrganisationKind.optional(),
  line: z.enum(['own', 'external']).optional(),
  area: z.string().max(35).optional(),
  within: z.string().max(35).optional(),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

const AreaQuery = z.strictObject({
  ...When,
  within: z.string().max(35).optional(),
  after: z.string().max(35).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

export const routes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/organisations',
    access: 'signed-in',
    summary: 'Organisations valid on a day, in the order of their tree.',
    query: OrganisationQuery,
    async handle(ctx, { query }) {
      const { limit, after, asOf, knownAt, within, ...rest } = query
      const at = await momentOf(ctx, { asOf, knownAt })
      // Either form of a code is taken; one that nobody has finds nothing.
      const top = within === undefined ? undefined : ((await findOrganisation(ctx.sql, within, at))?.code ?? within)
      const nodes = await listOrganisations(
        ctx.sql,
        at,
        { ...rest, within: top },
        {
          limit: limit + 1,
          after,
        },
      )
      const items = nodes.slice(0, limit).map((node) => ({ ...node.row, depth: node.depth, path: node.path }))
      return { items, next: nodes.length > limit ? items.at(-1)?.code : undefined }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/organisations/:code',
    access: 'signed-in',
    summary: 'One organisation with every version recorded of it, what it came from and what became of it.',
    params: Code,
    query: z.strictObject(When),
    async handle(ctx, { params, query }) {
      const at = query.asOf || query.knownAt ? await momentOf(ctx, query) : undefined
      const organisation = await getOrganisation(ctx.sql, params.code, at)
      const versions = knownThen(await listOrganisationVersions(ctx.sql, organisation.code), at)
      const successions = await listSuccessionsOf(ctx.sql, organisation.code, at?.knownAt)
      return {
        ...organisation,
        oldCodes: await listOldCodes(ctx.sql, organisation.code),
        versions: versions.map(({ id: _id, recordedBy: _by, ...version }) => version),
        predecessors: successions.filter((row) => row.successor === organisation.code),
        successors: successions.filter((row) => row.predecessor === organisation.code),
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/areas',
    access: 'signed-in',
    summary: 'Administrative areas valid on a day, in the order of their tree.',
    query: AreaQuery,
    async handle(ctx, { query }) {
      const tree = await areaTree(ctx.sql, await momentOf(ctx, query))
      const nodes = query.within ? branchOf(tree, query.within).slice(1) : tree.nodes
      const start = query.after === undefined ? -1 : (tree.find(query.after)?.position ?? -1)
      const rest = nodes.filter((node) => node.position > start)
      const items = rest.slice(0, query.limit).map((node) => ({ ...node.row, depth: node.depth, path: node.path }))
      return { items, next: rest.length > query.limit ? items.at(-1)?.code : undefined }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/areas/:code',
    access: 'signed-in',
    summary:
      'One area, by its own code or by the statistics code that was its own on the day, with what it came from and what became of it: of a divided one each part with its share where it has been declared.',
    params: Code,
    query: z.strictObject(When),
    async handle(ctx, { params, query }) {
      const at = await momentOf(ctx, query)
      const area = (await findArea(ctx.sql, params.code, at)) ?? (await findArea(ctx.sql, params.code))
      if (!area) throw notFound('area', params.code)
      const successions = (await listAreaSuccessions(ctx.sql, at.knownAt)).map(({ id: _id, ...row }) => row)
      return {
        ...area,
        ancestors: await areaAncestorsOf(ctx.sql, area.code, lastOf(area, at)),
        predecessors: successions.filter((row) => row.successor === area.code),
        successors: successions.filter((row) => row.predecessor === area.code),
      }
    },
  }),
]
