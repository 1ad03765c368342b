import { listPeople } from '#identity'
import { type AsOf, areaTree, organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'

/** Names for the codes that alerts carry, those of the moment that is asked; a code that has none stands for itself. */
export interface Names {
  organisation(code: string): string
  area(code: string | undefined): string | undefined
  person(account: string | undefined): string | undefined
}

export async function readNames(
  ctx: Context,
  accounts: readonly (string | undefined)[] = [],
  at?: AsOf,
): Promise<Names> {
  const on = at ?? { asOf: await today(ctx) }
  const wanted = [...new Set(accounts.filter((one) => one !== undefined))]
  const [organisations, areas, people] = await Promise.all([
    organisationTree(ctx.sql, on),
    areaTree(ctx.sql, on),
    wanted.length > 0 ? listPeople(ctx, wanted) : [],
  ])
  const known = new Map(people.map(({ account, name }) => [account, name]))
  return {
    organisation(code) {
      const row = organisations.find(code)?.row
      return row ? (row.shortName ?? row.name) : code
    },
    area: (code) => (code === undefined ? undefined : (areas.find(code)?.row.name ?? code)),
    person: (account) =>
      account === undefined ? undefined : account === 'system' ? 'Hệ thống' : (known.get(account) ?? account),
  }
}
