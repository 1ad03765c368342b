import type { Capability } from '#platform/capability'
import { filesJobs } from './jobs.ts'
import { approveDisposal, manageFiles } from './retention/actions.ts'
import { retentionRoutes } from './retention/page.tsx'
import { filesPath, ruleRoutes } from './retention/rules-page.tsx'
import { loadRetention } from './retention/settings.ts'
import { keptFiles } from './storage/kept.ts'
import { uploadRoutes } from './uploads/routes.ts'

export const files: Capability = {
  name: 'files',
  home: import.meta.url,
  routes: [...uploadRoutes, ...retentionRoutes, ...ruleRoutes],
  menu: [{ label: 'Kho tệp', href: filesPath, permission: approveDisposal, order: 915, group: 'administration' }],
  permissions: { [manageFiles]: ['administrator'], [approveDisposal]: ['administrator', 'leader'] },
  jobs: filesJobs,
  keptBytes: [keptFiles],
  loadPack: (ctx, config) => loadRetention(ctx, config.packDir),
}
