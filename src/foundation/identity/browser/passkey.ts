// A form with `input[data-passkey]` asks an authenticator before it is sent: the button starts it, and at the sign-in the field for the
// name offers passkeys while one types (conditional UI). What goes wrong is said in the form; every other way in stays open.
import {
  browserSupportsWebAuthn,
  browserSupportsWebAuthnAutofill,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser'

async function askServer(purpose: string): Promise<unknown> {
  const answer = await fetch('/dang-nhap/khoa/thach-thuc', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ purpose }),
  })
  if (!answer.ok) throw new Error(((await answer.json()) as { title?: string }).title)
  return answer.json()
}

async function askAuthenticator(purpose: string, autofill = false): Promise<unknown> {
  const options = await askServer(purpose)
  if (purpose === 'register')
    return startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON })
  return startAuthentication({
    optionsJSON: options as PublicKeyCredentialRequestOptionsJSON,
    useBrowserAutofill: autofill,
  })
}

const wordsOf = (error: unknown): string => {
  const { name, message } = error as Error
  if (name === 'NotAllowedError' || name === 'AbortError')
    return 'Chưa xác nhận được bằng khóa: đã thôi hoặc quá lâu. Xin thử lại.'
  if (name === 'InvalidStateError') return 'Thiết bị này đã có khóa của tài khoản.'
  if (name === 'SecurityError') return 'Khóa truy cập không dùng được ở địa chỉ này; xin mở trang bằng tên miền.'
  return message || 'Chưa xác nhận được bằng khóa. Xin thử lại, hoặc dùng cách khác.'
}

for (const input of document.querySelectorAll<HTMLInputElement>('input[data-passkey]')) {
  const { form } = input
  const purpose = input.dataset.passkey ?? ''
  const words = form?.querySelector<HTMLElement>('[data-passkey-words]')
  const say = (text: string, isFault = true) => {
    if (!words) return
    words.textContent = text
    words.hidden = text === ''
    words.className = isFault ? 'field-error' : 'muted'
  }
  // Nothing has gone wrong yet: it is told why the button is of no use here.
  const refuse = (text: string) => {
    say(text, false)
    for (const button of form?.querySelectorAll('button') ?? []) button.disabled = true
    form?.addEventListener('submit', (event) => event.preventDefault())
  }
  // Pressed while what was chosen in the field is on its way already: one answer is enough.
  let isSent = false
  const send = (answer: unknown) => {
    if (isSent) return
    isSent = true
    input.value = JSON.stringify(answer)
    form?.submit()
  }
  if (!browserSupportsWebAuthn()) {
    refuse('Trình duyệt này không dùng được khóa truy cập; xin dùng cách khác.')
    continue
  }
  const { origin = location.origin } = input.dataset
  if (origin !== location.origin) {
    refuse(`Khóa truy cập chỉ dùng được khi mở trang này tại ${origin}.`)
    continue
  }
  form?.addEventListener('submit', (event) => {
    event.preventDefault()
    if (isSent) return
    say('')
    askAuthenticator(purpose).then(send, (error) => say(wordsOf(error)))
  })
  const autofills = document.querySelector('input[autocomplete~="webauthn"]') !== null
  if (purpose === 'sign-in' && autofills)
    browserSupportsWebAuthnAutofill()
      .then((does) => (does ? askAuthenticator(purpose, true).then(send) : undefined))
      // Ended when the button is pressed instead, or nothing is chosen: nobody asked for anything.
      .catch(() => {})
}
