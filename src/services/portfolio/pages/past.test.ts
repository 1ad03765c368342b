import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { findSlowProjects } from '../slow.ts'

const path = '/danh-muc-du-an'
const project = `${path}/CDS24-IOC`
const programme = `${path}/chuong-trinh/chuyen-doi-so-2024`

const date = (name: string, day: string, month: string) => ({
  [`${name}-day`]: day,
  [`${name}-month`]: month,
  [`${name}-year`]: '2026',
})
const movement = (kind: string, amount: string, fund = 'province', year = '2024') => ({
  loai: kind,
  'nguon-von': fund,
  nam: year,
  'so-tien': amount,
  ...date('ngay', '20', '11'),
  'chung-tu': 'Chứng từ thử',
})

const lists = ['?loai=tat-ca&sort=-share&tep=csv', '?cham=co&tep=csv', '?tinh-trang=completed&loai=tat-ca&tep=csv']

/** Everything a reader takes from the pages, now or as of a moment. */
async function readPages(t: DbTest, tai?: string) {
  const reader = t.as('lanhdao')
  const get = async (url: string) => {
    const answer = await reader.get(tai ? `${url}${url.includes('?') ? '&' : '?'}tai=${tai}` : url)
    assert.equal(answer.statusCode, 200, url)
    return answer.body
  }
  const cells = (body: string) =>
    [...body.matchAll(/<t[dh][^>]*>([\s\S]*?)<\/t[dh]>/g)].map(([, cell = '']) => cell.replace(/<[^>]+>/g, '').trim())
  const facts = (body: string) =>
    [...body.matchAll(/<dd[^>]*>([\s\S]*?)<\/dd>/g)].map(([, value = '']) => value.replace(/<[^>]+>/g, '').trim())
  const [page, about] = [await get(project), await get(programme)]
  const api = async (url: string) => {
    const answer = await reader.get(tai ? `${url}asOf=${encodeURIComponent(`${tai}:00+07:00`)}` : url)
    assert.equal(answer.statusCode, 200, url)
    return answer.json()
  }
  return {
    lists: await Promise.all(lists.map((list) => get(`${path}${list}`))),
    list: cells(await get(`${path}?loai=tat-ca&sort=-disbursed`)),
    ledger: await get(`${project}?tep=csv`),
    project: [...facts(page), ...cells(page)],
    programme: [...facts(about), ...cells(about)],
    api: [
      await api('/api/v1/projects/CDS24-IOC?'),
      await api('/api/v1/projects?organisation=H32.KHCN&sort=-share&year=2026&'),
      await api('/api/v1/projects?slow=true&'),
    ],
    difference: /sổ cộng ra [^<]*/.exec(about)?.[0],
  }
}

/** The clock at a time of the place, as it stands in an address. */
const on = (t: DbTest, tai: string) => t.at(new Date(`${tai}:00+07:00`))

dbTest('as of each moment the list, a project and the programme are what was read then', async (t) => {
  const deeds: [string, (then: DbTest) => Promise<unknown>][] = [
    ['2026-11-23T09:00', async () => {}],
    [
      '2026-11-23T10:00',
      (then) => then.as('dulieu-khcn').submit(`${project}/bien-dong`, movement('disbursed', '1.234.567.891')),
    ],
    [
      '2026-11-24T08:30',
      async (then) => {
        await then
          .as('dulieu-khcn')
          .submit(`${project}/vuong-mac`, { 'noi-dung': 'Chờ thẩm định giá', ...date('ngay', '02', '11') })
        await then.as('dulieu-khcn').submit(`${project}/moc`, { ten: 'Chạy thử', ...date('ke-hoach', '01', '10') })
        await findSlowProjects(then.context())
      },
    ],
    [
      '2026-11-25T16:00',
      async (then) => {
        const { body } = await then.as('dulieu-khcn').get(project)
        const find = (kind: string) => new RegExp(`href="([^"]*/${kind}/\\d+)"`).exec(body)?.[1] ?? ''
        await then.as('dulieu-khcn').submit(find('vuong-mac'), { cach: 'Đã có kết quả', ...date('ngay', '24', '11') })
        await then.as('dulieu-khcn').submit(find('bien-dong'), { 'ly-do': 'Ghi nhầm' })
        await then.as('dulieu-khcn').submit(`${project}/moc`, {
          ten: 'Chạy thử',
          ...date('ke-hoach', '01', '10'),
          ...date('thuc-te', '24', '11'),
        })
        await findSlowProjects(then.context())
      },
    ],
    [
      '2026-11-28T11:00',
      (then) =>
        then
          .as('dulieu-khcn')
          .submit(`${project}/tinh-trang`, { 'tinh-trang': 'completed', 'giai-doan': '', 'ly-do': 'Nghiệm thu' }),
    ],
  ]
  const seen = new Map<string, Awaited<ReturnType<typeof readPages>>>()
  for (const [tai, deed] of deeds) {
    await deed(on(t, tai))
    seen.set(tai, await readPages(on(t, tai)))
  }
  const shown = [...seen.values()].map((one) => JSON.stringify(one))
  assert.equal(new Set(shown).size, deeds.length, 'each deed is seen')
  assert.equal(
    new Set([...seen.values()].map(({ difference }) => difference)).size,
    2,
    'what the ledger sums to moved and moved back',
  )
  const later = on(t, '2026-11-30T09:00')
  for (const [tai, then] of seen) assert.deepEqual(await readPages(later, tai), then, tai)
})

