import { z } from 'zod'
import type { Context, SayPerson } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  ErrorSummary,
  errorOf,
  Form,
  type FormError,
  formatBytes,
  formatDate,
  formatNumber,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  Time,
} from '#ui'
import { describeScanner } from '../scan/scan.ts'
import { countWaiting, listFindings } from '../scan/store.ts'
import { approveDisposal, decideOnDisposal, drawDisposal, holdFile, manageFiles, releaseHold } from './actions.ts'
import { today } from './rules.ts'
import { filesPath, rulePath, sayYears } from './rules-page.tsx'
import { type Disposal, type Hold, listDisposals, listHolds, listItems, listVolumes, type Volume } from './store.ts'

const most = 100

const stateWords = { drawn: 'Chờ duyệt', approved: 'Đã duyệt', dropped: 'Đã bỏ' } as const

async function show(
  ctx: Context,
  errors: readonly FormError[] = [],
  typed: Record<string, string> = {},
): Promise<Reply> {
  const may = ctx.can(manageFiles)
  const [volumes, holds, disposals, findings, waiting, scanner] = await Promise.all([
    listVolumes(ctx.sql, today(ctx)),
    listHolds(ctx.sql, most),
    listDisposals(ctx.sql, most),
    listFindings(ctx.sql, most),
    countWaiting(ctx.sql),
    describeScanner(ctx),
  ])
  const say = await ctx.sayPeople([
    ...holds.map(({ placedBy }) => placedBy),
    ...disposals.map(({ drawnBy }) => drawnBy),
    ...findings.map(({ sentBy }) => sentBy),
  ])
  return page({
    title: 'Kho tệp',
    status: errors.length > 0 ? 422 : 200,
    lead: 'Dung lượng theo mục đích, thời hạn bảo quản, lệnh giữ, tiêu hủy và kết quả quét mã độc.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={[...errors]} title="Chưa thực hiện được" />
        <Volumes volumes={volumes} may={may && ctx.reach(manageFiles) === 'all'} />
        <Section title="Lệnh giữ">
          <Holds holds={holds} say={say} may={may} errors={errors} typed={typed} />
        </Section>
        <Section title="Tiêu hủy">
          <p>Người lập danh mục không tự duyệt. Tệp có lệnh giữ không bao giờ vào danh mục.</p>
          <Disposals disposals={disposals} say={say} />
          {may && (
            <Form action={`${filesPath}/danh-muc`} label="Lập danh mục tiêu hủy">
              <Button>Lập danh mục tệp hết thời hạn</Button>
            </Form>
          )}
        </Section>
        <Section title="Mã độc">
          <p>
            {ctx.config.scanner
              ? scanner.ok
                ? 'Mọi tệp gửi lên đều được quét trước khi nhận.'
                : 'Bộ quét mã độc hiện không trả lời; xem lệnh tram doctor.'
              : 'Chưa cấu hình bộ quét mã độc (thiết lập CLAMD_URL), tệp gửi lên không được quét.'}
            {waiting > 0 && ` ${formatNumber(waiting)} tệp đã nhận đang chờ quét.`}
          </p>
          <Table
            caption="Tệp bị cách ly"
            rows={findings}
            rowKey={(row) => String(row.id)}
            empty={{
              title: 'Chưa phát hiện tệp nào có mã độc',
              words: 'Tệp bị bộ quét phát hiện được cách ly và hiện ở đây.',
            }}
            columns={[
              { key: 'at', title: 'Lúc', cell: (row) => <Time at={row.foundAt} exact /> },
              { key: 'name', title: 'Tệp', phone: true, cell: (row) => row.name },
              {
                key: 'signature',
                title: 'Mã độc',
                phone: true,
                cell: (row) => <span class="code">{row.signature}</span>,
              },
              { key: 'by', title: 'Người gửi', cell: (row) => say(row.sentBy) },
              { key: 'kept', title: 'Xử lý', cell: (row) => (row.wasKept ? 'đã nhận, nay khóa' : 'từ chối') },
            ]}
          />
        </Section>
      </div>
    ),
  })
}

function Volumes({ volumes, may }: { volumes: Volume[]; may: boolean }) {
  return (
    <Section title="Dung lượng và thời hạn">
      <Table
        caption="Theo mục đích lưu"
        rows={volumes}
        rowKey={(row) => row.use}
        empty={{ title: 'Chưa có tệp nào.' }}
        columns={[
          { key: 'title', title: 'Mục đích', phone: true, cell: (row) => row.title },
          { key: 'contents', title: 'Số tệp', kind: 'number', phone: true, cell: (row) => formatNumber(row.contents) },
          { key: 'bytes', title: 'Dung lượng', kind: 'number', phone: true, cell: (row) => formatBytes(row.bytes) },
          {
            key: 'years',
            title: 'Thời hạn',
            phone: true,
            cell: (row) => (
              <>
                {row.citation ? sayYears(row.years) : 'chưa có quy định'}{' '}
                {!row.verified && <Tag tone="warning">chưa kiểm chứng</Tag>}{' '}
                {may && row.citation && (
                  <a href={rulePath(row.use)} aria-label={`Đổi thời hạn của ${row.title}`}>
                    Đổi
                  </a>
                )}
              </>
            ),
          },
          { key: 'ending', title: 'Hết hạn trong một năm', kind: 'number', cell: (row) => formatNumber(row.ending) },
        ]}
      />
      {[...new Set(volumes.map(({ citation }) => citation).filter(Boolean))].map((citation) => (
        <p class="small muted" key={citation}>
          Căn cứ: {citation}
        </p>
      ))}
    </Section>
  )
}

