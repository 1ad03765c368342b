import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { sendForm } from '#test/forms'
import { type DbTest, dbTest } from '#test/harness'
import { watch } from '../jobs.ts'
import { endTaskBy, flood, open, plain, sendParts } from '../testing.ts'

const password = { 'mat-khau': 'tram-huong-2026' }
const clock = (time: string) => new Date(`2026-11-23T${time}:00+07:00`)

/** What a page says of its subject: its tables, lists and panels, without what may be done there. */
function saysOf(html: string): string {
  const main = html
    .slice(html.indexOf('<main'), html.indexOf('</main'))
    .replace(/<form[\s\S]*?<\/form>|<a [^>]*(class="(button|small)|aria-label="Đính chính)[\s\S]*?<\/a>/g, '')
    .replace(/hôm (nay|đó)|<caption[\s\S]*?<\/caption>/g, '')
    // It ticks where it is read now.
    .replace(/<strong>(<time|đã)[\s\S]*?<\/strong>/g, '')
    .replace(/<time [^>]*datetime="([^"]*)"[\s\S]*?<\/time>/g, '$1')
  const parts = main.match(
    /<(table)[\s\S]*?<\/table>|<(dl)[\s\S]*?<\/dl>|<ol class="timeline[\s\S]*?<\/ol>|<section class="panel[\s\S]*?<\/section>/g,
  )
  return plain(parts?.join('\n') ?? '').trim()
}

