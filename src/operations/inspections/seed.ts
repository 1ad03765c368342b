import { askInspection, decideInspection } from '#identity'
import type { SeedOptions } from '#platform/capability'
import type { Context } from '#platform/context'
import { dayOf } from '#platform/local-day'

const dayMs = 24 * 3600_000

/** A decision of the demonstration: asked by the administrator, approved by the chairman, over one commune. */
export async function seedInspection(ctx: Context, { demo }: SeedOptions): Promise<void> {
  if (!demo) return
  const as = (account: string): Context => ({ ...ctx, actor: { ...ctx.actor, account } })
  const dayAt = (plusDays: number) => dayOf(new Date(ctx.now.getTime() + plusDays * dayMs))
  const id = await askInspection(as('quantri'), {
    account: 'thanhtra',
    decisionNumber: '12/QĐ-TTr',
    decidedOn: dayAt(-1),
    issuedBy: 'Thanh tra tỉnh (minh họa)',
    about: 'Thanh tra việc giải quyết thủ tục hành chính và báo cáo số liệu (minh họa)',
    periodFrom: `${dayAt(0).slice(0, 4)}-01-01`,
    periodTo: dayAt(0),
    validFrom: dayAt(-1),
    validTo: dayAt(45),
    organisations: ['H32.22366'],
    subjects: [],
  })
  await decideInspection(as('lanhdao'), id, 'approved')
}
