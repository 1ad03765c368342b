import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type DbTest, dbTest, makeActor } from '#test/harness'
import { moveProject, setMilestone } from './actions.ts'
import { findSlowProjects } from './slow.ts'

const code = 'CDS24-DA07'
const custodian = makeActor(
  'dulieu-nnmt',
  { 'portfolio:write': ['H32.NNMT'], 'portfolio:read': ['H32.NNMT'] },
  'H32.NNMT',
)
const on = (t: DbTest, day: string) => t.at(new Date(`${day}T08:00:00+07:00`))
const accept = (t: DbTest, change: { plannedOn?: string; forecastOn?: string; actualOn?: string }) =>
  setMilestone(t.context(custodian), code, {
    name: 'Nghiệm thu',
    plannedOn: '2026-12-31',
    forecastOn: null,
    actualOn: null,
    ...change,
  })

/** What was told of this project so far, in order. */
async function told({ sql }: DbTest): Promise<string[]> {
  const rows = await sql<{ payload: { code: string; reason: string; isSlow: boolean } }[]>`
    select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks k on k.id = j.task_id
    where k.identifier = 'on:alerts.project-slowed' order by j.id`
  return rows.flatMap(({ payload }) =>
    payload.code === code ? [`${payload.reason} ${payload.isSlow ? 'slow' : 'over'}`] : [],
  )
}

dbTest('each slip is told once, by whatever it comes, and its end once', async (t) => {
  await findSlowProjects(on(t, '2026-12-31').context())
  assert.deepEqual(await told(t), [])
  await accept(on(t, '2027-01-05'), { forecastOn: '2027-02-20' })
  assert.deepEqual(await told(t), ['milestone slow'], 'an expected day that is written down tells at once')
  await accept(on(t, '2027-01-06'), { forecastOn: '2027-03-20' })
  await findSlowProjects(on(t, '2027-01-07').context())
  assert.deepEqual(await told(t), ['milestone slow'], 'later still is the same slip')
  await accept(on(t, '2027-01-10'), { forecastOn: '2027-01-15' })
  assert.deepEqual(await told(t), ['milestone slow', 'milestone over'])
  await findSlowProjects(on(t, '2027-02-01').context())
  assert.equal((await told(t)).at(-1), 'milestone slow', 'and now time went by')
  await accept(on(t, '2027-02-05'), { actualOn: '2027-02-04' })
  assert.deepEqual(await told(t), ['milestone slow', 'milestone over', 'milestone slow', 'milestone over'])
})

dbTest(
  'whenever it is looked at, beginnings and ends alternate, and a project that is dropped is slow no longer',
  async (t) => {
    const days = fc.array(fc.integer({ min: 0, max: 120 }), { minLength: 1, maxLength: 8 })
    for (const offsets of fc.sample(days, { numRuns: 6, seed: 20261129 })) {
      await t.sql.unsafe('savepoint run')
      for (const offset of offsets.toSorted((a, b) => a - b))
        await findSlowProjects(
          on(t, new Date(Date.parse('2026-12-15') + offset * 86_400_000).toISOString().slice(0, 10)).context(),
        )
      // From 31 January on it is more than thirty days late.
      assert.deepEqual(await told(t), Math.max(...offsets) >= 47 ? ['milestone slow'] : [], String(offsets))
      const reason = 'Thôi thực hiện theo văn bản thử.'
      await moveProject(on(t, '2027-06-01').context(custodian), code, {
        state: 'proposed-dropped',
        phase: null,
        reason,
      })
      assert.equal((await told(t)).filter((words) => words.endsWith('slow')).length, (await told(t)).length / 2)
      await t.sql.unsafe('rollback to savepoint run')
    }
  },
)

dbTest(
  'projects are read by the API as far as one reaches, page by page, and each with what it is slow by',
  async (t) => {
    await findSlowProjects(on(t, '2027-02-01').context())
    const later = on(t, '2027-02-01')
    const list = async (who: string, query: string) => (await later.as(who).get(`/api/v1/projects?${query}`)).json()
    const first = await list('lanhdao', 'nature=project&limit=20')
    const second = await list('lanhdao', `nature=project&limit=20&after=${first.next}`)
    const codes = [...first.projects, ...second.projects].map((one: { code: string }) => one.code)
    assert.equal(codes.length, 31)
    assert.deepEqual(codes, [...new Set(codes)].sort())
    assert.equal(second.next, undefined)
    const own = await list('dulieu-nnmt', 'limit=100')
    assert.ok(own.projects.length > 0)
    assert.ok(own.projects.every(({ organisation }: { organisation: string }) => organisation === 'H32.NNMT'))
    const slow = await list('dulieu-nnmt', 'slow=true')
    assert.deepEqual(slow.projects.map((one: { code: string }) => one.code).includes(code), true)
    const one = (await later.as('dulieu-nnmt').get(`/api/v1/projects/${code}`)).json()
    assert.equal(one.slow[0].reason, 'milestone')
    assert.equal(one.capital.length > 0 && one.milestones.length, 2)
    assert.equal((await later.as('dulieu-khcn').get(`/api/v1/projects/${code}`)).statusCode, 404)
    assert.equal((await later.as('lanhdao').get('/api/v1/projects?source=khong-co')).json().projects.length, 0)
    const page = await later.as('lanhdao').get(`/danh-muc-du-an/${code}`)
    assert.match(page.body, /mốc chậm từ 01\/02\/2027/)
    const ledger = await later.as('lanhdao').get(`/danh-muc-du-an/${code}?tep=csv`)
    assert.match(ledger.body, /Tổng mức đầu tư,24\/11\/2023,,Vốn xã hội hóa,16550000000,VND/)
    assert.equal((await later.as('dulieu-khcn').get(`/danh-muc-du-an/${code}?tep=csv`)).statusCode, 404)
    const wrong = await later.as('lanhdao').get('/api/v1/projects?sort=x')
    assert.equal(wrong.statusCode, 422)
    assert.match(String(wrong.headers['content-type']), /problem\+json/)
  },
)
