import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { dbTest, realData } from '#test/harness'
import { eventLogContract, findRoles, xesContract } from './builtin.ts'
import { keepContract, readContract } from './contracts.ts'
import { knowledgeOf } from './knowledge.ts'
import { counts, sendFile } from './testing.ts'

const base = { source: 'log-of-mine', organisation: 'H32', timeZone: 'Asia/Ho_Chi_Minh', columns: {} }
const xes = realData('event-logs/it-problem-management-bpic2013-closed.xes.gz')

test('columns of a log are found by their usual names, and flags go before', () => {
  assert.deepEqual(findRoles(['case_id', 'activity', 'timestamp', 'resource'], {}), {
    case: 'case_id',
    activity: 'activity',
    timestamp: 'timestamp',
    resource: 'resource',
  })
  assert.equal(findRoles(['mã', 'case_id', 'activity', 'timestamp'], { case: 'mã' }).case, 'mã')
  assert.throws(() => findRoles(['mã', 'bước', 'lúc'], { case: 'mã', activity: 'bước' }), /--timestamp/)
  assert.throws(() => findRoles(['case_id', 'activity', 'timestamp'], { unit: 'phòng' }), /no column "phòng"/)
})

dbTest(
  'an event log of any origin: columns by flags, repeats of a step told apart, case attributes kept',
  async (t) => {
    const ctx = t.context()
    const columns = { case: 'ma', activity: 'buoc', timestamp: 'luc', resource: 'ai', end: 'xong' }
    const read = readContract(eventLogContract({ ...base, columns }), await knowledgeOf(ctx))
    assert.ok('contract' in read)
    await keepContract(ctx, { contract: read.contract, pack: 'builtin' }, { by: 'builtin' })
    const text = [
      'ma,buoc,luc,ai,xong,case:loai,phi',
      'a,Nhận,01/02/2026 08:00,x,,Cấp mới,1',
      'a,Nhận,01/02/2026 08:00,x,,Cấp mới,2',
      'a,Trả,03/02/2026 09:30,y,03/02/2026 09:30,Cấp mới,3',
      'b,Nhận,02/02/2026 08:00,x,,Cấp lại,4',
    ].join('\n')
    assert.deepEqual(counts(await sendFile(ctx, base.source, { name: 'a.csv', bytes: text })), [4, 0, 0, 0])
    assert.deepEqual(counts(await sendFile(ctx, base.source, { name: 'a.csv', bytes: text })), [0, 0, 4, 0])
    const cases = await t.sql`
    select case_id, organisation, started_on, ended_at, attributes from warehouse.process_case
    where source = ${base.source} order by case_id`
    assert.deepEqual(
      [...cases],
      [
        {
          caseId: 'a',
          organisation: 'H32',
          startedOn: '2026-02-01',
          endedAt: new Date('2026-02-03T02:30:00Z'),
          attributes: { loai: 'Cấp mới' },
        },
        { caseId: 'b', organisation: 'H32', startedOn: '2026-02-02', endedAt: null, attributes: { loai: 'Cấp lại' } },
      ],
    )
  },
)

dbTest('a log in the order of time keeps the repeats of a step, though other cases lie between', async (t) => {
  const ctx = t.context()
  const contract = eventLogContract({ ...base, columns: { case: 'ma', activity: 'buoc', timestamp: 'luc' } })
  await keepContract(ctx, { contract, pack: 'builtin' }, { by: 'builtin' })
  const lines = ['a,Nộp,2026-02-01,100', 'b,Nộp,2026-02-01,100', 'a,Nộp,2026-02-01,250', 'b,Nộp,2026-02-01,100']
  const file = (tail: string) => ({ name: 'a.csv', bytes: `ma,buoc,luc,tien\n${lines.join('\n')}\n${tail}` })
  assert.deepEqual(counts(await sendFile(ctx, base.source, file(''), { batchSize: 2 })), [4, 0, 0, 0])
  assert.deepEqual(counts(await sendFile(ctx, base.source, file(''))), [0, 0, 4, 0])
  assert.deepEqual(counts(await sendFile(ctx, base.source, file('a,Nộp,2026-02-01,100\n'))), [1, 0, 4, 0])
})

dbTest('the case is the same whatever order its events come in', async (t) => {
  const ctx = t.context()
  const columns = { case: 'ma', activity: 'buoc', timestamp: 'luc', 'event-id': 'so', state: 'tinh_trang' } as const
  const contract = eventLogContract({ ...base, columns })
  await keepContract(ctx, { contract, pack: 'builtin' }, { by: 'builtin' })
  const head = 'ma,buoc,luc,so,tinh_trang\n'
  const lines = [
    'a,Nhận,2026-02-01,1,mở',
    'a,Xử lý,2026-02-02,2,đang làm',
    'a,Trả,2026-02-03,3,xong',
    'a,Sửa,2026-02-03,4,sửa',
  ]
  const told = new Set<string>()
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [2, 0, 3, 1],
  ]) {
    await t.sql`delete from warehouse.process_case where source = ${base.source}`
    await t.sql`delete from warehouse.case_event where source = ${base.source}`
    await t.sql`delete from warehouse.record where source = ${base.source}`
    for (const at of order) await sendFile(ctx, base.source, { name: 'a.csv', bytes: `${head}${lines[at]}\n` })
    const [row] = await t.sql`
      select state, started_on, attributes from warehouse.process_case where source = ${base.source}`
    told.add(JSON.stringify(row))
  }
  assert.deepEqual([...told], ['{"state":"sửa","startedOn":"2026-02-01","attributes":null}'])
})

if (xes.skip) test('any XES log goes in by the built-in contract', { skip: xes.skip }, () => {})
else
  dbTest('any XES log goes in by the built-in contract: 6,660 events of 1,487 cases, and nothing twice', async (t) => {
    const ctx = t.context()
    await keepContract(ctx, { contract: xesContract(base), pack: 'builtin' }, { by: 'builtin' })
    const file = { name: 'log.xes.gz', bytes: readFileSync(xes.path) }
    assert.deepEqual(counts(await sendFile(ctx, base.source, file)), [6660, 0, 0, 0])
    assert.deepEqual(counts(await sendFile(ctx, base.source, file, { batchSize: 500 })), [0, 0, 6660, 0])
    const [found] = await t.sql`
      select count(*) as cases, (select count(distinct activity || lifecycle) from warehouse.case_event where source = ${base.source}) as steps
      from warehouse.process_case where source = ${base.source}`
    assert.deepEqual(found, { cases: 1487, steps: 7 })
    const [event] = await t.sql`
      select attributes from warehouse.case_event where source = ${base.source} and attributes ? 'product' limit 1`
    assert.ok(event?.attributes.product.startsWith('PROD'))
  })
