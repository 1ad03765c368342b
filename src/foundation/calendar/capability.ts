import type { Capability, ClockBook } from '#platform/capability'
import { handleJob } from '#platform/jobs'
import { loadCalendars } from './actions.ts'
import { recountJob } from './jobs.ts'
import { calendarListRoute } from './pages/list.tsx'
import { recountRoutes } from './pages/recounts.tsx'
import { calendarListPath } from './pages/words.ts'
import { calendarYearRoutes } from './pages/year.tsx'
import { calendarApiRoutes } from './reckoner/api.ts'
import { reckonerRoutes } from './reckoner/page.tsx'
import { findStuck } from './recount/health.ts'
import { runRecounts } from './recount/run.ts'

/** The card; the books of clocks on all cards are asked for when days change, since the list of cards holds this one too. */
export const createCalendar = (books: () => readonly ClockBook[]): Capability => ({
  name: 'calendar',
  home: import.meta.url,
  routes: [
    calendarListRoute,
    ...recountRoutes(books),
    ...calendarYearRoutes(books),
    ...reckonerRoutes,
    ...calendarApiRoutes,
  ],
  menu: [
    { label: 'Lịch làm việc', href: calendarListPath, permission: 'calendar:edit', order: 15, group: 'administration' },
  ],
  permissions: { 'calendar:edit': ['administrator'] },
  jobs: [
    handleJob(
      recountJob,
      async (ctx) => {
        const ended = await runRecounts(ctx, books())
        if (ended > 0) ctx.log.info({ recounts: ended }, 'Clocks reckoned anew after a change of a calendar')
      },
      // What a job that failed for good has left is taken up again.
      '7 * * * *',
    ),
  ],
  check: findStuck,
  loadPack: (ctx, config) => loadCalendars(ctx, config.packDir),
})
