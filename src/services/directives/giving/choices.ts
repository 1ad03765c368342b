// What the form of assignment offers: agencies one may give to, leaders one may write for, spans with the day they would end on.
import { addWorkingDays, type CompiledCalendar, dueAt, getCalendarOf } from '#calendar'
import { getHomePack, listOrganisations, type Organisation, organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import type { SourceKind } from '../model.ts'
import type { At } from '../reading/past.ts'
import { givePermission } from '../rights.ts'
import type { Settings } from '../settings.ts'

export interface AgencyGroup {
  label: string
  agencies: { code: string; name: string }[]
}

const labels = [
  'Sở, ban, ngành và Văn phòng',
  'Ủy ban nhân dân cấp xã',
  'Đơn vị trực thuộc',
  'Cơ quan theo ngành dọc',
] as const

/** Agencies one may give a task to, by kind; `at`: of those that stood then. */
export async function listAgencies(ctx: Context, at?: At): Promise<AgencyGroup[]> {
  const { rootOrganisation } = (await getHomePack(ctx.sql)).card
  const tree = await organisationTree(ctx.sql, at ?? { asOf: await today(ctx) })
  const atTop = ctx.can(givePermission, rootOrganisation)
  const groups = labels.map((label): AgencyGroup => ({ label, agencies: [] }))
  for (const { row } of tree.nodes) {
    const place = row.code === rootOrganisation ? -1 : groupOf(row, rootOrganisation)
    const allowed = place === 3 ? atTop : ctx.can(givePermission, row.code)
    // From the top a commune's own desks are its chair's to give to.
    if (place < 0 || !allowed || (atTop && place === 2 && tree.find(row.parent ?? '')?.row.kind === 'commune')) continue
    groups[place]?.agencies.push({ code: row.code, name: row.name })
  }
  return groups.filter(({ agencies }) => agencies.length > 0)
}

function groupOf({ kind, parent, line }: Organisation, root: string): number {
  if (line === 'external') return kind === 'external' && parent ? 3 : -1
  if (kind === 'commune') return 1
  if (parent === root) return 0
  return kind === 'centre' || kind === 'office' || kind === 'unit' || kind === 'department' ? 2 : -1
}

/** The agency that a source speaks of: by its code, or by the commune of its place. */
export async function findAgency(
  ctx: Context,
  groups: readonly AgencyGroup[],
  hint: { organisation?: string | undefined; area?: string | undefined },
): Promise<string | undefined> {
  const known = new Set(groups.flatMap(({ agencies }) => agencies.map(({ code }) => code)))
  if (hint.organisation && known.has(hint.organisation)) return hint.organisation
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  // A desk of a commune is given to through the commune.
  const above = [...(hint.organisation ? (tree.find(hint.organisation)?.path ?? []) : [])].reverse()
  const found = above.find((code) => known.has(code))
  if (found || !hint.area) return found
  const [commune] = await listOrganisations(
    ctx.sql,
    { asOf: await today(ctx) },
    { area: hint.area, kind: 'commune' },
    { limit: 1 },
  )
  return commune && known.has(commune.row.code) ? commune.row.code : undefined
}

export interface DeadlineChoice {
  days: number
  /** When it would end if it were issued now. */
  dueAt: Date
}

export async function listDeadlines(
  ctx: Context,
  settings: Settings,
): Promise<{ choices: DeadlineChoice[]; calendar: CompiledCalendar }> {
  const { rootOrganisation } = (await getHomePack(ctx.sql)).card
  const calendar = await getCalendarOf(ctx, rootOrganisation)
  const days = [...new Set(settings.deadlines.choices)].toSorted((a, b) => a - b)
  return {
    calendar,
    choices: days.map((amount) => ({
      days: amount,
      dueAt:
        dueAt(calendar, { startedAt: ctx.now, budget: { amount, unit: 'working-day' }, rule: settings.clock.rule }) ??
        new Date(`${addWorkingDays(calendar, '2026-01-01', amount)}T10:00:00Z`),
    })),
  }
}

const starts: Record<SourceKind, (title: string) => [string, string]> = {
  indicator: (title) => [
    `Chấn chỉnh chỉ tiêu “${title}”`,
    `Rà soát, làm rõ nguyên nhân và có giải pháp đối với chỉ tiêu “${title}”. Báo cáo kết quả kèm minh chứng trước khi hết hạn.`,
  ],
  alert: (title) => [
    `Xử lý cảnh báo “${title}”`,
    `Kiểm tra, xử lý cảnh báo “${title}”; báo cáo nguyên nhân, việc đã làm và biện pháp không để lặp lại.`,
  ],
  record: (title) => [
    `Xử lý vụ việc “${title}”`,
    `Kiểm tra, giải quyết dứt điểm “${title}” theo thẩm quyền; báo cáo kết quả kèm minh chứng.`,
  ],
  duty: (title) => [
    `Cập nhật số liệu “${title}”`,
    `Cập nhật đầy đủ, đúng hạn số liệu “${title}”; giải trình nguyên nhân chậm và biện pháp bảo đảm các kỳ sau.`,
  ],
  document: (title) => [
    `Thực hiện văn bản “${title}”`,
    `Tổ chức thực hiện các nội dung thuộc trách nhiệm tại văn bản “${title}”; báo cáo kết quả kèm minh chứng.`,
  ],
  incident: (title) => [
    `Khắc phục hậu quả “${title}”`,
    `Triển khai các việc được phân công trong tình huống “${title}”; báo cáo kết quả kèm minh chứng.`,
  ],
  project: (title) => [
    `Đẩy nhanh tiến độ dự án “${title}”`,
    `Làm rõ vướng mắc, cam kết mốc tiến độ và giải ngân của dự án “${title}”; báo cáo kết quả kèm minh chứng.`,
  ],
  hand: () => ['', ''],
}

/** Words to begin with, from what the task is about. */
export function startWords(kind: SourceKind, title: string): { title: string; words: string } {
  const short = title.length > 200 ? `${title.slice(0, 199)}…` : title
  const [heading, words] = title ? starts[kind](short) : ['', '']
  return { title: heading, words }
}
