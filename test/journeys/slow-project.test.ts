/**
 * The chain in Vietnamese, on the province's own matter: a project of the 2024 programme that slips because days go by raises an alert, the
 * vice-chair's opinion on it becomes a numbered directive, the agency explains, shows evidence and is verified by somebody else, and alert
 * and project show it. Everything is pressed on the pages; only the clock is the test's.
 */
import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { sendForm } from '../forms.ts'
import { emptyQueue, ring, workQueue } from '../queue.ts'

const project = 'CDS24-DA07'
const name = 'Hệ thống quan trắc môi trường tự động và truyền số liệu'
const projectPage = `/danh-muc-du-an/${project}`

const at = (t: DbTest, local: string) => t.at(new Date(`${local}+07:00`))

/** One hour of the program on this clock. */
const tick = (t: DbTest) => ring(t, 'portfolio.find-slow', 'alerts.sweep', 'directives.wake')

const alertsOf = (t: DbTest) => t.sql<{ code: string; state: string; headline: string; endedAt: Date | null }[]>`
  select code, state, headline, ended_at from alerts.alert
  where origin = 'du-an.cham' and subject->>'code' = ${project} order by id`

const linkOf = (html: string, words: RegExp): string => {
  const found = [...html.matchAll(/<a\b[^>]*href="([^"]+)"[^>]*>([\s\S]*?)<\/a>/g)].find(([, , inner = '']) =>
    words.test(inner.replace(/<[^>]*>/g, '')),
  )
  assert.ok(found, `a link ${words}`)
  return (found[1] ?? '').replaceAll('&amp;', '&')
}

async function press(t: DbTest, who: string, page: string, action: string, changes: Record<string, string> = {}) {
  const answer = await sendForm(t.as(who), { page, action }, changes)
  assert.equal(answer.statusCode, 303, `${who} at ${action}: ${answer.body.match(/<main[\s\S]*?<\/main>/)?.[0]}`)
  await workQueue(t)
  return String(answer.headers.location)
}

const textOf = async (t: DbTest, who: string, url: string) => {
  const { statusCode, body } = await t.as(who).get(url)
  assert.equal(statusCode, 200, `${who} at ${url}`)
  return body
    .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}

dbTest('a project that slips becomes an alert, a numbered directive, evidence and a closed case, once', async (t) => {
  await emptyQueue(t)
  // Its acceptance was planned for the last day of 2026; thirty days late is what the pack bears.
  await tick(at(t, '2026-12-20T08:00'))
  await tick(at(t, '2027-01-30T08:00'))
  assert.equal((await alertsOf(t)).length, 0, 'not late enough')
  const morning = at(t, '2027-02-01T00:07')
  await tick(morning)
  await tick(at(t, '2027-02-01T01:07'))
  const [alert, ...others] = await alertsOf(t)
  assert.ok(alert)
  assert.deepEqual(others, [])
  assert.match(alert.headline, new RegExp(`${name}.*: chậm 32 ngày so với mốc kế hoạch`))

  const code = await giveFromAlert(at(t, '2027-02-01T08:10'), alert.code)
  await issue(at(t, '2027-02-01T09:00'), code)
  await workOnIt(at(t, '2027-02-02T08:00'), code)
  await verify(at(t, '2027-02-03T10:00'), code)

  const after = at(t, '2027-02-03T11:00')
  await press(after, 'dulieu-nnmt', `${projectPage}/moc?moc=${await milestoneOf(t)}`, `${projectPage}/moc`, {
    'thuc-te-day': '03',
    'thuc-te-month': '02',
    'thuc-te-year': '2027',
  })
  const [ended] = await alertsOf(t)
  assert.ok(ended?.endedAt, 'the project has caught up, the alert says so')
  await press(after, 'trucban', `/canh-bao/${alert.code}`, `/canh-bao/${alert.code}`, {
    viec: 'dong',
    'ly-do': 'Dự án đã nghiệm thu, nhiệm vụ đã xác nhận.',
    'danh-gia': 'true',
  })
  const shown = await textOf(after, 'phochutich', `/canh-bao/${alert.code}`)
  assert.match(shown, /Dự án đã nghiệm thu, nhiệm vụ đã xác nhận/)
  assert.match(shown, /Đẩy nhanh|Xử lý cảnh báo/)
  assert.match(shown, /Hoàn thành/)
  const onProject = await textOf(after, 'phochutich', projectPage)
  assert.match(onProject, /Nhiệm vụ đã giao từ dự án này .*Hoàn thành/)
  assert.match(onProject, /Không có mốc chậm/)
  await tick(at(t, '2027-02-10T08:00'))
  assert.equal((await alertsOf(t)).length, 1, 'and it stays one')
})

