import type { Capability } from '#platform/capability'
import { lookupRoutes } from './pages/lookup.tsx'
import { lookupPath, unitsPath } from './pages/parts.tsx'
import { pointRoute } from './pages/point.tsx'
import { unitRoutes } from './pages/units.tsx'

export const places: Capability = {
  name: 'places',
  routes: [...lookupRoutes, pointRoute, ...unitRoutes],
  menu: [
    {
      label: 'Tra cứu địa bàn',
      href: lookupPath,
      covers: unitsPath,
      permission: 'place:look-up',
      order: 40,
      group: 'data',
    },
  ],
  permissions: {
    'place:look-up': ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor'],
  },
}
