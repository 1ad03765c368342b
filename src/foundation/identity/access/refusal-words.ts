import type { Context } from '#platform/context'
import type { Problem } from '#platform/errors'
import { manageAccounts } from '../actions/accounts.ts'
import { listHolders } from '../actions/holders.ts'
import { everywhere } from '../model.ts'
import { organisationNames } from '../pages/account-parts.tsx'
import { sayPermission } from './permission-words.ts'

const mostNamed = 3

/** What right somebody lacked, and who can give it; nothing where it is not for want of a right. */
export async function adviseRefused(ctx: Context, problem: Problem): Promise<string | undefined> {
  const lacking = await sayLack(ctx, problem)
  if (lacking === undefined || ctx.actor.citizen || problem.code === 'access.purpose') return lacking
  const nameOf = await organisationNames(ctx)
  const place = textOf(problem.facts.organisation) ?? ctx.actor.organisation ?? everywhere
  const givers = await listHolders(ctx, manageAccounts, place)
  const names = givers.slice(0, mostNamed).map(({ name, organisation }) => `${name} (${nameOf(organisation)})`)
  if (names.length === 0) return `${lacking} Nếu công việc cần đến, xin liên hệ người quản trị hệ thống của cơ quan.`
  return `${lacking} Nếu công việc cần đến, người giao được quyền này là: ${names.join(', ')}.`
}

/** What was missing, by the decision that refused. */
export async function sayLack(ctx: Context, { status, facts }: Problem): Promise<string | undefined> {
  const [permission, organisation, purpose] = [facts.permission, facts.organisation, facts.purpose].map(textOf)
  if (status !== 403 || !permission?.includes(':') || !ctx.actor.account) return undefined
  if (ctx.actor.citizen) return 'Trang này dành cho cán bộ. Dữ liệu của ông/bà ở trang của công dân.'
  const decision = ctx.decide({ permission, organisation, purpose })
  const right = `quyền “${sayPermission(permission)}”`
  const lack = decision.allowed ? undefined : decision.lack
  if (lack === 'purpose') {
    const names = (ctx.purposesOf(permission) ?? []).map(({ name }) => `“${name}”`)
    return `Ông/bà có ${right}, nhưng quyền này chỉ được dùng để: ${names.join('; ')}.`
  }
  if (lack === 'scope') return `Mã truy cập đang dùng không có ${right}.`
  if (lack === 'organisation' && organisation !== undefined)
    return `Ông/bà có ${right}, nhưng đơn vị ${(await organisationNames(ctx))(organisation)} nằm ngoài phạm vi được giao.`
  return `Việc này cần ${right}, mà tài khoản của ông/bà chưa được giao.`
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
