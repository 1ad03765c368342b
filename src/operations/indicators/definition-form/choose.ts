import { organisationTree, today } from '#organisations'
import type { Context } from '#platform/context'
import { describeSources } from '#warehouse'
import { listDefinitions } from '../store.ts'
import type { SheetChoices } from './sheet.tsx'

/** What can be chosen in the form of a definition; a composite is not made of itself. */
export async function choicesOf(ctx: Context, code?: string): Promise<SheetChoices> {
  const tree = await organisationTree(ctx.sql, { asOf: await today(ctx) })
  const definitions = await listDefinitions(ctx.sql)
  return {
    units: tree.nodes.map(({ row }) => ({ value: row.code, label: `${row.name} (${row.code})` })),
    groups: [...new Set(definitions.map(({ body }) => body.group))],
    sources: await describeSources(ctx.sql),
    indicators: definitions
      .filter((one) => one.code !== code)
      .map(({ code: value, body }) => ({ value, label: `${body.name} (${body.unit})` })),
  }
}
