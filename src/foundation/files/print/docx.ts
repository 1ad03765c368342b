/**
 * The letter of `letterHtml` as a word-processor's file, in the same layout (Decree 30/2020/NĐ-CP, Annex I; unverified: from practice): the
 * paper's margins, letterhead and foot as tables without lines, Times New Roman, which every office has.
 */
import {
  AlignmentType,
  BorderStyle,
  convertMillimetersToTwip,
  Document,
  HeadingLevel,
  ImageRun,
  Packer,
  PageOrientation,
  Paragraph,
  Table,
  TableCell,
  TableLayoutType,
  TableRow,
  TextRun,
  UnderlineType,
  WidthType,
} from 'docx'
import { dateWords, type Letter } from './letter.ts'
import { marksOf, pngOf } from './marks.ts'
import type { PrintedTable, PrintedTables } from './tables.ts'

const mm = convertMillimetersToTwip
const none = { style: BorderStyle.NONE, size: 0, color: 'auto' }
const noLines = { top: none, bottom: none, left: none, right: none, insideHorizontal: none, insideVertical: none }

interface Look {
  size?: number
  bold?: boolean
  italics?: boolean
  underline?: boolean
  align?: (typeof AlignmentType)[keyof typeof AlignmentType]
  indent?: number
  before?: number
  after?: number
  /** What a reader's outline of the document is made of. */
  heading?: (typeof HeadingLevel)[keyof typeof HeadingLevel]
}

/** A text of several lines is one paragraph with breaks; sizes are in points. */
function line(text: string, look: Look = {}): Paragraph {
  const runs = text.split('\n').map(
    (part, at) =>
      new TextRun({
        text: part,
        break: at > 0 ? 1 : undefined,
        size: (look.size ?? 14) * 2,
        bold: look.bold,
        italics: look.italics,
        // Headings have a colour of their own.
        color: look.heading ? '000000' : undefined,
        underline: look.underline ? { type: UnderlineType.SINGLE } : undefined,
      }),
  )
  return new Paragraph({
    children: runs,
    heading: look.heading,
    keepNext: look.heading !== undefined,
    alignment: look.align ?? AlignmentType.CENTER,
    indent: look.indent ? { firstLine: mm(look.indent) } : undefined,
    spacing: { before: mm(look.before ?? 0), after: mm(look.after ?? 0) },
  })
}

function columns(widths: readonly [number, number], left: Paragraph[], right: Paragraph[]): Table {
  const cell = (children: Paragraph[], width: number) =>
    new TableCell({ children, width: { size: mm(width), type: WidthType.DXA }, borders: noLines })
  return new Table({
    rows: [new TableRow({ children: [cell(left, widths[0]), cell(right, widths[1])], cantSplit: true })],
    columnWidths: widths.map(mm),
    layout: TableLayoutType.FIXED,
    width: { size: mm(widths[0] + widths[1]), type: WidthType.DXA },
    borders: noLines,
  })
}

function headOf({ agency, number, place, dateOn, title }: Letter, isAbout: boolean): Table {
  const left = [
    ...(agency.above ? [line(agency.above.toUpperCase(), { size: 12 })] : []),
    line(agency.name.toUpperCase(), { size: 12, bold: true }),
    line('―――――――', { size: 8 }),
    line(`Số: ${number ?? '\u2003\u2003\u2003'}`, { size: 13, before: 2 }),
    ...(isAbout ? [line(title, { size: 12, before: 1 })] : []),
  ]
  const right = [
    line('CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM', { size: 12, bold: true }),
    line('Độc lập - Tự do - Hạnh phúc', { size: 13, bold: true, underline: true }),
    line(`${place}, ${dateWords(dateOn)}`, { size: 13, italics: true, before: 3 }),
  ]
  return columns([65, 95], left, right)
}

function footOf({ recipients, signer }: Letter): Table {
  const left = [
    line('Nơi nhận:', { size: 12, bold: true, italics: true, align: AlignmentType.LEFT }),
    ...recipients.map((one) => line(`- ${one}`, { size: 11, align: AlignmentType.LEFT })),
  ]
  const right = [
    ...(signer.authority ? [line(signer.authority.toUpperCase(), { bold: true })] : []),
    line(signer.position.toUpperCase(), { bold: true }),
    line(signer.name, { bold: true, before: 28 }),
  ]
  return columns([80, 80], left, right)
}

function addresseesOf(addressees: readonly string[]): Paragraph[] {
  const [only] = addressees
  if (!only) return []
  if (addressees.length === 1) return [line(`Kính gửi: ${only}`, { before: 5, after: 4 })]
  const last = addressees.length - 1
  return [
    line('Kính gửi:', { before: 5 }),
    ...addressees.map((one, at) => line(`- ${one}${at === last ? '.' : ';'}`, { after: at === last ? 4 : 0 })),
  ]
}

