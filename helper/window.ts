// The window in which the signer sees what will be signed and types the PIN: the helper's own page, which no other site can read or frame.
import { createHash } from 'node:crypto'
import type { Consent } from './consents.ts'
import type { HeldCertificate } from './keys.ts'

const style = `
*{box-sizing:border-box}body{margin:0;background:#F3F5F6;color:#14212B;font:16px/24px "Source Sans 3","Segoe UI",system-ui,sans-serif}
main{max-width:720px;margin:0 auto;padding:24px 16px 48px}h1{font-size:24px;line-height:32px;margin:0 0 4px}
p{margin:0 0 12px}.lead{color:#3A4A56}dl{display:grid;grid-template-columns:160px 1fr;gap:4px 16px;margin:16px 0}dt{color:#566773}dd{margin:0;overflow-wrap:anywhere}
ol{margin:0;padding:0 0 0 0;list-style:none;border-top:1px solid #D3DBE0;max-height:45vh;overflow:auto;background:#fff}
li{padding:8px 12px;border-bottom:1px solid #D3DBE0}code{display:block;color:#566773;font:13px/18px ui-monospace,monospace;overflow-wrap:anywhere}
label{display:block;margin:20px 0 4px;font-weight:600}input{width:100%;max-width:320px;padding:8px;font:inherit;border:1px solid #7C8B96;border-radius:3px}
.row{display:flex;flex-wrap:wrap;gap:12px;margin-top:16px}button{padding:8px 16px;font:inherit;font-weight:600;border-radius:3px;border:1px solid #7C8B96;background:#fff;color:#14212B;min-height:44px;cursor:pointer}
button.first{background:#0B5A7A;border-color:#0B5A7A;color:#fff}:focus-visible{outline:3px solid #FFC933;outline-offset:2px}
.fault{border-left:4px solid #B0221B;background:#FBE3E1;padding:8px 12px;color:#8E1A14}`

/** What may be loaded: its own style, nothing else; and it is shown in no frame. */
export const windowHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
}

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const frame = (title: string, body: string) =>
  `<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`

const nameOf = (distinguished: string) => /^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished

export function askPage(consent: Consent, held: HeldCertificate | undefined, fault?: string): string {
  const { documents, account } = consent.wish
  const title = `Xác nhận ký ${documents.length} văn bản`
  const facts = [
    ['Trang đề nghị', consent.origin],
    ['Tài khoản', account],
    ['Chứng thư số', held ? nameOf(held.subject) : 'không còn thấy trong thiết bị'],
    ['Tổ chức cấp', held ? nameOf(held.issuer) : ''],
    ['Thiết bị', held?.place ?? ''],
  ]
  const list = documents
    .map(({ title, sha256 }) => `<li>${escapeHtml(title)}<code>SHA-256 ${sha256}</code></li>`)
    .join('')
  return frame(
    title,
    `<h1>${title}</h1><p class="lead">Phần mềm ký trên máy này hỏi ông/bà trước khi dùng khóa. Đối chiếu tên văn bản rồi nhập mã PIN.</p>
${fault ? `<p class="fault" role="alert">${escapeHtml(fault)}</p>` : ''}
<dl>${facts.map(([term, value]) => `<dt>${term}</dt><dd>${escapeHtml(value ?? '')}</dd>`).join('')}</dl>
<ol tabindex="0" aria-label="Văn bản sẽ ký">${list}</ol>
<form method="post" autocomplete="off"><input type="hidden" name="form" value="${consent.formKey}">
<label for="pin">Mã PIN của thiết bị</label><input id="pin" name="pin" type="password" maxlength="64" autocomplete="off">
<div class="row"><button class="first" name="answer" value="sign">Ký ${documents.length} văn bản</button><button name="answer" value="refuse">Không ký</button></div></form>`,
  )
}

const outcomes: Record<Exclude<Consent['state'], 'waiting'>, [string, string]> = {
  given: ['Đã xác nhận', 'Văn bản đang được ký. Ông/bà có thể đóng cửa sổ này và trở lại trang ký số.'],
  done: ['Đã ký xong', 'Ông/bà có thể đóng cửa sổ này và trở lại trang ký số.'],
  refused: ['Không ký', 'Không có văn bản nào được ký. Ông/bà có thể đóng cửa sổ này.'],
  expired: ['Đã quá thời gian xác nhận', 'Không có văn bản nào được ký. Hãy bắt đầu lại từ trang ký số.'],
}

export function outcomePage(state: Exclude<Consent['state'], 'waiting'>): string {
  const [title, words] = outcomes[state]
  return frame(title, `<h1>${title}</h1><p class="lead" role="status">${words}</p>`)
}
