import { z } from 'zod'
import type { PrintedSection, PrintedTable } from '#files'
import { reachOfReader } from '#indicators'
import { readAsOf } from '#organisations'
import type { Context } from '#platform/context'
import { notFound } from '#platform/errors'
import { file, page, type Route, route } from '#platform/http'
import { tableFile } from '#platform/table-file'
import { AsOfNotice, AsOfQuestion, Button, FilterBar, Notice, Section, Select, Table, Time, withQuery } from '#ui'
import { briefPath, kindWords } from '../briefs/actions.ts'
import { titleOf } from '../briefs/compose.ts'
import { briefPdf, briefTable } from '../briefs/files.ts'
import { type Brief, findBrief, listBriefs } from '../briefs/store.ts'

export const briefsPath = '/tom-tat'
const pageLength = 30

const Query = z.object({
  loai: z.enum(['day', 'month']).optional().catch(undefined),
  after: z.string().max(20).optional(),
  tai: z.string().max(30).optional(),
})

const list = route({
  method: 'GET',
  path: briefsPath,
  access: 'indicator:read',
  query: Query,
  async handle(ctx, { query, request }) {
    const at = await readAsOf(ctx, query.tai)
    const rows = await listBriefs(ctx.sql, {
      reach: await reachOfReader(ctx),
      kind: query.loai,
      after: query.after,
      madeBy: at?.knownAt,
      limit: pageLength + 1,
    })
    const shown = rows.slice(0, pageLength)
    const last = shown.at(-1)
    return page({
      title: 'Tóm tắt điều hành',
      lead: 'Mỗi sáng và mỗi đầu tháng: điều gì thay đổi, vì sao, cần chỉ đạo gì.',
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="các bản tóm tắt" />
          <FilterBar names={['loai']} active={query.loai ? [{ name: 'loai', label: kindWords[query.loai] }] : []}>
            <Select
              name="loai"
              label="Loại"
              value={query.loai}
              empty="Tất cả"
              options={(['day', 'month'] as const).map((kind) => ({ value: kind, label: kindWords[kind] }))}
            />
          </FilterBar>
          <Table
            caption="Các bản tóm tắt, mới nhất trước"
            rows={shown}
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
              { key: 'title', title: 'Bản tóm tắt', cell: (brief: Brief) => titleOf(brief) },
              { key: 'kind', title: 'Loại', cell: ({ kind }: Brief) => kindWords[kind] },
              {
                key: 'made',
                title: 'Lập lúc',
                kind: 'nowrap',
                phone: true,
                cell: ({ madeAt }: Brief) => <Time at={madeAt} exact />,
              },
            ]}
          />
          {rows.length > pageLength && last && (
            <p>
              <a href={withQuery(request.url, { after: last.code })}>Các bản cũ hơn</a>
            </p>
          )}
          <AsOfQuestion at={at} what="các bản tóm tắt" />
        </div>
      ),
    })
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
    return page({
      title: titleOf(brief),
      crumbs: [{ label: 'Tóm tắt điều hành', href: withQuery(briefsPath, { tai: at?.text }) }],
      lead: (
        <>
          Lập lúc <Time at={brief.madeAt} exact />. Số liệu sau đó có thể đã được đính chính; bản này giữ nguyên như đã
          báo cáo.
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
        </>
      ),
      body: (
        <div class="stack-large">
          <AsOfNotice at={at} what="các bản tóm tắt" />
          {at && brief.madeAt > at.knownAt && <Notice tone="warning" title="Bản này được lập sau thời điểm xem lại" />}
          {brief.sections.map((section) => (
            <BriefSection key={section.title} section={section} />
          ))}
        </div>
      ),
    })
  },
})

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

export const briefRoutes: readonly Route[] = [list, show, pdf, xlsx]
