import type { Capability } from '#platform/capability'
import { formRoutes, formsPath } from '../forms/pages.tsx'
import { approvalRoutes } from './approval.tsx'
import { definitionRoutes } from './definition.tsx'
import { definitionListRoute } from './definition-list.tsx'
import { newDefinitionRoutes } from './definition-new.tsx'
import { entryRoutes } from './entry.tsx'
import { firstIndicatorRoutes } from './first-indicator.tsx'
import { lineageRoutes } from './lineage.tsx'
import { approvalPath, definitionListPath, entryPath } from './words.ts'

/** Pages where indicators are defined, typed in and approved; what leaders read is the centre's. */
export const pageRoutes = [
  ...lineageRoutes,
  ...firstIndicatorRoutes,
  ...entryRoutes,
  ...approvalRoutes,
  definitionListRoute,
  ...newDefinitionRoutes,
  ...definitionRoutes,
  ...formRoutes,
]

export const pageMenu: NonNullable<Capability['menu']> = [
  { label: 'Nhập số liệu', href: entryPath, permission: 'entry:write', order: 20, group: 'top' },
  { label: 'Biểu mẫu Excel', href: formsPath, permission: 'entry:write', order: 95, group: 'figures' },
  { label: 'Duyệt số liệu', href: approvalPath, permission: 'entry:approve', order: 60, group: 'figures' },
  {
    label: 'Định nghĩa chỉ tiêu',
    href: definitionListPath,
    permission: 'indicator:define',
    order: 20,
    group: 'administration',
  },
]
