// Fills in where this browser is and asks at once. Without it, or where the person says no, the two fields are typed in as ever.
const place = document.getElementById('o-day')
const button = place?.querySelector<HTMLButtonElement>('button')
const words = place?.querySelector<HTMLElement>('[role="status"]')
const form = place?.closest('form')

function say(text: string): void {
  if (words) words.textContent = text
}

const refusals: Record<number, string> = {
  1: 'Trình duyệt không được phép cho biết vị trí. Cho phép trong cài đặt của trình duyệt, hoặc nhập tọa độ ở trên.',
  2: 'Thiết bị chưa xác định được vị trí. Thử lại ở nơi thoáng hơn, hoặc nhập tọa độ ở trên.',
  3: 'Chờ vị trí quá lâu. Thử lại, hoặc nhập tọa độ ở trên.',
}

function fill(name: string, degrees: number): void {
  const field = form?.elements.namedItem(name)
  if (field instanceof HTMLInputElement) field.value = degrees.toFixed(5).replace('.', ',')
}

if (place && button && 'geolocation' in navigator) {
  place.hidden = false
  button.addEventListener('click', () => {
    say('Đang hỏi vị trí…')
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        fill('vi', coords.latitude)
        fill('kinh', coords.longitude)
        form?.requestSubmit()
      },
      ({ code }) => say(refusals[code] ?? 'Chưa biết được vị trí. Nhập tọa độ ở trên.'),
      { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
    )
  })
}
