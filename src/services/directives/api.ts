import { z } from 'zod'
import { type AsOf, Moment, readMoment } from '#organisations'
import type { Context } from '#platform/context'
import { json, type Route, route } from '#platform/http'
import { giveDirective } from './giving/give.ts'
import { issueDirective } from './giving/issue.ts'
import { GivenDirective, IssuedDocument, State, sourceKinds, stateNames } from './model.ts'
import { getWhole } from './reading/find.ts'
import { listPartsBy } from './reading/list.ts'
import { givePermission, issuePermission, readPermission } from './rights.ts'
import type { Part } from './store.ts'
import { listHops } from './store.ts'
import { Transition, transition } from './transitions.ts'

const Code = z.strictObject({ code: z.string().max(40) })
const Version = z.int().min(1).optional()

const PartAnswer = z.object({
  code: z.string(),
  organisation: z.string(),
  state: State,
  stateName: z.string(),
  dueAt: z.date().nullable(),
  progress: z.number(),
  round: z.number(),
  version: z.number(),
})

const partJson = (part: Part) => ({
  code: part.code,
  organisation: part.organisation,
  coOrganisations: part.coOrganisations,
  task: part.task,
  state: part.state,
  stateName: stateNames[part.state],
  round: part.round,
  dueAt: part.dueAt,
  startedAt: part.startedAt,
  pauses: part.pauses,
  progress: part.progress,
  verifier: part.verifier,
  condition: part.condition,
  returned: part.returned,
  escalated: part.escalated,
  submittedAt: part.submittedAt,
  doneAt: part.doneAt,
  doneInTime: part.doneInTime,
  version: part.version,
})

async function wholeJson(ctx: Context, code: string, at?: AsOf) {
  const { directive, parts, part } = await getWhole(ctx, code, at)
  const hops = await listHops(ctx.sql, part.code, at?.knownAt)
  return {
    ...directive,
    parts: parts.map(partJson),
    hops: hops.map(({ deed, fromState, toState, at, actorName, onBehalfName, note, details }) => ({
      deed,
      from: fromState,
      to: toState,
      at,
      by: actorName,
      onBehalfOf: onBehalfName,
      note,
      details,
    })),
  }
}

const listGroups = {
  open: 'dang-mo',
  late: 'qua-han',
  'due-this-week': 'tuan-nay',
  'awaiting-verification': 'cho-xac-nhan',
  'to-issue': 'cho-ban-hanh',
  done: 'xong',
} as const

const ListQuery = z.strictObject({
  q: z.string().max(200).optional(),
  organisation: z.string().max(35).optional(),
  state: State.optional(),
  group: z.enum(Object.keys(listGroups) as [keyof typeof listGroups]).optional(),
  source: z.enum(sourceKinds).optional(),
  asOf: Moment.optional(),
  sort: z
    .string()
    .regex(/^-?[a-z]{2,20}$/)
    .optional(),
  after: z.string().max(40).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

export const apiRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/directives',
    access: readPermission,
    summary:
      'Parts of directives the caller may see; `after` takes the code of the last one; `asOf`: as they were known at an instant or by the end of a day',
    query: ListQuery,
    answers: z.object({ directives: z.array(PartAnswer), next: z.string().optional() }),
    async handle(ctx, { query }) {
      const { q, group, limit, asOf, ...filter } = query
      const rows = await listPartsBy(ctx, {
        ...filter,
        at: await readMoment(ctx, asOf),
        search: q,
        group: group && listGroups[group],
        limit: limit + 1,
      })
      const page = rows.slice(0, limit)
      return {
        directives: page.map((row) => ({
          ...partJson(row),
          directive: row.directive,
          title: row.title,
          documentNumber: row.documentNumber,
          documentOn: row.documentOn,
        })),
        next: rows.length > limit ? page.at(-1)?.code : undefined,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/directives/:code',
    access: readPermission,
    summary:
      'One directive with the parts the caller may see and the hops of the part that is named; `asOf`: as it was known at a moment',
    params: Code,
    query: z.strictObject({ asOf: Moment.optional() }),
    handle: async (ctx, { params, query }) => wholeJson(ctx, params.code, await readMoment(ctx, query.asOf)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/directives',
    access: givePermission,
    summary: 'Writes an opinion down; it binds once its office has issued it',
    body: GivenDirective,
    answers: z.object({ code: z.string() }),
    async handle(ctx, { body }) {
      return json({ code: await giveDirective(ctx, body) }, 201)
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/directives/:code/issue',
    access: issuePermission,
    summary: 'Issues it with number and date: from now on it binds and its clocks run',
    params: Code,
    body: z.strictObject({ ...IssuedDocument.shape, version: Version }),
    async handle(ctx, { params, body: { version, ...document } }) {
      await issueDirective(ctx, params.code, document, version)
      return wholeJson(ctx, params.code)
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/directives/:code/transitions',
    access: readPermission,
    summary: 'Moves one part by a deed of its state machine; `version` refuses what was overtaken',
    params: Code,
    body: z.strictObject({ transition: Transition, version: Version }),
    answers: PartAnswer,
    handle: async (ctx, { params, body }) =>
      partJson(await transition(ctx, { code: params.code, version: body.version }, body.transition)),
  }),
]