interface HoldsProps {
  holds: Hold[]
  say: SayPerson
  may: boolean
  errors: readonly FormError[]
  typed: Record<string, string>
}

function Holds({ holds, say, may, errors, typed }: HoldsProps) {
  const at = (name: string) => errorOf([...errors], name)
  return (
    <>
      <Table
        caption="Tệp đang giữ"
        rows={holds}
        rowKey={(row) => String(row.id)}
        empty={{
          title: 'Không có tệp nào đang bị giữ',
          words: 'Tệp được giữ theo văn bản yêu cầu hiện ở đây và không bị tiêu hủy khi hết thời hạn.',
        }}
        columns={[
          { key: 'name', title: 'Tệp', phone: true, cell: (row) => row.name },
          { key: 'reason', title: 'Lý do', phone: true, cell: (row) => row.reason },
          { key: 'document', title: 'Văn bản', cell: (row) => row.document },
          { key: 'by', title: 'Người giữ', cell: (row) => say(row.placedBy) },
          { key: 'at', title: 'Từ', cell: (row) => <Time at={row.placedAt} exact /> },
        ]}
      />
      {may && (
        <div class="columns columns-2">
          <Form action={`${filesPath}/giu`} label="Giữ một tệp">
            <h3>Giữ một tệp</h3>
            <TextInput
              name="ma"
              label="Mã băm SHA-256 của tệp"
              hint="64 chữ số và chữ a–f; xem ở trang kiểm tra chữ ký hoặc trong nhật ký."
              value={typed.ma}
              error={at('ma')}
              maxLength={64}
            />
            <TextInput name="ly-do" label="Lý do" value={typed['ly-do']} error={at('ly-do')} maxLength={500} />
            <TextInput
              name="van-ban"
              label="Văn bản yêu cầu"
              value={typed['van-ban']}
              error={at('van-ban')}
              maxLength={500}
            />
            <Button>Giữ tệp</Button>
          </Form>
          {holds.length > 0 && (
            <Form action={`${filesPath}/bo-giu`} label="Bỏ lệnh giữ">
              <Select
                name="tep"
                label="Tệp đang giữ"
                value={typed.tep}
                error={at('tep')}
                options={holds.map((one) => ({ value: String(one.id), label: `${one.name} (${one.document})` }))}
              />
              <TextInput
                name="ly-do-bo"
                label="Lý do bỏ"
                value={typed['ly-do-bo']}
                error={at('ly-do-bo')}
                maxLength={500}
              />
              <Button>Bỏ lệnh giữ</Button>
            </Form>
          )}
        </div>
      )}
    </>
  )
}

function Disposals({ disposals, say }: { disposals: Disposal[]; say: SayPerson }) {
  return (
    <Table
      caption="Danh mục tiêu hủy"
      rows={disposals}
      rowKey={(row) => String(row.id)}
      rowHref={(row) => `${filesPath}/danh-muc/${row.id}`}
      empty={{
        title: 'Chưa có danh mục nào',
        words: 'Lập danh mục các tệp đã hết thời hạn bảo quản để người thứ hai duyệt.',
      }}
      columns={[
        { key: 'id', title: 'Danh mục', phone: true, cell: (row) => `Số ${row.id}` },
        { key: 'state', title: 'Trạng thái', phone: true, cell: (row) => stateWords[row.state] },
        { key: 'by', title: 'Người lập', cell: (row) => say(row.drawnBy) },
        { key: 'at', title: 'Lúc lập', cell: (row) => <Time at={row.drawnAt} exact /> },
        { key: 'items', title: 'Số lượt lưu', kind: 'number', cell: (row) => formatNumber(row.items) },
        { key: 'disposed', title: 'Đã tiêu hủy', kind: 'number', cell: (row) => formatNumber(row.disposed) },
      ]}
    />
  )
}

const Params = z.strictObject({
  id: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 31),
})

