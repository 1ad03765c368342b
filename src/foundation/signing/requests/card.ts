import { z } from 'zod'
import type { Capability } from '#platform/capability'
import { defineJob, handleJob } from '#platform/jobs'
import { certificateRoutes } from '../certificates/certificate-page.tsx'
import { registerRoute } from '../certificates/register-page.tsx'
import { checkRevocations } from '../certificates/revocation.ts'
import { seedCertificates } from '../certificates/seed.ts'
import {
  manageCertificates,
  readCertificates,
  registerPath,
  renewPermission,
  watchEnds,
} from '../certificates/watch.ts'
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
const watchJob = defineJob('signing.watch-certificates', z.object({}))
const revocationJob = defineJob('signing.check-revocations', z.object({}))

/** What asking people and agencies for signatures puts on the card. */
export const requestsCard = {
  routes: [
    listRoute,
    ...createRoutes,
    ...helperRoutes,
    ...sessionRoutes,
    ...certificateRoutes,
    registerRoute,
    ...detailRoutes,
    ...sealRoutes,
  ],
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
    // 7:00 in Việt Nam, before the day's work.
    handleJob(watchJob, watchEnds, '0 0 * * *'),
    handleJob(revocationJob, checkRevocations, '20 * * * *'),
  ],
  menu: [
    {
      label: 'Ký số',
      href: requestsPath,
      permission: signPermission,
      order: 4,
      group: 'top',
    },
    { label: 'Chứng thư số', href: registerPath, permission: readCertificates, order: 61, group: 'administration' },
    { label: 'Con dấu số', href: sealsPath, permission: manageSeals, order: 60, group: 'administration' },
  ],
  permissions: {
    [signPermission]: ['leader', 'operator', 'custodian', 'officer'],
    [readPermission]: ['leader', 'auditor'],
    [sealPermission]: ['officer', 'leader'],
    [manageSeals]: ['administrator'],
    [readCertificates]: ['administrator', 'auditor', 'leader', 'custodian', 'officer'],
    [manageCertificates]: ['administrator'],
    [renewPermission]: ['custodian', 'officer', 'leader'],
  },
  notices,
  check: checkTokens,
  seed: seedCertificates,
} satisfies Partial<Capability>
