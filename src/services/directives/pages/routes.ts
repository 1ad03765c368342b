import type { Route } from '#platform/http'
import { boardRoute } from './board.tsx'
import { bulkRoute } from './bulk.tsx'
import { calendarRoute } from './calendar.tsx'
import { deedRoutes } from './deed.tsx'
import { detailRoute } from './detail.tsx'
import { evidenceRoutes } from './evidence.tsx'
import { feedRoutes } from './feed.tsx'
import { followUpRoute } from './follow-up.tsx'
import { giveRoutes } from './give.tsx'
import { giveManyRoutes } from './give-many.tsx'
import { letterRoute } from './letter.tsx'
import { listRoute } from './list.tsx'

export const pageRoutes: readonly Route[] = [
  boardRoute,
  listRoute,
  bulkRoute,
  calendarRoute,
  ...feedRoutes,
  followUpRoute,
  ...giveRoutes,
  ...giveManyRoutes,
  detailRoute,
  ...deedRoutes,
  ...evidenceRoutes,
  letterRoute,
]
