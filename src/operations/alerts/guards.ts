// Who may see an alert: told to auditors by the rule that its page goes by.
import type { GuardBook } from '#platform/guards'
import { listPath } from './model.ts'
import { findAlert } from './store.ts'

export const guards: readonly GuardBook[] = [
  {
    title: 'Cảnh báo',
    kinds: ['alert'],
    pages: [`${listPath}/:code`],
    async find(ctx, { code }) {
      const alert = await findAlert(ctx, code)
      if (!alert) return []
      const { organisation } = alert
      return [
        {
          subject: `alert:${code}`,
          name: `Cảnh báo ${code}`,
          organisation,
          ways: [{ permission: 'alert:read', organisations: [organisation] }],
        },
      ]
    },
  },
]
