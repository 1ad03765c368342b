import { z } from 'zod'
import { findPeriod, periodLabel } from '#calendar'
import { takeUpload } from '#files'
import { getHomePack, getOrganisation } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, notFound, Problem, tooLarge } from '#platform/errors'
import { file, page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  DecisionBar,
  ErrorSummary,
  FileInput,
  Form,
  formatDeadline,
  formatNumber,
  Notice,
  Section,
  Table,
  Tag,
  Time,
} from '#ui'
import { type FormDue, formLimitBytes, getUpload, issueWorkbook, listFormsDue, takeWorkbook } from './actions.ts'
import { type FormUpload, findForm, findUploadBytes, listLatestUploads } from './form-store.ts'
import type { CellFault } from './layout.ts'

export const formsPath = '/bieu-mau'
const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const Unit = z.string().regex(/^[A-Za-z0-9.-]{1,35}$/)
const FormParams = z.strictObject({ form: z.string().max(64) })
const Place = z.strictObject({ 'don-vi': Unit, ky: z.string().max(20) })
const UploadParams = z.strictObject({ upload: z.coerce.number().int().positive() })

const placeQuery = ({ organisation, period }: { organisation: string; period: string }): string =>
  `don-vi=${encodeURIComponent(organisation)}&ky=${encodeURIComponent(period)}`

export const formRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: formsPath,
    access: 'entry:write',
    query: z.strictObject({ 'don-vi': Unit.optional() }),
    async handle(ctx, { query }) {
      const unit = query['don-vi'] ?? ctx.actor.organisation
      if (!unit) throw invalid('Tài khoản này không thuộc đơn vị nào; hãy chọn đơn vị.')
      return listPage(ctx, unit)
    },
  }),
  route({
    method: 'GET',
    path: `${formsPath}/:form/tai-ve`,
    access: 'entry:write',
    params: FormParams,
    query: Place,
    async handle(ctx, { params, query }) {
      const { name, bytes } = await issueWorkbook(ctx, {
        form: params.form,
        organisation: query['don-vi'],
        period: query.ky,
      })
      return file(name, xlsx, bytes)
    },
  }),
  route({
    method: 'GET',
    path: `${formsPath}/:form/gui`,
    access: 'entry:write',
    params: FormParams,
    query: Place,
    handle: (ctx, { params, query }) => sendPage(ctx, params.form, { organisation: query['don-vi'], period: query.ky }),
  }),
  route({
    method: 'POST',
    path: `${formsPath}/:form/gui`,
    access: 'entry:write',
    params: FormParams,
    query: Place,
    takes: 'upload',
    maxBytes: formLimitBytes,
    async handle(ctx, { params, query, upload }) {
      const place = { organisation: query['don-vi'], period: query.ky }
      try {
        const file = await takeUpload(ctx, await upload(), 'table')
        if (!file) return sendPage(ctx, params.form, place, 'Chưa chọn tệp. Hãy chọn biểu đã nhập rồi bấm “Gửi biểu”.')
        const parts: Buffer[] = []
        let size = 0
        for await (const part of file.bytes) {
          size += part.length
          if (size > formLimitBytes) throw tooLarge(formLimitBytes)
          parts.push(part)
        }
        const id = await takeWorkbook(
          ctx,
          { form: params.form, ...place },
          { fileName: file.fileName, bytes: Buffer.concat(parts) },
        )
        await file.taken?.(ctx)
        return redirect(`${formsPath}/dot/${id}`)
      } catch (error) {
        if (error instanceof Problem && ['request.invalid', 'file.not-whole'].includes(error.code))
          return sendPage(ctx, params.form, place, error.message)
        throw error
      }
    },
  }),
  route({
    method: 'GET',
    path: `${formsPath}/dot/:upload`,
    access: 'entry:write',
    params: UploadParams,
    handle: async (ctx, { params }) => resultPage(ctx, await getUpload(ctx, params.upload)),
  }),
  route({
    method: 'GET',
    path: `${formsPath}/dot/:upload/tep`,
    access: 'entry:write',
    params: UploadParams,
    query: z.strictObject({ ban: z.enum(['goc', 'ghi-chu']).default('goc') }),
    async handle(ctx, { params, query }) {
      const upload = await getUpload(ctx, params.upload)
      const bytes = await findUploadBytes(ctx.sql, upload.id, query.ban === 'goc' ? 'bytes' : 'marked')
      if (!bytes) throw notFound('form-upload', String(upload.id))
      return file(
        query.ban === 'goc' ? upload.fileName : upload.fileName.replace(/(\.xlsx)?$/i, '-cho-sua.xlsx'),
        xlsx,
        bytes,
      )
    },
  }),
]

