import assert from 'node:assert/strict'
import { inTransaction } from '#platform/sql'
import { dbTest } from '#test/harness'
import { copyLines } from './copy.ts'

dbTest('rows that the database refuses end the copying, however few they are', async (t) => {
  const copy = (lines: readonly string[]) =>
    inTransaction(t.sql, (sql) =>
      copyLines(sql, sql`copy warehouse.landing_key (landing_id, key_hash) from stdin`, lines),
    )
  await assert.rejects(copy(['1\tno number']), /refused/)
  await assert.rejects(copy(Array.from({ length: 100_000 }, (_, nth) => (nth === 0 ? 'x' : `1\t${nth}`))))
  await copy(['1\t2', '1\t3'])
  const [row] = await t.sql<{ count: number }[]>`select count(*) from warehouse.landing_key`
  assert.equal(row?.count, 2)
})
