/**
 * The way of one task through real browsers: given on a phone from a number's card, issued, taken up, given more time, proved, returned
 * once, verified by another, shown closed; with scripts and without.
 */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { browser, type CloneTest, cloneTest } from '#test/harness'
import { directiveFormPath } from '../index.ts'

const source = directiveFormPath({
  kind: 'indicator',
  code: 'dossier.on-time',
  title: 'Tỷ lệ hồ sơ giải quyết đúng hạn',
  url: '/chi-tieu/dossier.on-time',
  organisation: 'H32.KHCN',
})

const phone = { width: 390, height: 844 }
const desk = { width: 1280, height: 800 }

cloneTest(
  'a task goes its whole way in the browser, with scripts and without',
  async (t) => {
    const cookies = new Map<string, string>()
    for (const account of ['phochutich', 'vanphong', 'dulieu-khcn']) cookies.set(account, await t.signIn(account))
    for (const javaScriptEnabled of [true, false]) {
      await goWholeWay(t, async (account, viewport, deed) => {
        const context = await (await browser()).newContext({ javaScriptEnabled, viewport })
        const [name = '', value = ''] = (cookies.get(account) ?? '').split('=')
        await context.addCookies([{ name, value, url: t.url }])
        try {
          await deed(await context.newPage())
        } finally {
          await context.close()
        }
      })
    }
  },
  { timeoutMs: 180_000 },
)

let number = 321

async function goWholeWay(t: CloneTest, work: Work): Promise<void> {
  const code = await giveOnPhone(t, work)
  await work('vanphong', desk, async (page) => {
    await page.goto(`${t.url}/nhiem-vu/${code}`)
    await page.getByRole('link', { name: 'Ban hành' }).click()
    await page.getByLabel('Số, ký hiệu văn bản').fill(`${number++}/UBND-NV`)
    await page.getByRole('button', { name: 'Ban hành' }).click()
    assert.match(await page.getByRole('status').first().innerText(), /Đã ban hành/)
  })
  await proveIt(t, code, work)
  await work('phochutich', phone, async (page) => {
    await page.goto(`${t.url}/nhiem-vu/${code}`)
    await page.getByRole('link', { name: 'Yêu cầu làm tiếp' }).click()
    await page.getByLabel('Còn thiếu gì, cần làm gì').fill('Bổ sung danh sách chỉ tiêu chậm.')
    await page.getByRole('button', { name: 'Yêu cầu làm tiếp' }).click()
    assert.match(await page.locator('main').innerText(), /trả lại 1 lần/)
  })
  await work('dulieu-khcn', desk, (page) => report(page, t, code))
  await work('phochutich', phone, async (page) => {
    await page.goto(`${t.url}/nhiem-vu/${code}`)
    await page.getByRole('button', { name: 'Xác nhận hoàn thành' }).click()
    const words = await page.locator('main').innerText()
    assert.match(words, /Hoàn thành/)
    assert.match(words, /Xong đúng hạn/)
  })
}

type Work = (account: string, viewport: typeof desk, deed: (page: Page) => Promise<void>) => Promise<void>

/** From the card's link: a span is chosen and the opinion written, two touches more, all on one screen of a phone. */
async function giveOnPhone(t: CloneTest, work: Work): Promise<string> {
  let code = ''
  await work('phochutich', phone, async (page) => {
    const began = performance.now()
    let touches = 1
    await page.goto(`${t.url}${source}`)
    assert.equal(await page.getByLabel('Cơ quan chủ trì', { exact: true }).inputValue(), 'H32.KHCN')
    await page.getByLabel('5 ngày làm việc').check()
    touches += 1
    const button = page.getByRole('button', { name: 'Ghi ý kiến chỉ đạo' })
    const box = await button.boundingBox()
    assert.ok(box && box.y + box.height <= phone.height, `the button lies within the first screen: ${box?.y}`)
    await button.click()
    touches += 1
    assert.match(await page.getByRole('status').first().innerText(), /Đã ghi ý kiến chỉ đạo/)
    assert.ok(touches <= 4 && performance.now() - began < 60_000, `${touches} touches`)
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    assert.equal(sideways, 0)
    code = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  })
  return code
}

async function proveIt(t: CloneTest, code: string, work: Work): Promise<void> {
  await work('dulieu-khcn', desk, async (page) => {
    await page.goto(`${t.url}/nhiem-vu/${code}`)
    await page.getByRole('button', { name: 'Tiếp nhận' }).click()
    await page.getByRole('link', { name: 'Gửi đề nghị gia hạn' }).click()
    await page.getByLabel('Xin thêm (ngày làm việc)').fill('3')
    await page.getByLabel('Lý do').fill('Chờ số liệu của hai đơn vị phối hợp.')
    await page.getByRole('button', { name: 'Gửi đề nghị gia hạn' }).click()
  })
  await work('phochutich', phone, async (page) => {
    await page.goto(`${t.url}/nhiem-vu/${code}`)
    await page.getByRole('link', { name: 'Ghi quyết định' }).click()
    assert.equal(await page.getByLabel('Gia hạn thêm (ngày làm việc)').inputValue(), '3', 'what was asked is filled in')
    await page.getByLabel('Ý kiến trả lời').fill('Đồng ý, không gia hạn thêm.')
    await page.getByRole('button', { name: 'Ghi quyết định' }).click()
    assert.match(await page.locator('main').innerText(), /đồng ý thêm 3 ngày làm việc/)
  })
  await work('dulieu-khcn', desk, async (page) => {
    await page.goto(`${t.url}/nhiem-vu/${code}`)
    const buffer = Buffer.from('Báo cáo rà soát số liệu (thử nghiệm).')
    await page.getByLabel('Tệp minh chứng').setInputFiles({ name: 'bao-cao.txt', mimeType: 'text/plain', buffer })
    await page.getByRole('button', { name: 'Tải lên' }).click()
    assert.ok(await page.getByRole('link', { name: 'bao-cao.txt' }).isVisible())
    await report(page, t, code)
    assert.match(await page.locator('main').innerText(), /người thực hiện không tự xác nhận/)
    assert.equal(await page.getByRole('button', { name: 'Xác nhận hoàn thành' }).count(), 0)
  })
}

async function report(page: Page, t: CloneTest, code: string): Promise<void> {
  await page.goto(`${t.url}/nhiem-vu/${code}`)
  await page.getByRole('link', { name: 'Báo cáo hoàn thành' }).click()
  await page.getByLabel('Kết quả đạt được').fill('Đã rà soát đủ, kèm danh sách và nguyên nhân.')
  await page.getByRole('button', { name: 'Báo cáo hoàn thành' }).click()
}
