import type { Capability, MapLayer } from '#platform/capability'
import { loadBoundaries } from './actions.ts'
import { apiRoutes } from './api.ts'
import { ogcRoutes } from './ogc/routes.ts'
import { mapPath } from './pages/address.ts'
import { mapRoutes } from './pages/map.tsx'

/** The map over what all cards put on it; they are asked for when a page is, since the list of cards holds this one too. */
export const createMaps = (layers: () => readonly MapLayer[]): Capability => ({
  name: 'maps',
  home: import.meta.url,
  routes: [...mapRoutes(layers), ...ogcRoutes(layers), ...apiRoutes],
  menu: [{ label: 'Bản đồ', href: mapPath, permission: 'map:read', order: 14, group: 'figures' }],
  permissions: {
    'map:read': ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'auditor'],
  },
  loadPack: (ctx, config) => loadBoundaries(ctx, config.packDir),
})