function strayLinks(html: string): string[] {
  const main = html.slice(html.indexOf('<main'), html.indexOf('</main'))
  return [
    ...main.matchAll(/<a[^>]*href="(\/(?:tinh-huong|ca-truc|kich-ban|nhiem-vu)[^"#]*)[^"]*"[^>]*>([\s\S]*?)<\/a>/g),
  ].flatMap(([, href = '', words = '']) => (/tai=|\/tep\//.test(href) || /^Về /.test(words.trim()) ? [] : [href]))
}

/** Reads the same at each moment while the story goes on, and again afterwards as of each of them. */
async function compare(t: DbTest, story: [string, (then: DbTest) => Promise<unknown>][], addresses: () => string[]) {
  const read: { time: string; address: string; says: string }[] = []
  const say = (address: string, body: string) => (address.includes('tep=csv') ? body : saysOf(body))
  for (const [time, act] of story) {
    await act(t.at(clock(time)))
    // Something is told some minutes after it was done.
    const later = new Date(clock(time).getTime() + 5 * 60_000)
    for (const address of addresses()) {
      const { body, statusCode } = await t.at(later).as('trucban').get(address)
      assert.equal(statusCode, 200, address)
      read.push({
        time: `${time.slice(0, 3)}${String(Number(time.slice(3)) + 5).padStart(2, '0')}`,
        address,
        says: say(address, body),
      })
    }
  }
  const after = t.at(new Date('2026-11-25T03:00:00Z')).as('trucban')
  const stray = new Set<string>()
  for (const { time, address, says } of read) {
    const asked = `${address}${address.includes('?') ? '&' : '?'}tai=2026-11-23T${time}`
    const { body, statusCode } = await after.get(asked)
    assert.equal(statusCode, 200, asked)
    assert.equal(say(address, body), says, asked)
    for (const link of strayLinks(body)) stray.add(link)
    if (!address.includes('tep=csv'))
      assert.doesNotMatch(body, /<form[^>]*method="post"[^>]*action="\/(tinh-huong|ca-truc|kich-ban)/i, asked)
  }
  assert.deepEqual([...stray], [], 'whoever looks back stays there until he goes back himself')
  return after
}

dbTest('an incident is read as of an earlier moment as it was read then', async (t) => {
  let code = ''
  const own = () => `/tinh-huong/${code}`
  const post = (then: DbTest, who: string, path: string, fields: Record<string, string>) =>
    then.as(who).submit(`${own()}${path}`, { khoa: randomUUID(), ...fields })
  const log = (then: DbTest, fields: Record<string, string>) =>
    sendParts(then.as('trucban'), `${own()}/dien-bien`, fields)
  const bulletin = {
    loai: 'alert',
    cap: '2',
    ten: 'Lũ lên',
    'noi-dung': 'Rời vùng trũng.',
    'khu-vuc': 'Phường Mẫu',
    kenh: 'radio',
  }
  const after = await compare(
    t,
    [
      [
        '10:00',
        async (then) => {
          code = await open(then.as('trucban'))
        },
      ],
      [
        '10:10',
        async (then) => {
          await endTaskBy(then.as('trucban'), code, 1)
          await post(then, 'trucban', '/nhiem-vu/2/giao', { nguoi: 'truc-mot' })
          await log(then, { loai: 'note', 'noi-dung': 'Nước lên 8 cm/giờ' })
          assert.equal((await post(then, 'trucban', '/ban-tin', bulletin)).statusCode, 303)
          assert.equal(
            (await post(then, 'trucban', '/ban-do', { ten: 'Nhà văn hóa', 'vai-tro': 'Điểm sơ tán' })).statusCode,
            303,
          )
        },
      ],
      [
        '10:20',
        async (then) => {
          const changed = { ...bulletin, 'noi-dung': 'Đến nhà văn hóa.' }
          assert.equal((await post(then, 'trucban', '/ban-tin/1/sua', changed)).statusCode, 303)
          assert.equal((await post(then, 'lanhdao', '/ban-tin/1/duyet-phat', {})).statusCode, 303)
          await post(then, 'trucban', '/bao-cao', {})
          assert.equal(
            (await post(then, 'trucban', '/doi-cap', { cap: '3', 'ly-do': 'Nước lên nhanh' })).statusCode,
            303,
          )
          assert.equal(
            (await post(then, 'lanhdao', '/chi-huy/nhan', { 'ly-do': 'Lên cấp 3', ...password })).statusCode,
            303,
          )
        },
      ],
      [
        '12:00',
        async (then) => {
          // What is late by now is raised.
          await watch(then.context())
          const [note] = await then.sql<
            { id: number }[]
          >`select max(id)::int as id from incidents.log_entry where kind = 'note'`
          await log(then, { 'noi-dung': 'Nước lên 18 cm/giờ', 'dinh-chinh': String(note?.id) })
        },
      ],
      [
        '13:00',
        async (then) => {
          const tasks = await then.sql<{ number: number }[]>`
            select number from incidents.task where incident = ${code} and ended_at is null order by number`
          for (const { number } of tasks)
            await endTaskBy(then.as('trucban'), code, number, { cach: 'skipped', 'ket-qua': 'Nước rút' })
          assert.equal(
            (await post(then, 'trucban', '/dong', { 'ket-luan': 'Nước rút dưới báo động 1.' })).statusCode,
            303,
          )
        },
      ],
    ],
    () => [
      ...['?tep=csv', '', '/nhiem-vu?tep=csv', '/nhiem-vu/2', '/ban-tin?tep=csv', '/bao-cao'].map(
        (page) => `${own()}${page}`,
      ),
      '/tinh-huong?tep=csv',
      '/tinh-huong?trang-thai=open',
    ],
  )
  const page = (await after.get(`${own()}?tai=2026-11-23T10:15`)).body
  assert.match(page, /Đang xem lại hồ sơ tình huống như đã biết lúc 10:15 23\/11\/2026[\s\S]*đã 15 phút/)
  const draft = plain((await after.get(`${own()}/ban-tin/1?tai=2026-11-23T10:15`)).body)
  assert.match(draft, /Dự thảo[\s\S]*/)
  assert.match(draft, /Rời vùng trũng/)
  assert.doesNotMatch(draft, /Đến nhà văn hóa/)
  const map = (await after.get(`${own()}/ban-do?tai=2026-11-23T10:15`)).body
  assert.match(plain(map), /Nhà văn hóa/)
  assert.deepEqual(strayLinks(map), [])
  assert.match(map, /<input type="hidden" name="tai" value="2026-11-23T10:15"/)
  assert.doesNotMatch(plain((await after.get(`${own()}/ban-do?tai=2026-11-23T10:05`)).body), /Nhà văn hóa/)
  const before = await after.get(`${own()}?tai=2026-11-23T09:00`)
  assert.equal(before.statusCode, 404)
  assert.match(plain(before.body), /Lúc 09:00 23\/11\/2026 tình huống TH-2026-\d+ chưa được mở/)
  assert.doesNotMatch((await after.get('/tinh-huong?tai=2026-11-23T09:00')).body, new RegExp(flood.ten))
})

dbTest('the roster, hand-overs and playbooks are read as of an earlier moment as they were read then', async (t) => {
  const assign = async (then: DbTest, ca: string, viec: string, nguoi: string) =>
    assert.equal(
      (
        await then
          .as('trucban')
          .submit('/ca-truc/phan-cong', { ngay: '2026-11-23', ca, viec, nguoi, tuan: '2026-11-23' })
      ).statusCode,
      303,
    )
  const id = async (account: string) => {
    const [row] = await t.sql<{ id: number }[]>`select id from incidents.assignment where account = ${account}`
    return String(row?.id)
  }
  const after = await compare(
    t,
    [
      [
        '10:00',
        async (then) => {
          await assign(then, 'sang', 'lead', 'truongca-hai')
          await assign(then, 'sang', 'operator', 'truc-mot')
          await assign(then, 'toi', 'lead', 'truongca-ba')
        },
      ],
      [
        '10:10',
        async (then) => {
          const path = `/ca-truc/doi-ca/${await id('truc-mot')}`
          await then.as('truc-mot').submit(path, { nguoi: 'truc-hai', 'ly-do': 'Việc gia đình' })
          const [swap] = await then.sql<{ id: number }[]>`select id from incidents.swap`
          await then.as('truc-hai').submit('/ca-truc/tra-loi-doi', { so: String(swap?.id), tra: 'nhan' })
          const away = { 'tu-day': '23', 'tu-month': '11', 'tu-year': '2026', 'ly-do': 'ốm' }
          await then.as('truongca-ba').submit('/ca-truc/vang', away)
          const draft = { viec: 'luu', 'tinh-hinh': 'Có mưa.', 'viec-tiep': '', 'thiet-bi': '' }
          assert.equal(
            (await then.as('truongca-hai').submit('/ca-truc/ban-giao/2026-11-23/sang/giao', draft)).statusCode,
            303,
          )
          await sendForm(
            then.as('trucban'),
            { page: '/kich-ban/lu-bd1/sua' },
            { viec: 'luu', 'buoc-0-title': 'Xác minh mực nước ở hai trạm' },
          )
        },
      ],
      [
        '14:50',
        async (then) => {
          await then.as('trucban').submit('/ca-truc/bo', { so: await id('truongca-ba'), tuan: '2026-11-23' })
          await assign(then, 'toi', 'lead', 'trucban')
          const signed = { viec: 'ky', 'tinh-hinh': 'Có mưa to.', 'viec-tiep': '', 'thiet-bi': '', ...password }
          assert.equal(
            (await then.as('truongca-hai').submit('/ca-truc/ban-giao/2026-11-23/sang/giao', signed)).statusCode,
            303,
          )
          await then.as('truongca-hai').submit('/kich-ban/lu-bd1/2/duyet', {})
        },
      ],
      [
        '15:10',
        async (then) => {
          const path = '/ca-truc/ban-giao/2026-11-23/sang/nhan'
          assert.equal((await then.as('trucban').submit(path, { 'nhan-xet': 'Đã nắm.', ...password })).statusCode, 303)
        },
      ],
    ],
    () => [
      '/ca-truc',
      '/ca-truc?tep=csv',
      '/ca-truc/ban-giao',
      '/ca-truc/ban-giao?tep=csv',
      '/kich-ban',
      '/kich-ban?tep=csv',
      '/kich-ban/lu-bd1',
      '/kich-ban/lu-bd1/in',
    ],
  )
  const draft = plain((await after.get('/ca-truc/ban-giao/2026-11-23/sang?tai=2026-11-23T10:15')).body)
  assert.match(draft, /Bản nháp khi đó Tình hình trong ca Có mưa\. /)
  const unkept = plain((await after.get('/ca-truc?tai=2026-11-23T09:00')).body)
  assert.match(unkept, /Chỉ xem lại được từ 10:00 23\/11\/2026/)
  assert.doesNotMatch(unkept, /chưa có người/, 'that nobody was there is not said')
})
