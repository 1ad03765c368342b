import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { listEntries } from '#ledger'
import { Problem } from '#platform/errors'
import type { Sql } from '#platform/sql'
import { cloneTest, type DbTest, dbTest, makeActor } from '#test/harness'
import { type MovementInput, recordMovement, reverseMovement } from './actions.ts'
import { listCapital, listMovements } from './capital-store.ts'
import { type Fund, type MovementKind, movementKinds } from './model.ts'
import { findProject } from './store.ts'

const code = 'CDS24-IOC'
const day = '2026-11-23'
const custodian = makeActor(
  'dulieu-khcn',
  { 'portfolio:write': ['H32.KHCN'], 'portfolio:read': ['H32.KHCN'] },
  'H32.KHCN',
)

const movement = (changes: Partial<MovementInput> = {}): MovementInput => ({
  kind: 'disbursed',
  fund: 'province',
  year: 2026,
  amount: '1000000',
  occurredOn: '2026-11-20',
  document: 'Chứng từ thử số 1',
  ...changes,
})

async function readSums(sql: Sql) {
  const project = await findProject(sql, code, { today: day })
  assert.ok(project)
  const [year] = await sql<{ planned: string; granted: string; disbursed: string }[]>`
    select planned, granted, disbursed from portfolio.year_sum where project = ${project.id} and year = 2026`
  const { total, planned, granted, disbursed } = project
  return {
    all: [total, planned, granted, disbursed].map(BigInt),
    year: year && Object.values(year).map(BigInt),
    project,
  }
}

const refusedAt = (field: string) => (error: unknown) =>
  error instanceof Problem && error.fields.some(({ path }) => path === field)

type Step =
  | { deed: 'record'; kind: MovementKind; fund: Fund; year: number; amount: bigint }
  | { deed: 'reverse'; nth: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      deed: fc.constant('record' as const),
      kind: fc.constantFrom(...movementKinds),
      fund: fc.constantFrom<Fund>('central', 'province'),
      year: fc.constantFrom(2025, 2026),
      amount: fc.bigInt({ min: 1n, max: 10n ** 14n }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ deed: fc.constant('reverse' as const), nth: fc.nat(30) }) },
)

async function play(t: DbTest, steps: readonly Step[]) {
  const ctx = t.context(custodian)
  const before = await readSums(t.sql)
  const expected = { total: 0n, planned: 0n, granted: 0n, disbursed: 0n }
  const of2026 = { planned: 0n, granted: 0n, disbursed: 0n }
  const made: { id: number; kind: MovementKind; year: number | null; amount: bigint; isUndone: boolean }[] = []
  const count = (kind: MovementKind, year: number | null, amount: bigint) => {
    const key = kind === 'allotted' || kind === 'adjusted' ? 'granted' : kind
    expected[key] += amount
    if (key !== 'total' && year === 2026) of2026[key] += amount
  }
  for (const one of steps) {
    if (one.deed === 'record') {
      const input = movement({ ...one, amount: String(one.amount) })
      await recordMovement(ctx, code, input)
      const [last] = await listMovements(t.sql, before.project.id, { limit: 1 })
      assert.ok(last)
      made.push({ id: last.id, kind: one.kind, year: last.year, amount: one.amount, isUndone: false })
      count(one.kind, last.year, one.amount)
      continue
    }
    const wrong = made[one.nth]
    if (!wrong) continue
    const undone = reverseMovement(ctx, code, wrong.id, 'Ghi nhầm')
    if (wrong.isUndone) await assert.rejects(undone, Problem)
    else {
      await undone
      count(wrong.kind, wrong.year, -wrong.amount)
      wrong.isUndone = true
    }
  }
  const after = await readSums(t.sql)
  assert.deepEqual(
    after.all.map((sum, at) => sum - (before.all[at] ?? 0n)),
    Object.values(expected),
  )
  if (made.length > 0 && after.year) assert.deepEqual(after.year, Object.values(of2026))
  const cells = await listCapital(t.sql, after.project.id)
  const sum = (keys: readonly ('total' | 'planned' | 'allotted' | 'adjusted' | 'disbursed')[]) =>
    cells.reduce((all, cell) => all + keys.reduce((some, key) => some + BigInt(cell[key]), 0n), 0n)
  assert.deepEqual([sum(['total']), sum(['planned']), sum(['allotted', 'adjusted']), sum(['disbursed'])], after.all)
}

