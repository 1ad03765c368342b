import { z } from 'zod'
import { type AsOf, Moment, readMoment, today } from '#organisations'
import type { Context } from '#platform/context'
import { type Route, route } from '#platform/http'
import { readPermission } from './actions.ts'
import { listCapital } from './capital-store.ts'
import { baseOf, nameState, shareOf } from './model.ts'
import { pageOf, readAsked } from './pages/asked.ts'
import { getReached } from './pages/project.tsx'
import { projectPath } from './pages/words.ts'
import { listMilestones, listObstacles } from './progress-store.ts'
import { listOpenSpells } from './slow-store.ts'
import { listProjects, type Project, sortKeys } from './store.ts'

/** Exact, in the currency of the project. */
const Money = z.string()

const ProjectAnswer = z.object({
  code: z.string(),
  source: z.string(),
  programme: z.string().nullable(),
  nature: z.enum(['project', 'task']),
  name: z.string(),
  organisation: z.string(),
  category: z.string().nullable(),
  state: z.string(),
  stateName: z.string(),
  phase: z.string().nullable(),
  currency: z.string(),
  illustration: z.boolean(),
  startOn: z.string().nullable(),
  finishOn: z.string().nullable(),
  total: Money,
  planned: Money,
  granted: Money,
  disbursed: Money,
  /** Of what was granted, or of the plan where nothing is; absent where there is neither. 0.42 is 42 %. */
  disbursedShare: z.number().optional(),
  slipDays: z.number(),
  openObstacles: z.number(),
  url: z.string(),
})

function answerOf(project: Project): z.infer<typeof ProjectAnswer> {
  const { id: _, citation: __, fedUrl: ___, reportedOn: ____, changedAt: _____, ...rest } = project
  const [granted, planned, disbursed] = [Number(project.granted), Number(project.planned), Number(project.disbursed)]
  return {
    ...rest,
    stateName: nameState(project.state),
    disbursedShare: shareOf(disbursed, baseOf({ granted, planned })),
    url: projectPath(project.code),
  }
}

const ListQuery = z.strictObject({
  /** One list at a time: the province's own where nothing is said. */
  source: z.string().max(80).optional(),
  q: z.string().max(200).optional(),
  organisation: z.string().max(40).optional(),
  state: z.string().max(80).optional(),
  nature: z.enum(['project', 'task']).optional(),
  /** Capital of this year instead of all years. */
  year: z.coerce.number().int().min(1990).max(2100).optional(),
  slow: z.enum(['true']).optional(),
  sort: z
    .string()
    .regex(new RegExp(`^-?(${sortKeys.join('|')})$`))
    .default('code'),
  /** An instant, or a day: the end of it. What was known by then, of projects as they stood. */
  asOf: Moment.optional(),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})

async function readProject(ctx: Context, code: string, at: AsOf | undefined) {
  const project = await getReached(ctx, code, at)
  const knownAt = at?.knownAt
  const milestones = await listMilestones(ctx.sql, project.id, knownAt)
  const obstacles = await listObstacles(ctx.sql, project.id, knownAt)
  return {
    ...answerOf(project),
    asOf: at?.asOf ?? (await today(ctx)),
    slow: await listOpenSpells(ctx.sql, project.id, knownAt),
    capital: await listCapital(ctx.sql, project.id, knownAt),
    milestones: milestones.map(({ name, plannedOn, forecastOn, actualOn }) => ({
      name,
      plannedOn,
      forecastOn,
      actualOn,
    })),
    obstacles: obstacles.map(({ said, raisedOn, resolvedOn, resolution }) => ({
      said,
      raisedOn,
      resolvedOn,
      resolution,
    })),
  }
}

export const apiRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/api/v1/projects',
    access: readPermission,
    summary:
      'Projects and tasks of one list, as far as the caller reaches, as they stand or as they were known at a moment or on a day (`asOf`); `after` takes the code of the last one',
    query: ListQuery,
    answers: z.object({ projects: z.array(ProjectAnswer), next: z.string().optional() }),
    async handle(ctx, { query }) {
      const { source, organisation, state, nature, year, slow, after, limit, q, sort } = query
      const at = await readMoment(ctx, query.asOf)
      const wanted = {
        nguon: source,
        q,
        'don-vi': organisation,
        'tinh-trang': state,
        loai: nature ?? ('tat-ca' as const),
        nam: year,
        cham: slow && ('co' as const),
        sort,
        limit,
      }
      const asked = await readAsked(ctx, wanted, at)
      // A list that is named and not there is empty, not another one.
      const isThere = source === undefined || asked.source?.code === source
      const rows = isThere ? await listProjects(ctx.sql, asked.query, pageOf(asked, after, limit + 1)) : []
      const page = rows.slice(0, limit)
      return { projects: page.map(answerOf), next: rows.length > limit ? page.at(-1)?.code : undefined }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/projects/:code',
    access: readPermission,
    summary:
      'One project with its capital by year and source, milestones, obstacles, and since when it is slow; as it stands or was known at a moment or on a day (`asOf`)',
    params: z.strictObject({ code: z.string().max(300) }),
    query: z.strictObject({ asOf: Moment.optional() }),
    handle: async (ctx, { params, query }) => readProject(ctx, params.code, await readMoment(ctx, query.asOf)),
  }),
]
