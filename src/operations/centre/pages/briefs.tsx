import { z } from 'zod'
import { docxType, type PrintedSection, type PrintedTable } from '#files'
import { reachOfReader } from '#indicators'
import { type AsOf, getHomePack, readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { notFound, Problem } from '#platform/errors'
import { file, page, type Reply, type Route, redirect, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import {
  AsOfNotice,
  AsOfQuestion,
  Button,
  DateInput,
  ErrorSummary,
  FilterBar,
  Form,
  type FormError,
  More,
  Notice,
  readDateInput,
  Section,
  Select,
  Table,
  Tag,
  Time,
  withQuery,
} from '#ui'
import { askForBrief, briefPath, isOfLater, kindWords } from '../briefs/actions.ts'
import { titleOf } from '../briefs/compose.ts'
import { briefDocx, briefPdf, briefTable, sayMade } from '../briefs/files.ts'
import { type Brief, findBrief, listBriefs } from '../briefs/store.ts'

export const briefsPath = '/tom-tat'
const pageLength = 30

const Query = z.object({
  loai: z.enum(['day', 'month']).optional().catch(undefined),
  after: z.string().max(20).optional(),
  tai: z.string().max(30).optional(),
})

type Query = z.infer<typeof Query>

const list = route({
  method: 'GET',
  path: briefsPath,
  access: 'indicator:read',
  query: Query,
  handle: (ctx, { query, request }) => listPage(ctx, { query, address: request.url, values: {}, errors: [] }),
})

interface Showing {
  query: Query
  address: string
  /** Of the form, as it was sent. */
  values: Record<string, string>
  errors: readonly FormError[]
}

async function listPage(ctx: Context, { query, address, values, errors }: Showing): Promise<Reply> {
  const at = await readAsOf(ctx, query.tai)
  const { card } = await getHomePack(ctx.sql)
  const reach = await reachOfReader(ctx)
  const rows = await listBriefs(ctx.sql, {
    reach,
    kind: query.loai,
    after: query.after,
    madeBy: at?.knownAt,
    limit: pageLength + 1,
  })
  const shown = rows.slice(0, pageLength)
  const last = shown.at(-1)
  const mayAsk = reach === 'all' || reach.has(card.rootOrganisation)
  return page({
    title: 'Tóm tắt điều hành',
    status: errors.length > 0 ? 422 : 200,
    lead: 'Mỗi sáng và mỗi đầu tháng: điều gì thay đổi, vì sao, cần chỉ đạo gì.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={errors} title="Chưa lập lại được" />
        <AsOfNotice at={at} what="các bản tóm tắt" />
        <FilterBar names={['loai']} active={query.loai ? [{ name: 'loai', label: kindWords[query.loai] }] : []}>
          <Select name="loai" label="Loại" value={query.loai} empty="Tất cả" options={kindOptions} />
        </FilterBar>
        <BriefList rows={shown} at={at} />
        {rows.length > pageLength && last && (
          <p>
            <a href={withQuery(address, { after: last.code })}>Các bản cũ hơn</a>
          </p>
        )}
        {mayAsk && !at && <AskForm values={values} errors={errors} />}
        <AsOfQuestion at={at} what="các bản tóm tắt" />
      </div>
    ),
  })
}

const kindOptions = (['day', 'month'] as const).map((kind) => ({ value: kind, label: kindWords[kind] }))

function BriefList({ rows, at }: { rows: readonly Brief[]; at: AsOf | undefined }) {
  return (
    <Table
      caption="Các bản tóm tắt, mới nhất trước"
      rows={rows}
      rowKey={({ code }) => code}
      rowHref={({ code }) => withQuery(briefPath(code), { tai: at?.text })}
      empty={
        at
          ? { title: 'Khi đó chưa có bản tóm tắt nào', words: 'Chọn một thời điểm sau đó, hoặc về hiện nay.' }
          : {
              title: 'Chưa có bản tóm tắt nào',
              words: 'Bản đầu tiên được lập lúc 06:30 sáng, khi chương trình đang chạy.',
            }
      }
      columns={[
        {
          key: 'title',
          title: 'Bản tóm tắt',
          cell: (brief) => (
            <>
              {titleOf(brief)} {brief.askedName !== null && <Tag tone="warning">lập lại</Tag>}
            </>
          ),
        },
        { key: 'kind', title: 'Loại', cell: ({ kind }) => kindWords[kind] },
        {
          key: 'known',
          title: 'Theo những gì đã biết lúc',
          kind: 'nowrap',
          cell: ({ knownAt }) => <Time at={knownAt} exact />,
        },
        {
          key: 'made',
          title: 'Lập lúc',
          kind: 'nowrap',
          phone: true,
          cell: ({ madeAt }) => <Time at={madeAt} exact />,
        },
      ]}
    />
  )
}

/** Asks for one that was never made: the program was off that morning, or had not begun yet. */
function AskForm({ values, errors }: Pick<Showing, 'values' | 'errors'>) {
  return (
    <More title="Lập lại bản còn thiếu" open={errors.length > 0}>
      <Form action={briefsPath} label="Lập lại bản còn thiếu">
        <p>
          Dùng khi một sáng hoặc một tháng không có bản tóm tắt. Bản lập lại chỉ nói những gì hệ thống đã biết lúc 06:30
          sáng hôm đó (bản tháng: 06:30 ngày đầu tháng sau), ghi rõ ai yêu cầu và lập lúc nào, rồi được lưu như các bản
          khác.
        </p>
        <Select name="loai" label="Loại" value={values.loai ?? 'day'} options={kindOptions} />
        <DateInput
          name="ngay"
          label="Ngày"
          hint="Bản tháng: một ngày bất kỳ trong tháng đó."
          value={{ day: values['ngay-day'], month: values['ngay-month'], year: values['ngay-year'] }}
          error={errors.find(({ field }) => field === 'ngay')?.message}
        />
        <Button>Lập lại</Button>
      </Form>
    </More>
  )
}

const ask = route({
  method: 'POST',
  path: briefsPath,
  access: 'indicator:read',
  body: z.object({ loai: z.enum(['day', 'month']) }).catchall(z.string().max(20)),
  async handle(ctx, { body }) {
    try {
      return redirect(briefPath(await askForBrief(ctx, body.loai, readDateInput(body, 'ngay'))))
    } catch (error) {
      if (!(error instanceof Problem) || ![404, 422].includes(error.status)) throw error
      const fields = error.fields.length > 0 ? error.fields : [{ path: 'ngay', message: error.message }]
      const errors = fields.map(({ path, message }) => ({ field: path, message }))
      return listPage(ctx, { query: {}, address: briefsPath, values: body, errors })
    }
  },
})

const Code = z.object({ code: z.string().max(20) })

/** @throws Problem 404 where there is none within reach */
async function getBrief(ctx: Context, code: string) {
  const brief = await findBrief(ctx.sql, code)
  const reach = await reachOfReader(ctx)
  if (!brief || (reach !== 'all' && !reach.has(brief.organisation))) throw notFound('brief', code)
  return brief
}

const show = route({
  method: 'GET',
  path: `${briefsPath}/:code`,
  access: 'indicator:read',
  params: Code,
  query: z.object({ tai: z.string().max(30).optional() }),
  async handle(ctx, { params, query }) {
    const brief = await getBrief(ctx, params.code)
    const at = await readAsOf(ctx, query.tai)
    const { timeZone } = (await getHomePack(ctx.sql)).card
    return page({
      title: titleOf(brief),
      crumbs: [{ label: 'Tóm tắt điều hành', href: withQuery(briefsPath, { tai: at?.text }) }],
      lead: (
        <>
          Lập lúc <Time at={brief.madeAt} exact />. Số liệu sau đó có thể đã được đính chính; bản này giữ nguyên như đã
          lập.
        </>
      ),
      actions: (
        <>
          <Button href={`${briefPath(brief.code)}/pdf`} download>
            Tải về PDF
          </Button>
          <Button href={`${briefPath(brief.code)}/xlsx`} download>
            Tải về XLSX
          </Button>
          <Button href={`${briefPath(brief.code)}/docx`} download>
            Tải về DOCX
          </Button>
        </>
      ),
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="các bản tóm tắt" />
          {at && brief.madeAt > at.knownAt && <Notice tone="warning" title="Bản này được lập sau thời điểm xem lại" />}
          <MadeLater brief={brief} timeZone={timeZone} />
          {brief.sections.map((section) => (
            <BriefSection key={section.title} section={section} />
          ))}
        </div>
      ),
    })
  },
})

