import { allCodes, type Codes } from '#organisations'
import type { Context } from '#platform/context'
import type { Knowledge } from './mapping/mapped.ts'

// The directory hands out the same object until something in it changes, so what was compiled with it can be kept.
const made = new WeakMap<Codes, Knowledge>()

/** The codes and lists that contracts are checked and mapped against, as they are now. */
export async function knowledgeOf(ctx: Pick<Context, 'sql'>): Promise<Knowledge> {
  const codes = await allCodes(ctx.sql)
  const known = made.get(codes)
  if (known) return known
  const knowledge = { organisations: codes.organisations, areas: codes.areas, lists: codes.schemes }
  made.set(codes, knowledge)
  return knowledge
}
