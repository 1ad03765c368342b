import type { Capability } from '#platform/capability'
import { managePermission } from './actions.ts'
import { routes } from './api.ts'
import { managePositions } from './offices/actions.ts'
import { loadDemoAuthorities, loadPositions } from './offices/load.ts'
import { officeRoutes } from './offices/routes.ts'
import { loadOrganisations } from './pack/load.ts'
import { areaRoutes } from './pages/areas.tsx'
import { changeRoutes } from './pages/change.tsx'
import { createRoutes } from './pages/create.tsx'
import { detailRoute } from './pages/detail.tsx'
import { listRoute } from './pages/list.tsx'
import { areaListPath, listPath } from './pages/words.ts'
import { placeRoutes } from './places/api.ts'
import { reconcileRoutes } from './places/reconcile.ts'
import { manageAuthorities } from './signing-authority/actions.ts'
import { authorityFormRoutes } from './signing-authority/forms.tsx'
import { authorityListRoute } from './signing-authority/list.tsx'
import { authorityPath } from './signing-authority/words.ts'

export const organisations: Capability = {
  name: 'organisations',
  home: import.meta.url,
  routes: [
    ...routes,
    ...placeRoutes,
    ...reconcileRoutes,
    listRoute,
    ...createRoutes,
    detailRoute,
    ...changeRoutes,
    ...areaRoutes,
    ...officeRoutes,
    authorityListRoute,
    ...authorityFormRoutes,
  ],
  menu: [
    { label: 'Đơn vị', href: listPath, permission: managePermission, order: 10, group: 'administration' },
    { label: 'Thẩm quyền ký', href: authorityPath, permission: manageAuthorities, order: 12, group: 'administration' },
    { label: 'Địa bàn', href: areaListPath, permission: managePermission, order: 11, group: 'administration' },
  ],
  permissions: {
    [managePermission]: ['administrator'],
    [managePositions]: ['administrator'],
    [manageAuthorities]: ['leader', 'administrator'],
  },
  loadPack: async (ctx, config) => {
    const { pack } = await loadOrganisations(ctx, config.packDir)
    await loadPositions(ctx, config.packDir, pack)
    if (config.demo) await loadDemoAuthorities(ctx, config.packDir, pack)
  },
}
