import { appendEntry } from '#ledger'
import { searchKey, today } from '#organisations'
import type { Context } from '#platform/context'
import { refreshSums } from './capital-store.ts'
import type { FedProject } from './model.ts'
import { type Level, levelMovements, lockSource, upsertFed, upsertSource, withdrawMissing } from './take-store.ts'

export interface FedSource {
  code: string
  name: string
  /** Of the province itself; a sample never stands under its name. */
  isHome: boolean
}

export interface Taken {
  projects: number
  movements: number
  withdrawn: number
}

/**
 * Takes a whole source in, a batch a transaction, and withdraws what it no longer holds. Whatever was taken before, whole or half: the
 * list then says what the source says, and nothing twice.
 */
export async function takeProjects(
  ctx: Context,
  source: FedSource,
  batches: AsyncIterable<readonly FedProject[]> | Iterable<readonly FedProject[]>,
): Promise<Taken> {
  const taken: Taken = { projects: 0, movements: 0, withdrawn: 0 }
  const keys: string[] = []
  await upsertSource(ctx.sql, source, ctx.now)
  const day = await today(ctx)
  for await (const batch of batches) {
    keys.push(...batch.map(({ key }) => key))
    taken.projects += batch.length
    taken.movements += await ctx.transaction((inner) => takeBatch(inner, { source: source.code, batch, day }))
  }
  await ctx.transaction(async (inner) => {
    await lockSource(inner.sql, source.code)
    taken.withdrawn = await withdrawMissing(inner.sql, source.code, keys, inner.now)
    await appendEntry(inner, { action: 'project.taken-in', subject: `source:${source.code}`, body: { ...taken } })
  })
  return taken
}

async function takeBatch(
  ctx: Context,
  { source, batch, day }: { source: string; batch: readonly FedProject[]; day: string },
): Promise<number> {
  await lockSource(ctx.sql, source)
  const rows = batch.map((project) => ({
    ...project,
    code: `${source}.${project.key}`,
    search: searchKey(`${project.key} ${project.name} ${project.category ?? ''}`),
  }))
  const ids = await upsertFed(ctx.sql, source, rows, ctx.now)
  const levels: Level[] = batch.flatMap(({ key, amounts, reportedOn }) => {
    const project = ids.get(key)
    if (project === undefined) return []
    return amounts.map(({ on, ...amount }) => ({ ...amount, project, on: on ?? reportedOn ?? day }))
  })
  const by = ctx.actor.account ?? 'system'
  const moved = await levelMovements(ctx.sql, [...ids.values()], levels, { by, at: ctx.now, day })
  if (moved.length > 0) await refreshSums(ctx.sql, moved, ctx.now)
  return moved.length
}
