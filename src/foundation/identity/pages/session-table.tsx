import { Button, Form, Table, Tag, Time } from '#ui'
import { assuranceNames } from '../model.ts'
import type { ListedSession } from '../session-store.ts'

interface SessionTableProps {
  sessions: readonly ListedSession[]
  endAction: string
  /** Ends all but the one that asks. */
  endOthersAction?: string
}

/** Where somebody is signed in, how surely, and what applications live on it. */
export function SessionTable({ sessions, endAction, endOthersAction }: SessionTableProps) {
  return (
    <div class="stack">
      <Table
        caption="Các phiên đang mở"
        hideCaption
        rows={sessions}
        rowKey={(session) => session.id}
        columns={[
          { key: 'device', title: 'Thiết bị', cell: (session) => nameDevice(session.userAgent) },
          {
            key: 'address',
            title: 'Địa chỉ mạng',
            cell: (session) => <span class="code">{shorten(session.address)}</span>,
          },
          { key: 'created', title: 'Đăng nhập lúc', cell: (session) => <Time at={session.createdAt} exact /> },
          {
            key: 'level',
            title: 'Mức xác thực',
            cell: ({ assurance, authenticatedAt }) => (
              <>
                {assuranceNames[assurance]}, <Time at={authenticatedAt} />
              </>
            ),
          },
          {
            key: 'applications',
            title: 'Ứng dụng',
            cell: ({ applications }) => applications.join(', ') || <span class="muted">chỉ Trầm Hương</span>,
            phone: true,
          },
          { key: 'seen', title: 'Dùng lần cuối', cell: (session) => <Time at={session.seenAt} />, phone: true },
          {
            key: 'end',
            title: 'Kết thúc',
            phone: true,
            cell: (session) =>
              session.own ? (
                <Tag tone="info">Phiên này</Tag>
              ) : (
                <Form action={endAction} class="row">
                  <input type="hidden" name="id" value={session.id} />
                  <Button
                    small
                    label={`Kết thúc phiên trên ${nameDevice(session.userAgent)}, ${shorten(session.address)}`}
                  >
                    Kết thúc
                  </Button>
                </Form>
              ),
          },
        ]}
        empty={{ title: 'Không có phiên nào đang mở', words: 'Phiên hiện ở đây khi người dùng đăng nhập.' }}
      />
      {endOthersAction && sessions.length > 1 && (
        <Form action={endOthersAction} class="row">
          <Button>Kết thúc mọi phiên khác</Button>
        </Form>
      )}
    </div>
  )
}

/** Enough to know a network again, too little to find a person: the last part stays away. */
const shorten = (address: string): string =>
  address.includes(':') ? `${address.split(':').slice(0, 3).join(':')}:…` : address.replace(/\.\d+$/, '.…')

/** Browser and system in words, as far as the browser tells. */
export function nameDevice(userAgent: string): string {
  const pick = (names: readonly [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent))?.[1]
  const browser = pick([
    [/Edg\//, 'Edge'],
    [/CocCoc/i, 'Cốc Cốc'],
    [/Firefox\//, 'Firefox'],
    [/Chrom(e|ium)\//, 'Chrome'],
    [/Safari\//, 'Safari'],
  ])
  const system = pick([
    [/Android/, 'Android'],
    [/iPhone|iPad/, 'iOS'],
    [/Windows/, 'Windows'],
    [/Mac OS X/, 'macOS'],
    [/Linux/, 'Linux'],
  ])
  return [browser, system].filter(Boolean).join(' trên ') || 'Thiết bị không rõ'
}
