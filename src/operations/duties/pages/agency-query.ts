import { z } from 'zod'
import type { SubjectKind } from '../model.ts'

/** What the address of an agency's page says: which subject, which periods, where in the history. */
export const Query = z.object({
  'noi-dung': z
    .string()
    .regex(/^(indicator|source):.{1,80}$/)
    .optional()
    .catch(undefined),
  cham: z.enum(['1']).optional().catch(undefined),
  /** Of the last row of the page before. */
  after: z.coerce.number().int().positive().optional().catch(undefined),
  limit: z.coerce.number().int().min(10).max(100).catch(20),
  tai: z.string().max(30).optional(),
})
export type AgencyQuery = z.infer<typeof Query>

export function subjectOf(query: AgencyQuery): { kind: SubjectKind; code: string } | undefined {
  const [kind, ...code] = query['noi-dung']?.split(':') ?? []
  return kind === 'indicator' || kind === 'source' ? { kind, code: code.join(':') } : undefined
}
