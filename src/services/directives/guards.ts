// Who may see a task, and the evidence handed in for it: told to auditors by the rule of `rights.ts`.
import type { Context } from '#platform/context'
import type { GuardBook, GuardedThing, NamedThing } from '#platform/guards'
import { partPath } from './paths.ts'
import { readPermission } from './rights.ts'
import { findDirective, findPart, type Part } from './store.ts'
import { listPartsWithFile } from './working/evidence.ts'

async function guarded(ctx: Context, part: Part, thing: { subject: string; name: string }): Promise<GuardedThing[]> {
  const directive = await findDirective(ctx.sql, part.directive)
  if (!directive) return []
  const parties = [directive.giver, directive.recordedBy, part.verifier].filter((account) => account !== null)
  return [
    {
      ...thing,
      organisation: part.organisation,
      ways: [
        {
          permission: readPermission,
          organisations: [
            ...new Set([part.organisation, ...part.coOrganisations, directive.office, directive.authority]),
          ],
        },
        {
          permission: readPermission,
          parties: { accounts: [...new Set(parties)], words: 'Người giao, người ghi hoặc người xác nhận kết quả' },
        },
      ],
    },
  ]
}

async function findParts(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const part = await findPart(ctx.sql, code)
  return part ? guarded(ctx, part, { subject: `directive:${code}`, name: `Nhiệm vụ ${code}` }) : []
}

async function findFiles(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const found: GuardedThing[] = []
  for (const part of await listPartsWithFile(ctx.sql, code.toLowerCase()))
    found.push(
      ...(await guarded(ctx, part, { subject: `file:${code}`, name: `Tệp minh chứng của nhiệm vụ ${part.code}` })),
    )
  return found
}

export const guards: readonly GuardBook[] = [
  {
    title: 'Nhiệm vụ chỉ đạo',
    kinds: ['directive'],
    pages: ['', '/phieu-giao', '/minh-chung/:id', '/minh-chung/:id/xem'].map((own) => partPath(':code') + own),
    find: findParts,
  },
  { title: 'Tệp', example: 'mã SHA-256 của tệp', kinds: ['file'], pages: [], find: findFiles },
]
