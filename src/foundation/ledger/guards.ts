// Who may read an entry: told to auditors by the rule that its page goes by.
import type { GuardBook } from '#platform/guards'
import { readPermission } from './actions.ts'
import { listPath } from './pages/words.ts'
import { findEntry } from './read.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export const guards: readonly GuardBook[] = [
  {
    title: 'Mục nhật ký',
    kinds: ['entry'],
    pages: [`${listPath}/:code`],
    async find(ctx, { code }) {
      const entry = uuid.test(code) ? await findEntry(ctx.sql, code) : undefined
      if (!entry) return []
      const { organisation } = entry
      return [
        {
          subject: `entry:${code}`,
          name: `Mục nhật ký ${code}`,
          organisation,
          ways: [{ permission: readPermission, organisations: [organisation] }],
        },
      ]
    },
  },
]
