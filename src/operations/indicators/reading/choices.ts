/** Indicators for those who name one elsewhere: who may read numbers finds them by their words. */
import type { NumberChoice, Numbers } from '#platform/capability'
import type { StoredDefinition } from '../computation/plan.ts'
import { findDefinition, listDefinitions } from './definitions.ts'
import { searchIndicators } from './search.ts'

const choiceOf = ({ code, body }: StoredDefinition): NumberChoice => ({
  code,
  name: body.name,
  unit: body.unit,
  url: `/chi-tieu/${code}`,
})

export const numbers: Numbers = {
  async search(ctx, question, limit) {
    if (!ctx.can('indicator:read')) return []
    const found = question.trim()
      ? await searchIndicators(ctx, question, limit)
      : (await listDefinitions(ctx.sql)).slice(0, limit)
    return found.map(choiceOf)
  },
  async find(ctx, code) {
    const definition = ctx.can('indicator:read') ? await findDefinition(ctx.sql, code) : undefined
    return definition && choiceOf(definition)
  },
}
