import type { Context } from '#platform/context'
import type { Sql } from '#platform/sql'
import type { MergeTarget } from './merge.ts'
import { deleteCanonical, insertTouches, replaceRecords } from './merge-store.ts'
import { TouchSet } from './touch-set.ts'

// A `full` file says all there is: what it does not name any more is retracted, with its history kept.

const pieceSize = 10_000

/** Retracts what the landing did not name. Where a line of it had no readable key nothing can be told absent, and nothing is. */
export async function retractAbsent(
  ctx: Context,
  target: MergeTarget,
): Promise<{ retracted: number; withheld?: string }> {
  const unnamed = await countUnnamed(ctx.sql, target.landingId)
  if (unnamed > 0)
    return { retracted: 0, withheld: `${unnamed} dòng không đọc được khóa nên chưa rút bản ghi vắng mặt.` }
  let retracted = 0
  for (;;) {
    const ids = await findAbsent(ctx.sql, target)
    if (ids.length === 0) return { retracted }
    await replaceRecords(ctx.sql, { ids, by: ids.map(() => null), at: ctx.now, state: 'retracted' })
    const touches = new TouchSet(target.kind)
    const cases = new Set<string>()
    for (const cell of await deleteCanonical(ctx, target.kind, ids)) {
      touches.add(cell)
      if (cell.caseId !== null) cases.add(cell.caseId)
    }
    await insertTouches(ctx.sql, target.source, touches, target.receivedAt)
    if (target.kind === 'case-event') {
      const { deriveCases } = await import('./cases.ts')
      await deriveCases(ctx, target.source, [...cases], target.receivedAt)
    }
    retracted += ids.length
  }
}

async function countUnnamed(sql: Sql, landingId: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) from warehouse.quarantine where landing_id = ${landingId} and key is null`
  return row?.count ?? 0
}

async function findAbsent(sql: Sql, { source, landingId }: MergeTarget): Promise<number[]> {
  const rows = await sql<{ id: number }[]>`
    select r.id from warehouse.record r
    where r.source = ${source} and r.state = 'applied' and r.landing_id < ${landingId}
      and not exists (
        select from warehouse.landing_key k
        where k.landing_id = ${landingId}
          and k.key_hash = ('x0' || left(encode(sha256(convert_to(r.key, 'UTF8')), 'hex'), 13) || '00')::bit(64)::bigint >> 8)
    limit ${pieceSize}`
  return rows.map((row) => row.id)
}