dbTest('whatever is recorded and undone, in whatever order, the totals are the sum of the movements', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      await t.sql`savepoint trial`
      await play(t, steps)
      await t.sql`rollback to savepoint trial`
    }),
    { numRuns: 20 },
  )
})

dbTest('a movement is refused in words that name the field, and nothing is written', async (t) => {
  const ctx = t.context(custodian)
  const before = await readSums(t.sql)
  const cases: [string, Partial<MovementInput>][] = [
    ['so-tien', { amount: '-5' }],
    ['nam', { year: null }],
    ['ngay', { occurredOn: '2026-12-01' }],
    ['so-tien', { kind: 'adjusted', amount: '-1' }],
  ]
  for (const [field, changes] of cases)
    await assert.rejects(recordMovement(ctx, code, movement(changes)), refusedAt(field), field)
  const others = makeActor('dulieu-yt', { 'portfolio:write': ['H32.YT'], 'portfolio:read': 'all' })
  await assert.rejects(
    recordMovement(t.context(others), code, movement()),
    (e) => e instanceof Problem && e.status === 403,
  )
  assert.deepEqual(await readSums(t.sql), before)
})

dbTest('a movement and its undoing are in the ledger; neither can be changed by the program', async (t) => {
  const ctx = t.context(custodian)
  const { project } = await readSums(t.sql)
  await recordMovement(ctx, code, movement())
  const [made] = await listMovements(t.sql, project.id, { limit: 1 })
  assert.ok(made)
  await reverseMovement(ctx, code, made.id, 'Nhập thừa một số 0')
  const entries = await listEntries(t.sql, { subject: `project:${code}`, reach: new Set(['H32.KHCN']), limit: 10 })
  assert.deepEqual(entries.map(({ action }) => action).toSorted(), ['movement.recorded', 'movement.reversed'])
  const [reversal, first] = await listMovements(t.sql, project.id, { limit: 2 })
  assert.deepEqual([reversal?.reverses, first?.reversedBy, reversal?.amount], [first?.id, reversal?.id, '-1000000'])
  await t.sql`savepoint rights`
  await assert.rejects(t.sql`update portfolio.movement set amount = 1`, /permission denied/)
  await t.sql`rollback to savepoint rights`
})

cloneTest('many at once, and forms sent twice: nothing is lost, nothing doubled', async ({ context, sql }) => {
  const before = await readSums(sql)
  const amounts = Array.from({ length: 24 }, (_, at) => 1_000_000 + at)
  const sendings = amounts.flatMap((amount) => {
    const request = randomUUID()
    return [1, 2].map(() => recordMovement(context(custodian), code, movement({ amount: String(amount), request })))
  })
  await Promise.all(sendings)
  const after = await readSums(sql)
  const sum = BigInt(amounts.reduce((all, one) => all + one, 0))
  assert.equal((after.all[3] ?? 0n) - (before.all[3] ?? 0n), sum)
  const made = (await listMovements(sql, after.project.id, { limit: 100 })).filter(({ kind }) => kind === 'disbursed')
  assert.equal(made.length, amounts.length)
  // All of them undone by two people at once: each exactly once.
  const undone = await Promise.allSettled(
    made.flatMap(({ id }) => [1, 2].map(() => reverseMovement(context(custodian), code, id, 'Thử ghi đảo'))),
  )
  assert.equal(undone.filter(({ status }) => status === 'fulfilled').length, made.length)
  assert.deepEqual((await readSums(sql)).all, before.all)
})
