import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { given, issued, moved, ok, read, refused } from './testing.ts'

dbTest('an opinion binds nobody until the office has issued it, and then the clock runs', async (t) => {
  const code = await given(t)
  const before = await read(t, code, 'vanphong')
  assert.equal(before.state, 'opinion')
  assert.equal(before.giver, 'phochutich')
  assert.equal(before.parts[0].dueAt, null)
  assert.equal(await refused(t, 'dulieu-khcn', code, { deed: 'accept' }), 'directive.illegal-transition')
  const issue = (who: string) =>
    t.as(who).inject({
      method: 'POST',
      url: `/api/v1/directives/${code}/issue`,
      payload: { number: '125/UBND-NV', on: '2026-11-23' },
    })
  assert.equal((await issue('lanhdao')).statusCode, 403, 'a leader says, his office issues')
  assert.equal((await issue('canbo-nhatrang')).statusCode, 403)
  const after = (await issue('vanphong')).json()
  assert.equal(after.documentNumber, '125/UBND-NV')
  assert.equal(after.parts[0].state, 'assigned')
  assert.equal(after.parts[0].dueAt, '2026-11-30T10:00:00.000Z', 'five working days after Monday, at closing')
  assert.deepEqual(
    after.hops.map(({ deed }: { deed: string }) => deed),
    ['assign', 'issue', 'record'],
  )
  assert.equal((await issue('vanphong')).statusCode, 409, 'issued once')
  const other = await given(t)
  const taken = await t.as('vanphong').inject({
    method: 'POST',
    url: `/api/v1/directives/${other}/issue`,
    payload: { number: '125/UBND-NV', on: '2026-11-20' },
  })
  assert.equal(taken.statusCode, 422, 'a number is used once a year')
  assert.match(taken.body, /đã dùng trong năm/)
})

dbTest('the whole way: accepted, reported, extended, handed in, returned once, verified by another', async (t) => {
  const code = await issued(t)
  await ok(t, 'dulieu-khcn', code, { deed: 'accept' })
  const report = await ok(t, 'dulieu-khcn', code, {
    deed: 'report',
    percent: 40,
    words: 'Đã rà soát 12 trên 30 chỉ tiêu.',
  })
  assert.equal(report.state, 'in-progress')
  assert.equal(report.progress, 40)
  await ok(t, 'dulieu-khcn', code, { deed: 'ask-extension', days: 3, reason: 'Chờ số liệu của hai đơn vị phối hợp.' })
  assert.equal(
    await refused(t, 'dulieu-khcn', code, { deed: 'submit', words: 'Đã xong cả.' }),
    'directive.request-waits',
  )
  assert.equal(
    await refused(t, 'dulieu-khcn', code, { deed: 'decide-extension', granted: true, answer: 'Đồng ý.' }),
    'access.forbidden',
  )
  const extended = await ok(t, 'phochutich', code, {
    deed: 'decide-extension',
    granted: true,
    days: 2,
    answer: 'Đồng ý.',
  })
  assert.equal(extended.dueAt, '2026-12-02T10:00:00.000Z', 'two working days more, not the three asked for')
  await ok(t, 'dulieu-khcn', code, { deed: 'submit', words: 'Đã rà soát đủ 30 chỉ tiêu.' })
  assert.equal(await refused(t, 'giamdoc-khcn', code, { deed: 'verify' }), 'access.forbidden')
  const returned = await ok(t, 'phochutich', code, { deed: 'return', reason: 'Thiếu nguyên nhân của từng chỉ tiêu.' })
  assert.equal(returned.state, 'in-progress')
  assert.equal(returned.returned, 1)
  await ok(t, 'dulieu-khcn', code, { deed: 'submit', words: 'Đã bổ sung nguyên nhân.' })
  const done = await ok(t, 'phochutich', code, { deed: 'verify' })
  assert.equal(done.state, 'done')
  assert.equal(done.doneInTime, true)
  assert.equal((await read(t, code)).state, 'done', 'the whole closes with its only part')
  assert.equal(await refused(t, 'phochutich', code, { deed: 'verify' }), 'directive.illegal-transition', 'closed once')
  const entries = await t.sql<{ action: string }[]>`
    select action from ledger.entry where subject = ${`directive:${code}`} order by id`
  assert.equal(entries.length, 11, 'every hop is in the ledger')
})

