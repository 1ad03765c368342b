import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type CloneTest, cloneTest, type DbTest, dbTest } from '#test/harness'
import { watch } from '../jobs.ts'
import { callOut, endCallOut, watchCalls } from './call-out.ts'
import { callLadder, onDuty } from './on-duty.ts'

const minute = 60_000
const after = (now: Date, minutes: number) => new Date(now.getTime() + minutes * minute)

/** 10:00 on a Monday: the morning shift of 23-11-2026. */
async function fillShift(t: Pick<DbTest, 'sql'>, day = '2026-11-23', shift = 'sang'): Promise<void> {
  for (const [duty, account, name] of [
    ['lead', 'trucban', 'Lê Văn Minh Họa'],
    ['operator', 'truc-mot', 'Trịnh Văn Nháp'],
    ['deputy', 'truongca-hai', 'Tô Thị Làm Thử'],
  ] as const)
    await t.sql`
      insert into incidents.assignment (day, shift, duty, account, name, given_by, given_at)
      values (${day}, ${shift}, ${duty}, ${account}, ${name}, 'test', now())`
}

const grave = { about: 'Cảnh báo CB-1', url: '/canh-bao/CB-1', text: 'Mực nước vượt báo động 3', key: 'alert:CB-1' }

const attemptsOf = (t: Pick<DbTest, 'sql'>, key = grave.key) =>
  t.sql<{ round: number; position: number; account: string; calledAt: Date }[]>`
    select a.round, a.position, a.account, a.called_at from incidents.call_attempt a
    join incidents.call_out c on c.id = a.call_out where c.key = ${key} order by a.round, a.position`

dbTest('on duty are those on shift, then deputies; who is called goes on to the head', async (t) => {
  await fillShift(t)
  assert.deepEqual(await onDuty(t.context(), 'operator'), ['truc-mot', 'trucban', 'truongca-hai'])
  assert.deepEqual(await onDuty(t.context(), 'lead'), ['trucban', 'truongca-hai'])
  assert.deepEqual(await callLadder(t.context(), 'lead'), ['trucban', 'truongca-hai', 'giamdoc-ioc', 'phochutich'])
})

dbTest('who is away is not called, and on an empty roster the head is', async (t) => {
  assert.deepEqual(await onDuty(t.context(), 'operator'), ['giamdoc-ioc', 'phochutich'])
  await fillShift(t)
  await t.sql`
    insert into incidents.absence (account, name, from_day, to_day, reason, entered_by, entered_at)
    values ('truc-mot', 'Trịnh Văn Nháp', '2026-11-22', '2026-11-24', 'nghỉ phép', 'test', now())`
  assert.equal((await onDuty(t.context(), 'operator'))[0], 'trucban')
})

dbTest('a grave call goes down the ladder until somebody takes it; his press stops it', async (t) => {
  await fillShift(t)
  await callOut(t.context(), grave)
  await callOut(t.context(), grave)
  assert.deepEqual(
    (await attemptsOf(t)).map(({ account }) => account),
    ['truc-mot'],
  )
  await watchCalls(t.at(after(t.now, 4.9)).context())
  assert.equal((await attemptsOf(t)).length, 1, 'not early')
  await watchCalls(t.at(after(t.now, 5)).context())
  await watchCalls(t.at(after(t.now, 5)).context())
  assert.deepEqual(
    (await attemptsOf(t)).map(({ account }) => account),
    ['truc-mot', 'trucban'],
  )

  const [call] = await t.sql<{ id: number }[]>`select id from incidents.call_out where key = ${grave.key}`
  const path = `/ca-truc/goi/${call?.id}`
  const later = t.at(after(t.now, 7))
  assert.equal((await later.as('giamdoc-khcn').get(path)).statusCode, 403, 'of another agency, not called')
  assert.match((await later.as('trucban').get(path)).body, /Tôi nhận/)
  assert.equal((await later.as('trucban').submit(`${path}/nhan`, {})).statusCode, 303)
  assert.equal((await later.as('trucban').submit(`${path}/nhan`, {})).statusCode, 303, 'pressed twice')
  assert.equal((await later.as('truc-hai').submit(`${path}/nhan`, {})).statusCode, 422, 'somebody has taken it')
  await watchCalls(t.at(after(t.now, 60)).context())
  assert.equal((await attemptsOf(t)).length, 2)
  const body = (await later.as('trucban').get(path)).body.replace(/<[^>]+>/g, ' ')
  assert.match(body, /nhận sau\s+2 phút/)
})

