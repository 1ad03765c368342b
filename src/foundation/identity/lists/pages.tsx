// The pages by which lists of accounts come in and go out.
import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem, tooLarge } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { type TableCell, tableFile } from '#platform/table-file'
import {
  Button,
  DecisionBar,
  ErrorSummary,
  FileInput,
  Form,
  type FormError,
  formatDate,
  formatNumber,
  Notice,
  Section,
  Table,
  Tag,
  type Tone,
} from '#ui'
import { manageAccounts } from '../actions/accounts.ts'
import { roleNames } from '../model.ts'
import { crumbs } from '../pages/account-parts.tsx'
import { applyList, countKinds, getList, planList, uploadList } from './actions.ts'
import { mostBytes, mostRows } from './csv.ts'
import { type ColumnKey, columnKeys, columns, type PlannedRow, removal } from './model.ts'
import { listExported } from './store.ts'

export const listsPath = '/quan-tri/danh-sach-tai-khoan'

const kindWords: Record<PlannedRow['kind'], { label: string; tone: Tone }> = {
  new: { label: 'Thêm mới', tone: 'done' },
  changed: { label: 'Sửa', tone: 'info' },
  removed: { label: 'Thôi dùng', tone: 'warning' },
  unchanged: { label: 'Không đổi', tone: 'neutral' },
  fault: { label: 'Có lỗi', tone: 'danger' },
}

const example: Record<ColumnKey, string> = {
  name: 'nguyen.van.mau',
  personName: 'Nguyễn Văn Mẫu',
  organisation: 'H32.KHCN',
  position: 'Chuyên viên',
  email: 'nguyen.van.mau@vidu.invalid',
  phone: '0000 000 000',
  role: 'Chuyên viên',
  directory: '',
  deed: '',
  leavesOn: '',
  reason: '',
}

const columnHints: Partial<Record<ColumnKey, string>> = {
  organisation: 'mã ở trang Đơn vị, trong phạm vi ông/bà quản lý',
  role: 'giao trên chính đơn vị của tài khoản; để trống nếu không giao',
  directory: 'mã danh bạ LDAP nếu người này đăng nhập bằng danh bạ của cơ quan',
  deed: `để trống để thêm hoặc sửa; ghi “${removal}” để thôi dùng`,
  leavesOn: 'khi thôi dùng: dạng 31/12/2026; để trống là ngay hôm nay',
  reason: 'khi thôi dùng: bắt buộc',
}

function uploadPage(errors: FormError[] = []): Reply {
  return page({
    title: 'Nhận danh sách tài khoản',
    lead: 'Thêm, sửa, thôi dùng nhiều tài khoản bằng một tệp CSV. Mọi dòng được xem trước khi áp dụng.',
    crumbs,
    status: errors.length > 0 ? 422 : 200,
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} title="Chưa đọc được tệp" />
        <Form action={listsPath} files label="Nhận danh sách tài khoản">
          <FileInput
            name="tep"
            label="Tệp danh sách"
            hint={`CSV UTF-8, nhiều nhất ${formatNumber(mostRows)} dòng và ${mostBytes / 1024 ** 2} MB.`}
            accept=".csv,text/csv"
            error={errors[0]?.message}
          />
          <Button kind="primary" icon="upload">
            Đọc và xem trước
          </Button>
        </Form>
        <Section title="Tệp mẫu và danh sách hiện có">
          <p class="row">
            <a href={`${listsPath}/mau.csv`}>Tải tệp mẫu</a>
            <a href={`${listsPath}/hien-co.csv`}>Tải danh sách hiện có để sửa rồi nhận lại</a>
          </p>
        </Section>
        <Section title="Các cột">
          <ul>
            {columnKeys.map((key) => (
              <li key={key}>
                <strong>{columns[key]}</strong>
                {columnHints[key] ? `: ${columnHints[key]}` : ''}
              </li>
            ))}
          </ul>
          <p>
            Cột không có trong tệp thì giữ nguyên; ô để trống trong một cột có mặt là xóa thông tin đó. Người mới có thư
            điện tử nhận liên kết để tự đặt mật khẩu, dùng một lần trong 72 giờ; tệp không chứa mật khẩu.
          </p>
        </Section>
      </div>
    ),
  })
}