dbTest(
  'evidence that is required must be there, belongs to its round, and is read by whoever may see the task',
  async (t) => {
    const code = await issued(t, { evidenceRequired: 'Báo cáo có chữ ký' })
    await ok(t, 'dulieu-khcn', code, { deed: 'accept' })
    assert.equal(await refused(t, 'dulieu-khcn', code, { deed: 'submit', words: 'Đã xong cả.' }), 'request.invalid')
    const upload = (who: string) => {
      const boundary = 'x-part'
      const payload = `--${boundary}\r\nContent-Disposition: form-data; name="ghi-chu"\r\n\r\nBáo cáo\r\n--${boundary}\r\nContent-Disposition: form-data; name="tep"; filename="bao-cao.txt"\r\nContent-Type: text/plain\r\n\r\nNội dung báo cáo thử.\r\n--${boundary}--\r\n`
      return t.as(who).inject({
        method: 'POST',
        url: `/nhiem-vu/${code}/minh-chung`,
        headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
        payload,
      })
    }
    assert.equal((await upload('dulieu-tc')).statusCode, 404, 'another department does not even see it')
    const sent = await upload('dulieu-khcn')
    assert.equal(sent.statusCode, 303)
    assert.match(String(sent.headers.location), /xong=minh-chung/)
    const page = await t.as('dulieu-khcn').get(`/nhiem-vu/${code}`)
    const link = /href="([^"]*\/minh-chung\/\d+)"/.exec(page.body)?.[1] ?? ''
    assert.match((await t.as('phochutich').get(link)).body, /Nội dung báo cáo thử/)
    assert.equal((await t.as('dulieu-tc').get(link)).statusCode, 404)
    await ok(t, 'dulieu-khcn', code, { deed: 'submit', words: 'Đã xong, kèm báo cáo.' })
    await ok(t, 'phochutich', code, { deed: 'verify' })
    const reopened = await ok(t, 'phochutich', code, { deed: 'reopen', reason: 'Số liệu lại chậm.', days: 5 })
    assert.equal(reopened.round, 2)
    assert.equal(reopened.state, 'assigned')
    await ok(t, 'dulieu-khcn', code, { deed: 'accept' })
    assert.equal(
      await refused(t, 'dulieu-khcn', code, { deed: 'submit', words: 'Đã xong lần hai.' }),
      'request.invalid',
      'what proved the first round does not prove the second',
    )
  },
)

dbTest('an adjustment is asked for with a reason, stops the clock, and is decided by the giver alone', async (t) => {
  const code = await issued(t)
  const asked = await ok(t, 'dulieu-khcn', code, { deed: 'ask-adjustment', reason: 'Thuộc thẩm quyền Sở Tài chính.' })
  assert.equal(asked.state, 'adjustment-asked')
  assert.equal(asked.dueAt, null, 'the clock stands still')
  const later = t.at(new Date('2026-11-25T03:00:00Z'))
  const granted = await ok(later, 'phochutich', code, {
    deed: 'decide-adjustment',
    granted: true,
    answer: 'Chuyển Sở Tài chính chủ trì.',
    organisation: 'H32.TC',
  })
  assert.equal(granted.organisation, 'H32.TC')
  assert.equal(granted.state, 'assigned')
  assert.equal(granted.dueAt, '2026-12-01T10:00:00.000Z', 'Tuesday, which passed while it waited, is given back')
  assert.equal((await t.as('dulieu-khcn').get(`/api/v1/directives/${code}`)).statusCode, 404)
  await ok(later, 'dulieu-tc', code, { deed: 'accept' })
})

dbTest('a condition on data closes the task by itself, once, with the fact as proof', async (t) => {
  const condition = {
    indicator: 'dossier.on-time',
    organisation: 'H32.KHCN',
    period: '2026-11',
    compare: '>=',
    value: 95,
  }
  const code = await issued(t, {
    parts: [{ organisation: 'H32.KHCN', deadline: { budget: { amount: 5 } }, condition }],
  })
  const { fulfilCondition, listConditions } = await import('./index.ts')
  assert.deepEqual(
    (await listConditions(t.context())).filter((one) => one.directive === code),
    [{ directive: code, condition }],
  )
  const proof = { factId: '77', value: 95.2, url: '/chi-tieu/dossier.on-time' }
  await assert.rejects(fulfilCondition(t.context(), code, { ...proof, value: 94.9 }), /chưa đạt/)
  await fulfilCondition(t.context(), code, proof)
  await fulfilCondition(t.context(), code, proof)
  const seen = await read(t, code)
  assert.equal(seen.parts[0].state, 'done')
  assert.deepEqual(
    seen.hops.map(({ deed }: { deed: string }) => deed),
    ['verify', 'submit', 'accept', 'assign', 'issue', 'record'],
  )
  assert.equal(seen.hops[0].details.factId, '77')
})

