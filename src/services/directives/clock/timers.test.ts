import assert from 'node:assert/strict'
import fc from 'fast-check'
import { changeCalendarDays, getCalendarOf, settleClocks } from '#calendar'
import { cloneTest, type DbTest, dbTest } from '#test/harness'
import { getSettings } from '../settings.ts'
import { findPart } from '../store.ts'
import { given, issued, ok, read } from '../testing.ts'
import { placeOf } from './ladder.ts'
import { partClocks } from './recount.ts'
import { dueOf } from './terms.ts'
import { planTimers } from './timers.ts'
import { wakeTimers } from './wake.ts'

// Issued Monday 23-11 at 10:00, five working days: due Monday 30-11 at 17:00.
const due = new Date('2026-11-30T10:00:00Z')
const dayMs = 86_400_000

const deedsOf = async (t: DbTest, code: string): Promise<string[]> =>
  (
    await t.sql<{ deed: string }[]>`
      select deed || coalesce(' ' || (details ->> 'to'), '') as deed from directives.hop
      where part = ${code} and deed in ('due-soon', 'late', 'escalate', 'recount') order by id`
  ).map(({ deed }) => deed)

const wake = (t: DbTest, at: Date) => wakeTimers(t.at(at).context())

dbTest(
  'a department: warned, late, then its head, the vice-chair of its field, the chair; never early, each once',
  async (t) => {
    const code = await issued(t)
    const steps: [string, string[]][] = [
      ['2026-11-27T00:29:00Z', []],
      ['2026-11-27T00:31:00Z', ['due-soon']],
      ['2026-11-30T10:00:00Z', []],
      ['2026-11-30T10:00:01Z', ['late', 'escalate head']],
      ['2026-12-02T10:00:00Z', []],
      ['2026-12-02T10:00:01Z', ['escalate vice-chair']],
      ['2026-12-07T10:00:01Z', ['escalate chair']],
      ['2027-01-30T10:00:00Z', []],
    ]
    const expected: string[] = []
    for (const [at, deeds] of steps) {
      await wake(t, new Date(at))
      await wake(t, new Date(at))
      expected.push(...deeds)
      assert.deepEqual(await deedsOf(t, code), expected, at)
    }
    const climbed = await t.sql<{ to: string; accounts: string[] }[]>`
    select details ->> 'to' as to, array(select jsonb_array_elements_text(details -> 'accounts')) as accounts
    from directives.hop where part = ${code} and deed = 'escalate' order by id`
    assert.deepEqual(
      climbed.map(({ to, accounts }) => [to, accounts]),
      [
        ['head', ['giamdoc-khcn']],
        ['vice-chair', ['phochutich']],
        ['chair', ['lanhdao']],
      ],
    )
  },
)

dbTest('a commune is under no department: its own chair is told first, then the vice-chair of the field', async (t) => {
  const code = await issued(t, {
    field: 'nong-nghiep-moi-truong',
    parts: [{ organisation: 'H32.22366', deadline: { budget: { amount: 5 } } }],
  })
  await wake(t, new Date(due.getTime() + 3 * dayMs))
  const hops = await t.sql<{ note: string; accounts: string[] }[]>`
    select note, array(select jsonb_array_elements_text(details -> 'accounts')) as accounts
    from directives.hop where part = ${code} and deed = 'escalate' order by id`
  assert.deepEqual(
    hops.map(({ note, accounts }) => [note, accounts]),
    [
      ['Chủ tịch Ủy ban nhân dân cấp xã', ['chutich-nhatrang']],
      ['Phó Chủ tịch phụ trách lĩnh vực', ['phochutich']],
    ],
  )
})

dbTest('what is handed in, closed or given more time is not pursued for the old deadline', async (t) => {
  const handedIn = await issued(t)
  await ok(t, 'dulieu-khcn', handedIn, { deed: 'accept' })
  await ok(t, 'dulieu-khcn', handedIn, { deed: 'submit', words: 'Đã làm xong cả.' })
  const extended = await issued(t)
  await ok(t, 'dulieu-khcn', extended, { deed: 'accept' })
  await ok(t, 'dulieu-khcn', extended, { deed: 'ask-extension', days: 5, reason: 'Cần thêm thời gian.' })
  await ok(t, 'phochutich', extended, { deed: 'decide-extension', granted: true, answer: 'Đồng ý thêm.' })
  await wake(t, new Date(due.getTime() + 4 * dayMs))
  assert.deepEqual(await deedsOf(t, handedIn), [])
  assert.deepEqual(await deedsOf(t, extended), ['due-soon'])
  await wake(t, new Date(due.getTime() + 7 * dayMs + 1000))
  assert.deepEqual(await deedsOf(t, extended), ['due-soon', 'late', 'escalate head'])
  const late = await ok(t.at(new Date(due.getTime() + 8 * dayMs)), 'phochutich', handedIn, { deed: 'verify' })
  assert.equal(late.doneInTime, true, 'how long the verifier takes is not the agency’s')
})

