import { z } from 'zod'
import {
  openResolver,
  placeInWords,
  placeStateWords,
  type Resolution,
  resolutionInWords,
  resolveMany,
  today,
} from '#organisations'
import type { Context } from '#platform/context'
import { page, type Reply, type Route, route } from '#platform/http'
import { type TableCell, tableFile } from '#platform/table-file'
import {
  Button,
  ErrorSummary,
  errorOf,
  FileInput,
  Form,
  type FormError,
  formatNumber,
  formatPercent,
  Section,
  Select,
  Table,
  Tag,
  TextArea,
  type Tone,
} from '#ui'
import { readTableTexts, tableFaultWords } from '#warehouse'
import { lookupPath, PlaceTabs, unitPath } from './parts.tsx'

const mostLines = 500
const mostRows = 50_000
const mostBytes = 20 * 1024 * 1024

const Body = z.object({
  'dia-chi': z.string().max(200_000).default(''),
  tai: z.enum(['csv', 'xlsx']).optional().catch(undefined),
})

export const lookupRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: lookupPath,
    access: 'place:look-up',
    handle: () => show({ text: '', answers: [], errors: [] }),
  }),
  route({
    method: 'POST',
    path: lookupPath,
    access: 'place:look-up',
    body: Body,
    async handle(ctx, { body }) {
      const text = body['dia-chi']
      const lines = linesOf(text)
      const message = faultOf(lines)
      if (message) return show({ text, answers: [], errors: [{ field: 'dia-chi', message }] })
      const answers = await resolveAll(ctx, lines)
      if (body.tai) return answersFile(body.tai, { titles: ['Địa chỉ'], rows: lines.map((line) => [line]) }, answers)
      return show({ text, answers: lines.map((address, at) => ({ address, answer: answers[at] })), errors: [] })
    },
  }),
  route({
    method: 'POST',
    path: `${lookupPath}/tep`,
    access: 'place:look-up',
    takes: 'upload',
    maxBytes: mostBytes,
    async handle(ctx, { upload }) {
      const { fields, file } = await upload()
      const wrong = (message: string) => show({ text: '', answers: [], errors: [{ field: 'tep', message }] })
      if (!file) return wrong('Chọn một tệp CSV hoặc XLSX.')
      try {
        const table = await readTableTexts(file.bytes, mostRows)
        if (table.rows.length === 0) return wrong('Tệp không có dòng nào dưới dòng tiêu đề.')
        const answers = await resolveAll(ctx, addressesOf(table))
        return answersFile(fields.dang === 'csv' ? 'csv' : 'xlsx', { titles: table.columns, rows: table.rows }, answers)
      } catch (error) {
        return wrong(tableFaultWords(error))
      }
    },
  }),
]

const linesOf = (text: string) =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean)

function faultOf(lines: readonly string[]): string | undefined {
  if (lines.length === 0) return 'Nhập ít nhất một địa chỉ, mỗi dòng một địa chỉ.'
  if (lines.length > mostLines)
    return `Mỗi lần dán tối đa ${formatNumber(mostLines)} dòng; nhiều hơn thì tải tệp lên ở dưới.`
  return lines.some((line) => line.length > 500) ? 'Mỗi địa chỉ dài tối đa 500 ký tự.' : undefined
}

async function resolveAll(ctx: Context, texts: readonly string[]): Promise<Resolution[]> {
  const { resolve } = await openResolver(ctx.sql, { asOf: await today(ctx) })
  return resolveMany(texts, resolve)
}

const addressTitle = /(dia chi|address|noi o|thuong tru|xa|phuong|huyen|quan|tinh|thanh pho)/i

/** The column named so, or those of commune, district and province put together; all cells of a row where no title says anything. */
function addressesOf({ columns, rows }: { columns: string[]; rows: string[][] }): string[] {
  const plain = columns.map((title) => title.normalize('NFD').replace(/\p{M}/gu, '').replace(/đ/gi, 'd'))
  const named = plain.flatMap((title, at) => (/dia chi|address/i.test(title) ? [at] : []))
  const parts = plain.flatMap((title, at) => (addressTitle.test(title) ? [at] : []))
  const used = named.length > 0 ? named.slice(0, 1) : parts
  return rows.map((row) =>
    (used.length > 0 ? used.map((at) => row[at] ?? '') : row).filter(Boolean).join(', ').slice(0, 500),
  )
}

const titles = ['Kết quả', 'Mã đơn vị', 'Tên đơn vị', 'Độ chắc chắn (%)', 'Các đơn vị có thể', 'Ghi chú']

function answersFile(
  format: 'csv' | 'xlsx',
  given: { titles: readonly string[]; rows: readonly (readonly string[])[] },
  answers: readonly Resolution[],
): Reply {
  function* rows(): Generator<TableCell[]> {
    for (const [at, answer] of answers.entries()) yield [...(given.rows[at] ?? []), ...cellsOf(answer)]
  }
  return tableFile(format, { name: 'dia-ban', titles: [...given.titles, ...titles], rows: rows() })
}

