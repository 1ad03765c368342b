/** Writes the form as a workbook: merged headers, last figures beside each cell, summaries as formulas, all locked but what is typed. */
import type ExcelJS from 'exceljs'
import { formatDate, periodLabel, previousPeriod, samePeriodLastYear } from '#calendar'
import type { Organisation } from '#organisations'
import type { Context } from '#platform/context'
import { dayOf } from '#platform/local-day'
import type { SheetRow } from '../entries/sheet.ts'
import type { FormDefinition } from './definition.ts'
import { columnOf, figuresOf, firstRow, type Line, layOut, sheetName, stampSheet } from './layout.ts'
import { sealStamp } from './stamp.ts'

export interface Issue {
  form: FormDefinition
  organisation: Organisation
  period: string
  rows: readonly SheetRow[]
}

const thin = { style: 'thin', color: { argb: 'FF7C8B96' } } as const
const border = { top: thin, left: thin, bottom: thin, right: thin }
const fillOf = (argb: string) => ({ type: 'pattern', pattern: 'solid', fgColor: { argb } }) as const
const longestStamp = 30_000

export async function writeWorkbook(ctx: Context, issue: Issue): Promise<Buffer> {
  // Loaded when it is needed: half a second of every start otherwise.
  const { default: Excel } = await import('exceljs')
  const book = new Excel.Workbook()
  book.creator = 'Trầm Hương'
  book.created = ctx.now
  const sheet = book.addWorksheet(sheetName, {
    pageSetup: { paperSize: 9, orientation: 'landscape', fitToPage: true, fitToWidth: 1, fitToHeight: 0 },
    views: [{ state: 'frozen', ySplit: firstRow - 1, showGridLines: false }],
  })
  for (const [index, width] of [6, 46, 14, 16, 16, 16, 14, 40].entries()) sheet.getColumn(index + 1).width = width
  const lines = layOut(issue.form, issue.rows)
  writeHeader(sheet, issue)
  for (const line of lines) writeLine(sheet, line)
  // The password keeps slips away; what was changed all the same is seen by the stamp.
  await sheet.protect('', { selectLockedCells: true, selectUnlockedCells: true, formatColumns: true })
  await writeStamp(ctx, book, sheet, issue, lines)
  return Buffer.from(await book.xlsx.writeBuffer())
}

function writeHeader(sheet: ExcelJS.Worksheet, { form, organisation, period }: Issue): void {
  const put = (cells: string, text: string, style: Partial<ExcelJS.Style> = {}) => {
    sheet.mergeCells(cells)
    const cell = sheet.getCell(cells.split(':')[0] ?? 'A1')
    cell.value = text
    cell.style = { font: { name: 'Times New Roman', size: 12 }, ...style }
  }
  const middle = { alignment: { horizontal: 'center', vertical: 'middle', wrapText: true } } as const
  put('A1:C1', organisation.name, { font: { name: 'Times New Roman', size: 12, bold: true } })
  put('G1:H1', form.number, { alignment: { horizontal: 'right' } })
  put('A2:H2', form.title.toUpperCase(), { font: { name: 'Times New Roman', size: 14, bold: true }, ...middle })
  put('A3:H3', `Kỳ báo cáo: ${periodLabel(period)}`, middle)
  put(
    'A4:H4',
    `Căn cứ: ${form.basis}. Chỉ nhập vào các ô nền vàng; không có số liệu thì để trống và ghi lý do ở cột H.`,
    middle,
  )
  const head = { font: { name: 'Times New Roman', size: 12, bold: true }, fill: fillOf('FFDCEEF5'), border, ...middle }
  for (const [column, text] of [
    ['A', 'STT'],
    ['B', 'Chỉ tiêu'],
    ['C', 'Đơn vị tính'],
    ['H', 'Giải trình, lý do'],
  ] as const)
    put(`${column}6:${column}7`, text, head)
  put('D6:G6', 'Giá trị', head)
  const titles = [
    ['D7', `Kỳ này (${periodLabel(period)})`],
    ['E7', `Kỳ trước (${periodLabel(previousPeriod(period))})`],
    ['F7', `Cùng kỳ năm trước (${periodLabel(samePeriodLastYear(period))})`],
    ['G7', 'Tăng, giảm so kỳ trước'],
  ] as const
  for (const [address, text] of titles) Object.assign(sheet.getCell(address), { value: text, style: head })
}

const formatOf = (decimals: number): string => (decimals > 0 ? `#,##0.${'0'.repeat(decimals)}` : '#,##0')

