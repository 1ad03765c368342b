// The sound of the room, the map that goes to what is grave, and clocks that go on: in a real browser, with the sound counted instead
// of heard.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { raiseAlert, type Severity } from '#alerts'
import { browser, type CloneTest, cloneTest, dbTest, findAxeFaults, signIn } from '#test/harness'
import { sampleDossiers, takeIn } from '../pages/testing.ts'

const raise = (t: Pick<CloneTest, 'context'>, headline: string, severity: Severity = 'critical', area = '22366') => {
  const ctx = t.context()
  return raiseAlert(ctx, {
    source: 'thu',
    fingerprint: headline,
    headline,
    severity,
    organisation: 'H32.22366',
    area,
    at: ctx.now,
  })
}

// As text: what compiles the tests names functions by a helper that a page does not have.
const countingSound = `
  window.book = { notes: 0 }
  const node = () => ({
    connect: (to) => to,
    frequency: { value: 0 },
    gain: { setValueAtTime() {}, linearRampToValueAtTime() {} },
    start() { window.book.notes += 1 },
    stop() {},
  })
  window.AudioContext = class {
    state = navigator.userActivation.hasBeenActive ? 'running' : 'suspended'
    currentTime = 0
    destination = {}
    createOscillator = node
    createGain = node
    async resume() {
      if (!navigator.userActivation.hasBeenActive) return new Promise(() => {})
      this.state = 'running'
      this.onstatechange?.()
    }
  }`

/** Counts tones, and refuses sound before a gesture as browsers do. */
async function countTones(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript({ content: countingSound })
  // Two notes are one tone.
  return () => page.evaluate(() => (window as unknown as { book: { notes: number } }).book.notes / 2)
}

const switchOf = (page: Page) => page.locator('#alarm-switch')
const boxOf = (page: Page) => page.locator('#wall-map .map-frame > svg .map-areas path').first().getAttribute('d')

cloneTest(
  'a grave alert sounds until somebody acknowledges it on any screen, and the wall goes to it; others make no sound',
  async (t) => {
    await takeIn(t.context(), sampleDossiers)
    await raise(t, 'Mức cao không kêu (thử nghiệm)', 'high')
    const room = await (await browser()).newContext({ viewport: { width: 1920, height: 1080 } })
    try {
      const wall = await room.newPage()
      const tones = await countTones(wall)
      await signIn(wall, t.url, 'trucban')
      await wall.goto(`${t.url}/man-hinh`)
      assert.equal(await switchOf(wall).textContent(), 'Âm báo: bật')
      assert.equal(await wall.getByText('Nhấn một lần để bật âm báo').isVisible(), true)
      const whole = await boxOf(wall)

      const code = await raise(t, 'Vỡ đập (thử nghiệm)')
      await wall.locator('#wall-map .wall-near', { hasText: 'Vỡ đập' }).waitFor({ timeout: 30_000 })
      assert.notEqual(await boxOf(wall), whole, 'the map has gone there')
      await wall
        .locator('#alarm-say', { hasText: 'chưa ai nhận: Vỡ đập' })
        .waitFor({ state: 'attached', timeout: 30_000 })
      assert.equal(await tones(), 0, 'browsers allow no sound yet')

      await switchOf(wall).click()
      assert.equal(
        await switchOf(wall).textContent(),
        'Âm báo: bật',
        'the press that opens the sound is not the switch',
      )
      await wall.waitForFunction(() => (window as unknown as { book: { notes: number } }).book.notes >= 2)
      assert.equal(await wall.getByText('Nhấn một lần để bật âm báo').isVisible(), false)
      assert.deepEqual(await findAxeFaults(wall), [])

      // At the desk of somebody else.
      const other = await (await browser()).newContext()
      const desk = await other.newPage()
      await signIn(desk, t.url, 'truongca-hai')
      await desk.goto(`${t.url}/ban-truc?chon=${code}`)
      assert.equal(await switchOf(desk).isVisible(), true)
      await desk.keyboard.press('n')
      await desk.getByRole('button', { name: 'Bắt đầu xử lý' }).waitFor()
      await other.close()
      await wall.locator('#alarm-list li').waitFor({ state: 'detached', timeout: 30_000 })
      const before = await tones()
      await wall.waitForTimeout(4600)
      assert.equal(await tones(), before, 'it has fallen silent')
      assert.match((await wall.locator('.wall-near').textContent()) ?? '', /Vỡ đập/, 'the map stays until it is closed')

      // The switch is this browser's own, and stays off.
      await switchOf(wall).click()
      await wall.reload()
      assert.equal(await switchOf(wall).textContent(), 'Âm báo: tắt')
      await raise(t, 'Cháy lớn (thử nghiệm)', 'critical', '22390')
      await wall.locator('.wall-near', { hasText: 'Cháy lớn' }).waitFor({ timeout: 30_000 })
      await wall.waitForTimeout(1500)
      assert.equal(await tones(), 0)
    } finally {
      await room.close()
    }
  },
)

cloneTest('what is left and what has passed go on without a reload', async (t) => {
  await raise(t, 'Đồng hồ (thử nghiệm)')
  const room = await (await browser()).newContext({ viewport: { width: 1440, height: 900 } })
  const plain = await (await browser()).newContext({ javaScriptEnabled: false })
  try {
    const still = await plain.newPage()
    await signIn(still, t.url, 'trucban')
    await still.goto(`${t.url}/ban-truc`)
    assert.match(
      (await still.locator('#desk-queue .countdown').first().textContent()) ?? '',
      /^(còn|quá giờ) \d+ (phút|giây)/,
    )
    const page = await room.newPage()
    await signIn(page, t.url, 'trucban')
    await page.goto(`${t.url}/ban-truc`)
    const clock = page.locator('#desk-queue .countdown', { hasText: 'giây' }).first()
    const seconds = async () => {
      await clock.waitFor()
      await page.waitForTimeout(1500)
      const [, minutes = '0', rest = '0'] = /(?:(\d+) phút )?(\d+) giây/.exec((await clock.textContent()) ?? '') ?? []
      return Number(minutes) * 60 + Number(rest)
    }
    const [first, second] = [await seconds(), await seconds()]
    assert.ok(second < first && first - second <= 4, `${first} and then ${second} seconds left`)
  } finally {
    await room.close()
    await plain.close()
  }
})

dbTest('the wall stays where the newest grave alert is, and leaves it for good when it is sent away', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const get = async (path: string) => (await t.as('trucban').get(path)).body
  assert.doesNotMatch(await get('/man-hinh'), /wall-near/)
  const first = await raise(t, 'Thứ nhất (thử nghiệm)')
  assert.match(await get('/man-hinh'), /wall-near[\s\S]*Thứ nhất/)
  const away = await get(`/man-hinh?qua=${first}`)
  assert.doesNotMatch(away, /<strong>Thứ nhất/)
  assert.match(away, /Đến nơi có cảnh báo nghiêm trọng mới nhất/)
  const later = t.at(new Date(t.now.getTime() + 60_000))
  await raise(later, 'Thứ hai (thử nghiệm)', 'critical', '22390')
  assert.match((await later.as('trucban').get(`/man-hinh?qua=${first}`)).body, /<strong>Thứ hai/)
})
