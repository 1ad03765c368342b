import assert from 'node:assert/strict'
import { chmod, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DbTest, dbTest } from '#test/harness'
import { begin, courierOf, makePdf, makeSigner, readWish, signAll } from '#test/signers'
import { expireRequests, requestSignature, type SignatureWish, withdrawSignature } from './actions.ts'
import { appearanceOf } from './appearance.ts'
import type { Signer } from './model.ts'
import { expireSessions } from './sessions.ts'
import { listSeen, listSteps } from './store.ts'

const leader = { kind: 'person', account: 'lanhdao', organisation: 'H32', block: ['CHỦ TỊCH'] } satisfies Signer
const deputy = { kind: 'person', account: 'phochutich', organisation: 'H32' } satisfies Signer
const nameOfLeader = 'Nguyễn Văn Mẫu'

async function ask(t: DbTest, wish: Partial<SignatureWish> & { text?: string } = {}): Promise<string> {
  const { text = 'Van ban mau', ...rest } = wish
  return requestSignature(t.context(), {
    title: `Công văn ${text}`,
    pdf: { bytes: await makePdf(text), name: 'cong-van.pdf' },
    organisation: 'H32.VP',
    signers: [leader],
    ...rest,
  })
}

const stateOf = async (t: DbTest, code: string) => {
  const [row] = await t.sql<{ state: string; documentSha256: string; currentSha256: string }[]>`
    select state, document_sha256, current_sha256 from signing.request where code = ${code}`
  assert.ok(row)
  return row
}

dbTest('a document passes from signer to signer, each in his turn, and is signed with the last one', async (t) => {
  const code = await ask(t, { signers: [leader, deputy] })
  const page = `/ky-so/${code}`
  assert.match((await t.as('lanhdao').get('/ky-so')).body, new RegExp(code))
  assert.doesNotMatch((await t.as('phochutich').get('/ky-so')).body, new RegExp(code), 'it is not her turn yet')
  assert.equal((await t.as('canbo-nhatrang').get(page)).statusCode, 404, 'who has no part in it does not see it')
  const [item] = await t.sql<{ holder: string; url: string }[]>`
    select holder, url from worklist.item where capability = 'signing' and closed_at is null`
  assert.deepEqual({ ...item }, { holder: 'lanhdao', url: page })

  for (const [account, name] of [
    ['lanhdao', nameOfLeader],
    ['phochutich', 'Trần Thị Ví Dụ'],
  ] as const) {
    const signer = await makeSigner(name)
    const session = await begin(t.as(account), [code])
    const call = courierOf(t.as(account), session)
    const asked = await call('chung-thu', { chain: signer.chain })
    assert.equal(asked.status, 200, JSON.stringify(asked.value))
    const { documents } = readWish(asked.value.token)
    assert.equal(documents?.[0]?.sha256, (await stateOf(t, code)).currentSha256, 'the consent names the very content')
    assert.equal(await signAll(t.as(account), session, signer), 1)
    assert.match((await t.as(account).get(session)).body, /Đã ký xong/)
  }
  const { state, documentSha256, currentSha256 } = await stateOf(t, code)
  assert.equal(state, 'signed')
  const answer = await t.as('phochutich').get(`${page}/tep`)
  assert.match(answer.body.slice(0, 8), /%PDF-/)
  assert.equal((answer.rawPayload.toString('latin1').match(/\/ByteRange/g) ?? []).length, 2)
  const open = await t.sql`select from worklist.item where capability = 'signing' and closed_at is null`
  assert.equal(open.length, 0)
  const entries = await t.sql<{ action: string }[]>`
    select action from ledger.entry where subject = ${`signing-request:${code}`} order by id`
  assert.deepEqual(
    entries.map(({ action }) => action.split('.')[1]),
    ['created', 'signed', 'signed', 'completed'],
  )
  assert.notEqual(documentSha256, currentSha256)
})

