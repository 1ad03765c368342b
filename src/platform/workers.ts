/**
 * A worker that is killed leaves the jobs it had taken, and the queues they stand in, marked as its own, and graphile-worker gives them
 * back only after four hours. So each worker holds a lock on a connection that ends with its process, and whoever takes jobs looks for
 * marks of workers that hold none. A job may then run a second time beside a worker that has only lost its connection: jobs bear that.
 */
import { EventEmitter } from 'node:events'
import type { WorkerEvents } from 'graphile-worker'
import type { Logger } from '#platform/log'
import { openPool, type Sql } from '#platform/sql'

const lockClass = 7314001
const beatMs = 3000
/** A worker that has just begun may not have its lock yet: it asks for it as it begins, on a connection that is open. */
const youngestSeconds = 4

export interface Attendance {
  /** Handed to graphile-worker, which tells through it of each worker it makes. */
  events: WorkerEvents
  close(): Promise<void>
}

/** Keeps the locks of this process's workers, and gives back what dead ones had taken: now and every few seconds. */
export async function attendWorkers(url: string, log: Logger): Promise<Attendance> {
  const events: WorkerEvents = new EventEmitter()
  const own = new Set<string>()
  const held = openPool(url, { max: 1, name: 'tram-huong workers' })
  const others = openPool(url, { max: 1, name: 'tram-huong workers' })
  const beat = async () => {
    try {
      await holdLocks(held, [...own])
      const freed = await freeDead(others)
      if (freed.length > 0) log.warn({ workers: freed.length }, 'jobs of workers that have died are given back')
    } catch (error) {
      log.warn({ err: error }, 'the locks of workers could not be looked at')
    }
  }
  events.on('worker:create', ({ worker }) => {
    own.add(worker.workerId)
    holdLocks(held, [worker.workerId]).catch((error) => log.warn({ err: error }, 'a worker has no lock yet'))
  })
  await beat()
  let beating = Promise.resolve()
  const timer = setInterval(() => {
    beating = beating.then(beat)
  }, beatMs)
  timer.unref()
  return {
    events,
    async close() {
      clearInterval(timer)
      await beating
      await Promise.all([held.end({ timeout: 1 }), others.end({ timeout: 1 })])
    },
  }
}

/** Takes the locks this connection does not hold yet: all of them again after it was lost. */
async function holdLocks(sql: Sql, workers: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_lock(${lockClass}, hashtext(id)) from unnest(${[...workers]}::text[]) id
    where not exists (
      select from pg_locks l
      where l.pid = pg_backend_pid() and l.locktype = 'advisory' and l.classid = ${lockClass} and l.objsubid = 2
        and l.objid = (hashtext(id)::bigint & 4294967295)::oid)`
}

async function freeDead(sql: Sql): Promise<string[]> {
  const old = sql`locked_at < now() - make_interval(secs => ${youngestSeconds})`
  const rows = await sql<{ id: string }[]>`
    select id from (
      select locked_by as id from graphile_worker._private_jobs where ${old}
      union
      select locked_by from graphile_worker._private_job_queues where ${old}
    ) marked
    where not exists (
      select from pg_locks l
      where l.locktype = 'advisory' and l.classid = ${lockClass} and l.objsubid = 2
        and l.database = (select oid from pg_database where datname = current_database())
        and l.objid = (hashtext(id)::bigint & 4294967295)::oid)`
  const dead = rows.map(({ id }) => id)
  if (dead.length === 0) return dead
  await sql`select graphile_worker.force_unlock_workers(${dead})`
  // A job that was replaced while a dead worker was at it is never run again: the one that replaced it does its work.
  await sql`
    delete from graphile_worker._private_jobs
    where locked_at is null and attempts >= max_attempts and last_error is null and key is null`
  return dead
}
