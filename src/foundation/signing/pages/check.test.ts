import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keepBytes } from '#files'
import { publicPath, publishDocument, signPdf, stampTimeOf, withdrawDocument } from '#signing'
import { browser, cloneTest, dbTest, findAxeFaults, screenshot } from '#test/harness'
import { askingOf, makePaper } from '#test/signed-papers'
import { openssl, startTrust, type Trust } from '#test/trust'

const title = 'Quyết định về việc ban hành quy chế minh họa'

async function signByTwo(trust: Trust): Promise<Buffer> {
  const ctx = askingOf(trust)
  const stampTime = stampTimeOf(ctx)
  assert.ok(stampTime)
  const given = { at: ctx.now, stampTime }
  const first = await signPdf({
    pdf: await makePaper(),
    means: trust.means('person'),
    reason: 'Người có thẩm quyền ký',
    ...given,
  })
  return signPdf({ pdf: first, means: trust.means('seal'), reason: 'Cơ quan ban hành ký', ...given })
}

const skipped =
  (work: (t: Parameters<Parameters<typeof dbTest>[1]>[0]) => Promise<void>) =>
  async (t: Parameters<typeof work>[0]) => {
    if (!openssl.skip) await work(t)
  }

dbTest(
  'anyone asks about a document by the API: who, when, intact or not, and why; nothing of it is kept',
  skipped(async (t) => {
    const signed = await signByTwo(await startTrust())
    const ask = async (payload: Buffer) => {
      const headers = { 'content-type': 'application/pdf' }
      return (await t.visitor().inject({ method: 'POST', url: '/api/v1/signatures/validate', headers, payload })).json()
    }
    const right = await ask(signed)
    // No root is trusted in the pack of tests.
    assert.deepEqual([right.verdict, right.isWhole], ['warning', true], JSON.stringify(right))
    assert.deepEqual(
      right.signatures.map(({ signer, at }: { signer: { name: string }; at: string }) => [signer.name, at.slice(0, 2)]),
      [
        ['Nguyễn Thị Ví Dụ', '20'],
        ['Sở Minh Họa', '20'],
      ],
    )
    const changed = Buffer.from(signed)
    changed[700] = (changed[700] ?? 0) ^ 1
    assert.equal((await ask(changed)).verdict, 'invalid')
    assert.equal((await ask(await makePaper())).verdict, 'unsigned')
    assert.equal((await ask(Buffer.from('no paper'))).findings[0].code, 'pdf.not-a-pdf')
    const [{ count } = { count: -1 }] = await t.sql<
      { count: number }[]
    >`select count(*)::int as count from files.content`
    assert.equal(count, 0)
  }),
)

dbTest('a file that cannot be read is not called a forged one: broken, with a password, or too large', async (t) => {
  const send = async (bytes: Buffer) => {
    const border = 'ranh-gioi'
    const payload = Buffer.concat([
      Buffer.from(
        `--${border}\r\ncontent-disposition: form-data; name="tep"; filename="a.pdf"\r\ncontent-type: application/pdf\r\n\r\n`,
      ),
      bytes,
      Buffer.from(`\r\n--${border}--\r\n`),
    ])
    const headers = { 'content-type': `multipart/form-data; boundary=${border}` }
    return t.visitor().inject({ method: 'POST', url: '/kiem-tra-chu-ky', headers, payload })
  }
  const paper = await makePaper()
  const locked = Buffer.from(paper.toString('latin1').replace(/trailer\s*<</, '$&/Encrypt 3 0 R '), 'latin1')
  for (const [bytes, words] of [
    [paper.subarray(0, paper.length - 300), /startxref/],
    [locked, /đặt mật khẩu/],
    [Buffer.from('no paper'), /Tệp không phải là PDF/],
  ] as const) {
    const { body } = await send(bytes)
    assert.match(body, /Không đọc được tệp nên chưa kiểm tra được/)
    assert.match(body, words)
    assert.doesNotMatch(body, /Có chữ ký sai/)
  }
  const large = await send(Buffer.concat([paper, Buffer.alloc(20 * 1024 ** 2)]))
  assert.equal(large.statusCode, 422)
  assert.match(large.body, /Tệp lớn hơn 20 MB/)
})

