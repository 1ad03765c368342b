import assert from 'node:assert/strict'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { changeCalendarDays, confirmCalendarYear, proposeCalendarYear } from '../actions.ts'
import { runRecounts } from '../recount/run.ts'
import { listRecounts } from '../recount/store.ts'

const administrator = makeActor('quan-tri-thu', { 'calendar:edit': 'all', 'indicator:read': 'all' })
const list = '/quan-tri/lich'
const storm = { date: '2026-12-16', kind: 'closure', name: 'Nghỉ tránh bão', citation: 'Công điện thử số 1' } as const
const change = (now: DbTest, set: (typeof storm)[], remove: string[] = []) =>
  changeCalendarDays(now.context(administrator), 'khanh-hoa', { set, remove, citation: 'Công điện thử số 1' })

/** What happens hour by hour, and what the pages of calendars say after it. */
const hours: readonly ((now: DbTest) => Promise<unknown>)[] = [
  () => Promise.resolve(),
  (now) => change(now, [storm]),
  (now) => runRecounts(now.context(), []),
  (now) => proposeCalendarYear(now.context(administrator), 'khanh-hoa', 2031),
  (now) => confirmCalendarYear(now.context(administrator), 'khanh-hoa', 2031, 'Thông báo thử số 2'),
  (now) => change(now, [], [storm.date]),
]

const tablesOf = (body: string): string[] =>
  [...body.matchAll(/<table[\s\S]*?<\/table>/g)].map(([table]) =>
    table
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      // The year to be proposed is of today.
      .replace(/Năm \d+ Chưa lập 0 /, ''),
  )

async function look(t: DbTest, tai?: string): Promise<Record<string, unknown>> {
  const paths = [list, `${list}/khanh-hoa/2026`, `${list}/khanh-hoa/2031`, `${list}/khanh-hoa/tinh-lai`]
  const seen: Record<string, unknown> = {}
  for (const path of paths) {
    const { body, statusCode } = await t.as(administrator).get(tai ? `${path}?tai=${tai}` : path)
    assert.equal(statusCode, 200, path)
    seen[path] = tablesOf(body)
    if (!tai) continue
    assert.match(body, /Đang xem lại lịch làm việc như đã biết lúc/)
    const main = body.slice(body.indexOf('<main'), body.indexOf('</main'))
    assert.doesNotMatch(main, /method="post"/, path)
    const links = [...main.matchAll(/<a[^>]*href="(\/quan-tri\/lich[^"]*)"[^>]*>([\s\S]*?)<\/a>/g)]
    const stray = links.filter(([, href = '', words = '']) => !href.includes('tai=') && !/^Về /.test(words.trim()))
    assert.deepEqual(stray, [], path)
  }
  return seen
}

/** "2026-11-23T11:00" of the province's clock. */
const local = (at: Date): string => new Date(at.getTime() + 7 * 3_600_000).toISOString().slice(0, 16)

dbTest('the pages of calendars say as of each moment what they said at it', async (t) => {
  const start = Math.ceil(t.now.getTime() / 3_600_000) * 3_600_000
  const seen: { tai: string; said: Record<string, unknown> }[] = []
  for (const [hour, happens] of hours.entries()) {
    const now = t.at(new Date(start + hour * 3_600_000))
    await happens(now)
    seen.push({ tai: local(now.now), said: await look(now) })
  }
  assert.equal(new Set(seen.map(({ said }) => JSON.stringify(said))).size, hours.length)
  const later = t.at(new Date(start + 100 * 3_600_000))
  await runRecounts(later.context(), [])
  for (const { tai, said } of seen) assert.deepEqual(await look(later, tai), said, tai)
  const first = (await listRecounts(t.sql, 'khanh-hoa', 5)).at(-1)
  const recount = `${list}/khanh-hoa/tinh-lai/${first?.id}`
  const about = async (hour: number) => later.as(administrator).get(`${recount}?tai=${seen[hour]?.tai}`)
  assert.equal((await about(0)).statusCode, 404, 'nothing had been changed')
  assert.match((await about(1)).body, /Khi đó còn đang tính lại/)
  assert.match((await about(2)).body, /Đã xong|Thời hạn đã xem/)
})
