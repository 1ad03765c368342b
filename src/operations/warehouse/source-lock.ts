import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '#platform/context'
import type { Pool, Sql } from '#platform/sql'

const waitMs = 200

/**
 * Only one program at a time works on a source. The lock lies on a connection of its own and goes with it, so that a program that
 * dies leaves none behind. Within one open transaction there is nobody to keep out.
 */
export async function withSourceLock<T>(ctx: Context, source: string, work: () => Promise<T>): Promise<T> {
  if (!isPool(ctx.sql)) return work()
  const connection = await ctx.sql.reserve()
  try {
    while (!(await tryLock(connection, source))) await sleep(waitMs)
    try {
      return await work()
    } finally {
      await connection`select pg_advisory_unlock(hashtext('warehouse.source'), hashtext(${source}))`
    }
  } finally {
    connection.release()
  }
}

const isPool = (sql: Sql): sql is Pool => 'reserve' in sql

async function tryLock(sql: Sql, source: string): Promise<boolean> {
  const [row] = await sql<{ locked: boolean }[]>`
    select pg_try_advisory_lock(hashtext('warehouse.source'), hashtext(${source})) as locked`
  return row?.locked ?? false
}

/** True when no program works on the source at this moment. */
export async function sourceIsFree(ctx: Context, source: string): Promise<boolean> {
  if (!isPool(ctx.sql)) return true
  const connection = await ctx.sql.reserve()
  try {
    if (!(await tryLock(connection, source))) return false
    await connection`select pg_advisory_unlock(hashtext('warehouse.source'), hashtext(${source}))`
    return true
  } finally {
    connection.release()
  }
}