dbTest(
  'nothing is signed with the certificate of another, with one that has ended, is revoked, or by a wrong signature',
  async (t) => {
    const code = await ask(t)
    const asker = t.as('lanhdao')
    const own = await makeSigner(nameOfLeader)
    const refused = async (signer: { chain: string[] }) => {
      const { status, value } = await courierOf(asker, await begin(asker, [code]))('chung-thu', { chain: signer.chain })
      assert.equal(status, 422)
      return value.code
    }
    assert.equal(await refused(await makeSigner('Người Lạ Mặt')), 'certificate.other-name')
    const ended = await makeSigner(nameOfLeader, { to: '2026-11-01', serial: '11' })
    assert.equal(await refused(ended), 'certificate.ended')
    const forSecrets = await makeSigner(nameOfLeader, { usage: 0x20, serial: '12' })
    assert.equal(await refused(forSecrets), 'certificate.usage')
    const coming = await makeSigner(nameOfLeader, { from: '2027-01-01', serial: '13' })
    assert.equal(await refused(coming), 'certificate.coming')
    assert.equal(await refused({ chain: [Buffer.from('no certificate').toString('base64')] }), 'certificate.unreadable')

    const session = await begin(asker, [code])
    const call = courierOf(asker, session)
    assert.equal((await courierOf(t.as('phochutich'), session)('ke-tiep', {})).status, 404, 'a session is one person’s')
    assert.equal((await call('ke-tiep', {})).status, 409, 'no certificate, no digest')
    await call('chung-thu', { chain: own.chain })
    assert.equal((await call('chung-thu', { chain: own.chain })).status, 409, 'a consent is asked for once')
    const early = {
      sha256: (await stateOf(t, code)).currentSha256,
      signature: own.sign(Buffer.alloc(32)).toString('base64'),
    }
    await call('chu-ky', { signatures: [early] })
    assert.equal((await stateOf(t, code)).state, 'pending', 'what was not sent cannot come back signed')
    const { items = [] } = readWish((await call('ke-tiep', {})).value.token)
    const wrong = own.sign(Buffer.alloc(32, 7)).toString('base64')
    await call('chu-ky', { signatures: [{ sha256: items[0]?.sha256, signature: wrong }] })
    assert.equal((await stateOf(t, code)).state, 'pending')
    assert.match((await asker.get(session)).body, /Chữ ký nhận được không khớp/)
    assert.equal((await call('ke-tiep', {})).value.token, null, 'the session is over')

    await t.sql`update signing.certificate set revoked_at = ${t.now}, revocation_reason = 'lộ khóa' where account = 'lanhdao'`
    assert.equal(await refused(own), 'certificate.revoked')
  },
)

dbTest('the agency does not sign before the person, and nobody signs after its seal', async (t) => {
  const seal = { kind: 'seal', organisation: 'H32' } satisfies Signer
  for (const signers of [[seal], [seal, leader], [leader, seal, deputy], []])
    await assert.rejects(ask(t, { signers }), { status: 422 })
  await assert.rejects(ask(t, { pdf: { bytes: Buffer.from('%PDF-1.7 no more'), name: 'x.pdf' } }), { status: 422 })
  const code = await ask(t, { signers: [leader, seal] })
  assert.equal((await t.as('lanhdao').submit('/ky-so/phien', { chon: code, 'phuong-tien': 'seal' })).statusCode, 422)
})

dbTest('a signer refuses with a reason, who asked takes back, and time runs out', async (t) => {
  const asking = t.as('vanphong')
  const made = await requestSignature(t.context(), {
    title: 'Tờ trình bị trả',
    pdf: { bytes: await makePdf('a'), name: 'a.pdf' },
    organisation: 'H32.VP',
    signers: [leader],
  })
  assert.equal((await asking.submit(`/ky-so/${made}/tu-choi`, { 'ly-do': 'không phải việc của tôi' })).statusCode, 404)
  const short = await t.as('lanhdao').submit(`/ky-so/${made}/tu-choi`, { 'ly-do': 'sai' })
  assert.equal(short.statusCode, 422)
  assert.match(short.body, /Nêu lý do/)
  assert.equal(
    (await t.as('lanhdao').submit(`/ky-so/${made}/tu-choi`, { 'ly-do': 'Thiếu phụ lục số liệu.' })).statusCode,
    303,
  )
  assert.equal((await stateOf(t, made)).state, 'refused')
  const again = await t.as('lanhdao').submit('/ky-so/phien', { chon: made, 'phuong-tien': 'helper' })
  assert.equal(again.statusCode, 422)
  assert.match(again.body, /không còn chờ ký/)

  const late = await ask(t, { text: 'muon', dueAt: new Date(t.now.getTime() + 3_600_000) })
  await expireRequests(t.at(new Date(t.now.getTime() + 7_200_000)).context())
  assert.equal((await stateOf(t, late)).state, 'expired')
  assert.equal(
    (await t.as('lanhdao').submit(`/ky-so/${late}/rut`, { 'ly-do': 'không phải của tôi đâu' })).statusCode,
    422,
  )
})

