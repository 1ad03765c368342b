import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { findLanding } from '../store.ts'
import { loadSamples, makeSource, sendFile } from '../testing.ts'

const source = 'test-permits'
const many = 10_000
const few = 2000

type Test = Parameters<Parameters<typeof dbTest>[1]>[0]

/** Lines whose state the list of the contract does not know yet, and one that can never pass. */
async function setAside(t: Test, many: number): Promise<number> {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, contractWith([]))
  const lines = Array.from({ length: many }, (_, nth) => `h${nth},01/02/2026,moi,1`)
  const text = `id,start,state,fee\nx,31/02/2026,cu,1\n${lines.join('\n')}\n`
  const { landing, quarantined } = await sendFile(ctx, source, { name: 'a.csv', bytes: text })
  assert.equal(quarantined, many + 1)
  return landing
}

const contractWith = (states: string[]) => ({
  columns: [
    { name: 'id', required: true },
    { name: 'start', type: 'date', patterns: ['dd/MM/yyyy'], required: true },
    { name: 'state', oneOf: ['cu', ...states] },
    { name: 'fee', type: 'decimal', numbers: 'vi', min: 0 },
  ],
  map: { caseId: { column: 'id' }, startedAt: { column: 'start' }, state: { column: 'state' } },
})

const statesOf = async ({ sql }: Test) => {
  const rows = await sql<{ state: string; count: number }[]>`
    select state, count(*) as count from warehouse.quarantine where source = ${source} group by state`
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

const who = ['record:import', 'source:read', 'quarantine:handle'] as const

dbTest('ten thousand records that a mended contract reads go in at one press of a button', async (t) => {
  const landing = await setAside(t, many)
  const columns = t.sql.json(contractWith(['moi']).columns as never)
  await t.sql`
    update warehouse.contract set body = jsonb_set(body, '{columns,2,oneOf}', ${columns}::jsonb #> '{2,oneOf}') where source = ${source}`
  const officer = t.as('nguoi-xu-ly', ...who)
  const list = (await officer.get(`/cach-ly?nguon=${source}`)).body
  assert.match(list, /Nhận lại tất cả 10\.001 dòng đang lọc/)
  const started = performance.now()
  const done = await officer.submit('/cach-ly', { viec: 'nhan-lai-het', nguon: source, 'trang-thai': 'open' })
  assert.ok(performance.now() - started < 60_000)
  assert.match(String(done.headers.location), /xong=10000&con=1/)
  assert.deepEqual(await statesOf(t), { open: 1, replayed: many })
  const counts = await findLanding(t.sql, landing)
  assert.deepEqual([counts?.received, counts?.applied, counts?.quarantined], [many + 1, many, 1])
  const [held] = await t.sql`
    select (select count(*) from warehouse.process_case where source = ${source}) as cases,
      (select count(*) from ledger.entry where action = 'quarantine.replayed') as entries`
  assert.deepEqual({ ...held }, { cases: many, entries: many })
})

dbTest('all that a filter shows go back to their sender with one reason; without a reason none does', async (t) => {
  await setAside(t, few)
  const officer = t.as('nguoi-xu-ly', ...who)
  const sent = { viec: 'tra-lai', nguon: source, loi: 'one-of', 'pham-vi': 'het', 'trang-thai': 'open' }
  assert.equal((await officer.submit('/cach-ly', { ...sent, 'ly-do': ' ' })).statusCode, 422)
  assert.deepEqual(await statesOf(t), { open: few + 1 })
  const done = await officer.submit('/cach-ly', { ...sent, 'ly-do': 'Xin dùng đúng danh mục trạng thái.' })
  assert.match(String(done.headers.location), /trang-thai=returned&xong=2000/)
  assert.deepEqual(await statesOf(t), { open: 1, returned: few })
  const elsewhere = await t.as('nguoi-khac', 'source:read').submit('/cach-ly', { ...sent, 'ly-do': 'Không được phép' })
  assert.equal(elsewhere.statusCode, 403)
})
