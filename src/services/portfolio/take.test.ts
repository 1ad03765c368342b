import assert from 'node:assert/strict'
import fc from 'fast-check'
import { findSlowProjects, takeProjects } from '#portfolio'
import { cloneTest, type DbTest, dbTest, makeActor } from '#test/harness'
import type { FedProject } from './model.ts'
import { findProject, listProjects, surveyProjects } from './store.ts'

const source = { code: 'mau-thu', name: 'Danh mục mẫu thử', isHome: false }
const day = '2026-11-23'

const project = (key: string, planned: number, changes: Partial<FedProject> = {}): FedProject => ({
  key,
  name: `Dự án ${key}`,
  organisation: 'H32.KHCN',
  currency: 'USD',
  reportedOn: '2026-05-01',
  amounts: planned === 0 ? [] : [{ key: 'planned', kind: 'planned', year: 2026, amount: String(planned) }],
  ...changes,
})

const query = { source: source.code, reach: 'all', today: day } as const

dbTest('what a source says is taken once, however often and in whatever batches it comes', async (t) => {
  const state = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(50))
  await fc.assert(
    fc.asyncProperty(fc.array(state, { minLength: 1, maxLength: 4 }), fc.nat(3), async (reports, size) => {
      await t.sql`savepoint trial`
      for (const report of reports) {
        const all = Object.entries(report).map(([key, planned]) => project(key, planned))
        const batches = size === 0 ? [all] : all.map((one) => [one])
        await takeProjects(t.context(), source, batches)
        const again = await takeProjects(t.context(), source, batches)
        assert.deepEqual([again.movements, again.withdrawn], [0, 0])
      }
      const last = reports.at(-1) ?? {}
      const rows = await listProjects(t.sql, { ...query, year: 2026 }, { key: 'code', descending: false, limit: 10 })
      assert.deepEqual(
        Object.fromEntries(rows.map((row) => [row.name.slice(-1), Number(row.planned)])),
        Object.fromEntries(Object.entries(last)),
      )
      await t.sql`rollback to savepoint trial`
    }),
    { numRuns: 15 },
  )
})

dbTest('a fed project stands apart from the province’s own, and is mended at its source', async (t) => {
  await takeProjects(t.context(), source, [[project('a/b c', 2_000_000, { url: '/ban-ghi/1' })]])
  const reader = t.as(makeActor('phan-tich', { 'portfolio:read': 'all', 'portfolio:write': 'all' }))
  const own = await reader.get('/danh-muc-du-an?loai=tat-ca')
  assert.doesNotMatch(own.body, /Dự án a\/b c/)
  const list = await reader.get('/danh-muc-du-an?nguon=mau-thu')
  assert.match(list.body, /Dữ liệu mẫu, không phải của tỉnh/)
  const link = /href="(\/danh-muc-du-an\/mau-thu[^"]+)"/.exec(list.body)?.[1] ?? ''
  const page = await reader.get(link)
  assert.equal(page.statusCode, 200)
  assert.match(page.body, /href="\/ban-ghi\/1"/)
  assert.doesNotMatch(page.body, /Ghi biến động vốn/)
  assert.equal((await reader.get(`${link}/bien-dong`)).statusCode, 409)
  await findSlowProjects(t.context())
  assert.deepEqual(await listSlow(t), [])
})

dbTest('a project that its source no longer holds goes, and comes back with it', async (t) => {
  const both = [project('a', 5), project('b', 6)]
  await takeProjects(t.context(), source, [both])
  assert.equal((await takeProjects(t.context(), source, [both.slice(0, 1)])).withdrawn, 1)
  assert.equal(await findProject(t.sql, 'mau-thu.b', { today: day }), undefined)
  await takeProjects(t.context(), source, [both])
  assert.equal((await surveyProjects(t.sql, query)).totals[0]?.planned, '11')
})

cloneTest('two takings of a source at once take it once', async ({ context, sql }) => {
  const all = Array.from({ length: 60 }, (_, at) => project(String(at), at + 1))
  const batches = [all.slice(0, 30), all.slice(30)]
  await Promise.all([1, 2, 3].map(() => takeProjects(context(), source, batches)))
  const [sums] = (await surveyProjects(sql, query)).totals
  assert.deepEqual([sums?.count, Number(sums?.planned)], [60, (60 * 61) / 2])
})

/** Those of the fed source that are slow, with the reason. */
async function listSlow(t: DbTest): Promise<string[][]> {
  const rows = await t.sql<{ code: string; reason: string }[]>`
    select replace(p.code, ${`${source.code}.`}, '') as code, w.reason
    from portfolio.slow_spell w join portfolio.project p on p.id = w.project
    where p.source = ${source.code} and w.ended_at is null order by 1, 2`
  return rows.map(({ code, reason }) => [code, reason])
}

dbTest('a slow project is told with its reasons, as of the moment', async (t) => {
  const home = { ...source, isHome: true }
  const capital = (disbursed: string): FedProject['amounts'] => [
    { key: 'allotted', kind: 'allotted', year: 2026, amount: '100' },
    { key: 'disbursed', kind: 'disbursed', year: 2026, amount: disbursed },
  ]
  await takeProjects(t.context(), home, [
    [
      project('nhanh', 0, { amounts: capital('90') }),
      project('cham', 0, { amounts: capital('20') }),
      project('lui', 0, { amounts: capital('95'), slipDays: 45 }),
      project('vuot', 0, { amounts: capital('120') }),
      project('chua-co-von', 0),
    ],
  ])
  const slow = async (now: string) => {
    await findSlowProjects(t.at(new Date(now)).context())
    return listSlow(t)
  }
  assert.deepEqual(await slow('2026-02-10T03:00:00Z'), [['lui', 'milestone']])
  assert.deepEqual(await slow('2026-11-23T03:00:00Z'), [
    ['cham', 'disbursement'],
    ['lui', 'milestone'],
  ])
  const [told] = await t.sql<{ words: string }[]>`
    select j.payload->>'words' as words from graphile_worker._private_jobs j
    where j.payload->>'code' = ${`${source.code}.cham`}`
  assert.equal(told?.words, 'giải ngân 20,0% vốn năm 2026 khi đã qua 83% thời gian')
})
