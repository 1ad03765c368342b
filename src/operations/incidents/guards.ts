// Who may see an incident, and the files in it: its organisation's people, and those of the agencies that have a task in it.
import type { Context } from '#platform/context'
import type { GuardBook, GuardedThing, NamedThing } from '#platform/guards'
import { incidentsPath } from './model.ts'
import { readPermission } from './record/access.ts'
import { findIncident, listIncidentsWithFile } from './record/store.ts'
import { listTasks } from './record/task-store.ts'

async function guarded(ctx: Context, code: string, thing: { subject: string; name: string }): Promise<GuardedThing[]> {
  const incident = await findIncident(ctx.sql, code, { reach: 'all' })
  if (!incident) return []
  const { organisation } = incident
  const tasks = await listTasks(ctx.sql, code)
  const organisations = [...new Set([organisation, ...tasks.map((task) => task.organisation)])]
  return [{ ...thing, organisation, ways: [{ permission: readPermission, organisations }] }]
}

async function findFiles(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const found: GuardedThing[] = []
  for (const incident of await listIncidentsWithFile(ctx.sql, code.toLowerCase()))
    found.push(...(await guarded(ctx, incident, { subject: `file:${code}`, name: `Tệp của tình huống ${incident}` })))
  return found
}

const page = `${incidentsPath}/:code`

export const guards: readonly GuardBook[] = [
  {
    title: 'Tình huống',
    kinds: ['incident'],
    pages: [
      page,
      ...['nhiem-vu', 'chi-huy', 'ban-do', 'ban-tin', 'bao-cao', 'tep/:sha256'].map((part) => `${page}/${part}`),
    ],
    find: (ctx, { code }) => guarded(ctx, code, { subject: `incident:${code}`, name: `Tình huống ${code}` }),
  },
  { title: 'Tệp', kinds: ['file'], pages: [], find: findFiles },
]
