/**
 * A source that stops, across the rooms, while nobody presses anything and only the clock goes by: its duty opens, is warned of, is late;
 * alerts of the silence and of the late duty come up; the agency is asked, the draft of the reminder lies before its signer; the overview
 * counts it. When the records come again, duty and alerts are over by themselves.
 */
import assert from 'node:assert/strict'
import { type DbTest, dbTest } from '#test/harness'
import { alertsOf, sendCsv } from '../../src/operations/alerts/testing.ts'
import { watchOnly } from '../../src/operations/duties/testing.ts'
import { emptyQueue, ring, workQueue } from '../queue.ts'

const source = 'rain-and-water'
const at = (t: DbTest, local: string) => t.at(new Date(`2026-11-${local}+07:00`))

/** One minute of the program's timers at this moment. */
const tick = (t: DbTest) => ring(t, 'duties.keep', 'alerts.sweep')

async function deliver(t: DbTest, day: string): Promise<void> {
  await sendCsv(t.context(), source, `tram,dia_ban,dai_luong,ngay,gia_tri\nTRAM-THU,22366,mua-ngay,2026-11-${day},3`)
  await workQueue(t)
}

async function dutyOf({ sql }: DbTest): Promise<string | undefined> {
  const [row] = await sql<{ state: string }[]>`
    select d.state from duties.duty d join duties.obligation o on o.id = d.obligation_id
    where o.subject = ${source} and d.period = '2026-11-10'`
  return row?.state
}

async function letterOf({ sql }: DbTest): Promise<string | undefined> {
  const [row] = await sql<
    { state: string }[]
  >`select state from duties.reminder where agency = 'H32.NNMT' order by id desc limit 1`
  return row?.state
}

/** Rules whose alerts speak of this source and are not over. */
async function openAlerts(t: DbTest): Promise<string[]> {
  const own = (await alertsOf(t)).filter(({ endedAt, headline }) => endedAt === null && /đo mưa/.test(headline))
  return [...new Set(own.map(({ origin }) => origin))].sort()
}

async function noticesOf({ sql }: DbTest): Promise<string[]> {
  const rows = await sql<{ code: string }[]>`
    select distinct code from notifications.notice where code like 'duty.%' and account = 'dulieu-nnmt' order by 1`
  return rows.map(({ code }) => code)
}

/** What the overview says: so many of so many sources in time. */
async function onTime(t: DbTest): Promise<number[]> {
  const words = (await t.as('lanhdao').get('/')).body.replace(/<[^>]*>/g, '')
  return [...(/(\d+)\/(\d+)\s+nguồn đúng hạn/.exec(words) ?? [])].slice(1).map(Number)
}

dbTest(
  'a source that stops raises duty, warning, lateness, alert and draft by itself, and its return ends them',
  async (t) => {
    await watchOnly(t, source)
    await emptyQueue(t)
    await deliver(at(t, '09T07:30'), '08')
    await tick(at(t, '09T09:30'))
    const before = await onTime(at(t, '09T09:31'))
    const steps: [string, string | undefined, string[], string | undefined][] = []
    // Tuesday 10 November is the first morning without a delivery; it is due at nine.
    for (const moment of ['10T06:30', '10T08:30', '10T09:05', '12T06:31', '15T07:31', '17T17:31']) {
      const now = at(t, moment)
      await tick(now)
      steps.push([moment, await dutyOf(now), await openAlerts(now), await letterOf(now)])
    }
    const both = ['nghia-vu.tre-han', 'nguon.cham-gui']
    const all = [...both, 'nguon.im-lang-ba-ngay']
    assert.deepEqual(steps, [
      ['10T06:30', 'open', [], undefined],
      ['10T08:30', 'due-soon', [], undefined],
      ['10T09:05', 'late', both, undefined],
      // Two working days after the first period that is missing the head is asked why.
      ['12T06:31', 'late', both, 'asked'],
      ['15T07:31', 'late', all, 'asked'],
      // He had three working days and said nothing: the reminder lies before its signer.
      ['17T17:31', 'late', all, 'to-sign'],
    ])
    const silent = at(t, '17T17:32')
    assert.deepEqual(await onTime(silent), [(before[0] ?? 0) - 1, before[1]], 'the overview counts it')
    assert.deepEqual(await noticesOf(t), ['duty.due-soon', 'duty.explanation-asked', 'duty.late'])
    const signer = await silent.as('giamdoc-khcn').get('/trach-nhiem/van-ban')
    assert.match(signer.body, /Nông nghiệp và Môi trường/, 'the draft lies on the signer’s page')
    const matrix = await silent.as('lanhdao').get('/trach-nhiem?loai=nguon')
    assert.match(matrix.body, /đo mưa/)

    const back = at(t, '18T07:30')
    await deliver(back, '17')
    await tick(back)
    assert.equal(await dutyOf(back), 'fulfilled')
    assert.deepEqual(await openAlerts(back), [], 'what has come is nobody’s alert any more')
    assert.deepEqual(await onTime(back), before)
    assert.equal(await letterOf(back), 'to-sign', 'whether the draft is signed is the signer’s to say')
  },
)
