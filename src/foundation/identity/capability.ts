import { z } from 'zod'
import type { Capability } from '#platform/capability'
import { defineJob, handleJob } from '#platform/jobs'
import { manageAccounts } from './actions/accounts.ts'
import { loadDemoPeople } from './actions/people.ts'
import { routes } from './api.ts'
import { tokenCommand } from './commands.ts'
import { forgetFailuresMs, giveStandIns, sessionIdleMs } from './model.ts'
import { administrationRoutes } from './pages/administration.tsx'
import { managedAccountRoutes } from './pages/managed-account.tsx'
import { ownAccountRoutes } from './pages/own-account.tsx'
import { signInRoutes } from './pages/sign-in.tsx'
import { standInRoutes } from './stand-in/pages.tsx'
import { deleteStale } from './store.ts'

const tidySessions = defineJob('identity.tidy-sessions', z.object({}))

export const identity: Capability = {
  name: 'identity',
  home: import.meta.url,
  routes: [
    ...signInRoutes,
    ...ownAccountRoutes,
    ...standInRoutes,
    ...administrationRoutes,
    ...managedAccountRoutes,
    ...routes,
  ],
  menu: [
    {
      label: 'Tài khoản',
      href: '/quan-tri/tai-khoan',
      permission: manageAccounts,
      order: 900,
      group: 'administration',
    },
  ],
  commands: [tokenCommand],
  permissions: { [manageAccounts]: ['administrator'], [giveStandIns]: ['leader', 'administrator'] },
  jobs: [
    handleJob(
      tidySessions,
      (ctx) =>
        deleteStale(ctx.sql, {
          now: ctx.now,
          seenSince: new Date(ctx.now.getTime() - sessionIdleMs),
          failedSince: new Date(ctx.now.getTime() - forgetFailuresMs),
        }),
      '17 * * * *',
    ),
  ],
  async loadPack(ctx, config) {
    if (config.demo) await loadDemoPeople(ctx, config)
  },
}
