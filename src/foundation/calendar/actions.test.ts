import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { listEntries } from '#ledger'
import { nobody } from '#platform/context'
import { Problem } from '#platform/errors'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import {
  changeCalendarDays,
  confirmCalendarYear,
  getCalendar,
  getCalendarOf,
  loadCalendars,
  proposeCalendarYear,
  setWorkingHours,
} from './actions.ts'
import { isWorkingDay } from './rules/working-time.ts'
import { findHead, listCalendars, listDaysOfYear, listYears } from './store.ts'

const pack = join(import.meta.dirname, '../../../packs/khanh-hoa')
const code = 'khanh-hoa'

const administrator = makeActor('quan-tri-thu', { 'calendar:edit': 'all' })

async function loaded(t: DbTest) {
  const ctx = t.context(administrator)
  await loadCalendars(ctx, pack)
  return ctx
}

const refusedWith = (problem: string) => (error: unknown) => error instanceof Problem && error.code === problem

const storm = { date: '2026-11-20', kind: 'closure', name: 'Nghỉ tránh bão', citation: 'Công điện thử số 1' } as const

dbTest('the pack is taken in once and works for every organisation below its own', async (t) => {
  const ctx = await loaded(t)
  const { sql } = t
  const first = await findHead(sql, code)
  await loadCalendars(ctx, pack)
  assert.equal((await findHead(sql, code))?.revision, first?.revision)

  const compiled = await getCalendarOf(ctx, 'H32.KHCN')
  assert.equal(compiled.calendar.code, code)
  assert.equal(await getCalendar(ctx, code), compiled)
  assert.ok(isWorkingDay(compiled, '2026-08-22') && !isWorkingDay(compiled, '2026-08-31'))
  assert.equal(await getCalendarOf(ctx, 'H32-2024.KHCN', '2024-06-30'), compiled)
  await assert.rejects(getCalendarOf(ctx, 'X1'), refusedWith('calendar.not-found'))
  const [summary] = await listCalendars(sql)
  assert.deepEqual(summary?.organisations, ['H32', 'H32-2024', 'H43'])
  assert.deepEqual(summary?.years.at(-1), { year: 2026, state: 'proposed', unverifiedDays: 10 })
})

dbTest('a changed day holds at once, and the pack no longer touches its year', async (t) => {
  const ctx = await loaded(t)
  const { sql } = t
  await changeCalendarDays(ctx, code, { set: [storm], remove: [], citation: 'Công điện thử số 1' })
  assert.ok(!isWorkingDay(await getCalendar(ctx, code), storm.date))

  await sql`update calendar.calendar set pack_sha256 = 'an older pack'`
  await loadCalendars(ctx, pack)
  assert.ok(!isWorkingDay(await getCalendar(ctx, code), storm.date))
  const years = await listYears(sql, code)
  assert.deepEqual(
    years.filter(({ keptBy }) => keptBy === 'office').map(({ year, changedBy }) => [year, changedBy]),
    [[2026, 'quan-tri-thu']],
  )

  await changeCalendarDays(ctx, code, { set: [], remove: [storm.date], citation: 'Công điện thử số 2' })
  assert.ok(isWorkingDay(await getCalendar(ctx, code), storm.date))
})

dbTest('every change is in the ledger with what stood before', async (t) => {
  const ctx = await loaded(t)
  const renamed = {
    date: '2026-01-01',
    kind: 'holiday',
    name: 'Tết Dương lịch 2026',
    citation: 'Văn bản thử số 4',
  } as const
  await changeCalendarDays(ctx, code, { set: [renamed], remove: [], citation: 'Văn bản thử số 4' })
  await confirmCalendarYear(ctx, code, 2026, 'Thông báo thử số 9')
  const query = { subject: `calendar:${code}`, actor: 'quan-tri-thu', reach: new Set(['H32']), limit: 10 }
  const entries = new Map((await listEntries(t.sql, query)).map(({ action, body }) => [action, body]))
  assert.deepEqual([...entries.keys()].toSorted(), ['calendar.days-changed', 'calendar.year-confirmed'])
  const changed = z
    .object({ before: z.array(z.object({ name: z.string() })) })
    .parse(entries.get('calendar.days-changed'))
  assert.deepEqual(changed.before, [{ name: 'Tết Dương lịch' }])
})

