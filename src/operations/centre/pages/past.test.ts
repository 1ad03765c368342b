import assert from 'node:assert/strict'
import { closeAlerts, raiseAlert } from '#alerts'
import { type DbTest, dbTest } from '#test/harness'
import { sampleDossiers, takeIn } from './testing.ts'

const early = '2026-11-23T11:00'

/** A dossier is corrected and another comes, three hours after the first file. */
async function changed(t: DbTest): Promise<DbTest> {
  await takeIn(t.context(), sampleDossiers)
  const later = t.at(new Date(t.now.getTime() + 3 * 3_600_000))
  const of = { area: '22366', startedOn: '2026-11-02', dueOn: '2026-11-06' }
  await takeIn(later.context(), [
    { ...of, code: 'H32.22366-261102-1005', endedOn: '2026-11-12' },
    { ...of, code: 'H32.22366-261102-1099', endedOn: '2026-11-09' },
  ])
  return later
}

async function idAt(t: DbTest, tai?: string): Promise<number> {
  const asOf = tai && `&asOf=${tai}:00%2B07:00`
  const answer = await t
    .as('lanhdao')
    .get(`/api/v1/indicators/dossier.on-time/facts?organisation=H32.22366&period=2026-11${asOf ?? ''}`)
  return answer.json().facts.find(({ area }: { area: string }) => area === '').id
}

const rowsOf = (csv: string) => csv.trim().split('\r\n').slice(1)

dbTest('the records behind a number are those that were known when it was shown, as they were', async (t) => {
  const later = await changed(t)
  const [then, now] = [await idAt(later, early), await idAt(later)]
  assert.notEqual(then, now)
  const leader = later.as('lanhdao')
  const file = async (id: number, query: string) =>
    rowsOf((await leader.get(`/so-lieu/${id}/ban-ghi.csv?${query}`)).body)
  assert.equal((await file(now, '')).length, 13)
  const old = await file(then, `tai=${early}`)
  assert.equal(old.length, 12)
  assert.match(old.find((row) => row.includes('1005')) ?? '', /05\/11\/2026/, 'ended as it was said then')
  assert.equal((await file(then, `tai=${early}&phan=0`)).length, 9, 'of the numerator')
  assert.deepEqual(await file(then, ''), old, 'a number that was replaced keeps its own records')
  const page = await leader.get(`/so-lieu/${then}?tai=${early}`)
  assert.match(page.body, /Bản ghi như đã biết lúc 11:00 23\/11\/2026[\s\S]*Đủ 12 bản ghi/)
  assert.match((await leader.get(`/so-lieu/${now}`)).body, /1099/)
  assert.doesNotMatch((await leader.get(`/so-lieu/${now}`)).body, /Bản ghi như đã biết/)
  const api = (await leader.get(`/api/v1/facts/${then}/records`)).json()
  assert.deepEqual([api.count, api.records.length], [12, 12])
  const before = (await leader.get(`/api/v1/facts/${now}/records?asOf=2026-11-01`)).json()
  assert.equal(before.count, 0, 'nothing was known yet')
  const empty = (await leader.get('/?don-vi=H32.22366&tai=2026-11-01')).body
  assert.match(
    empty,
    /Lúc đó hệ thống chưa biết số liệu nào[\s\S]*Số liệu đầu tiên được biết lúc \d\d:\d\d \d\d\/\d\d\/20\d\d/,
  )
})

/** Places that can be asked as of a day: whoever looks back stays there until he goes back himself. */
const placesOfTime =
  /^\/(chi-tieu|so-lieu|xep-hang|don-vi|nhiem-vu|canh-bao|trach-nhiem|danh-muc-du-an|tinh-huong|quy-trinh|bang\/\d|ban-do|tom-tat|quan-tri\/(don-vi|dia-ban))(\/|\?|$)/
const apart = /\/(them|lap-moi|tao-moi|ranh-gioi|pdf|xlsx|doi-ten)\b/

