// What every page of the centre is asked with: whose numbers, of which period, as known when. All of it lives in the address.

import { z } from 'zod'
import { findPeriod, listPeriods, periodLabel, shiftPeriod } from '#calendar'
import { reachOfReader, requireReading } from '#indicators'
import {
  type AsOf,
  branchOf,
  dayIn,
  findOrganisation,
  getHomePack,
  type Organisation,
  type OrganisationTree,
  organisationTree,
  type PackCard,
  readAsOf,
  type TreeNode,
} from '#organisations'
import type { Context, Reach } from '#platform/context'
import { invalid, notFound, Problem } from '#platform/errors'
import { AsOfNotice, AsOfQuestion, FilterBar, formatDate, Select, withQuery } from '#ui'

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
  /** The moment of the past at which the page is asked: what was known by then, of the units of that day. */
  at: AsOf | undefined
  asOf: Date | undefined
  tai: string | undefined
  /** The day of that moment, else today. */
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
  const at = await readAsOf(ctx, query.tai)
  const today = at?.asOf ?? dayIn(ctx.now, timeZone)
  const tree = await organisationTree(ctx.sql, at ?? { asOf: today })
  const reach = await reachOfReader(ctx)
  const root = rootThen(tree, card)
  const code = query['don-vi'] ?? defaultOrganisation(tree, reach, { own: ctx.actor.organisation, root })
  const node = tree.find(code)
  if (!node) throw await elsewhen(ctx, code, today)
  await requireReading(ctx, code)
  if (query.ky && !findPeriod(query.ky))
    throw invalid(`“${query.ky}” không phải mã kỳ.`, [
      { path: 'ky', message: 'Dùng mã kỳ như 2026, 2026-Q1, 2026-03.' },
    ])
  return {
    organisation: node.row,
    period: query.ky || undefined,
    at,
    asOf: at?.knownAt,
    tai: at?.text,
    today,
    timeZone,
    tree,
    reach,
    root: node.path[0] ?? code,
  }
}

/** The pack's root, or the part of before a merger that stood in its place. */
function rootThen(tree: OrganisationTree, { rootOrganisation, formerRoots }: PackCard): string {
  if (tree.find(rootOrganisation)) return rootOrganisation
  const former = formerRoots.find(({ organisation }) => tree.find(organisation))?.organisation
  return former ?? tree.nodes[0]?.row.code ?? rootOrganisation
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

/** An organisation is asked for at the wrong time rather than by a wrong code. */
async function elsewhen(ctx: Context, code: string, on: string): Promise<Problem> {
  const known = await findOrganisation(ctx.sql, code)
  if (!known) return notFound('organisation', code)
  return new Problem(
    'organisation.not-then',
    404,
    `${known.name} không có trong cơ cấu đơn vị ngày ${formatDate(on)}. Chọn đơn vị khác hoặc thời điểm khác.`,
    { code, on },
  )
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
export const AsOfBar = ({ view }: { view: View }) => <AsOfNotice at={view.at} />

/** Asks for a moment of the past. */
export const AsOfForm = ({ view }: { view: View }) => <AsOfQuestion at={view.at} />
