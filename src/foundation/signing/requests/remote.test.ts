import assert from 'node:assert/strict'
import { browser, cloneTest, type DbTest, dbTest, findAxeFaults, signIn } from '#test/harness'
import { emptyQueue, workQueue } from '#test/queue'
import { startRemoteSigning } from '#test/remote-signing'
import { makePdf, makeSigner } from '#test/signers'
import { requestSignature } from './actions.ts'

const patience = { timeout: 60_000 }
const own = { user: 'mau.nguyen', credential: 'cred-mau' }

async function ask(t: Pick<DbTest, 'context'>, text: string): Promise<string> {
  return requestSignature(t.context(), {
    title: `Công văn ${text}`,
    pdf: { bytes: await makePdf(text), name: 'cong-van.pdf' },
    organisation: 'H32.VP',
    signers: [{ kind: 'person', account: 'lanhdao', organisation: 'H32' }],
  })
}

/** What waits is done now, also what was put off for some seconds. */
async function goOn(t: DbTest): Promise<void> {
  await t.sql`update graphile_worker._private_jobs set run_at = now()`
  await workQueue(t)
}

const stateOf = async (t: DbTest, code: string) =>
  (await t.sql<{ state: string }[]>`select state from signing.request where code = ${code}`)[0]?.state

dbTest(
  'what the remote service does not answer rightly signs nothing, and says why; the document can be signed again',
  async (t) => {
    const service = await startRemoteSigning()
    const { signing } = t.context().config
    const before = signing.remote
    signing.remote = service.settings
    try {
      const signer = await makeSigner('Nguyễn Văn Mẫu')
      await service.addCredential({ ...own, key: signer.key, chain: signer.chain })
      const strange = await makeSigner('Người Lạ Mặt')
      await service.addCredential({ user: 'la.mat', credential: 'cred-la', key: strange.key, chain: strange.chain })
      const asker = t.as('lanhdao')
      const link = (user: string) => asker.submit('/ky-so/chung-thu-cua-toi', { 'ma-nguoi-dung': user })
      assert.match((await link('khong.co')).body, /Dịch vụ không có chứng thư nào/)
      assert.match((await link('la.mat')).body, /Chứng thư mang tên Người Lạ Mặt/)
      assert.equal((await link(own.user)).statusCode, 303)
      await emptyQueue(t)
      const code = await ask(t, 'tu xa')
      const begin = async (credential = own.credential) => {
        const fields = { chon: code, 'phuong-tien': 'remote', 'chung-thu': credential }
        return asker.submit('/ky-so/phien', fields)
      }
      assert.equal((await begin('cred-la')).statusCode, 422, 'another’s credential')
      const run = async (behaviour: Record<string, unknown>, looks = 2) => {
        await service.behave({
          answer: 'agree',
          answerAfterMs: 0,
          faults: 0,
          signs: 'asked',
          lifeMs: 300_000,
          ...behaviour,
        })
        const session = String((await begin()).headers.location)
        for (let look = 0; look < looks; look += 1) await goOn(t)
        return { session, body: (await asker.get(session)).body }
      }
      const refusals: [Record<string, unknown>, RegExp][] = [
        [{ answer: 'refuse' }, /Người ký đã từ chối trên điện thoại/],
        [{ answer: 'none', lifeMs: 0, answerAfterMs: 1 }, /Quá thời gian xác nhận trên điện thoại/],
        [{ signs: 'other' }, /Chữ ký nhận được không khớp/],
        [{ signs: 'fewer' }, /không chấp nhận yêu cầu này/],
      ]
      for (const [behaviour, words] of refusals) {
        const { body } = await run(behaviour)
        assert.match(body, words)
        assert.match(body, /còn 1 văn bản chưa ký/)
        assert.equal(await stateOf(t, code), 'pending')
      }
      const silent = await run({ answer: 'none' })
      assert.match(silent.body, /Mời xác nhận trên điện thoại/)
      const later = t.at(new Date(t.now.getTime() + 16 * 60_000))
      await goOn(later)
      assert.match((await later.as('lanhdao').get(silent.session)).body, /Quá thời gian xác nhận trên điện thoại/)
      assert.equal(await stateOf(t, code), 'pending')
      // It does not answer for a while, and the person takes his time.
      const { session } = await run({ faults: 2, answerAfterMs: 400 }, 4)
      await new Promise((resolve) => setTimeout(resolve, 500))
      await goOn(t)
      assert.match((await asker.get(session)).body, /Đã ký xong/)
      assert.equal(await stateOf(t, code), 'signed')
    } finally {
      signing.remote = before
    }
  },
)

cloneTest('a leader signs on his telephone what his page shows, and sees it signed', async (t) => {
  const service = await startRemoteSigning()
  t.app.config.signing.remote = service.settings
  const signer = await makeSigner('Nguyễn Văn Mẫu')
  await service.addCredential({ ...own, key: signer.key, chain: signer.chain })
  await service.behave({ answer: 'none' })
  const code = await ask(t, 'ký trên điện thoại')
  const page = await (await (await browser()).newContext({ baseURL: t.url })).newPage()
  await signIn(page, t.url, 'lanhdao')
  await page.goto(`${t.url}/ky-so/chung-thu-cua-toi`)
  await page.getByLabel('Mã người dùng ở dịch vụ ký số').fill(own.user)
  await page.getByRole('button', { name: 'Liên kết' }).click()
  await page.getByText('Đã liên kết tài khoản ký số từ xa').waitFor(patience)
  assert.deepEqual(await findAxeFaults(page), [])
  await page.goto(`${t.url}/ky-so/${code}`)
  await page.getByRole('button', { name: 'Ký văn bản này' }).click()
  await page.getByLabel('Điện thoại (ký số từ xa)').check()
  await page.getByRole('button', { name: 'Ký 1 văn bản' }).click()
  await page.getByText('Mời xác nhận trên điện thoại').waitFor(patience)
  assert.deepEqual(await findAxeFaults(page), [])
  const [question] = await service.asked()
  assert.equal(question?.description, 'Công văn ký trên điện thoại')
  assert.equal(question?.hashes.length, 1)
  await service.behave({ answer: 'agree' })
  await page.getByRole('status').filter({ hasText: 'Đã ký xong' }).waitFor(patience)
  assert.deepEqual(await findAxeFaults(page), [])
  await page.goto(`${t.url}/ky-so/${code}`)
  await page.getByText('điện thoại').first().waitFor(patience)
  await page.context().close()
})
