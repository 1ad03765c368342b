import { type Ground, permissionsBy } from '#platform/access'
import { type Actor, type Context, nobody } from '#platform/context'
import type { Grants } from '../model.ts'
import type { Account } from '../store.ts'
import { findByAccount } from './store.ts'

/** No organisation has this code. */
const nowhere = 'none'

/** A citizen holds no role that anybody gave: only what is his own is open to him, and no organisation's rows. */
export async function citizenOf(ctx: Context, account: Account, grants: Grants): Promise<Actor> {
  const person = await findByAccount(ctx.sql, account.name)
  if (!person) return nobody
  const ground: Ground = {
    kind: 'citizen',
    role: 'citizen',
    organisations: [],
    reach: new Set([nowhere]),
    permissions: new Set([...grants].filter(([, holders]) => holders.has('citizen')).map(([permission]) => permission)),
  }
  const { representedIdentifier: identifier, representedName: name } = account
  return {
    account: account.name,
    name: account.personName,
    citizen: {
      person: person.sameAs ?? person.id,
      represents: identifier !== null && name !== null ? { identifier, name } : undefined,
    },
    organisation: undefined,
    roles: [],
    permissions: permissionsBy([ground]),
    grounds: [ground],
  }
}
