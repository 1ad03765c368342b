/** The queue of a test in a transaction: no worker sees it, so the test says when what waits is done, at which time of its clock. */
import { capabilities } from '../src/app.ts'
import type { DbTest } from './harness.ts'

const handlers = new Map(
  capabilities.flatMap((card) => [
    ...(card.jobs ?? []).map(({ name, run }) => [name, run] as const),
    ...(card.subscriptions ?? []).map(({ name, run }) => [`on:${name}`, run] as const),
  ]),
)

const mostJobs = 2000

/** Forgets what the template left in the queue. */
export async function emptyQueue({ sql }: DbTest): Promise<void> {
  await sql`delete from graphile_worker._private_jobs`
}

/** Does the jobs and events that wait now, and those that they call for, in their order. Timers (cron) are not among them. */
export async function workQueue(t: DbTest): Promise<void> {
  for (let done = 0; done < mostJobs; done += 1) {
    const [job] = await t.sql<{ name: string; payload: unknown }[]>`
      with next as (
        select id from graphile_worker._private_jobs
        where run_at <= greatest(${t.now}::timestamptz, now()) + interval '2 seconds' order by priority, run_at, id limit 1)
      delete from graphile_worker._private_jobs j using next, graphile_worker._private_tasks k
      where j.id = next.id and k.id = j.task_id returning k.identifier as name, j.payload`
    if (!job) return
    await handlers.get(job.name)?.(t.context(), job.payload)
  }
  throw new Error('the queue does not come to an end')
}

/** Lets the timers of these jobs go off once. */
export async function ring(t: DbTest, ...names: string[]): Promise<void> {
  for (const name of names) {
    const run = handlers.get(name)
    if (!run) throw new Error(`there is no job ${name}`)
    await run(t.context(), {})
  }
  await workQueue(t)
}