function Detail({ row }: { row: PlannedRow }) {
  if (row.kind === 'fault')
    return (
      <ul class="plain-list">
        {row.faults.map(({ column, message }) => (
          <li key={`${column}${message}`}>
            <strong>{columns[column]}</strong>: {message}
          </li>
        ))}
      </ul>
    )
  if (row.kind === 'changed')
    return (
      <ul class="plain-list">
        {row.changes.map(({ column, before, after }) => (
          <li key={column}>{`${columns[column]}: ${before || 'trống'} → ${after || 'trống'}`}</li>
        ))}
      </ul>
    )
  if (row.kind === 'removed') return <>{`từ ngày ${formatDate(row.leavesOn)}: ${row.reason}`}</>
  if (row.kind === 'new') return <>{`${row.wanted.personName}, ${row.wanted.organisation}`}</>
  return <span class="muted">đã đúng như danh sách</span>
}

const previewRows = 200

function Preview({ plan, id }: { plan: readonly PlannedRow[]; id: string }) {
  const counts = countKinds(plan)
  const changes = counts.new + counts.changed + counts.removed
  // What is at fault first, then what changes: what stays as it is matters least.
  const order = ['fault', 'removed', 'changed', 'new', 'unchanged']
  const rows = plan
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.line - b.line)
    .slice(0, previewRows)
  return (
    <>
      <Notice tone={counts.fault > 0 ? 'warning' : 'info'}>
        {`${formatNumber(plan.length)} dòng: ${counts.new} thêm mới, ${counts.changed} sửa, ${counts.removed} thôi dùng, ${counts.unchanged} không đổi, ${counts.fault} có lỗi.`}
      </Notice>
      <Table
        caption={
          plan.length > previewRows ? `${previewRows} dòng đầu, dòng có lỗi trước` : 'Từng dòng, dòng có lỗi trước'
        }
        rows={rows}
        rowKey={({ line }) => String(line)}
        columns={[
          { key: 'name', title: 'Tên đăng nhập', kind: 'nowrap', cell: ({ name }) => name || 'trống' },
          { key: 'line', title: 'Dòng', kind: 'number', cell: ({ line }) => String(line), phone: true },
          {
            key: 'kind',
            title: 'Việc',
            phone: true,
            cell: ({ kind }) => <Tag tone={kindWords[kind].tone}>{kindWords[kind].label}</Tag>,
          },
          { key: 'detail', title: 'Nội dung', cell: (row) => <Detail row={row} />, phone: true },
        ]}
      />
      {changes > 0 && (
        <Form action={`${listsPath}/${id}/ap-dung`} class="stack" label="Áp dụng danh sách">
          <DecisionBar
            label="Áp dụng danh sách"
            primary={{
              action: (
                <Button kind="primary" name="cach" value={counts.fault > 0 ? 'good' : 'all'}>
                  {counts.fault > 0 ? `Chỉ áp dụng ${changes} dòng tốt` : `Áp dụng ${changes} dòng`}
                </Button>
              ),
              consequence:
                counts.fault > 0
                  ? 'Dòng có lỗi bị bỏ qua; sửa tệp rồi nhận lại, dòng đã áp dụng sẽ là không đổi.'
                  : 'Tất cả hoặc không dòng nào. Người thôi dùng mất phiên đăng nhập, việc của họ được trả về đơn vị.',
            }}
          />
        </Form>
      )}
    </>
  )
}

