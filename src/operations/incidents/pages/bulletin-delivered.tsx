import { DescriptionList, formatNumber, Section, Table, Tag } from '#ui'
import { channels, messageWays } from '../model.ts'
import type { Bulletin } from '../record/bulletin-store.ts'
import type { Tally } from '../record/recipients.ts'

/** What became of a bulletin that was sent: who was reached by messages, who was not and why, and what is spoken or posted by hand. */
export function Delivered({ tally, bulletin }: { tally: Tally | undefined; bulletin: Bulletin }) {
  const byHand = bulletin.channels.filter((channel) => !messageWays[channel])
  return (
    <Section title="Kết quả phát">
      {tally ? <Messages tally={tally} /> : <p>Bản tin này không gửi tin nhắn cho ai.</p>}
      {byHand.length > 0 && (
        <p class="muted">
          {byHand.map((channel) => channels[channel]).join(', ')}: phát ngoài hệ thống, người phát ghi nhận tại diễn
          biến.
        </p>
      )}
    </Section>
  )
}

function Messages({ tally }: { tally: Tally }) {
  const { people, reached, waiting, failed, read } = tally
  return (
    <div class="stack">
      <DescriptionList
        inColumns
        items={[
          { term: 'Người nhận', value: formatNumber(people) },
          { term: 'Đã tới', value: <strong>{formatNumber(reached)}</strong> },
          { term: 'Đang chờ', value: formatNumber(waiting) },
          {
            term: 'Không tới được',
            value: failed > 0 ? <Tag tone="danger">{formatNumber(failed)}</Tag> : formatNumber(failed),
          },
          { term: 'Đã mở đọc', value: formatNumber(read) },
        ]}
      />
      {tally.channels.length > 0 && (
        <Table
          caption="Theo kênh"
          plain
          rows={tally.channels}
          rowKey={({ channel }) => channel}
          columns={[
            { key: 'channel', title: 'Kênh', cell: ({ channel }) => channel },
            { key: 'reached', title: 'Đã tới', kind: 'number', phone: true, cell: (one) => formatNumber(one.reached) },
            {
              key: 'waiting',
              title: 'Đang chờ',
              kind: 'number',
              phone: true,
              cell: (one) => formatNumber(one.waiting),
            },
            { key: 'failed', title: 'Lỗi', kind: 'number', phone: true, cell: (one) => formatNumber(one.failed) },
          ]}
        />
      )}
      {tally.missing.length > 0 && (
        <Table
          caption="Chưa tới được"
          plain
          rows={tally.missing}
          rowKey={({ name, reason }) => `${name} ${reason}`}
          columns={[
            { key: 'name', title: 'Người nhận', cell: ({ name }) => name },
            { key: 'position', title: 'Chức vụ', phone: true, cell: ({ position }) => position },
            { key: 'reason', title: 'Lý do', phone: true, cell: ({ reason }) => reason },
          ]}
        />
      )}
    </div>
  )
}
