import { appendEntry } from '#ledger'
import { notify } from '#notifications'
import type { Context } from '#platform/context'
import { announce } from '#platform/live'
import { formatDateTime } from '#ui'
import { closeItem, openItem } from '#worklist'
import { dutyMoved } from '../events.ts'
import { dutyCode } from '../model.ts'
import { agencyPath, showPeriod } from '../pages/words.ts'
import { type Moved, type OrganisationLoad, summariseLoad } from '../store.ts'

/** Tells everybody whom it concerns that duties moved, in the transaction that moved them. */
export async function tellMoved(ctx: Context, moved: readonly Moved[]): Promise<void> {
  if (moved.length === 0) return
  for (const { organisation, subjectKind, subject, subjectName, period, from, to } of moved)
    await ctx.publish(dutyMoved, {
      code: dutyCode({ organisation, subject, period }),
      organisation,
      title: `${subjectName}, ${showPeriod(period)}`,
      subject: { kind: subjectKind, code: subject },
      from,
      to,
    })
  for (const [organisation, own] of groupBy(moved)) {
    await notifyOf(ctx, organisation, own, 'due-soon')
    await notifyOf(ctx, organisation, own, 'late')
    await recordLate(ctx, organisation, own)
  }
  await refreshWork(ctx, [...new Set(moved.map(({ organisation }) => organisation))])
  await announce(ctx.sql, ['duties'])
}

function groupBy(moved: readonly Moved[]): Map<string, Moved[]> {
  const groups = new Map<string, Moved[]>()
  for (const one of moved) groups.set(one.organisation, [...(groups.get(one.organisation) ?? []), one])
  return groups
}

const noticeOf = { 'due-soon': 'duty.due-soon', late: 'duty.late' } as const

/** One message for all that became due soon, or late, at the same time. */
async function notifyOf(
  ctx: Context,
  organisation: string,
  moved: readonly Moved[],
  to: 'due-soon' | 'late',
): Promise<void> {
  const own = moved.filter((one) => one.to === to)
  const first = own.toSorted((a, b) => a.dueAt.getTime() - b.dueAt.getTime())[0]
  if (!first) return
  await notify(ctx, {
    notice: noticeOf[to],
    to: [{ permission: 'entry:write', organisation }],
    values: { count: String(own.length), first: first.subjectName, due: formatDateTime(first.dueAt) },
    url: agencyPath(first.agency),
    urgency: to === 'late' ? 'urgent' : 'routine',
    dedupeKey: `${noticeOf[to]}:${organisation}:${ctx.now.toISOString()}`,
  })
}

/** Lateness is held against an agency: it stands in the ledger, and so does its end. */
async function recordLate(ctx: Context, organisation: string, moved: readonly Moved[]): Promise<void> {
  const late = moved.filter(({ to }) => to === 'late')
  const came = moved.filter(({ from, to }) => from === 'late' && to === 'fulfilled')
  const put = (action: string, own: readonly Moved[]) =>
    appendEntry(ctx, {
      action,
      subject: `duty:${organisation}`,
      organisation,
      body: { duties: own.slice(0, 1000).map(dutyCode) },
    })
  if (late.length > 0) await put('duty.late', late)
  if (came.length > 0) await put('duty.fulfilled', came)
}

/** One item of work for an organisation: all it has to deliver, by the earliest due time. */
export async function refreshWork(ctx: Context, organisations: readonly string[]): Promise<void> {
  for (const load of await summariseLoad(ctx.sql, organisations)) {
    const key = { capability: 'duties', kind: 'duty', code: load.organisation }
    if (load.late + load.dueSoon === 0) {
      await closeItem(ctx, key)
      continue
    }
    await openItem(ctx, {
      ...key,
      title: titleOf(load),
      organisation: load.organisation,
      dueAt: load.firstDueAt ?? undefined,
      url: agencyPath(load.organisation),
      permission: 'entry:write',
      grave: load.late > 0,
    })
  }
}

function titleOf({ late, dueSoon, firstName }: OrganisationLoad): string {
  if (late + dueSoon === 1) return `Cập nhật số liệu: ${firstName}${late ? ' (chậm)' : ''}`
  const parts = [late > 0 ? `${late} chậm` : '', dueSoon > 0 ? `${dueSoon} sắp đến hạn` : ''].filter(Boolean)
  return `Cập nhật số liệu: ${parts.join(', ')}`
}
