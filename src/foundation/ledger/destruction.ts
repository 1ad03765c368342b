import type { Context } from '#platform/context'
import { conflict, forbidden, invalid, notFound } from '#platform/errors'
import { appendEntry, destroyKey, destroyPermission } from './actions.ts'
import * as store from './destruction-store.ts'

const faultIn = (path: string, message: string) => invalid(message, [{ path, message }])

/** Who acts for himself: keys are destroyed by nobody's stand-in and by no machine. */
function ownAccount(ctx: Context): string {
  ctx.require(destroyPermission)
  const { account, onBehalfOf, scopes } = ctx.actor
  if (!account || onBehalfOf || scopes) throw forbidden(destroyPermission)
  return account
}

/** Asks that a key be destroyed, by a document; it is destroyed only when a second person decides so. */
export function askDestruction(
  ctx: Context,
  wish: { keyName: string; ground: string; reason: string },
): Promise<number> {
  const askedBy = ownAccount(ctx)
  const [keyName, ground, reason] = [wish.keyName.trim(), wish.ground.trim(), wish.reason.trim()]
  const faults = [
    ...(keyName === '' ? [{ path: 'khoa', message: 'Xin nhập tên khóa.' }] : []),
    ...(ground.length < 5
      ? [{ path: 'canCu', message: 'Xin nêu số, ngày, cơ quan ban hành của văn bản làm căn cứ.' }]
      : []),
    ...(reason.length < 5 ? [{ path: 'lyDo', message: 'Xin nêu lý do hủy khóa.' }] : []),
  ]
  if (faults.length > 0) throw invalid('Đề nghị hủy khóa còn thiếu nội dung.', faults)
  return ctx.transaction(async (ctx) => {
    if (!(await store.hasLivingKey(ctx.sql, keyName)))
      throw faultIn('khoa', 'Không có khóa nào mang tên này, hoặc khóa đã bị hủy.')
    const id = await store.insertDestruction(ctx.sql, { keyName, ground, reason, askedBy, askedAt: ctx.now })
    if (id === undefined) throw faultIn('khoa', 'Khóa này đã có đề nghị hủy đang chờ.')
    await appendEntry(ctx, {
      action: 'ledger.destruction-asked',
      subject: `key:${keyName}`.slice(0, 300),
      body: { id, ground, reason },
    })
    return id
  })
}

/** Destroys or refuses: another person than who asked. Who asked may withdraw. */
export function decideDestruction(
  ctx: Context,
  id: number,
  outcome: 'destroyed' | 'refused' | 'withdrawn',
): Promise<void> {
  const by = ownAccount(ctx)
  return ctx.transaction(async (ctx) => {
    const known = await store.lockDestruction(ctx.sql, id)
    if (!known) throw notFound('ledger.destruction', String(id))
    if (known.outcome)
      throw conflict('ledger.destruction-decided', 'Đề nghị này đã được quyết định; xin tải lại trang.')
    if ((known.askedBy === by) !== (outcome === 'withdrawn'))
      throw conflict(
        'ledger.second-person',
        'Người đề nghị chỉ rút được đề nghị; việc hủy khóa cần một người thứ hai quyết định.',
      )
    await store.setDestructionOutcome(ctx.sql, id, { by, at: ctx.now, outcome })
    if (outcome === 'destroyed') await destroyKey(ctx, known.keyName, `${known.ground}: ${known.reason}`)
    else
      await appendEntry(ctx, {
        action: `ledger.destruction-${outcome}`,
        subject: `key:${known.keyName}`.slice(0, 300),
        body: { id },
      })
  })
}