function writeLine(sheet: ExcelJS.Worksheet, line: Line): void {
  const font = { name: 'Times New Roman', size: 12 }
  for (const column of 'ABCDEFGH') sheet.getCell(`${column}${line.row}`).style = { font, border }
  const name = sheet.getCell(`${columnOf.name}${line.row}`)
  if (line.kind === 'group') {
    sheet.mergeCells(`A${line.row}:H${line.row}`)
    Object.assign(sheet.getCell(`A${line.row}`), {
      value: line.title,
      style: { font: { ...font, bold: true }, border, fill: fillOf('FFF3F5F6') },
    })
    return
  }
  if (line.kind === 'summary') {
    name.value = line.title
    for (const column of [columnOf.value, columnOf.previous, columnOf.lastYear]) {
      const range = `${column}${line.from}:${column}${line.to}`
      const formula = line.by === 'sum' ? `SUM(${range})` : `IF(COUNT(${range})=0,"",AVERAGE(${range}))`
      Object.assign(sheet.getCell(`${column}${line.row}`), {
        value: { formula },
        style: { font: { ...font, bold: true }, border, numFmt: '#,##0.##' },
      })
    }
    return
  }
  writeFigure(sheet, line)
}

function writeFigure(sheet: ExcelJS.Worksheet, { row, number, figure }: Extract<Line, { kind: 'figure' }>): void {
  const { body } = figure.definition
  const numFmt = formatOf(body.decimals)
  const at = (column: string) => sheet.getCell(`${column}${row}`)
  at(columnOf.number).value = number
  at(columnOf.name).value = body.name
  at(columnOf.name).alignment = { wrapText: true, vertical: 'middle' }
  at(columnOf.unit).value = body.unit
  const known = figure.entry ?? figure.published
  at(columnOf.value).value = known?.value ?? null
  at(columnOf.reason).value = known?.reason ?? null
  at(columnOf.previous).value = figure.previous
  at(columnOf.lastYear).value = figure.lastYear
  at(columnOf.change).value = { formula: `IF(OR(D${row}="",E${row}=""),"",D${row}-E${row})` }
  for (const column of [columnOf.value, columnOf.previous, columnOf.lastYear, columnOf.change])
    at(column).numFmt = numFmt
  for (const column of [columnOf.value, columnOf.reason]) {
    at(column).fill = fillOf('FFFFF8DC')
    at(column).protection = { locked: false }
  }
  at(columnOf.reason).alignment = { wrapText: true }
  at(columnOf.value).dataValidation = {
    type: body.decimals > 0 ? 'decimal' : 'whole',
    operator: 'greaterThanOrEqual',
    formulae: [0],
    allowBlank: true,
    showErrorMessage: true,
    errorTitle: 'Giá trị chưa đúng',
    error: `Nhập ${body.decimals > 0 ? 'số' : 'số nguyên'} không âm, đơn vị ${body.unit}.`,
    showInputMessage: true,
    promptTitle: body.name.slice(0, 30),
    prompt: `Đơn vị: ${body.unit}`,
  }
}

/** What a locked cell says, as it is compared. */
export function textOf(cell: ExcelJS.Cell): string {
  const { value } = cell
  if (value === null || value === undefined) return ''
  if (typeof value === 'object' && 'formula' in value) return `=${value.formula}`
  return typeof value === 'object' ? cell.text : String(value)
}

async function writeStamp(
  ctx: Context,
  book: ExcelJS.Workbook,
  sheet: ExcelJS.Worksheet,
  { form, organisation, period }: Issue,
  lines: readonly Line[],
): Promise<void> {
  const typed = new Set(figuresOf(lines).flatMap(({ row }) => [`${columnOf.value}${row}`, `${columnOf.reason}${row}`]))
  const locked: Record<string, string> = {}
  sheet.eachRow((row) =>
    row.eachCell((cell) => {
      const text = textOf(cell)
      if (text !== '' && cell.master === cell && !typed.has(cell.address)) locked[cell.address] = text
    }),
  )
  const { text, signature } = await sealStamp(ctx.config, {
    form: form.code,
    version: form.version,
    organisation: organisation.code,
    period,
    issuedAt: ctx.now.toISOString(),
    locked,
  })
  const hidden = book.addWorksheet(stampSheet, { state: 'veryHidden' })
  // A cell of a workbook holds no more than 32.767 characters.
  hidden.getCell('A1').value = signature
  for (let from = 0, row = 2; from < text.length; from += longestStamp, row += 1)
    hidden.getCell(`A${row}`).value = text.slice(from, from + longestStamp)
  hidden.getCell('B1').value = `Lập ngày ${formatDate(dayOf(ctx.now))}`
}
