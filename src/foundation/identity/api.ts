import { z } from 'zod'
import { notFound } from '#platform/errors'
import { route } from '#platform/http'
import { ownAccount } from './actions/accounts.ts'
import { findAccount } from './store.ts'

const OwnAccount = z.object({
  account: z.string(),
  name: z.string(),
  organisation: z.string().nullable(),
  roles: z.array(z.object({ role: z.string(), organisation: z.string() })),
  permissions: z.array(
    z.object({ permission: z.string(), organisations: z.union([z.literal('all'), z.array(z.string())]) }),
  ),
})

export const routes = [
  route({
    method: 'GET',
    path: '/api/v1/account',
    access: 'signed-in',
    summary: 'Who the caller is and what the session or token may do',
    answers: OwnAccount,
    async handle(ctx): Promise<z.infer<typeof OwnAccount>> {
      const name = ownAccount(ctx)
      const account = await findAccount(ctx.sql, name)
      if (!account) throw notFound('account', name)
      return {
        account: account.name,
        name: account.personName,
        organisation: account.organisation,
        roles: ctx.actor.roles.map(({ role, organisation }) => ({ role, organisation })),
        permissions: [...ctx.actor.permissions].map(([permission, reach]) => ({
          permission,
          organisations: reach === 'all' ? reach : [...reach],
        })),
      }
    },
  }),
]
