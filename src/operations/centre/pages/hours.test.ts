import assert from 'node:assert/strict'
import { processTouches } from '#indicators'
import { type DbTest, dbTest } from '#test/harness'
import { importBytes } from '#warehouse'

const first = Date.UTC(2026, 8, 14) // a Monday
const hourMs = 3_600_000
const two = (value: number) => String(value).padStart(2, '0')

/** Nine weeks and a half of two stations: 20 by night and 40 by day, one more on every second week; told apart hours by `odd`. */
function lines(odd: Record<number, number | null>): string {
  const rows: string[] = []
  for (let hour = 0; hour < 9.5 * 168; hour += 1) {
    const at = new Date(first + hour * hourMs)
    const local = `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())} ${two(at.getUTCHours())}:00`
    const usual = (at.getUTCHours() >= 7 && at.getUTCHours() < 19 ? 40 : 20) + (Math.floor(hour / 168) % 2)
    const value = hour in odd ? odd[hour] : usual
    if (value !== null) rows.push(`T1,22366,${local},${value},30`, `T2,22366,${local},${Number(value) + 2},31`)
  }
  return `tram,dia_ban,thoi_diem,pm25,pm10\n${rows.join('\n')}\n`
}

async function takeIn(t: DbTest, text: string, least = 500): Promise<void> {
  const bytes = Buffer.from(text)
  const { quarantined, received } = await importBytes(t.context(), {
    source: 'air-stations',
    contractVersion: 1,
    channel: 'command',
    fileName: 'tram.csv',
    bytes: (async function* () {
      yield bytes
    })(),
  })
  assert.equal(quarantined, 0)
  assert.ok(received >= least)
  await processTouches(t.context())
}

const weekNine = 8 * 168
/** Wednesday 11 November 2026, 03:00 and 04:00: 90 and 60 in the night; at 12:00 of the day before 21, as if it were night. */
const odd = { [weekNine + 51]: 90, [weekNine + 52]: 60, [weekNine + 36]: 21, [weekNine + 60]: null }

dbTest(
  'an hour is compared with the same hour of the weeks before: what is usual by day is not by night',
  async (t) => {
    await takeIn(t, lines(odd))
    const reader = t.as('lanhdao')
    const answer = await reader.get('/api/v1/indicators/air.pm25/hours?from=2026-11-09&to=2026-11-15')
    assert.equal(answer.statusCode, 200, answer.body)
    const { at, series, counts, outside } = answer.json()
    assert.equal(at.length, 168)
    assert.equal(new Date(at[0] * 1000).toISOString(), '2026-11-08T17:00:00.000Z', 'hours of the province')
    assert.deepEqual(outside, [36, 51, 52], 'the spike by night, and the drop by day')
    const [values, low, high] = series.map((one: { values: number[] }) => one.values)
    assert.equal(values[51], 91, 'the mean of both stations')
    assert.equal(values[60], null, 'an hour without observations is no 0')
    assert.deepEqual([counts[51], counts[60]], [2, 0])
    // The same night of eight weeks: 21, 22, 21 … of two stations' means; median 21,5, deviation 0,5.
    const room = 2.5 * Math.max(1.4826 * 0.5, 21.5 * 0.05)
    assert.ok(
      Math.abs(low[51] - (21.5 - room)) < 1e-9 && Math.abs(high[51] - (21.5 + room)) < 1e-9,
      `${low[51]}–${high[51]}`,
    )
    const station = await reader.get('/api/v1/indicators/air.pm25/hours?from=2026-11-11&to=2026-11-11&series=T1')
    assert.equal(station.json().series[0].values[3], 90, 'one station by itself')
    for (const wrong of ['from=2026-11-09&to=2026-11-08', 'from=2024-01-01&to=2026-11-08'])
      assert.equal((await reader.get(`/api/v1/indicators/air.pm25/hours?${wrong}`)).statusCode, 422)
    const own = await t
      .as('canbo-nhatrang')
      .get('/api/v1/indicators/air.pm25/hours?from=2026-11-09&to=2026-11-10&organisation=H32.NNMT')
    assert.equal(own.statusCode, 403, 'who does not read the numbers does not read their hours')
    const later = t.at(new Date(t.now.getTime() + hourMs))
    await takeIn(later, 'tram,dia_ban,thoi_diem,pm25,pm10\nT1,22366,2026-11-11 03:00,10,30\n', 1)
    const valueThen = async (asOf: string) =>
      (await later.as('lanhdao').get(`/api/v1/indicators/air.pm25/hours?from=2026-11-11&to=2026-11-11${asOf}`)).json()
        .series[0].values[3]
    assert.deepEqual(
      [
        await valueThen(''),
        await valueThen(`&asOf=${encodeURIComponent(new Date(t.now.getTime() + hourMs / 2).toISOString())}`),
      ],
      [51, 91],
      'a corrected hour, and as it was known before',
    )
  },
)

dbTest('a source that sends every six hours lacks nothing in between', async (t) => {
  const kept = lines(odd)
    .split('\n')
    .filter((line, index) => index === 0 || /(01|07|13|19):00/.test(line))
  await takeIn(t, `${kept.join('\n')}\n`)
  const answer = await t.as('lanhdao').get('/api/v1/indicators/air.pm25/hours?from=2026-11-09&to=2026-11-15')
  const { at, series } = answer.json()
  assert.equal(at.length, 28)
  assert.ok(series[0].values.every((value: number | null) => value !== null))
  assert.ok(
    series[1].values.every((value: number | null) => value !== null),
    'each hour has its band',
  )
})

dbTest('the page by the hour marks the hours outside, lists them, and goes on to thousands of hours', async (t) => {
  await takeIn(t, lines(odd))
  const reader = t.as('lanhdao')
  const path = '/chi-tieu/air.pm25/theo-gio'
  assert.match(
    (await reader.get('/chi-tieu/air.pm25')).body,
    new RegExp(`href="${path}\\?don-vi=H32"`),
    'a link leads there',
  )
  assert.doesNotMatch((await reader.get('/chi-tieu/rain.mean')).body, /theo-gio/, 'nothing is said by the hour there')
  const until = 'den-day=15&den-month=11&den-year=2026'
  const shown = (await reader.get(`${path}?so-ngay=7&${until}`)).body
  assert.match(shown, /3 giờ trong 167 giờ có số đo ở ngoài khoảng đó/)
  assert.match(shown, /03:00–04:00 11\/11\/2026/, 'hours that follow one another are one spell')
  assert.match(shown, /Thứ Tư/)
  assert.match(shown, /91,0/)
  assert.match(shown, /cao hơn/)
  assert.match(shown, /12:00 10\/11\/2026/)
  assert.equal(shown.match(/class="anomaly"/g)?.length, 3)
  const latest = (await reader.get(path)).body
  assert.match(latest, /đến 19\/11\/2026/, 'it opens at the last observation')
  const long = (await reader.get(`${path}?so-ngay=90&${until}`)).body
  assert.match(long, /data-chart="\/api\/v1\/indicators\/air\.pm25\/hours\?/)
  assert.match(long, /Giờ ngoài khoảng/)
  const file = await reader.get(`${path}?so-ngay=7&${until}&file=csv`)
  assert.equal(file.body.trim().split('\n').length, 169)
  assert.match(file.body, /03:00 11\/11\/2026/)
  assert.equal((await reader.get('/chi-tieu/one-stop.received/theo-gio')).statusCode, 404, 'dossiers have no hours')
  assert.match((await reader.get(`${path}?den-day=1&den-month=1&den-year=2020`)).body, /Không có số đo nào/)
})