dbTest('a page of then says so, keeps to then, and changes nothing', async (t) => {
  const tai = '2026-11-24T08:00'
  const later = on(t, '2026-11-30T09:00')
  const custodian = later.as('dulieu-khcn')
  for (const url of [path, project]) {
    const { body } = await custodian.get(`${url}?tai=${tai}`)
    const main = body.slice(body.indexOf('<main'), body.indexOf('</main'))
    assert.match(main, /Đang xem lại [^<]* như đã biết lúc 08:00 24\/11\/2026/)
    const links = [...main.matchAll(/<a[^>]*href="(\/danh-muc-du-an[^"#]*)[^"]*"[^>]*>([^<]*)/g)]
    assert.deepEqual(
      links
        .filter(([, href = '', words = '']) => !href.includes('tai=') && !words.startsWith('Về '))
        .map(([all]) => all),
      [],
      url,
    )
    assert.doesNotMatch(main, /\/bien-dong|\/tinh-trang|\/moc|Giao nhiệm vụ|method="post"/)
  }
  const paper = await custodian.get(`${path}?in=html&tai=${tai}`)
  assert.match(paper.body, /số liệu như đã biết lúc 08:00 24\/11\/2026/)
  const before = await later.as('lanhdao').get(`${path}?tai=2026-10-01`)
  assert.match(before.body, /Lúc đó hệ thống chưa biết dự án nào/)
  for (const url of [project, programme]) {
    const answer = await later.as('lanhdao').get(`${url}?tai=2026-10-01`)
    assert.equal(answer.statusCode, 404)
    assert.match(answer.body, /chưa có trong danh mục lúc/)
  }
  assert.equal((await later.as('dulieu-nnmt').get(`${project}?tai=${tai}`)).statusCode, 404, 'reach is that of today')
  assert.equal((await later.as('lanhdao').get(`${path}?tai=2027-01-01`)).statusCode, 422)
  assert.equal((await later.as('lanhdao').get('/api/v1/projects?asOf=2027-01-01')).statusCode, 422)
  assert.deepEqual((await later.as('lanhdao').get('/api/v1/projects?asOf=2026-10-01')).json(), { projects: [] })
  const ofThen = await later.as('dulieu-nnmt').get('/api/v1/projects/CDS24-IOC?asOf=2026-11-25')
  assert.equal(ofThen.statusCode, 404)
})

dbTest('of before the fields were kept a page has the capital and says what is not known', async (t) => {
  const kept = new Date('2026-11-20T03:00:00Z')
  await t.sql`
    insert into portfolio.former (kind, key, part_of, known_from, gone_at, body)
    select 'project', p.id::text, p.source, p.known_from, ${kept}, to_jsonb(p) || '{"state": "unkept", "phase": null, "open_obstacles": 0}'
    from portfolio.project p where p.code = 'CDS24-IOC'`
  await t.sql`update portfolio.project set known_from = ${kept} where code = 'CDS24-IOC'`
  const leader = t.as('lanhdao')
  const about = /Tình trạng và tiến độ chỉ được giữ lại từ 10:00 20\/11\/2026/
  const page = (await leader.get(`${project}?tai=2026-11-15`)).body
  assert.match(page, about)
  assert.doesNotMatch(page, /Giai đoạn</)
  assert.match(page, /Không được giữ lại/)
  assert.doesNotMatch(page, /Mốc tiến độ<|Không có mốc chậm/)
  assert.match((await leader.get(`${path}?tai=2026-11-15`)).body, about)
  assert.match((await leader.get(`${programme}?tai=2026-11-15`)).body, about)
  assert.doesNotMatch((await leader.get(`${project}?tai=2026-11-21`)).body, about)
  assert.doesNotMatch((await leader.get(`${path}?tai=2026-11-21`)).body, about)
})