dbTest(
  'a document that is withdrawn, or whose file is not the one that was sent, is signed by nobody; its signers are told',
  async (t) => {
    const [pdf, other] = [await makePdf('ban goc'), await makePdf('ban sua')]
    const taken = await ask(t, { signers: [leader, deputy] })
    const changed = await ask(t, { pdf: { bytes: pdf, name: 'a.pdf' } })
    const signer = await makeSigner(nameOfLeader)
    const session = await begin(t.as('lanhdao'), [taken, changed])
    await courierOf(t.as('lanhdao'), session)('chung-thu', { chain: signer.chain })
    await withdrawSignature(t.context(), taken, 'Văn bản bị thu hồi: ban hành nhầm')
    await withdrawSignature(t.context(), taken, 'một lần nữa')
    const told = await t.sql<
      { account: string }[]
    >`select account from notifications.notice where code = 'signature.withdrawn'`
    assert.deepEqual(
      told.map(({ account }) => account),
      ['lanhdao'],
      'it was not the deputy’s turn yet',
    )
    const { varDir } = t.context().config
    const { documentSha256 } = await stateOf(t, changed)
    const place = join(varDir, 'files', documentSha256.slice(0, 2), documentSha256.slice(2, 4), documentSha256)
    await chmod(place, 0o600)
    await writeFile(
      place,
      Buffer.concat([other, Buffer.alloc(Math.max(0, pdf.length - other.length), 10)]).subarray(0, pdf.length),
    )
    try {
      assert.equal(await signAll(t.as('lanhdao'), session, signer), 0)
    } finally {
      await rm(place)
    }
    const page = (await t.as('lanhdao').get(session)).body
    assert.match(page, /đã được ký, từ chối hoặc rút lại/)
    assert.match(page, /Tệp đang lưu khác bản đã trình/)
    assert.deepEqual([(await stateOf(t, taken)).state, (await stateOf(t, changed)).state], ['withdrawn', 'pending'])
    assert.match((await t.as('lanhdao').get(`/ky-so/${taken}`)).body, /ban hành nhầm/)
  },
)

dbTest(
  'who sends a document says of which kind it is; an attachment in a file of its own is signed by the agency alone, at the top of its first page',
  async (t) => {
    const clerk = t.as('vanphong')
    const send = async (fields: Record<string, string>) => {
      const border = 'ranh-gioi'
      const part = (name: string, value: Buffer | string, more = '') =>
        Buffer.concat([
          Buffer.from(`--${border}\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n`),
          Buffer.from(value),
          Buffer.from('\r\n'),
        ])
      const file = part(
        'tep',
        await makePdf(JSON.stringify(fields)),
        '; filename="a.pdf"\r\ncontent-type: application/pdf',
      )
      const payload = Buffer.concat([
        ...Object.entries({ 'trich-yeu': 'Về việc ban hành quy chế mẫu', ...fields }).map(([name, value]) =>
          part(name, value),
        ),
        file,
        Buffer.from(`--${border}--\r\n`),
      ])
      const headers = { 'content-type': `multipart/form-data; boundary=${border}` }
      return clerk.inject({ method: 'POST', url: '/ky-so/tao', headers, payload })
    }
    const unsaid = await send({ 'nguoi-ky': 'lanhdao' })
    assert.equal(unsaid.statusCode, 422)
    assert.match(unsaid.body, /Chọn loại văn bản\./)
    const made =
      String((await send({ 'nguoi-ky': 'lanhdao', loai: 'quyet-dinh' })).headers.location).split('?')[0] ?? ''
    assert.match((await clerk.get(made)).body, /Quyết định \(cá biệt\)/)
    const [row] = await t.sql<
      { kind: string }[]
    >`select kind from signing.request where code = ${made.split('/')[2] ?? ''}`
    assert.equal(row?.kind, 'quyet-dinh')

    const byPerson = await send({ 'nguoi-ky': 'lanhdao', loai: 'quy-che', 'kem-theo': '12/QĐ-UBND' })
    assert.match(byPerson.body, /chỉ có chữ ký số của cơ quan/)
    const code = await ask(t, { signers: [{ kind: 'seal', organisation: 'H32.VP' }], attachmentOf: '12/QĐ-UBND' })
    const [request] = await listSeen(t.sql, [code], { account: 'vanphong', read: 'all', seals: 'all' })
    const steps = await listSteps(t.sql, [code])
    const [step] = steps
    assert.ok(request && step?.state === 'current')
    const seen = await appearanceOf(t.context(), {
      request,
      steps,
      step,
      signerName: 'Văn phòng',
      pdf: await makePdf('x'),
    })
    assert.deepEqual([seen.page, seen.image, seen.lines], [0, undefined, ['12/QĐ-UBND', '2026-11-23T10:00:00+07:00']])
    assert.ok(seen.box.x > 300 && seen.box.y > 780, 'at the top right')
  },
)

