import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { Button, DescriptionList, Form } from '#ui'
import type { CallPage } from './call.ts'
import { formTarget } from './form-target.ts'

/** What of the library's refusals a person can do something about. */
const advice: Record<string, string> = {
  invalid_redirect_uri: 'Địa chỉ quay về không có trong đăng ký của ứng dụng. Không có gì được gửi đến địa chỉ đó.',
  invalid_client: 'Ứng dụng này chưa đăng ký với hệ thống, hoặc đã bị khóa.',
}

export function refusalPage({ status, error, error_description }: ErrorOut & { status: number }): CallPage {
  const isOver = error === 'invalid_request' && /session|expired|cookie/i.test(error_description ?? '')
  return {
    title: isOver ? 'Lần đăng nhập này đã quá hạn' : 'Chưa đăng nhập được vào ứng dụng',
    lead: isOver
      ? 'Xin quay lại ứng dụng và bấm đăng nhập lần nữa.'
      : (advice[error] ?? 'Ứng dụng gửi yêu cầu đăng nhập chưa đúng. Xin báo người phụ trách ứng dụng.'),
    status: status >= 400 ? status : 400,
    body: (
      <div class="stack">
        <DescriptionList
          items={[
            { term: 'Mã lỗi', value: <span class="code">{error}</span> },
            { term: 'Chi tiết cho người phụ trách', value: error_description ?? 'không có' },
          ]}
        />
        <p>Xin quay lại ứng dụng và thử lại; nếu vẫn gặp, xin báo người phụ trách ứng dụng kèm mã lỗi này.</p>
        <div class="row">
          <Button href="/">Về trang đầu</Button>
        </div>
      </div>
    ),
  }
}

/** Asks before everything ends: a link alone signs nobody out. */
export function signOutPage(koa: KoaContextWithOIDC): CallPage {
  const { client, session } = koa.oidc
  const state = (session?.state ?? {}) as { secret?: string; postLogoutRedirectUri?: string }
  return {
    title: 'Đăng xuất',
    lead: client?.clientName
      ? `Ứng dụng “${client.clientName}” đề nghị kết thúc lần đăng nhập này.`
      : 'Kết thúc lần đăng nhập này ở mọi ứng dụng.',
    status: 200,
    forms: formTarget(state.postLogoutRedirectUri),
    body: (
      <Form action="/oidc/session/end/confirm" label="Đăng xuất">
        <input type="hidden" name="xsrf" value={state.secret} />
        <p>Đăng xuất kết thúc phiên ở Trầm Hương và ở mọi ứng dụng đã vào bằng phiên này.</p>
        <div class="row">
          <Button kind="primary" name="logout" value="yes">
            Đăng xuất khỏi mọi ứng dụng
          </Button>
          {session?.accountId && <Button>Ở lại</Button>}
        </div>
      </Form>
    ),
  }
}

export const signedOutPage = (): CallPage => ({
  title: 'Đã đăng xuất',
  lead: 'Nếu dùng máy chung, ông/bà nên đóng cả trình duyệt.',
  status: 200,
  body: (
    <div class="row">
      <Button href="/dang-nhap" kind="primary">
        Đăng nhập lại
      </Button>
    </div>
  ),
})
