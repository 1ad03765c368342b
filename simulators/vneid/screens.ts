// The screens of the simulated VNeID. Every one of them says that it is simulated; none looks like the real one.
import { accounts, oneTimeCode, password, type SimulatedAccount } from './accounts.ts'

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0)};`)

const style = `
  body { margin: 0; font: 18px/1.5 system-ui, sans-serif; color: #14212b; background: #f3f5f6 }
  .mark { background: repeating-linear-gradient(-45deg, #ffefcc 0 14px, #fff7e3 14px 28px); color: #6b4200; padding: 10px 16px;
    font-weight: 600; text-align: center; border-bottom: 1px solid #d9a441 }
  main { max-width: 30rem; margin: 24px auto; padding: 24px; background: #fff; border: 1px solid #d3dbe0 }
  h1 { font-size: 24px; line-height: 32px; margin: 0 0 12px }
  label { display: block; margin: 16px 0 4px; font-weight: 600 }
  input { font: inherit; width: 100%; box-sizing: border-box; padding: 8px; min-height: 44px; border: 1px solid #7c8b96 }
  button { font: inherit; min-height: 44px; padding: 8px 20px; margin: 20px 8px 0 0; border: 1px solid #0b5a7a; background: #0b5a7a;
    color: #fff; cursor: pointer }
  button.plain { background: #fff; color: #0b5a7a }
  .fault { border-left: 4px solid #b0221b; padding: 8px 12px; background: #fbe3e1 }
  table { border-collapse: collapse; width: 100%; font-size: 16px } td, th { text-align: left; padding: 6px; border-top: 1px solid #d3dbe0 }
  dt { font-weight: 600; margin-top: 8px } dd { margin: 0 }`

function frame(title: string, body: string): string {
  return `<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · VNeID mô phỏng</title><style>${style}</style></head><body>
<header class="mark">MÔ PHỎNG: đây không phải VNeID thật. Không nhập thông tin cá nhân có thật.</header>
<main><h1>${escapeHtml(title)}</h1>${body}</main></body></html>`
}

const fault = (words: string | undefined) => (words ? `<p class="fault" role="alert">${escapeHtml(words)}</p>` : '')

export function signInScreen(wrong?: string): string {
  const rows = accounts
    .map((one) => {
      const who = one.organisation ? `${one.organisation.name} (${one.name})` : one.name
      return `<tr><td>${escapeHtml(one.login)}</td><td>${escapeHtml(who)}</td><td>${one.level}</td></tr>`
    })
    .join('')
  return frame(
    'Đăng nhập VNeID mô phỏng',
    `${fault(wrong)}<form method="post">
<label for="login">Số định danh hoặc tên đăng nhập</label><input id="login" name="login" autocomplete="off">
<label for="password">Mật khẩu</label><input id="password" name="password" type="password" autocomplete="off">
<button name="deed" value="sign-in">Đăng nhập</button><button class="plain" name="deed" value="refuse">Hủy</button></form>
<p>Mật khẩu của mọi tài khoản mô phỏng: <strong>${password}</strong></p>
<table><thead><tr><th>Tên đăng nhập</th><th>Người, tổ chức không có thật</th><th>Mức</th></tr></thead><tbody>${rows}</tbody></table>`,
  )
}

export function stepUpScreen({ name, level }: SimulatedAccount, wrong?: string): string {
  const head = `${fault(wrong)}<p>Ứng dụng yêu cầu xác thực mức 2 cho <strong>${escapeHtml(name)}</strong>.</p>`
  if (level < 2)
    return frame(
      'Tài khoản mới ở mức 1',
      `${head}<p>Tài khoản này chưa được cấp mức 2. Người có tài khoản thật đăng ký mức 2 tại cơ quan công an, bằng thẻ căn cước.</p>
<form method="post"><button name="deed" value="stay">Tiếp tục ở mức 1</button><button class="plain" name="deed" value="refuse">Hủy</button></form>`,
    )
  return frame(
    'Xác thực mức 2',
    `${head}<form method="post"><p>Xác nhận khuôn mặt được mô phỏng bằng một nút bấm.</p>
<button name="deed" value="face">Xác nhận khuôn mặt (mô phỏng)</button></form>
<form method="post"><label for="code">Hoặc nhập mã một lần (mô phỏng: ${oneTimeCode})</label>
<input id="code" name="code" inputmode="numeric" autocomplete="off" maxlength="6">
<button name="deed" value="code">Xác nhận mã</button><button class="plain" name="deed" value="refuse">Hủy</button></form>`,
  )
}

export function consentScreen(account: SimulatedAccount, client: string): string {
  const facts = [
    ['Họ và tên', account.name],
    ['Ngày sinh', account.birthDate.split('-').reverse().join('/')],
    ['Giới tính', account.sex === 'male' ? 'Nam' : 'Nữ'],
    ['Số định danh cá nhân', account.number ?? 'không có'],
    ...(account.organisation
      ? [
          ['Tổ chức', account.organisation.name],
          ['Mã định danh tổ chức', account.organisation.identifier],
        ]
      : []),
  ]
  const list = facts
    .map(([term = '', value = '']) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(value)}</dd>`)
    .join('')
  return frame(
    'Đồng ý chia sẻ thông tin',
    `<p>Ứng dụng <strong>${escapeHtml(client)}</strong> xin được biết:</p><dl>${list}</dl>
<form method="post"><button name="deed" value="agree">Đồng ý chia sẻ</button><button class="plain" name="deed" value="refuse">Từ chối</button></form>`,
  )
}

export function signOutScreen(form: string): string {
  return frame(
    'Đăng xuất VNeID mô phỏng',
    `${form}<button form="op.logoutForm" type="submit" value="yes" name="logout">Đăng xuất</button>`,
  )
}

export const signedOutScreen = () => frame('Đã đăng xuất', '<p>Phiên tại VNeID mô phỏng đã kết thúc.</p>')

export const faultScreen = (words: string) =>
  frame('Chưa đăng nhập được', `<p class="fault" role="alert">${escapeHtml(words)}</p>`)
