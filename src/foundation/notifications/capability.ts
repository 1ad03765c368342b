import type { Capability } from '#platform/capability'
import { activation, activationSubscription } from './activation.ts'
import { apiRoutes } from './api.ts'
import { findStuck } from './health.ts'
import { jobs, subscriptions } from './jobs.ts'
import { notices } from './notices.ts'
import { deliveryRoutes } from './pages/deliveries.tsx'
import { inboxRoutes, unreadCount } from './pages/inbox.tsx'
import { preferenceRoutes } from './pages/preferences.tsx'
import { wordingRoutes } from './pages/wordings.tsx'
import { deliveriesPath, inboxPath } from './pages/words.ts'
import { managePermission, receiptPermission } from './permissions.ts'
import { pushRoutes } from './push/routes.ts'
import { loadSettings } from './settings.ts'

export const notifications: Capability = {
  name: 'notifications',
  home: import.meta.url,
  routes: [...inboxRoutes, ...preferenceRoutes, ...deliveryRoutes, ...wordingRoutes, ...pushRoutes, ...apiRoutes],
  menu: [
    { label: 'Thông báo', href: inboxPath, order: 1, group: 'head', count: unreadCount },
    {
      label: 'Thông báo gửi đi',
      href: deliveriesPath,
      permission: managePermission,
      order: 910,
      group: 'administration',
    },
  ],
  permissions: { [managePermission]: ['administrator'], [receiptPermission]: ['administrator'] },
  notices: [...notices, activation],
  jobs,
  subscriptions: [...subscriptions, activationSubscription],
  loadPack: (ctx, config) => loadSettings(ctx, config.packDir),
  check: findStuck,
}
