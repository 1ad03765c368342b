// Many at once on the same tasks, over connections of their own: whatever wins, every task has one history, and it is a lawful one.
import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { type CloneTest, cloneTest, makeActor } from '#test/harness'
import { fulfilCondition } from './closing/verify.ts'
import { giveDirective } from './giving/give.ts'
import { issueDirective } from './giving/issue.ts'
import { canDo, type Deed, deeds, GivenDirective, leadsTo, type State } from './model.ts'
import { type Hop, listHops } from './store.ts'
import { opinion } from './testing.ts'
import { type Transition, transition } from './transitions.ts'

// Everybody may do everything: only the rules themselves stand in between.
const people = ['an', 'binh', 'chi', 'dung']
const permissions = { 'directive:read': 'all', 'directive:work': 'all', 'directive:give': 'all' } as const

const wishes: Transition[] = [
  { deed: 'accept' },
  { deed: 'accept' },
  { deed: 'report', percent: 50, words: 'Đã làm một nửa.' },
  { deed: 'submit', words: 'Đã làm xong cả.' },
  { deed: 'submit', words: 'Đã làm xong cả.' },
  { deed: 'verify', words: 'Đã xem đủ.' },
  { deed: 'verify', words: 'Đã xem đủ.' },
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
  wish: fc.constantFrom(...wishes),
})
type Act = { who: string; forWhom: string | null; wish: Transition }

const contextOf = (t: CloneTest, { who, forWhom }: Pick<Act, 'who' | 'forWhom'>): Context =>
  t.context({
    ...makeActor(who, permissions),
    ...(forWhom && forWhom !== who ? { onBehalfOf: { account: forWhom, name: forWhom } } : {}),
  })

/** Refusals are part of the play; anything else is a fault. @returns whether it was done */
const attempt = (work: Promise<unknown>): Promise<boolean> =>
  work.then(
    () => true,
    (error) => {
      if (error instanceof Problem && error.status < 500) return false
      throw error
    },
  )

let number = 1

async function issued(t: CloneTest, change: object = {}): Promise<string> {
  const code = await giveDirective(contextOf(t, { who: 'an', forWhom: null }), GivenDirective.parse(opinion(change)))
  const on = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10)
  await issueDirective(t.context(), code, { number: `${number++}/THU`, on })
  return code
}

/** Each hop begins where the one before it ended, and every move is one of the state machine. @returns how often it was closed */
function checkHistory(hops: readonly Hop[], code: string): number {
  let state: State | undefined
  let closed = 0
  let isOpen = true
  const doers = new Set<string>()
  for (const { deed, fromState, toState, account, onBehalfOf } of hops.toReversed()) {
    const parties = [account, ...(onBehalfOf ? [onBehalfOf] : [])]
    if (state !== undefined) assert.equal(fromState, state, `${code}: ${deed}`)
    if (deeds.includes(deed as Deed)) {
      assert.ok(fromState && canDo(fromState, deed as Deed), `${code}: ${deed} from ${fromState}`)
      assert.equal(toState, leadsTo(deed as Deed))
    } else assert.ok(fromState === toState, `${code}: ${deed} moves nothing`)
    if (['accept', 'report', 'submit', 'ask-extension', 'ask-adjustment'].includes(deed) && account !== 'system')
      for (const one of parties) doers.add(one)
    if (deed === 'verify' || deed === 'return')
      assert.deepEqual(
        parties.filter((one) => doers.has(one)),
        [],
        `${code}: who did it judges it`,
      )
    if (deed === 'verify') {
      assert.ok(isOpen, `${code}: closed twice`)
      closed += 1
    }
    isOpen = deed === 'reopen' || (isOpen && deed !== 'verify')
    state = toState
  }
  return closed
}

cloneTest(
  'however many act at once, each task has one lawful history, closed by nobody who worked on it',
  async (t) => {
    const walks = fc.sample(fc.array(fc.array(act, { minLength: 3, maxLength: 6 }), { minLength: 8, maxLength: 12 }), {
      numRuns: 6,
      seed: 20261129,
    })
    let closed = 0
    for (const waves of walks) {
      const code = await issued(t)
      for (const wave of waves)
        await Promise.all(wave.map((one) => attempt(transition(contextOf(t, one), { code }, one.wish))))
      const hops = await listHops(t.sql, code)
      closed += checkHistory(hops, code)
      const [row] = await t.sql<{ version: number; entries: number }[]>`
      select version, (select count(*)::int from ledger.entry where subject = ${`directive:${code}`}) as entries
      from directives.part where code = ${code}`
      assert.equal(row?.entries, hops.length, 'every hop is in the ledger, once')
      assert.equal(row?.version, hops.length + 1, 'every change counted')
    }
    assert.ok(closed > 0, 'some were closed')
  },
)

cloneTest('of two operators who press the same at once one does it, and the other is told', async (t) => {
  const code = await issued(t, {
    parts: [
      {
        organisation: 'H32.KHCN',
        deadline: { budget: { amount: 5 } },
        condition: {
          indicator: 'dossier.on-time',
          organisation: 'H32.KHCN',
          period: '2026-11',
          compare: '>=',
          value: 1,
        },
      },
    ],
  })
  const both = async (wish: Transition, pair: readonly string[]) => {
    const done = await Promise.all(
      pair.map((who) => attempt(transition(contextOf(t, { who, forWhom: null }), { code }, wish))),
    )
    return done.filter(Boolean).length
  }
  assert.equal(await both({ deed: 'accept' }, ['an', 'binh']), 1)
  assert.equal(await both({ deed: 'ask-extension', days: 2, reason: 'Cần thêm thời gian.' }, ['an', 'binh']), 1)
  assert.equal(await both({ deed: 'decide-extension', granted: true, answer: 'Đồng ý thêm.' }, ['chi', 'dung']), 1)
  assert.equal(await both({ deed: 'submit', words: 'Đã làm xong cả.' }, ['an', 'binh']), 1)
  // A person, another, and the data, all at once.
  const proof = { factId: '7', value: 2, url: '/so-lieu/7' }
  await Promise.all([
    both({ deed: 'verify', words: 'Đã xem đủ.' }, ['chi', 'dung']),
    attempt(fulfilCondition(t.context(), code, proof)),
    attempt(fulfilCondition(t.context(), code, proof)),
  ])
  const hops = await listHops(t.sql, code)
  assert.equal(checkHistory(hops, code), 1)
  assert.deepEqual(
    (await t.sql`select from worklist.item where code = ${code} and closed_at is null`).length,
    0,
    'nobody has it to do any more',
  )
  const issue = await giveDirective(contextOf(t, { who: 'an', forWhom: null }), GivenDirective.parse(opinion()))
  const on = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10)
  const numbers = await Promise.all(
    ['900/THU', '901/THU'].map((number) => attempt(issueDirective(t.context(), issue, { number, on }))),
  )
  assert.equal(numbers.filter(Boolean).length, 1, 'issued under one number')
})
