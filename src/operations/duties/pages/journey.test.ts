import assert from 'node:assert/strict'
import { browser, cloneTest, findAxeFaults } from '#test/harness'
import { keepDuties } from '../keeping/pass.ts'
import { listLetters } from '../reminders/store.ts'
import { at } from '../testing.ts'

cloneTest(
  'an agency explains, the centre refuses, the department in charge signs; axe finds nothing on the way',
  async (t) => {
    // The rows of the obligations begin with the template; the program looks for the first time days later.
    await keepDuties(t.context())
    const [letter] = await listLetters(t.sql, { agency: 'H32.NNMT', organisations: 'all', limit: 1 })
    const path = `/trach-nhiem/van-ban/${letter?.code}`
    const context = await (await browser()).newContext({ viewport: { width: 1440, height: 900 } })
    try {
      const open = async (account: string, url: string) => {
        const [name = '', value = ''] = (await t.signIn(account)).split('=', 2)
        await context.clearCookies()
        await context.addCookies([{ name, value, url: t.url }])
        const page = await context.newPage()
        await page.goto(`${t.url}${url}`)
        return page
      }
      const custodian = await open('dulieu-nnmt', '/trach-nhiem/don-vi/H32.NNMT')
      assert.deepEqual(await findAxeFaults(custodian), [])
      await custodian.getByRole('link', { name: /^Nhắc nhở NN-/ }).click()
      await custodian.getByLabel('Vì sao chậm, bao giờ có số liệu').fill('Trạm đo mất điện từ đêm 02/11')
      await custodian.getByRole('button', { name: 'Gửi giải trình' }).click()
      assert.match((await custodian.getByRole('status').first().textContent()) ?? '', /Đã gửi giải trình/)
      const operator = await open('trucban', path)
      assert.deepEqual(await findAxeFaults(operator), [])
      await operator.getByLabel('Căn cứ của kết luận').fill('Các trạm có nguồn điện dự phòng')
      await operator.getByRole('button', { name: 'Không chấp nhận' }).click()
      const signer = await open('giamdoc-khcn', path)
      await signer.setViewportSize({ width: 390, height: 844 })
      assert.deepEqual(await findAxeFaults(signer), [])
      await signer.getByRole('button', { name: 'Ký và ban hành nhắc nhở' }).click()
      assert.match((await signer.getByRole('status').first().textContent()) ?? '', /Đã ký ban hành/)
      assert.deepEqual(await findAxeFaults(signer), [])
      await signer.getByRole('button', { name: 'Trình ký số' }).click()
      assert.match((await signer.getByRole('status').first().textContent()) ?? '', /Đã trình ký số/)
      assert.deepEqual(await findAxeFaults(signer), [])
      for (const url of ['/trach-nhiem', '/trach-nhiem/bac-thang', '/trach-nhiem/van-ban']) {
        await signer.goto(`${t.url}${url}`)
        assert.deepEqual(await findAxeFaults(signer), [], url)
        await signer.setViewportSize({ width: 1440, height: 900 })
        assert.deepEqual(await findAxeFaults(signer), [], url)
        await signer.setViewportSize({ width: 390, height: 844 })
      }
    } finally {
      await context.close()
    }
  },
  { timeoutMs: 240_000, now: at('2026-11-12T10:00') },
)
