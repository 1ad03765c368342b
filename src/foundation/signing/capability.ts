import type { Capability } from '#platform/capability'
import { checkPath, checkRoutes } from './pages/check.tsx'

export const signing: Capability = {
  name: 'signing',
  home: import.meta.url,
  routes: checkRoutes,
  menu: [{ label: 'Kiểm tra chữ ký số', href: checkPath, order: 95, group: 'data' }],
}
