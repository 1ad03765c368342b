// Which items somebody may see: those whose permission he holds over their organisation. Permissions that reach the same organisations
// are taken together, so that the condition is a few comparisons however many permissions he holds.
import type { Context } from '#platform/context'
import type { Fragment, Sql } from '#platform/sql'

export interface Sight {
  everywhere: readonly string[]
  within: readonly { permissions: readonly string[]; organisations: readonly string[] }[]
}

export function sightOf({ actor }: Pick<Context, 'actor'>): Sight {
  const everywhere: string[] = []
  const groups = new Map<string, { permissions: string[]; organisations: string[] }>()
  for (const [permission, reach] of actor.permissions) {
    if (reach === 'all') everywhere.push(permission)
    else {
      const organisations = [...reach]
      const key = organisations.join(' ')
      const group = groups.get(key) ?? { permissions: [], organisations }
      group.permissions.push(permission)
      groups.set(key, group)
    }
  }
  return { everywhere, within: [...groups.values()] }
}

/** The condition on rows that have `permission` and `organisation`. */
export function seen(sql: Sql, { everywhere, within }: Sight): Fragment {
  return within.reduce<Fragment>(
    (so, { permissions, organisations }) =>
      sql`${so} or (permission = any(${permissions as string[]}) and organisation = any(${organisations as string[]}))` as Fragment,
    sql`permission = any(${everywhere as string[]})` as Fragment,
  )
}
