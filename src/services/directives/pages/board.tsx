import { z } from 'zod'
import { type AsOf, readAsOf } from '#organisations'
import { page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  type Column,
  formatNumber,
  formatPercent,
  Section,
  Table,
  Tag,
  withQuery,
} from '#ui'
import { boardPath, givePath, listPath } from '../paths.ts'
import { type AgencyCounts, fewestToCompare, groupOrder, isFew, lateShare, listBoard } from '../reading/board.ts'
import { summariseDirectives } from '../reading/faces.ts'
import type { Group } from '../reading/list.ts'
import { areAllKept } from '../reading/past.ts'
import { givePermission, readPermission } from '../rights.ts'
import { NotKept, ofRoom } from './parts.tsx'
import { RoomTabs } from './tabs.tsx'

export const boardRoute: Route = route({
  method: 'GET',
  path: boardPath,
  access: readPermission,
  query: z.object({
    tep: z.enum(['csv', 'xlsx']).optional().catch(undefined),
    tai: z.string().max(30).optional(),
    nhom: z.enum(groupOrder).optional().catch(undefined),
  }),
  async handle(ctx, { query }) {
    const at = await readAsOf(ctx, query.tai)
    const rows = await listBoard(ctx, at)
    if (query.tep) {
      const wanted = rows.filter(({ peerGroup }) => query.nhom === undefined || peerGroup === query.nhom)
      return tableFile(query.tep, { name: 'nhiem-vu-theo-don-vi', titles: fileTitles, rows: wanted.map(fileRow) })
    }
    const isKept = await areAllKept(ctx.sql, at)
    const sum = await summariseDirectives(ctx, ctx.reach(readPermission), at)
    return page({
      title: 'Nhiệm vụ chỉ đạo',
      lead: sayAll(sum),
      islands: ['live'],
      actions: !at && ctx.can(givePermission) && (
        <Button href={givePath} kind="primary" icon="add">
          Giao nhiệm vụ
        </Button>
      ),
      body: (
        <div class="stack">
          <RoomTabs current={boardPath} at={at} />
          <AsOfNotice at={at} what={ofRoom} />
          <NotKept rows={[{ isKept }]} />
          <div
            id="theo-don-vi"
            class="stack-large"
            data-live={at ? undefined : 'directive'}
            data-live-label="Nhiệm vụ theo đơn vị"
          >
            {groupOrder.map((group) => (
              <Agencies key={group} group={group} rows={rows.filter(({ peerGroup }) => peerGroup === group)} at={at} />
            ))}
            {rows.length === 0 && <Agencies group="Đơn vị" rows={[]} at={at} />}
          </div>
          <AsOfQuestion at={at} what={ofRoom} />
        </div>
      ),
    })
  },
})

const fileTitles = [
  'Mã đơn vị',
  'Đơn vị',
  'Nhóm',
  'Quá hạn',
  'Đã báo lên cấp trên',
  'Đang thực hiện',
  'Đến hạn tuần này',
  'Chờ tiếp nhận',
  'Chờ xác nhận',
  'Xong đúng hạn (12 tháng)',
  'Xong quá hạn (12 tháng)',
  'Tỷ lệ quá hạn (%)',
]

const fileRow = (row: AgencyCounts) => [
  row.organisation,
  row.name,
  row.peerGroup,
  row.late,
  row.escalated,
  row.open,
  row.dueThisWeek,
  row.toAccept,
  row.waiting,
  row.doneInTime,
  row.doneLate,
  isFew(row) ? '' : Math.round(lateShare(row) * 1000) / 10,
]

function sayAll(sum: Awaited<ReturnType<typeof summariseDirectives>>): string {
  const parts = [
    `${formatNumber(sum.open)} nhiệm vụ đang thực hiện`,
    `${formatNumber(sum.late)} quá hạn`,
    `${formatNumber(sum.dueThisWeek)} đến hạn tuần này`,
    `${formatNumber(sum.waitingVerification)} chờ xác nhận`,
  ]
  return `${parts.join(' · ')}.`
}

type At = AsOf | undefined

const listOf = (organisation: string, group: Group, at: At): string =>
  withQuery(listPath, { 'don-vi': organisation, nhom: group, tai: at?.text })

function Agencies({ group, rows, at }: { group: string; rows: readonly AgencyCounts[]; at: At }) {
  if (rows.length === 0 && group !== 'Đơn vị') return null
  const count = (
    key: 'open' | 'dueThisWeek' | 'toAccept' | 'waiting',
    title: string,
    to: Group,
  ): Column<AgencyCounts> => ({
    key,
    title,
    kind: 'number',
    phone: key !== 'toAccept',
    cell: (row) => (row[key] > 0 ? <a href={listOf(row.organisation, to, at)}>{formatNumber(row[key])}</a> : '0'),
    total: formatNumber(rows.reduce((sum, row) => sum + row[key], 0)),
  })
  return (
    <Section title={group}>
      <Table
        caption={`Xếp theo tỷ lệ quá hạn trong nhóm, không theo số lượng; đơn vị có dưới ${fewestToCompare} nhiệm vụ xếp sau`}
        rows={rows}
        rowKey={(row) => row.organisation}
        rowHref={(row) => withQuery(listPath, { 'don-vi': row.organisation, tai: at?.text })}
        downloads={{
          csv: withQuery(boardPath, { tep: 'csv', nhom: group, tai: at?.text }),
          xlsx: withQuery(boardPath, { tep: 'xlsx', nhom: group, tai: at?.text }),
        }}
        empty={{
          title: at ? 'Khi đó chưa có nhiệm vụ nào' : 'Chưa có nhiệm vụ nào',
          words: 'Nhiệm vụ được giao từ chỉ tiêu, cảnh báo, bản ghi, văn bản, hoặc trực tiếp bằng nút “Giao nhiệm vụ”.',
        }}
        columns={[
          { key: 'name', title: 'Đơn vị', cell: (row) => row.name },
          {
            key: 'late',
            title: 'Quá hạn',
            kind: 'number',
            phone: true,
            cell: (row) => <Late row={row} at={at} />,
            total: formatNumber(rows.reduce((sum, row) => sum + row.late, 0)),
          },
          count('open', 'Đang thực hiện', 'dang-mo'),
          count('dueThisWeek', 'Đến hạn tuần này', 'tuan-nay'),
          count('toAccept', 'Chờ tiếp nhận', 'cho-tiep-nhan'),
          count('waiting', 'Chờ xác nhận', 'cho-xac-nhan'),
          {
            key: 'done',
            title: 'Xong đúng hạn',
            unit: '12 tháng',
            kind: 'number',
            cell: (row) =>
              row.doneInTime + row.doneLate === 0
                ? undefined
                : `${formatNumber(row.doneInTime)}/${formatNumber(row.doneInTime + row.doneLate)}`,
          },
          {
            key: 'share',
            title: 'Tỷ lệ quá hạn',
            kind: 'number',
            cell: (row) => (isFew(row) ? undefined : formatPercent(lateShare(row) * 100, 1)),
          },
        ]}
      />
    </Section>
  )
}

function Late({ row, at }: { row: AgencyCounts; at: At }) {
  if (row.late === 0) return <>0</>
  return (
    <a href={listOf(row.organisation, 'qua-han', at)}>
      <Tag tone={row.escalated > 0 ? 'danger' : 'warning'}>{formatNumber(row.late)}</Tag>
      {row.escalated > 0 && <span class="hidden-visually"> ({row.escalated} đã báo lên cấp trên)</span>}
    </a>
  )
}
