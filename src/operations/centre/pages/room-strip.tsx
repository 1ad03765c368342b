// What runs in the room, in one line for the leader: alerts and situations, directives and data duties. Each number opens.

import { type AlertCounts, countOpenAlerts } from '#alerts'
import { type DirectiveSummary, summariseDirectives } from '#directives'
import { type DutySummary, summariseDuties, summariseDutiesThen } from '#duties'
import { listOpenIncidents, listOpenIncidentsThen, type OpenIncident } from '#incidents'
import type { AsOf } from '#organisations'
import type { Context } from '#platform/context'
import { fragment, type Route, route } from '#platform/http'
import { classes, formatNumber, Section, withQuery } from '#ui'

const stripPath = '/tong-quan/dieu-hanh'

/** Absent is what the caller may not read. */
export interface Strip {
  alerts: AlertCounts['open'] | undefined
  incidents: OpenIncident[]
  directives: DirectiveSummary | undefined
  duties: DutySummary | undefined
  at: AsOf | undefined
}

const readDuties = (ctx: Context, at: AsOf | undefined): Promise<DutySummary | undefined> => {
  const reach = ctx.reach('duty:read')
  return at ? summariseDutiesThen(ctx, reach, at.knownAt) : summariseDuties(ctx, reach)
}

const readIncidents = async (ctx: Context, at: AsOf | undefined): Promise<OpenIncident[]> =>
  at ? ((await listOpenIncidentsThen(ctx, at.knownAt)) ?? []) : listOpenIncidents(ctx)

/** What cannot be told as of an earlier moment (of before it was kept) is absent of it. */
export async function readStrip(ctx: Context, at?: AsOf): Promise<Strip> {
  const [alerts, incidents, directives, duties] = await Promise.all([
    ctx.can('alert:read') ? countOpenAlerts(ctx, at?.knownAt) : undefined,
    ctx.can('incident:read') ? readIncidents(ctx, at) : [],
    ctx.can('directive:read') ? summariseDirectives(ctx, ctx.reach('directive:read'), at) : undefined,
    ctx.can('duty:read') ? readDuties(ctx, at) : undefined,
  ])
  return { alerts, incidents, directives, duties, at }
}

interface Item {
  label: string
  value: string
  href: string
  /** Something is wrong there: only then has it a colour. */
  isBad?: boolean
}

function listItems({ alerts, directives, duties }: Strip): Item[] {
  const items: Item[] = []
  if (directives)
    items.push(
      {
        label: 'nhiệm vụ quá hạn',
        value: formatNumber(directives.late),
        href: '/nhiem-vu',
        isBad: directives.late > 0,
      },
      { label: 'nhiệm vụ đến hạn tuần này', value: formatNumber(directives.dueThisWeek), href: '/nhiem-vu' },
      { label: 'nhiệm vụ chờ xác nhận', value: formatNumber(directives.waitingVerification), href: '/nhiem-vu' },
    )
  if (alerts) {
    const grave = alerts.critical + alerts.high
    const all = grave + alerts.medium + alerts.low
    items.push({
      label: `cảnh báo mức cao trở lên trên ${formatNumber(all)} đang mở`,
      value: formatNumber(grave),
      href: '/canh-bao?hop=dang-mo',
      isBad: grave > 0,
    })
  }
  if (duties)
    items.push({
      label: 'đầu mối số liệu đúng hạn',
      value: `${formatNumber(duties.onTime)}/${formatNumber(duties.total)}`,
      href: '/trach-nhiem',
      isBad: duties.late > 0,
    })
  return items
}

export function RoomStrip({ strip }: { strip: Strip }) {
  const items = listItems(strip)
  if (items.length === 0 && strip.incidents.length === 0) return null
  return (
    <div
      id="dieu-hanh"
      {...(strip.at
        ? {}
        : {
            'data-live': 'alerts incidents directive duties',
            'data-live-url': stripPath,
            'data-live-label': 'Điều hành',
          })}
    >
      <Section title={strip.at ? 'Điều hành khi đó' : 'Đang điều hành'}>
        {strip.incidents.length > 0 && (
          <ul class="strip-incidents">
            {strip.incidents.slice(0, 3).map(({ code, title, level, place, url, exercise, stepsDone, stepsTotal }) => (
              <li key={code}>
                {exercise && <strong>DIỄN TẬP · </strong>}
                <a href={withQuery(url, { tai: strip.at?.text })}>{title}</a>, {level}, {place} · kịch bản{' '}
                {formatNumber(stepsDone)}/{formatNumber(stepsTotal)}
              </li>
            ))}
          </ul>
        )}
        <ul class="strip">
          {items.map(({ label, value, href, isBad }) => (
            <li key={label}>
              <a class={classes('strip-item', isBad && 'strip-bad')} href={withQuery(href, { tai: strip.at?.text })}>
                <strong>{value}</strong> {label}
              </a>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  )
}

/** The strip alone: what an open overview fetches when something in the room has moved. */
export const stripRoute: Route = route({
  method: 'GET',
  path: stripPath,
  access: 'indicator:read',
  handle: async (ctx) => fragment(<RoomStrip strip={await readStrip(ctx)} />),
})
