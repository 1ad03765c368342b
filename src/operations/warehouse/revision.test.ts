import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { keepContract, readContract } from './contracts.ts'
import { knowledgeOf } from './knowledge.ts'
import { dismissRecord, mendRecord } from './quarantine.ts'
import { listQuarantine } from './quarantine-store.ts'
import { applyContract, tryContract } from './revision.ts'
import { loadSamples, makeSource, sendFile } from './testing.ts'

const source = 'test-permits'

dbTest('a changed contract is tried on what is stored, then applied to it; what people decided stays', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  const first = await makeSource(ctx)
  const text =
    'id,start,end,fee\na,01/02/2026,,1\nb,01/02/2026,,2.5\nc,01/02/2026,,7\nd,01/02/2026,,x\ne,01/02/2026,,y\n'
  await sendFile(ctx, source, { name: 'a.csv', bytes: text })
  const [e, d, b] = (await listQuarantine(t.sql, { sources: [source] }, { limit: 9 })).map((row) => row.id)
  assert.ok(b && d && e)
  await mendRecord(ctx, d, { id: 'd', start: '01/02/2026', end: '', fee: '4' })
  await dismissRecord(ctx, e, 'Dòng thử.')
  const columns = first.columns.map((column) =>
    column.name === 'fee' ? { ...column, numbers: 'plain', max: 5 } : column,
  )
  const read = readContract({ ...first, columns }, await knowledgeOf(ctx))
  assert.ok('contract' in read)
  const draft = await keepContract(ctx, { contract: read.contract, pack: 'test' }, { by: 'somebody' })
  assert.deepEqual([draft.version, draft.state], [2, 'draft'])
  const { examples, ...difference } = await tryContract(ctx, draft.body)
  assert.deepEqual(difference, {
    rows: 5,
    same: 3,
    changed: 0,
    newlyQuarantined: 1,
    newlyAccepted: 1,
    refused: [],
    complete: true,
  })
  assert.deepEqual(
    examples.map(({ line, key }) => [line, key]),
    [
      [3, 'b'],
      [4, 'c'],
    ],
  )
  await applyContract(ctx, source, 2, 'Số có dấu chấm thập phân.')
  const cases = await t.sql`
    select case_id, attributes ->> 'fee' as fee from warehouse.process_case where source = ${source} order by case_id`
  assert.deepEqual(
    [...cases],
    [
      { caseId: 'a', fee: '1' },
      { caseId: 'b', fee: '2.5' },
      { caseId: 'd', fee: '4' },
    ],
  )
  const [landing] = await t.sql`
    select contract_version, received, applied, quarantined from warehouse.landing where source = ${source}`
  assert.deepEqual(landing, { contractVersion: 2, received: 5, applied: 3, quarantined: 2 })
  const states = (await listQuarantine(t.sql, { sources: [source] }, { limit: 9 })).map((row) => [row.key, row.state])
  assert.deepEqual(states.sort(), [
    ['c', 'open'],
    ['d', 'replayed'],
    ['e', 'dismissed'],
  ])
})
