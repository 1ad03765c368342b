// What one may do oneself, and why one sees a page.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { page, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { Notice, withQuery } from '#ui'
import { assuranceNames } from '../model.ts'
import { sayPermission } from './permission-words.ts'
import { type Names, namesFor, RightsTable, rightsRows, rightsTitles, WhyAllowed } from './words.tsx'

export const ownRightsPath = '/tai-khoan/quyen'

const Query = z.object({ quyen: z.string().max(64).optional(), tai: z.enum(['csv']).optional() })

/** Why the page that was left behind could be seen, by the same decision that let it be. */
function Why({ ctx, permission, names }: { ctx: Context; permission: string; names: Names }) {
  const decision = ctx.decide({ permission })
  if (!decision.allowed)
    return <Notice tone="warning">Ông/bà hiện không có quyền “{sayPermission(permission)}”.</Notice>
  return <WhyAllowed title={`Quyền đang dùng: ${sayPermission(permission)}`} decision={decision} names={names} />
}

async function showOwn(ctx: Context, permission: string | undefined, address: string) {
  const grounds = ctx.actor.grounds ?? []
  const names = await namesFor(ctx, grounds)
  const { assurance, position } = ctx.actor
  const level = assurance ? `Phiên này đã xác thực bằng: ${assuranceNames[assurance].toLocaleLowerCase('vi')}.` : ''
  return page({
    title: 'Quyền của tôi',
    crumbs: [{ label: 'Tài khoản của tôi', href: '/tai-khoan' }],
    lead: [level, ...(position ? [`Đang làm việc với chức danh ${position.title}.`] : [])].join(' ') || undefined,
    body: (
      <div class="stack-large">
        {permission && <Why ctx={ctx} permission={permission} names={names} />}
        <RightsTable
          caption="Quyền của tôi"
          grounds={grounds}
          purposesOf={ctx.purposesOf}
          names={names}
          csv={withQuery(address, { tai: 'csv' })}
        />
      </div>
    ),
  })
}

export const ownRightsRoutes = [
  route({
    method: 'GET',
    path: ownRightsPath,
    access: 'signed-in',
    query: Query,
    async handle(ctx, { query, request }) {
      const grounds = ctx.actor.grounds ?? []
      return query.tai
        ? tableFile('csv', {
            name: 'quyen-cua-toi',
            titles: rightsTitles,
            rows: rightsRows(grounds, await namesFor(ctx, grounds), ctx.purposesOf),
          })
        : showOwn(ctx, query.quyen, request.url)
    },
  }),
]
