/**
 * A citizen on an old phone and a clerk at the desk: the clerk looks the citizen up; the citizen signs in at VNeID at level 1, wants to
 * know who looked, steps up, reads it, does not agree; the clerk's agency answers; the citizen reads the answer.
 */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { browser, type CloneTest, cloneTest, findAxeFaults } from '#test/harness'
import { vneidPassword } from '#test/vneid'
import { levelTwo, relyOnVneid } from '../vneid/testing.ts'
import { openText } from './seal.ts'

const phone = { viewport: { width: 390, height: 844 }, isMobile: true }
const desk = { viewport: { width: 1440, height: 900 } }

async function openDesk(t: CloneTest, account: string): Promise<Page> {
  const context = await (await browser()).newContext(desk)
  const [name = '', value = ''] = (await t.signIn(account)).split('=')
  await context.addCookies([{ name, value, url: t.url }])
  return context.newPage()
}

async function fits(page: Page): Promise<void> {
  assert.deepEqual(await findAxeFaults(page), [], page.url())
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  assert.ok(sideways <= 0, `${page.url()} reaches ${sideways} px beyond the screen`)
}

async function lookUp(t: CloneTest): Promise<Page> {
  const page = await openDesk(t, 'motcua-nhatrang')
  await page.goto(`${t.url}/tra-cuu-cong-dan`)
  await page.getByLabel('Mục đích').selectOption({ label: 'Tiếp nhận hồ sơ thủ tục hành chính' })
  await page.getByLabel('Mã hồ sơ hoặc số văn bản yêu cầu').fill('H32.22366-261130-0007')
  await page.getByLabel('Số định danh cá nhân').fill('999 085 000 022')
  await page.getByRole('button', { name: 'Tra cứu và ghi nhật ký' }).click()
  await page.getByText('Trần Văn Giả Định').waitFor()
  await fits(page)
  return page
}

async function signInAtVneid(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/dang-nhap`)
  await page.getByRole('link', { name: 'Đăng nhập bằng VNeID' }).click()
  await page.getByLabel('Số định danh hoặc tên đăng nhập').fill(levelTwo)
  await page.getByLabel('Mật khẩu').fill(vneidPassword)
  assert.deepEqual(await findAxeFaults(page), [], 'the simulated screen too')
  await page.getByRole('button', { name: 'Đăng nhập' }).click()
  await page.getByRole('button', { name: 'Đồng ý chia sẻ' }).click()
  await page.waitForURL(`${url}/cong-dan`)
}

async function readAndObject(page: Page): Promise<void> {
  await fits(page)
  assert.equal(await page.getByRole('navigation').getByRole('link', { name: 'Việc của tôi' }).count(), 0)
  await page.locator('main').getByRole('link', { name: 'Ai đã xem dữ liệu của tôi' }).click()
  await page.waitForURL(/\/dang-nhap\/nang-muc/)
  await page.getByRole('link', { name: 'Xác thực mức 2 tại VNeID' }).click()
  await page.getByRole('button', { name: 'Xác nhận khuôn mặt (mô phỏng)' }).click()
  await page.waitForURL(/\/cong-dan\/ai-da-xem$/)
  await fits(page)
  const words = await page.locator('main').innerText()
  for (const said of [
    'Trung tâm Phục vụ hành chính công phường Nha Trang',
    'Đinh Văn Giả Danh',
    'Tiếp nhận hồ sơ thủ tục hành chính',
    'Nghị định 118/2025/NĐ-CP',
    'H32.22366-261130-0007',
    'họ và tên, ngày sinh, giới tính, số định danh cá nhân',
  ])
    assert.ok(words.includes(said), said)
  await page.getByRole('link', { name: /^Tôi không đồng ý/ }).click()
  await page.getByLabel('Vì sao ông/bà không đồng ý').fill('?')
  await page.getByRole('button', { name: 'Gửi ý kiến' }).click()
  await page.getByText('Chưa gửi được ý kiến').waitFor()
  await fits(page)
  await page.getByLabel('Vì sao ông/bà không đồng ý').fill('Tôi không nộp hồ sơ nào ở phường này.')
  await page.getByRole('button', { name: 'Gửi ý kiến' }).click()
  await page.getByText('Đã gửi ý kiến đến cơ quan đã tra cứu').waitFor()
}

/** The matter is brought to the inbox by a job. */
async function answerIt(t: CloneTest, clerk: Page): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const [item] = await t.sql`select from worklist.item where capability = 'identity' and kind = 'objection'`
    if (item) break
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  const leader = await openDesk(t, 'chutich-nhatrang')
  const [objection] = await t.sql<{ id: string }[]>`select id from identity.person_objection`
  const path = `${t.url}/y-kien-tra-cuu/${objection?.id}`
  await clerk.goto(path)
  await clerk.getByRole('textbox', { name: 'Trả lời' }).fill('Tôi tự trả lời cho lần tra cứu của mình.')
  await clerk.getByRole('button', { name: 'Gửi trả lời' }).click()
  await clerk.getByRole('heading', { name: /người khác của cơ quan phải trả lời|là người đã tra cứu/ }).waitFor()
  await leader.goto(`${t.url}/y-kien-tra-cuu`)
  await fits(leader)
  await leader.goto(path)
  await fits(leader)
  await leader
    .getByRole('textbox', { name: 'Trả lời' })
    .fill('Có người nộp hồ sơ ghi số của ông; chúng tôi đã xác minh là nhầm và hủy hồ sơ đó.')
  await leader.getByRole('button', { name: 'Gửi trả lời' }).click()
  await leader.getByText('đã trả lời lúc').waitFor()
  await leader.context().close()
}

cloneTest(
  'a citizen reads who looked him up and why, does not agree, and is answered in words',
  async (t) => {
    await relyOnVneid(t)
    const clerk = await lookUp(t)
    const context = await (await browser()).newContext(phone)
    const page = await context.newPage()
    try {
      await signInAtVneid(page, t.url)
      await readAndObject(page)
      await answerIt(t, clerk)
      await page.goto(`${t.url}/cong-dan/ai-da-xem`)
      assert.match(await page.locator('main').innerText(), /Cơ quan trả lời: Có người nộp hồ sơ ghi số của ông/)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name: 'Tải về (CSV)' }).click(),
      ])
      assert.equal(download.suggestedFilename(), 'ai-da-xem-du-lieu-cua-toi.csv')
      const pdf = await context.request.get(`${t.url}/cong-dan/ai-da-xem?tai=pdf`)
      assert.match((await pdf.body()).subarray(0, 5).toString(), /%PDF-/)
      const entries = await t.sql<{ action: string }[]>`
        select action from ledger.entry where subject like 'person:%' order by id`
      for (const action of ['person.looked-up', 'person.objected', 'person.objection-answered', 'person.log-taken'])
        assert.ok(
          entries.some((entry) => entry.action === action),
          action,
        )
      // What the database holds of the number opens for its own record only.
      const [kept] = await t.sql<{ id: string; sealed: Buffer }[]>`
        select id, number_sealed as sealed from identity.person where name = 'Trần Văn Giả Định' and number_sealed is not null`
      assert.ok(kept)
      assert.equal(await openText(t.context(), kept.id, kept.sealed), levelTwo)
    } finally {
      await context.close()
      await clerk.context().close()
    }
  },
  { timeoutMs: 300_000 },
)
