/** Where everything of a form stands on its sheet: made from the definition and the figures, the same for writing and for reading. */
import type { SheetRow } from '../entries/sheet.ts'
import type { FormDefinition } from './definition.ts'

export const sheetName = 'Biểu số liệu'
export const stampSheet = '_tram'
export const firstRow = 8

export const columnOf = {
  number: 'A',
  name: 'B',
  unit: 'C',
  value: 'D',
  previous: 'E',
  lastYear: 'F',
  change: 'G',
  reason: 'H',
} as const

/** A fault where a person finds it: the cell, what it is for, what stood there, the rule, and how to mend it. */
export interface CellFault {
  cell: string
  label: string
  value: string
  rule: string
  message: string
}

export type Line =
  | { kind: 'group'; row: number; title: string }
  | { kind: 'figure'; row: number; number: number; figure: SheetRow }
  | { kind: 'summary'; row: number; title: string; by: 'sum' | 'average'; from: number; to: number }

/** The lines of the form for one organisation: groups of which it types nothing are left out. */
export function layOut(form: FormDefinition, sheet: readonly SheetRow[]): Line[] {
  const lines: Line[] = []
  let row = firstRow
  let number = 0
  for (const { title, rows, summary } of form.groups) {
    const figures = rows.flatMap((code) => sheet.filter(({ definition }) => definition.code === code))
    if (figures.length === 0) continue
    lines.push({ kind: 'group', row, title })
    row += 1
    const from = row
    for (const figure of figures) {
      number += 1
      lines.push({ kind: 'figure', row, number, figure })
      row += 1
    }
    if (!summary || figures.length < 2) continue
    lines.push({ kind: 'summary', row, title: summary.title, by: summary.by, from, to: row - 1 })
    row += 1
  }
  return lines
}

export const figuresOf = (lines: readonly Line[]) => lines.flatMap((line) => (line.kind === 'figure' ? [line] : []))
