import type { Capability } from '#platform/capability'
import { apiRoutes } from './api.ts'
import { jobs, subscriptions, sweepJob } from './jobs.ts'
import { dutyClocks } from './keeping/clocks.ts'
import { syncObligations } from './keeping/obligations.ts'
import { notices } from './notices.ts'
import { pageMenu, pageRoutes } from './pages/routes.ts'
import { seedDuties } from './seed.ts'
import { loadSettings } from './settings.ts'

export const duties: Capability = {
  name: 'duties',
  home: import.meta.url,
  routes: [...apiRoutes, ...pageRoutes],
  menu: pageMenu,
  jobs,
  clocks: [dutyClocks],
  notices,
  subscriptions,
  permissions: {
    'duty:read': ['leader', 'operator', 'custodian', 'analyst', 'administrator', 'auditor'],
    'duty:remind': ['operator', 'leader'],
    'duty:issue': ['leader'],
    'duty:explain': ['custodian', 'leader'],
  },
  seed: seedDuties,
  loadPack: async (ctx, config) => {
    await loadSettings(ctx, config.packDir)
    await syncObligations(ctx)
    await ctx.enqueue(sweepJob, {}, { key: sweepJob.name })
  },
}
