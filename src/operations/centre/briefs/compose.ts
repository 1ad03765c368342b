// A brief from what the overview knows: what changed, why, and what is asked. Words and tables as they are shown, so that it can be
// read again years later as it was.

import { type AlertCounts, countOpenAlerts } from '#alerts'
import { formatDate } from '#calendar'
import { type DirectiveSummary, summariseDirectives } from '#directives'
import { type DutySummary, summariseDuties, summariseDutiesThen } from '#duties'
import type { PrintedSection, PrintedTable } from '#files'
import { listOpenIncidents, listOpenIncidentsThen, type OpenIncident } from '#incidents'
import { type Card, listMeasureSources } from '#indicators'
import type { AsOf } from '#organisations'
import type { Context } from '#platform/context'
import { formatDateTime, formatNumber } from '#ui'
import { type Cause, causeKey } from '../overview/causes.ts'
import type { Focus } from '../overview/focus.ts'
import { leadingOf } from '../overview/worst-units.ts'
import { type Overview, readOverview } from '../pages/overview.tsx'
import { readView } from '../pages/view.tsx'
import { capital, changesOf, sayDifference, sayFigure, sayPeriod, targetWords } from '../pages/words.ts'
import type { BriefKind } from './store.ts'

export interface BriefWish {
  kind: BriefKind
  period: string
  organisation: string
}

/** The last section: what leaders are asked for. */
export const asksTitle = 'Đề nghị'

interface Composed {
  sections: PrintedSection[]
  /** Some figure was known beyond those that the province's own files brought, which are of before the program ran. */
  hasFigures: boolean
}

/**
 * @param wish.period of a month: the numbers are those of that month
 * @param wish.at the moment it is told as of, as `tai=` says it; absent: now
 */
export async function composeBrief(
  ctx: Context,
  { kind, period, organisation, at }: BriefWish & { at?: string },
): Promise<Composed> {
  const view = await readView(ctx, { 'don-vi': organisation, ky: kind === 'month' ? period : undefined, tai: at })
  const overview = await readOverview(ctx, view)
  const asks = listAsks(overview)
  const sections = [
    {
      title: 'Nội dung cần chỉ đạo',
      words:
        overview.focus.map((one) => `– ${sayFocus(one, overview)}`).join('\n') || 'Không có chỉ tiêu nào vượt ngưỡng.',
    },
    { title: 'Chỉ tiêu chính và biến động', table: numbersTable(overview) },
    { title: 'Đơn vị cần chú ý và nguyên nhân', ...sayUnits(overview) },
    await room(ctx, view.at),
    { title: 'Nguồn số liệu chậm', words: sayLate(overview) },
    { title: asksTitle, words: asks.map((ask, index) => `${index + 1}. ${ask}`).join('\n') || 'Không có đề nghị nào.' },
  ]
  return { sections, hasFigures: overview.cards.some(({ fact }) => fact && fact.origin !== 'pack') }
}

function sayFocus(focus: Focus, { causes, setting }: Overview): string {
  if (focus.kind === 'late') return `${focus.source.name} ${focus.lateness.words}. Đầu mối: ${focus.source.custodian}.`
  const { card } = focus
  const { body } = card.definition
  const figure = sayFigure(body, card.fact?.value ?? 0)
  if (focus.kind === 'dispute') return `${body.name}: đơn vị có ý kiến về số liệu ${sayPeriod(card.period)}.`
  if (focus.kind === 'sudden')
    return `${body.name} biến động lớn: ${figure}, kỳ trước ${sayFigure(body, focus.before)} (${sayPeriod(card.period)}).`
  const [first] = focus.units
  const cause = first === undefined ? undefined : causes.get(causeKey(first, card))
  const worst = focus.units.length > 0 ? ` Kém nhất: ${focus.units.map(setting.nameOf).join(', ')}.` : ''
  return `${body.name} ${figure} (${sayPeriod(card.period)}), ${targetWords(card) ?? ''}.${worst}${first === undefined ? '' : sayCause(cause, setting.nameOf(first))}`
}

const sayCause = (cause: Cause | undefined, unit: string): string =>
  cause
    ? ` ${unit} nhiều nhất ở ${cause.what}: ${formatNumber(cause.failed)} trên ${formatNumber(cause.total)} trường hợp không đạt.`
    : ''

function numbersTable(overview: Overview): PrintedTable {
  const shown = [...overview.key, ...overview.groups.flatMap(({ cards }) => cards)]
  return {
    columns: [
      { label: 'Chỉ tiêu' },
      { label: 'Giá trị', numeric: true },
      { label: 'Kỳ' },
      { label: 'Biến động' },
      { label: 'Kế hoạch giao' },
      { label: 'Số liệu đến' },
    ],
    rows: shown.map((card) => rowOf(card, overview)),
  }
}

function rowOf(card: Card, { view }: Overview): string[] {
  const { definition, fact, period } = card
  const { body } = definition
  const at = fact?.observedAt ?? fact?.receivedAt ?? fact?.knownAt
  return [
    body.name,
    fact?.state === 'value' && fact.value !== null ? sayFigure(body, fact.value) : 'chưa có số liệu',
    capital(sayPeriod(period)),
    changesOf(card)
      .map(({ direction, words }) => `${{ up: '▲ ', down: '▼ ', same: '' }[direction]}${words}`)
      .join('; '),
    targetWords(card) ?? '',
    at ? formatDateTime(at, view.timeZone) : '',
  ]
}

