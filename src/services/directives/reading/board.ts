import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { isLate, thisWeek } from './list.ts'
import { type At, clockOf, directivesAt, partsAt } from './past.ts'
import { seenBy } from './scope.ts'

export interface AgencyCounts {
  organisation: string
  name: string
  peerGroup: string
  open: number
  late: number
  dueThisWeek: number
  toAccept: number
  waiting: number
  doneInTime: number
  doneLate: number
  escalated: number
}

/** Fewer tasks than this say nothing about an agency. */
export const fewestToCompare = 3

export const isFew = ({ open, doneInTime, doneLate }: AgencyCounts): boolean =>
  open + doneInTime + doneLate < fewestToCompare

/** Of all that is under way or was closed in the last twelve months, how much is or was late. */
export const lateShare = ({ open, late, doneInTime, doneLate }: AgencyCounts): number => {
  const all = open + doneInTime + doneLate
  return all === 0 ? 0 : (late + doneLate) / all
}

/**
 * One row an agency, agencies of a kind together. Within a kind those with the largest share of late tasks come first, not those with most
 * tasks; an agency with very few stands behind.
 */
export async function listBoard(ctx: Context, at?: At): Promise<AgencyCounts[]> {
  const { sql } = ctx
  const now = clockOf(ctx, at)
  const week = await thisWeek({ sql, now })
  const since = new Date(now.getTime() - 365 * 86_400_000)
  const rows = await sql<Omit<AgencyCounts, 'name' | 'peerGroup'>[]>`
    select part.organisation,
      count(*) filter (where part.state not in ('opinion', 'done', 'withdrawn'))::int as open,
      count(*) filter (where ${isLate(sql, now)})::int as late,
      count(*) filter (where part.due_at >= ${now} and part.due_at < ${week.to} and part.state <> 'done')::int as due_this_week,
      count(*) filter (where part.state = 'assigned')::int as to_accept,
      count(*) filter (where part.state = 'awaiting-verification')::int as waiting,
      count(*) filter (where part.state = 'done' and part.done_at >= ${since} and part.done_in_time)::int as done_in_time,
      count(*) filter (where part.state = 'done' and part.done_at >= ${since} and not part.done_in_time)::int as done_late,
      count(*) filter (where part.escalated > 1 and ${isLate(sql, now)})::int as escalated
    from ${partsAt(sql, at)} join ${directivesAt(sql, at)} on directive.code = part.directive
    where part.state <> 'withdrawn' and ${seenBy(ctx)}
    group by part.organisation`
  const tree = await organisationTree(sql, at ?? { asOf: await today(ctx) })
  const place = (code: string) => tree.find(code)?.position ?? Number.MAX_SAFE_INTEGER
  return rows
    .map((row): AgencyCounts => {
      const found = tree.find(row.organisation)?.row
      return { ...row, name: found?.shortName ?? found?.name ?? row.organisation, peerGroup: groupOf(found?.peerGroup) }
    })
    .toSorted(
      (a, b) =>
        groupOrder.indexOf(a.peerGroup) - groupOrder.indexOf(b.peerGroup) ||
        Number(isFew(a)) - Number(isFew(b)) ||
        lateShare(b) - lateShare(a) ||
        place(a.organisation) - place(b.organisation),
    )
}

export const groupOrder = [
  'Sở, ban, ngành và Văn phòng',
  'Ủy ban nhân dân cấp xã',
  'Cơ quan theo ngành dọc',
  'Đơn vị khác',
]

function groupOf(peerGroup: string | null | undefined): string {
  const place = { department: 0, ward: 1, commune: 1, 'special-zone': 1, external: 2 }[peerGroup ?? ''] ?? 3
  return groupOrder[place] ?? ''
}
