import type { Capability } from '#platform/capability'
import { readPermission, writePermission } from './actions.ts'
import { apiRoutes } from './api.ts'
import { guards } from './guards.ts'
import { jobs, slowJob } from './jobs.ts'
import { loadPortfolio } from './pack.ts'
import { listRoute } from './pages/list.tsx'
import { movementRoutes } from './pages/movement-forms.tsx'
import { programmeRoute } from './pages/programme.tsx'
import { progressRoutes } from './pages/progress-forms.tsx'
import { projectRoute } from './pages/project.tsx'
import { listPath } from './pages/words.ts'
import { seedYear } from './seed.ts'

export const portfolio: Capability = {
  name: 'portfolio',
  home: import.meta.url,
  routes: [...apiRoutes, listRoute, programmeRoute, projectRoute, ...movementRoutes, ...progressRoutes],
  menu: [{ label: 'Danh mục dự án', href: listPath, permission: readPermission, order: 45, group: 'figures' }],
  permissions: {
    [readPermission]: ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor'],
    [writePermission]: ['officer', 'custodian'],
  },
  guards,
  jobs,
  loadPack: async (ctx, config) => {
    await loadPortfolio(ctx, config.packDir, config.demo)
    await ctx.enqueue(slowJob, {}, { key: slowJob.name })
  },
  seed: async (ctx, options) => {
    options.progress('Capital of this year')
    await seedYear(ctx)
  },
}
