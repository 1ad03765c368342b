import type { Context } from '#platform/context'
import { Button, Form, formatDateTime, Section, Table } from '#ui'
import { ownAccount } from '../inbox.ts'
import { readPushKeys } from './keys.ts'
import { listBrowsers, type PushBrowser } from './store.ts'

export const browsersPath = '/thong-bao/trinh-duyet'
export const browsersApiPath = '/api/v1/notifications/browsers'

export interface Browsers {
  browsers: readonly PushBrowser[]
  publicKey: string
}

export const readBrowsers = async (ctx: Context): Promise<Browsers> => ({
  browsers: await listBrowsers(ctx.sql, ownAccount(ctx)),
  publicKey: (await readPushKeys(ctx.config)).publicKey,
})

/** The browsers that show messages while no page is open, and the button of this one. */
export function BrowsersPart({ browsers, publicKey }: Browsers) {
  return (
    <Section title="Thông báo của trình duyệt" id="trinh-duyet">
      <div class="stack">
        <p class="muted">
          Trình duyệt hiện thông báo cả khi không mở trang này. Không bật trên máy dùng chung: ai ngồi trước máy cũng
          đọc được.
        </p>
        <Table
          caption="Các trình duyệt đã bật"
          hideCaption
          rows={browsers}
          rowKey={({ id }) => String(id)}
          empty={{
            title: 'Chưa bật trên trình duyệt nào',
            words: 'Bấm nút dưới đây trên máy hay điện thoại của ông/bà.',
          }}
          columns={[
            { key: 'name', title: 'Trình duyệt', phone: true, cell: ({ name }) => name },
            { key: 'made', title: 'Bật lúc', kind: 'nowrap', cell: ({ madeAt }) => formatDateTime(madeAt) },
            {
              key: 'sent',
              title: 'Gửi gần nhất',
              kind: 'nowrap',
              phone: true,
              cell: ({ sentAt }) => (sentAt ? formatDateTime(sentAt) : 'chưa gửi'),
            },
            {
              key: 'off',
              title: 'Tắt',
              phone: true,
              cell: ({ id, name }) => (
                <Form action={`${browsersPath}/tat`}>
                  <input type="hidden" name="id" value={String(id)} />
                  <Button small label={`Tắt thông báo trên ${name}`}>
                    Tắt
                  </Button>
                </Form>
              ),
            },
          ]}
        />
        <div id="push-here" data-key={publicKey} class="row">
          <button type="button" class="button" hidden>
            Bật trên trình duyệt này
          </button>
          <span role="status">Cần JavaScript để bật thông báo của trình duyệt.</span>
        </div>
      </div>
    </Section>
  )
}
