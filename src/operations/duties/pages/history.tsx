import { type Column, FilterBar, formatNumber, Section, Select, Table, Tag, Time, withQuery } from '#ui'
import type { StandingRow } from '../reading/standings.ts'
import type { Duty } from '../store.ts'
import type { AgencyQuery } from './agency-query.ts'
import { agencyPath, dutyWords, showPeriod } from './words.ts'

interface HistoryProps {
  duties: readonly Duty[]
  more: boolean
  owed: readonly StandingRow[]
  query: AgencyQuery
  address: string
  agency: string
}

export function History({ duties, more, owed, query, address, agency }: HistoryProps) {
  const last = duties.at(-1)
  const chosen = owed.find(({ subjectKind, subject }) => `${subjectKind}:${subject}` === query['noi-dung'])
  const file = (format: string) =>
    withQuery(address.replace(agencyPath(agency), `${agencyPath(agency)}/lich-su.${format}`), { after: undefined })
  return (
    <Section title="Lịch sử cập nhật" id="lich-su">
      <div class="stack-small">
        <FilterBar
          names={['noi-dung', 'cham']}
          active={[
            ...(query['noi-dung'] ? [{ name: 'noi-dung', label: chosen?.subjectName ?? query['noi-dung'] }] : []),
            ...(query.cham ? [{ name: 'cham', label: 'Chỉ các kỳ chậm' }] : []),
          ]}
        >
          <Select
            name="noi-dung"
            label="Nội dung"
            empty="Tất cả"
            value={query['noi-dung']}
            options={owed.map(({ subjectKind, subject, subjectName }) => ({
              value: `${subjectKind}:${subject}`,
              label: subjectName,
            }))}
          />
          <Select
            name="cham"
            label="Kỳ"
            empty="Tất cả"
            value={query.cham}
            options={[{ value: '1', label: 'Chỉ các kỳ chậm' }]}
          />
        </FilterBar>
        <Table
          caption="Các kỳ đã mở, mới nhất trước"
          hideCaption
          rows={duties}
          rowKey={({ id }) => String(id)}
          columns={historyColumns}
          downloads={{ csv: file('csv'), xlsx: file('xlsx') }}
          paging={{
            size: query.limit,
            sizes: [20, 50, 100],
            nextHref: more && last ? `${withQuery(address, { after: last.id })}#lich-su` : undefined,
          }}
          empty={{ title: 'Chưa có kỳ nào', words: 'Mỗi kỳ được mở vào ngày cuối của kỳ.' }}
        />
      </div>
    </Section>
  )
}

const historyColumns: Column<Duty>[] = [
  { key: 'subject', title: 'Nội dung', cell: ({ subjectName }) => subjectName },
  { key: 'period', title: 'Kỳ', phone: true, cell: ({ period }) => showPeriod(period) },
  { key: 'due', title: 'Hạn', kind: 'nowrap', cell: ({ dueAt }) => <Time at={dueAt} exact /> },
  {
    key: 'arrived',
    title: 'Nhận lúc',
    kind: 'nowrap',
    phone: true,
    cell: ({ arrivedAt }) => arrivedAt && <Time at={arrivedAt} exact />,
  },
  { key: 'state', title: 'Tình trạng', phone: true, cell: (duty) => <Outcome duty={duty} /> },
  {
    key: 'excuse',
    title: 'Lý do được chấp nhận',
    cell: ({ excuseReason, excusedBy }) => excuseReason && `${excuseReason} (${excusedBy})`,
  },
]

/** What went as it should has no tag. */
function Outcome({ duty }: { duty: Duty }) {
  const words = outcomeOf(duty)
  if (duty.state === 'fulfilled') return duty.lateDays === null ? words : <Tag tone="warning">{words}</Tag>
  return duty.state === 'open' ? words : <Tag tone={dutyWords[duty.state].tone}>{words}</Tag>
}

const outcomeOf = ({ state, lateDays }: Duty): string => {
  if (state !== 'fulfilled') return dutyWords[state].word
  if (lateDays === null) return 'Đúng hạn'
  return lateDays > 0 ? `Đến chậm ${formatNumber(lateDays)} ngày làm việc` : 'Đến chậm trong ngày'
}

export function Excuses({ duties }: { duties: readonly Duty[] }) {
  if (duties.length === 0) return null
  return (
    <Section title="Lý do đã được chấp nhận">
      <Table
        caption="Kỳ chậm được chấp nhận giải trình"
        hideCaption
        rows={duties}
        rowKey={({ id }) => String(id)}
        columns={[
          { key: 'subject', title: 'Nội dung', cell: ({ subjectName }) => subjectName },
          { key: 'period', title: 'Kỳ', phone: true, cell: ({ period }) => showPeriod(period) },
          { key: 'reason', title: 'Lý do', phone: true, cell: ({ excuseReason }) => excuseReason },
          { key: 'by', title: 'Người chấp nhận', phone: true, cell: ({ excusedBy }) => excusedBy },
          {
            key: 'at',
            title: 'Lúc',
            kind: 'nowrap',
            cell: ({ excusedAt }) => excusedAt && <Time at={excusedAt} exact />,
          },
        ]}
      />
    </Section>
  )
}
