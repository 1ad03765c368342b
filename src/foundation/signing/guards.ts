// Who may see what is to be signed, and what was: a request by its parties and its organisation, a published document by anybody.
import type { Context } from '#platform/context'
import type { GuardBook, GuardedThing, NamedThing } from '#platform/guards'
import { readPermission, sealPermission, signPermission } from './requests/rights.ts'
import { findRequest, listSteps } from './requests/store.ts'
import { requestsPath } from './requests/words.ts'
import { findPublished } from './store.ts'

async function findRequests(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const request = await findRequest(ctx.sql, code)
  if (!request) return []
  const steps = await listSteps(ctx.sql, [code])
  const signers = steps.map(({ account }) => account).filter((account) => account !== null)
  const seals = steps.filter(({ kind }) => kind === 'seal').map(({ organisation }) => organisation)
  const { organisation, createdBy } = request
  return [
    {
      subject: `signing-request:${code}`,
      name: `Văn bản trình ký ${code}`,
      organisation,
      ways: [
        { permission: readPermission, organisations: [organisation], besides: signPermission },
        ...(seals.length > 0 ? [{ permission: sealPermission, organisations: seals, besides: signPermission }] : []),
        {
          permission: signPermission,
          parties: {
            accounts: [...new Set([createdBy, ...signers])],
            words: 'Người trình ký hoặc người được trình ký',
          },
        },
      ],
    },
  ]
}

async function findDocuments(ctx: Context, { code }: NamedThing): Promise<GuardedThing[]> {
  const document = await findPublished(ctx.sql, code)
  if (!document) return []
  const { organisation } = document
  return [{ subject: `signed-document:${code}`, name: `Văn bản đã ký số ${code}`, organisation, ways: [] }]
}

export const guards: readonly GuardBook[] = [
  {
    title: 'Văn bản trình ký',
    kinds: ['signing-request'],
    pages: [`${requestsPath}/:code`, `${requestsPath}/:code/tep`, `${requestsPath}/:code/tep/xem`],
    find: findRequests,
  },
  { title: 'Văn bản đã ký số', kinds: ['signed-document'], pages: ['/vb/:code', '/vb/:code/tep'], find: findDocuments },
]