function cellsOf(answer: Resolution): TableCell[] {
  const [first] = answer.candidates
  const only = answer.state === 'resolved' ? first?.place : undefined
  const others = answer.state === 'resolved' ? [] : answer.candidates
  return [
    placeStateWords[answer.state],
    only?.code,
    only && placeInWords(only),
    Math.round(answer.certainty * 100),
    others.map(({ place }) => `${place.code} ${placeInWords(place)}`).join('; '),
    resolutionInWords(answer),
  ]
}

interface Shown {
  text: string
  answers: { address: string; answer: Resolution | undefined }[]
  errors: FormError[]
}

function show({ text, answers, errors }: Shown): Reply {
  return page({
    title: 'Tra cứu địa bàn',
    status: errors.length > 0 ? 422 : 200,
    lead: 'Địa chỉ cũ hay mới, có dấu hay không, thành mã đơn vị hành chính hiện nay.',
    body: (
      <div class="stack-large">
        <PlaceTabs current={lookupPath} />
        <ErrorSummary errors={errors} title="Chưa tra cứu được" />
        {answers.length > 0 && <Answers answers={answers} />}
        <Section title="Dán địa chỉ">
          <Form action={lookupPath} label="Tra cứu địa chỉ">
            <TextArea
              name="dia-chi"
              label="Địa chỉ, mỗi dòng một địa chỉ"
              hint="Ví dụ: P. Tân Tiến, TP Nha Trang; hoặc: xa cam hoa huyen cam lam khanh hoa. Không ghi tên người."
              rows={6}
              value={text}
              error={errorOf(errors, 'dia-chi')}
            />
            <div class="row">
              <Button kind="primary">Tra cứu</Button>
              <Button name="tai" value="csv" icon="download">
                Tải về CSV
              </Button>
              <Button name="tai" value="xlsx" icon="download">
                Tải về XLSX
              </Button>
            </div>
          </Form>
        </Section>
        <Section title="Tra cả tệp">
          <Form action={`${lookupPath}/tep`} files label="Tra cứu cả tệp">
            <Select
              name="dang"
              label="Dạng tệp kết quả"
              value="xlsx"
              options={[
                { value: 'xlsx', label: 'XLSX' },
                { value: 'csv', label: 'CSV' },
              ]}
            />
            <FileInput
              name="tep"
              label="Tệp CSV hoặc XLSX"
              hint={`Có dòng tiêu đề; cột “Địa chỉ”, hoặc các cột xã, huyện, tỉnh. Tối đa ${formatNumber(mostRows)} dòng. Tệp không được lưu lại.`}
              accept=".csv,.txt,.xlsx"
              error={errorOf(errors, 'tep')}
            />
            <div class="row">
              <Button kind="primary">Tra cứu và tải kết quả</Button>
            </div>
          </Form>
        </Section>
      </div>
    ),
  })
}

const tones: Record<Resolution['state'], Tone> = {
  resolved: 'done',
  divided: 'warning',
  ambiguous: 'warning',
  partial: 'neutral',
  none: 'danger',
}

function Answers({ answers }: Pick<Shown, 'answers'>) {
  const rows = answers.flatMap(({ address, answer }, at) => (answer ? [{ at, address, answer }] : []))
  const clear = rows.filter(({ answer }) => answer.state === 'resolved').length
  const divided = rows.filter(({ answer }) => answer.state === 'divided').length
  return (
    <Section title="Kết quả">
      <p>
        {`${formatNumber(clear)} trong ${formatNumber(rows.length)} địa chỉ đã xác định`}
        {divided > 0 && `; ${formatNumber(divided)} địa chỉ thuộc đơn vị đã chia, cần chọn một`}.
      </p>
      <Table
        caption="Kết quả tra cứu"
        hideCaption
        plain
        rows={rows}
        rowKey={({ at }) => String(at)}
        columns={[
          { key: 'address', title: 'Địa chỉ', cell: ({ address }) => address },
          {
            key: 'state',
            title: 'Kết quả',
            phone: true,
            cell: ({ answer }) => <Tag tone={tones[answer.state]}>{placeStateWords[answer.state]}</Tag>,
          },
          { key: 'unit', title: 'Đơn vị hiện nay', phone: true, cell: ({ answer }) => <Candidates answer={answer} /> },
          {
            key: 'certainty',
            title: 'Chắc chắn',
            kind: 'number',
            cell: ({ answer }) => (answer.state === 'none' ? null : formatPercent(answer.certainty * 100, 0)),
          },
        ]}
      />
    </Section>
  )
}

function Candidates({ answer }: { answer: Resolution }) {
  return (
    <div>
      {answer.candidates.map(({ place }) => (
        <div key={place.code}>
          <a href={unitPath(place.code)}>{placeInWords(place)}</a> <span class="muted">{place.code}</span>
        </div>
      ))}
      <div class="muted">{resolutionInWords(answer)}</div>
    </div>
  )
}
