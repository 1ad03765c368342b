import type { Capability } from '#platform/capability'
import { inletJobs } from './inlet-jobs.ts'
import { pullRoutes } from './pull-api.ts'
import { pushPermission } from './push.ts'
import { pushRoutes } from './push-api.ts'

/** What the ways in add to the warehouse's card. */
export const inlets = {
  routes: [...pushRoutes, ...pullRoutes],
  jobs: inletJobs,
  permissions: {
    [pushPermission]: ['custodian', 'administrator'],
  },
  objectScopes: { source: pushPermission },
} satisfies Partial<Capability>
