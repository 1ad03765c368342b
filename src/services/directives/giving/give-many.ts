import { today } from '#organisations'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import type { GivenDirective } from '../model.ts'
import { nextNumber } from '../store.ts'
import { giveDirective } from './give.ts'

export const mostAtOnce = 120

/** The same words to many agencies: a task each, of one batch, which the office can issue by one document. @returns the batch. */
export function giveMany(ctx: Context, given: GivenDirective, agencies: readonly string[]): Promise<string> {
  const all = [...new Set(agencies)]
  if (all.length === 0 || all.length > mostAtOnce) {
    const message = `Chọn từ 1 đến ${mostAtOnce} cơ quan.`
    throw invalid(message, [{ path: 'agencies', message }])
  }
  return ctx.transaction(async (inner) => {
    const year = (await today(inner)).slice(0, 4)
    const batch = `DOT-${year}-${String(await nextNumber(inner.sql, `batch:${year}`)).padStart(4, '0')}`
    for (const organisation of all) {
      const parts = given.parts.map((part) => ({
        ...part,
        organisation,
        coOrganisations: part.coOrganisations.filter((code) => code !== organisation),
      }))
      await giveDirective(inner, { ...given, parts, field: given.field, batch })
    }
    return batch
  })
}
