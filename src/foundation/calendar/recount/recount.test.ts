import assert from 'node:assert/strict'
import fc from 'fast-check'
import { listEntries } from '#ledger'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { changeCalendarDays, confirmCalendarYear, getCalendar } from '../actions.ts'
import { type Budget, dueAt, type Pause } from '../rules/clock.ts'
import { toDate, toDay } from '../rules/dates.ts'
import { compileCalendar } from '../rules/working-time.ts'
import { firstDifference } from './difference.ts'
import { forecast } from './forecast.ts'
import { findStuck } from './health.ts'
import { type CalendarBook, runRecounts, settleClocks } from './run.ts'
import { findRecount, listMoved, listOpenRecounts, listRecounts, type Shift, summariseMoved } from './store.ts'

const code = 'khanh-hoa'
const administrator = makeActor('quan-tri-thu', { 'calendar:edit': 'all' })

interface Row {
  id: number
  startedAt: Date
  amount: number
  unit: Budget['unit']
  pauses: { from: string; to: string }[]
  dueAt: Date
}

const termsOf = ({ startedAt, amount, unit, pauses }: Omit<Row, 'id' | 'dueAt'>) => ({
  startedAt,
  budget: { amount, unit },
  pauses: pauses.map(({ from, to }): Pause => ({ from: new Date(from), to: new Date(to), reason: 'thử' })),
})

/** A room of clocks in a table of the test's own. */
async function makeBook(t: DbTest, rows: readonly Omit<Row, 'id' | 'dueAt'>[]): Promise<CalendarBook> {
  await t.sql`drop table if exists test_clock`
  await t.sql`
    create temporary table test_clock (id int primary key, started_at timestamptz, amount float8, unit text, pauses jsonb, due_at timestamptz)`
  const calendar = await getCalendar(t, code)
  for (const [index, row] of rows.entries())
    await t.sql`
      insert into test_clock values (${index + 1}, ${row.startedAt}, ${row.amount}, ${row.unit}, ${t.sql.json(row.pauses)},
        ${dueAt(calendar, termsOf(row))})`
  return {
    name: 'test.clock',
    title: 'Hạn thử',
    async reckon(ctx, { since, calendarOf, after, limit }) {
      const found = await ctx.sql<Row[]>`
        select id, started_at, amount, unit, pauses, due_at from test_clock
        where due_at >= ${since} and id > ${Number(after ?? 0)} order by id limit ${limit}`
      const calendar = calendarOf('H32.KHCN')
      assert.ok(calendar)
      const moves = found.flatMap((row) => {
        const due = dueAt(calendar, termsOf(row))
        if (due?.getTime() === row.dueAt.getTime()) return []
        return [
          {
            key: String(row.id).padStart(6, '0'),
            code: `T-${row.id}`,
            url: '/',
            organisation: 'H32.KHCN',
            before: row.dueAt,
            after: due,
          },
        ]
      })
      return { seen: found.length, last: found.length < limit ? undefined : String(found.at(-1)?.id), moves }
    },
    async move(ctx, moves) {
      await ctx.sql`
        update test_clock set due_at = n.due_at
        from unnest(${moves.map(({ key }) => Number(key))}::int[], ${moves.map(({ after }) => after?.toISOString() ?? null)}::timestamptz[])
          as n (id, due_at) where test_clock.id = n.id`
    },
  }
}

const dues = async (t: DbTest) => t.sql<Row[]>`
  select id, started_at, amount, unit, pauses, due_at from test_clock order by id`

const close = (t: DbTest, date: string) =>
  changeCalendarDays(t.context(administrator), code, {
    set: [{ date, kind: 'closure', name: 'Nghỉ tránh bão', citation: 'Công điện thử số 1' }],
    remove: [],
    citation: 'Công điện thử số 1',
  })
const reopen = (t: DbTest, date: string) =>
  changeCalendarDays(t.context(administrator), code, { set: [], remove: [date], citation: 'Công điện thử số 2' })

const first = toDay('2026-11-02')
const someDay = fc.integer({ min: 0, max: 60 }).map((offset) => toDate(first + offset))
const someInstant = fc
  .integer({ min: 0, max: 40 * 24 * 60 })
  .map((minutes) => new Date(first * 86_400_000 + minutes * 60_000))
const someClock = fc.record({
  startedAt: someInstant,
  budget: fc.oneof(
    fc.record({ amount: fc.integer({ min: 1, max: 15 }), unit: fc.constant('working-day' as const) }),
    fc.record({ amount: fc.integer({ min: 1, max: 90 }), unit: fc.constant('working-hour' as const) }),
    fc.record({ amount: fc.integer({ min: 1, max: 30 }), unit: fc.constant('calendar-day' as const) }),
  ),
  pauses: fc.array(fc.tuple(someInstant, fc.integer({ min: 1, max: 6 * 24 * 60 })), { maxLength: 2 }),
})
const toRow = ({ startedAt, budget, pauses }: { startedAt: Date; budget: Budget; pauses: [Date, number][] }) => ({
  startedAt,
  ...budget,
  pauses: pauses.map(([from, minutes]) => ({
    from: from.toISOString(),
    to: new Date(from.getTime() + minutes * 60_000).toISOString(),
  })),
})

