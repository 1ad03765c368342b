import assert from 'node:assert/strict'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { closeAlerts } from '../actions.ts'
import { acceptBatch } from '../intake/accept.ts'
import { alertsOf } from '../testing.ts'
import { purgeSignals } from './purge.ts'
import { sweep } from './sweep.ts'

const operator = makeActor('truc-thu', { 'alert:read': 'all', 'alert:handle': 'all' }, 'H32.VP.IOC')
const day = 86_400_000
const after = (t: DbTest, days: number) => t.at(new Date(t.now.getTime() + days * day))

/** Occurrences of one cause, each over after an hour or going on. */
const tell = (t: DbTest, cause: string, { from, count, ends }: { from: Date; count: number; ends: boolean }) =>
  acceptBatch(t.context(), {
    inlet: 'api',
    items: Array.from({ length: count }, (_, index) => ({
      index,
      item: {
        fingerprint: `${cause}-${index}`,
        groupKey: `api ${cause}`,
        headline: 'Máy chủ không trả lời',
        severity: 'medium',
        organisation: 'H32',
        labels: { cause },
        annotations: {},
        startsAt: from,
        endsAt: ends ? new Date(from.getTime() + (index + 1) * 60_000) : undefined,
        origin: 'thu',
      },
    })),
    refused: [],
  })

const countSignals = async (t: DbTest, cause: string) =>
  (await t.sql`select from alerts.signal where group_key = ${`api ${cause}`}`).length

const balanceOf = async (t: DbTest) => (await t.as(operator).get('/api/v1/alert-balance')).json()

dbTest(
  'occurrences are cleared after the days of the pack: counts and balance stay, what is told again of them is dropped',
  async (t) => {
    const over = await tell(t, 'hết', { from: t.now, count: 5, ends: true })
    await tell(t, 'còn mở', { from: t.now, count: 5, ends: true })
    await tell(t, 'đang diễn ra', { from: t.now, count: 5, ends: false })
    await closeAlerts(after(t, 1).context(operator), over.alerts, { reason: 'Đã xử lý xong' })
    const [before, alerts] = [await balanceOf(t), await alertsOf(t)]

    assert.equal(await purgeSignals(after(t, 179).context()), 0, 'not early')
    const later = after(t, 181)
    assert.equal(await purgeSignals(later.context()), 9)
    assert.equal(await purgeSignals(later.context()), 0)
    assert.deepEqual(
      [await countSignals(t, 'hết'), await countSignals(t, 'còn mở'), await countSignals(t, 'đang diễn ra')],
      [0, 1, 5],
      'of an open cause the last end stays; what goes on is not old',
    )
    assert.deepEqual(await balanceOf(t), before)
    assert.deepEqual(await alertsOf(t), alerts)

    const again = await tell(later, 'hết', { from: t.now, count: 5, ends: true })
    assert.deepEqual([again.shown, again.grouped, again.reasons.late], [0, 0, 5])
    await sweep(later.context())
    const [, open] = await alertsOf(t)
    assert.notEqual(open?.endedAt, null, 'the open one still knows that it was over')
    const [entry] = await t.sql<{ body: string }[]>`select body from ledger.entry where action = 'alert.cleared'`
    assert.match(entry?.body ?? '', /"signals":9/)
    const html = (await later.as(operator).get(`/canh-bao/${over.alerts[0]}`)).body
    assert.match(html, /không còn được lưu; số đếm vẫn giữ nguyên/)
  },
)
