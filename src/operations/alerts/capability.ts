import type { Capability } from '#platform/capability'
import { alertmanagerRoutes } from './alertmanager-api.ts'
import { apiRoutes } from './api.ts'
import { listOpenAlerts } from './counts.ts'
import { guards } from './guards.ts'
import { jobs, subscriptions, wakeAllRules } from './jobs.ts'
import { mapLayers } from './map-layers.ts'
import { notices } from './notices.ts'
import { pageMenu, pageRoutes } from './pages/routes.ts'
import { stateWords } from './pages/words.ts'
import { loadRules } from './rules/load.ts'
import { seedAlerts } from './seed.ts'
import { loadSettings } from './settings.ts'

export const alerts: Capability = {
  name: 'alerts',
  home: import.meta.url,
  routes: [...apiRoutes, ...alertmanagerRoutes, ...pageRoutes],
  guards,
  menu: pageMenu,
  seed: seedAlerts,
  permissions: {
    'alert:read': ['leader', 'operator', 'officer', 'analyst', 'administrator', 'auditor'],
    'alert:handle': ['operator'],
    'alert:define': ['operator', 'administrator'],
    'alert:oversee': ['leader'],
    'alerts:write': ['operator', 'administrator'],
    'alerts:read': ['leader', 'operator', 'officer', 'analyst', 'administrator', 'auditor'],
  },
  jobs,
  subscriptions,
  notices,
  mapLayers,
  shiftMatters: [
    {
      title: 'Cảnh báo đang mở',
      permission: 'alert:read',
      list: async (ctx) =>
        (await listOpenAlerts(ctx, { limit: 60 })).map(({ code, headline, url, state }) => ({
          title: `${code}: ${headline}`,
          url,
          note: stateWords[state],
        })),
    },
  ],
  async loadPack(ctx, config) {
    await loadSettings(ctx, config.packDir)
    await loadRules(ctx, config.packDir)
    await wakeAllRules(ctx)
  },
}
