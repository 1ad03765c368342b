import assert from 'node:assert/strict'
import { onDuty } from '#incidents'
import { sendForm } from '#test/forms'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { acknowledgeAlerts } from '../actions.ts'
import { alertPath } from '../model.ts'
import { raiseAlert } from '../raise.ts'
import { readForm, writeForm } from '../rules/form.ts'
import { saysSame } from '../rules/load.ts'
import { Rule } from '../rules/model.ts'
import { listRules } from '../rules/store.ts'
import { alertsOf, raise, writeFact } from '../testing.ts'

const operator = makeActor(
  'truc-thu',
  {
    'alert:read': 'all',
    'alert:handle': 'all',
    'alert:define': 'all',
    'directive:give': 'all',
    'incident:command': 'all',
    'alerts:write': 'all',
  },
  'H32.VP.IOC',
)
const later = (t: DbTest, minutes: number) => t.at(new Date(t.now.getTime() + minutes * 60_000))

dbTest(
  'the queue shows new, mine and late apart, finds without diacritics, sorts, pages and is downloaded',
  async (t) => {
    const codes: string[] = []
    for (let index = 0; index < 12; index += 1)
      codes.push(
        await raise(t, {
          fingerprint: String(index),
          headline: `Ngập đường số ${index}`,
          severity: index % 2 ? 'critical' : 'low',
        }),
      )
    await acknowledgeAlerts(t.context(operator), codes.slice(0, 2))
    const page = async (url: string) => (await later(t, 2).as(operator).get(url)).body
    const rowsOf = (html: string) => [...html.matchAll(/href="\/canh-bao\/(CB-\d+)"/g)].map(([, code]) => code)
    assert.equal(rowsOf(await page('/canh-bao')).length, 10)
    assert.deepEqual(rowsOf(await page('/canh-bao?hop=cua-toi')).sort(), codes.slice(0, 2).sort())
    assert.deepEqual(rowsOf(await page('/canh-bao?hop=dang-mo&q=ngap+duong+so+7')), [codes[7]])
    assert.equal(rowsOf(await page('/canh-bao?hop=dang-mo&muc=critical')).length, 6)
    const late = (await later(t, 20).as(operator).get('/canh-bao?hop=qua-gio')).body
    assert.equal(rowsOf(late).length, 6, 'the critical ones, one of which was acknowledged and then left')
    const first = await page('/canh-bao?hop=dang-mo&sort=severity&limit=10')
    const next = /href="([^"]*after=[^"]*)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? ''
    assert.deepEqual([...rowsOf(first), ...rowsOf(await page(next))].sort(), [...codes].sort())
    const csv = await page('/canh-bao?hop=dang-mo&tep=csv')
    assert.equal(csv.trim().split('\n').length, 13)
    assert.match(csv, /Nghiêm trọng/)
    assert.equal((await t.as(operator).get('/canh-bao?tep=xlsx')).rawPayload.subarray(0, 2).toString(), 'PK')
  },
)

dbTest(
  'many are acknowledged or closed at once by a form; closing asks the reason and loses nothing that was typed',
  async (t) => {
    const codes = [
      await raise(t, { fingerprint: 'a' }),
      await raise(t, { fingerprint: 'b' }),
      await raise(t, { fingerprint: 'c' }),
    ]
    const send = (fields: Record<string, string | readonly string[]>) =>
      sendForm(t.as(operator), { page: '/canh-bao' }, fields)
    assert.equal((await send({ viec: 'nhan', chon: codes.slice(0, 2) })).statusCode, 303)
    assert.deepEqual(
      (await alertsOf(t)).map(({ state }) => state),
      ['acknowledged', 'acknowledged', 'new'],
    )
    const refused = await send({ viec: 'dong', chon: codes[2] ?? '', 'ly-do': 'x' })
    assert.equal(refused.statusCode, 422)
    assert.match(refused.body, /Nêu lý do/)
    assert.equal((await send({ viec: 'dong', chon: codes[2] ?? '', 'ly-do': 'Báo nhầm khi bảo trì' })).statusCode, 303)
    assert.equal((await send({ viec: 'nhan' })).statusCode, 422)
    assert.equal((await alertsOf(t))[2]?.state, 'closed')
  },
)

