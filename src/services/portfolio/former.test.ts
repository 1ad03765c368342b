import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { moveProject, raiseObstacle, recordMovement, reverseMovement, setMilestone, settleObstacle } from './actions.ts'
import { listCapital, listMovements, type Movement } from './capital-store.ts'
import { findKeptSince } from './former.ts'
import { type Fund, type MovementKind, movementKinds, states } from './model.ts'
import { sumProgramme } from './pack-store.ts'
import { listMilestones, listObstacles } from './progress-store.ts'
import { listOpenSpells } from './slow-store.ts'
import { findProject, listProjects, listYears, type SortKey, surveyProjects } from './store.ts'
import { takeProjects } from './take.ts'

const codes = ['CDS24-IOC', 'CDS24-DA07'] as const
const programme = 'chuyen-doi-so-2024'
const all = makeActor('lam-tat-ca', { 'portfolio:write': 'all', 'portfolio:read': 'all' }, 'H32')
const start = Date.parse('2026-11-23T03:00:00Z')
const dayOf = (at: Date) => at.toISOString().slice(0, 10)

type Step = {
  code: string
  /** Minutes since the step before; none: both at the same instant. */
  wait: number
  deed:
    | { do: 'record'; kind: MovementKind; fund: Fund; year: number; amount: bigint }
    | { do: 'reverse' }
    | { do: 'move'; state: (typeof states)[number] }
    | { do: 'milestone'; name: string; plannedOn: string; actualOn: string | null }
    | { do: 'raise' }
    | { do: 'settle' }
}

const day = fc.constantFrom('2026-09-01', '2026-11-01', '2026-12-20')
const step: fc.Arbitrary<Step> = fc.record({
  code: fc.constantFrom(...codes),
  wait: fc.constantFrom(0, 7, 600, 2000),
  deed: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('record' as const),
        kind: fc.constantFrom(...movementKinds),
        fund: fc.constantFrom<Fund>('central', 'province'),
        year: fc.constantFrom(2025, 2026),
        amount: fc.bigInt({ min: 1n, max: 10n ** 14n }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reverse' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('move' as const), state: fc.constantFrom(...states) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('milestone' as const),
        name: fc.constantFrom('Nghiệm thu', 'Khởi công'),
        plannedOn: day,
        actualOn: fc.constantFrom(null, '2026-11-02'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('raise' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  ),
})

async function act(t: DbTest, { code, deed }: Step): Promise<void> {
  const ctx = t.context(all)
  const project = await findProject(t.sql, code, { today: dayOf(ctx.now) })
  assert.ok(project)
  if (deed.do === 'record') {
    const { kind, fund, year, amount } = deed
    const document = 'Chứng từ thử'
    await recordMovement(ctx, code, { kind, fund, year, amount: String(amount), occurredOn: '2026-01-02', document })
  }
  if (deed.do === 'reverse') {
    const movements = await listMovements(t.sql, project.id, { limit: 50 })
    const wrong = movements.find(({ reverses, reversedBy }) => reverses === null && reversedBy === null)
    if (wrong) await reverseMovement(ctx, code, wrong.id, 'Ghi nhầm')
  }
  if (deed.do === 'move') await moveProject(ctx, code, { state: deed.state, phase: null, reason: 'Thử' })
  if (deed.do === 'milestone') {
    const { name, plannedOn, actualOn } = deed
    await setMilestone(ctx, code, { name, plannedOn, forecastOn: null, actualOn })
  }
  if (deed.do === 'raise') await raiseObstacle(ctx, code, { said: 'Chờ vốn', raisedOn: '2026-11-01' })
  if (deed.do === 'settle') {
    const open = (await listObstacles(t.sql, project.id)).find(({ resolvedOn }) => resolvedOn === null)
    if (open) await settleObstacle(ctx, code, { id: open.id, resolvedOn: '2026-11-21', resolution: 'Đã có' })
  }
}

/** Everything that pages show of the list and of each of these projects, at a moment or as it stands. */
async function readAll({ sql }: DbTest, today: string, knownAt?: Date) {
  const list = { source: 'own', reach: 'all', today, knownAt } as const
  const page = { descending: true, limit: 5 }
  const slow = { slipDays: 30, belowShare: 0.6 }
  const projects = await Promise.all(
    codes.map(async (code) => {
      const project = await findProject(sql, code, { today, knownAt })
      assert.ok(project)
      return {
        project,
        capital: await listCapital(sql, project.id, knownAt),
        movements: await listMovements(sql, project.id, { limit: 50, knownAt }),
        milestones: await listMilestones(sql, project.id, knownAt),
        obstacles: await listObstacles(sql, project.id, knownAt),
        spells: await listOpenSpells(sql, project.id, knownAt),
      }
    }),
  )
  const keys: SortKey[] = ['share', 'total', 'slip']
  const pages = await Promise.all(keys.map((key) => listProjects(sql, list, { ...page, key })))
  const next = await listProjects(sql, list, { ...page, key: 'share', after: pages[0]?.at(-1)?.code })
  const found = await listProjects(sql, { ...list, slow, year: 2026 }, { ...page, key: 'slip', limit: 50 })
  const survey = await surveyProjects(sql, { ...list, year: 2026 })
  return {
    projects,
    pages,
    next,
    found,
    survey: { ...survey, organisations: survey.organisations.toSorted(), states: survey.states.toSorted() },
    years: await listYears(sql, list),
    sums: await sumProgramme(sql, programme, { year: 2026, knownAt }),
  }
}

type Amounts = Record<'total' | 'planned' | 'granted' | 'disbursed', bigint>

/** One movement after the other. */
function sumNaively(movements: readonly Movement[], at: Date): Amounts {
  const sums = { total: 0n, planned: 0n, granted: 0n, disbursed: 0n }
  for (const { kind, amount, enteredAt } of movements)
    if (enteredAt <= at) sums[kind === 'allotted' || kind === 'adjusted' ? 'granted' : kind] += BigInt(amount)
  return sums
}

dbTest(
  'whatever was done since, a moment is shown as it was then, and its capital is what had been entered',
  async (t) => {
    const stories = fc.sample(fc.array(step, { minLength: 8, maxLength: 14 }), { numRuns: 4, seed: 20261130 })
    for (const story of stories) {
      await t.sql`savepoint story`
      const seen = new Map<number, Awaited<ReturnType<typeof readAll>>>()
      let now = start
      for (const [at, one] of story.entries()) {
        const then = t.at(new Date(now))
        await act(then, one)
        const wait = story[at + 1]?.wait ?? 1
        // What is done at one instant is seen whole.
        if (wait > 0) seen.set(now, await readAll(then, dayOf(new Date(now))))
        now += wait * 60_000
      }
      for (const [time, shown] of seen) {
        const at = new Date(time)
        const asked = await readAll(t, dayOf(at), at)
        assert.deepEqual(asked, shown, at.toISOString())
        for (const { project } of asked.projects) {
          const { id, total, planned, granted, disbursed } = project
          const sums = { total, planned, granted, disbursed }
          assert.deepEqual(
            Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, BigInt(sum)])),
            sumNaively(await listMovements(t.sql, id, { limit: 1000 }), at),
          )
        }
      }
      await t.sql`rollback to savepoint story`
    }
  },
)

