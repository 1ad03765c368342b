/**
 * The pages between an application and its answer, in a real browser: what a form leads on to is held against the content policy there,
 * by no HTTP client. They are reached by no link, so axe looks at them here.
 */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { browser, cloneTest, findAxeFaults } from '#test/harness'
import { password, register } from './relying-party.ts'

/** An application's own page, where people come back to. */
async function openApplication(): Promise<string> {
  const server = createServer((_asked, response) => {
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end('<!doctype html><html lang="vi"><title>Ứng dụng</title>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click()

cloneTest('a browser is led from the application to the sign-in, the consent, and back, and out again', async (t) => {
  t.app.config.publicUrl = t.url
  const app = await openApplication()
  await register(t, { kind: 'public', id: 'kho-ho-so', redirectUris: `${app}/ve`, postLogoutUris: `${app}/tam-biet` })
  const query = new URLSearchParams({
    client_id: 'kho-ho-so',
    response_type: 'code',
    scope: 'openid profile organisation',
    redirect_uri: `${app}/ve`,
    // The example of RFC 7636, appendix B.
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  const ask = `${t.url}/oidc/auth?${query}`
  const context = await (await browser()).newContext({ viewport: { width: 390, height: 844 } })
  try {
    const page = await context.newPage()
    const look = async (heading: RegExp) => {
      await page.getByRole('heading', { level: 1, name: heading }).waitFor()
      assert.deepEqual(await findAxeFaults(page), [], String(heading))
    }
    await page.goto(ask)
    await page.getByLabel('Tên đăng nhập').fill('lanhdao')
    await page.getByLabel('Mật khẩu').fill(password)
    await press(page, 'Đăng nhập')
    await look(/biết ông\/bà là ai/)
    await press(page, 'Đồng ý')
    await page.waitForURL(`${app}/ve?code=*`)
    await page.goto(`${ask}&prompt=login`)
    await look(/Xác nhận thêm một bước/)
    await page.locator('#password').fill(password)
    await press(page, 'Xác nhận bằng mật khẩu')
    await page.waitForURL(`${app}/ve?code=*`)
    await page.goto(`${ask}&prompt=consent`)
    await press(page, 'Không đồng ý')
    await page.waitForURL(`${app}/ve?error=access_denied*`)
    await page.goto(ask.replace('kho-ho-so', 'khong-co'))
    await look(/Chưa đăng nhập được/)
    await page.goto(`${t.url}/oidc/session/end?client_id=kho-ho-so&post_logout_redirect_uri=${app}/tam-biet`)
    await look(/Đăng xuất/)
    await press(page, 'Đăng xuất khỏi mọi ứng dụng')
    await page.waitForURL(`${app}/tam-biet`)
    await page.goto(`${t.url}/oidc/session/end`)
    await press(page, 'Đăng xuất khỏi mọi ứng dụng')
    await look(/Đã đăng xuất/)
  } finally {
    await context.close()
  }
})
