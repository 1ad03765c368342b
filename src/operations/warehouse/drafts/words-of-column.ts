/** The different words of one column in the first rows, and the codes of the directory that they seem to mean. */
import { allCodes, listOrganisations, matchAreas, today } from '#organisations'
import type { Context } from '#platform/context'
import { limitsOf } from '../input-format.ts'
import { readRecords } from '../readers/read-records.ts'
import type { Answers } from './answers.ts'
import { openDraft } from './draft.ts'

const rowsRead = 5000
const wordsKept = 150

async function* firstRows(
  ctx: Context,
  id: string,
  answers: Pick<Answers, 'format'>,
): AsyncGenerator<Record<string, unknown>> {
  let read = 0
  for await (const batch of readRecords(openDraft(ctx.sql, id), answers.format, limitsOf(ctx.config.maxFileBytes))) {
    for (const { values } of batch.rows) {
      yield Array.isArray(values)
        ? Object.fromEntries(batch.columns.map((name, at) => [name, values[at]]))
        : { ...values }
      read += 1
      if (read >= rowsRead) return
    }
  }
}

export async function listWords(ctx: Context, id: string, answers: Answers, column: string): Promise<string[]> {
  const found = new Set<string>()
  for await (const row of firstRows(ctx, id, answers)) {
    const word = String(row[column] ?? '').trim()
    if (word) found.add(word)
    if (found.size >= wordsKept) break
  }
  return [...found]
}

/** The first column of text, number or date whose values differ in every row. */
export async function findUniqueColumn(
  ctx: Context,
  id: string,
  answers: Pick<Answers, 'format'>,
  names: readonly string[],
): Promise<string | undefined> {
  const seen = new Map(names.map((name) => [name, new Set<string>()]))
  for await (const row of firstRows(ctx, id, answers)) {
    for (const [name, values] of seen) {
      const word = String(row[name] ?? '').trim()
      if (!word || values.has(word)) seen.delete(name)
      else values.add(word)
    }
    if (seen.size === 0) return undefined
  }
  return names.find((name) => (seen.get(name)?.size ?? 0) > 1)
}

/** What each word means: itself when it is a code, else the one agency or area of that name; empty where that is not clear. */
export async function suggestCodes(
  ctx: Context,
  what: 'organisation' | 'area',
  words: readonly string[],
): Promise<Record<string, string>> {
  const asOf = await today(ctx)
  const codes = await allCodes(ctx.sql)
  const known = what === 'area' ? codes.areas : codes.organisations
  const suggested: Record<string, string> = {}
  for (const word of words) {
    if (known.has(word)) suggested[word] = word
    else if (what === 'area') {
      const areas = await matchAreas(ctx.sql, word, { asOf })
      suggested[word] = areas.length === 1 ? (areas[0]?.code ?? '') : ''
    } else {
      const nodes = await listOrganisations(ctx.sql, { asOf }, { search: word }, { limit: 2 })
      suggested[word] = nodes.length === 1 ? (nodes[0]?.row.code ?? '') : ''
    }
  }
  return suggested
}
