import type { Capability } from '#platform/capability'
import { holderOf, holderTopic, overseePermission, readPermission } from './actions.ts'
import { jobs, subscriptions } from './jobs.ts'
import { inboxRoute } from './pages/inbox.tsx'
import { moveRoutes, navCountId, sayLate } from './pages/moves.tsx'
import { countOwn } from './pages/read-counts.ts'
import { unitRoutes } from './pages/unit.tsx'
import { countPath, inboxPath, unitPath } from './pages/words.ts'

export const worklist: Capability = {
  name: 'worklist',
  home: import.meta.url,
  routes: [inboxRoute, ...moveRoutes, ...unitRoutes],
  menu: [
    {
      label: 'Việc của tôi',
      href: inboxPath,
      permission: readPermission,
      order: 1,
      group: 'top',
      count: {
        id: navCountId,
        href: countPath,
        topics: (ctx) => holderTopic(holderOf(ctx.actor)),
        async read(ctx) {
          const { open, late } = await countOwn(ctx)
          return { count: open, note: sayLate(late) }
        },
      },
    },
    { label: 'Việc của đơn vị', href: unitPath, permission: overseePermission, order: 2, group: 'top' },
  ],
  jobs,
  subscriptions,
  permissions: {
    [readPermission]: ['leader', 'operator', 'custodian', 'officer', 'analyst', 'administrator', 'clerk'],
    [overseePermission]: ['leader'],
  },
  notices: [
    {
      code: 'worklist.handed-over',
      label: 'Việc được đồng nghiệp bàn giao',
      values: {
        from: 'Nguyễn Văn Mẫu',
        count: '3',
        first: 'Xác nhận kết quả: nâng cấp đường truyền',
        note: 'nghỉ phép đến hết tuần',
      },
      vi: {
        subject: '{from} bàn giao {count} việc',
        text: '{from} bàn giao cho ông/bà {count} việc, trong đó có: {first}. Lời nhắn: {note}.',
      },
      en: {
        subject: '{from} handed over {count} items of work',
        text: '{from} handed over {count} items of work to you, among them: {first}. Note: {note}.',
      },
    },
  ],
}
