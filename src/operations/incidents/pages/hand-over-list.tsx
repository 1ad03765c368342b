import { z } from 'zod'
import { localDate } from '#calendar'
import { page, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { AsOfNotice, AsOfQuestion, formatDate, formatDateTime, Table, Tag, Time, withQuery } from '#ui'
import { rosterPath } from '../model.ts'
import { rosterTopic } from '../roster/assignments.ts'
import { handOverPath, stateNames } from '../roster/hand-over.ts'
import * as store from '../roster/hand-over-store.ts'
import { type RosterSettings, readSettings } from '../roster/settings.ts'
import { listShifts, shiftDay } from '../roster/shifts.ts'
import { listAssignments } from '../roster/store.ts'
import { keptNotice, Moment, type Past, readPast } from './past.tsx'

export const handOversPath = `${rosterPath}/ban-giao`
const path = handOversPath
const pageSize = 50
export const tone = { none: 'warning', draft: 'warning', left: 'warning', taken: 'done' } as const

export const handOverListRoute = route({
  method: 'GET',
  path,
  access: 'incident:read',
  query: z.object({
    truoc: z.string().max(40).optional(),
    tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
    tai: Moment,
  }),
  async handle(asker, { query, request }) {
    const past = await readPast(asker, query.tai)
    const { ctx, at } = past
    const settings = await readSettings(ctx)
    ctx.require('incident:read', settings.organisation)
    const before = query.truoc && !Number.isNaN(Date.parse(query.truoc)) ? new Date(query.truoc) : undefined
    if (query.tep) {
      const kept = await store.listHandOvers(ctx.sql, { limit: 5000, at: at?.knownAt })
      return tableFile(query.tep, {
        name: 'ban-giao-ca',
        titles: ['Ngày', 'Ca', 'Trạng thái', 'Người giao', 'Giao lúc', 'Người nhận', 'Nhận lúc', 'Ý kiến', 'SHA-256'],
        rows: kept.map((one) => [
          formatDate(one.day),
          nameOf(settings, one.shift),
          stateNames[one.state],
          one.leftName,
          one.leftAt ? formatDateTime(one.leftAt) : '',
          one.takenName,
          one.takenAt ? formatDateTime(one.takenAt) : '',
          one.remark,
          one.digest,
        ]),
      })
    }
    const rows = before ? [] : await listRecent(past, settings)
    const kept = await store.listHandOvers(ctx.sql, { before, limit: pageSize + 1, at: at?.knownAt })
    const shown = [...rows, ...kept.slice(0, pageSize).map(rowOf(settings))]
    const nextHref =
      kept.length > pageSize ? withQuery(request.url, { truoc: kept[pageSize - 1]?.startsAt.toISOString() }) : undefined
    return page({
      title: 'Bàn giao ca',
      crumbs: [{ label: 'Ca trực', href: withQuery(rosterPath, { tai: at?.text }) }],
      lead: 'Trưởng ca giao ký, trưởng ca sau ký nhận. Nội dung đã ký không sửa được.',
      islands: ['table'],
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="các biên bản bàn giao" />
          {await keptNotice(past, 'hand_over')}
          <List rows={shown} nextHref={nextHref} tai={at?.text} />
          <AsOfQuestion at={at} what="các biên bản bàn giao" />
        </div>
      ),
    })
  },
})

const nameOf = (settings: RosterSettings, code: string): string =>
  settings.shifts.find((one) => one.code === code)?.name ?? code

interface Row {
  day: string
  shift: string
  name: string
  state: store.HandOver['state'] | 'none'
  leftName: string | null
  takenName: string | null
  at: Date | null
}

const rowOf =
  (settings: RosterSettings) =>
  (one: store.HandOver): Row => ({ ...one, name: nameOf(settings, one.shift), at: one.takenAt ?? one.leftAt })

/** Shifts that run or have just ended and have no record yet. */
async function listRecent({ ctx, at }: Past, settings: RosterSettings): Promise<Row[]> {
  const today = localDate(ctx.now, settings.timeZone)
  const assigned = await listAssignments(ctx.sql, shiftDay(today, -2), today, at?.knownAt)
  const rows: Row[] = []
  for (const shift of listShifts(settings.shifts, shiftDay(today, -2), 3, settings.timeZone).toReversed()) {
    if (shift.startsAt > ctx.now) continue
    const runs = shift.endsAt > ctx.now
    if (!runs && !assigned.some((one) => one.day === shift.day && one.shift === shift.code)) continue
    if (await store.findHandOver(ctx.sql, shift.day, shift.code, at?.knownAt)) continue
    rows.push({
      day: shift.day,
      shift: shift.code,
      name: shift.name,
      state: 'none',
      leftName: null,
      takenName: null,
      at: null,
    })
  }
  return rows
}

interface ListProps {
  rows: readonly Row[]
  nextHref: string | undefined
  tai: string | undefined
}

function List({ rows, nextHref, tai }: ListProps) {
  return (
    <div id="cac-ban-giao" data-live={tai ? undefined : rosterTopic} data-live-label="Bàn giao ca">
      <Table
        caption="Bàn giao ca, mới nhất trước"
        rows={rows}
        rowKey={(row) => `${row.day}/${row.shift}`}
        rowHref={(row) => withQuery(handOverPath(row), { tai })}
        paging={{ nextHref }}
        downloads={{ csv: withQuery(path, { tai, tep: 'csv' }), xlsx: withQuery(path, { tai, tep: 'xlsx' }) }}
        empty={{ title: 'Chưa có ca nào được bàn giao', words: 'Biên bản bàn giao hiện ở đây khi một ca bắt đầu.' }}
        columns={[
          { key: 'shift', title: 'Ca', cell: (row) => `${row.name} ${formatDate(row.day)}` },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: (row) => <Tag tone={tone[row.state]}>{stateNames[row.state]}</Tag>,
          },
          { key: 'left', title: 'Người giao', phone: true, cell: (row) => row.leftName },
          { key: 'taken', title: 'Người nhận', phone: true, cell: (row) => row.takenName },
          { key: 'at', title: 'Ký lúc', kind: 'nowrap', cell: (row) => row.at && <Time at={row.at} exact /> },
        ]}
      />
    </div>
  )
}
