import assert from 'node:assert/strict'
import { nobody } from '#platform/context'
import { dbTest } from '#test/harness'

const clock = '/api/v1/calendars/khanh-hoa/clock'

dbTest('a deadline is reckoned over JSON, with every step as a sentence and as data', async (t) => {
  const answer = await t.as(nobody).inject({
    method: 'POST',
    url: clock,
    payload: {
      startedAt: '2026-11-23T08:00',
      budget: { amount: 2, unit: 'working-session' },
      extensions: [{ at: '2026-11-23T10:00', amount: 1, ground: 'Văn bản thử' }],
      pauses: [{ from: '2026-11-23T15:00', to: '2026-11-24T09:00', reason: 'Chờ bổ sung' }],
    },
  })
  assert.equal(answer.statusCode, 200, answer.body)
  const { dueAt, explanation } = answer.json()
  // The afternoon of the 23rd is given back; the morning and the afternoon of the 24th and the morning of the 25th are counted.
  assert.equal(dueAt, '2026-11-25T04:30:00.000Z')
  assert.deepEqual(
    explanation.map(({ step }: { step: string }) => step),
    ['started', 'budget', 'extended', 'paused', 'due', 'unconfirmed-year'],
  )
  assert.deepEqual(explanation[3].excluded, { amount: 1, unit: 'working-session' })
})

dbTest('a question that is none is refused with the place of its fault', async (t) => {
  const ask = (payload: unknown) => t.as(nobody).inject({ method: 'POST', url: clock, payload: payload as object })
  const budget = { amount: 1, unit: 'working-day' }
  for (const [payload, path] of [
    [{ startedAt: '2026-02-30T08:00', budget }, 'startedAt'],
    [{ startedAt: '2026-11-23T08:00', budget: { amount: 1.5, unit: 'working-session' } }, 'budget'],
    [{ startedAt: '2026-11-23T08:00', budget: { amount: 9999, unit: 'month' } }, 'budget.amount'],
    [
      { startedAt: '2026-11-23T08:00', budget, pauses: [{ from: '2026-11-24T08:00', to: '2026-11-24T08:00' }] },
      'pauses.0.to',
    ],
  ] as const) {
    const answer = await ask(payload)
    assert.equal(answer.statusCode, 422, answer.body)
    assert.equal(answer.json().errors[0].field, path)
  }
  const unknown = await t.as(nobody).inject({
    method: 'POST',
    url: '/api/v1/calendars/khong-co/clock',
    payload: { startedAt: '2026-11-23T08:00', budget },
  })
  assert.equal(unknown.statusCode, 404)
})

dbTest('anybody signed in reckons a deadline on a page, which says how to mend what was typed', async (t) => {
  const officer = t.as('canbo-pvhcc')
  const empty = await officer.inject({ url: '/tinh-thoi-han' })
  assert.equal(empty.statusCode, 200)
  assert.doesNotMatch(empty.body, /Đến hạn/)
  const found = await officer.inject({ url: '/tinh-thoi-han?ngay=24/04/2026&gio=10:00&so=5&don-vi=working-day' })
  assert.match(found.body, /Đến hạn 17:00/)
  assert.match(found.body, /không tính ngày đầu tiên/)
  assert.match(found.body, /R2026-04|Tháng 5\/2026 \(15\/04–14\/05\)/)
  const wrong = await officer.inject({ url: '/tinh-thoi-han?ngay=31/02/2026&gio=10:00&so=0&don-vi=working-day' })
  assert.equal(wrong.statusCode, 422)
  assert.match(wrong.body, /href="#ngay"/)
  assert.match(wrong.body, /href="#so"/)
  assert.equal((await t.as(nobody).inject({ url: '/tinh-thoi-han' })).statusCode, 303)
})

dbTest('a day lies in different months of different reports', async (t) => {
  const { items } = (await t.as(nobody).inject({ url: '/api/v1/reporting-periods?on=2026-11-27' })).json()
  const months = items.filter(({ unit }: { unit: string }) => unit === 'month')
  assert.deepEqual(
    months.map(({ code, from, to }: Record<string, string>) => [code, from, to]),
    [
      ['2026-11', '2026-11-01', '2026-11-30'],
      ['R2026-12', '2026-11-15', '2026-12-14'],
      ['C25-2026-12', '2026-11-26', '2026-12-25'],
    ],
  )
  assert.equal((await t.as(nobody).inject({ url: '/api/v1/reporting-periods?on=2026-13-01' })).statusCode, 422)
})

dbTest('calendar programs read the days off and the ends of reporting periods', async (t) => {
  const days = await t.as(nobody).inject({ url: '/ical/lich-lam-viec/khanh-hoa.ics' })
  assert.match(String(days.headers['content-type']), /^text\/calendar/)
  assert.match(days.body, /DTSTART;VALUE=DATE:20260902/)
  assert.match(days.body, /SUMMARY:Làm bù/)
  const periods = (await t.as(nobody).inject({ url: '/ical/ky-bao-cao/r.ics' })).body.replace(/\r\n /g, '')
  assert.match(periods, /DTSTART;VALUE=DATE:20261214/)
  assert.match(periods, /Hết kỳ Tháng 12\/2026 \(15\/11–14\/12\)/)
  assert.equal((await t.as(nobody).inject({ url: '/ical/ky-bao-cao/khong-co.ics' })).statusCode, 404)
})
