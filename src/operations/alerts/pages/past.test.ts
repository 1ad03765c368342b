import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { acknowledgeAlerts, assignAlert, closeAlerts, judgeAlert, moveAlert } from '../actions.ts'
import { insertRule, listRules } from '../rules/store.ts'
import { endSilence, putSilence } from '../silences.ts'
import { findAlert, updateAlert } from '../store.ts'
import { raise } from '../testing.ts'
import { sweep } from '../timers/sweep.ts'

const operator = makeActor(
  'trucban',
  { 'alert:read': 'all', 'alert:handle': 'all', 'alert:define': 'all' },
  'H32.VP.IOC',
)
const after = (t: DbTest, minutes: number) => t.at(new Date(t.now.getTime() + minutes * 60_000))

/** As an address asks for it, in the time of Việt Nam. */
const addressed = ({ now }: DbTest) => new Date(now.getTime() + 7 * 3_600_000).toISOString().slice(0, 16)

/** What the page says, without what only the present has: forms, buttons, live parts, links and the question itself. */
function told(body: string): string[] {
  const main = body.slice(body.indexOf('<main'), body.indexOf('</main'))
  return [
    ...[...main.matchAll(/<tr[^>]*>([\s\S]*?)<\/tr>/g)].map(([, row = '']) => row),
    ...[...main.matchAll(/<dt[^>]*>[\s\S]*?<\/dd>/g)].map(([row]) => row),
    ...[...main.matchAll(/<(ol class="timeline"|nav class="tabs"|p class="page-lead")[\s\S]*?<\/(ol|nav|p)>/g)].map(
      ([part]) => part,
    ),
    ...[...main.matchAll(/<p class="row">([\s\S]*?)<\/p>/g)].map(([, row = '']) => row),
  ].map((one) =>
    one
      .replace(/<t[dh][^>]*>(?:<input[^>]*>|Đánh dấu)<\/t[dh]>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  )
}

const lists = ['cua-toi&an=co', 'qua-gio', 'dang-mo&an=co', 'dang-mo&q=cau', 'da-dong'].map(
  (box) => `/canh-bao?hop=${box}`,
)
const filtered = ['/canh-bao/tam-im?loc=active']
const others = ['/canh-bao/tam-im', '/canh-bao/quy-tac']

async function readAll(t: DbTest, codes: readonly string[], tai?: string): Promise<Map<string, string[]>> {
  const pages = new Map<string, string[]>()
  for (const path of [...lists, ...filtered, ...others, ...codes.map((code) => `/canh-bao/${code}`)]) {
    const answer = await t.as(operator).get(tai ? `${path}${path.includes('?') ? '&' : '?'}tai=${tai}` : path)
    assert.equal(answer.statusCode, 200, `${path} ${answer.body.slice(0, 300)}`)
    if (tai) {
      assert.match(answer.body, /Đang xem lại/, path)
      const main = answer.body.slice(answer.body.indexOf('<main'), answer.body.indexOf('</main'))
      assert.doesNotMatch(main, /method="post"|data-live=/, path)
    }
    pages.set(path, told(answer.body))
  }
  const file = await t.as(operator).get(`/canh-bao?hop=dang-mo&tep=csv${tai ? `&tai=${tai}` : ''}`)
  pages.set('file', file.body.split('\r\n'))
  return pages
}

const api = async (t: DbTest, path: string, asOf?: Date) =>
  (await t.as(operator).get(asOf ? `${path}${path.includes('?') ? '&' : '?'}asOf=${asOf.toISOString()}` : path)).json()

/** One alert after the other comes, is taken, climbs, is silenced, closed, judged; a rule gets another version. */
async function live(t: DbTest, look: (t: DbTest, codes: readonly string[]) => Promise<void>): Promise<string[]> {
  const first = await raise(t, { fingerprint: 'a', headline: 'Ngập cầu', labels: { quan: 'Nha Trang' } })
  const second = await raise(t, { fingerprint: 'b', severity: 'critical', headline: 'Cháy kho' })
  await look(t, [first, second])
  const context = (minutes: number) => after(t, minutes).context(operator)
  await acknowledgeAlerts(context(10), [first])
  const silence = await putSilence(
    context(10),
    {
      matchers: [{ name: 'quan', value: 'Nha Trang', isRegex: false, isEqual: true }],
      startsAt: after(t, 10).now,
      endsAt: after(t, 600).now,
      reason: 'Bảo trì có kế hoạch',
    },
    'alert:handle',
  )
  await sweep(context(10))
  await look(after(t, 10), [first, second])
  await endSilence(context(30), silence, 'alert:handle')
  await raise(after(t, 30), { fingerprint: 'b', severity: 'critical', headline: 'Cháy kho' })
  await moveAlert(context(30), first, 'working', 'Đã cử đội xung kích')
  await sweep(context(30))
  await look(after(t, 30), [first, second])
  const third = await raise(after(t, 50), { fingerprint: 'c', severity: 'low' })
  await assignAlert(context(50), second, 'trucban')
  const [rule] = await listRules(t.sql)
  if (rule)
    await insertRule(t.sql, {
      pack: rule.pack,
      body: { ...rule.body, name: 'Quy tắc đã đổi tên', enabled: false },
      origin: 'edit',
      by: 'trucban',
      at: after(t, 50).now,
      reason: 'Đổi ngưỡng',
    })
  await closeAlerts(context(50), [first], { reason: 'Nước đã rút' })
  await look(after(t, 50), [first, second, third])
  await judgeAlert(context(70), first, 'false')
  await closeAlerts(context(70), [second], { reason: 'Đã dập tắt', verdict: 'true' })
  return [first, second, third]
}

dbTest('asked as of a moment, alerts, silences, rules and counts say what they said then', async (t) => {
  const seen: { t: DbTest; codes: readonly string[]; pages: Map<string, string[]>; open: unknown; one: unknown }[] = []
  const [first = '', , third = ''] = await live(t, async (then, codes) => {
    seen.push({
      t: then,
      codes,
      pages: await readAll(then, codes),
      open: await api(then, '/api/v1/alerts'),
      one: await api(then, `/api/v1/alerts/${codes[0]}`),
    })
  })
  const now = after(t, 90)
  for (const { t: then, codes, pages, open, one } of seen) {
    const again = await readAll(now, codes, addressed(then))
    for (const [path, words] of pages) assert.deepEqual(again.get(path), words, `${path} at ${addressed(then)}`)
    assert.deepEqual(await api(now, '/api/v1/alerts', then.now), open)
    assert.deepEqual(await api(now, `/api/v1/alerts/${first}`, then.now), one)
  }
  const received = async (minutes: number) =>
    /nhận (\d+) = hiện (\d+) \+ gộp (\d+)/
      .exec((await now.as(operator).get(`/canh-bao/can-doi?trong=het&tai=${addressed(after(t, minutes))}`)).body)
      ?.slice(1)
      .map(Number)
  // Counted by whole stretches of ten minutes: what came at the half hour is in the one that ends ten minutes later.
  assert.deepEqual(
    [await received(10), await received(30), await received(40)],
    [
      [2, 2, 0],
      [2, 2, 0],
      [3, 2, 1],
    ],
  )
  const early = addressed(t)
  const absent = await now.as(operator).get(`/canh-bao/${third}?tai=${early}`)
  assert.equal(absent.statusCode, 404)
  assert.match(absent.body, /chưa có cảnh báo CB-/)
  const ahead = await now.as(operator).get('/canh-bao?tai=2027-01-01')
  assert.equal(ahead.statusCode, 422)
  const list = (await now.as(operator).get(`/canh-bao?hop=dang-mo&tai=${early}`)).body
  assert.match(list, new RegExp(`href="/canh-bao/${first}\\?tai=${encodeURIComponent(early)}"`))
  const stranger = makeActor('nguoi-la', { 'alert:read': ['H32.KHCN'] }, 'H32.KHCN')
  assert.equal((await now.as(stranger).get(`/canh-bao/${first}?tai=${early}`)).statusCode, 404)
  assert.deepEqual((await now.as(stranger).get(`/api/v1/alerts?asOf=${t.now.toISOString()}`)).json().alerts, [])
  // Last: a refused statement ends the transaction of the test.
  await assert.rejects(t.sql`update alerts.alert_past set state = 'closed'`, /permission denied/)
})

dbTest('whatever changes and however often, an alert stands at each minute as it stood then', async (t) => {
  const step = fc.record({
    seconds: fc.constantFrom(0, 1, 20, 59, 60, 61, 120, 200),
    change: fc.constantFrom(
      { owner: 'trucban' },
      { owner: null },
      { state: 'working' as const },
      { state: 'new' as const },
      { escalation: 1 },
      { dueAt: null },
      {},
    ),
  })
  let number = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      number += 1
      const code = await raise(t, { fingerprint: String(number) })
      const read = (at: DbTest, asOf?: Date) => findAlert(at.context(), code, asOf)
      const seen: { at: Date; alert: unknown }[] = []
      let at = t
      for (const { seconds, change } of steps) {
        const next = at.at(new Date(at.now.getTime() + seconds * 1000))
        const minute = Math.floor(next.now.getTime() / 60_000) * 60_000
        if (minute < next.now.getTime() && minute >= at.now.getTime())
          seen.push({ at: new Date(minute), alert: await read(at.at(new Date(minute))) })
        const alert = await read(next)
        if (alert) await updateAlert(next.context(), alert.id, change)
        at = next
      }
      for (const { at: then, alert } of seen) assert.deepEqual(await read(at, then), alert)
      assert.deepEqual(await read(at, at.now), await read(at))
    }),
    { numRuns: 15 },
  )
})