dbTest('the page of an alert shows what it is, what follows, and what can be done with it', async (t) => {
  const code = await raise(t, { severity: 'critical', labels: { quan: 'Nha Trang' } })
  const path = `/canh-bao/${code}`
  const html = (await t.as(operator).get(path)).body
  assert.match(html, /<h1/, html.slice(0, 300))
  for (const words of [
    'Ngập đường thử nghiệm',
    'Nghiêm trọng',
    'Nha Trang',
    'Giao nhiệm vụ',
    'Mở hồ sơ tình huống',
    'Tạm im',
    'Cảnh báo xuất hiện',
  ])
    assert.ok(html.includes(words), words)
  assert.match(html, /\/nhiem-vu\/giao\?loai=alert&amp;ma=CB-/)
  const act = (fields: Record<string, string | undefined>) => sendForm(t.as(operator), { page: path }, fields)
  assert.equal((await act({ viec: 'cho', 'ghi-chu': '' })).statusCode, 422)
  assert.equal((await act({ viec: 'xu-ly', 'ghi-chu': 'Đã cử đội xung kích' })).statusCode, 303)
  const closing = (fields: Record<string, string>) => t.as(operator).submit(path, { viec: 'dong', ...fields })
  const duplicate = await closing({ 'ly-do': 'Trùng cảnh báo khác', 'danh-gia': 'duplicate', 'trung-voi': 'CB-0' })
  assert.equal(duplicate.statusCode, 422)
  assert.match(duplicate.body, /Trùng cảnh báo khác/, 'what was typed is still there')
  assert.equal((await closing({ 'ly-do': 'Nước đã rút', 'danh-gia': 'true' })).statusCode, 303)
  const closed = (await t.as(operator).get(path)).body
  for (const words of ['Đã cử đội xung kích', 'Nước đã rút', 'Đánh giá lại']) assert.ok(closed.includes(words), words)
  const stranger = makeActor('nguoi-la', { 'alert:read': ['H32.KHCN'] }, 'H32.KHCN')
  assert.equal((await t.as(stranger).get(path)).statusCode, 404)
})

