/** A row as text: numbers with all their digits, times in ISO 8601, nothing as null. */
export type TextRow = readonly (string | null)[]

/** Where a page begins: exactly behind a row, or at a watermark less the overlap; absent: at the beginning. */
export type PageStart =
  | { behind: { watermark: string; key: readonly string[] } }
  | { from: string; less: number }
  | undefined

export interface Reader {
  /** At most `rows` rows of (watermark, key…, columns…). */
  readPage(start: PageStart, rows: number): Promise<TextRow[]>
  close(): Promise<void>
}

/** Where to connect: the address that was checked, and the password as read from its file. */
export interface Access {
  address: string
  password: string
}

/** `(a > ?) or (a = ? and b > ?) or …`: behind a row in the order of these columns; `place` writes the n-th of the row's values. */
export function behind(columns: readonly string[], place: (index: number) => string): string {
  const ways = columns.map((column, at) =>
    [...columns.slice(0, at).map((before, index) => `${before} = ${place(index)}`), `${column} > ${place(at)}`].join(
      ' and ',
    ),
  )
  return ways.map((way) => `(${way})`).join(' or ')
}
