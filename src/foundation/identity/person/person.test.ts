import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { listEntries } from '#ledger'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { decideCase, undoCase } from './cases.ts'
import { maskName, maskNumber, PersonalNumber, type VneidIdentity } from './model.ts'
import { resolvePerson } from './resolve.ts'
import { hashNumber, openText } from './seal.ts'
import * as store from './store.ts'

const identity = (subject: string, more: Partial<VneidIdentity> = {}): VneidIdentity => ({
  issuer: 'https://vneid.vidu.invalid',
  subject,
  name: 'Đỗ Văn Thử Hồ Sơ',
  birthDate: '1988-08-08',
  ...more,
})
const numberA = '999088000101'
const numberB = '999088000202'
const clerk = makeActor('motcua-tinh', { 'person:decide': 'all' }, 'H32.VP.PVHCC')

const casesOf = async (t: DbTest) => (await store.listCases(t.sql, 100)).filter(({ openedAt }) => openedAt >= t.now)

test('numbers and names are masked, and numbers are read with or without spaces', () => {
  assert.equal(maskNumber(numberA), '999•••••0101')
  assert.equal(maskName('Nguyễn Thị Thử Nghiệm'), 'Nguyễn T• T• N•')
  assert.equal(PersonalNumber.parse('999 088 000 101'), numberA)
  assert.equal(PersonalNumber.safeParse('99908800010').success, false)
})

dbTest('the first sign-in makes a record, the next one with the same number finds it', async (t) => {
  const first = await resolvePerson(t.context(), identity('s1', { number: numberA }))
  assert.equal(first.isNew, true)
  const again = await resolvePerson(t.context(), identity('s1', { number: numberA }))
  assert.deepEqual([again.person, again.account, again.isNew], [first.person, first.account, false])
  const other = await resolvePerson(t.context(), identity('s2', { number: numberA, name: 'Đỗ Văn Đã Đổi Tên' }))
  assert.equal(other.person, first.person, 'the number decides, whatever the account and the name')
  const person = await store.findPerson(t.sql, first.person)
  assert.equal(person?.name, 'Đỗ Văn Đã Đổi Tên')
  assert.ok(person?.numberSealed)
  assert.equal(await openText(t.context(), first.person, person.numberSealed), numberA)
  await assert.rejects(openText(t.context(), 'another', person.numberSealed))
  const [row] = await t.sql<
    { text: string }[]
  >`select person::text as text from identity.person where id = ${first.person}`
  assert.ok(!row?.text.includes(numberA), 'the number lies nowhere in the open')
  const entries = await listEntries(t.sql, { subject: `person:${first.person}`, reach: 'all', limit: 10 })
  assert.deepEqual(entries.map(({ action }) => action).toSorted(), [
    'person.facts-changed',
    'person.linked',
    'person.linked',
    'person.made',
  ])
  assert.ok(entries.every(({ sealedUnder }) => sealedUnder === `person:${first.person}`))
})

dbTest('the same name and birth date without a number make a record of their own and a case for a clerk', async (t) => {
  const known = await resolvePerson(t.context(), identity('s1', { number: numberA }))
  const unknown = await resolvePerson(t.context(), identity('s2'))
  assert.notEqual(unknown.person, known.person)
  const [opened, ...more] = await casesOf(t)
  assert.ok(opened && more.length === 0)
  assert.deepEqual([opened.kind, opened.person, opened.other], ['same-facts', unknown.person, known.person])

  await decideCase(t.context(clerk), opened.id, { state: 'linked', ground: 'Đối chiếu thẻ căn cước tại quầy' })
  const linked = await resolvePerson(t.context(), identity('s2'))
  assert.deepEqual([linked.person, linked.account], [known.person, known.account])
  await assert.rejects(
    decideCase(t.context(clerk), opened.id, { state: 'apart', ground: 'nghĩ lại' }),
    /đã có người quyết định/,
  )

  await undoCase(t.context(clerk), opened.id, 'Nhầm người: thẻ của người khác')
  const apart = await resolvePerson(t.context(), identity('s2'))
  assert.deepEqual([apart.person, apart.account], [unknown.person, unknown.account], 'as it was before')
  const entries = await listEntries(t.sql, { subject: `person:${unknown.person}`, reach: 'all', limit: 10 })
  const decided = entries.find(({ action }) => action === 'person.same-decided')
  assert.match(JSON.stringify(decided?.body), /Đối chiếu thẻ căn cước/)
  assert.ok(entries.some(({ action }) => action === 'person.decision-undone'))
})

