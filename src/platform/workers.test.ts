import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { defineJob, handleJob, runWaitingJobs, startJobs } from '#platform/jobs'
import { applicationRole } from '#platform/migrations'
import { openPool } from '#platform/sql'
import { attendWorkers } from '#platform/workers'
import { type CloneTest, cloneTest } from '#test/harness'

const job = defineJob('test.taken', z.object({ of: z.string() }))

/** Marks the waiting job of a worker as taken by it a minute ago, with its queue. */
async function take(t: CloneTest, worker: string): Promise<void> {
  await t.context().enqueue(job, { of: worker }, { queue: `queue-of-${worker}` })
  const sql = openPool(t.app.url, { max: 1 })
  await sql`
    update graphile_worker._private_jobs set locked_by = ${worker}, locked_at = now() - interval '1 minute'
    where payload->>'of' = ${worker}`
  await sql`
    update graphile_worker._private_job_queues set locked_by = ${worker}, locked_at = now() - interval '1 minute'
    where queue_name = ${`queue-of-${worker}`}`
  await sql.end()
}

/** A job with a key is taken by a worker that dies, and replaced meanwhile. @returns how many jobs are left that no one will run */
async function replaceTaken(t: CloneTest, worker: string): Promise<() => Promise<number>> {
  await t.context().enqueue(job, { of: worker }, { key: 'replaced' })
  const sql = openPool(t.app.url, { max: 1 })
  await sql`
    update graphile_worker._private_jobs set locked_by = ${worker}, locked_at = now() - interval '1 minute', attempts = 1
    where payload->>'of' = ${worker}`
  await t.context().enqueue(job, { of: 'replacement' }, { key: 'replaced' })
  await sql.end()
  return async () => {
    const owner = openPool(t.app.url, { max: 1 })
    const [row] = await owner<{ count: number }[]>`
      select count(*) as count from graphile_worker._private_jobs where payload->>'of' = ${worker}`
    await owner.end()
    return row?.count ?? 0
  }
}

cloneTest('what a dead worker had taken is given back, and what a living one works on is left to it', async (t) => {
  const living = await attendWorkers(t.app.url, t.app.workshop.log)
  try {
    // Only the name of the worker is looked at.
    living.events.emit('worker:create', { worker: { workerId: 'worker-living' } as never, tasks: {} })
    await take(t, 'worker-living')
    await take(t, 'worker-dead')
    const left = await replaceTaken(t, 'worker-killed')
    const done: string[] = []
    const handler = handleJob(job, async (_ctx, { of }) => {
      done.push(of)
    })
    await runWaitingJobs(t.app.workshop, t.app.url, [handler])
    assert.deepEqual(done.sort(), ['replacement', 'worker-dead'])
    assert.equal(await left(), 0, 'the replaced job is not kept as one that failed for good')
  } finally {
    await living.close()
  }
})

cloneTest('an account that is a member of the role of the running program, and no more, can take jobs', async (t) => {
  const owner = openPool(t.app.ownerUrl, { max: 1 })
  const login = `test_login_${process.pid}`
  try {
    await owner.unsafe(`create role ${login} login password 'only-for-this-test' in role ${applicationRole}`)
    await t.context().enqueue(job, { of: 'narrow account' })
    const url = new URL(t.app.url)
    Object.assign(url, { username: login, password: 'only-for-this-test' })
    const done: string[] = []
    const handler = handleJob(
      job,
      async (_ctx, { of }) => {
        done.push(of)
      },
      '* * * * *',
    )
    const runner = await startJobs(t.app.workshop, url.href, [handler], { concurrency: 1 })
    for (let waited = 0; waited < 10_000 && done.length === 0; waited += 50) await sleep(50)
    await runner.stop()
    assert.deepEqual(done, ['narrow account'])
    const [timer] =
      await owner`select identifier from graphile_worker._private_known_crontabs where identifier = ${job.name}`
    assert.ok(timer, 'timers are known')
  } finally {
    await owner.unsafe(`drop role if exists ${login}`)
    await owner.end({ timeout: 1 })
  }
})

cloneTest('who takes jobs says so when a worker is lost, instead of living on without it', async (t) => {
  const owner = openPool(t.app.ownerUrl, { max: 1 })
  const rename = (from: string, to: string) => owner.unsafe(`alter table graphile_worker.${from} rename to ${to}`)
  const handler = handleJob(defineJob('test.lost', z.object({})), () => rename('_private_jobs', 'away').then(() => {}))
  const runner = await startJobs(t.app.workshop, t.app.url, [handler], { concurrency: 1 })
  try {
    await t.context().enqueue(defineJob('test.lost', z.object({})), {})
    const late = sleep(10_000, 'late')
    await assert.rejects(Promise.race([runner.failed, late]), /does not exist/)
  } finally {
    await rename('away', '_private_jobs')
    await owner.end({ timeout: 1 })
    await runner.stop().catch(() => {})
  }
})

cloneTest('workers whose first look at the queue failed end, and are not idle for ever', async (t) => {
  const owner = openPool(t.app.ownerUrl, { max: 1 })
  // Has a set of jobs of its own, so that the workers look it up anew.
  const handler = handleJob(job, async () => {})
  await owner`alter table graphile_worker._private_tasks rename to tasks_away`
  const runner = await startJobs(t.app.workshop, t.app.url, [handler], { concurrency: 1, patienceMs: 1500 })
  try {
    await sleep(500)
    await owner`alter table graphile_worker.tasks_away rename to _private_tasks`
    const ended = runner.failed.then(
      () => 'ended',
      (error: Error) => error.message,
    )
    assert.match(await Promise.race([ended, sleep(8000, 'idle')]), /_private_tasks/)
  } finally {
    await runner.stop()
    await owner.end()
  }
})
