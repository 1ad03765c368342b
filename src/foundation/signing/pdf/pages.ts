import type { PdfDocument } from './document.ts'
import { malformed } from './lexer.ts'
import { isDict, isName, isRef, type PdfDict, type PdfRef, type PdfValue } from './values.ts'

/** The catalogue, and where it stands. @throws PdfFault */
export function rootOf(document: PdfDocument): { at: PdfRef; dictionary: PdfDict } {
  const at = document.trailer.entries.get('Root')
  const dictionary = document.follow(at)
  if (!isRef(at) || !isDict(dictionary)) throw malformed('thiếu danh mục', 0)
  return { at, dictionary }
}

/** The pages in their order, bounded. */
export function listPages(document: PdfDocument): PdfRef[] {
  const root = document.follow(document.trailer.entries.get('Root'))
  const pages: PdfRef[] = []
  const seen = new Set<number>()
  const walk = (value: PdfValue | undefined, depth: number) => {
    if (!isRef(value) || seen.has(value.number) || depth > 50) throw malformed('cây trang', 0)
    seen.add(value.number)
    const node = document.follow(value)
    if (!isDict(node)) throw malformed('cây trang', 0)
    const kids = document.follow(node.entries.get('Kids'))
    if (Array.isArray(kids) && !isName(document.follow(node.entries.get('Type')), 'Page'))
      for (const kid of kids) walk(kid, depth + 1)
    else pages.push(value)
  }
  if (!isDict(root)) throw malformed('thiếu danh mục', 0)
  walk(root.entries.get('Pages'), 0)
  return pages
}
