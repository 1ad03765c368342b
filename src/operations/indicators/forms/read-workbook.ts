/** Reads a workbook that came back: every fault of it with its cell, or the figures. */
import type ExcelJS from 'exceljs'
import { unzipSync, zipSync } from 'fflate'
import { periodLabel } from '#calendar'
import type { Context } from '#platform/context'
import { invalid } from '#platform/errors'
import { type CellFault, columnOf, figuresOf, type Line, layOut, sheetName, stampSheet } from './layout.ts'
import { openStamp, type Stamp } from './stamp.ts'
import { type Issue, textOf } from './workbook.ts'

const mostBytes = 30 * 1024 * 1024
const mostParts = 300

export interface ReadFigure {
  indicator: string
  organisation: string
  period: string
  value: number | null
  reason: string | undefined
  row: number
}

export interface ReadForm {
  faults: CellFault[]
  figures: ReadFigure[]
}

/** Opens it only after its parts have been unpacked within bounds: a small file can hold an endless one. @throws Problem */
export async function openWorkbook(bytes: Buffer): Promise<ExcelJS.Workbook> {
  const broken = () =>
    invalid('Không đọc được tệp. Hãy gửi tệp .xlsx đã tải từ hệ thống.', [
      { path: 'tep', message: 'Tệp không phải sổ Excel (.xlsx).' },
    ])
  try {
    let total = 0
    let parts = 0
    const unpacked = unzipSync(bytes, {
      filter({ originalSize }) {
        total += originalSize
        parts += 1
        if (total > mostBytes || parts > mostParts) throw new RangeError('too large')
        return true
      },
    })
    // Loaded when it is needed: half a second of every start otherwise.
    const { default: Excel } = await import('exceljs')
    const book = new Excel.Workbook()
    const packed = zipSync(unpacked, { level: 0 })
    await book.xlsx.load(packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength) as ArrayBuffer)
    return book
  } catch {
    throw broken()
  }
}

export async function readStamp(ctx: Context, book: ExcelJS.Workbook): Promise<Stamp | undefined> {
  const hidden = book.getWorksheet(stampSheet)
  if (!hidden) return undefined
  let text = ''
  for (let row = 2; row <= Math.min(hidden.rowCount, 100); row += 1) text += hidden.getCell(`A${row}`).text
  return openStamp(ctx.config, text, hidden.getCell('A1').text)
}

const whole = (rule: string, message: string, value = ''): CellFault => ({
  cell: 'A1',
  label: 'Cả biểu',
  value,
  rule,
  message,
})

/** The form as a whole: is it ours, and for this organisation, period and version? */
export function findFormFaults(stamp: Stamp | undefined, { form, organisation, period }: Issue): CellFault[] {
  if (!stamp)
    return [
      whole(
        'stamp',
        'Biểu không mang dấu của hệ thống hoặc dấu đã bị sửa. Hãy tải biểu mới, chép số liệu sang rồi gửi lại.',
      ),
    ]
  const faults: CellFault[] = []
  if (stamp.form !== form.code)
    faults.push(whole('form', `Đây không phải ${form.number}. Hãy gửi đúng biểu.`, stamp.form))
  else if (stamp.version !== form.version)
    faults.push(whole('version', 'Biểu đã có mẫu mới. Hãy tải mẫu mới rồi nhập lại.', `mẫu ${stamp.version}`))
  if (stamp.organisation !== organisation.code)
    faults.push(whole('organisation', `Biểu này của đơn vị khác, không phải ${organisation.name}.`, stamp.organisation))
  if (stamp.period !== period)
    faults.push({
      ...whole('period', `Biểu này không phải của kỳ ${periodLabel(period)}. Hãy tải biểu của đúng kỳ.`, stamp.period),
      cell: 'A3',
      label: 'Kỳ báo cáo',
    })
  return faults
}

export function readForm(book: ExcelJS.Workbook, stamp: Stamp, { form, period, rows }: Issue): ReadForm {
  const sheet = book.getWorksheet(sheetName)
  if (!sheet) return { faults: [whole('sheet', `Thiếu trang “${sheetName}”. Hãy tải lại biểu.`)], figures: [] }
  const lines = layOut(form, rows)
  const faults = findLockedFaults(sheet, stamp, lines)
  // Where rows have moved, a figure would be read into another indicator.
  if (faults.some(({ rule }) => rule === 'row-missing')) return { faults, figures: [] }
  const figures: ReadFigure[] = []
  for (const line of figuresOf(lines)) {
    const read = readFigure(sheet, line)
    if ('fault' in read) faults.push(read.fault)
    else figures.push({ ...read, period })
  }
  return { faults, figures }
}

