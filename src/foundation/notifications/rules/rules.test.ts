import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { NoticeTemplate } from '#platform/notices'
import { cut, isOwnPath, tidyValue } from '../model.ts'
import { dailyDigestAt, hourlyDigestAt, type WorkingDays } from './digest.ts'
import { endOfQuiet } from './quiet.ts'
import { collectNotices, faultsOfWords, fillWords } from './templates.ts'

const hourMs = 3_600_000
const local = (at: Date) => new Date(at.getTime() + 7 * hourMs).toISOString()
const instantOf = (date: string, time: string) => new Date(`${date}T${time}:00+07:00`)

/** Monday to Friday, 7:30 to 17:00, and the first two days of September off. */
const days: WorkingDays = {
  timeZone: 'Asia/Ho_Chi_Minh',
  isDayOff: (date) => [0, 6].includes(new Date(date).getUTCDay()) || date === '2026-09-01' || date === '2026-09-02',
  localDate: (at) => local(at).slice(0, 10),
  localTime: (at) => local(at).slice(11, 16),
  instantOf,
  nextDate: (date) => new Date(Date.parse(date) + 24 * hourMs).toISOString().slice(0, 10),
  workingTimeFrom(at) {
    for (let found = at; ; found = new Date(found.getTime() + 30 * 60_000)) {
      const time = local(found).slice(11, 16)
      if (!days.isDayOff(days.localDate(found)) && time >= '07:30' && time <= '17:00') return found
    }
  },
}

const at = (text: string) => new Date(`${text}+07:00`)
const night = { quiet: { from: '21:00', to: '06:30' }, quietDaysOff: false }

test('quiet hours pass midnight: from the evening and from the early morning alike to their end', () => {
  const cases: [string, string][] = [
    ['2026-11-23T20:59:59', '2026-11-23T20:59:59'],
    ['2026-11-23T21:00:00', '2026-11-24T06:30:00'],
    ['2026-11-23T23:59:59', '2026-11-24T06:30:00'],
    ['2026-11-24T00:00:00', '2026-11-24T06:30:00'],
    ['2026-11-24T06:29:59', '2026-11-24T06:30:00'],
    ['2026-11-24T06:30:00', '2026-11-24T06:30:00'],
    ['2026-12-31T22:00:00', '2027-01-01T06:30:00'],
  ]
  for (const [from, to] of cases) assert.deepEqual(endOfQuiet(at(from), night, days), at(to), from)
})

test('quiet hours within a day, and none', () => {
  const noon = { quiet: { from: '11:30', to: '13:30' }, quietDaysOff: false }
  assert.deepEqual(endOfQuiet(at('2026-11-23T12:00:00'), noon, days), at('2026-11-23T13:30:00'))
  assert.deepEqual(endOfQuiet(at('2026-11-23T13:30:00'), noon, days), at('2026-11-23T13:30:00'))
  const none = { quiet: undefined, quietDaysOff: false }
  assert.deepEqual(endOfQuiet(at('2026-11-28T03:00:00'), none, days), at('2026-11-28T03:00:00'))
})

test('a holiday is quiet to its end, and its morning to the end of the night', () => {
  const wish = { ...night, quietDaysOff: true }
  assert.deepEqual(endOfQuiet(at('2026-08-31T22:00:00'), wish, days), at('2026-09-03T06:30:00'), 'over both days')
  assert.deepEqual(endOfQuiet(at('2026-11-27T22:00:00'), wish, days), at('2026-11-30T06:30:00'), 'over the weekend')
  const daysOnly = { quiet: undefined, quietDaysOff: true }
  assert.deepEqual(endOfQuiet(at('2026-11-28T10:00:00'), daysOnly, days), at('2026-11-30T00:00:00'))
})

