// A sheet of inputs takes a block copied from a spreadsheet, from the cell where it is pasted to the right and down; Enter and
// the arrows move between rows as they do there. Figures are taken as they stand: the server reads them and shows the result.

/** The cells of a block as spreadsheets copy it: lines and tabs, quotes around cells that hold them. */
export function readBlock(text: string): string[][] {
  const rows: string[][] = [[]]
  const cell = /"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*)/y
  let at = 0
  while (at <= text.length) {
    cell.lastIndex = at
    const found = cell.exec(text)
    rows.at(-1)?.push((found?.[1]?.replaceAll('""', '"') ?? found?.[2] ?? '').trim())
    at += found?.[0].length ?? 0
    if (at >= text.length) break
    if (text[at] === '\t') at += 1
    else {
      at += text.startsWith('\r\n', at) ? 2 : 1
      if (at >= text.length) break
      rows.push([])
    }
  }
  return rows
}

function grid(sheet: Element): HTMLInputElement[][] {
  return [...sheet.querySelectorAll('tr')]
    .map((row) => [
      ...row.querySelectorAll<HTMLInputElement>('input:not([type=hidden]):not([readonly]):not([disabled])'),
    ])
    .filter((row) => row.length > 0)
}

function placeOf(cells: HTMLInputElement[][], input: HTMLInputElement): [number, number] | undefined {
  const row = cells.findIndex((each) => each.includes(input))
  return row < 0 ? undefined : [row, cells[row]?.indexOf(input) ?? 0]
}

function fill(sheet: Element, input: HTMLInputElement, block: string[][]): void {
  const cells = grid(sheet)
  const [top, left] = placeOf(cells, input) ?? [0, 0]
  let [filled, outside] = [0, 0]
  for (const [down, row] of block.entries()) {
    for (const [right, value] of row.entries()) {
      const target = cells[top + down]?.[left + right]
      if (!target) {
        outside++
        continue
      }
      target.value = value
      target.dispatchEvent(new Event('input', { bubbles: true }))
      target.dispatchEvent(new Event('change', { bubbles: true }))
      filled++
    }
  }
  const words = outside > 0 ? `Đã dán ${filled} ô; ${outside} ô nằm ngoài bảng nên không dán.` : `Đã dán ${filled} ô.`
  const said = sheet.parentElement?.querySelector('[data-paste-said]') ?? document.getElementById('announcer')
  if (said) said.textContent = words
}

function step(sheet: Element, input: HTMLInputElement, rows: 1 | -1): boolean {
  const cells = grid(sheet)
  const [row, column] = placeOf(cells, input) ?? [0, 0]
  const next = cells[row + rows]?.[column]
  next?.focus()
  next?.select()
  return next !== undefined
}

function sheetOf(target: EventTarget | null): [Element, HTMLInputElement] | undefined {
  if (!(target instanceof HTMLInputElement)) return undefined
  const sheet = target.closest('[data-paste]')
  return sheet ? [sheet, target] : undefined
}

if (typeof document !== 'undefined') {
  document.addEventListener('paste', (event) => {
    const found = sheetOf(event.target)
    const text = event.clipboardData?.getData('text/plain') ?? ''
    // A single cell is left to the browser, which can undo it.
    if (!found || !/[\t\n]./.test(text)) return
    event.preventDefault()
    fill(found[0], found[1], readBlock(text))
  })
  document.addEventListener('keydown', (event) => {
    const found = sheetOf(event.target)
    if (!found || event.isComposing) return
    const rows = event.key === 'ArrowUp' || (event.key === 'Enter' && event.shiftKey) ? -1 : 1
    if (!['Enter', 'ArrowUp', 'ArrowDown'].includes(event.key)) return
    // Enter in the last row sends the form, as anywhere else.
    if (step(found[0], found[1], rows)) event.preventDefault()
  })
}
