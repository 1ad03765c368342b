/** "Ai đã xem dữ liệu của tôi" to take away: as a table for a spreadsheet, or as a document. */
import { printPdf, tablesHtml } from '#files'
import type { Context } from '#platform/context'
import { file, type Reply } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { formatDateTime } from '#ui'
import type { LookFilter, SeenLook } from './look-store.ts'
import { fieldNames } from './model.ts'
import { agencyNames, getOwnPerson, listOwnLooks } from './own.ts'
import { record } from './resolve.ts'
import { outcomeNames } from './words.tsx'

const titles = [
  'Lúc',
  'Cơ quan',
  'Người tra cứu',
  'Mục đích',
  'Căn cứ',
  'Hồ sơ, văn bản',
  'Kết quả',
  'Đã xem đủ',
  'Trả lời ý kiến',
]
/** More than this in one document helps nobody; the table has no end of its own. */
const mostRows = 2000

const rowOf = (look: SeenLook, nameOf: (code: string) => string): string[] => [
  formatDateTime(look.at),
  nameOf(look.organisation),
  whoOf(look),
  look.purposeName,
  look.legalBasis,
  look.reference,
  outcomeNames[look.outcome],
  look.fields.map((field) => fieldNames[field]).join(', '),
  look.answer ?? (look.objection ? 'đang chờ trả lời' : ''),
]

export const whoOf = ({ actorName, position, onBehalfOf }: SeenLook): string =>
  [actorName, position, onBehalfOf && `xử lý thay ${onBehalfOf}`].filter(Boolean).join(', ')

/** @throws Problem 503 where a PDF cannot be made here. */
export async function takeLooks(ctx: Context, format: 'csv' | 'pdf', filter: LookFilter): Promise<Reply> {
  const person = await getOwnPerson(ctx)
  const looks = await listOwnLooks(ctx, { ...filter, after: undefined, limit: mostRows })
  const nameOf = await agencyNames(ctx)
  await record(ctx, person.id, 'person.log-taken', { format, rows: looks.length })
  const rows = looks.map((look) => rowOf(look, nameOf))
  if (format === 'csv') return tableFile('csv', { name: 'ai-da-xem-du-lieu-cua-toi', titles, rows })
  const title = 'Ai đã xem dữ liệu của tôi'
  const html = tablesHtml({
    title,
    subtitle: `${person.name} · lập lúc ${formatDateTime(ctx.now)}`,
    landscape: true,
    sections: [{ title: 'Các lần tra cứu', table: { columns: titles.map((label) => ({ label })), rows } }],
  })
  return file('ai-da-xem-du-lieu-cua-toi.pdf', 'application/pdf', await printPdf(ctx, html, { title }))
}