dbTest(
  'a record gains the number its own account has proved since, unless somebody has it or the facts differ',
  async (t) => {
    const first = await resolvePerson(t.context(), identity('s1'))
    assert.equal((await resolvePerson(t.context(), identity('s1', { number: numberA }))).person, first.person)
    const other = await resolvePerson(t.context(), identity('s1', { number: numberB }))
    assert.notEqual(other.person, first.person, 'an account that names another number is another person')
    const third = await resolvePerson(t.context(), identity('s3', { name: 'Ngô Thị Khác Hẳn' }))
    const fourth = await resolvePerson(t.context(), identity('s3', { number: '999088000303' }))
    assert.notEqual(fourth.person, third.person)
    const kinds = (await casesOf(t)).map(({ kind, person }) => [kind, person])
    assert.ok(kinds.some(([kind, person]) => kind === 'number-met' && person === third.person))
  },
)

dbTest('only who decides at the place the pack names decides, and two numbers are never linked', async (t) => {
  const known = await resolvePerson(t.context(), identity('s1', { number: numberA }))
  const unknown = await resolvePerson(t.context(), identity('s2'))
  const [opened] = await casesOf(t)
  assert.ok(opened)
  for (const actor of [makeActor('ai-do', {}), makeActor('motcua-nhatrang', { 'person:decide': ['H32.22366'] })])
    await assert.rejects(decideCase(t.context(actor), opened.id, { state: 'linked', ground: 'tự ý' }), /không có quyền/)
  // The record proves a number of its own before anybody has decided.
  await resolvePerson(t.context(), identity('s2', { number: numberB }))
  await assert.rejects(
    decideCase(t.context(clerk), opened.id, { state: 'linked', ground: 'giống nhau' }),
    /hai số định danh là hai người/,
  )
  await assert.rejects(
    t.sql.unsafe(`savepoint s; update identity.person set same_as = '${known.person}' where id = '${unknown.person}'`),
    /violates check constraint/,
    'the database itself refuses it',
  )
  await t.sql.unsafe('rollback to savepoint s')
})

dbTest(
  'an account that speaks for an organisation has an account of its own here and is the same person',
  async (t) => {
    const person = await resolvePerson(t.context(), identity('s1', { number: numberA }))
    const organisation = { identifier: '9990000009', name: 'Hợp tác xã Ví Dụ' }
    const speaking = await resolvePerson(t.context(), identity('s2', { number: numberA, organisation }))
    assert.equal(speaking.person, person.person)
    assert.notEqual(speaking.account, person.account)
    assert.equal(
      (await resolvePerson(t.context(), identity('s2', { number: numberA, organisation }))).account,
      speaking.account,
    )
    const [row] = await t.sql`select represented_name from identity.account where name = ${speaking.account}`
    assert.equal(row?.representedName, 'Hợp tác xã Ví Dụ')
  },
)

const steps = fc.array(
  fc.oneof(
    fc.record({
      what: fc.constant('sign-in' as const),
      subject: fc.integer({ min: 0, max: 3 }),
      number: fc.option(fc.integer({ min: 0, max: 2 })),
      name: fc.integer({ min: 0, max: 1 }),
    }),
    fc.record({ what: fc.constant('link' as const), pick: fc.nat(5) }),
    fc.record({ what: fc.constant('undo' as const), pick: fc.nat(5) }),
  ),
  { minLength: 2, maxLength: 8 },
)

dbTest('no sequence of sign-ins, links and undone links merges two numbers', async (t) => {
  let run = 0
  await fc.assert(
    fc.asyncProperty(steps, async (sequence) => {
      run += 1
      const numbers = [0, 1, 2].map((place) => `999${String(run * 10 + place).padStart(9, '0')}`)
      const name = (place: number) => `Người Thử ${run} ${place ? 'Hai' : 'Một'}`
      const seen = new Map<string, string>()
      for (const step of sequence) {
        if (step.what === 'sign-in') {
          const number = step.number === null ? undefined : numbers[step.number]
          const one = identity(`run-${run}-${step.subject}`, { number, name: name(step.name) })
          const { person, account } = await resolvePerson(t.context(), one)
          if (!number) continue
          const known = await store.findByNumber(t.sql, await hashNumber(t.context(), number))
          assert.equal(known?.id, person, 'who proves a number is that number’s person')
          assert.equal(seen.get(number) ?? account, account, 'and always signs in as the same')
          seen.set(number, account)
        } else {
          const cases = await casesOf(t)
          const picked = cases[step.pick]
          const decide = { state: 'linked', ground: 'thử' } as const
          const work =
            picked &&
            (step.what === 'link'
              ? decideCase(t.context(clerk), picked.id, decide)
              : undoCase(t.context(clerk), picked.id, 'gỡ'))
          await work?.catch((error: { status?: number }) => assert.ok(error.status && error.status < 500))
        }
      }
      assert.equal(new Set(seen.values()).size, seen.size, 'two numbers never share an account')
      const [wrong] = await t.sql`
        select one.id from identity.person one join identity.person root on root.id = one.same_as
        where one.number_hash is not null or root.same_as is not null`
      assert.equal(wrong, undefined, 'a linked record has no number, and links do not chain')
    }),
    { numRuns: 40 },
  )
})