dbTest('half a swap is refused and changes nothing', async (t) => {
  const ctx = await loaded(t)
  const changes = { set: [], remove: ['2026-01-10'], citation: 'Công điện thử số 1' }
  await assert.rejects(changeCalendarDays(ctx, code, changes), refusedWith('request.invalid'))
  assert.ok(isWorkingDay(await getCalendar(ctx, code), '2026-01-10'))
  await changeCalendarDays(ctx, code, { ...changes, remove: ['2026-01-02', '2026-01-10'] })
  const compiled = await getCalendar(ctx, code)
  assert.ok(isWorkingDay(compiled, '2026-01-02') && !isWorkingDay(compiled, '2026-01-10'))
})

dbTest('a year is proposed, confirmed with its notice, and then verified', async (t) => {
  const ctx = await loaded(t)
  const { sql } = t
  await assert.rejects(confirmCalendarYear(ctx, code, 2027, 'Thông báo thử'), refusedWith('calendar.year-empty'))
  await proposeCalendarYear(ctx, code, 2027)
  const proposed = await listDaysOfYear(sql, code, 2027)
  assert.ok(proposed.length >= 11 && proposed.every(({ unverified }) => unverified))
  await assert.rejects(proposeCalendarYear(ctx, code, 2027), refusedWith('calendar.year-exists'))

  await confirmCalendarYear(ctx, code, 2027, 'Thông báo thử số 9')
  assert.ok((await listDaysOfYear(sql, code, 2027)).every(({ unverified }) => !unverified))
  const year = (await getCalendar(ctx, code)).calendar.years.at(-1)
  assert.deepEqual(year, { year: 2027, state: 'confirmed', citation: 'Thông báo thử số 9' })
})

dbTest('a confirmation without its ground is refused', async (t) => {
  const ctx = await loaded(t)
  await assert.rejects(confirmCalendarYear(ctx, code, 2026, ' '), refusedWith('request.invalid'))
})

dbTest('new working hours hold from their date and outlast the pack', async (t) => {
  const ctx = await loaded(t)
  const { sql } = t
  const { hours } = (await getCalendar(ctx, code)).calendar
  const [current] = hours
  assert.ok(current)
  const saturdays = { ...current.week, saturday: [{ from: '07:30', to: '11:30' }] }
  await setWorkingHours(ctx, code, [...hours, { from: '2026-12-01', week: saturdays, citation: 'Quyết định thử số 3' }])
  await sql`update calendar.calendar set pack_sha256 = 'an older pack'`
  await loadCalendars(ctx, pack)
  const compiled = await getCalendar(ctx, code)
  assert.ok(!isWorkingDay(compiled, '2026-11-28') && isWorkingDay(compiled, '2026-12-05'))
  await assert.rejects(setWorkingHours(ctx, code, []), refusedWith('request.invalid'))
})

dbTest('only an administrator of the organisation that owns a calendar may change it', async (t) => {
  await loaded(t)
  for (const actor of [
    nobody,
    makeActor('can-bo-thu', {}),
    makeActor('quan-tri-xa', { 'calendar:edit': ['H32.99'] }),
  ]) {
    const ctx = t.context(actor)
    const change = () => changeCalendarDays(ctx, code, { set: [storm], remove: [], citation: 'Công điện thử số 1' })
    await assert.rejects(
      async () => change(),
      refusedWith(actor.account ? 'access.forbidden' : 'access.unauthenticated'),
    )
  }
  const ctx = t.context(makeActor('quan-tri-tinh', { 'calendar:edit': ['H32', 'H32.99'] }))
  await changeCalendarDays(ctx, code, { set: [storm], remove: [], citation: 'Công điện thử số 1' })
})

async function copyPack() {
  const folder = await mkdtemp(join(tmpdir(), 'tram-calendar-'))
  await cp(join(pack, 'calendars'), join(folder, 'calendars'), { recursive: true })
  return folder
}

dbTest('a fault in a file of the pack names the file', async (t) => {
  const folder = await copyPack()
  const file = join(folder, 'calendars', '2025.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace('kind: swapped-off', 'kind: swapped'))
  await assert.rejects(loadCalendars(t.context(), folder), /2025\.yaml/)
  await rm(folder, { recursive: true })
})