function sayUnits({ worst, causes, setting }: Overview): Pick<PrintedSection, 'words' | 'table'> {
  if (worst.length === 0) return { words: 'Không có đơn vị nào chưa đạt kế hoạch giao.' }
  const rows = worst.map(({ organisation, shortfalls }) => {
    const leading = leadingOf(shortfalls)
    const cause = leading && causes.get(causeKey(organisation, leading.card))
    return [
      setting.nameOf(organisation),
      shortfalls
        .slice(0, 3)
        .map(({ card, fact, judgement }) => {
          const { body } = card.definition
          return `${body.name} ${sayFigure(body, fact.value ?? 0)}, lệch ${sayDifference(body, judgement.gap)}`
        })
        .join('\n'),
      sayCause(cause, '').trim(),
    ]
  })
  return { table: { columns: [{ label: 'Đơn vị' }, { label: 'Chỉ tiêu chưa đạt' }, { label: 'Nguyên nhân' }], rows } }
}

/** What runs in the room; what cannot be told as of an earlier moment is left out, and that it is is said. */
async function room(ctx: Context, at: AsOf | undefined): Promise<PrintedSection> {
  const lines = at ? await sayRoomThen(ctx, at) : await sayRoom(ctx)
  return { title: 'Điều hành', words: lines.join('\n') }
}

async function sayRoomThen(ctx: Context, at: AsOf): Promise<string[]> {
  const [alerts, incidents, directives, duties] = await Promise.all([
    countOpenAlerts(ctx, at.knownAt),
    listOpenIncidentsThen(ctx, at.knownAt),
    summariseDirectives(ctx, ctx.reach('directive:read'), at),
    summariseDutiesThen(ctx, ctx.reach('duty:read'), at.knownAt),
  ])
  return [
    sayAlerts(alerts),
    incidents ? sayIncidents(incidents) : sayLeftOut('Tình huống'),
    sayDirectives(directives),
    duties ? sayDuties(duties) : sayLeftOut('Trách nhiệm cập nhật dữ liệu'),
  ]
}

/** Of what was not kept yet. */
const sayLeftOut = (what: string): string =>
  `${what} của lúc đó không ghi ở đây, vì khi ấy hệ thống chưa lưu trạng thái theo thời điểm.`

const sayAlerts = ({ critical, high, medium, low }: AlertCounts['open']): string =>
  `Cảnh báo đang mở: ${formatNumber(critical + high + medium + low)}, trong đó nghiêm trọng ${formatNumber(critical)}, cao ${formatNumber(high)}.`

const sayDuties = ({ onTime, total }: DutySummary): string =>
  `Trách nhiệm cập nhật dữ liệu: ${formatNumber(onTime)}/${formatNumber(total)} đầu mối đúng hạn.`

const sayDirectives = ({ open, late, dueThisWeek, waitingVerification }: DirectiveSummary): string =>
  `Nhiệm vụ chỉ đạo: đang thực hiện ${formatNumber(open)}, quá hạn ${formatNumber(late)}, đến hạn tuần này ${formatNumber(dueThisWeek)}, chờ xác nhận ${formatNumber(waitingVerification)}.`

async function sayRoom(ctx: Context): Promise<string[]> {
  const [alerts, incidents, directives, duties] = await Promise.all([
    countOpenAlerts(ctx),
    listOpenIncidents(ctx),
    summariseDirectives(ctx, ctx.reach('directive:read')),
    summariseDuties(ctx, ctx.reach('duty:read')),
  ])
  return [sayAlerts(alerts), sayIncidents(incidents), sayDirectives(directives), sayDuties(duties)]
}

function sayIncidents(incidents: readonly OpenIncident[]): string {
  const real = incidents.filter(({ exercise }) => !exercise)
  if (real.length === 0) return 'Không có tình huống nào đang xử lý.'
  return `Tình huống đang xử lý: ${real.map(({ title, place }) => `${title} (${place})`).join('; ')}.`
}

function sayLate({ setting, cards }: Overview): string {
  const lines = [...setting.lateness].flatMap(([code, { words }]) => {
    const source = setting.sources.get(code)
    const blind = cards.filter(({ definition }) => listMeasureSources(definition.body).includes(code)).length
    return source ? [`– ${source.name} ${words}; ${blind} chỉ tiêu chưa cập nhật. Đầu mối: ${source.custodian}.`] : []
  })
  return lines.join('\n') || 'Mọi nguồn đúng hạn.'
}

/** What is asked of the leader: one line for each matter, with who is to do it. */
function listAsks({ focus, setting }: Overview): string[] {
  return focus.map((one) => {
    if (one.kind === 'late') return `Yêu cầu ${setting.nameOf(one.source.organisation)} cập nhật ${one.source.name}.`
    const { body } = one.card.definition
    const owner = setting.nameOf(body.owner.organisation)
    if (one.kind === 'dispute') return `Giao ${owner} làm rõ ý kiến về số liệu “${body.name}”.`
    return `Giao ${owner} báo cáo nguyên nhân và giải pháp đối với “${body.name}”.`
  })
}

export const titleOf = ({ kind, period }: Pick<BriefWish, 'kind' | 'period'>): string =>
  kind === 'day'
    ? `Tóm tắt điều hành ngày ${formatDate(period)}`
    : `Tóm tắt điều hành tháng ${Number(period.slice(5))}/${period.slice(0, 4)}`