function Due({ dueAt, remaining, timeZone }: { dueAt: Date; remaining: number; timeZone: string }) {
  const words = formatDeadline({ dueAt, remaining, unit: 'ngày làm việc' }, timeZone)
  if (remaining >= 0) return <>{words}</>
  const [late, ...rest] = words.split(' · ')
  return (
    <>
      <Tag tone="warning">{late}</Tag> {rest.join(' · ')}
    </>
  )
}

async function listPage(ctx: Context, unit: string): Promise<Reply> {
  ctx.require('entry:write', unit)
  const organisation = await getOrganisation(ctx.sql, unit)
  const { card } = await getHomePack(ctx.sql)
  const due = await listFormsDue(ctx, unit, card.timeZone)
  const uploads = await listLatestUploads(ctx.sql, unit)
  const latest = ({ form, period }: FormDue) => uploads.find((one) => one.form === form.code && one.period === period)
  return page({
    title: 'Biểu mẫu Excel',
    lead: `Biểu số liệu ${organisation.name} phải gửi. Tải biểu đã điền sẵn số kỳ trước, nhập vào các ô nền vàng, rồi gửi lại.`,
    body: (
      <div class="stack-large">
        <Table
          caption="Biểu cần gửi"
          rows={due}
          rowKey={({ form }) => form.code}
          rowHref={({ form, period }) => `${formsPath}/${form.code}/gui?${placeQuery({ organisation: unit, period })}`}
          empty={{ title: 'Không có biểu nào phải gửi', words: 'Biểu của đơn vị sẽ hiện ở đây khi đến kỳ.' }}
          columns={[
            { key: 'title', title: 'Biểu', cell: ({ form }) => `${form.number}: ${form.title}` },
            { key: 'period', title: 'Kỳ', kind: 'nowrap', phone: true, cell: ({ period }) => periodLabel(period) },
            {
              key: 'due',
              title: 'Hạn gửi',
              phone: true,
              cell: ({ dueAt, remaining, done, rows }) =>
                done === rows ? (
                  'Đã gửi đủ'
                ) : dueAt ? (
                  <Due dueAt={dueAt} remaining={remaining} timeZone={card.timeZone} />
                ) : (
                  'Chưa đặt hạn'
                ),
            },
            {
              key: 'done',
              title: 'Đã gửi',
              kind: 'number',
              cell: ({ done, rows }) => `${formatNumber(done)}/${formatNumber(rows)}`,
            },
            { key: 'latest', title: 'Lần gửi gần nhất', phone: true, cell: (row) => <Latest upload={latest(row)} /> },
            {
              key: 'download',
              title: 'Tải biểu',
              kind: 'nowrap',
              cell: ({ form, period }) => (
                <Button
                  small
                  icon="download"
                  download
                  href={`${formsPath}/${form.code}/tai-ve?${placeQuery({ organisation: unit, period })}`}
                  label={`Tải ${form.number}`}
                >
                  Tải biểu
                </Button>
              ),
            },
          ]}
        />
      </div>
    ),
  })
}

function Latest({ upload }: { upload: FormUpload | undefined }) {
  if (!upload) return <span class="muted">Chưa gửi</span>
  const words = upload.state === 'accepted' ? 'Đã nhận' : `${formatNumber(upload.faults.length)} chỗ cần sửa`
  return (
    <a href={`${formsPath}/dot/${upload.id}`}>
      <Tag tone={upload.state === 'accepted' ? 'done' : 'danger'}>{words}</Tag>
    </a>
  )
}