dbTest('whatever days come and go, every open clock says what it would say made anew', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someClock.map(toRow), { minLength: 1, maxLength: 12 }),
      fc.array(someDay, { minLength: 1, maxLength: 4 }),
      async (clocks, days) => {
        await t.sql.unsafe('savepoint run')
        const book = await makeBook(t, clocks)
        const closed = new Set<string>()
        for (const day of days) {
          await (closed.has(day) ? reopen(t, day) : close(t, day))
          if (!closed.delete(day)) closed.add(day)
        }
        await runRecounts(t.context(), [book])
        const calendar = await getCalendar(t, code)
        for (const row of await dues(t)) assert.deepEqual(row.dueAt, dueAt(calendar, termsOf(row)), JSON.stringify(row))
        assert.equal((await listOpenRecounts(t.sql)).length, 0)
        await t.sql.unsafe('rollback to savepoint run')
      },
    ),
    { numRuns: 25 },
  )
})

const days = (amount: number, startedAt: string): Omit<Row, 'id' | 'dueAt'> => ({
  startedAt: new Date(startedAt),
  amount,
  unit: 'working-day',
  pauses: [],
})

dbTest('a recount that is broken off goes on where it stood, and moves each clock once', async (t) => {
  // More than one batch.
  const many = 2600
  const book = await makeBook(t, [])
  const due = dueAt(await getCalendar(t, code), { ...termsOf(days(3, '2026-11-23T03:00:00Z')) })
  await t.sql`
    insert into test_clock
    select n, '2026-11-23T03:00:00Z', 3, 'working-day', '[]', ${due} from generate_series(1, ${many}) n`
  await close(t, '2026-11-25')
  const stop = new Error('stopped')
  let batches = 0
  const breaking: CalendarBook = {
    ...book,
    async move(ctx, moves) {
      await book.move(ctx, moves)
      batches += 1
      if (batches === 2) throw stop
    },
  }
  await runRecounts(t.context(), [breaking]).catch((error) => assert.equal(error, stop))
  const [open] = await listOpenRecounts(t.sql)
  assert.ok(open, 'not ended yet')
  const movedSoFar = await t.sql`select from calendar.moved_clock where recount = ${open.id}`
  assert.equal(movedSoFar.length, 2000, 'the batch that broke off left nothing behind')
  assert.equal(await runRecounts(t.context(), [book]), 1)
  assert.equal(await runRecounts(t.context(), [book]), 0)
  const ended = await findRecount(t.sql, { calendar: code, id: open.id })
  assert.deepEqual([ended?.seen, ended?.moved], [many, many])
  const [last] = await t.sql<{ moved: number }[]>`
    select count(*)::int as moved from test_clock where due_at = ${new Date('2026-11-27T10:00:00Z')}`
  assert.equal(last?.moved, many)
})

dbTest('one entry of the ledger stands for the whole list; the forecast said the same', async (t) => {
  const book = await makeBook(t, [
    days(1, '2026-11-23T03:00:00Z'),
    days(3, '2026-11-23T03:00:00Z'),
    days(4, '2026-11-23T03:00:00Z'),
  ])
  const before = await getCalendar(t, code)
  const closure = { date: '2026-11-25', kind: 'closure', name: 'Bão', citation: 'Công điện thử' } as const
  const after = compileCalendar({ ...before.calendar, days: [...before.calendar.days, closure] })
  const foreseen = await forecast(t.context(administrator), [book], { before, after })
  assert.equal(foreseen.moved, 2)
  assert.equal((await listOpenRecounts(t.sql)).length, 0, 'nothing is changed by looking')
  await close(t, '2026-11-25')
  await runRecounts(t.context(), [book])
  const [recount] = await listRecounts(t.sql, code, 10)
  assert.ok(recount)
  assert.equal(recount.moved, 2)
  assert.equal(recount.citation, 'Công điện thử số 1')
  assert.deepEqual(
    (await listMoved(t.sql, recount.id, 10)).map(({ code, before, after }) => [code, before, after]),
    foreseen.first.map(({ code, before, after }) => [code, before, after]),
  )
  const shiftsOf = (shifts: readonly Shift[]) => Array.from(shifts, ({ ms, clocks }) => `${clocks} × ${ms}`).toSorted()
  assert.deepEqual(shiftsOf(await summariseMoved(t.sql, recount.id)), shiftsOf(foreseen.shifts))
  const entries = await listEntries(t.sql, { action: 'calendar.clocks-recounted', reach: 'all', limit: 10 })
  assert.equal(entries.length, 1)
})

dbTest('words of a year change no time; a recount that hangs is told of', async (t) => {
  const book = await makeBook(t, [days(3, '2026-11-23T03:00:00Z')])
  await confirmCalendarYear(t.context(administrator), code, 2026, 'Thông báo thử số 3')
  assert.equal((await listOpenRecounts(t.sql)).length, 0)
  await close(t, '2026-11-25')
  assert.equal(await findStuck(t.context()), undefined)
  const later = t.at(new Date(t.now.getTime() + 20 * 60_000))
  assert.match((await findStuck(later.context())) ?? '', /khanh-hoa/)
  await settleClocks(t.context(), book)
  const [row] = await dues(t)
  assert.equal(row?.dueAt.toISOString(), '2026-11-27T10:00:00.000Z')
})

dbTest('two calendars differ from the first day that is worked otherwise', async (t) => {
  const before = await getCalendar(t, code)
  const closure = { date: '2026-11-25', kind: 'closure', name: 'Bão', citation: 'Công điện thử' } as const
  const after = compileCalendar({ ...before.calendar, days: [...before.calendar.days, closure] })
  assert.equal(firstDifference(before, after)?.toISOString(), '2026-11-24T17:00:00.000Z')
  assert.equal(firstDifference(after, before)?.toISOString(), '2026-11-24T17:00:00.000Z')
  assert.equal(firstDifference(before, compileCalendar(before.calendar)), undefined)
})