dbTest('an agency of a ministry’s line is asked in writing, and nothing climbs for it', async (t) => {
  const code = await issued(t, { parts: [{ organisation: 'G12.56-BHXH', deadline: { budget: { amount: 5 } } }] })
  await wake(t, new Date(due.getTime() + 20 * dayMs))
  assert.deepEqual(await deedsOf(t, code), ['due-soon', 'late'])
})

dbTest('a timer whose work was broken off is done again, and then once only', async (t) => {
  const code = await issued(t)
  const at = t.at(new Date(due.getTime() + 1000)).context()
  const stop = new Error('stopped')
  await at
    .transaction(async (inner) => {
      await wakeTimers(inner)
      throw stop
    })
    .catch((error) => assert.equal(error, stop))
  assert.deepEqual(await deedsOf(t, code), [])
  await wakeTimers(at)
  assert.deepEqual(await deedsOf(t, code), ['due-soon', 'late', 'escalate head'])
  assert.equal((await read(t, code)).parts[0].escalated, 1)
})

cloneTest('two workers and two officers at the same moment: every timer once, one acceptance', async (t) => {
  const { giveDirective } = await import('../giving/give.ts')
  const { issueDirective } = await import('../giving/issue.ts')
  const { acceptTask } = await import('../working/progress.ts')
  const codes: string[] = []
  for (let index = 0; index < 4; index++) {
    const code = await giveDirective(t.context(), {
      title: 'Thử hai người cùng lúc',
      words: 'Thử hai người cùng làm một việc trong cùng một lúc.',
      source: { kind: 'hand' },
      parts: [
        { organisation: 'H32.KHCN', coOrganisations: [], deadline: { budget: { amount: 1, unit: 'working-day' } } },
      ],
    })
    await issueDirective(t.context(), code, { number: `${index + 1}/THU`, on: '2026-01-05' })
    codes.push(code)
  }
  await Promise.all([1, 2, 3].map(() => wakeTimers(t.context())))
  const doubled = await t.sql`
    select part, deed, details ->> 'step' as step from directives.hop
    where deed in ('late', 'escalate', 'due-soon') group by 1, 2, 3 having count(*) > 1`
  assert.equal(doubled.length, 0)
  const [late] = await t.sql<{ count: number }[]>`select count(*)::int as count from directives.hop where deed = 'late'`
  assert.equal(late?.count, codes.length)
  const [code = ''] = codes
  const outcomes = await Promise.allSettled([1, 2, 3].map(() => acceptTask(t.context(), { code })))
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  const numbers = await Promise.all(
    Array.from({ length: 6 }, () =>
      giveDirective(t.context(), {
        title: 'Thử mã không trùng nhau',
        words: 'Thử sáu người cùng ghi ý kiến chỉ đạo một lúc.',
        source: { kind: 'hand' },
        parts: [
          { organisation: 'H32.TC', coOrganisations: [], deadline: { budget: { amount: 1, unit: 'working-day' } } },
        ],
      }),
    ),
  )
  assert.equal(new Set(numbers).size, 6)
})

const declareOff = (t: DbTest, date: string) =>
  changeCalendarDays(t.context(), 'khanh-hoa', {
    set: [{ date, kind: 'closure', name: 'Nghỉ tránh bão', citation: 'Công điện thử nghiệm số 1' }],
    remove: [],
    citation: 'Công điện thử nghiệm số 1',
  })

dbTest('a day off that is declared later moves the deadlines of what is under way, once, and says so', async (t) => {
  const code = await issued(t)
  await declareOff(t, '2026-11-26')
  for (let turn = 0; turn < 2; turn += 1) await settleClocks(t.context(), partClocks)
  assert.equal((await read(t, code)).parts[0].dueAt, '2026-12-01T10:00:00.000Z')
  assert.deepEqual(await deedsOf(t, code), ['recount'])
  const [item] = await t.sql<{ dueAt: Date }[]>`
    select due_at from worklist.item where capability = 'directives' and code = ${code} and closed_at is null`
  assert.equal(item?.dueAt.toISOString(), '2026-12-01T10:00:00.000Z')
  await wake(t, new Date(due.getTime() + 1000))
  assert.deepEqual(await deedsOf(t, code), ['recount', 'due-soon'], 'nothing is left of the earlier deadline')
})

