import { formatNumber, Section, Table, Time } from '#ui'
import type { Trial } from '../rules/trial.ts'

/** What the rule would have said. */
export function TrialResult({ trial }: { trial: Trial | undefined }) {
  if (!trial)
    return (
      <Section title="Chạy thử trên quá khứ" id="chay-thu">
        <p>Loại dữ liệu này không giữ lịch sử nên không chạy thử được; quy tắc tính từ lúc được đặt.</p>
      </Section>
    )
  return (
    <Section title={`Trong ${trial.days} ngày qua quy tắc này báo ${formatNumber(trial.count)} lần`} id="chay-thu">
      <Table
        caption={`Các lần báo nếu quy tắc đã chạy, trên ${formatNumber(trial.tracks)} đối tượng theo dõi`}
        plain
        wide
        rows={trial.hits}
        rowKey={({ headline, startsAt, saidAt }) => `${headline} ${startsAt.toISOString()} ${saidAt.toISOString()}`}
        empty={{
          title: 'Không có lần nào',
          words: 'Điều kiện chưa từng xảy ra trong thời gian này, hoặc chưa có số liệu.',
        }}
        columns={[
          {
            key: 'headline',
            title: 'Câu báo',
            cell: ({ headline, subject }) => (subject ? <a href={subject.url}>{headline}</a> : headline),
          },
          {
            key: 'starts',
            title: 'Từ',
            kind: 'nowrap',
            phone: true,
            cell: ({ startsAt }) => <Time at={startsAt} exact />,
          },
          {
            key: 'ends',
            title: 'Đến',
            kind: 'nowrap',
            phone: true,
            cell: ({ endsAt }) => (endsAt ? <Time at={endsAt} exact /> : 'vẫn còn'),
          },
        ]}
      />
    </Section>
  )
}