async function showList(ctx: Context, id: number, errors: readonly FormError[] = []): Promise<Reply> {
  const [volumes, items, list] = await Promise.all([
    listVolumes(ctx.sql, today(ctx)),
    listItems(ctx.sql, id, 1000),
    listDisposals(ctx.sql, most).then((all) => all.find((one) => one.id === id)),
  ])
  if (!list) throw new Problem('disposal.not-found', 404, 'Không tìm thấy danh mục tiêu hủy này.')
  const titles = new Map(volumes.map(({ use, title }) => [use, title]))
  return page({
    title: `Danh mục tiêu hủy số ${id}`,
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Kho tệp', href: filesPath }],
    lead: `${stateWords[list.state]}; người lập: ${(await ctx.sayPeople([list.drawnBy]))(list.drawnBy)}; tệp hết thời hạn trước ${formatDate(list.untilOn)}.`,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={[...errors]} title="Chưa thực hiện được" />
        <Table
          caption="Tệp trong danh mục"
          rows={items}
          rowKey={(row) => String(row.keeping)}
          empty={{ title: 'Danh mục trống.' }}
          columns={[
            { key: 'name', title: 'Tệp', phone: true, cell: (row) => row.name },
            { key: 'use', title: 'Mục đích', phone: true, cell: (row) => titles.get(row.use) ?? row.use },
            { key: 'ends', title: 'Hết hạn', phone: true, cell: (row) => formatDate(row.endsOn) },
            { key: 'bytes', title: 'Cỡ', kind: 'number', cell: (row) => formatBytes(row.sizeBytes) },
            {
              key: 'held',
              title: 'Lệnh giữ',
              phone: true,
              cell: (row) =>
                row.outcome === 'kept-longer'
                  ? 'thời hạn đã kéo dài'
                  : row.isHeld
                    ? 'đang giữ, không tiêu hủy'
                    : 'không',
            },
          ]}
        />
        {list.state === 'drawn' && (
          <Form action={`${filesPath}/danh-muc/${id}`} label="Quyết định">
            <TextInput
              name="van-ban-duyet"
              label="Số quyết định tiêu hủy"
              hint="Cần khi duyệt. Người lập danh mục không tự duyệt; tệp đã tiêu hủy không lấy lại được."
              error={errorOf([...errors], 'van-ban-duyet')}
              maxLength={500}
            />
            <div class="row">
              <Button kind="danger" name="viec" value="duyet">
                Duyệt tiêu hủy
              </Button>
              <Button name="viec" value="bo">
                Bỏ danh mục
              </Button>
            </div>
          </Form>
        )}
      </div>
    ),
  })
}

function faultsOf(error: unknown, field: string): FormError[] {
  if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
  const faults = error.fields.map(({ path, message }) => ({ field: path, message }))
  return faults.length > 0 ? faults : [{ field, message: error.message }]
}

const words = z.string().max(600).optional()

export const retentionRoutes: readonly Route[] = [
  route({ method: 'GET', path: filesPath, access: approveDisposal, handle: (ctx) => show(ctx) }),
  route({
    method: 'POST',
    path: `${filesPath}/giu`,
    access: manageFiles,
    body: z.object({ ma: words, 'ly-do': words, 'van-ban': words }),
    async handle(ctx, { body }) {
      try {
        await holdFile(ctx, body.ma ?? '', { reason: body['ly-do'], document: body['van-ban'] })
      } catch (error) {
        return show(ctx, faultsOf(error, 'ma'), {
          ma: body.ma ?? '',
          'ly-do': body['ly-do'] ?? '',
          'van-ban': body['van-ban'] ?? '',
        })
      }
      return redirect(filesPath)
    },
  }),
  route({
    method: 'POST',
    path: `${filesPath}/bo-giu`,
    access: manageFiles,
    body: z.object({
      tep: z.coerce
        .number()
        .int()
        .min(0)
        .max(2 ** 31)
        .catch(0),
      'ly-do-bo': words,
    }),
    async handle(ctx, { body }) {
      try {
        await releaseHold(ctx, body.tep, body['ly-do-bo'])
      } catch (error) {
        return show(ctx, faultsOf(error, 'tep'))
      }
      return redirect(filesPath)
    },
  }),
  route({
    method: 'POST',
    path: `${filesPath}/danh-muc`,
    access: manageFiles,
    async handle(ctx) {
      try {
        return redirect(`${filesPath}/danh-muc/${await drawDisposal(ctx, today(ctx))}`)
      } catch (error) {
        return show(ctx, faultsOf(error, ''))
      }
    },
  }),
  route({
    method: 'GET',
    path: `${filesPath}/danh-muc/:id`,
    access: approveDisposal,
    params: Params,
    handle: (ctx, { params }) => showList(ctx, params.id),
  }),
  route({
    method: 'POST',
    path: `${filesPath}/danh-muc/:id`,
    access: approveDisposal,
    params: Params,
    body: z.object({ viec: z.enum(['duyet', 'bo']), 'van-ban-duyet': words }),
    async handle(ctx, { params, body }) {
      try {
        await decideOnDisposal(ctx, params.id, { approve: body.viec === 'duyet', document: body['van-ban-duyet'] })
      } catch (error) {
        return showList(ctx, params.id, faultsOf(error, 'van-ban-duyet'))
      }
      return redirect(`${filesPath}/danh-muc/${params.id}`)
    },
  }),
]