dbTest('no timer goes off by a calendar that no longer holds, though nothing has reckoned anew yet', async (t) => {
  const code = await issued(t)
  await declareOff(t, '2026-11-27')
  await wake(t, new Date(due.getTime() + 1000))
  assert.deepEqual(await deedsOf(t, code), ['recount', 'due-soon'])
  await wake(t, new Date('2026-12-01T10:00:01Z'))
  assert.deepEqual(await deedsOf(t, code), ['recount', 'due-soon', 'late', 'escalate head'])
  // The deadline is past; the step two working days after it still moves.
  await declareOff(t, '2026-12-02')
  await wake(t, new Date('2026-12-03T10:00:01Z'))
  assert.equal((await deedsOf(t, code)).length, 4)
  await wake(t, new Date('2026-12-04T10:00:01Z'))
  await wake(t, new Date('2026-12-04T10:00:02Z'))
  assert.deepEqual((await deedsOf(t, code)).slice(4), ['escalate vice-chair'])
})

dbTest('after any changes of days every deadline and every timer is what it would be made anew', async (t) => {
  const { given: wish } = await import('../testing.ts')
  const codes: string[] = []
  for (const amount of [1, 2, 3, 5, 8, 13])
    codes.push(
      await issued(t, {
        parts: [{ organisation: amount % 2 ? 'H32.KHCN' : 'H32.22366', deadline: { budget: { amount } } }],
        ...(amount % 2 ? {} : { field: 'nong-nghiep-moi-truong' }),
      }),
    )
  assert.ok(await wish(t), 'one that does not bind yet is left alone')
  await t.sql`
    update directives.part set pauses = '[{"from":"2026-11-24T02:00:00Z","to":"2026-11-26T03:00:00Z","reason":"thử"}]'
    where code = ${codes[3] ?? ''}`
  await declareOff(t, '2026-11-24')
  await settleClocks(t.context(), partClocks)
  const settings = await getSettings(t.sql)
  const someDay = fc
    .integer({ min: 0, max: 30 })
    .map((days) => new Date(t.now.getTime() + days * dayMs).toISOString().slice(0, 10))
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(someDay, { minLength: 1, maxLength: 3 }), async (dates) => {
      await t.sql.unsafe('savepoint run')
      for (const date of dates) await declareOff(t, date)
      await settleClocks(t.context(), partClocks)
      for (const code of codes) {
        const part = await findPart(t.sql, code)
        assert.ok(part)
        const compiled = await getCalendarOf(t, part.organisation)
        assert.deepEqual(part.dueAt, dueOf(compiled, part, settings))
        const { line } = await placeOf(t.context(), part.organisation)
        const waiting = await t.sql`
          select kind, step, at from directives.timer where part = ${code} and done_at is null order by kind, step`
        const planned = planTimers(compiled, part, settings, line)
        assert.deepEqual(
          [...waiting],
          planned
            .map(({ kind, step, at }) => ({ kind, step, at }))
            .toSorted((a, b) => a.kind.localeCompare(b.kind) || a.step - b.step),
        )
      }
      await t.sql.unsafe('rollback to savepoint run')
    }),
    { numRuns: 12 },
  )
})

dbTest('a pack without rules of its own works by the plainest: who gives issues, the head is told', async (t) => {
  await t.sql`delete from directives.setting`
  const code = await given(t)
  const answer = await t.as('lanhdao').inject({
    method: 'POST',
    url: `/api/v1/directives/${code}/issue`,
    payload: { number: '1/NV', on: '2026-11-23' },
  })
  assert.equal(answer.statusCode, 200, answer.body)
  for (const url of [
    '/nhiem-vu',
    '/nhiem-vu/danh-sach',
    '/nhiem-vu/giao',
    `/nhiem-vu/${code}`,
    `/nhiem-vu/${code}/phieu-giao`,
  ])
    assert.equal((await t.as('lanhdao').get(url)).statusCode, 200, url)
  await wake(t, new Date(due.getTime() + 20 * dayMs))
  assert.deepEqual(await deedsOf(t, code), ['due-soon', 'late', 'escalate head'])
})
