import assert from 'node:assert/strict'
import { notify } from '#notifications'
import { type CloneTest, cloneTest, type DbTest, dbTest, makeActor } from '#test/harness'

const trial = (more: Partial<Parameters<typeof notify>[1]> = {}): Parameters<typeof notify>[1] => ({
  notice: 'notification.tried',
  to: [{ account: 'dulieu-khcn' }],
  values: { sender: 'Hoàng Văn Thí Dụ', place: 'Phòng thử' },
  url: '/tai-khoan',
  ...more,
})

const inboxOf = async (t: DbTest, account: string): Promise<string> => (await t.as(account).get('/thong-bao')).body

dbTest('a message is in the inbox of who it is for, unread, and nobody else sees it', async (t) => {
  await notify(t.context(), trial())
  const own = await inboxOf(t, 'dulieu-khcn')
  assert.match(own, /Thông báo thử từ Phòng thử/)
  assert.match(own, /1 thông báo chưa đọc/)
  assert.match(own, /id="so-thong-bao-chua-doc"[^>]*>1</)
  assert.doesNotMatch(await inboxOf(t, 'dulieu-nnmt'), /Phòng thử/)
})

dbTest('opening a message marks it read and leads to its page', async (t) => {
  await notify(t.context(), trial())
  const href = /\/thong-bao\/mo\/\d+/.exec(await inboxOf(t, 'dulieu-khcn'))?.[0] ?? ''
  assert.equal((await t.as('dulieu-nnmt').get(href)).statusCode, 404, "another's message is none")
  const answer = await t.as('dulieu-khcn').get(href)
  assert.equal(answer.statusCode, 303)
  assert.equal(answer.headers.location, '/tai-khoan')
  assert.match(await inboxOf(t, 'dulieu-khcn'), /Không có thông báo chưa đọc/)
  assert.doesNotMatch((await t.as('dulieu-khcn').get('/thong-bao?loc=chua-doc')).body, /Phòng thử/)
})

dbTest('a message is marked read and unread, and all of them up to the newest seen', async (t) => {
  for (const place of ['Một', 'Hai', 'Ba'])
    await notify(t.context(), trial({ values: { sender: 'A', place: `Phòng ${place}` } }))
  const ids = [...(await inboxOf(t, 'dulieu-khcn')).matchAll(/\/thong-bao\/mo\/(\d+)/g)].map(([, id]) => id ?? '')
  assert.equal(ids.length, 3)
  const me = t.as('dulieu-khcn')
  assert.equal((await me.submit(`/thong-bao/${ids[0]}/da-doc`, {})).statusCode, 303)
  assert.match(await inboxOf(t, 'dulieu-khcn'), /2 thông báo chưa đọc/)
  await me.submit(`/thong-bao/${ids[0]}/chua-doc`, {})
  assert.match(await inboxOf(t, 'dulieu-khcn'), /3 thông báo chưa đọc/)
  await t.as('dulieu-nnmt').submit('/thong-bao/da-doc', { den: ids[0] ?? '' })
  assert.match(await inboxOf(t, 'dulieu-khcn'), /3 thông báo chưa đọc/, "nobody reads another's inbox away")
  await me.submit('/thong-bao/da-doc', { den: ids[1] ?? '' })
  assert.match(
    await inboxOf(t, 'dulieu-khcn'),
    /1 thông báo chưa đọc/,
    'what came after the page was shown stays unread',
  )
})

dbTest('a token does not open the inbox of its account', async (t) => {
  await notify(t.context(), trial())
  const token = { ...makeActor('dulieu-khcn', { 'indicator:read': 'all' }, 'H32.KHCN'), scopes: ['indicator:read'] }
  for (const path of ['/thong-bao', '/thong-bao/so-chua-doc', '/thong-bao/tuy-chon'])
    assert.equal((await t.as(token).get(path)).statusCode, 403, path)
  assert.equal(
    (await t.as(token).get('/chi-tieu')).statusCode,
    200,
    'pages it was given for are shown, without the way to the inbox',
  )
})

dbTest('who holds a permission over an organisation gets the message once, however often he is meant', async (t) => {
  const to = [
    { permission: 'entry:write', organisation: 'H32.KHCN' },
    { account: 'dulieu-khcn' },
    { account: 'dulieu-khcn' },
    { account: 'khong-co-ai' },
  ]
  await notify(t.context(), trial({ to }))
  assert.match(await inboxOf(t, 'dulieu-khcn'), /1 thông báo chưa đọc/)
})

dbTest('a message that is undone with its transaction was never there', async (t) => {
  const ctx = t.context()
  const undone = ctx.transaction(async (ctx) => {
    await notify(ctx, trial())
    throw new Error('undone')
  })
  await assert.rejects(undone, /undone/)
  assert.match(await inboxOf(t, 'dulieu-khcn'), /Không có thông báo chưa đọc/)
})

dbTest('hostile values stay text: no markup, no second line, no address of elsewhere', async (t) => {
  const values = { sender: '<script>alert(1)</script>{place}', place: 'A\r\nBcc: x@vidu.invalid\u202e' }
  await notify(t.context(), trial({ values }))
  const page = await inboxOf(t, 'dulieu-khcn')
  assert.match(page, /&lt;script>alert\(1\)&lt;\/script>\{place\}|&lt;script&gt;alert\(1\)&lt;\/script&gt;\{place\}/)
  assert.doesNotMatch(page, /<script>alert/)
  assert.match(page, /Thông báo thử từ A Bcc: x@vidu\.invalid</)
  for (const url of ['https://elsewhere.example', '//elsewhere.example', '/a\r\nb', 'javascript:1', '/\\x'])
    await assert.rejects(notify(t.context(), trial({ url })), /no path of this site/, url)
  await assert.rejects(notify(t.context(), trial({ notice: 'nothing.known' })), /no card declares/)
  await assert.rejects(notify(t.context(), trial({ values: { sender: 'A' } })), /wants the value place/)
})

dbTest('the inbox is filtered, sorted and taken away as a file', async (t) => {
  await notify(t.context(), trial({ urgency: 'grave', values: { sender: 'A', place: 'Phòng nặng' } }))
  await notify(t.context(), trial({ values: { sender: 'A', place: '=Phòng nhẹ' } }))
  const me = t.as('dulieu-khcn')
  const grave = (await me.get('/thong-bao?muc=grave')).body
  assert.match(grave, /Phòng nặng/)
  assert.doesNotMatch(grave, /Phòng nhẹ/)
  const oldest = (await me.get('/thong-bao?sort=at')).body
  assert.ok(oldest.indexOf('Phòng nặng') < oldest.indexOf('Phòng nhẹ'))
  assert.match((await me.get('/thong-bao?tai=csv')).body, /Phòng nặng/)
  assert.equal((await me.get('/thong-bao?tai=xlsx')).statusCode, 200)
})

const openLines = async (t: CloneTest, key: string) => {
  const [row] = await t.sql<{ count: number }[]>`
    select count(*)::int as count from notifications.notice where dedupe_key = ${key}`
  return row?.count
}

cloneTest('twenty calls at once with one key make one message', async (t) => {
  const calls = Array.from({ length: 20 }, () => notify(t.context(), trial({ dedupeKey: 'once' })))
  await Promise.all(calls)
  assert.equal(await openLines(t, 'once'), 1)
  const [row] = await t.sql`select count(*)::int as count from notifications.delivery`
  assert.equal(row?.count, 1)
  await notify(t.context(), trial({ dedupeKey: 'once', to: [{ account: 'dulieu-nnmt' }] }))
  assert.equal(await openLines(t, 'once'), 2, 'a key is of one recipient')
})