dbTest(
  'many documents are signed under one consent, stopped and gone on with; what cannot be signed is listed',
  async (t) => {
    const asker = t.as('lanhdao')
    const codes = []
    for (let number = 0; number < 13; number += 1) codes.push(await ask(t, { text: `so ${number}` }))
    const signer = await makeSigner(nameOfLeader)
    const confirm = await asker.submit('/ky-so/xac-nhan', { viec: 'tat-ca' })
    assert.match(confirm.body, /Xác nhận ký 13 văn bản/)
    const none = (await asker.submit('/ky-so/xac-nhan', {})).body
    assert.match(none, /Chưa có văn bản nào được chọn/)
    assert.doesNotMatch(none, /Không còn văn bản nào chờ ký|ký 0 văn bản/)
    const first = await begin(asker, codes)
    await courierOf(asker, first)('chung-thu', { chain: signer.chain })
    assert.equal(await signAll(asker, first, signer, 10), 10)
    assert.equal((await asker.submit(`${first}/dung`, {})).statusCode, 303)
    const stopped = await asker.get(first)
    assert.match(stopped.body, /Đã dừng: còn 3 văn bản chưa ký/)
    const left = codes.slice(10)
    assert.equal((await courierOf(asker, first)('ke-tiep', {})).status, 409)
    const second = await begin(asker, left)
    await courierOf(asker, second)('chung-thu', { chain: signer.chain })
    await asker.submit(`/ky-so/${left[0]}/tu-choi`, { 'ly-do': 'Đã có văn bản thay thế.' })
    assert.equal(await signAll(asker, second, signer), 2)
    const ended = (await asker.get(second)).body
    assert.match(ended, /còn 1 văn bản chưa ký/)
    assert.match(ended, /đã được ký, từ chối hoặc rút lại/)
    const [done] = await t.sql<
      { count: number }[]
    >`select count(*) as count from signing.request where state = 'signed'`
    assert.equal(done?.count, 12)
    const pdf = { bytes: await makePdf('giong nhau'), name: 'giong.pdf' }
    const twins = [await ask(t, { pdf }), await ask(t, { pdf })]
    const refused = await asker.inject({
      method: 'POST',
      url: '/ky-so/phien',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `${twins.map((code) => `chon=${code}`).join('&')}&phuong-tien=helper`,
    })
    assert.equal(refused.statusCode, 422, refused.body)
  },
)

dbTest(
  'digests that were lost on their way are sent once more; a page that cannot go on, or is heard no more, lets go with a reason',
  async (t) => {
    const codes = [await ask(t, { text: 'mat' }), await ask(t, { text: 'mat nua' })]
    const signer = await makeSigner(nameOfLeader)
    const start = async () => {
      const session = await begin(t.as('lanhdao'), codes)
      assert.equal((await courierOf(t.as('lanhdao'), session)('chung-thu', { chain: signer.chain })).status, 200)
      return session
    }
    const at = (seconds: number) => t.at(new Date(t.now.getTime() + seconds * 1000))
    const next = async (session: string, seconds: number) =>
      (await courierOf(at(seconds).as('lanhdao'), session)('ke-tiep', {})).value
    const broken = await start()
    assert.equal((await courierOf(t.as('phochutich'), broken)('ngung', { why: 'silent' })).status, 404)
    assert.equal((await courierOf(t.as('lanhdao'), broken)('ngung', { why: 'silent' })).status, 204)
    const page = (await t.as('lanhdao').get(broken)).body
    assert.match(page, /Đã dừng: còn 2 văn bản chưa ký/)
    assert.match(page, /Không liên lạc được với phần mềm ký/)
    assert.equal((await courierOf(t.as('lanhdao'), broken)('ke-tiep', {})).status, 409)

    const lost = await start()
    assert.equal(readWish((await next(lost, 0)).token).items?.length, 2)
    assert.deepEqual(await next(lost, 5), { token: null, wait: true }, 'they may still be under way')
    assert.equal(await signAll(at(60).as('lanhdao'), lost, signer), 2)
    for (const code of codes) assert.equal((await stateOf(t, code)).state, 'signed')

    codes.splice(0, 2, await ask(t, { text: 'im' }))
    const silent = await start()
    assert.equal(readWish((await next(silent, 600)).token).items?.length, 1)
    await expireSessions(at(1200).context())
    assert.match((await at(1200).as('lanhdao').get(silent)).body, /Đang ký/, 'it was heard ten minutes ago')
    await expireSessions(at(1400).context())
    assert.match((await at(1400).as('lanhdao').get(silent)).body, /Đã lâu không nhận được gì từ máy của người ký/)
  },
)

dbTest('who may not sign is refused, and another room’s document is asked for once', async (t) => {
  assert.equal((await t.as('phantich').get('/ky-so')).statusCode, 403)
  assert.equal((await t.as('vanphong').get('/quan-tri/con-dau-so')).statusCode, 403)
  const origin = { capability: 'duties', code: 'NN-1', url: '/trach-nhiem' }
  const code = await ask(t, { origin })
  assert.equal(await ask(t, { origin }), code)
})
