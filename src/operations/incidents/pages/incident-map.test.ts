import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { browser, cloneTest, dbTest, findAxeFaults, makeActor, signIn } from '#test/harness'
import { addPlace } from '../record/log.ts'
import { open, openPlaced, plain } from '../testing.ts'

const at = { 'toa-do': '12.24 109.19', 'dia-ban': '22366' }

dbTest(
  'an exercise is not laid on the map of something real, nor the reverse; layers are chosen by a form',
  async (t) => {
    const operator = t.as('trucban')
    const drill = await open(operator, at, true)
    const real = await open(operator, { ...at, 'la-that': 'yes' })
    const read = async (code: string, query = '') => (await operator.get(`/tinh-huong/${code}/ban-do${query}`)).body
    assert.match(plain(await read(real)), /Các nơi của tình huống 1 trong khung/)
    assert.doesNotMatch(await read(real), /value="incidents-exercise"/)
    assert.doesNotMatch(await read(drill), /value="incidents"/)
    assert.match(plain(await read(real, '?loc=1&lop=places&lop=sources')), /Nguồn dữ liệu \d+ trong khung/)
    const part = await read(real, '?phan=danh-sach')
    assert.doesNotMatch(part, /<html/)
    assert.match(part, /data-key="places:hien-truong"/)
    const wrong = await operator.submit(`/tinh-huong/${real}/ban-do`, { ten: '', 'vai-tro': '' })
    assert.equal(wrong.statusCode, 422)
    assert.match(wrong.body, /id="map-list"/, 'the map stays beside the fault')
  },
)

cloneTest(
  'places of an incident: map, list and panel are one selection, and a new place comes by itself',
  async (t) => {
    const actor = { ...makeActor('trucban', { 'incident:read': 'all', 'incident:command': 'all' }, 'H32') }
    const ctx = t.context(actor)
    const code = await openPlaced(ctx)
    const add = (name: string, point: readonly [number, number]) =>
      addPlace(ctx, code, { name, role: 'Điểm thử', area: undefined, point, note: '', formKey: randomUUID() })
    await add('Điểm tập kết', [109.21, 12.27])
    const room = await (await browser()).newContext({ viewport: { width: 1440, height: 900 } })
    try {
      const page = await room.newPage()
      await signIn(page, t.url, 'trucban')
      await page.goto(`${t.url}/tinh-huong/${code}/ban-do`)
      await page.waitForSelector('.map-live canvas')
      await page.keyboard.press('j')
      await page.waitForFunction(() => document.querySelector('#map-panel h2')?.textContent === 'Tòa nhà thử nghiệm')
      assert.match(page.url(), /chon=places%3Ahien-truong/)
      await page.locator('a.map-row', { hasText: 'Điểm tập kết' }).click()
      await page.waitForFunction(() => document.querySelector('#map-panel h2')?.textContent === 'Điểm tập kết')
      assert.deepEqual(await findAxeFaults(page), [])
      await add('Điểm đến sau', [109.18, 12.22])
      await page.locator('a.map-row', { hasText: 'Điểm đến sau' }).waitFor({ timeout: 30_000 })
      assert.equal(
        await page
          .locator('a.map-row[aria-current]')
          .first()
          .textContent()
          .then((words) => /tập kết/.test(words ?? '')),
        true,
      )
    } finally {
      await room.close()
    }
  },
)