dbTest('parts: each agency has its own clock and state, and the whole closes when all are closed', async (t) => {
  const code = await issued(t, {
    parts: [
      { organisation: 'H32.KHCN', deadline: { budget: { amount: 3 } } },
      { organisation: 'H32.22366', deadline: { dueOn: '2026-12-04' }, task: 'Rà soát số liệu của phường.' },
    ],
  })
  const seen = await read(t, code)
  assert.deepEqual(
    seen.parts.map(({ code, dueAt }: { code: string; dueAt: string }) => [code, dueAt]),
    [
      [`${code}.1`, '2026-11-26T10:00:00.000Z'],
      [`${code}.2`, '2026-12-04T10:00:00.000Z'],
    ],
  )
  const own = await read(t, code, 'dulieu-nhatrang')
  assert.deepEqual(
    own.parts.map(({ code }: { code: string }) => code),
    [`${code}.2`],
    'an agency sees its own part',
  )
  for (const [part, who] of [
    [`${code}.1`, 'dulieu-khcn'],
    [`${code}.2`, 'dulieu-nhatrang'],
  ] as const) {
    assert.equal((await read(t, code)).state, 'issued')
    await ok(t, who, part, { deed: 'accept' })
    await ok(t, who, part, { deed: 'submit', words: 'Đã làm xong phần này.' })
    await ok(t, 'phochutich', part, { deed: 'verify' })
  }
  assert.equal((await read(t, code)).state, 'done')
})

dbTest('two at once: one wins, the other is told by whom he was overtaken', async (t) => {
  const code = await issued(t)
  const { version } = (await read(t, code)).parts[0]
  assert.equal((await moved(t, 'dulieu-khcn', code, { deed: 'accept' }, version)).statusCode, 200)
  const asking = { deed: 'ask-adjustment', reason: 'Xin đổi cơ quan chủ trì.' }
  const second = await moved(t, 'giamdoc-khcn', code, asking, version)
  assert.equal(second.statusCode, 409)
  assert.equal(second.json().code, 'directive.changed')
  assert.match(second.json().title, /Bùi Thị Mẫu Đơn Thử vừa cập nhật/)
  const page = await t.as('giamdoc-khcn').submit(`/nhiem-vu/${code}/viec/dieu-chinh`, {
    'phien-ban': String(version),
    'ly-do': 'Xin đổi cơ quan chủ trì.',
  })
  assert.equal(page.statusCode, 409)
  assert.match(page.body, /vừa cập nhật nhiệm vụ này/)
  assert.match(page.body, /Xin đổi cơ quan chủ trì\./, 'what was typed is kept')
})

dbTest(
  'a form comes back with what was typed and the faults beside the fields; a foreign address is no source',
  async (t) => {
    const answer = await t.as('lanhdao').submit('/nhiem-vu/giao', {
      loai: 'indicator',
      ten: 'Hồ sơ quá hạn',
      'duong-dan': 'https://x.invalid/',
      'trich-yeu': 'Ngắn',
      'noi-dung': 'Cũng quá ngắn',
      'chu-tri': '',
      'so-ngay': '5',
    })
    assert.equal(answer.statusCode, 422)
    assert.match(answer.body, /id="chu-tri-error"/)
    assert.match(answer.body, /id="trich-yeu-error"/)
    assert.match(answer.body, /value="Ngắn"/)
    const sheet = await t
      .as('lanhdao')
      .get('/nhiem-vu/giao?loai=alert&ten=Ng%E1%BA%ADp&duong-dan=//x.invalid&don-vi=H32.22366.PVHCC')
    assert.match(sheet.body, /name="duong-dan" value\/?>/)
    assert.doesNotMatch(sheet.body, /href="[^"?]*x\.invalid/)
    assert.match(
      sheet.body,
      /<option value="H32\.22366" selected/,
      'a desk of a commune is given to through the commune',
    )
  },
)
