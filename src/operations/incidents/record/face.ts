import type { Context } from '#platform/context'
import { incidentPath, incidentsPath, levelOf, playbooksPath, type Severity, sayLevel } from '../model.ts'
import { listCurrent } from '../playbooks/store.ts'
import { readPermission } from './access.ts'
import { isKept, listIncidents } from './store.ts'

export interface OpenIncident {
  code: string
  title: string
  /** In words, with the name of its scale. */
  level: string
  place: string
  commander?: string
  startedAt: Date
  stepsDone: number
  stepsTotal: number
  /** Shown apart, with its striped frame and the word; never counted among the real ones. */
  exercise: boolean
  url: string
}

/** What runs now and the actor may see: real incidents first, then exercises, the newest first. */
export const listOpenIncidents = (ctx: Context): Promise<OpenIncident[]> => listOpen(ctx, undefined)

/** What ran at an earlier moment; nothing where how incidents stood was not kept yet. */
export const listOpenIncidentsThen = async (ctx: Context, at: Date): Promise<OpenIncident[] | undefined> =>
  (await isKept(ctx.sql, at)) ? listOpen(ctx, at) : undefined

async function listOpen(ctx: Context, at: Date | undefined): Promise<OpenIncident[]> {
  const rows = await listIncidents(ctx.sql, {
    reach: ctx.reach(readPermission),
    state: 'open',
    order: 'started',
    falling: true,
    limit: 100,
    at,
  })
  const shown = rows.map((row): OpenIncident => {
    const level = levelOf(row.kind, row.level)
    return {
      code: row.code,
      title: row.title,
      level: level ? sayLevel(level) : row.level,
      place: row.place,
      commander: row.commanderName ?? undefined,
      startedAt: row.startedAt,
      stepsDone: row.stepsDone,
      stepsTotal: row.stepsTotal,
      exercise: row.exercise,
      url: incidentPath(row.code),
    }
  })
  return [...shown.filter(({ exercise }) => !exercise), ...shown.filter(({ exercise }) => exercise)]
}

export interface PlaybookName {
  title: string
  url: string
}

/** The playbook in force of that code, or that goes by that name as well. */
export async function findPlaybook({ sql }: Pick<Context, 'sql'>, name: string): Promise<PlaybookName | undefined> {
  const current = (await listCurrent(sql)).filter(({ state }) => state === 'approved')
  const found =
    current.find(({ playbook }) => playbook === name) ?? current.find(({ body }) => body.aliases.includes(name))
  return found && { title: found.body.title, url: `${playbooksPath}/${encodeURIComponent(found.playbook)}` }
}

/** What of an alert is known when an incident is opened out of it. */
export interface AlertToOpen {
  code: string
  headline: string
  playbook?: string
  organisation?: string
  area?: string
  severity?: Severity
  /** Longitude and latitude. */
  point?: readonly [number, number]
}

/** The form that opens an incident out of an alert, with what is known of it filled in. */
export function openIncidentPath(alert: AlertToOpen): string {
  const query = new URLSearchParams({ 'canh-bao': alert.code, ten: alert.headline })
  if (alert.playbook) query.set('kich-ban', alert.playbook)
  if (alert.organisation) query.set('don-vi', alert.organisation)
  if (alert.area) query.set('dia-ban', alert.area)
  if (alert.severity) query.set('muc', alert.severity)
  if (alert.point) query.set('toa-do', `${alert.point[1]} ${alert.point[0]}`)
  return `${incidentsPath}/mo?${query}`
}
