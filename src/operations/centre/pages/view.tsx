// What every page of the centre is asked with: whose numbers, of which period, as known when. All of it lives in the address.

import { z } from 'zod'
import { findPeriod, instantOf, listPeriods, localDate, periodLabel, shiftPeriod } from '#calendar'
import { reachOfReader, requireReading } from '#indicators'
import {
  branchOf,
  getHomePack,
  type Organisation,
  type OrganisationTree,
  organisationTree,
  type TreeNode,
} from '#organisations'
import type { Context, Reach } from '#platform/context'
import { invalid, notFound } from '#platform/errors'
import { Field, FilterBar, formatDateTime, More, Notice, Select, useSurroundings, withQuery } from '#ui'

export const viewFields = {
  'don-vi': z.string().max(35).optional(),
  ky: z.string().max(20).optional(),
  tai: z.string().max(30).optional(),
}
export const ViewQuery = z.object(viewFields)
export type ViewQuery = z.infer<typeof ViewQuery>

export interface View {
  organisation: Organisation
  /** Absent: each indicator's own main period. */
  period: string | undefined
  asOf: Date | undefined
  tai: string | undefined
  today: string
  timeZone: string
  tree: OrganisationTree
  reach: Reach
  root: string
}

/** Reads the address. @throws Problem 403 for an organisation out of reach, 422 for a period or moment that is none. */
export async function readView(ctx: Context, query: ViewQuery): Promise<View> {
  const { card } = await getHomePack(ctx.sql)
  const { timeZone } = card
  const today = localDate(ctx.now, timeZone)
  const tree = await organisationTree(ctx.sql, { asOf: today })
  const reach = await reachOfReader(ctx)
  const code =
    query['don-vi'] ?? defaultOrganisation(tree, reach, { own: ctx.actor.organisation, root: card.rootOrganisation })
  const node = tree.find(code)
  if (!node) throw notFound('organisation', code)
  await requireReading(ctx, code)
  if (query.ky && !findPeriod(query.ky))
    throw invalid(`“${query.ky}” không phải mã kỳ.`, [
      { path: 'ky', message: 'Dùng mã kỳ như 2026, 2026-Q1, 2026-03.' },
    ])
  return {
    organisation: node.row,
    period: query.ky || undefined,
    asOf: readMoment(query.tai, timeZone, ctx.now),
    tai: query.tai || undefined,
    today,
    timeZone,
    tree,
    reach,
    root: node.path[0] ?? code,
  }
}

// The highest organisation he may read on the way from the root to his own: a province's leader sees the province, a commune's the commune.
function defaultOrganisation(
  tree: OrganisationTree,
  reach: Reach,
  { own, root }: { own: string | undefined; root: string },
): string {
  const path = (own && tree.find(own)?.path) || [root]
  if (reach === 'all') return path[0] ?? root
  return path.find((code) => reach.has(code)) ?? tree.nodes.find(({ row }) => reach.has(row.code))?.row.code ?? root
}

/** Nothing was known to any such system before. */
const earliest = '1950'

function readMoment(text: string | undefined, timeZone: string, now: Date): Date | undefined {
  if (!text) return undefined
  const [, day, time] = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})/.exec(text) ?? []
  const at = day && time && day >= earliest ? instantOf(day, time, timeZone) : undefined
  if (!at || Number.isNaN(at.getTime()))
    throw invalid('Thời điểm xem lại chưa đúng.', [
      { path: 'tai', message: 'Ghi đủ ngày và giờ, ví dụ 2026-11-01T10:00.' },
    ])
  if (at > now)
    throw invalid('Thời điểm xem lại còn ở phía trước.', [{ path: 'tai', message: 'Chọn một thời điểm đã qua.' }])
  return at
}

/** The present view carried over to another page. */
export function linkTo(view: View, path: string, more: Record<string, string | undefined> = {}): string {
  return withQuery(path, { 'don-vi': view.organisation.code, ky: view.period, tai: view.tai, ...more })
}

/** Agencies and communes under the root that the reader may open, in the order of the province's own lists. */
export function listUnits(view: Pick<View, 'tree' | 'reach' | 'root'>): TreeNode<Organisation>[] {
  const { tree, reach, root } = view
  return branchOf(tree, root).filter(
    ({ row, depth }) =>
      depth === 1 && (reach === 'all' || reach.has(row.code)) && ['department', 'office', 'commune'].includes(row.kind),
  )
}

export const switchNames = ['don-vi', 'ky'] as const

