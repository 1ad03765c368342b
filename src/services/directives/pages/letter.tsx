// The assignment on paper: the letter the office signs, as a page that any browser prints and as PDF.
import { z } from 'zod'
import { docxType, type Letter, letterDocx, letterHtml, type PrintedTable, printPdf } from '#files'
import { type AsOf, getHomePack, getOrganisation, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { conflict } from '#platform/errors'
import { file, page, type Route, route } from '#platform/http'
import { AsOfNotice, Button, formatDateTime, Table, withQuery } from '#ui'
import { partPath } from '../paths.ts'
import { getWhole, type Whole } from '../reading/find.ts'
import { readPermission } from '../rights.ts'
import { getSettings } from '../settings.ts'
import { ofRoom } from './parts.tsx'

export const letterPath = (code: string): string => `${partPath(code)}/phieu-giao`

export const letterRoute: Route = route({
  method: 'GET',
  path: '/nhiem-vu/:code/phieu-giao',
  access: readPermission,
  params: z.strictObject({ code: z.string().max(40) }),
  query: z.object({
    tep: z.enum(['pdf', 'docx']).optional().catch(undefined),
    tai: z.string().max(30).optional(),
  }),
  async handle(ctx, { params, query }) {
    const at = await readAsOf(ctx, query.tai)
    const whole = await getWhole(ctx, params.code, at)
    const letter = await writeLetter(ctx, whole, at)
    const { code } = whole.directive
    if (query.tep === 'docx') return file(`phieu-giao-${code}.docx`, docxType, await letterDocx(letter))
    if (query.tep) {
      const pdf = await printPdf(ctx, letterHtml(letter), { title: `${code}: ${whole.directive.title}` })
      return file(`phieu-giao-${code}.pdf`, 'application/pdf', pdf)
    }
    return page({
      title: 'Phiếu giao nhiệm vụ',
      face: 'plain',
      actions: (
        <>
          <Button href={partPath(params.code, at)}>Về nhiệm vụ</Button>
          <Button href={withQuery(letterPath(params.code), { tep: 'docx', tai: at?.text })} icon="download" download>
            Tải về DOCX
          </Button>
          <Button
            href={withQuery(letterPath(params.code), { tep: 'pdf', tai: at?.text })}
            kind="primary"
            icon="print"
            download
          >
            Tải về PDF
          </Button>
        </>
      ),
      body: (
        <div class="stack">
          <AsOfNotice at={at} what={ofRoom} />
          <LetterPage letter={letter} />
        </div>
      ),
    })
  },
})

async function writeLetter(ctx: Context, { directive, parts }: Whole, at: AsOf | undefined): Promise<Letter> {
  const { documentNumber, documentOn } = directive
  if (!documentNumber || !documentOn)
    throw conflict('directive.not-issued', 'Phiếu giao chỉ có sau khi nhiệm vụ được ban hành với số và ngày.')
  const { issuing } = await getSettings(ctx.sql)
  const office = issuing.find(({ authority }) => authority === directive.authority)
  const authority = await getOrganisation(ctx.sql, directive.authority, at)
  const { card } = await getHomePack(ctx.sql)
  const names = new Map<string, string>()
  for (const code of new Set(parts.flatMap((part) => [part.organisation, ...part.coOrganisations])))
    names.set(code, (await getOrganisation(ctx.sql, code, at)).name)
  const nameOf = (code: string) => names.get(code) ?? code
  // Of several parts it is a table that each unit finds itself in.
  const table = parts.length > 1 ? tableOfParts(parts, nameOf) : undefined
  const tasks = parts.map((part) => {
    const helpers = part.coOrganisations.map(nameOf)
    const due = part.dueAt ? ` Thời hạn: trước ${formatDateTime(part.dueAt)}.` : ''
    return `${nameOf(part.organisation)} chủ trì${helpers.length > 0 ? `, phối hợp với ${helpers.join(', ')}` : ''}${part.task ? `: ${part.task}` : ' thực hiện nội dung trên.'}${due}`
  })
  return {
    agency: { name: authority.name },
    number: documentNumber,
    qr: ctx.config.publicUrl && new URL(partPath(directive.code), ctx.config.publicUrl).href,
    barcode: directive.code,
    place: office?.place ?? card.name,
    dateOn: documentOn,
    title: `V/v ${directive.title.charAt(0).toLowerCase()}${directive.title.slice(1)}`,
    addressees: parts.map(({ organisation }) => nameOf(organisation)),
    paragraphs: [
      ...(directive.legalBasis ? [`Căn cứ ${directive.legalBasis},`] : []),
      `Thực hiện ý kiến chỉ đạo của ${[directive.giverPosition, directive.giverName].filter(Boolean).join(' ')}:`,
      ...directive.words.split('\n').filter(Boolean),
      ...(table ? ['Đơn vị thực hiện, nội dung và thời hạn nêu tại bảng dưới đây.'] : tasks),
      ...(directive.evidenceRequired ? [`Kết quả gửi kèm minh chứng: ${directive.evidenceRequired}.`] : []),
      `Tiến độ và kết quả cập nhật trên hệ thống theo mã nhiệm vụ ${directive.code}.`,
    ],
    table,
    signer: { ...(office?.signer ?? { position: directive.giverPosition ?? '' }), name: '' },
    recipients: ['Như trên', directive.giverName, `Lưu: VT, ${directive.code}`],
  }
}

const tableOfParts = (parts: Whole['parts'], nameOf: (code: string) => string): PrintedTable => ({
  columns: ['Đơn vị chủ trì', 'Phối hợp', 'Nội dung', 'Thời hạn'].map((label) => ({ label })),
  rows: parts.map(({ organisation, coOrganisations, task, dueAt }) => [
    nameOf(organisation),
    coOrganisations.map(nameOf).join(', '),
    task ?? 'thực hiện nội dung trên',
    dueAt ? `trước ${formatDateTime(dueAt)}` : '',
  ]),
})

function LetterPage({ letter }: { letter: Letter }) {
  const [year = '', month = '', day = ''] = (letter.dateOn ?? '').split('-')
  return (
    <div class="prose stack">
      <p>
        <strong>{letter.agency.name}</strong>
        <br />
        Số: {letter.number}
      </p>
      <p>
        <em>
          {letter.place}, ngày {day} tháng {month} năm {year}
        </em>
      </p>
      <h2>{letter.title}</h2>
      <div>
        <p>Kính gửi:</p>
        <ul>
          {letter.addressees.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </div>
      {letter.paragraphs.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {letter.table && (
        <Table
          caption="Phân công"
          rows={letter.table.rows}
          rowKey={(row) => row.join()}
          columns={letter.table.columns.map(({ label }, at) => ({
            key: label,
            title: label,
            phone: true,
            cell: (row: readonly string[]) => row[at],
          }))}
        />
      )}
      <p>
        <strong>
          {letter.signer.authority}
          <br />
          {letter.signer.position}
        </strong>
      </p>
      <div>
        <p>
          <em>Nơi nhận:</em>
        </p>
        <ul>
          {letter.recipients.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      </div>
    </div>
  )
}