/** Above one that was not made at its hour. */
function MadeLater({ brief, timeZone }: { brief: Brief; timeZone: string }) {
  if (brief.knownAt < brief.madeAt)
    return (
      <Notice tone="warning" title={`Bản này ${sayMade(brief, timeZone)}`}>
        <p>
          Lúc đó không có bản nào được lập. Số liệu, định nghĩa và tên đơn vị là những gì hệ thống đã biết vào thời điểm
          ấy; những gì đến sau không có trong bản này.
        </p>
      </Notice>
    )
  if (!isOfLater(brief, timeZone)) return null
  return (
    <Notice title="Bản này lập muộn, theo số liệu đã biết lúc lập">
      <p>Đầu tháng sau, giờ lập bản tháng, hệ thống chưa nhận được số liệu nào.</p>
    </Notice>
  )
}

function BriefSection({ section: { title, words, table } }: { section: PrintedSection }) {
  return (
    <Section title={title}>
      {words && (
        <div class="panel stack-small">
          {words.split('\n').map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
      )}
      {table && <BriefTable title={title} table={table} />}
    </Section>
  )
}

function BriefTable({ title, table: { columns, rows } }: { title: string; table: PrintedTable }) {
  return (
    <Table
      caption={title}
      hideCaption
      rows={rows}
      rowKey={(row) => row.join(' ')}
      columns={columns.map(({ label, numeric }, at) => ({
        key: label,
        title: label,
        kind: numeric ? ('number' as const) : undefined,
        phone: at < 3,
        cell: (row: readonly string[]) => row[at] ?? '',
      }))}
    />
  )
}

const pdf = route({
  method: 'GET',
  path: `${briefsPath}/:code/pdf`,
  access: 'indicator:read',
  params: Code,
  async handle(ctx, { params }) {
    const brief = await getBrief(ctx, params.code)
    return file(`${brief.code}.pdf`, 'application/pdf', await briefPdf(ctx, brief))
  },
})

const xlsx = route({
  method: 'GET',
  path: `${briefsPath}/:code/xlsx`,
  access: 'indicator:read',
  params: Code,
  async handle(ctx, { params }) {
    const brief = await getBrief(ctx, params.code)
    return tableFile('xlsx', { name: brief.code, ...(await briefTable(ctx, brief)) })
  },
})

const docx = route({
  method: 'GET',
  path: `${briefsPath}/:code/docx`,
  access: 'indicator:read',
  params: Code,
  async handle(ctx, { params }) {
    const brief = await getBrief(ctx, params.code)
    return file(`${brief.code}.docx`, docxType, await briefDocx(ctx, brief))
  },
})

export const briefRoutes: readonly Route[] = [list, ask, show, pdf, xlsx, docx]
