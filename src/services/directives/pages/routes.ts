import type { Numbers } from '#platform/capability'
import type { Route } from '#platform/http'
import { boardRoute } from './board.tsx'
import { bulkRoute } from './bulk.tsx'
import { calendarRoute } from './calendar.tsx'
import { deedRoutes } from './deed.tsx'
import { makeDetailRoute } from './detail.tsx'
import { evidenceRoutes } from './evidence.tsx'
import { feedRoutes } from './feed.tsx'
import { followUpRoute } from './follow-up.tsx'
import { makeGiveRoutes } from './give.tsx'
import { giveManyRoutes } from './give-many.tsx'
import { letterRoute } from './letter.tsx'
import { listRoute } from './list.tsx'

export const makePageRoutes = (numbers: Numbers): readonly Route[] => [
  boardRoute,
  listRoute,
  bulkRoute,
  calendarRoute,
  ...feedRoutes,
  followUpRoute,
  ...makeGiveRoutes(numbers),
  ...giveManyRoutes,
  makeDetailRoute(numbers),
  ...deedRoutes,
  ...evidenceRoutes,
  letterRoute,
]