dbTest('a matter that has ended calls nobody more', async (t) => {
  await fillShift(t)
  await callOut(t.context(), grave)
  await endCallOut(t.context(), grave.key, 'Cảnh báo đã đóng')
  await watchCalls(t.at(after(t.now, 30)).context())
  assert.equal((await attemptsOf(t)).length, 1)
})

dbTest('whenever it is woken, nobody is called early or twice in a round, and an answer ends it', async (t) => {
  await fillShift(t)
  let run = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ min: 0, max: 17, noNaN: true }), { minLength: 1, maxLength: 14 }),
      fc.nat(14),
      async (waits, answeredAfter) => {
        run += 1
        const key = `alert:thu-${run}`
        await callOut(t.context(), { ...grave, key })
        const [call] = await t.sql<{ id: number }[]>`select id from incidents.call_out where key = ${key}`
        let now = t.now
        let answered = false
        for (const [index, wait] of waits.entries()) {
          now = after(now, wait)
          if (index === answeredAfter) {
            await t.at(now).as('trucban').submit(`/ca-truc/goi/${call?.id}/nhan`, {})
            answered = true
          }
          const before = (await attemptsOf(t, key)).length
          await watchCalls(t.at(now).context())
          // A worker whose clock runs behind, and the same one again.
          await watchCalls(t.at(after(now, -3)).context())
          await watchCalls(t.at(now).context())
          const attempts = await attemptsOf(t, key)
          assert.ok(attempts.length - before <= (answered ? 0 : 1), 'one more at most a waking, none after an answer')
        }
        const attempts = await attemptsOf(t, key)
        for (const [index, one] of attempts.entries()) {
          const previous = attempts[index - 1]
          if (previous) assert.ok(one.calledAt.getTime() - previous.calledAt.getTime() >= 5 * minute, 'never early')
        }
        const pairs = attempts.map(({ round, account }) => `${round} ${account}`)
        assert.equal(new Set(pairs).size, pairs.length, 'nobody twice in a round')
        await endCallOut(t.context(), key, 'xong')
      },
    ),
    { numRuns: 25 },
  )
})

cloneTest(
  'two workers at once call one person once, and two operators cannot both take a call',
  async (t: CloneTest) => {
    const now = new Date('2026-11-23T03:00:00Z')
    await fillShift(t)
    const at = (moment: Date) => ({ ...t.app.workshop, clock: () => moment })
    const { createContext, systemActor } = await import('#platform/context')
    const system = (moment: Date) => createContext(at(moment), { actor: systemActor })
    await Promise.all(Array.from({ length: 8 }, () => callOut(system(now), grave)))
    assert.equal((await attemptsOf(t)).length, 1)
    for (const minutes of [5, 10, 15]) {
      await Promise.all(Array.from({ length: 6 }, () => watch(system(after(now, minutes)))))
      assert.equal((await attemptsOf(t)).length, 1 + minutes / 5)
    }
    const [call] = await t.sql<{ id: number }[]>`select id from incidents.call_out where key = ${grave.key}`
    const cookies = [await t.signIn('trucban'), await t.signIn('truc-mot')]
    const answers = await Promise.all(
      cookies.map((cookie) =>
        fetch(`${t.url}/ca-truc/goi/${call?.id}/nhan`, {
          method: 'POST',
          headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
          redirect: 'manual',
        }),
      ),
    )
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 422])
  },
)
