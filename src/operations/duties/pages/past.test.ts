import assert from 'node:assert/strict'
import { changeCalendarDays } from '#calendar'
import { type DbTest, dbTest } from '#test/harness'
import { keepDuties } from '../keeping/pass.ts'
import { listHistory } from '../reading/history.ts'
import { listStandings } from '../reading/standings.ts'
import { decideExplanation, explainLetter } from '../reminders/actions.ts'
import { listLetters } from '../reminders/store.ts'
import { arrive, at, pass, watchOnly } from '../testing.ts'

const source = 'rain-and-water'
const agency = 'H32.NNMT'
const agencyPage = `/trach-nhiem/don-vi/${agency}`

const textOf = (html: string): string =>
  html
    .replace(/<time datetime="([^"]*)"[^>]*>[^<]*<\/time>/g, '$1')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()

/** The tables of a page, cell by cell; without what can be done, which is of today. */
function tablesOf(body: string): string[][][] {
  return [...body.matchAll(/<table[\s\S]*?<\/table>/g)].map(([table]) => {
    const rows = [...table.matchAll(/<tr[\s\S]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<t[hd][\s\S]*?<\/t[hd]>/g)].map(([cell]) => textOf(cell)),
    )
    const done = rows[0]?.indexOf('Việc làm') ?? -1
    return done < 0 ? rows : rows.map((cells) => cells.filter((_, index) => index !== done))
  })
}

/** Everything the room says to who signs for the department in charge: now, or as of a moment. */
async function look(t: DbTest, letter: string | undefined, tai?: string): Promise<Record<string, unknown>> {
  const reader = t.as('giamdoc-khcn')
  const seen: Record<string, unknown> = {}
  const ask = async (path: string, query: Record<string, string> = tai ? { tai } : {}) => {
    const { body, statusCode } = await reader.get(
      `${path}${path.includes('?') ? '&' : '?'}${new URLSearchParams(query).toString()}`,
    )
    assert.equal(statusCode, 200, `${path} ${tai}`)
    return body
  }
  for (const path of ['/trach-nhiem?q=nong&loai=source', agencyPage]) {
    const body = await ask(path)
    const lead = textOf(/<p class="page-lead[^"]*">[\s\S]*?<\/p>/.exec(body)?.[0] ?? '')
    // Who is the head is told of today only.
    seen[path] = [lead.replace(/^Người đứng đầu: [^·]*· /, ''), ...tablesOf(body)]
  }
  if (letter) {
    const body = await ask(`/trach-nhiem/van-ban/${letter}`)
    seen.letter = [...tablesOf(body), textOf(/Diễn biến<\/h2>([\s\S]*?)<\/section>/.exec(body)?.[1] ?? '')]
  }
  for (const path of [
    '/trach-nhiem.csv?q=nong&tinh-trang=loi',
    '/trach-nhiem/bac-thang.csv?q=nong',
    '/trach-nhiem/van-ban.csv',
    `${agencyPage}/lich-su.csv`,
  ])
    seen[path] = await ask(path)
  seen.api = JSON.parse(await ask(`/api/v1/duties?agency=${agency}&limit=100`, tai ? { asOf: `${tai}:00+07:00` } : {}))
  return seen
}

interface Moment {
  at: string
  happens?: (now: DbTest, letter: string) => Promise<unknown>
}

async function sign(now: DbTest, letter: string, form: Record<string, string>): Promise<void> {
  const { statusCode, body } = await now.as('giamdoc-khcn').submit(`/trach-nhiem/van-ban/${letter}`, form)
  assert.equal(statusCode, 303, textOf(body))
}

const inTime = { explanation: 'Trạm đo mất điện từ ngày 02/11', reason: 'Kỳ đầu có xác nhận của điện lực' }

