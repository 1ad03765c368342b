import { homeToday } from '#organisations'
import type { Context } from '#platform/context'
import { Tag } from '#ui'
import { manageAccounts } from '../actions/accounts.ts'
import type { Account } from '../store.ts'

export const crumbs = [{ label: 'Tài khoản', href: '/quan-tri/tai-khoan' }]

/** Organisations that the actor manages accounts of, for a choice. */
export async function listChoices(ctx: Context): Promise<{ value: string; label: string }[]> {
  const reach = ctx.reach(manageAccounts)
  const { tree } = await homeToday(ctx)
  return tree.nodes
    .filter(({ row }) => reach === 'all' || reach.has(row.code))
    .map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` }))
}

/** The names of organisations as they are called today; of one that has ended, its code. */
export async function organisationNames(ctx: Context): Promise<(code: string | null) => string> {
  const { tree } = await homeToday(ctx)
  return (code) => {
    const row = code === null ? undefined : tree.find(code)?.row
    return row?.shortName ?? row?.name ?? code ?? ''
  }
}

export function AccountState({ account }: { account: Account }) {
  if (account.disabledAt) return <Tag tone="warning">Đã khóa</Tag>
  return <Tag>{account.machine ? 'Tài khoản máy' : 'Đang dùng'}</Tag>
}
