import type { Capability } from '#platform/capability'
import { homeRoutes } from './pages/home.tsx'
import { ledgerRoutes } from './pages/ledger.tsx'
import { numberRoutes } from './pages/number.tsx'
import { homePath } from './pages/words.ts'
import { inspect } from './right.ts'
import { seedInspection } from './seed.ts'

export const inspections: Capability = {
  name: 'inspections',
  routes: [...homeRoutes, ...numberRoutes, ...ledgerRoutes],
  menu: [{ label: 'Thanh tra, kiểm tra', href: homePath, permission: inspect, order: 5, group: 'top' }],
  permissions: { [inspect]: ['inspector'] },
  seed: seedInspection,
}
