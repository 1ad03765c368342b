import {
  Logger as GraphileLogger,
  parseCronItems,
  run,
  runOnce,
  type TaskList,
  type WorkerEvents,
} from 'graphile-worker'
import type { z } from 'zod'
import { type Context, createContext, type JobType, systemActor, type Workshop } from '#platform/context'
import { attendWorkers } from '#platform/workers'

export type { JobType }

export function defineJob<T>(name: string, schema: z.ZodType<T>): JobType<T> {
  return { name, schema }
}

export interface JobHandler {
  name: string
  run(ctx: Context, payload: unknown): Promise<void>
  /** Times at which the job is started with an empty object as payload: a crontab pattern in UTC. */
  cron?: string
}

export function handleJob<T>(
  job: JobType<T>,
  work: (ctx: Context, payload: T) => Promise<void>,
  cron?: string,
): JobHandler {
  return { name: job.name, cron, run: (ctx, payload) => work(ctx, job.schema.parse(payload)) }
}

export interface Runner {
  stop(): Promise<void>
  /** Rejects when fewer jobs are taken, or none, although nobody asked to stop: the database went away under a job. */
  failed: Promise<never>
}

/** Takes jobs from the queue until stopped. A failed job is tried again with growing pauses, then kept with its error. */
export async function startJobs(
  workshop: Workshop,
  url: string,
  handlers: readonly JobHandler[],
  options: { concurrency: number; patienceMs?: number },
): Promise<Runner> {
  const taskList = makeTaskList(workshop, handlers)
  // Given as items, not as a crontab text, whose names may hold no dot.
  const timers = parseCronItems(
    handlers.flatMap(({ name, cron }) =>
      cron ? [{ task: name, match: cron, options: { maxAttempts: 3, backfillPeriod: 0 } }] : [],
    ),
  )
  const attendance = await attendWorkers(url, workshop.log)
  const runner = await run({
    connectionString: url,
    events: attendance.events,
    taskList,
    parsedCronItems: timers,
    concurrency: options.concurrency,
    pollInterval: 1000,
    noHandleSignals: true,
    logger: quietLogger(workshop),
  })
  let isStopping = false
  const failed = new Promise<never>((_, reject) => {
    const fail = (error: unknown) => isStopping || reject(error)
    runner.promise.catch(fail)
    // A worker that cannot write down how its job ended is gone for good, and nobody takes its place.
    attendance.events.on('worker:fatalError', ({ error }) => fail(error))
    watchTaking(attendance.events, options.patienceMs ?? 10_000, fail)
  })
  // Who does not look at it is not ended by it.
  failed.catch(() => {})
  return {
    failed,
    stop() {
      isStopping = true
      return runner.stop().finally(attendance.close)
    },
  }
}

/**
 * A worker whose first look at the queue fails keeps that failure and meets it again at every later look, however well the database
 * is by then: a process that takes nothing for this long for its faults is better begun anew.
 */
function watchTaking(events: WorkerEvents, patienceMs: number, fail: (error: unknown) => void): void {
  const failingSince = new Map<string, number>()
  events.on('worker:getJob:error', ({ worker, error }) => {
    const since = failingSince.get(worker.workerId) ?? Date.now()
    failingSince.set(worker.workerId, since)
    if (Date.now() - since >= patienceMs) fail(error)
  })
  for (const taken of ['worker:getJob:empty', 'job:start'] as const)
    events.on(taken, ({ worker }) => failingSince.delete(worker.workerId))
}

/** Runs in this process the jobs that wait now, and those they call for, until none is due. */
export async function runWaitingJobs(workshop: Workshop, url: string, handlers: readonly JobHandler[]): Promise<void> {
  const attendance = await attendWorkers(url, workshop.log)
  try {
    await runOnce({
      connectionString: url,
      events: attendance.events,
      taskList: makeTaskList(workshop, handlers),
      concurrency: 1,
      noHandleSignals: true,
      logger: quietLogger(workshop),
    })
  } finally {
    await attendance.close()
  }
}

function makeTaskList(workshop: Workshop, handlers: readonly JobHandler[]): TaskList {
  const all = [
    ...handlers,
    ...workshop.subscriptions.map((subscription) => ({ name: `on:${subscription.name}`, run: subscription.run })),
  ]
  const taskList: TaskList = {}
  for (const handler of all) {
    taskList[handler.name] = async (payload, task) => {
      const log = workshop.log.child({ job: handler.name, jobId: task.job.id })
      await handler.run(createContext(workshop, { actor: systemActor, log }), payload)
    }
  }
  return taskList
}

function quietLogger(workshop: Workshop) {
  return new GraphileLogger(() => (level, message) => {
    if (level === 'error' || level === 'warning') workshop.log[level === 'error' ? 'error' : 'warn'](message)
  })
}
