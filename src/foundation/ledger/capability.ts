import type { Capability } from '#platform/capability'
import { destroyPermission, readPermission } from './actions.ts'
import { apiRoutes } from './api.ts'
import { verifyCommand } from './commands.ts'
import { exportCommand } from './export/command.ts'
import { ledgerJobs } from './jobs.ts'
import { destructionRoutes } from './pages/destruction.tsx'
import { detailRoute } from './pages/detail.tsx'
import { exportRoutes } from './pages/export.tsx'
import { listRoute } from './pages/list.tsx'
import { listPath } from './pages/words.ts'
import { witnessPermission } from './rfc6962-api.ts'

export const ledger: Capability = {
  name: 'ledger',
  home: import.meta.url,
  routes: [...apiRoutes, listRoute, ...exportRoutes, ...destructionRoutes, detailRoute],
  jobs: ledgerJobs,
  commands: [verifyCommand, exportCommand],
  menu: [{ label: 'Nhật ký', href: listPath, permission: readPermission, order: 80, group: 'administration' }],
  permissions: {
    [readPermission]: ['auditor', 'administrator'],
    [witnessPermission]: ['auditor', 'administrator'],
    [destroyPermission]: ['administrator'],
  },
}
