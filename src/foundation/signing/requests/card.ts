import { z } from 'zod'
import type { Capability } from '#platform/capability'
import { defineJob, handleJob } from '#platform/jobs'
import { helperRoutes, sealRoutes, sealsPath } from '../means/pages.tsx'
import { checkTokens, manageSeals } from '../means/seals.ts'
import { expireRequests } from './actions.ts'
import { createRoutes } from './create-page.tsx'
import { detailRoutes } from './detail-page.tsx'
import { listRoute } from './list-page.tsx'
import { notices } from './notices.ts'
import { readPermission, sealPermission, signPermission } from './rights.ts'
import { runSessionJob } from './runs.ts'
import { sessionRoutes } from './session-routes.ts'
import { expireSessions } from './sessions.ts'
import { requestsPath } from './words.ts'

const tidyJob = defineJob('signing.tidy-requests', z.object({}))

/** What asking people and agencies for signatures puts on the card. */
export const requestsCard = {
  routes: [listRoute, ...createRoutes, ...helperRoutes, ...sessionRoutes, ...detailRoutes, ...sealRoutes],
  jobs: [
    runSessionJob,
    handleJob(
      tidyJob,
      async (ctx) => {
        await expireSessions(ctx)
        await expireRequests(ctx)
      },
      '*/5 * * * *',
    ),
  ],
  menu: [
    {
      label: 'Ký số',
      href: requestsPath,
      permission: signPermission,
      order: 4,
      group: 'top',
    },
    { label: 'Con dấu số', href: sealsPath, permission: manageSeals, order: 60, group: 'administration' },
  ],
  permissions: {
    [signPermission]: ['leader', 'operator', 'custodian', 'officer'],
    [readPermission]: ['leader', 'auditor'],
    [sealPermission]: ['officer', 'leader'],
    [manageSeals]: ['administrator'],
  },
  notices,
  check: checkTokens,
} satisfies Partial<Capability>