type SwitchKind = 'month' | 'quarter' | 'year' | 'R-month'

/** Whose numbers and which period: the two fields of a form that reads into the address. */
export function ViewFields({
  view,
  kinds,
  only,
}: {
  view: View
  kinds?: readonly SwitchKind[]
  only?: 'organisation'
}) {
  const units = listUnits(view)
  const root = view.tree.find(view.root)?.row
  const rootIsOpen = view.reach === 'all' || view.reach.has(view.root)
  const option = ({ row }: TreeNode<Organisation>) => ({ value: row.code, label: row.shortName ?? row.name })
  const groups = [
    { label: 'Sở, ngành', options: units.filter(({ row }) => row.kind !== 'commune').map(option) },
    { label: 'Xã, phường, đặc khu', options: units.filter(({ row }) => row.kind === 'commune').map(option) },
  ].filter(({ options }) => options.length > 0)
  const { code, shortName, name } = view.organisation
  const isListed = (rootIsOpen && code === view.root) || units.some(({ row }) => row.code === code)
  const own = isListed ? [] : [{ value: code, label: shortName ?? name }]
  return (
    <>
      {units.length + own.length > 1 || rootIsOpen ? (
        <Select
          name="don-vi"
          label="Đơn vị"
          value={code}
          options={[...(rootIsOpen && root ? [{ value: root.code, label: root.shortName ?? root.name }] : []), ...own]}
          groups={groups}
        />
      ) : null}
      {only === undefined && (
        <Select
          name="ky"
          label="Kỳ"
          value={view.period}
          empty="Theo từng chỉ tiêu"
          options={[]}
          groups={periodGroups(view, kinds)}
        />
      )}
    </>
  )
}

export const activeView = (view: View) => (view.period ? [{ name: 'ky', label: periodLabel(view.period) }] : [])

/** Whose numbers and which period, as a form of its own. */
export function ViewSwitch({ view, kinds }: { view: View; kinds?: readonly SwitchKind[] }) {
  return (
    <FilterBar names={switchNames} active={activeView(view)} submit="Xem">
      <ViewFields view={view} kinds={kinds} />
    </FilterBar>
  )
}

const groupWords = { month: 'Tháng', quarter: 'Quý', year: 'Năm', 'R-month': 'Kỳ báo cáo (15 đến 14)' } as const

export function periodGroups(
  { today, period }: Pick<View, 'today' | 'period'>,
  kinds: readonly (keyof typeof groupWords)[] = ['month', 'quarter', 'year'],
) {
  const counts = { month: 18, quarter: 8, year: 4, 'R-month': 13 }
  return kinds.map((kind) => {
    const [current = ''] = listPeriods(kind, today, today)
    const codes = Array.from({ length: counts[kind] }, (_, back) => shiftPeriod(current, -back))
    const asked = period && findPeriod(period)?.kind === kind && !codes.includes(period) ? [period] : []
    return {
      label: groupWords[kind],
      options: [...codes, ...asked].map((code) => ({ value: code, label: periodLabel(code) })),
    }
  })
}

/** Stands on every page that shows numbers as they were known at an earlier moment. */
export function AsOfBar({ view }: { view: View }) {
  const { address } = useSurroundings()
  if (!view.asOf) return null
  return (
    <Notice tone="warning" title={`Đang xem lại số liệu như đã biết lúc ${formatDateTime(view.asOf, view.timeZone)}`}>
      <p>
        Số liệu hiện nay có thể đã khác. <a href={withQuery(address, { tai: undefined })}>Về số liệu hiện nay</a>
      </p>
    </Notice>
  )
}

/** Asks for a moment of the past. */
export function AsOfForm({ view }: { view: View }) {
  const { address } = useSurroundings()
  return (
    <More title="Xem lại số liệu tại một thời điểm" open={view.asOf !== undefined}>
      <form class="form row no-print" method="get" action={address.split('?')[0]} aria-label="Xem lại số liệu">
        {[...new URLSearchParams(address.split('?')[1] ?? '')]
          .filter(([name]) => name !== 'tai')
          .map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
        <Field name="tai" label="Ngày và giờ" hint="Các trang hiện lại đúng số liệu mà hệ thống đã biết vào lúc đó.">
          <input class="input" type="datetime-local" id="tai" name="tai" value={view.tai} aria-describedby="tai-hint" />
        </Field>
        <button class="button" type="submit">
          Xem lại
        </button>
      </form>
    </More>
  )
}
