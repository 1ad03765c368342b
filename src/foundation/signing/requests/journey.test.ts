import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { debianProgram } from '#test/debian'
import { browser, type CloneTest, cloneTest, findAxeFaults, signIn } from '#test/harness'
import { makePdf } from '#test/signers'
import { makeAuthority, makeFolder, makeToken, noTokens, startHelper, type TestToken } from '#test/tokens'
import { keyName, setSeal } from '../means/seals.ts'

const pdfSig = debianProgram('poppler-utils', ['/usr/bin/pdfsig'])
const patience = { timeout: 60_000 }

/** The signer's USB token beside his browser, the agency's key on the server. */
async function prepare(t: CloneTest): Promise<{ person: TestToken }> {
  const [ca, usb, hsm] = [await makeFolder(), await makeFolder(), await makeFolder()]
  const authority = await makeAuthority(ca)
  const person = await makeToken(usb, 'USB Mẫu', [
    { id: 'a1', ...(await authority.issue('person', '/C=VN/CN=Nguyễn Văn Mẫu')) },
  ])
  const agency = await makeToken(hsm, 'HSM Mẫu', [
    { id: 'c3', ...(await authority.issue('agency', '/C=VN/CN=Văn phòng (minh họa)', { kind: 'ec' })) },
  ])
  process.env.SOFTHSM2_CONF = agency.environment.SOFTHSM2_CONF
  const helper = await startHelper(
    ['--platform', t.url, '--module', person.module, '--tool', person.tool],
    person.environment,
  )
  Object.assign(t.app.config.signing, { modules: [agency.module], tool: agency.tool, helperUrl: helper })
  const key = keyName({ module: agency.module, token: 'HSM Mẫu', id: 'c3' })
  await assert.rejects(setSeal(t.context(), { organisation: 'H32.VP', key, pin: '111111' }), { status: 422 })
  await setSeal(t.context(), { organisation: 'H32.VP', key, pin: agency.pin })
  return { person }
}

async function submit(page: Page, url: string, pdf: Buffer): Promise<string> {
  await page.goto(`${url}/ky-so/tao`)
  await page.getByLabel('Trích yếu').fill('Công văn về việc ký thử')
  await page.getByLabel('Loại văn bản').selectOption('cong-van')
  await page.getByLabel('Người ký', { exact: true }).selectOption('lanhdao')
  await page.getByLabel('Dấu của cơ quan').selectOption('H32.VP')
  await page
    .getByLabel('Văn bản (PDF)')
    .setInputFiles({ name: 'van-ban.pdf', mimeType: 'application/pdf', buffer: pdf })
  assert.deepEqual(await findAxeFaults(page), [])
  await page.getByRole('button', { name: 'Trình ký' }).click()
  await page.waitForURL(/\/ky-so\/KS-/)
  return new URL(page.url()).pathname
}

async function signByToken(page: Page, own: string, pin: string): Promise<void> {
  await page.goto(own)
  assert.deepEqual(await findAxeFaults(page), [])
  await page.getByRole('button', { name: 'Ký văn bản này' }).click()
  assert.deepEqual(await findAxeFaults(page), [])
  await page.getByRole('button', { name: 'Ký 1 văn bản' }).click()
  await page.getByLabel('Chứng thư số trong thiết bị').waitFor(patience)
  assert.deepEqual(await findAxeFaults(page), [])
  await page.getByRole('button', { name: 'Ký 1 văn bản' }).click()
  const opened = page.context().waitForEvent('page', patience)
  await page.getByRole('link', { name: 'Mở cửa sổ xác nhận' }).click(patience)
  const window = await opened
  assert.match(await window.getByRole('list').innerText(), /Công văn về việc ký thử/)
  assert.deepEqual(await findAxeFaults(window), [])
  // Loaded anew while the window waits, the page goes on with the same consent; cut off from the server once, it asks again.
  await page.reload()
  await page.route('**/ke-tiep', (route) => route.abort(), { times: 1 })
  await window.getByLabel('Mã PIN của thiết bị').fill(pin)
  await window.getByRole('button', { name: 'Ký 1 văn bản' }).click()
  await window.getByText('Đã xác nhận').or(window.getByText('Đã ký xong')).first().waitFor(patience)
  await page.getByRole('status').filter({ hasText: 'Đã ký xong' }).waitFor(patience)
}

async function putSealOn(page: Page, own: string): Promise<void> {
  await page.goto(own)
  await page.getByRole('button', { name: 'Đóng dấu văn bản này' }).click()
  await page.getByRole('button', { name: 'Đóng dấu 1 văn bản' }).click()
  // The page goes on by itself while a job signs.
  await page.getByRole('status').filter({ hasText: 'Đã ký xong' }).waitFor(patience)
  assert.deepEqual(await findAxeFaults(page), [])
}

if (noTokens || pdfSig.skip) console.log(`The journey of a signed document is left out: ${noTokens || pdfSig.skip}`)
else
  cloneTest(
    'a person signs with a token, the agency with its seal; a stranger’s tools verify both, and see one changed byte',
    async (t) => {
      const { person } = await prepare(t)
      const chromium = await browser()
      const clerk = await (await chromium.newContext({ baseURL: t.url })).newPage()
      const leader = await (await chromium.newContext({ baseURL: t.url })).newPage()
      await signIn(clerk, t.url, 'vanphong')
      await signIn(leader, t.url, 'lanhdao')
      const own = await submit(clerk, t.url, await makePdf('Cong van ky thu'))
      await signByToken(leader, own, person.pin)
      await putSealOn(clerk, own)

      const cookie = await t.signIn('vanphong')
      const answer = await fetch(`${t.url}${own}/tep`, { headers: { cookie } })
      const signed = Buffer.from(await answer.arrayBuffer())
      const folder = await makeFolder()
      const check = async (name: string, bytes: Buffer) => {
        await writeFile(join(folder, name), bytes)
        const { stdout } = await promisify(execFile)(await pdfSig.find(), [join(folder, name)]).catch(
          (error: { stdout: string }) => error,
        )
        return stdout
      }
      const good = await check('ky.pdf', signed)
      assert.equal(good.match(/Signature Validation: Signature is Valid/g)?.length, 2, good)
      assert.match(good, /Total document signed/)
      const changed = Buffer.from(signed)
      const place = changed.indexOf('endobj')
      changed[place - 3] = (changed[place - 3] ?? 0) ^ 1
      const bad = await check('sua.pdf', changed)
      assert.equal(bad.match(/Signature Validation: Digest Mismatch/g)?.length, 2, bad)
      await clerk.context().close()
      await leader.context().close()
    },
    { timeoutMs: 240_000 },
  )
