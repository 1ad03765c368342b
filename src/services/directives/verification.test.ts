import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '#platform/errors'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { canDo, type Deed, deeds, leadsTo, type State, stateOfWhole, states } from './model.ts'
import { issued } from './testing.ts'
import { type Transition, transition } from './transitions.ts'

const walk = fc.array(fc.constantFrom(...deeds), { maxLength: 60 })

/** The states a list of deeds passes through; what may not be done is not done. */
function passThrough(wanted: readonly Deed[]): [State, Deed][] {
  let state: State = 'opinion'
  return wanted.flatMap((deed): [State, Deed][] => {
    if (!canDo(state, deed)) return []
    const from: State = state
    state = leadsTo(deed)
    return [[from, deed]]
  })
}

test('no path skips verification: done is reached from awaiting verification, by verifying, and by nothing else', () => {
  fc.assert(
    fc.property(walk, (wanted) => {
      for (const [from, deed] of passThrough(wanted)) {
        if (leadsTo(deed) === 'done') assert.deepEqual([from, deed], ['awaiting-verification', 'verify'])
      }
    }),
    { numRuns: 2000 },
  )
})

test('no double closure: between two closings stands a reopening, and nothing comes after a withdrawal', () => {
  fc.assert(
    fc.property(walk, (wanted) => {
      const done = passThrough(wanted).map(([, deed]) => deed)
      const ends = done.filter((deed) => deed === 'verify' || deed === 'reopen')
      assert.ok(ends.every((deed, index) => deed === (index % 2 === 0 ? 'verify' : 'reopen')))
      const withdrawn = done.indexOf('withdraw')
      assert.ok(withdrawn < 0 || withdrawn === done.length - 1)
    }),
    { numRuns: 2000 },
  )
})

test('nothing binds before it is issued, and the agency has it only after that', () => {
  for (const state of states) assert.equal(canDo(state, 'issue'), state === 'opinion', state)
  for (const deed of deeds.filter((one) => one !== 'issue' && one !== 'withdraw'))
    assert.equal(canDo('opinion', deed), false, deed)
})

test('the whole is done when every part that was not withdrawn is done', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 6 }), (parts) => {
      const whole = stateOfWhole(parts)
      const left = parts.filter((state) => state !== 'withdrawn')
      assert.equal(whole === 'done', left.length > 0 && left.every((state) => state === 'done'))
      assert.equal(whole === 'withdrawn', left.length === 0)
    }),
  )
})

// Everybody may do everything here, so that nothing but the rule itself stands between a doer and his own work.
const people = ['an', 'binh', 'chi', 'dung']
const attempts: Transition[] = [
  { deed: 'accept' },
  { deed: 'report', percent: 50, words: 'Đã làm một nửa.' },
  { deed: 'submit', words: 'Đã làm xong cả.' },
  { deed: 'submit', words: 'Đã làm xong cả.' },
  { deed: 'verify' },
  { deed: 'verify' },
  { deed: 'return', reason: 'Chưa đủ kết quả.' },
  { deed: 'ask-extension', days: 2, reason: 'Cần thêm thời gian.' },
  { deed: 'decide-extension', granted: true, answer: 'Đồng ý thêm.' },
  { deed: 'ask-adjustment', reason: 'Xin đổi nội dung.' },
  { deed: 'decide-adjustment', granted: false, answer: 'Giữ nguyên.' },
  { deed: 'reopen', reason: 'Phát sinh lại.', days: 3 },
]
const act = fc.record({
  who: fc.constantFrom(...people),
  forWhom: fc.option(fc.constantFrom(...people), { freq: 2 }),
  wish: fc.constantFrom(...attempts),
})

const actorOf = (who: string, forWhom: string | null) => ({
  ...makeActor(who, { 'directive:read': 'all', 'directive:work': 'all', 'directive:give': 'all' }),
  ...(forWhom && forWhom !== who ? { onBehalfOf: { account: forWhom, name: forWhom } } : {}),
})

async function play(
  t: DbTest,
  code: string,
  acts: readonly { who: string; forWhom: string | null; wish: Transition }[],
) {
  for (const { who, forWhom, wish } of acts) {
    await transition(t.context(actorOf(who, forWhom)), { code }, wish).catch((error) => {
      if (!(error instanceof Problem)) throw error
    })
  }
}

const doing = ['accept', 'report', 'submit', 'ask-extension', 'ask-adjustment', 'add-evidence']

dbTest('whoever stands in for whom, nobody verifies or decides on what he did himself', async (t) => {
  let closed = 0
  for (const acts of fc.sample(fc.array(act, { minLength: 14, maxLength: 22 }), { numRuns: 14, seed: 20261129 })) {
    const code = await issued(t)
    await play(t, code, acts)
    const hops = await t.sql<{ deed: string; from: string; parties: string[] }[]>`
      select deed, from_state as from, array_remove(array[account, on_behalf_of], null) as parties
      from directives.hop where part = ${code} order by id`
    const doers = new Set<string>()
    for (const { deed, from, parties } of hops) {
      if (doing.includes(deed)) for (const one of parties) doers.add(one)
      if (deed !== 'verify' && deed !== 'return') continue
      closed += deed === 'verify' ? 1 : 0
      assert.equal(from, 'awaiting-verification')
      assert.deepEqual(
        parties.filter((one) => doers.has(one)),
        [],
        `${code}: ${JSON.stringify(hops)}`,
      )
    }
  }
  assert.ok(closed > 0, 'some were closed')
})