function findLockedFaults(sheet: ExcelJS.Worksheet, stamp: Stamp, lines: readonly Line[]): CellFault[] {
  const faults: CellFault[] = []
  const names = new Map(
    figuresOf(lines).map(({ row, figure }) => [`${columnOf.name}${row}`, figure.definition.body.name]),
  )
  for (const [address, text] of Object.entries(stamp.locked)) {
    const found = textOf(sheet.getCell(address))
    if (found === text) continue
    const name = names.get(address)
    faults.push(
      name
        ? {
            cell: address,
            label: name,
            value: found,
            rule: 'row-missing',
            message: `Dòng “${name}” bị xóa, chèn hoặc sửa tên. Hãy tải lại biểu và giữ nguyên các dòng.`,
          }
        : {
            cell: address,
            label: 'Ô khóa',
            value: found,
            rule: 'locked',
            message: `Ô này không được sửa. Hãy ghi lại “${text}” như biểu đã tải.`,
          },
    )
  }
  return [...faults, ...findWrittenFaults(sheet, stamp, lines)].slice(0, 200)
}

/** Something stands where the form was empty and locked. */
function findWrittenFaults(sheet: ExcelJS.Worksheet, stamp: Stamp, lines: readonly Line[]): CellFault[] {
  const typed = new Set(figuresOf(lines).flatMap(({ row }) => [`${columnOf.value}${row}`, `${columnOf.reason}${row}`]))
  const faults: CellFault[] = []
  sheet.eachRow((row) =>
    row.eachCell((cell) => {
      const text = textOf(cell)
      const isOpen = typed.has(cell.address) || cell.address in stamp.locked || cell.master !== cell
      if (text === '' || isOpen || faults.length >= 200) return
      const message = 'Ô này không để nhập. Hãy xóa nội dung của ô.'
      faults.push({ cell: cell.address, label: 'Ô khóa', value: text.slice(0, 200), rule: 'locked', message })
    }),
  )
  return faults
}

function readFigure(
  sheet: ExcelJS.Worksheet,
  { row, figure }: Extract<Line, { kind: 'figure' }>,
): Omit<ReadFigure, 'period'> | { fault: CellFault } {
  const { body, code } = figure.definition
  const cell = sheet.getCell(`${columnOf.value}${row}`)
  const reason = sheet.getCell(`${columnOf.reason}${row}`).text.trim().slice(0, 2000) || undefined
  const shown = cell.text.trim()
  const fault = (rule: string, message: string) => ({
    fault: { cell: cell.address, label: body.name, value: shown, rule, message },
  })
  const value =
    typeof cell.value === 'object' && cell.value !== null && 'result' in cell.value ? cell.value.result : cell.value
  const given = { indicator: code, organisation: figure.organisation, reason, row }
  if (value === null || value === undefined || shown === '') {
    if (reason) return { ...given, value: null }
    return fault('required', `Chưa nhập. Nếu không có số liệu, hãy ghi lý do ở ô ${columnOf.reason}${row}.`)
  }
  if (typeof value !== 'number' || !Number.isFinite(value))
    return fault('number', `Phải là số, đơn vị ${body.unit}; không nhập chữ, khoảng trắng hay dấu khác. Ví dụ 1234.`)
  if (value < 0) return fault('range', 'Không được âm. Hãy kiểm tra lại số liệu.')
  if (Math.abs(value * 10 ** body.decimals - Math.round(value * 10 ** body.decimals)) > 1e-6)
    return fault('decimals', body.decimals > 0 ? `Nhiều nhất ${body.decimals} chữ số thập phân.` : 'Phải là số nguyên.')
  return { ...given, value }
}

/** The workbook with a note and a red ground at each faulty cell. */
export async function markFaults(book: ExcelJS.Workbook, faults: readonly CellFault[]): Promise<Buffer> {
  const sheet = book.getWorksheet(sheetName) ?? book.worksheets[0] ?? book.addWorksheet(sheetName)
  const notes = new Map<string, string[]>()
  for (const { cell, message } of faults) notes.set(cell, [...(notes.get(cell) ?? []), message])
  for (const [address, messages] of notes) {
    const cell = sheet.getCell(address)
    cell.note = { texts: [{ text: messages.join('\n') }] }
    cell.style = { ...cell.style, fill: { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFFBE3E1' } } }
  }
  return Buffer.from(await book.xlsx.writeBuffer())
}
