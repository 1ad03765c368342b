import { escapeHtml, escapeLines } from './markup.ts'
import { makeSheet } from './sheet.ts'

export interface PrintedTable {
  /** `numeric` columns stand on the right. */
  columns: readonly { label: string; numeric?: boolean }[]
  /** Cells as they are shown, in the house's formats. */
  rows: readonly (readonly string[])[]
  /** Last row, marked as what it is. */
  totals?: readonly string[]
}

export interface PrintedSection {
  title: string
  /** Paragraphs, a line each. */
  words?: string
  table?: PrintedTable
}

export interface PrintedTables {
  title: string
  /** Of when and from whom; every sheet says it. */
  subtitle: string
  sections: readonly PrintedSection[]
  landscape?: boolean
}

/** Lines and widths of a table on paper, in a list and in a letter alike. */
export const tableStyles = `
table{width:calc(100% - 1pt);border-collapse:collapse;font-size:11pt;line-height:1.3}
thead{display:table-header-group}
tr{break-inside:avoid}
th,td{padding:1mm 1.5mm;border:.5pt solid #555;text-align:left;vertical-align:top}
thead th{background:#eee}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tfoot{display:table-row-group;font-weight:700}`

const styles = `${tableStyles}
html{font-size:13pt}
h1{margin:0;font-size:16pt;line-height:1.3}
.subtitle{margin:1mm 0 5mm;font-style:italic}
h2{margin:6mm 0 2mm;font-size:14pt;line-height:1.3;break-after:avoid}
section>p{margin-bottom:2mm}
.empty{font-style:italic}`

/** A brief, a list or a follow-up on paper: sections of words and tables. A whole document, like `letterHtml`. */
export function tablesHtml({ title, subtitle, sections, landscape }: PrintedTables): string {
  const body = `<main><h1>${escapeHtml(title)}</h1>
<p class="subtitle">${escapeLines(subtitle)}</p>
${sections.map(sectionMarkup).join('\n')}</main>`
  return makeSheet({ title, styles, body, landscape })
}

const sectionMarkup = ({ title, words, table }: PrintedSection) =>
  `<section><h2>${escapeHtml(title)}</h2>
${(words?.split('\n') ?? []).map((text) => `<p>${escapeHtml(text)}</p>`).join('')}
${table ? tableMarkup(table) : ''}</section>`

export function tableMarkup({ columns, rows, totals }: PrintedTable): string {
  if (rows.length === 0) return '<p class="empty">Không có dòng nào.</p>'
  const place = (at: number) => (columns[at]?.numeric ? ' class="n"' : '')
  const cells = (row: readonly string[]) => row.map((text, at) => `<td${place(at)}>${escapeLines(text)}</td>`).join('')
  return `<table><thead><tr>${columns.map(({ label }, at) => `<th scope="col"${place(at)}>${escapeHtml(label)}</th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n')}</tbody>
${totals ? `<tfoot><tr>${cells(totals)}</tr></tfoot>` : ''}</table>`
}
