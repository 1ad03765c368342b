import type { Capability, MapLayer, ShiftMatters } from '#platform/capability'
import { guards } from './guards.ts'
import { jobs } from './jobs.ts'
import { notices } from './notices.ts'
import { callRoutes } from './pages/calls.tsx'
import { handOverRoutes } from './pages/hand-over.tsx'
import { incidentBulletinRoutes } from './pages/incident-bulletins.tsx'
import { incidentCloseRoutes } from './pages/incident-close.tsx'
import { incidentListRoutes } from './pages/incident-list.tsx'
import { incidentLogRoutes } from './pages/incident-log.tsx'
import { incidentOpenRoutes } from './pages/incident-open.tsx'
import { incidentPlaceRoutes } from './pages/incident-places.tsx'
import { incidentReportRoutes } from './pages/incident-reports.tsx'
import { incidentTaskRoutes } from './pages/incident-tasks.tsx'
import { playbookEditRoutes } from './pages/playbook-edit.tsx'
import { playbookRoutes } from './pages/playbooks.tsx'
import { rosterRoutes } from './pages/roster.tsx'
import { rosterSwapRoutes } from './pages/roster-swap.tsx'
import { loadPlaybooks } from './playbooks/pack-files.ts'
import { taskClocks } from './record/clocks.ts'
import { mapLayers } from './record/map-layers.ts'
import { loadRosterSettings } from './roster/settings.ts'
import { makeSample } from './sample.ts'

/** What other cards have to say, asked for when it is needed: since the list of cards holds this one too. */
interface Contributions {
  /** To the next shift, when a hand-over is written. */
  matters(): readonly ShiftMatters[]
  /** On the map of an incident. */
  layers(): readonly MapLayer[]
}

export const createIncidents = ({ matters, layers }: Contributions): Capability => ({
  name: 'incidents',
  home: import.meta.url,
  guards,
  routes: [
    ...incidentListRoutes,
    ...incidentOpenRoutes,
    ...incidentLogRoutes,
    ...incidentTaskRoutes,
    ...incidentCloseRoutes,
    ...incidentPlaceRoutes(layers),
    ...incidentBulletinRoutes,
    ...incidentReportRoutes,
    ...playbookRoutes,
    ...playbookEditRoutes,
    ...rosterRoutes,
    ...rosterSwapRoutes,
    ...callRoutes,
    ...handOverRoutes(matters),
  ],
  menu: [
    { label: 'Tình huống', href: '/tinh-huong', permission: 'incident:read', order: 30, group: 'events' },
    { label: 'Kịch bản', href: '/kich-ban', permission: 'incident:read', order: 31, group: 'events' },
    { label: 'Ca trực', href: '/ca-truc', permission: 'incident:read', order: 32, group: 'events' },
  ],
  permissions: {
    'incident:read': ['leader', 'operator', 'officer', 'analyst', 'administrator', 'auditor'],
    'incident:command': ['operator', 'leader'],
    'shift:lead': ['operator'],
  },
  notices,
  mapLayers,
  clocks: [taskClocks],
  jobs,
  loadPack: async (ctx, config) => {
    await loadPlaybooks(ctx, config.packDir)
    await loadRosterSettings(ctx, config.packDir)
  },
  seed: (ctx) => ctx.transaction(makeSample),
})
