import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { maySee } from '../rights.ts'
import { type Directive, directiveColumns, findPart, type Part, partColumns } from '../store.ts'
import { type At, directivesAt, isKept, partsAt, wholeAt } from './past.ts'

export interface SeenPart extends Part {
  /** Whether all of it was written down when it stood so; always of what is asked as of now. */
  isKept: boolean
}

export interface Whole {
  directive: Directive
  /** The part that is looked at; the first one where the whole is. */
  part: SeenPart
  /** All parts the reader may see. */
  parts: SeenPart[]
}

/** By the code of a part or of the whole; `at`: as it was known then. @throws Problem 404, also for whoever may not see it. */
export async function getWhole(ctx: Context, code: string, at?: At): Promise<Whole> {
  const { sql } = ctx
  const named = await findPart(sql, code)
  const [found] = await sql<Directive[]>`
    select ${directiveColumns(sql)} from ${directivesAt(sql, at)} where directive.code = ${named?.directive ?? code}`
  const all = await sql<SeenPart[]>`
    select ${partColumns(sql)}, ${isKept(sql, at)} as is_kept from ${partsAt(sql, at)}
    where part.directive = ${found?.code ?? null} order by part.number`
  const directive = found && wholeAt(found, all, at)
  if (!directive) throw notFound('directive', code)
  const parts = all.filter((part) => maySee(ctx, directive, part))
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
