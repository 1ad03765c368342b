import assert from 'node:assert/strict'
import { z } from 'zod'
import { dbTest } from '#test/harness'
import { defineJob } from './jobs.ts'

const job = defineJob('platform.test-gathering', z.object({ n: z.number() }))

dbTest('a stream of calls under one key puts nothing off, and a call without a time comes at once', async (t) => {
  const call = (n: number, runAt?: Date) => t.context().enqueue(job, { n }, { key: 'gathered', runAt })
  const waiting = () => t.sql`
    select j.run_at, p.payload ->> 'n' as n from graphile_worker.jobs j
    join graphile_worker._private_jobs p on p.id = j.id where j.key = 'gathered'`
  const first = new Date(Date.now() + 60_000)
  await call(1, first)
  await call(2, new Date(first.getTime() + 60_000))
  assert.deepEqual([...(await waiting())], [{ runAt: first, n: '2' }], 'one, at its time, with the later payload')
  await call(3)
  const [now] = await waiting()
  assert.ok(now?.runAt < first)
})
