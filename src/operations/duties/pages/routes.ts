import type { MenuItem } from '#platform/capability'
import type { Route } from '#platform/http'
import { agencyRoutes } from './agency.tsx'
import { ladderRoutes } from './ladder.tsx'
import { letterRoutes } from './letter.tsx'
import { letterListRoutes } from './letter-list.tsx'
import { matrixRoutes } from './matrix.tsx'
import { matrixPath } from './words.ts'

export const pageRoutes: readonly Route[] = [
  ...matrixRoutes,
  ...ladderRoutes,
  ...letterListRoutes,
  ...letterRoutes,
  ...agencyRoutes,
]

export const pageMenu: readonly MenuItem[] = [
  { label: 'Trách nhiệm cập nhật dữ liệu', href: matrixPath, permission: 'duty:read', order: 40, group: 'figures' },
]