const thin = { style: BorderStyle.SINGLE, size: 4, color: '555555' }
const lines = { top: thin, bottom: thin, left: thin, right: thin, insideHorizontal: thin, insideVertical: thin }

/** With its head on every page. */
function tableOf({ columns, rows, totals }: PrintedTable): Table {
  const rowOf = (cells: readonly string[], kind: 'head' | 'row' | 'totals') =>
    new TableRow({
      tableHeader: kind === 'head',
      cantSplit: true,
      children: cells.map((text, at) => {
        const align = columns[at]?.numeric ? AlignmentType.RIGHT : AlignmentType.LEFT
        return new TableCell({ children: [line(text, { size: 12, bold: kind !== 'row', align })] })
      }),
    })
  return new Table({
    rows: [
      rowOf(
        columns.map(({ label }) => label),
        'head',
      ),
      ...rows.map((row) => rowOf(row, 'row')),
      ...(totals ? [rowOf(totals, 'totals')] : []),
    ],
    width: { size: 100, type: WidthType.PERCENTAGE },
    margins: { top: mm(1), bottom: mm(1), left: mm(1.5), right: mm(1.5) },
    borders: lines,
  })
}

const pixelsPerMm = 96 / 25.4

async function marksLine(letter: Letter): Promise<Paragraph[]> {
  const marks = marksOf(letter)
  if (marks.length === 0) return []
  const pictures = await Promise.all(
    marks.map(async (mark) => {
      const size = { width: mark.widthMm * pixelsPerMm, height: mark.heightMm * pixelsPerMm }
      const altText = { name: mark.label, title: mark.label, description: mark.label }
      return new ImageRun({ type: 'png', data: await pngOf(mark), transformation: size, altText })
    }),
  )
  const children = pictures.flatMap((picture, at) => (at > 0 ? [new TextRun('\u2003'), picture] : [picture]))
  return [new Paragraph({ children, spacing: { before: mm(8) } })]
}

export async function letterDocx(letter: Letter): Promise<Buffer> {
  const isAbout = /^v\/v\b/i.test(letter.title.trim())
  const document = new Document({
    title: letter.title.replaceAll('\n', ' '),
    creator: letter.agency.name,
    styles: { default: { document: { run: { font: 'Times New Roman', language: { value: 'vi-VN' } } } } },
    sections: [
      {
        properties: {
          page: {
            size: { width: mm(210), height: mm(297) },
            margin: { top: mm(20), bottom: mm(20), left: mm(30), right: mm(20) },
          },
        },
        children: [
          headOf(letter, isAbout),
          ...(isAbout ? [] : [line(letter.title, { bold: true, before: 8, after: 5 })]),
          ...addresseesOf(letter.addressees),
          ...letter.paragraphs.map((text) => line(text, { align: AlignmentType.JUSTIFIED, indent: 10, after: 2 })),
          ...(letter.table ? [line('', { size: 6 }), tableOf(letter.table)] : []),
          line('', { size: 8 }),
          footOf(letter),
          ...(await marksLine(letter)),
        ],
      },
    ],
  })
  return Packer.toBuffer(document)
}

/** The same as `tablesHtml`, for a word processor. */
export async function tablesDocx({ title, subtitle, sections, landscape }: PrintedTables): Promise<Buffer> {
  const left = { align: AlignmentType.LEFT }
  const document = new Document({
    title,
    styles: { default: { document: { run: { font: 'Times New Roman', language: { value: 'vi-VN' } } } } },
    sections: [
      {
        properties: {
          page: {
            // The sheet as it stands upright; the writer turns it.
            size: {
              width: mm(210),
              height: mm(297),
              orientation: landscape ? PageOrientation.LANDSCAPE : PageOrientation.PORTRAIT,
            },
            margin: { top: mm(20), bottom: mm(20), left: mm(20), right: mm(20) },
          },
        },
        children: [
          line(title, { ...left, size: 16, bold: true, heading: HeadingLevel.TITLE }),
          line(subtitle, { ...left, size: 13, italics: true, after: 3 }),
          ...sections.flatMap((section) => [
            line(section.title, { ...left, bold: true, before: 4, after: 2, heading: HeadingLevel.HEADING_1 }),
            ...(section.words?.split('\n').map((text) => line(text, { ...left, size: 13, after: 1 })) ?? []),
            ...(section.table && section.table.rows.length > 0 ? [tableOf(section.table)] : []),
            ...(section.table?.rows.length === 0
              ? [line('Không có dòng nào.', { ...left, size: 13, italics: true })]
              : []),
          ]),
        ],
      },
    ],
  })
  return Packer.toBuffer(document)
}

export const docxType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
