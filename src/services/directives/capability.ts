import type { Capability, Numbers } from '#platform/capability'
import { apiRoutes } from './api.ts'
import { partClocks } from './clock/recount.ts'
import { joinNumbers } from './giving/numbers.ts'
import { guards } from './guards.ts'
import { jobs } from './jobs.ts'
import { notices } from './notices.ts'
import { makePageRoutes } from './pages/routes.ts'
import { boardPath } from './paths.ts'
import { givePermission, issuePermission, readPermission, workPermission } from './rights.ts'
import { seedDirectives } from './seed/seed.ts'
import { loadSettings } from './settings.ts'

/** @param readNumbers what a task may wait for: the numbers of the rooms above */
export const createDirectives = (readNumbers: () => readonly Numbers[]): Capability => ({
  name: 'directives',
  home: import.meta.url,
  routes: [...apiRoutes, ...makePageRoutes(joinNumbers(readNumbers))],
  menu: [{ label: 'Nhiệm vụ chỉ đạo', href: boardPath, permission: readPermission, order: 30, group: 'top' }],
  guards,
  jobs,
  clocks: [partClocks],
  notices,
  permissions: {
    [readPermission]: ['leader', 'operator', 'officer', 'custodian', 'analyst', 'administrator', 'auditor'],
    [givePermission]: ['leader', 'operator'],
    [issuePermission]: ['officer', 'leader'],
    [workPermission]: ['officer', 'leader', 'custodian'],
  },
  loadPack: (ctx, config) => loadSettings(ctx, config.packDir),
  seed: seedDirectives,
})
