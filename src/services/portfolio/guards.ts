// Who may see a project: told to auditors by the rule that its page goes by.
import type { GuardBook } from '#platform/guards'
import { dayOf } from '#platform/local-day'
import { readPermission } from './actions.ts'
import { listPath } from './pages/words.ts'
import { findProject } from './store.ts'

export const guards: readonly GuardBook[] = [
  {
    title: 'Dự án',
    kinds: ['project'],
    pages: [`${listPath}/:code`],
    async find(ctx, { code }) {
      const project = await findProject(ctx.sql, code, { today: dayOf(ctx.now) })
      if (!project) return []
      const { organisation } = project
      return [
        {
          subject: `project:${code}`,
          name: `Dự án ${code}`,
          organisation,
          ways: [{ permission: readPermission, organisations: [organisation] }],
        },
      ]
    },
  },
]