dbTest('a silence is made from an alert by a form, and ended', async (t) => {
  const code = await raise(t, { labels: { quan: 'Cam Ranh' } })
  const page = `/canh-bao/tam-im/moi?canh-bao=${code}`
  const action = '/canh-bao/tam-im/moi'
  const html = (await t.as(operator).get(page)).body
  assert.match(html, /quan=&quot;Cam Ranh&quot;/)
  const send = (fields: Record<string, string>) => sendForm(t.as(operator), { page, action }, fields)
  const wrong = await send({ nhan: 'không phải nhãn', 'ly-do': 'Bảo trì đường' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /không đọc được/)
  assert.equal((await send({ 'ly-do': 'Bảo trì đường có kế hoạch', gio: '4' })).statusCode, 303)
  assert.ok(!(await t.as(operator).get('/canh-bao')).body.includes(code))
  assert.ok((await t.as(operator).get('/canh-bao?an=co')).body.includes(code))
  const list = (await t.as(operator).get('/canh-bao/tam-im')).body
  const one = /href="(\/canh-bao\/tam-im\/[0-9a-f-]{36})"/.exec(list)?.[1] ?? ''
  assert.match((await t.as(operator).get(one)).body, /Bảo trì đường có kế hoạch/)
  assert.equal((await t.as(operator).submit(`${one}/ket-thuc`, {})).statusCode, 303)
  assert.ok((await later(t, 1).as(operator).get('/canh-bao')).body.includes(code))
})

dbTest('the balance says on screen that nothing is lost, and the load of each operator', async (t) => {
  await raise(t)
  await raise(t, { fingerprint: 'hai' })
  const html = (await t.as(operator).get('/canh-bao/can-doi')).body
  assert.match(html, /nhận 2 = hiện 2 \+ gộp 0 \+ tạm im 0 \+ bỏ 0/)
  const people = (await onDuty(t.context(), 'operator')).length
  const load = /([\d.,]+) cảnh báo mỗi người/.exec(html)?.[1]
  assert.ok(people > 0 && Math.abs(Number(load?.replace(',', '.')) - 2 / people) < 0.1, `${load} for ${people} people`)
})

dbTest('every rule of the pack comes back from its form as it went in', async (t) => {
  for (const { body } of await listRules(t.sql))
    assert.ok(saysSame(Rule.parse(readForm(writeForm(body))), body), body.code)
})

dbTest('a rule is tried on history before it is saved, saved as a version with a reason, and evaluated', async (t) => {
  for (const [month, value] of [
    ['08', 12],
    ['09', 3],
    ['10', 15],
    ['11', 20],
  ] as const)
    await writeFact(t.context(), { indicator: 'dossier.late', period: `2026-${month}`, on: `2026-${month}-01`, value })
  const page = '/canh-bao/quy-tac/moi?tu=fact'
  const action = '/canh-bao/quy-tac/moi'
  const fields = {
    ma: 'thu.qua-han',
    ten: 'Hồ sơ quá hạn toàn tỉnh',
    'cau-bao': '{noi}: {gia-tri} trong {ky}',
    'chi-tieu': 'dossier.late',
    ky: 'month',
    cap: 'root',
    'kieu-1': 'threshold',
    'so-sanh-1': 'ge',
    'nguong-1': '10',
    dung: 'yes',
    gop: 'key',
  }
  const send = (more: Record<string, string>) => sendForm(t.as(operator), { page, action }, { ...fields, ...more })
  const tried = await send({ viec: 'thu' })
  assert.equal(tried.statusCode, 200)
  assert.match(tried.body, /Trong 90 ngày qua quy tắc này báo 1 lần/)
  assert.match(tried.body, /value="10"/, 'what was typed is still there')
  const wrong = await send({ viec: 'luu', 'nguong-1': 'mười', ma: 'SAI', 'het-1': '50' })
  assert.equal(wrong.statusCode, 422)
  for (const words of ['Mã quy tắc có dạng', 'Ngưỡng là một số']) assert.ok(wrong.body.includes(words), words)
  assert.equal((await send({ viec: 'luu' })).statusCode, 422, 'without a reason')
  const saved = await send({ viec: 'luu', 'ly-do': 'Theo kết luận giao ban (minh họa)' })
  assert.equal(saved.statusCode, 303)
  const shown = (await t.as(operator).get('/canh-bao/quy-tac/thu.qua-han')).body
  for (const words of ['Báo khi', 'từ 10', 'Theo kết luận giao ban']) assert.ok(shown.includes(words), words)
  const edited = await sendForm(
    t.as(operator),
    { page: '/canh-bao/quy-tac/thu.qua-han/sua' },
    { viec: 'luu', 'nguong-1': '12', 'ly-do': 'Nâng ngưỡng (minh họa)' },
  )
  assert.equal(edited.statusCode, 303, /<div class="errors"[\s\S]*?<\/div>/.exec(edited.body)?.[0])
  assert.equal((await listRules(t.sql)).find(({ code }) => code === 'thu.qua-han')?.version, 2)
  const reader = makeActor('nguoi-doc', { 'alert:read': 'all' }, 'H32')
  assert.equal((await t.as(reader).get('/canh-bao/quy-tac/moi')).statusCode, 403)
})

dbTest(
  'the playbook that an alert names opens an incident with it filled in; who may not command reads it',
  async (t) => {
    const code = await raiseAlert(t.context(), {
      source: 'thu',
      fingerprint: 'ngập',
      headline: 'Ngập hầm chui',
      severity: 'high',
      organisation: 'H32.VP.IOC',
      area: '22366',
      playbook: 'ngap-lut',
      at: t.now,
    })
    const linkOf = async (account: string) =>
      /<a href="([^"]+)">Lũ vượt báo động 2<\/a>/
        .exec((await t.as(account).get(alertPath(code))).body)?.[1]
        ?.replaceAll('&amp;', '&') ?? ''
    const href = await linkOf('trucban')
    assert.match(href, new RegExp(`^/tinh-huong/mo\\?canh-bao=${code}&`))
    const form = (await t.as('trucban').get(href)).body
    assert.match(form, /<option [^>]*value="lu-bd2"[^>]*selected|<option [^>]*selected[^>]*value="lu-bd2"/)
    assert.match(form, /value="Ngập hầm chui"/)
    assert.equal(await linkOf('kiemtra'), '/kich-ban/lu-bd2')
  },
)