async function showList(ctx: Context, id: string, errors: FormError[] = []): Promise<Reply> {
  const list = await getList(ctx, id)
  const plan = list.rows ? await planList(ctx, list.rows) : undefined
  const { outcome } = list
  return page({
    title: list.fileName,
    lead: outcome ? undefined : 'Chưa có gì thay đổi: đây là những gì sẽ xảy ra nếu áp dụng bây giờ.',
    crumbs: [...crumbs, { label: 'Nhận danh sách', href: listsPath }],
    status: errors.length > 0 ? 409 : 200,
    body: (
      <div class="stack">
        <ErrorSummary errors={errors} title="Chưa áp dụng được" />
        {outcome && (
          <Notice tone="done" role="status" title="Đã áp dụng danh sách">
            {`${outcome.new} tài khoản thêm mới, ${outcome.changed} sửa, ${outcome.removed} thôi dùng, ${outcome.unchanged} không đổi, ${outcome.fault} dòng có lỗi bị bỏ qua.`}
          </Notice>
        )}
        {plan && <Preview plan={plan} id={id} />}
        <p>
          <a href={listsPath}>Nhận danh sách khác</a>
        </p>
      </div>
    ),
  })
}

async function* exportRows(ctx: Context): AsyncGenerator<TableCell[]> {
  const today = dayOf(ctx.now)
  for (let after = ''; ; ) {
    const piece = await listExported(ctx.sql, ctx.reach(manageAccounts), { after, today, limit: 500 })
    for (const one of piece)
      yield [
        one.name,
        one.personName,
        one.organisation,
        one.position,
        one.email,
        one.phone,
        // The column holds one role; who has several is changed on his own page.
        one.roles.length === 1
          ? one.roles.map((role) => (role === 'administrator' ? '' : roleNames[role])).join('')
          : '',
        one.directory,
        '',
        one.leavesOn && formatDate(one.leavesOn),
        one.leaveReason,
      ]
    after = piece.at(-1)?.name ?? ''
    if (piece.length < 500) return
  }
}

const titles = columnKeys.map((key) => columns[key])

async function readBytes(file: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of file) {
    size += piece.length
    if (size > mostBytes) throw tooLarge(mostBytes)
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

const Params = z.strictObject({ id: z.uuid() })

export const accountListRoutes: readonly Route[] = [
  route({ method: 'GET', path: listsPath, access: manageAccounts, handle: () => uploadPage() }),
  route({
    method: 'POST',
    path: listsPath,
    access: manageAccounts,
    takes: 'upload',
    maxBytes: mostBytes + 64 * 1024,
    async handle(ctx, { upload }) {
      const { file } = await upload()
      if (!file)
        return uploadPage([{ field: 'tep', message: 'Chưa chọn tệp. Chọn một tệp CSV rồi bấm “Đọc và xem trước”.' }])
      try {
        const id = await uploadList(ctx, { name: file.fileName, bytes: await readBytes(file.bytes) })
        return redirect(`${listsPath}/${id}`)
      } catch (error) {
        if (!(error instanceof Problem && [413, 422].includes(error.status))) throw error
        return uploadPage([{ field: 'tep', message: error.message }])
      }
    },
  }),
  route({
    method: 'GET',
    path: `${listsPath}/mau.csv`,
    access: manageAccounts,
    handle: () =>
      tableFile('csv', { name: 'mau-danh-sach-tai-khoan', titles, rows: [columnKeys.map((key) => example[key])] }),
  }),
  route({
    method: 'GET',
    path: `${listsPath}/hien-co.csv`,
    access: manageAccounts,
    handle: (ctx) => tableFile('csv', { name: 'danh-sach-tai-khoan', titles, rows: exportRows(ctx) }),
  }),
  route({
    method: 'GET',
    path: `${listsPath}/:id`,
    access: manageAccounts,
    params: Params,
    handle: (ctx, { params }) => showList(ctx, params.id),
  }),
  route({
    method: 'POST',
    path: `${listsPath}/:id/ap-dung`,
    access: manageAccounts,
    params: Params,
    body: z.object({ cach: z.enum(['all', 'good']).catch('all') }),
    async handle(ctx, { params, body }) {
      try {
        await applyList(ctx, params.id, body.cach)
        return redirect(`${listsPath}/${params.id}`)
      } catch (error) {
        if (!(error instanceof Problem && error.status === 409)) throw error
        return showList(ctx, params.id, [{ field: 'cach', message: error.message }])
      }
    },
  }),
]