async function sendPage(
  ctx: Context,
  code: string,
  place: { organisation: string; period: string },
  fault?: string,
): Promise<Reply> {
  ctx.require('entry:write', place.organisation)
  const form = await findForm(ctx.sql, code)
  if (!form || findPeriod(place.period)?.kind !== form.period) throw notFound('form', code)
  const organisation = await getOrganisation(ctx.sql, place.organisation)
  const query = placeQuery(place)
  return page({
    title: `${form.number}: ${form.title}`,
    status: fault ? 422 : 200,
    crumbs: [{ label: 'Biểu mẫu Excel', href: `${formsPath}?don-vi=${encodeURIComponent(place.organisation)}` }],
    lead: `${organisation.name}, ${periodLabel(place.period).toLowerCase()}`,
    islands: ['upload'],
    body: (
      <div class="stack-large">
        {fault && <ErrorSummary errors={[{ field: 'tep', message: fault }]} />}
        <Section title="1. Tải biểu">
          <p>Biểu có sẵn số kỳ trước và cùng kỳ năm trước. Chỉ nhập vào các ô nền vàng; các ô khác được khóa.</p>
          <p>
            <Button icon="download" download href={`${formsPath}/${code}/tai-ve?${query}`}>
              Tải biểu
            </Button>
          </p>
        </Section>
        <Section title="2. Gửi lại biểu">
          <Form action={`${formsPath}/${code}/gui?${query}`} files class="stack" label="Gửi biểu">
            <FileInput
              name="tep"
              label="Biểu đã nhập"
              hint="Tệp .xlsx đã tải ở bước 1, không quá 5 MB."
              accept=".xlsx"
              inPieces={{ use: 'table', mostBytes: formLimitBytes }}
              error={fault}
            />
            <DecisionBar
              label="Gửi biểu"
              primary={{
                action: <Button kind="primary">Gửi biểu</Button>,
                consequence:
                  'Biểu không có lỗi thì số liệu được chuyển lãnh đạo đơn vị duyệt; có lỗi thì không ô nào được nhận.',
              }}
            />
          </Form>
        </Section>
      </div>
    ),
  })
}

async function resultPage(ctx: Context, upload: FormUpload): Promise<Reply> {
  const form = await findForm(ctx.sql, upload.form)
  const isGood = upload.state === 'accepted'
  const query = placeQuery(upload)
  return page({
    title: isGood ? 'Biểu đã được nhận' : `Biểu có ${formatNumber(upload.faults.length)} chỗ cần sửa`,
    crumbs: [{ label: 'Biểu mẫu Excel', href: `${formsPath}?don-vi=${encodeURIComponent(upload.organisation)}` }],
    lead: (
      <>
        {form ? `${form.number}: ${form.title}` : upload.form}, {periodLabel(upload.period).toLowerCase()}. Tệp{' '}
        {upload.fileName}, gửi <Time at={upload.uploadedAt} />.
      </>
    ),
    body: (
      <div class="stack-large">
        {isGood ? (
          <Notice tone="done" title={`${formatNumber(upload.entries.length)} số liệu đã chuyển lãnh đạo đơn vị duyệt`}>
            Số liệu được công bố sau khi lãnh đạo duyệt. Số liệu không đổi so với lần trước không gửi lại.
          </Notice>
        ) : (
          <Notice tone="danger" title="Chưa số liệu nào được nhận">
            Sửa các ô dưới đây ngay trong biểu rồi gửi lại cả biểu. Bản có ghi chú đánh dấu từng ô bằng nền đỏ và lời
            nhắc.
          </Notice>
        )}
        {!isGood && <Faults faults={upload.faults} />}
        <div class="row">
          {upload.hasMarked && (
            <Button kind="primary" icon="download" download href={`${formsPath}/dot/${upload.id}/tep?ban=ghi-chu`}>
              Tải bản có ghi chú
            </Button>
          )}
          {!isGood && <Button href={`${formsPath}/${upload.form}/gui?${query}`}>Gửi lại biểu</Button>}
          <Button icon="download" download href={`${formsPath}/dot/${upload.id}/tep`}>
            Tải tệp đã gửi
          </Button>
        </div>
      </div>
    ),
  })
}

function Faults({ faults }: { faults: readonly CellFault[] }) {
  return (
    <Table
      caption="Các ô cần sửa"
      rows={faults}
      rowKey={({ cell, rule }) => `${cell}-${rule}`}
      columns={[
        { key: 'cell', title: 'Ô', kind: 'nowrap', cell: ({ cell }) => <strong>{cell}</strong> },
        { key: 'label', title: 'Chỉ tiêu', phone: true, cell: ({ label }) => label },
        {
          key: 'value',
          title: 'Đang ghi',
          phone: true,
          cell: ({ value }) => value || <span class="muted">trống</span>,
        },
        { key: 'message', title: 'Cách sửa', phone: true, cell: ({ message }) => message },
      ]}
    />
  )
}