function strayLinks(body: string): string[] {
  const main = body.slice(body.indexOf('<main'), body.indexOf('</main'))
  const links = [...main.matchAll(/<a[^>]*href="([^"#]*)[^"]*"[^>]*>([\s\S]*?)<\/a>/g)]
  return links.flatMap(([, href = '', words = '']) =>
    placesOfTime.test(href) && !apart.test(href) && !/tai=/.test(href) && !/^Về /.test(words.trim()) ? [href] : [],
  )
}

dbTest(
  'every page of figures, agencies and places is asked as of a moment, says so, and its links stay there',
  async (t) => {
    const later = await changed(t)
    const leader = later.as('quantri')
    const made = await leader.submit('/bang', { title: 'Giao ban', 'don-vi': 'H32' })
    const board = (made.headers.location as string).split('?')[0] ?? ''
    await leader.submit(`${board}/muc`, { 'chi-tieu': 'dossier.on-time', kind: 'card' })
    const pages = [
      '/?',
      '/chi-tieu?',
      '/chi-tieu/dossier.on-time?',
      '/chi-tieu/air.pm25/theo-gio?',
      `/so-lieu/${await idAt(later, early)}?`,
      '/xep-hang?',
      '/don-vi?',
      '/don-vi/H32.22366?',
      `${board}?`,
      '/ban-do?chi-tieu=dossier.on-time&',
      '/tom-tat?',
      '/quan-tri/don-vi?',
      '/quan-tri/don-vi/H32.22366?',
      '/quan-tri/don-vi/H32.22366/chuc-danh?',
      '/quan-tri/dia-ban?',
      '/quan-tri/dia-ban?dang=bang&',
      '/quan-tri/dia-ban/22366?',
    ]
    const stray: Record<string, string[]> = {}
    for (const page of pages) {
      const { body, statusCode } = await leader.get(`${page}tai=${early}`)
      assert.equal(statusCode, 200, page)
      assert.match(body, /Đang xem lại [^<]* như đã biết lúc 11:00 23\/11\/2026/, page)
      assert.match(body, /<a href="[^"]*">Về [^<]* hiện nay<\/a>/, page)
      assert.match(body, /name="tai"/, page)
      const links = strayLinks(body)
      if (links.length > 0) stray[page] = links.slice(0, 5)
    }
    assert.deepEqual(stray, {})
  },
)

dbTest('the map of an earlier moment has the numbers known then, and no things of now', async (t) => {
  const later = await changed(t)
  const leader = later.as('lanhdao')
  const file = async (tai: string) =>
    (await leader.get(`/ban-do/dia-ban.csv?chi-tieu=dossier.on-time&ky=2026-11${tai}`)).body
  assert.match(await file(''), /22366,Phường Nha Trang,"?61[.,]5/)
  assert.match(await file(`&tai=${early}`), /22366,Phường Nha Trang,75/)
  const page = await leader.get(`/ban-do?chi-tieu=dossier.on-time&ky=2026-11&tai=${early}`)
  assert.match(page.body, /Lần xem lại chỉ vẽ số liệu và ranh giới/)
  assert.doesNotMatch(page.body, /name="lop"/)
  const before = await leader.get('/ban-do?chi-tieu=dossier.on-time&tai=2025-06-30')
  assert.match(before.body, /63 tỉnh|trước/, 'the outlines of before the merger')
})

dbTest('a source that is silent today is not late on the page of a day on which it had just sent', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const later = t.at(new Date('2026-12-18T03:00:00Z')).as('lanhdao')
  const about = async (query: string) => (await later.get(`/don-vi/H32.VP.PVHCC${query}`)).body.replace(/<[^>]+>/g, ' ')
  assert.match(await about(''), /Hồ sơ thủ tục hành chính \(Hệ thống thông tin giải quyết TTHC\)\s+chậm 18 ngày/)
  const then = await about(`?tai=${early}`)
  assert.match(then, /Hồ sơ thủ tục hành chính \(Hệ thống[^)]*\)\s+Trung tâm PVHCC tỉnh\s+đúng hạn/)
  assert.doesNotMatch(then, /chậm \d/)
})

dbTest('the line of the room on the overview tells alerts and tasks of the moment that is asked for', async (t) => {
  await takeIn(t.context(), sampleDossiers)
  const raise = (fingerprint: string, severity: 'critical' | 'low') =>
    raiseAlert(t.context(), {
      source: 'thu',
      fingerprint,
      headline: fingerprint,
      severity,
      organisation: 'H32.VP.IOC',
      at: t.now,
    })
  const codes = [await raise('Ngập đường', 'critical'), await raise('Mất điện', 'low')]
  const line = (body: string) =>
    [...body.matchAll(/<a class="strip-item[^>]*href="([^"]*)"[^>]*>([\s\S]*?)<\/a>/g)].map(
      ([, href = '', words = '']) => ({
        href,
        words: words.replace(/<[^>]+>/g, ''),
      }),
    )
  const seen = line((await t.as('lanhdao').get('/')).body).map(({ words }) => words)
  const later = t.at(new Date(t.now.getTime() + 2 * 3_600_000))
  await closeAlerts(later.context(), codes, { reason: 'Nước đã rút' })
  const overview = async (query: string) => (await later.as('lanhdao').get(`/${query}`)).body
  const now = line(await overview('')).map(({ words }) => words)
  assert.ok(
    now.some((words) => words.startsWith('0 cảnh báo mức cao trở lên trên 0')),
    now.join(),
  )
  const body = await overview('?tai=2026-11-23T10:00')
  const then = line(body)
  assert.ok(
    then.some(({ words }) => words === '1 cảnh báo mức cao trở lên trên 2 đang mở'),
    JSON.stringify(then),
  )
  assert.deepEqual(
    then.map(({ words }) => words),
    seen,
  )
  for (const { href } of then) assert.match(href, /tai=2026-11-23T10%3A00/)
  assert.doesNotMatch(body, /data-live-url="\/tong-quan\/dieu-hanh"/)
  assert.match((await later.as('trucban').get('/ban-truc?tai=2026-11-23')).body, /Bàn trực luôn là của hiện tại/)
})
