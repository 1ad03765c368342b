import { z } from 'zod'
import { fileRoutes, keepUpload, takeUpload } from '#files'
import { notFound, Problem } from '#platform/errors'
import { type Route, redirect, route } from '#platform/http'
import { partPath } from '../paths.ts'
import { getWhole } from '../reading/find.ts'
import { demand, mayWork, readPermission, workPermission } from '../rights.ts'
import { findEvidence } from '../working/evidence.ts'
import { addEvidence } from '../working/progress.ts'

const limitBytes = 25 * 1024 * 1024
export const evidencePath = (code: string, id?: number): string =>
  `${partPath(code)}/minh-chung${id === undefined ? '' : `/${id}`}`

export const evidenceRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: '/nhiem-vu/:code/minh-chung',
    access: workPermission,
    params: z.strictObject({ code: z.string().max(40) }),
    takes: 'upload',
    maxBytes: limitBytes,
    async handle(ctx, { params, upload }) {
      const { directive, part } = await getWhole(ctx, params.code)
      demand(mayWork(ctx, directive, part), workPermission, part.organisation)
      const form = await upload()
      const back = partPath(params.code)
      try {
        const sent = await takeUpload(ctx, form, 'evidence')
        if (!sent) return redirect(`${back}?loi=chua-chon-tep#minh-chung`)
        await ctx.transaction(async (ctx) => {
          const kept = await keepUpload(ctx, sent, 'evidence')
          await addEvidence(ctx, { code: params.code }, { file: kept, note: form.fields['ghi-chu']?.slice(0, 500) })
        })
      } catch (error) {
        if (!(error instanceof Problem) || error.status >= 500) throw error
        return redirect(`${back}?loi=${encodeURIComponent(error.message)}#minh-chung`)
      }
      return redirect(`${back}?xong=minh-chung#minh-chung`)
    },
  }),
  ...fileRoutes({
    path: '/nhiem-vu/:code/minh-chung/:id',
    access: readPermission,
    params: { code: z.string().max(40), id: z.coerce.number().int().positive() },
    // Whoever may see the task may see what proves it, nobody else.
    async find(ctx, { code, id }) {
      const { directive, part } = await getWhole(ctx, code)
      const evidence = await findEvidence(ctx.sql, part.code, id)
      if (!evidence) throw notFound('evidence', String(id))
      const { sha256, name, type } = evidence
      return { sha256, name, type, crumbs: [{ label: directive.title, href: `${partPath(code)}#minh-chung` }] }
    },
  }),
]
