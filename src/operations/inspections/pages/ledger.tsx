import { z } from 'zod'
import { listEntries, sayAction } from '#ledger'
import { page, type Route, route } from '#platform/http'
import { FilterBar, formatNumber, Table, TextInput, Time, withQuery } from '#ui'
import { inspect, record, requireInspection } from '../right.ts'
import { homePath, ledgerPath } from './words.ts'

const pageSize = 50
const dayMs = 86_400_000

const text = z.string().trim().max(300).optional()
const Query = z.object({ hanhDong: text, doiTuong: text, taiKhoan: text, sau: z.uuid().optional().catch(undefined) })

const labels = [
  ['hanhDong', 'Hành động'],
  ['doiTuong', 'Đối tượng'],
  ['taiKhoan', 'Tài khoản'],
] as const

const dayOf = (date: string, plusDays = 0) => new Date(Date.parse(`${date}T00:00:00+07:00`) + plusDays * dayMs)

/** What the agencies of the decision did in the inspected period; what entries hold inside stays closed. */
export const ledgerRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: ledgerPath,
    access: inspect,
    query: Query,
    async handle(ctx, { query, request }) {
      const right = requireInspection(ctx)
      const asked = {
        action: query.hanhDong || undefined,
        subject: query.doiTuong || undefined,
        actor: query.taiKhoan || undefined,
      }
      await record(ctx, 'inspection.ledger-opened', { ...asked, after: query.sau })
      const rows = await listEntries(ctx.sql, {
        ...asked,
        reach: ctx.reach(inspect),
        from: dayOf(right.periodFrom),
        to: dayOf(right.periodTo, 1),
        after: query.sau,
        limit: pageSize + 1,
      })
      const shown = rows.slice(0, pageSize)
      const say = await ctx.sayPeople(shown.map(({ actor }) => actor))
      return page({
        title: 'Nhật ký của các đơn vị',
        crumbs: [{ label: 'Thanh tra, kiểm tra', href: homePath }],
        lead: 'Ai đã làm gì trong thời kỳ được thanh tra. Lượt xem này cũng được ghi lại.',
        body: (
          <div class="stack-large">
            <FilterBar
              names={['hanhDong', 'doiTuong', 'taiKhoan']}
              active={labels.flatMap(([name, label]) =>
                query[name] ? [{ name, label: `${label}: ${query[name]}` }] : [],
              )}
            >
              <TextInput
                name="hanhDong"
                label="Mã hành động"
                hint="Ví dụ: figures.locked"
                value={query.hanhDong}
                optional
              />
              <TextInput
                name="doiTuong"
                label="Đối tượng"
                hint="Loại và mã, ví dụ landing:12"
                value={query.doiTuong}
                optional
              />
              <TextInput name="taiKhoan" label="Tài khoản" value={query.taiKhoan} optional />
            </FilterBar>
            <Table
              caption="Bản ghi, mới nhất trước"
              rows={shown}
              rowKey={({ id }) => id}
              paging={{
                nextHref: rows.length > pageSize ? withQuery(request.url, { sau: shown.at(-1)?.id }) : undefined,
              }}
              columns={[
                { key: 'at', title: 'Thời điểm', kind: 'nowrap', cell: ({ at }) => <Time at={at} exact /> },
                {
                  key: 'action',
                  title: 'Hành động',
                  phone: true,
                  cell: ({ action }) => sayAction(action) ?? <span class="code">{action}</span>,
                },
                {
                  key: 'subject',
                  title: 'Đối tượng',
                  phone: true,
                  cell: ({ subject }) => <span class="code cell-code">{subject}</span>,
                },
                {
                  key: 'actor',
                  title: 'Người thực hiện',
                  phone: true,
                  cell: ({ actor }) => (
                    <span>
                      {say(actor)} {say(actor) !== actor && <span class="code muted small">{actor}</span>}
                    </span>
                  ),
                },
                { key: 'organisation', title: 'Đơn vị', cell: ({ organisation }) => organisation },
                {
                  key: 'number',
                  title: 'STT',
                  kind: 'number',
                  cell: ({ leafIndex }) => (leafIndex === null ? 'chờ đánh số' : formatNumber(leafIndex)),
                },
              ]}
              empty={{
                title: 'Không có bản ghi nào',
                words: 'Trong thời kỳ được thanh tra, không có bản ghi nào khớp.',
              }}
            />
          </div>
        ),
      })
    },
  }),
]
