/**
 * The way of one task through a browser as wide as a phone: given from a number's card on the overview, issued, taken up, given more time,
 * proved, returned once, verified by another, shown closed.
 */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { processTouches } from '#indicators'
import { browser, type CloneTest, cloneTest, findAxeFaults, testNow } from '#test/harness'
import { sendCsv } from '../../src/operations/alerts/testing.ts'
import { dossierColumns } from '../samples.ts'

const phone = { width: 390, height: 844 }
/** The centre for public administration owns the number. */
const agency = { account: 'canbo-pvhcc', organisation: 'H32.VP.PVHCC' }

/** Of ten that ended in November four were late. */
const dossiers = Array.from({ length: 10 }, (_, index) => {
  const ended = index < 4 ? '20261122100000' : '20261115100000'
  return `H32.KHCN-261110-${1000 + index},1.001,LV1,2,H32.KHCN,H32.KHCN,22366,20261110080000,20261120170000,${ended},10,0,2,0,0,1,1,1,Người thử,20261122110000`
})

type As = (account: string) => Promise<Page>

cloneTest(
  'a task goes its whole way on a phone, from the card of a number to its closing',
  async (t) => {
    await sendCsv(t.context(), 'one-stop-dossiers', [dossierColumns, ...dossiers].join('\n'))
    await processTouches(t.context())
    const context = await (await browser()).newContext({ viewport: phone, isMobile: true })
    const page = await context.newPage()
    const cookies = new Map<string, string>()
    // One page, whoever holds the phone.
    const as: As = async (account) => {
      if (!cookies.has(account)) cookies.set(account, await t.signIn(account))
      const [name = '', value = ''] = (cookies.get(account) ?? '').split('=')
      await context.clearCookies()
      await context.addCookies([{ name, value, url: t.url }])
      return page
    }
    try {
      const task = `${t.url}/nhiem-vu/${await giveFromCard(t, as)}`
      await issueIt(task, as)
      await workOnIt(task, as)
      await returnAndVerify(task, as)
    } finally {
      await context.close()
    }
  },
  { now: testNow },
)

const mainOf = (page: Page) => page.locator('main').innerText()

async function fits(page: Page): Promise<void> {
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(sideways <= 0, `${page.url()} reaches ${sideways} px beyond the phone`)
}

async function giveFromCard(t: CloneTest, as: As): Promise<string> {
  const page = await as('phochutich')
  await page.goto(t.url)
  await page.getByRole('link', { name: 'Giao nhiệm vụ về Tỷ lệ hồ sơ giải quyết đúng hạn' }).first().click()
  assert.equal(await page.getByLabel('Cơ quan chủ trì', { exact: true }).inputValue(), agency.organisation)
  const button = page.getByRole('button', { name: 'Ghi ý kiến chỉ đạo' })
  const box = await button.boundingBox()
  assert.ok(box && box.y + box.height <= phone.height, `the button lies within the first screen: ${box?.y}`)
  await page.getByText('Ngày hạn khác, phối hợp').click()
  await fits(page)
  assert.deepEqual(await findAxeFaults(page), [])
  await page.getByLabel('5 ngày làm việc').check()
  await button.click()
  assert.match(await page.getByRole('status').first().innerText(), /Đã ghi ý kiến chỉ đạo/)
  return new URL(page.url()).pathname.split('/').at(-1) ?? ''
}

async function issueIt(task: string, as: As): Promise<void> {
  const page = await as('vanphong')
  await page.goto(task)
  await page.getByRole('link', { name: 'Ban hành' }).click()
  await page.getByLabel('Số, ký hiệu văn bản').fill('321/UBND-NV')
  await fits(page)
  await page.getByRole('button', { name: 'Ban hành' }).click()
  assert.match(await page.getByRole('status').first().innerText(), /Đã ban hành/)
}

async function workOnIt(task: string, as: As): Promise<void> {
  let page = await as(agency.account)
  await page.goto(task)
  await page.getByRole('button', { name: 'Tiếp nhận' }).click()
  await page.getByRole('link', { name: 'Gửi đề nghị gia hạn' }).click()
  await page.getByLabel('Xin thêm (ngày làm việc)').fill('3')
  await page.getByLabel('Lý do').fill('Chờ số liệu của hai đơn vị phối hợp.')
  await page.getByRole('button', { name: 'Gửi đề nghị gia hạn' }).click()
  await page.getByText('Đề nghị gia hạn thêm 3 ngày làm việc').first().waitFor()
  page = await as('phochutich')
  await page.goto(task)
  await page.getByRole('link', { name: 'Ghi quyết định' }).click()
  assert.equal(await page.getByLabel('Gia hạn thêm (ngày làm việc)').inputValue(), '3', 'what was asked is filled in')
  await page.getByLabel('Ý kiến trả lời').fill('Đồng ý, không gia hạn thêm.')
  await page.getByRole('button', { name: 'Ghi quyết định' }).click()
  assert.match(await mainOf(page), /đồng ý thêm 3 ngày làm việc/)
  page = await as(agency.account)
  await page.goto(task)
  const buffer = Buffer.from('Báo cáo rà soát số liệu (thử nghiệm).')
  await page.getByLabel('Tệp minh chứng').setInputFiles({ name: 'bao-cao.txt', mimeType: 'text/plain', buffer })
  await page.getByRole('button', { name: 'Tải lên' }).click()
  await page.getByRole('link', { name: 'bao-cao.txt', exact: true }).waitFor()
  await report(page, task)
  const shown = await mainOf(page)
  assert.match(shown, /người thực hiện không tự xác nhận/)
  assert.equal(await page.getByRole('button', { name: 'Xác nhận hoàn thành' }).count(), 0)
  await fits(page)
}

async function report(page: Page, task: string): Promise<void> {
  await page.goto(task)
  await page.getByRole('link', { name: 'Báo cáo hoàn thành' }).click()
  await page.getByLabel('Kết quả đạt được').fill('Đã rà soát đủ, kèm danh sách và nguyên nhân.')
  await page.getByRole('button', { name: 'Báo cáo hoàn thành' }).click()
  await page.getByText('Đã ghi: báo cáo hoàn thành').waitFor()
}

async function returnAndVerify(task: string, as: As): Promise<void> {
  let page = await as('phochutich')
  await page.goto(task)
  await page.getByRole('link', { name: 'Yêu cầu làm tiếp' }).click()
  await page.getByLabel('Còn thiếu gì, cần làm gì').fill('Bổ sung danh sách chỉ tiêu chậm.')
  await page.getByRole('button', { name: 'Yêu cầu làm tiếp' }).click()
  assert.match(await mainOf(page), /trả lại 1 lần/)
  await report(await as(agency.account), task)
  page = await as('phochutich')
  await page.goto(task)
  await page.getByRole('button', { name: 'Xác nhận hoàn thành' }).click()
  const words = await mainOf(page)
  assert.match(words, /Hoàn thành/)
  assert.match(words, /Xong đúng hạn/)
  await fits(page)
}
