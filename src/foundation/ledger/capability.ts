import type { Capability, KeptBytes } from '#platform/capability'
import { destroyPermission, readPermission } from './actions.ts'
import { apiRoutes } from './api.ts'
import { makeVerifyCommand } from './commands.ts'
import { exportCommand } from './export/command.ts'
import { guards } from './guards.ts'
import { ledgerJobs } from './jobs.ts'
import { destructionRoutes } from './pages/destruction.tsx'
import { detailRoute } from './pages/detail.tsx'
import { exportRoutes } from './pages/export.tsx'
import { makeListRoute } from './pages/list.tsx'
import { listPath } from './pages/words.ts'
import { witnessPermission } from './rfc6962-api.ts'

/** `books`: the contents that capabilities keep, which its entries vouch for. */
export const createLedger = (books: () => readonly KeptBytes[]): Capability => ({
  name: 'ledger',
  home: import.meta.url,
  routes: [...apiRoutes, makeListRoute(books), ...exportRoutes, ...destructionRoutes, detailRoute],
  guards,
  jobs: ledgerJobs(books),
  commands: [makeVerifyCommand(books), exportCommand],
  menu: [{ label: 'Nhật ký', href: listPath, permission: readPermission, order: 80, group: 'administration' }],
  permissions: {
    [readPermission]: ['auditor', 'administrator'],
    [witnessPermission]: ['auditor', 'administrator'],
    [destroyPermission]: ['administrator'],
  },
})
