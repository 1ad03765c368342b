import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { realData } from '#test/settings'
import { dueAt } from './clock.ts'
import { instantOf } from './local-time.ts'
import { assembleCalendars, CalendarPackFile } from './pack-files.ts'
import { compileCalendar, isWorkingDay, workingDaysBetween } from './working-time.ts'

const packs = join(import.meta.dirname, '../../../../packs')

async function readCalendars(pack: string) {
  const folder = join(packs, pack, 'calendars')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
  const files = await Promise.all(
    names.map(async (name) => CalendarPackFile.parse(parse(await readFile(join(folder, name), 'utf8')))),
  )
  return assembleCalendars(files).map(({ calendar }) => calendar)
}

const isWeekend = (date: string) => [0, 6].includes(new Date(date).getUTCDay())

test('the province has the years 2021–2026, every day with its ground, swaps always in pairs', async () => {
  const [calendar] = await readCalendars('khanh-hoa')
  assert.ok(calendar)
  assert.deepEqual(
    calendar.years.map(({ year }) => year),
    [2021, 2022, 2023, 2024, 2025, 2026],
  )
  const swaps = calendar.days.filter(({ replaces }) => replaces).map(({ date, replaces }) => [replaces, date])
  assert.deepEqual(swaps, [
    ['2024-04-29', '2024-05-04'],
    ['2025-05-02', '2025-04-26'],
    ['2026-01-02', '2026-01-10'],
    ['2026-08-31', '2026-08-22'],
  ])
  assert.ok(calendar.days.filter(({ kind }) => kind !== 'holiday').every(({ unverified }) => unverified))
  // 52 weeks of five days less eleven paid holidays, whatever is swapped.
  const compiled = compileCalendar(calendar)
  const worked = calendar.years.map(({ year }) => workingDaysBetween(compiled, `${year - 1}-12-31`, `${year}-12-31`))
  assert.deepEqual(worked, [250, 249, 249, 251, 250, 250])
})

test('a deadline over the swap of May 2025 is that of the real calendar', async () => {
  const [calendar] = await readCalendars('khanh-hoa')
  assert.ok(calendar)
  const compiled = compileCalendar(calendar)
  const startedAt = instantOf('2025-04-24', '09:00', calendar.timeZone)
  const due = dueAt(compiled, { startedAt, budget: { amount: 5, unit: 'working-day' } })
  // Fri 25, the make-up Sat 26, Mon 28, Tue 29 April, then Mon 5 May.
  assert.deepEqual(due, instantOf('2025-05-05', '17:00', calendar.timeZone))
})

const publicList = realData('calendar/vn-public-holidays-1950-2050.json')

test('the weekdays off agree with the public list, save the swaps it does not know', {
  skip: publicList.skip,
}, async () => {
  const text = await readFile(publicList.path, 'utf8')
  const list = Object.keys(z.record(z.string(), z.string()).parse(JSON.parse(text)))
  const listed = list.filter((date) => date >= '2021' && date < '2027' && !isWeekend(date))
  const [calendar] = await readCalendars('khanh-hoa')
  assert.ok(calendar)
  const compiled = compileCalendar(calendar)
  const off = calendar.days.map(({ date }) => date).filter((date) => !isWeekend(date) && !isWorkingDay(compiled, date))
  assert.deepEqual(off, [...listed, '2025-05-02', '2026-01-02', '2026-08-31'].toSorted())
})

test('the sample authority works plain weeks', async () => {
  const [calendar] = await readCalendars('open-samples')
  assert.equal(calendar?.days.length, 0)
})

const week = {
  monday: [{ from: '08:00', to: '12:00' }],
  tuesday: [],
  wednesday: [],
  thursday: [],
  friday: [],
  saturday: [],
  sunday: [],
}
const head = {
  kind: 'calendar',
  source: 'Lịch thử, không có thật',
  code: 'thu',
  name: 'Lịch thử',
  timeZone: 'Asia/Ho_Chi_Minh',
  owner: 'X1',
  appliesTo: ['X1'],
  hours: [{ from: '2025-01-01', week, citation: 'Lịch thử' }],
}
const year = (days: unknown[]) => ({
  kind: 'year',
  source: 'Lịch thử, không có thật',
  calendar: 'thu',
  year: 2025,
  state: 'proposed',
  citation: 'Lịch thử',
  days,
})
const day = (more: object) => ({ date: '2025-05-02', kind: 'holiday', name: 'Nghỉ', citation: 'Lịch thử', ...more })

const faults: [what: string, ...files: unknown[]][] = [
  ['a day without citation', head, year([{ date: '2025-05-02', kind: 'holiday', name: 'Nghỉ' }])],
  ['a day that does not exist', head, year([day({ date: '2025-02-30' })])],
  ['a day of another year', head, year([day({ date: '2026-05-02' })])],
  ['a day declared twice', head, year([day({}), day({ name: 'Lại nghỉ' })])],
  ['a word that the schema does not know', head, year([day({ half: true })])],
  ['a swap without its make-up day', head, year([day({ kind: 'swapped-off' })])],
  [
    'a make-up day for a day that is no swap',
    head,
    year([day({ date: '2025-05-03', kind: 'make-up', replaces: '2025-05-05' })]),
  ],
  ['a make-up day that names no day', head, year([day({ kind: 'make-up' })])],
  [
    'sessions that overlap',
    head,
    year([
      day({
        kind: 'closure',
        sessions: [
          { from: '07:00', to: '11:00' },
          { from: '10:00', to: '12:00' },
        ],
      }),
    ]),
  ],
  [
    'a session that ends before it begins',
    head,
    year([day({ kind: 'closure', sessions: [{ from: '11:00', to: '07:00' }] })]),
  ],
  ['a week without work', { ...head, hours: [{ ...head.hours[0], week: { ...week, monday: [] } }] }],
  ['a zone that does not exist', { ...head, timeZone: 'Asia/Nha_Trang' }],
  ['a year of an undeclared calendar', year([])],
  ['a calendar declared twice', head, head],
]

for (const [what, ...files] of faults) {
  test(`${what} is refused`, () => {
    assert.throws(() => assembleCalendars(files.map((file) => CalendarPackFile.parse(file))))
  })
}

test('the same files without a fault are taken', () => {
  const files = [
    head,
    year([day({ kind: 'swapped-off' }), day({ date: '2025-05-05', kind: 'make-up', replaces: '2025-05-02' })]),
  ]
  assert.equal(assembleCalendars(files.map((file) => CalendarPackFile.parse(file))).length, 1)
})