dbTest(
  'a list that is fed is asked as of each taking: what was said then, what had gone, what came back',
  async (t) => {
    const source = { code: 'mau-thu', name: 'Danh mục mẫu thử', isHome: false }
    const one = (key: string, planned: string, state: string) => ({
      key,
      name: `Dự án ${key} ${state}`,
      organisation: 'H32.KHCN',
      currency: 'USD',
      state,
      amounts: [{ key: 'planned', kind: 'planned' as const, year: 2026, amount: planned }],
    })
    const reports = [
      [one('a', '100.25', 'mở'), one('b', '7', 'mở')],
      [one('a', '90.10', 'mở')],
      [one('a', '90.10', 'đóng'), one('b', '8.5', 'mở')],
      [one('a', '90.10', 'đóng'), one('b', '8.5', 'mở')],
    ]
    const query = { source: source.code, reach: 'all', today: '2026-11-30' } as const
    const read = async (knownAt?: Date) =>
      (await listProjects(t.sql, { ...query, knownAt }, { key: 'name', descending: false, limit: 9 })).map(
        ({ changedAt: _, ...row }) => row,
      )
    const seen: { at: Date; rows: Awaited<ReturnType<typeof read>> }[] = []
    for (const [hour, report] of reports.entries()) {
      const at = new Date(start + hour * 3_600_000)
      await takeProjects(t.at(at).context(), source, [report])
      seen.push({ at, rows: await read() })
    }
    assert.deepEqual(
      seen.map(({ rows }) => rows.map(({ name, planned }) => `${name} ${planned}`)),
      [
        ['Dự án a mở 100.25', 'Dự án b mở 7'],
        ['Dự án a mở 90.10'],
        ['Dự án a đóng 90.10', 'Dự án b mở 8.5'],
        ['Dự án a đóng 90.10', 'Dự án b mở 8.5'],
      ],
    )
    for (const { at, rows } of seen) assert.deepEqual(await read(at), rows, at.toISOString())
    assert.deepEqual(await read(new Date(start - 1)), [])
    // What came again as it was leaves nothing behind.
    const [kept] = await t.sql<
      { count: number }[]
    >`select count(*) as count from portfolio.former where part_of = 'mau-thu'`
    assert.equal(kept?.count, 3)
    assert.equal(await findKeptSince(t.sql, { list: source.code }), null)
  },
)
