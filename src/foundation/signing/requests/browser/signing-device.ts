// Between the platform and the helper on the signer's machine this page only carries: certificates to the one, sealed wishes to the other,
// signatures back. The PIN is typed in the helper's own window.

interface Certificate {
  fingerprint: string
  subject: string
  issuer: string
  validTo: string
  place: string
  chain: string[]
}

const lookMs = 700

class Refused extends Error {}

async function ask(url: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  const text = await answer.text()
  const value = (text ? JSON.parse(text) : {}) as Record<string, unknown> // our own server's, or the helper's
  if (!answer.ok) throw new Refused(String(value.title ?? value.message ?? answer.status))
  return value
}

const nameOf = (subject: string) => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const outcomes: Record<string, string> = {
  refused: 'Ông/bà đã chọn không ký trong cửa sổ xác nhận.',
  expired: 'Quá thời gian xác nhận.',
  done: 'Phần mềm ký đã kết thúc phiên này.',
}

function mount(panel: HTMLElement): void {
  const helper = panel.dataset.signingHelper ?? ''
  const session = panel.dataset.session ?? ''
  const part = (name: string) => panel.querySelector<HTMLElement>(`[data-part="${name}"]`)
  const show = (name: string, shown: boolean) => {
    const element = part(name)
    if (element) element.hidden = !shown
  }
  const say = (words: string) => {
    const element = part('status')
    if (element) element.textContent = words
  }
  let certificates: Certificate[] = []

  const findCertificates = async () => {
    try {
      certificates = (await ask(`${helper}/certificates`)).certificates as Certificate[]
    } catch (error) {
      say(error instanceof Refused ? `Phần mềm ký từ chối: ${error.message}` : 'Không thấy phần mềm ký trên máy này.')
      show('missing', true)
      return
    }
    const select = panel.querySelector('select')
    if (!select) return
    select.replaceChildren(
      ...certificates.map(({ fingerprint, subject, issuer, validTo, place }) => {
        const until = validTo.slice(0, 10).split('-').reverse().join('/')
        return new Option(`${nameOf(subject)} · ${nameOf(issuer)} · đến ${until} · ${place}`, fingerprint)
      }),
    )
    say(
      certificates.length > 0
        ? 'Chọn chứng thư số rồi bấm ký. Cửa sổ của phần mềm ký sẽ hỏi mã PIN.'
        : 'Phần mềm ký đang chạy nhưng chưa thấy thiết bị. Cắm thiết bị rồi tải lại trang.',
    )
    show('choice', certificates.length > 0)
  }

  const sign = async () => {
    const chosen = certificates.find(({ fingerprint }) => fingerprint === panel.querySelector('select')?.value)
    if (!chosen) return
    show('choice', false)
    const { token } = await ask(`${session}/chung-thu`, { chain: chosen.chain })
    const { id, url } = await ask(`${helper}/consents`, { token })
    const link = part('window')?.querySelector('a')
    if (link) link.href = String(url)
    show('window', true)
    say('Mời xác nhận trong cửa sổ của phần mềm ký.')
    for (let state: unknown = 'waiting'; state !== 'given'; ) {
      if (state !== 'waiting') throw new Refused(outcomes[String(state)] ?? 'Phần mềm ký không ký.')
      await wait(lookMs)
      state = (await ask(`${helper}/consents/${id}`)).state
    }
    show('window', false)
    say('Đang ký lần lượt từng văn bản…')
    for (;;) {
      const next = (await ask(`${session}/ke-tiep`, {})).token
      if (!next) break
      const { signatures } = await ask(`${helper}/signatures`, { token: next })
      await ask(`${session}/chu-ky`, { signatures })
    }
    location.assign(session)
  }

  part('sign')?.addEventListener('click', () => {
    sign().catch((error: unknown) => {
      show('window', false)
      const words = error instanceof Refused ? error.message : 'Mất liên lạc với phần mềm ký hoặc máy chủ.'
      say(`${words} Bấm “Dừng ký” rồi ký lại các văn bản còn lại.`)
    })
  })
  findCertificates()
}

for (const panel of document.querySelectorAll<HTMLElement>('[data-signing-helper]')) mount(panel)
