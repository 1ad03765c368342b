import type { MenuItem } from '#platform/capability'
import type { Route } from '#platform/http'
import { balanceRoute } from './balance.tsx'
import { detailRoutes } from './detail.tsx'
import { listRoutes } from './list.tsx'
import { ruleFormRoutes } from './rule-form.tsx'
import { ruleRoutes } from './rules.tsx'
import { silenceRoutes } from './silences.tsx'
import { listPath } from './words.ts'

export const pageRoutes: readonly Route[] = [
  ...listRoutes,
  balanceRoute,
  ...silenceRoutes,
  ...ruleFormRoutes,
  ...ruleRoutes,
  ...detailRoutes,
]

export const pageMenu: readonly MenuItem[] = [
  { label: 'Cảnh báo', href: listPath, permission: 'alert:read', order: 20, group: 'events' },
]