async function giveFromAlert(t: DbTest, alert: string): Promise<string> {
  const list = await t.as('phochutich').get(`/canh-bao?${new URLSearchParams({ q: name })}`)
  assert.equal(linkOf(list.body, new RegExp(`${name}.*chậm 32 ngày`)), `/canh-bao/${alert}`)
  const page = await t.as('phochutich').get(`/canh-bao/${alert}`)
  const form = linkOf(page.body, /Giao nhiệm vụ/)
  // Agency, words and deadline are filled in: he presses.
  const written = await press(t, 'phochutich', form, '/nhiem-vu/giao')
  const code = /\/nhiem-vu\/(NV-[\d-]+)/.exec(written)?.[1] ?? ''
  const shown = await textOf(t, 'phochutich', `/nhiem-vu/${code}`)
  assert.match(shown, /Ý kiến chỉ đạo/)
  assert.match(shown, /Nông nghiệp/)
  return code
}

async function issue(t: DbTest, code: string): Promise<void> {
  const page = await t.as('vanphong').get(`/nhiem-vu/${code}`)
  await press(t, 'vanphong', linkOf(page.body, /^Ban hành$/), `/nhiem-vu/${code}/viec/ban-hanh`)
  assert.match(await textOf(t, 'dulieu-nnmt', `/nhiem-vu/${code}`), /Số \d+\/UBND-NV ngày 01\/02\/2027/)
}

async function workOnIt(t: DbTest, code: string): Promise<void> {
  const deed = (slug: string, changes: Record<string, string> = {}) =>
    press(t, 'dulieu-nnmt', `/nhiem-vu/${code}/viec/${slug}`, `/nhiem-vu/${code}/viec/${slug}`, changes)
  await deed('tiep-nhan')
  await deed('tien-do', {
    'phan-tram': '60',
    'noi-dung': 'Giải trình: trạm số 4 bàn giao mặt bằng chậm 6 tuần; đã lắp xong, đang chạy thử.',
  })
  const boundary = 'x-part'
  const sent = await t.as('dulieu-nnmt').inject({
    method: 'POST',
    url: `/nhiem-vu/${code}/minh-chung`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: `--${boundary}\r\nContent-Disposition: form-data; name="tep"; filename="bien-ban-nghiem-thu.txt"\r\nContent-Type: text/plain\r\n\r\nBiên bản nghiệm thu (thử nghiệm).\r\n--${boundary}--\r\n`,
  })
  assert.match(String(sent.headers.location), /xong=minh-chung/)
  await deed('bao-cao', { 'noi-dung': 'Đã nghiệm thu đưa vào sử dụng ngày 02/02/2027.' })
  // Neither who did it nor his own director closes it.
  for (const who of ['dulieu-nnmt', 'phantich']) {
    const refused = await sendForm(
      t.as(who),
      { page: `/nhiem-vu/${code}/viec/xac-nhan`, action: `/nhiem-vu/${code}/viec/xac-nhan` },
      {},
    )
    assert.notEqual(refused.statusCode, 303, who)
  }
}

async function verify(t: DbTest, code: string): Promise<void> {
  const shown = await textOf(t, 'phochutich', `/nhiem-vu/${code}`)
  assert.match(shown, /trạm số 4 bàn giao mặt bằng chậm 6 tuần/)
  assert.match(shown, /bien-ban-nghiem-thu\.txt/)
  await press(t, 'phochutich', `/nhiem-vu/${code}`, `/nhiem-vu/${code}/viec/xac-nhan`)
  assert.match(await textOf(t, 'dulieu-nnmt', `/nhiem-vu/${code}`), /Hoàn thành.*Xong đúng hạn/)
}

async function milestoneOf({ sql }: DbTest): Promise<number> {
  const [row] = await sql<{ id: number }[]>`
    select m.id from portfolio.milestone m join portfolio.project p on p.id = m.project
    where p.code = ${project} and m.name = 'Nghiệm thu'`
  return row?.id ?? 0
}
