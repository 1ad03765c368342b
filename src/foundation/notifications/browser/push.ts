// Turns messages on for this browser: asks the person, then the browser's push service, then tells the server. Pages work without it.
const place = document.getElementById('push-here')
const button = place?.querySelector<HTMLButtonElement>('button')
const words = place?.querySelector<HTMLElement>('[role="status"]')

function say(text: string): void {
  if (words) words.textContent = text
}

/** "Chrome trên Windows": enough to tell one's own browsers apart. */
function nameOfBrowser(): string {
  const { userAgent } = navigator
  const browser = [
    ['Edg/', 'Edge'],
    ['CocCoc', 'Cốc Cốc'],
    ['Firefox/', 'Firefox'],
    ['Chrome/', 'Chrome'],
    ['Safari/', 'Safari'],
  ].find(([mark = '']) => userAgent.includes(mark))?.[1]
  const system = [
    ['Android', 'Android'],
    ['iPhone', 'iPhone'],
    ['iPad', 'iPad'],
    ['Windows', 'Windows'],
    ['Mac OS', 'macOS'],
    ['Linux', 'Linux'],
  ].find(([mark = '']) => userAgent.includes(mark))?.[1]
  return `${browser ?? 'Trình duyệt'}${system ? ` trên ${system}` : ''}`
}

const textOf = (key: ArrayBuffer | null): string =>
  key
    ? btoa(String.fromCharCode(...new Uint8Array(key)))
        .replaceAll('+', '-')
        .replaceAll('/', '_')
        .replaceAll('=', '')
    : ''

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))

async function turnOn(key: string): Promise<void> {
  say('Đang bật…')
  if ((await Notification.requestPermission()) !== 'granted')
    return say('Trình duyệt chưa được phép hiện thông báo. Cho phép trang này trong cài đặt trình duyệt rồi bấm lại.')
  const worker = await navigator.serviceWorker.register('/push-worker.js')
  await navigator.serviceWorker.ready
  const offered = await worker.pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(key) })
    .catch(() => undefined)
  if (!offered)
    return say(
      'Dịch vụ thông báo của trình duyệt không trả lời. Kiểm tra kết nối mạng rồi bấm lại; thư điện tử vẫn được gửi.',
    )
  const answer = await fetch('/api/v1/notifications/browsers', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      endpoint: offered.endpoint,
      p256dh: textOf(offered.getKey('p256dh')),
      auth: textOf(offered.getKey('auth')),
      name: nameOfBrowser(),
    }),
  })
  if (answer.ok) return location.assign('/thong-bao/tuy-chon?xong=trinh-duyet#trinh-duyet')
  const { title } = (await answer.json().catch(() => ({}))) as { title?: string }
  say(title ?? 'Chưa bật được; xin thử lại sau.')
}

if (place && button) {
  const { key = '' } = place.dataset
  if ('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window) {
    button.hidden = false
    say('')
    button.addEventListener('click', () => {
      button.disabled = true
      turnOn(key)
        .catch(() => say('Chưa bật được; xin thử lại sau.'))
        .finally(() => {
          button.disabled = false
        })
    })
  } else say('Trình duyệt này không hiện được thông báo khi trang đã đóng.')
}
