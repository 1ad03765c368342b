import type { Capability } from '#platform/capability'
import { guards } from './guards.ts'
import { checkPath, checkRoutes } from './pages/check.tsx'
import { requestsCard } from './requests/card.ts'

export const signing: Capability = {
  ...requestsCard,
  name: 'signing',
  home: import.meta.url,
  guards,
  routes: [...checkRoutes, ...requestsCard.routes],
  menu: [{ label: 'Kiểm tra chữ ký số', href: checkPath, order: 95, group: 'data' }, ...requestsCard.menu],
}
