import type { Context } from '#platform/context'
import type { Problem } from '#platform/errors'
import { manageAccounts } from '../actions/accounts.ts'
import { listHolders } from '../actions/holders.ts'
import { everywhere } from '../model.ts'
import { organisationNames } from '../pages/account-parts.tsx'
import { sayPermission } from './permission-words.ts'

const mostNamed = 3

/** What right somebody lacked, and who can give it; nothing where it is not for want of a right. */
export async function adviseRefused(ctx: Context, { status, facts }: Problem): Promise<string | undefined> {
  const { permission, organisation } = facts
  if (status !== 403 || typeof permission !== 'string' || !permission.includes(':') || !ctx.actor.account)
    return undefined
  if (ctx.actor.citizen) return 'Trang này dành cho cán bộ. Dữ liệu của ông/bà ở trang của công dân.'
  const place = typeof organisation === 'string' ? organisation : undefined
  const decision = ctx.decide({ permission, organisation: place })
  const nameOf = await organisationNames(ctx)
  const right = `quyền “${sayPermission(permission)}”`
  const lacking =
    place !== undefined && !decision.allowed && decision.lack === 'organisation'
      ? `Ông/bà có ${right}, nhưng đơn vị ${nameOf(place)} nằm ngoài phạm vi được giao.`
      : `Việc này cần ${right}, mà tài khoản của ông/bà chưa được giao.`
  const givers = await listHolders(ctx, manageAccounts, place ?? ctx.actor.organisation ?? everywhere)
  const names = givers.slice(0, mostNamed).map(({ name, organisation }) => `${name} (${nameOf(organisation)})`)
  if (names.length === 0) return `${lacking} Nếu công việc cần đến, xin liên hệ người quản trị hệ thống của cơ quan.`
  return `${lacking} Nếu công việc cần đến, người giao được quyền này là: ${names.join(', ')}.`
}
