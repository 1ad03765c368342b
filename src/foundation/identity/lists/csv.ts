// Reads a small list as spreadsheets save it: UTF-8 with or without its mark, comma, semicolon or tab, quotes doubled (RFC 4180).
export const mostBytes = 2 * 1024 * 1024
export const mostRows = 5000

export interface CsvLine {
  /** In the file, from 1; a quoted line end makes the next one skip. */
  line: number
  cells: string[]
}

/** The lines of a file that are not empty; nothing when it is not UTF-8 or a quote stays open. */
export function readCsv(bytes: Uint8Array): CsvLine[] | undefined {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).normalize('NFC')
  } catch {
    return undefined
  }
  const [first = ''] = text.split('\n', 1)
  const count = (sign: string) => first.split(sign).length
  const sign = [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ','
  const lines: CsvLine[] = []
  let [cells, cell, line, start, quoted] = [[] as string[], '', 1, 1, false]
  const endCell = () => {
    cells.push(cell)
    cell = ''
  }
  const endLine = () => {
    endCell()
    if (cells.some((one) => one.trim() !== '')) lines.push({ line: start, cells })
    cells = []
  }
  for (let index = 0; index < text.length; index++) {
    const letter = text[index] ?? ''
    if (letter === '\n') line++
    if (quoted) {
      if (letter !== '"') cell += letter
      else if (text[index + 1] === '"') {
        cell += '"'
        index++
      } else quoted = false
    } else if (letter === '"' && cell === '') quoted = true
    else if (letter === sign) endCell()
    else if (letter === '\n') {
      endLine()
      start = line
    } else if (letter !== '\r') cell += letter
  }
  if (quoted) return undefined
  endLine()
  return lines
}
