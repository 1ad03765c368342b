/** Canonical project records go on to `#portfolio`, each source as a list of its own: a thin pipe, safe to run again at any time. */
import { z } from 'zod'
import { getHomePack } from '#organisations'
import type { Context } from '#platform/context'
import { subscribe } from '#platform/events'
import { defineJob, handleJob } from '#platform/jobs'
import type { Sql } from '#platform/sql'
import { type FedAmount, type FedProject, takeProjects } from '#portfolio'
import { recordsChanged } from './events.ts'
import { recordPath } from './pages/words.ts'
import { findCurrentContract, findSource } from './store.ts'

const feedJob = defineJob('warehouse.portfolio-feed', z.strictObject({ source: z.string() }))

interface ProjectRow {
  recordId: number
  projectId: string
  organisation: string
  name: string | null
  category: string | null
  phase: string | null
  reportedOn: string | null
  startOn: string | null
  finishOn: string | null
  plannedAmount: string | null
  committedAmount: string | null
  spentAmount: string | null
  slipDays: string | null
  currency: string | null
}

const batch = 500

/** All reports of the next projects, the earliest first. */
const listReports = (sql: Sql, source: string, after: string): Promise<ProjectRow[]> => sql<ProjectRow[]>`
  select record_id, project_id, organisation, name, category, phase, reported_on, start_on, finish_on, planned_amount,
    committed_amount, spent_amount, slip_days, currency
  from warehouse.project
  where source = ${source} and project_id in (
    select distinct project_id from warehouse.project
    where source = ${source} and project_id > ${after} order by project_id limit ${batch})
  order by project_id, reported_on nulls first, record_id, part`

async function* readProjects(ctx: Context, source: string, currency: string): AsyncGenerator<FedProject[]> {
  let after = ''
  for (;;) {
    const rows = await listReports(ctx.sql, source, after)
    const last = rows.at(-1)
    if (!last) return
    const byProject = new Map<string, ProjectRow[]>()
    for (const row of rows) byProject.set(row.projectId, [...(byProject.get(row.projectId) ?? []), row])
    yield [...byProject.values()].map((reports) => toProject(reports, currency))
    after = last.projectId
  }
}

const figures = [
  ['plannedAmount', 'planned'],
  ['committedAmount', 'allotted'],
  ['spentAmount', 'disbursed'],
] as const

/** The latest report says how things stand; each report after the first moves the capital by what it differs from the one before. */
function toProject(reports: readonly ProjectRow[], currency: string): FedProject {
  const latest = reports.at(-1) as ProjectRow
  const amounts = figures.flatMap(([field, kind]) => {
    let before = 0
    return reports.flatMap((report, index): FedAmount[] => {
      const said = report[field]
      if (said === null) return []
      const change = Number(said) - before
      before = Number(said)
      if (change === 0) return []
      const { reportedOn } = report
      return [
        {
          key: index === 0 ? kind : `${kind} ${reportedOn ?? ''} ${index}`,
          kind,
          year: reportedOn === null ? null : Number(reportedOn.slice(0, 4)),
          amount: change.toFixed(2),
          on: reportedOn ?? undefined,
        },
      ]
    })
  })
  return {
    key: latest.projectId,
    name: latest.name ?? latest.projectId,
    organisation: latest.organisation,
    category: latest.category ?? undefined,
    state: latest.phase ?? undefined,
    currency: latest.currency ?? currency,
    startOn: latest.startOn ?? undefined,
    finishOn: latest.finishOn ?? undefined,
    reportedOn: latest.reportedOn ?? undefined,
    slipDays: Math.round(Number(latest.slipDays ?? 0)),
    url: recordPath(latest.recordId),
    amounts,
  }
}

/** Brings the list of one source up to date with its records. */
export async function feedPortfolio(ctx: Context, code: string): Promise<void> {
  const source = await findSource(ctx.sql, code)
  const contract = await findCurrentContract(ctx.sql, code)
  if (source?.kind !== 'project' || !contract) return
  const { card } = await getHomePack(ctx.sql)
  const fed = { code, name: contract.body.name, isHome: source.pack === card.code }
  const taken = await takeProjects(ctx, fed, readProjects(ctx, code, card.currency))
  ctx.log.info({ source: code, ...taken }, 'Projects of a source were taken into the portfolio')
}

export const portfolioSubscription = subscribe(recordsChanged, 'warehouse.projects-changed', async (ctx, event) => {
  if (event.kind !== 'project') return
  await ctx.enqueue(feedJob, { source: event.source }, { key: `${feedJob.name}:${event.source}`, queue: feedJob.name })
})

export const portfolioJob = handleJob(feedJob, (ctx, { source }) => feedPortfolio(ctx, source))
