import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import { acceptBatch } from './intake/accept.ts'
import { fingerprintOf, tidyLabels } from './intake/labels.ts'
import type { Severity, Subject } from './model.ts'

export interface RaisedAlert {
  /** Who tells: the room or program. */
  source: string
  /** What it is: the same again folds. */
  fingerprint: string
  headline: string
  severity: Severity
  organisation: string
  area?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  subject?: Subject
  playbook?: string
  at: Date
}

/** Raises an alert from within, or folds into the one that is open. @returns its code */
export async function raiseAlert(ctx: Context, alert: RaisedAlert): Promise<string> {
  const { source, fingerprint, at, labels = {}, annotations = {}, ...rest } = alert
  const key = fingerprintOf({ source, fingerprint })
  const item = {
    ...rest,
    labels: tidyLabels({ ...labels, source }),
    annotations: tidyLabels(annotations),
    fingerprint: key,
    groupKey: `hand ${key}`,
    startsAt: at,
    origin: source,
  }
  const { alerts } = await acceptBatch(ctx, { inlet: 'hand', items: [{ index: 0, item }], refused: [] })
  return alerts[0] ?? (await findCodeOf(ctx, item.groupKey))
}

/** What was told before, or is held by a silence, opens nothing now. */
async function findCodeOf({ sql }: Context, groupKey: string): Promise<string> {
  const [row] = await sql<{ code: string }[]>`
    select code from alerts.alert where group_key = ${groupKey} order by id desc limit 1`
  if (!row) throw conflict('alert.held', 'Cảnh báo này đang được tạm im nên không hiện.')
  return row.code
}
