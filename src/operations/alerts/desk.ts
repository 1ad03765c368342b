import type { Context } from '#platform/context'
import { openItem } from '#worklist'
import type { AlertRow } from './model.ts'

export const itemKey = (code: string) => ({ capability: 'alerts', kind: 'alert', code })

/** Puts an alert into the worklist: of one person, or of all who handle alerts there. */
export const openAlertItem = (
  ctx: Context,
  { code, headline, organisation, dueAt, url, severity }: AlertRow,
  assignee?: string,
): Promise<void> =>
  openItem(ctx, {
    ...itemKey(code),
    title: headline,
    organisation,
    assignee,
    dueAt,
    url,
    permission: 'alert:handle',
    grave: severity === 'critical',
  })
