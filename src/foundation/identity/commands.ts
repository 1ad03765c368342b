import { type Command, UsageFault } from '#platform/capability'
import { issueToken } from './actions/tokens.ts'
import { Scopes } from './model.ts'
import { renewKeys } from './provider/keys.ts'

export const tokenCommand: Command = {
  name: 'token',
  summary: 'Print an API token for an account, narrowed to scopes',
  usage: 'tram token --account NAME --scope a:b,c:d [--days 365] [--label TEXT] [--json]',
  help: 'The token acts for the account and may do what both its roles and its scopes allow (a scope is the name of a permission, such as indicator:read). It is shown once; only its hash is kept.',
  options: {
    account: { type: 'string' },
    scope: { type: 'string', multiple: true },
    days: { type: 'string' },
    label: { type: 'string' },
  },
  async run(ctx, { options, progress }) {
    const { account, scope, days, label } = options
    if (typeof account !== 'string') throw new UsageFault('--account is missing')
    const scopes = (Array.isArray(scope) ? scope : []).flatMap((one) => one.split(',')).filter(Boolean)
    if (!Scopes.safeParse(scopes).success)
      throw new UsageFault('--scope takes names such as indicator:read,record:push, or source:CODE for one source')
    const empty = scopes.filter((one) => !one.startsWith('source:') && ctx.rolesWith(one).length === 0)
    if (empty.length > 0) progress(`No role holds ${empty.join(', ')}: the token will open nothing by that scope`)
    if (days !== undefined && !/^\d{1,4}$/.test(String(days))) throw new UsageFault('--days takes a whole number')
    const { token, expiresAt } = await issueToken(ctx, {
      account,
      scopes,
      label: typeof label === 'string' ? label : 'tram token',
      days: days === undefined ? undefined : Number(days),
    })
    return { token, expiresAt: expiresAt.toISOString() }
  },
}

export const renewKeysCommand: Command = {
  name: 'renew-keys',
  summary: 'Make new keys for the tokens of sign-ins, in the place of all there are',
  usage: 'tram renew-keys',
  help: 'For keys that are lost or were seen by others. Applications fetch the new ones by themselves; tokens signed by the old ones are good no more. Servers take them up within a minute.',
  options: {},
  async run(ctx) {
    await renewKeys(ctx)
    return { renewed: true }
  },
}
