import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { page } from '#platform/http'
import { Button, DecisionBar, DescriptionList, Form, Notice, Section, Table, Tag, Time } from '#ui'
import { managePermission } from '../permissions.ts'
import { isConfigured } from '../sending/gateways.ts'
import { type AttemptRow, findDelivery, listAttempts } from '../sending/read.ts'
import { DeliveryTag, sayFault, sayReceivers } from './delivery-parts.tsx'
import { UrgencyMark } from './inbox.tsx'
import { channelNames, deliveriesPath, inboxPath } from './words.ts'

/** One delivery with every attempt. */
export async function deliveryDetail(ctx: Context, id: number, isRetried: boolean) {
  const row = await findDelivery(ctx.sql, ctx.reach(managePermission), id)
  if (!row) throw notFound('message-delivery', String(id))
  const attempts = await listAttempts(ctx.sql, id)
  const sayReceiver = await sayReceivers(ctx, [row])
  const isOpen = isConfigured(row.channel, ctx.config.messages)
  const canRetry = row.state === 'failed' || row.state === 'waiting' || row.state === 'unneeded'
  return page({
    title: `Lượt gửi ${id}`,
    lead: ctx.notices.get(row.code)?.label ?? row.code,
    crumbs: [
      { label: 'Thông báo', href: inboxPath },
      { label: 'Thông báo gửi đi', href: deliveriesPath },
    ],
    body: (
      <div class="stack-large">
        {isRetried && (
          <Notice tone="done" role="status">
            Đã xếp lại vào hàng chờ.
          </Notice>
        )}
        <DescriptionList
          inColumns
          items={[
            { term: 'Người nhận', value: sayReceiver(row) },
            { term: 'Tài khoản', value: row.account },
            { term: 'Đơn vị', value: row.organisation },
            { term: 'Kênh', value: channelNames[row.channel] },
            { term: 'Mức', value: <UrgencyMark urgency={row.urgency} /> },
            { term: 'Trạng thái', value: <DeliveryTag row={row} messages={ctx.config.messages} /> },
            { term: 'Lý do', value: sayFault(row) ?? 'không có lỗi' },
            { term: 'Tạo lúc', value: <Time at={row.createdAt} exact /> },
            { term: 'Gửi lúc', value: row.sentAt && <Time at={row.sentAt} exact /> },
            { term: 'Nhận lúc', value: row.receivedAt && <Time at={row.receivedAt} exact /> },
            { term: 'Mã của nơi gửi', value: row.providerCode },
          ]}
        />
        <Attempts attempts={attempts} />
        {canRetry && (
          <DecisionBar
            label="Việc với lượt gửi này"
            primary={{
              action: (
                <Form action={`${deliveriesPath}/${id}/gui-lai`} class="row">
                  <Button kind="primary">Gửi lại ngay</Button>
                </Form>
              ),
              consequence: isOpen
                ? 'Xếp lại vào hàng chờ, gửi trong ít giây'
                : 'Kênh chưa cấu hình: lượt gửi chờ đến khi có cấu hình',
            }}
          />
        )}
      </div>
    ),
  })
}

const outcomeNames = { sent: 'Đã gửi', fault: 'Chưa gửi được, sẽ thử lại', refused: 'Bị từ chối' } as const

function Attempts({ attempts }: { attempts: readonly AttemptRow[] }) {
  return (
    <Section title="Các lần gửi" id="cac-lan-gui">
      <Table
        caption="Các lần gửi"
        hideCaption
        rows={attempts}
        rowKey={({ number }) => String(number)}
        empty={{ title: 'Chưa gửi lần nào', words: 'Lần gửi đầu tiên hiện ở đây khi đến giờ gửi.' }}
        columns={[
          { key: 'number', title: 'Lần', cell: ({ number }) => String(number) },
          { key: 'at', title: 'Bắt đầu', cell: ({ startedAt }) => <Time at={startedAt} exact />, phone: true },
          {
            key: 'outcome',
            title: 'Kết quả',
            phone: true,
            cell: ({ outcome }) =>
              outcome ? (
                <Tag tone={outcome === 'sent' ? 'done' : 'warning'}>{outcomeNames[outcome]}</Tag>
              ) : (
                <Tag>Chưa rõ: đang gửi hoặc bị ngắt giữa chừng</Tag>
              ),
          },
          { key: 'fault', title: 'Lý do', cell: (row) => sayFault(row), phone: true },
        ]}
      />
    </Section>
  )
}