dbTest('a form without a file, and a code that nobody has, come back with the fault at the field', async (t) => {
  const border = 'ranh-gioi'
  const headers = { 'content-type': `multipart/form-data; boundary=${border}` }
  const empty = await t
    .visitor()
    .inject({ method: 'POST', url: '/kiem-tra-chu-ky', headers, payload: `--${border}--\r\n` })
  assert.equal(empty.statusCode, 422)
  assert.match(empty.body, /Hãy chọn văn bản PDF/)
  const unknown = await t.visitor().submit('/kiem-tra-chu-ky/ma', { ma: '0000-0000-0000' })
  assert.equal(unknown.statusCode, 422)
  assert.match(unknown.body, /Không có văn bản nào mang mã này/)
  const none = await t.visitor().get('/vb/0000-0000-0000')
  assert.equal(none.statusCode, 404)
  assert.match(none.body, /Không có văn bản nào mang mã này[\s\S]*value="0000-0000-0000"/, 'and may be typed again')
})

dbTest('a published document is opened by its code, however it is typed, until it is withdrawn', async (t) => {
  const ctx = t.context()
  const file = await keepBytes(ctx, await makePaper(), 'quyet-dinh.pdf', 'letter')
  const code = await publishDocument(ctx, file, { title, organisation: 'H32' })
  const typed = await t.visitor().submit('/kiem-tra-chu-ky/ma', { ma: ` ${code.toLowerCase().replaceAll('-', '')} ` })
  assert.equal(typed.headers.location, publicPath(code))
  const shown = await t.visitor().get(publicPath(code))
  assert.match(shown.body, /quy chế minh họa/)
  assert.match(shown.body, /Văn bản không có chữ ký số/)
  assert.equal((await t.visitor().get(`${publicPath(code)}/tep`)).headers['content-type'], 'application/pdf')
  await withdrawDocument(ctx, code, { reason: 'Thay bằng văn bản khác', organisation: 'H32' })
  assert.match((await t.visitor().get(publicPath(code))).body, /Thay bằng văn bản khác/)
  assert.equal((await t.visitor().get(`${publicPath(code)}/tep`)).statusCode, 410)
})

cloneTest('a stranger checks a document in his browser, on a phone and at a desk', async (t) => {
  if (openssl.skip) return
  const trust = await startTrust()
  t.app.workshop.config = { ...t.app.workshop.config, trustDir: trust.rootsDir }
  const signed = await signByTwo(trust)
  const path = join(trust.folder, 'quyet-dinh.pdf')
  await writeFile(path, signed)
  const ctx = t.context()
  const file = await keepBytes(ctx, signed, 'quyet-dinh.pdf', 'letter')
  const code = await publishDocument(ctx, file, { title, organisation: 'H32' })
  for (const [width, height] of [
    [390, 844],
    [1440, 900],
  ] as const) {
    const context = await (await browser()).newContext({ viewport: { width, height }, locale: 'vi-VN' })
    const page = await context.newPage()
    await page.goto(`${t.url}/kiem-tra-chu-ky`)
    assert.deepEqual(await findAxeFaults(page), [])
    await screenshot(page, `signing-form-${width}`)
    await page.getByLabel('Văn bản PDF đã ký').setInputFiles(path)
    await page.getByRole('button', { name: 'Kiểm tra chữ ký' }).click()
    await page.getByText('Chữ ký hợp lệ, nội dung nguyên vẹn').waitFor()
    assert.deepEqual(await page.getByRole('heading', { level: 2 }).allInnerTexts(), [
      '1. Nguyễn Thị Ví Dụ',
      '2. Sở Minh Họa',
      'Tệp đã kiểm tra',
    ])
    assert.deepEqual(await findAxeFaults(page), [])
    await screenshot(page, `signing-report-${width}`)
    await page.goto(`${t.url}${publicPath(code)}`)
    await page.getByText('Chữ ký hợp lệ, nội dung nguyên vẹn').waitFor()
    assert.deepEqual(await findAxeFaults(page), [])
    await screenshot(page, `signing-published-${width}`)
    await context.close()
  }
})
