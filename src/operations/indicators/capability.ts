import type { Capability } from '#platform/capability'
import { apiRoutes } from './api.ts'
import { commands } from './commands.ts'
import { computeFirst } from './computation/process.ts'
import { loadDefinitions } from './definitions.ts'
import { loadForms } from './forms/load.ts'
import { guards } from './guards.ts'
import { jobs, subscriptions } from './jobs.ts'
import { pageMenu, pageRoutes } from './pages/routes.ts'
import { numbers } from './reading/choices.ts'

export const indicators: Capability = {
  name: 'indicators',
  home: import.meta.url,
  routes: [...apiRoutes, ...pageRoutes],
  menu: pageMenu,
  jobs,
  subscriptions,
  commands,
  guards,
  numbers,
  permissions: {
    'indicator:read': ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor'],
    'indicator:define': ['administrator'],
    'indicator:lock': ['administrator'],
    'entry:write': ['custodian'],
    'entry:approve': ['leader'],
    'entry:publish': ['administrator', 'analyst'],
    'target:write': ['leader', 'administrator'],
  },
  loadPack: async (ctx, config) => {
    await loadDefinitions(ctx, config.packDir)
    await loadForms(ctx, config.packDir)
  },
  seed: async (ctx, options) => {
    options.progress('Computing the numbers')
    await computeFirst(ctx)
  },
}
