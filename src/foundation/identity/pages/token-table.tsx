import { Button, Form, Table, Tag, Time } from '#ui'
import type { ApiToken } from '../store.ts'

export function TokenTable({
  tokens,
  now,
  revokeAction,
}: {
  tokens: readonly ApiToken[]
  now: Date
  revokeAction: string
}) {
  const isDead = (token: ApiToken) => token.revokedAt !== null || token.expiresAt <= now
  return (
    <Table
      caption="Khóa truy cập"
      hideCaption
      rows={tokens}
      rowKey={(token) => token.id}
      columns={[
        { key: 'label', title: 'Dùng cho', cell: (token) => token.label },
        { key: 'scopes', title: 'Phạm vi', cell: (token) => <span class="code">{token.scopes.join(', ')}</span> },
        { key: 'expires', title: 'Hết hạn', cell: (token) => <Time at={token.expiresAt} exact /> },
        {
          key: 'used',
          title: 'Dùng lần cuối',
          cell: (token) => token.usedAt && <Time at={token.usedAt} />,
          phone: true,
        },
        {
          key: 'state',
          title: 'Thu hồi',
          phone: true,
          cell: (token) =>
            isDead(token) ? (
              <Tag>{token.revokedAt ? 'Đã thu hồi' : 'Hết hạn'}</Tag>
            ) : (
              <Form action={revokeAction} class="row">
                <input type="hidden" name="id" value={token.id} />
                <Button small label={`Thu hồi khóa ${token.label}`}>
                  Thu hồi
                </Button>
              </Form>
            ),
        },
      ]}
    />
  )
}