const moments: readonly Moment[] = [
  { at: '2026-11-02T08:30' },
  { at: '2026-11-02T10:30' },
  { at: '2026-11-05T08:30' },
  { at: '2026-11-05T09:00', happens: (now, letter) => explainLetter(now.context(), letter, inTime.explanation) },
  {
    at: '2026-11-05T10:00',
    happens: async (now, letter) => {
      const [first] = await now.sql<{ id: number }[]>`
        select min(n.duty_id) as id from duties.reminder_duty n join duties.reminder r on r.id = n.reminder_id where r.code = ${letter}`
      await decideExplanation(now.context(), letter, { accept: true, reason: inTime.reason, duties: [first?.id ?? 0] })
    },
  },
  {
    at: '2026-11-05T11:00',
    happens: (now, letter) =>
      sign(now, letter, { viec: 'ky', so: '5', 'ngay-day': '05', 'ngay-month': '11', 'ngay-year': '2026' }),
  },
  {
    // A day off is declared: what is due that day is due on Monday.
    at: '2026-11-06T07:30',
    happens: (now) =>
      changeCalendarDays(now.context(), 'khanh-hoa', {
        set: [{ date: '2026-11-06', kind: 'closure', name: 'Nghỉ tránh bão', citation: 'Công điện thử số 1' }],
        remove: [],
        citation: 'Công điện thử số 1',
      }),
  },
  // What was received in time on the 5th is worked through a day later: that day's lateness falls away, the others' ends.
  { at: '2026-11-06T10:00', happens: (now) => arrive(now, source, at('2026-11-05T08:50')) },
  {
    at: '2026-11-06T11:00',
    happens: (now, letter) => sign(now, letter, { viec: 'thu-hoi', 'ly-do': 'Ban hành nhầm kỳ số liệu' }),
  },
  {
    at: '2026-11-06T15:00',
    happens: (now) => now.sql`
      update warehouse.contract set body = jsonb_set(body, '{cadence,every}', '"once"') where source = ${source}`,
  },
]

dbTest('what the room said at each moment it says again as of it, whatever has come since', async (t) => {
  // Nothing else is watched: the story is of one source.
  await t.sql`update warehouse.contract set body = jsonb_set(body, '{cadence,every}', '"once"') where source <> ${source}`
  await arrive(t, source, at('2026-11-01T20:00'))
  await pass(t, '2026-11-02T06:30', '2026-11-02T06:30')
  const seen: { at: string; letter: string | undefined; said: Record<string, unknown> }[] = []
  for (const moment of moments) {
    const now = t.at(at(moment.at))
    const letterOf = async () => (await listLetters(t.sql, { agency, organisations: 'all', limit: 1 }))[0]?.code
    await moment.happens?.(now, (await letterOf()) ?? '')
    await keepDuties(now.context())
    const letter = await letterOf()
    seen.push({ at: moment.at, letter, said: await look(now, letter) })
  }
  const said = seen.map((one) => JSON.stringify(one.said))
  assert.equal(new Set(said).size, said.length, 'each moment said something else')
  const later = t.at(at('2026-11-09T10:00'))
  await keepDuties(later.context())
  for (const { at: tai, letter, said } of seen) assert.deepEqual(await look(later, letter, tai), said, tai)
})

