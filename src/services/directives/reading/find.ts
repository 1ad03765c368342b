import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { maySee } from '../rights.ts'
import { type Directive, findDirective, findPart, listParts, type Part } from '../store.ts'

export interface Whole {
  directive: Directive
  /** The part that is looked at; the first one where the whole is. */
  part: Part
  /** All parts the reader may see. */
  parts: Part[]
}

/** By the code of a part or of the whole. @throws Problem 404, also for whoever may not see it. */
export async function getWhole(ctx: Context, code: string): Promise<Whole> {
  const named = await findPart(ctx.sql, code)
  const directive = await findDirective(ctx.sql, named?.directive ?? code)
  if (!directive) throw notFound('directive', code)
  const parts = (await listParts(ctx.sql, directive.code)).filter((part) => maySee(ctx, directive, part))
  const part = parts.find((one) => one.code === code) ?? (named ? undefined : parts[0])
  if (!part) throw notFound('directive', code)
  return { directive, part, parts }
}

/** Codes of what was given in one go and is not issued yet. */
export async function listBatch(ctx: Context, batch: string): Promise<string[]> {
  const rows = await ctx.sql<{ code: string }[]>`
    select code from directives.directive where batch = ${batch} and state = 'opinion' order by code`
  return rows.map(({ code }) => code)
}
