// A file field that sends its file in pieces as soon as it is chosen: `input[type=file][data-upload=<use>]`. Progress, pause and going on
// after a line that was cut or a page that was closed (the same file chosen again goes on where it stood). The form then names the
// upload in a hidden field instead of bringing the file. A form that comes back with something to mend still has it: the name of a whole
// upload is kept in this tab for its form until it is given up or taken. Without this module the form brings the file itself, as ever.
import { type DetailedError, isSupported, Upload } from 'tus-js-client'

const path = '/api/v1/uploads'
const chunkBytes = 8 * 1024 * 1024
const retryMs = [0, 1000, 2000, 4000, 8000, 15_000, 30_000]

const number = new Intl.NumberFormat('vi-VN', { maximumFractionDigits: 1 })
const megabytes = (bytes: number) => `${number.format(bytes / 1024 ** 2)} MB`

interface Parts {
  box: HTMLElement
  bar: HTMLProgressElement
  words: HTMLElement
  pause: HTMLButtonElement
  drop: HTMLButtonElement
  named: HTMLInputElement
}

function button(text: string): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.className = 'button button-small'
  made.textContent = text
  return made
}

function makeParts(input: HTMLInputElement): Parts {
  const box = document.createElement('div')
  box.className = 'upload progress'
  box.hidden = true
  const words = document.createElement('p')
  words.className = 'small'
  words.setAttribute('role', 'status')
  const bar = document.createElement('progress')
  bar.setAttribute('aria-label', 'Đã tải lên')
  const buttons = document.createElement('div')
  buttons.className = 'row'
  const pause = button('Tạm dừng')
  const drop = button('Bỏ tệp này')
  buttons.append(pause, drop)
  const named = document.createElement('input')
  named.type = 'hidden'
  named.name = 'tep-da-tai'
  named.disabled = true
  box.append(words, bar, buttons)
  input.after(box)
  // Before the field of the file: the text of a form is read up to its file.
  input.form?.prepend(named)
  return { box, bar, words, pause, drop, named }
}

/** The server says in its own words why a file is not taken. */
function reasonOf(error: Error | DetailedError): { words: string; final: boolean } {
  const answer = 'originalResponse' in error ? error.originalResponse : undefined
  const status = answer?.getStatus() ?? 0
  if (status === 401) return { words: 'Phiên làm việc đã hết. Hãy đăng nhập lại rồi chọn lại tệp.', final: true }
  if (status === 0 || status >= 500 || status === 409 || status === 423)
    return { words: 'Mất kết nối tới máy chủ. Phần đã tải được giữ lại; bấm “Tiếp tục” khi có mạng.', final: false }
  try {
    return { words: String(JSON.parse(answer?.getBody() ?? '').title), final: true }
  } catch {
    return { words: 'Máy chủ không nhận tệp này. Hãy chọn lại tệp.', final: true }
  }
}

class Sending {
  readonly #input: HTMLInputElement
  readonly #parts: Parts
  #upload: Upload | undefined
  #running = false
  #waiting: HTMLElement | null | undefined
  #kept: string | undefined

  constructor(input: HTMLInputElement) {
    this.#input = input
    this.#parts = makeParts(input)
    input.addEventListener('change', () => this.#choose())
    this.#parts.pause.addEventListener('click', () => (this.#running ? this.#pause() : this.#resume()))
    this.#parts.drop.addEventListener('click', () => this.#drop())
    window.addEventListener('online', () => {
      if (this.#upload && !this.#running && this.#parts.box.dataset.state === 'lost') this.#resume()
    })
    input.form?.addEventListener('submit', (event) => this.#hold(event))
    void this.#takeUp()
  }

  /** Of this field of this form, whatever the address the form is shown at. */
  get #memory(): string {
    const form = this.#input.form
    return `tram-upload ${form ? new URL(form.action).pathname : ''} ${this.#input.name}`
  }

  /** What was uploaded before the form came back, if the server still keeps it whole. */
  async #takeUp(): Promise<void> {
    const id = sessionStorage.getItem(this.#memory)
    if (!id) return
    const answer = await fetch(`${path}/${id}`, { headers: { accept: 'application/json' } }).catch(() => undefined)
    if (!answer) return
    const row = answer.ok ? await answer.json() : undefined
    // Taken with its form, or its time is over; or another file has been chosen meanwhile.
    if (!row || row.receivedBytes < row.sizeBytes) return sessionStorage.removeItem(this.#memory)
    if (this.#upload || this.#kept || this.#input.files?.length) return
    this.#keep(id)
    this.#show(
      'done',
      `Tệp đã tải lên vẫn được giữ: ${row.name} (${megabytes(row.sizeBytes)}). Tệp được nhận khi gửi biểu mẫu.`,
    )
  }

  /** The form names the upload; it must not bring the bytes a second time. */
  #keep(id: string): void {
    const { named, pause, bar } = this.#parts
    this.#kept = id
    sessionStorage.setItem(this.#memory, id)
    named.value = id
    named.disabled = false
    this.#input.disabled = true
    pause.hidden = true
    bar.max = 1
    bar.value = 1
  }

  async #choose(): Promise<void> {
    const file = this.#input.files?.[0]
    await this.#upload?.abort()
    this.#reset()
    if (!file) return
    const most = Number(this.#input.dataset.uploadMost ?? 0)
    if (most > 0 && file.size > most) {
      this.#show(
        'refused',
        `Tệp ${megabytes(file.size)} vượt quá ${megabytes(most)}. Hãy chọn tệp nhỏ hơn hoặc tách tệp.`,
      )
      this.#input.value = ''
      return
    }
    const use = this.#input.dataset.upload ?? ''
    this.#upload = new Upload(file, {
      endpoint: path,
      chunkSize: chunkBytes,
      retryDelays: retryMs,
      metadata: { filename: file.name, use },
      removeFingerprintOnSuccess: true,
      // The same file for another use is another upload; what another person began the server does not know as this one's.
      fingerprint: async (chosen) => `tram-${use}-${chosen.name}-${chosen.size}-${chosen.lastModified}`,
      // The library forgets a pause that comes while it is still beginning: it is told again whenever it goes on.
      onBeforeRequest: () => this.#stayPaused(),
      onProgress: (sent, total) => this.#progress(sent, total),
      onSuccess: () => this.#finish(file),
      onError: (error) => this.#fail(error),
    })
    const [before] = await this.#upload.findPreviousUploads()
    if (before) this.#upload.resumeFromPreviousUpload(before)
    this.#start(before ? 'Đang tải tiếp phần còn lại…' : 'Đang tải lên…')
  }