test('the end of quiet is never earlier, never quiet, and stays where it is', () => {
  const time = fc.integer({ min: 0, max: 1439 }).map((minutes) => {
    const two = (n: number) => String(n).padStart(2, '0')
    return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  })
  const instant = fc.integer({ min: Date.UTC(2026, 7, 1), max: Date.UTC(2026, 9, 1) }).map((ms) => new Date(ms))
  fc.assert(
    fc.property(instant, time, time, fc.boolean(), (from, start, end, quietDaysOff) => {
      const wish = { quiet: { from: start, to: end }, quietDaysOff }
      const found = endOfQuiet(from, wish, days)
      assert.ok(found >= from)
      assert.deepEqual(endOfQuiet(found, wish, days), found)
      assert.ok(!quietDaysOff || !days.isDayOff(days.localDate(found)))
    }),
    { numRuns: 300 },
  )
})

test('a digest is told in working time only', () => {
  assert.deepEqual(hourlyDigestAt(at('2026-11-23T09:10:00'), days), at('2026-11-23T10:00:00'))
  assert.deepEqual(hourlyDigestAt(at('2026-11-23T16:10:00'), days), at('2026-11-23T17:00:00'))
  assert.deepEqual(hourlyDigestAt(at('2026-11-27T17:10:00'), days), at('2026-11-30T07:30:00'))
  assert.deepEqual(dailyDigestAt(at('2026-11-23T07:00:00'), '07:30', days), at('2026-11-23T07:30:00'))
  assert.deepEqual(dailyDigestAt(at('2026-11-23T07:30:00'), '07:30', days), at('2026-11-24T07:30:00'))
  assert.deepEqual(dailyDigestAt(at('2026-08-31T09:00:00'), '07:30', days), at('2026-09-03T07:30:00'), 'over a holiday')
})

const template = (changes: Partial<NoticeTemplate> = {}): NoticeTemplate => ({
  code: 'thing.done',
  label: 'Việc',
  values: { name: 'Tên' },
  vi: { subject: 'Việc {name}', text: 'Xong {name}.' },
  en: { subject: 'Thing {name}', text: 'Done {name}.' },
  ...changes,
})

test('a template that cannot be used stops the start', () => {
  assert.equal(collectNotices([template()]).size, 1)
  const wrong: [Partial<NoticeTemplate>, RegExp][] = [
    [{ vi: { subject: 'Việc {nmae}', text: 'x' } }, /\{nmae\}/],
    [{ en: { subject: 'x', text: 'Done {name' } }, /cặp/],
    [{ en: { subject: 'two\nlines', text: 'x' } }, /một dòng/],
    [{ vi: { subject: '', text: 'x' } }, /trống/],
    [{ code: 'Thing' }, /noun\.deed/],
  ]
  for (const [changes, words] of wrong) assert.throws(() => collectNotices([template(changes)]), words)
  assert.throws(() => collectNotices([template(), template()]), /twice/)
})

test('whatever the values are, the subject is one bounded line and no value is read as a place', () => {
  const { vi, values } = template()
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 800 }), (name) => {
      const { subject, text } = fillWords(vi, { name })
      assert.ok(subject.length <= 200 && text.length <= 4000)
      assert.doesNotMatch(subject, /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
      assert.equal(tidyValue(tidyValue(name)), tidyValue(name))
    }),
  )
  assert.equal(fillWords(vi, { name: '{name} $& $1' }).subject, 'Việc {name} $& $1')
  assert.deepEqual(faultsOfWords(vi, values), [])
  assert.equal(cut('a😀b', 3), 'a…', 'a sign is not broken in two')
})

test('only a path of this site is led to', () => {
  for (const path of ['/', '/nhiem-vu/NV-1?x=1#y', '/đường/dẫn']) assert.ok(isOwnPath(path), path)
  for (const path of ['', 'a', '//a', '/\\a', 'https://a', '/a b', '/a\nb', `/${'a'.repeat(2000)}`])
    assert.ok(!isOwnPath(path), path)
})
