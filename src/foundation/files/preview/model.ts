import { kinds } from '../model.ts'

/** Of a file that has many, the first ones; the whole of it is downloaded. */
export const mostPagesShown = 20
/** The longer side of a page, in points of the picture: read at leisure, and never more than eight megabytes while it is drawn. */
export const pageEdge = 1400
export const thumbEdge = 192
export const mostTextShown = 20_000

/** What can be shown of a file. */
export type Preview =
  | { kind: 'pages'; pages: number; width: number; height: number }
  | { kind: 'text'; text: string; isCut: boolean }
  | { kind: 'none'; words: string }

const office: readonly string[] = [kinds.docx.type, kinds.odt.type, kinds.xlsx.type]
export const isOffice = (type: string): boolean => office.includes(type)
export const isImage = (type: string): boolean => type === kinds.png.type || type === kinds.jpeg.type
export const isText = (type: string): boolean => type === kinds.text.type || type === kinds.csv.type
export const isPdf = (type: string): boolean => type === kinds.pdf.type

/** In a list, in place of a picture. */
export const shortKind = (type: string): string =>
  Object.values(kinds)
    .find((kind) => kind.type === type)
    ?.extension.toUpperCase() ?? 'TỆP'