  #start(words: string): void {
    this.#running = true
    this.#parts.pause.hidden = false
    this.#parts.pause.textContent = 'Tạm dừng'
    this.#show('sending', words)
    this.#upload?.start()
  }

  async #pause(): Promise<void> {
    this.#running = false
    await this.#upload?.abort()
    this.#parts.pause.textContent = 'Tiếp tục'
    this.#show('paused', `Đã tạm dừng, ${this.#parts.bar.title || 'chưa tải phần nào'}. Bấm “Tiếp tục” để tải nốt.`)
  }

  #stayPaused(): void {
    if (!this.#running) void this.#upload?.abort()
  }

  #resume(): void {
    this.#start('Đang tải tiếp phần còn lại…')
  }

  /** Given up: the server forgets it too. */
  async #drop(): Promise<void> {
    await this.#upload?.abort(true).catch(() => {})
    if (!this.#upload && this.#kept)
      await fetch(`${path}/${this.#kept}`, { method: 'DELETE', headers: { 'tus-resumable': '1.0.0' } }).catch(() => {})
    this.#reset()
    this.#input.value = ''
    this.#input.focus()
  }

  #reset(): void {
    const { box, named, bar } = this.#parts
    this.#upload = undefined
    this.#running = false
    this.#waiting = undefined
    this.#kept = undefined
    sessionStorage.removeItem(this.#memory)
    named.disabled = true
    this.#input.disabled = false
    box.hidden = true
    bar.removeAttribute('value')
    delete this.#input.dataset.uploaded
  }

  #progress(sent: number, total: number): void {
    const { bar, words } = this.#parts
    this.#stayPaused()
    bar.max = total
    bar.value = sent
    bar.title = `đã tải ${Math.floor((sent / total) * 100)}%`
    // A screen reader hears of every tenth part, not of every piece.
    const text = `Đang tải lên: ${Math.floor((sent / total) * 10) * 10}% của ${megabytes(total)}.`
    if (this.#running && words.textContent !== text) words.textContent = text
  }

  #finish(file: File): void {
    this.#running = false
    this.#keep(this.#upload?.url?.split('/').at(-1) ?? '')
    this.#show('done', `Đã tải lên xong: ${file.name} (${megabytes(file.size)}). Tệp được nhận khi gửi biểu mẫu.`)
    if (this.#waiting !== undefined) this.#input.form?.requestSubmit(this.#waiting)
  }

  #fail(error: Error | DetailedError): void {
    const { words, final } = reasonOf(error)
    this.#running = false
    this.#waiting = undefined
    this.#parts.pause.hidden = final
    this.#parts.pause.textContent = 'Tiếp tục'
    if (final) this.#input.value = ''
    this.#show(final ? 'refused' : 'lost', words)
  }

  /** A form sent while its file is under way waits for it. */
  #hold(event: SubmitEvent): void {
    const { state } = this.#parts.box.dataset
    if (this.#parts.box.hidden || state === 'done' || state === 'refused') return
    event.preventDefault()
    this.#waiting = event.submitter
    if (this.#running) this.#say('Biểu mẫu sẽ được gửi ngay khi tệp tải lên xong.')
    else this.#resume()
  }

  #show(state: string, words: string): void {
    const { box, bar } = this.#parts
    box.hidden = false
    box.dataset.state = state
    bar.hidden = state === 'refused'
    this.#say(words)
  }

  #say(words: string): void {
    this.#parts.words.textContent = words
  }
}

if (isSupported)
  for (const input of document.querySelectorAll<HTMLInputElement>('input[type=file][data-upload]')) new Sending(input)
