import type { Capability } from '#platform/capability'
import { briefJobs } from './briefs/jobs.ts'
import { boardRoutes } from './pages/boards.tsx'
import { briefRoutes, briefsPath } from './pages/briefs.tsx'
import { factRoutes } from './pages/fact.tsx'
import { hoursRoute } from './pages/hours.tsx'
import { indicatorRoutes } from './pages/indicator.tsx'
import { indicatorListRoutes } from './pages/indicator-list.tsx'
import { overviewRoutes } from './pages/overview.tsx'
import { rankingRoutes } from './pages/ranking.tsx'
import { searchRoutes } from './pages/search.tsx'
import { unitRoutes } from './pages/unit.tsx'
import { unitListRoutes } from './pages/unit-list.tsx'
import { deskPath, wallPath } from './watch/address.ts'
import { deskRoute } from './watch/desk.tsx'
import { wallRoute } from './watch/wall.tsx'

export const centre: Capability = {
  name: 'centre',
  home: import.meta.url,
  routes: [
    ...overviewRoutes,
    ...indicatorListRoutes,
    ...indicatorRoutes,
    hoursRoute,
    ...factRoutes,
    ...rankingRoutes,
    ...unitListRoutes,
    ...unitRoutes,
    ...boardRoutes,
    ...searchRoutes,
    ...briefRoutes,
    deskRoute,
    wallRoute,
  ],
  jobs: briefJobs,
  notices: [
    {
      code: 'brief.made',
      label: 'Bản tóm tắt điều hành mới',
      values: {
        title: 'Tóm tắt điều hành ngày 23/11/2026',
        asks: '1. Giao Sở Mẫu báo cáo nguyên nhân và giải pháp đối với “Tỷ lệ hồ sơ giải quyết đúng hạn”.',
      },
      longValues: ['asks'],
      vi: {
        subject: '{title}',
        text: '{title} đã lập xong: điều gì thay đổi, vì sao, cần chỉ đạo gì. Thư điện tử có tệp PDF, DOCX và bảng tính kèm theo.\n\nĐề nghị:\n{asks}',
      },
      en: {
        subject: '{title}',
        text: '{title} is ready: what changed, why, and what is asked. The mail carries it as PDF, DOCX and workbook.\n\nAsked for:\n{asks}',
      },
    },
  ],
  menu: [
    { label: 'Tổng quan điều hành', href: '/', permission: 'indicator:read', order: 10, group: 'top' },
    { label: 'Chỉ tiêu', href: '/chi-tieu', permission: 'indicator:read', order: 11, group: 'figures' },
    { label: 'Bảng xếp hạng', href: '/xep-hang', permission: 'indicator:read', order: 12, group: 'figures' },
    { label: 'Bảng theo đơn vị', href: '/don-vi', permission: 'indicator:read', order: 13, group: 'figures' },
    { label: 'Bảng cho cuộc họp', href: '/bang', permission: 'indicator:read', order: 14, group: 'figures' },
    { label: 'Tóm tắt điều hành', href: briefsPath, permission: 'indicator:read', order: 15, group: 'figures' },
    { label: 'Bàn trực', href: deskPath, permission: 'alert:handle', order: 20, group: 'top' },
    { label: 'Màn hình giám sát', href: wallPath, permission: 'alert:read', order: 21, group: 'events' },
  ],
}
