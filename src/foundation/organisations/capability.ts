import type { Capability } from '#platform/capability'
import { managePermission } from './actions.ts'
import { routes } from './api.ts'
import { loadOrganisations } from './pack/load.ts'
import { areaRoutes } from './pages/areas.tsx'
import { changeRoutes } from './pages/change.tsx'
import { createRoutes } from './pages/create.tsx'
import { detailRoute } from './pages/detail.tsx'
import { listRoute } from './pages/list.tsx'
import { areaListPath, listPath } from './pages/words.ts'
import { placeRoutes } from './places/api.ts'

export const organisations: Capability = {
  name: 'organisations',
  home: import.meta.url,
  routes: [...routes, ...placeRoutes, listRoute, ...createRoutes, detailRoute, ...changeRoutes, ...areaRoutes],
  menu: [
    { label: 'Đơn vị', href: listPath, permission: managePermission, order: 10, group: 'administration' },
    { label: 'Địa bàn', href: areaListPath, permission: managePermission, order: 11, group: 'administration' },
  ],
  permissions: { [managePermission]: ['administrator'] },
  loadPack: async (ctx, config) => {
    await loadOrganisations(ctx, config.packDir)
  },
}
