/** A contract made by hand may say anything: it is bounded in time and memory, and what it breaks is a record, never the program. */
import assert from 'node:assert/strict'
import { dbTest } from '#test/harness'
import { counts, loadSamples, makeSource, sendFile } from '../../src/operations/warehouse/testing.ts'

const columns = [
  { name: 'id', required: true },
  { name: 'start', type: 'date' as const, required: true },
]
const document = '{"dossiers":[{"code":"a","opened":"2026-02-01"}]}\n'

const reshapes = {
  'calls itself without end': '($f := function($x) { $f($x) }; $f(1))',
  'calls itself ever deeper': '($f := function($x) { 1 + $f($x) }; $f(1))',
  'makes a list without end': '[1..9999999].{ "id": $string($), "start": "2026-02-01" }',
  'makes a text without end': '($f := function($t) { $f($t & $t) }; { "id": $f("abcdefgh"), "start": "2026-02-01" })',
  'tries a pattern without end':
    '{ "id": $string($match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/)), "start": "2026-02-01" }',
}

for (const [what, reshape] of Object.entries(reshapes)) {
  dbTest(`JSONata that ${what} is stopped, and the document is set aside`, async (t) => {
    const ctx = t.context()
    await loadSamples(ctx)
    await makeSource(ctx, {
      format: { type: 'jsonl' },
      otherColumns: 'ignore',
      columns,
      reshape,
      map: { caseId: { column: 'id' }, startedAt: { column: 'start' } },
    })
    const heapBefore = process.memoryUsage().rss
    const startedAt = Date.now()
    const outcome = await sendFile(ctx, 'test-permits', { name: 'a.jsonl', bytes: document })
    assert.deepEqual(counts(outcome), [0, 0, 0, 1])
    assert.ok(Date.now() - startedAt < 30_000, `${Date.now() - startedAt} ms`)
    assert.ok(process.memoryUsage().rss - heapBefore < 700 * 1024 ** 2, 'memory stays bounded')
  })
}

dbTest('CEL that makes ever longer texts is stopped at the row', async (t) => {
  const ctx = t.context()
  await loadSamples(ctx)
  const grown = "replace(replace(replace(text(id), 'a', text(id)), 'b', text(id)), 'c', text(id))"
  await makeSource(ctx, {
    columns,
    map: { caseId: { column: 'id' }, caseType: { cel: grown }, startedAt: { column: 'start' } },
  })
  const text = `id,start\n${'abcdefghij'.repeat(50)},2026-02-01\nb,2026-02-01\n`
  const outcome = await sendFile(ctx, 'test-permits', { name: 'a.csv', bytes: text })
  assert.deepEqual(counts(outcome), [1, 0, 0, 1])
})
