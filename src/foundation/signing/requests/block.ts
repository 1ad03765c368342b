import { type DocumentKind, documentKinds, signatureBlockFor } from '#organisations'
import type { Context } from '#platform/context'

const plain = (words: string) => words.normalize('NFC').toLocaleLowerCase('vi')

/** By the words that the title of a document begins with: "Quyết định về …"; a letter is known by its subject alone. */
export function kindOf(title: string): DocumentKind {
  const begin = plain(title.trim())
  const names = Object.entries(documentKinds).map(
    ([code, words]) => [code as DocumentKind, plain(words.replace(/ \(.*\)$/, ''))] as const, // keys of the table
  )
  return names.find(([, name]) => begin.startsWith(`${name} `))?.[0] ?? 'cong-van'
}

/**
 * Lines over the actor's name, by what he may sign today for the organisation whose document it is, or for his own. None: he signs a
 * draft, or as the expert he is, and only his name is seen. Of a batch each question is asked once.
 */
export function ownBlocks(ctx: Context): (kind: DocumentKind, organisations: readonly string[]) => Promise<string[]> {
  const known = new Map<string, Promise<string[] | undefined>>()
  const ask = async (organisation: string, kind: DocumentKind) => {
    const answer = await signatureBlockFor(ctx, { organisation, kind })
    return answer.allowed ? [...answer.authority, answer.position] : undefined
  }
  return async (kind, organisations) => {
    for (const organisation of new Set(organisations)) {
      const key = `${organisation} ${kind}`
      const asked = known.get(key) ?? ask(organisation, kind)
      known.set(key, asked)
      const block = await asked
      if (block) return block
    }
    return []
  }
}
