import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { Tag } from '#ui'
import { manageAccounts } from '../actions/accounts.ts'
import type { Account } from '../store.ts'

export const crumbs = [{ label: 'Tài khoản', href: '/quan-tri/tai-khoan' }]

/** Organisations that the actor manages accounts of, for a choice. */
export async function listChoices(ctx: Context): Promise<{ value: string; label: string }[]> {
  const reach = ctx.reach(manageAccounts)
  const { nodes } = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  return nodes
    .filter(({ row }) => reach === 'all' || reach.has(row.code))
    .map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` }))
}

export function AccountState({ account }: { account: Account }) {
  if (account.disabledAt) return <Tag tone="warning">Đã khóa</Tag>
  return <Tag>{account.machine ? 'Tài khoản máy' : 'Đang dùng'}</Tag>
}
