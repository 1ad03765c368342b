/** The timers of the program, rung far more often than once a minute, so that kills meet them at work. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openPool } from '#platform/sql'
import type { Pace } from './course.ts'
import type { Place } from './program.ts'

/** What a minute wakes. */
export const timerJobs = ['alerts.sweep', 'incidents.watch'] as const
const everyMs = 700

/** A connection beside the program's own, which does not count as a user of its database: it does not start it again. */
function connect({ varDir }: Place) {
  const read = (...path: string[]) => readFileSync(join(varDir, ...path), 'utf8').trim()
  const url = `postgres://tram_owner:${read('secrets', 'database')}@127.0.0.1:${read('run', 'database.port')}/tram`
  return openPool(url, { max: 1, connectSeconds: 2 })
}

/** Asks for what the minute brings, until told to stop or the database is gone. */
export async function ringTimers(place: Place, pace: Pace): Promise<void> {
  const pool = connect(place)
  try {
    while (!pace.ends) {
      for (const job of timerJobs) await pool`select platform.add_job(${job}, '{}'::json, null, null, ${job})`
      await sleep(everyMs)
    }
  } catch {
    // It was killed under the question.
  } finally {
    await pool.end({ timeout: 1 })
  }
}
