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
/** A server that was killed is back within seconds; what it has answered or not, the same is asked once more. */
const mostTries = 60
const againMs = 2000
/** Digests that another page has under way. */
const waitMs = 5000

type Why = 'refused' | 'expired' | 'gone' | 'silent' | 'failed'

/** It was heard and refused; or, with `why`, the session cannot go on. */
class Refused extends Error {
  readonly why: Why | undefined
  constructor(message: string, why?: Why) {
    super(message)
    this.why = why
  }
}

const isAway = ({ status }: Response) => [502, 503, 504].includes(status)

async function ask(url: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  })
  if (isAway(answer)) throw new TypeError(String(answer.status))
  const text = await answer.text()
  const value = (text ? JSON.parse(text) : {}) as Record<string, unknown> // our own server's, or the helper's
  if (!answer.ok) throw new Refused(String(value.title ?? value.message ?? answer.status))
  return value
}

const nameOf = (subject: string) => /^CN=(.*)$/m.exec(subject)?.[1] ?? subject
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const outcomes: Partial<Record<string, Why>> = { refused: 'refused', expired: 'expired' }

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

  /** At the server, which may be away for a while. */
  const askServer = async (name: string, body: unknown) => {
    for (let tries = 1; ; tries += 1)
      try {
        return await ask(`${session}/${name}`, body)
      } catch (error) {
        if (error instanceof Refused || tries >= mostTries) throw error
        say('Mất liên lạc với máy chủ; trang này tự thử lại và ký tiếp. Không đóng trang.')
        await wait(againMs)
      }
  }
  /** At the helper: who does not answer is gone. */
  const askHelper = async (path: string, body?: unknown, otherwise: Why = 'failed') => {
    try {
      return await ask(`${helper}/${path}`, body)
    } catch (error) {
      if (error instanceof Refused) throw new Refused(error.message, otherwise)
      throw new Refused('Không liên lạc được với phần mềm ký.', 'silent')
    }
  }

  const sign = async () => {
    const chosen = certificates.find(({ fingerprint }) => fingerprint === panel.querySelector('select')?.value)
    if (!chosen) return
    show('choice', false)
    const { token } = await askServer('chung-thu', { chain: chosen.chain })
    const { id, url } = await askHelper('consents', { token })
    const link = part('window')?.querySelector('a')
    if (link) link.href = String(url)
    show('window', true)
    await goOn(String(id))
  }

  /** With a consent that the helper was asked for, by this page or before it was loaded anew. */
  const goOn = async (id: string) => {
    for (let state: unknown = 'waiting'; state !== 'given'; ) {
      state = (await askHelper(`consents/${id}`, undefined, 'gone')).state
      if (state === 'waiting') {
        say('Mời xác nhận trong cửa sổ của phần mềm ký.')
        await wait(lookMs)
      } else if (state !== 'given') throw new Refused('Phần mềm ký không ký.', outcomes[String(state)] ?? 'gone')
    }
    show('window', false)
    for (;;) {
      const next = await askServer('ke-tiep', {})
      if (next.wait) {
        say('Đang chờ chữ ký của các văn bản đã gửi…')
        await wait(waitMs)
        continue
      }
      if (!next.token) break
      say('Đang ký lần lượt từng văn bản…')
      const { signatures } = await askHelper('signatures', { token: next.token })
      await askServer('chu-ky', { signatures })
    }
    location.assign(session)
  }

  const run = (work: Promise<void>) =>
    work.catch(async (error: unknown) => {
      show('window', false)
      if (error instanceof Refused && !error.why) {
        say(`${error.message} Tải lại trang để xem văn bản nào đã ký.`)
        return
      }
      const why = error instanceof Refused ? error.why : undefined
      // What is not signed is let go at once; the page that follows says why, and offers to sign the rest.
      if (why && (await askServer('ngung', { why }).then(Boolean, () => false))) location.assign(session)
      else say('Mất liên lạc với máy chủ. Tải lại trang khi có mạng: trang sẽ ký tiếp, hoặc cho biết vì sao đã dừng.')
    })

  part('sign')?.addEventListener('click', () => run(sign()))
  const { consent } = panel.dataset
  if (consent) run(goOn(consent))
  else findCertificates()
}

for (const panel of document.querySelectorAll<HTMLElement>('[data-signing-helper]')) mount(panel)
