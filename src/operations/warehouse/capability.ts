import type { Capability } from '#platform/capability'
import { importCommand } from './commands.ts'
import { loadContracts } from './contracts.ts'
import { feedDirectives, feedJobs, feedSubscriptions } from './directive-feed.ts'
import { keptLandings } from './evidence.ts'
import { guards } from './guards.ts'
import { inlets } from './inlets/card.ts'
import { jobs } from './jobs.ts'
import { reportLayer, sourceLayer } from './map-layer.ts'
import { pageMenu, pagePermissions, pageRoutes } from './pages/routes.ts'
import { portfolioJob, portfolioSubscription } from './portfolio-feed.ts'
import { handlePermission } from './quarantine.ts'
import { personalPurposes, seePersonal } from './reading/personal.ts'
import { editPermission } from './revision.ts'
import { seedDemonstration } from './seed.ts'

export const warehouse: Capability = {
  name: 'warehouse',
  home: import.meta.url,
  routes: [...pageRoutes, ...inlets.routes],
  menu: pageMenu,
  objectScopes: inlets.objectScopes,
  jobs: [...jobs, ...inlets.jobs, ...feedJobs, portfolioJob],
  subscriptions: [...feedSubscriptions, portfolioSubscription],
  commands: [importCommand],
  guards,
  keptBytes: [keptLandings],
  mapLayers: [reportLayer, sourceLayer],
  permissions: {
    ...pagePermissions,
    ...inlets.permissions,
    [handlePermission]: ['custodian', 'administrator'],
    [editPermission]: ['custodian', 'administrator'],
  },
  purposes: async () => ({ [seePersonal]: personalPurposes }),
  loadPack: async (ctx, config) => {
    await loadContracts(ctx, config.packDir)
  },
  seed: async (ctx, options) => {
    await seedDemonstration(ctx, options)
    await feedDirectives(ctx)
  },
}