dbTest('a page of the past has nothing to press, says of when it is, and its links stay there', async (t) => {
  await watchOnly(t, source)
  await arrive(t, source, at('2026-11-01T20:00'))
  await pass(t, '2026-11-02T06:30', '2026-11-05T08:30', 8)
  const [letter] = await listLetters(t.sql, { agency, organisations: 'all', limit: 1 })
  const path = `/trach-nhiem/van-ban/${letter?.code}`
  const later = t.at(at('2026-11-10T10:00'))
  const signer = later.as('giamdoc-khcn')
  const tai = '2026-11-05T09:00'
  for (const page of ['/trach-nhiem', '/trach-nhiem/bac-thang', '/trach-nhiem/van-ban', agencyPage, path]) {
    const { body, statusCode } = await signer.get(`${page}?tai=${tai}`)
    assert.equal(statusCode, 200, page)
    assert.match(body, /Đang xem lại [^<]* như đã biết lúc 09:00 05\/11\/2026/, page)
    const main = body.slice(body.indexOf('<main'), body.indexOf('</main'))
    assert.doesNotMatch(main, /method="post"|data-live/, page)
    const links = [...main.matchAll(/<a[^>]*href="(\/trach-nhiem[^"#]*)[^"]*"[^>]*>([\s\S]*?)<\/a>/g)]
    const stray = links.filter(([, href = '', words = '']) => !href.includes('tai=') && !/^Về /.test(words.trim()))
    assert.deepEqual(
      stray.map(([link]) => link),
      [],
      page,
    )
  }
  // What a draft would have said then is not kept.
  assert.match((await signer.get(`${path}?tai=${tai}`)).body, /nội dung dự thảo thay đổi theo số liệu/)
  for (const file of ['thu.docx', 'thu.html'])
    assert.equal((await signer.get(`${path}/${file}?tai=${tai}`)).statusCode, 404)
  assert.equal((await signer.get(`${path}?tai=2026-11-02`)).statusCode, 404, 'not drafted yet')
  assert.equal((await signer.get(`/trach-nhiem?tai=2026-12-24`)).statusCode, 422)
  assert.match((await signer.get('/trach-nhiem?tai=2026-10-01')).body, /Khi đó chưa có số liệu nào phải cập nhật/)
})

dbTest(
  'what changed before former rows were kept is told by the times of the row, and the page says since when',
  async (t) => {
    await watchOnly(t, source)
    await keepDuties(t.at(at('2026-11-02T06:30')).context())
    // A duty of before: late on the 3rd, come on the 4th, excused on the 5th, with nothing kept of how it stood.
    await t.sql`
    insert into duties.duty (obligation_id, organisation, agency, period, opened_at, due_at, warn_at, state, warned_at, late_at,
      arrived_at, late_days, excuse_reason, excused_by, excused_at)
    select id, organisation, agency, '2026-11-03', ${at('2026-11-03T00:00')}, ${at('2026-11-03T09:00')}, ${at('2026-11-03T08:00')},
      'fulfilled', ${at('2026-11-03T08:00')}, ${at('2026-11-03T09:01')}, ${at('2026-11-04T10:00')}, 1, 'Mất điện', 'Trực ban',
      ${at('2026-11-05T10:00')}
    from duties.obligation where subject = ${source}`
    await t.sql`insert into duties.kept_since values (${at('2026-11-06T08:00')})`
    const reader = t.at(at('2026-11-09T10:00')).as('giamdoc-khcn')
    const said = async (tai: string) => {
      const file = (await reader.get(`${agencyPage}/lich-su.csv?tai=${tai}`)).body
      const line = file.split('\r\n').find((one) => one.includes(',03/11/2026,'))
      return line?.split(',').slice(5).join(',')
    }
    assert.deepEqual(
      [
        await said('2026-11-02T23:00'),
        await said('2026-11-03T07:00'),
        await said('2026-11-03T08:30'),
        await said('2026-11-03T12:00'),
        await said('2026-11-04T12:00'),
        await said('2026-11-05T12:00'),
      ],
      [
        undefined,
        'Chưa đến hạn,,,,',
        'Sắp đến hạn,,,,',
        'Chậm,,,,',
        'Đã có số liệu,10:00 04/11/2026,1,,',
        'Đã có số liệu,10:00 04/11/2026,1,Mất điện,"Trực ban, 05/11/2026"',
      ],
    )
    const page = (await reader.get('/trach-nhiem?tai=2026-11-03')).body
    assert.match(page, /Giá trị cũ được giữ từ 08:00 06\/11\/2026/)
  },
)

dbTest('what comes by the hour, in any order and late, is told as of each look as it was seen at it', async (t) => {
  const hourly = 'air-stations'
  await watchOnly(t, hourly)
  await t.sql`update warehouse.contract set body = jsonb_set(body, '{cadence,every}', '"once"') where source <> ${hourly}`
  const see = async (asOf?: Date) => ({
    history: await listHistory(t.sql, 'all', { subject: { kind: 'source', code: hourly }, asOf, limit: 50 }),
    cells: (await listStandings(t.sql, 'all', { asOf })).filter(({ subject }) => subject === hourly),
  })
  // When each delivery was received, in the order in which they were worked through, an hour apart.
  const received = [
    '01T23:30',
    '02T00:30',
    '02T00:10',
    '02T03:40',
    '02T03:10',
    '02T05:30',
    '02T05:45',
    '02T10:20',
    '02T08:30',
  ]
  const looks: { at: Date; saw: unknown }[] = []
  for (const [hour, time] of received.entries()) {
    const now = new Date(at('2026-11-02T00:50').getTime() + hour * 3_600_000)
    const receivedAt = at(`2026-11-${time}`)
    if (receivedAt < now) await arrive(t, hourly, receivedAt)
    await keepDuties(t.at(now).context())
    looks.push({ at: now, saw: await see() })
  }
  assert.ok((await see()).history.length > 1, 'a silence has left a row')
  for (const { at: asOf, saw } of looks) assert.deepEqual(await see(asOf), saw, asOf.toISOString())
})
