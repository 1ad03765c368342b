import type { Capability } from '#platform/capability'
import { loadCalendars } from './actions.ts'
import { calendarListRoute } from './pages/list.tsx'
import { calendarListPath } from './pages/words.ts'
import { calendarYearRoutes } from './pages/year.tsx'

export const calendar: Capability = {
  name: 'calendar',
  home: import.meta.url,
  routes: [calendarListRoute, ...calendarYearRoutes],
  menu: [
    { label: 'Lịch làm việc', href: calendarListPath, permission: 'calendar:edit', order: 15, group: 'administration' },
  ],
  permissions: { 'calendar:edit': ['administrator'] },
  loadPack: (ctx, config) => loadCalendars(ctx, config.packDir),
}
