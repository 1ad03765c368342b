/** What the desk and the wall of the centre show of alerts. */
import type { Context } from '#platform/context'
import { getAlert, handlePermission, readPermission } from './actions.ts'
import type { AlertRow, Severity } from './model.ts'
import { entryOf } from './pages/detail-parts.tsx'
import { type Names, readNames } from './pages/names.ts'
import { type Alert, countBoxes, listAlerts } from './store.ts'
import { listEvents } from './timeline-store.ts'

export interface DeskQueue {
  rows: AlertRow[]
  counts: { new: number; mine: number; late: number; open: number }
}

/** One box of the queue, the gravest first, and how many lie in each. */
export async function listDeskAlerts(
  ctx: Context,
  { box, limit, severity }: { box: 'new' | 'mine' | 'late' | 'open'; limit: number; severity?: Severity },
): Promise<DeskQueue> {
  const asked = { reach: ctx.reach(readPermission), account: ctx.actor.account ?? '', now: ctx.now }
  const [{ rows }, counts] = await Promise.all([
    listAlerts(ctx, { ...asked, box, severity, withHidden: false, sort: 'severity' }, { limit }),
    countBoxes(ctx, asked),
  ])
  return { rows, counts }
}

export interface AlertView {
  alert: Alert
  names: Names
  entries: ReturnType<typeof entryOf>[]
}

/** One alert with what became of it, the newest first. @throws Problem 404 where there is none within reach */
export async function readAlertView(ctx: Context, code: string): Promise<AlertView> {
  const alert = await getAlert(ctx, code)
  const [events, names] = await Promise.all([
    listEvents(ctx, alert.id),
    readNames(ctx, [alert.owner, alert.acknowledgedBy, alert.closedBy]),
  ])
  return { alert, names, entries: events.map((event) => entryOf(event, names)) }
}

export const canHandleAlert = (ctx: Context, alert: Pick<AlertRow, 'organisation'>): boolean =>
  ctx.can(handlePermission, alert.organisation)
