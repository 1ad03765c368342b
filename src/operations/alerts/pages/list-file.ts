import type { AsOf } from '#organisations'
import type { Context } from '#platform/context'
import type { Reply } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { type AlertQuery, listAlerts, type Page } from '../store.ts'
import { readNames } from './names.ts'
import { severityWords, stateWords } from './words.ts'

const titles = [
  'Mã',
  'Cảnh báo',
  'Mức',
  'Trạng thái',
  'Số lần',
  'Đơn vị',
  'Địa bàn',
  'Nguồn',
  'Bắt đầu',
  'Xuất hiện',
  'Người giữ',
  'Đóng lúc',
]
const piece = 1000

/** All that is asked for, in the order of the page. */
export function listFile(
  ctx: Context,
  asked: AlertQuery,
  { format, at }: { format: 'csv' | 'xlsx'; at: AsOf | undefined },
): Reply {
  return tableFile(format, { name: 'canh-bao', titles, rows: fileRows(ctx, asked, at) })
}

async function* fileRows(ctx: Context, asked: AlertQuery, at: AsOf | undefined) {
  const names = await readNames(ctx, [], at)
  for (let after: number | undefined; ; ) {
    const { rows, hasMore }: Page = await listAlerts(ctx, asked, { after, limit: piece })
    for (const row of rows)
      yield [
        row.code,
        row.headline,
        severityWords[row.severity],
        stateWords[row.state],
        row.count,
        names.organisation(row.organisation),
        names.area(row.area),
        row.origin || row.inlet,
        row.startsAt.toISOString(),
        row.raisedAt.toISOString(),
        row.owner,
        row.closedAt?.toISOString(),
      ]
    after = rows.at(-1)?.id
    if (!hasMore) return
  }
}
