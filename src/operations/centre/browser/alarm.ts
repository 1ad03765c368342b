// A short tone while something grave is open that nobody has acknowledged: every few seconds, until the list the server keeps is empty.
// Browsers refuse sound before the first press on a page, so the page says that one is wanted. The switch is kept in this browser.

const key = 'am-bao'
const apartMs = 4000
/** Two notes, the second lower: told from the sounds of messages, and heard by who hears no high notes. */
const notes = [880, 622]
const noteSeconds = 0.18
const loudness = 0.25

const button = document.getElementById('alarm-switch')
const note = document.getElementById('alarm-note')
const say = document.getElementById('alarm-say')

let isOn = readSwitch()
let audio: AudioContext | undefined
let playedAt = 0
/** The press that opens the sound is no press of the switch. */
let hasOpened = false
const known = new Set<string>()

function readSwitch(): boolean {
  try {
    return localStorage.getItem(key) !== 'tat'
  } catch {
    return true
  }
}

function keepSwitch(): void {
  try {
    localStorage.setItem(key, isOn ? 'bat' : 'tat')
  } catch {
    // A browser that keeps nothing asks again at the next load.
  }
}

const waiting = () => [...document.querySelectorAll<HTMLElement>('#alarm-list > [data-code]')]

const isOpen = () => audio?.state === 'running'

function show(): void {
  if (button) {
    button.hidden = false
    button.textContent = `Âm báo: ${isOn ? 'bật' : 'tắt'}`
    button.setAttribute('aria-pressed', String(isOn))
  }
  // Its room is kept: the switch must not move away under the press.
  note?.classList.toggle('alarm-note-shown', isOn && !isOpen())
}

/** Made at once: whether it runs without a press is what tells if this browser allows sound. */
function openSound(): void {
  audio ??= new AudioContext()
  audio.onstatechange = show
  if (audio.state !== 'running') audio.resume().then(show, show)
}

function play(context: AudioContext): void {
  for (const [index, pitch] of notes.entries()) {
    const from = context.currentTime + index * (noteSeconds + 0.06)
    const [tone, volume] = [context.createOscillator(), context.createGain()]
    tone.frequency.value = pitch
    // Risen and fallen quickly instead of cut: a cut clicks.
    volume.gain.setValueAtTime(0, from)
    volume.gain.linearRampToValueAtTime(loudness, from + 0.015)
    volume.gain.setValueAtTime(loudness, from + noteSeconds - 0.03)
    volume.gain.linearRampToValueAtTime(0, from + noteSeconds)
    tone.connect(volume).connect(context.destination)
    tone.start(from)
    tone.stop(from + noteSeconds)
  }
}

function watch(): void {
  const alerts = waiting()
  tell(alerts)
  if (!isOn || alerts.length === 0 || !audio || !isOpen() || Date.now() - playedAt < apartMs) return
  playedAt = Date.now()
  play(audio)
}

/** The same for who hears nothing, or reads by ear: a new one is said at once. */
function tell(alerts: readonly HTMLElement[]): void {
  const fresh = alerts.filter(({ dataset }) => !known.has(dataset.code ?? ''))
  known.clear()
  for (const { dataset } of alerts) known.add(dataset.code ?? '')
  const [first] = fresh
  if (first && say) say.textContent = `Cảnh báo nghiêm trọng chưa ai nhận: ${first.textContent}`
}

function press(): void {
  if (hasOpened) {
    hasOpened = false
    show()
    return
  }
  isOn = !isOn
  keepSwitch()
  if (isOn) openSound()
  show()
  watch()
}

function gesture(): void {
  hasOpened = isOn && !isOpen()
  if (hasOpened) openSound()
}

// Some browsers count the press only when it is let go.
function letGo(): void {
  if (isOn && !isOpen()) openSound()
}

addEventListener('pointerdown', gesture, { capture: true })
addEventListener('pointerup', letGo)
addEventListener('keyup', letGo)
addEventListener('keydown', gesture, { capture: true })
addEventListener('storage', (event) => {
  if (event.key !== key) return
  isOn = readSwitch()
  show()
})
button?.addEventListener('click', press)
if (isOn) openSound()
show()
setInterval(watch, 1000)
