import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { slowRule } from './bounded.ts'
import { listQuarantine } from './quarantine-store.ts'
import { counts, loadSamples, makeSource, sendFile } from './testing.ts'

const source = 'test-permits'

dbTest(
  'a run-away pattern of a contract made by hand stops its thread, not the program; sound rows go in',
  async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    const columns = [
      { name: 'id', required: true, matches: '([a-z]+)+[0-9]' },
      { name: 'start', type: 'date', required: true },
    ]
    await makeSource(ctx, { columns, map: { caseId: { column: 'id' }, startedAt: { column: 'start' } } })
    const text = `id,start\na1,2026-02-01\n${'a'.repeat(60)}!,2026-02-01\nb2,2026-02-01\n??,2026-02-01\n`
    assert.deepEqual(counts(await sendFile(ctx, source, { name: 'a.csv', bytes: text })), [2, 0, 0, 2])
    const aside = await listQuarantine(t.sql, { sources: [source] }, { limit: 9 })
    assert.deepEqual(aside.map(({ line, rule }) => [line, rule]).sort(), [
      [3, slowRule],
      [5, 'pattern'],
    ])
    assert.match(aside.find((row) => row.rule === slowRule)?.faults[0]?.message ?? '', /chạy quá lâu/)
  },
)

dbTest('a tree is reshaped into rows by JSONata; a document it cannot reshape is set aside', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  await makeSource(ctx, {
    format: { type: 'jsonl' },
    otherColumns: 'ignore',
    columns: [
      { name: 'id', required: true },
      { name: 'start', type: 'date', required: true },
    ],
    reshape: 'dossiers.{ "id": $uppercase(code), "start": $string(opened) }',
    map: { caseId: { column: 'id' }, startedAt: { column: 'start' } },
  })
  const documents = [
    {
      dossiers: [
        { code: 'a', opened: '2026-02-01' },
        { code: 'b', opened: '2026-02-03' },
      ],
    },
    { dossiers: [{ code: 7, opened: '2026-02-01' }] },
    { dossiers: [] },
  ]
  const bytes = `${documents.map((document) => JSON.stringify(document)).join('\n')}\n`
  assert.deepEqual(counts(await sendFile(ctx, source, { name: 'a.jsonl', bytes })), [2, 0, 0, 1])
  const cases = await t.sql`select case_id from warehouse.process_case where source = ${source} order by case_id`
  assert.deepEqual(
    cases.map((row) => row.caseId),
    ['A', 'B'],
  )
})
