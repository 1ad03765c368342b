import { toString as drawQr } from 'qrcode'
import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, type Reply, redirect, route } from '#platform/http'
import { Button, DescriptionList, ErrorSummary, Form, Notice, TextInput } from '#ui'
import { ownAccount } from '../actions/accounts.ts'
import { beginCodes, confirmCodes, getPendingSecret, removeCodes, renewRecoveryCodes } from './actions.ts'

const crumbs = [{ label: 'Tài khoản của tôi', href: '/tai-khoan' }]
const setUpPath = '/tai-khoan/ma-dung-mot-lan'

async function showSetUp(ctx: Context, fault?: string): Promise<Reply> {
  const { secret, uri } = await getPendingSecret(ctx)
  const svg = await drawQr(uri, { type: 'svg', margin: 2, errorCorrectionLevel: 'M' })
  const picture = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
  return page({
    title: 'Thiết lập mã dùng một lần',
    lead: 'Quét mã bằng ứng dụng xác thực trên điện thoại, rồi nhập mã sáu chữ số mà ứng dụng hiện ra.',
    crumbs,
    status: fault === undefined ? undefined : 422,
    body: (
      <div class="columns columns-2">
        <div class="stack">
          <img src={picture} alt="Mã QR để thêm tài khoản vào ứng dụng xác thực" width={240} height={240} />
          <DescriptionList
            items={[{ term: 'Không quét được? Nhập khóa này', value: <span class="code">{inFours(secret)}</span> }]}
          />
        </div>
        <Form action={setUpPath} label="Xác nhận mã đầu tiên">
          <ErrorSummary errors={fault ? [{ field: 'code', message: fault }] : []} title="Chưa thiết lập được" />
          <TextInput
            name="code"
            label="Mã sáu chữ số"
            inputMode="numeric"
            autocomplete="one-time-code"
            width="10"
            maxLength={10}
            error={fault}
          />
          <div class="row">
            <Button kind="primary">Hoàn tất thiết lập</Button>
            <Button href="/tai-khoan#bao-mat">Thôi</Button>
          </div>
        </Form>
      </div>
    ),
  })
}

const inFours = (secret: string) => secret.match(/.{1,4}/g)?.join(' ') ?? secret

const showRecoveryCodes = (ctx: Context, codes: readonly string[]): Reply =>
  page({
    title: 'Mã khôi phục',
    lead: 'Chỉ hiện một lần. Xin in ra hoặc chép lại và cất nơi an toàn, không để cùng điện thoại.',
    crumbs,
    body: (
      <div class="stack-large">
        <Notice tone="done" role="status">
          Đã thiết lập. Khi không có điện thoại, dùng một trong các mã dưới đây; mỗi mã một lần.
        </Notice>
        <p class="muted">Tài khoản: {ownAccount(ctx)}</p>
        <ol>
          {codes.map((code) => (
            <li key={code}>
              <span class="code">{code}</span>
            </li>
          ))}
        </ol>
        <p class="no-print">
          <Button href="/tai-khoan#bao-mat">Đã cất giữ, quay lại tài khoản</Button>
        </p>
      </div>
    ),
  })

export const codeRoutes = [
  route({
    method: 'POST',
    path: `${setUpPath}/bat-dau`,
    access: 'signed-in',
    ratePerMinute: 20,
    async handle(ctx) {
      await beginCodes(ctx)
      return redirect(setUpPath)
    },
  }),
  route({ method: 'GET', path: setUpPath, access: 'signed-in', handle: (ctx) => showSetUp(ctx) }),
  route({
    method: 'POST',
    path: setUpPath,
    access: 'signed-in',
    ratePerMinute: 30,
    body: z.object({ code: z.string().max(40) }),
    async handle(ctx, { body: { code }, request: { address } }) {
      const codes = await confirmCodes(ctx, { code, address })
      return codes
        ? showRecoveryCodes(ctx, codes)
        : showSetUp(ctx, 'Mã không đúng hoặc đã hết hạn. Xin nhập mã mới nhất.')
    },
  }),
  route({
    method: 'POST',
    path: '/tai-khoan/ma-khoi-phuc',
    access: 'signed-in',
    ratePerMinute: 10,
    handle: async (ctx) => showRecoveryCodes(ctx, await renewRecoveryCodes(ctx)),
  }),
  route({
    method: 'POST',
    path: `${setUpPath}/go`,
    access: 'signed-in',
    async handle(ctx) {
      await removeCodes(ctx)
      return redirect('/tai-khoan#bao-mat')
    },
  }),
]
