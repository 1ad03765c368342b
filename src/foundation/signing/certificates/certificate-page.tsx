import { z } from 'zod'
import { findOrganisation, today } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, notFound, Problem } from '#platform/errors'
import { page, type Reply, redirect, route } from '#platform/http'
import { readBytes } from '#platform/input'
import { dayOf } from '#platform/local-day'
import {
  Button,
  DateText,
  DecisionBar,
  DescriptionList,
  ErrorSummary,
  errorOf,
  FileInput,
  Form,
  type FormError,
  More,
  Notice,
  Section,
  Table,
  Tag,
  TextArea,
  TextInput,
  Time,
  withQuery,
} from '#ui'
import { linkRemoteUser, listRemoteCredentials } from '../means/remote-users.ts'
import { signPermission } from '../requests/rights.ts'
import { ownCertificatesPath, requestsPath } from '../requests/words.ts'
import { columnHints, columnKeys, columns, importCertificates } from './import.ts'
import { stateOf } from './model.ts'
import { kindWords, meansWords, stateWords } from './register-page.tsx'
import { revoke } from './revocation.ts'
import { type CertificateRow, findCertificate, listOfAccount } from './store.ts'
import { certificatePath, manageCertificates, readCertificates, registerPath } from './watch.ts'

const crumbs = [{ label: 'Chứng thư số', href: registerPath }]

async function getRow(ctx: Context, id: number): Promise<CertificateRow> {
  const row = await findCertificate(ctx.sql, id)
  if (!row || !ctx.can(readCertificates, row.organisation)) throw notFound('certificate', String(id))
  return row
}

const sourceWords = { means: 'từ thiết bị của người ký', import: 'nhập danh sách', demo: 'dữ liệu minh họa' } as const

async function show(ctx: Context, id: number, errors: readonly FormError[] = []): Promise<Reply> {
  const row = await getRow(ctx, id)
  const agency = await findOrganisation(ctx.sql, row.organisation, { asOf: await today(ctx) })
  const state = stateWords[stateOf(row, ctx.now)]
  return page({
    title: row.holder,
    status: errors.length > 0 ? 422 : 200,
    crumbs,
    lead: <span class="code">{row.serial}</span>,
    body: (
      <div class="stack-large">
        <ErrorSummary errors={[...errors]} title="Chưa thực hiện được" />
        <DescriptionList
          inColumns
          items={[
            { term: 'Trạng thái', value: <Tag tone={state.tone}>{state.word}</Tag> },
            { term: 'Loại', value: kindWords[row.holderKind] },
            { term: 'Đơn vị', value: agency?.name ?? row.organisation },
            { term: 'Tài khoản', value: row.account },
            { term: 'Nơi cấp', value: row.issuer },
            { term: 'Phương tiện', value: meansWords[row.means] },
            { term: 'Có hiệu lực từ', value: <DateText on={dayOf(row.validFrom)} /> },
            { term: 'Hết hạn', value: <DateText on={dayOf(row.validTo)} /> },
            { term: 'Thu hồi', value: row.revokedAt && <Time at={row.revokedAt} exact /> },
            { term: 'Lý do thu hồi', value: row.revocationReason },
            { term: 'Hỏi nơi cấp lúc', value: row.checkedAt && <Time at={row.checkedAt} exact /> },
            { term: 'Kết quả hỏi', value: row.checkedAt ? (row.checkFault ?? 'nơi cấp đã trả lời') : undefined },
            {
              term: 'Ghi sổ',
              value: `${sourceWords[row.source]}, ${row.recordedBy === 'system' ? 'hệ thống' : row.recordedBy}`,
            },
            { term: 'Dấu vân tay', value: row.fingerprint && <span class="code">{row.fingerprint}</span> },
          ]}
        />
        {ctx.can(manageCertificates, row.organisation) && !row.revokedAt && (
          <More title="Ghi nhận đã thu hồi" open={errors.length > 0}>
            <Form action={`${certificatePath(id)}/thu-hoi`} class="stack">
              <TextArea name="ly-do" label="Lý do thu hồi" error={errorOf(errors, 'ly-do')} maxLength={500} rows={3} />
              <Button kind="danger">Ghi nhận thu hồi</Button>
            </Form>
          </More>
        )}
      </div>
    ),
  })
}

function showImport(errors: readonly FormError[] = [], done?: { taken: string; fresh: string }): Reply {
  return page({
    title: 'Nhập danh sách chứng thư số',
    status: errors.length > 0 ? 422 : 200,
    crumbs,
    lead: 'Tệp CSV theo mẫu dưới đây, hoặc tệp chứng thư (PEM, DER). Chứng thư đã có được cập nhật, không ghi hai lần.',
    body: (
      <Form action={`${registerPath}/nhap`} files class="stack">
        <ErrorSummary errors={errors} title="Chưa nhập được" />
        {done && (
          <Notice
            tone="done"
            role="status"
            title={`Đã nhập ${done.taken} chứng thư, trong đó ${done.fresh} chứng thư mới`}
          />
        )}
        <FileInput name="tep" label="Tệp danh sách" accept=".csv,.pem,.cer,.crt,.der" error={errorOf(errors, 'tep')} />
        <Section title="Cột của tệp CSV">
          <p>Dòng đầu là tên cột, cách nhau bằng dấu phẩy:</p>
          <ul>
            {columnKeys.map((key) => (
              <li key={key}>
                <span class="code">{columns[key]}</span>: {columnHints[key]}
              </li>
            ))}
          </ul>
        </Section>
        <DecisionBar
          label="Nhập"
          primary={{
            action: <Button kind="primary">Nhập danh sách</Button>,
            consequence: 'Có một dòng sai thì không dòng nào được ghi; các lỗi được nêu một lần.',
          }}
        />
      </Form>
    ),
  })
}

async function showOwn(ctx: Context, errors: readonly FormError[] = [], done = false): Promise<Reply> {
  const rows = await listOfAccount(ctx.sql, ctx.actor.account ?? '')
  const linked = await listRemoteCredentials(ctx)
  return page({
    title: 'Chứng thư số của tôi',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Ký số', href: requestsPath }],
    body: (
      <div class="stack-large">
        <ErrorSummary errors={[...errors]} title="Chưa liên kết được" />
        {done && <Notice tone="done" role="status" title="Đã liên kết tài khoản ký số từ xa" />}
        <Table
          caption="Chứng thư đã dùng hoặc đã ghi sổ"
          rows={rows}
          rowKey={({ id }) => String(id)}
          columns={[
            { key: 'serial', title: 'Số hiệu', cell: ({ serial }) => <span class="code">{serial}</span> },
            { key: 'issuer', title: 'Nơi cấp', cell: ({ issuer }) => issuer },
            {
              key: 'state',
              title: 'Trạng thái',
              phone: true,
              cell: (row) => (
                <Tag tone={stateWords[stateOf(row, ctx.now)].tone}>{stateWords[stateOf(row, ctx.now)].word}</Tag>
              ),
            },
            { key: 'until', title: 'Hết hạn', phone: true, cell: ({ validTo }) => <DateText on={dayOf(validTo)} /> },
            { key: 'means', title: 'Phương tiện', phone: true, cell: ({ means }) => meansWords[means] },
          ]}
          empty={{ title: 'Chưa có chứng thư nào', words: 'Chứng thư trong USB token được ghi vào sổ khi ký lần đầu.' }}
        />
        <Section title="Ký số từ xa trên điện thoại">
          {ctx.config.signing.remote ? (
            <Form action={ownCertificatesPath} class="stack">
              {linked.length > 0 && <p>{`Đang liên kết: ${linked.map(({ label }) => label).join('; ')}.`}</p>}
              <TextInput
                name="ma-nguoi-dung"
                label="Mã người dùng ở dịch vụ ký số"
                width="20"
                error={errorOf(errors, 'ma-nguoi-dung')}
                maxLength={100}
              />
              <Button>Liên kết</Button>
            </Form>
          ) : (
            <p class="muted">Máy chủ chưa cấu hình dịch vụ ký số từ xa.</p>
          )}
        </Section>
      </div>
    ),
  })
}

/** A form whose faults are shown on its own page. */
async function orShow(
  work: () => Promise<Reply>,
  show: (errors: FormError[]) => Promise<Reply> | Reply,
  field: string,
) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
    const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
    return show(errors.length > 0 ? errors : [{ field, message: error.message }])
  }
}

const Params = z.object({ id: z.coerce.number().int().positive() })
const mostBytes = 10 * 1024 * 1024

export const certificateRoutes = [
  route({
    method: 'GET',
    path: `${registerPath}/nhap`,
    access: manageCertificates,
    query: z.object({ taken: z.string().max(10).optional(), fresh: z.string().max(10).optional() }),
    handle: (_, { query: { taken, fresh } }) => showImport([], taken && fresh ? { taken, fresh } : undefined),
  }),
  route({
    method: 'POST',
    path: `${registerPath}/nhap`,
    access: manageCertificates,
    takes: 'upload',
    maxBytes: mostBytes,
    handle: (ctx, { upload }) =>
      orShow(
        async () => {
          const { file } = await upload()
          if (!file) throw invalid('Chọn tệp cần nhập.', [{ path: 'tep', message: 'Chọn tệp cần nhập.' }])
          const { taken, fresh } = await importCertificates(ctx, await readBytes(file.bytes, mostBytes))
          return redirect(withQuery(`${registerPath}/nhap`, { taken: String(taken), fresh: String(fresh) }))
        },
        showImport,
        'tep',
      ),
  }),
  route({
    method: 'GET',
    path: `${registerPath}/:id`,
    access: readCertificates,
    params: Params,
    handle: (ctx, { params }) => show(ctx, params.id),
  }),
  route({
    method: 'POST',
    path: `${registerPath}/:id/thu-hoi`,
    access: manageCertificates,
    params: Params,
    body: z.object({ 'ly-do': z.string().max(500).default('') }),
    async handle(ctx, { params: { id }, body }) {
      const row = await getRow(ctx, id)
      ctx.require(manageCertificates, row.organisation)
      const reason = body['ly-do'].trim()
      if (reason.length < 10)
        return show(ctx, id, [{ field: 'ly-do', message: 'Nêu lý do thu hồi (ít nhất 10 ký tự).' }])
      await ctx.transaction((ctx) => revoke(ctx, id, { at: ctx.now, reason }))
      return redirect(certificatePath(id))
    },
  }),
  route({
    method: 'GET',
    path: ownCertificatesPath,
    access: signPermission,
    query: z.object({ xong: z.string().max(10).optional() }),
    handle: (ctx, { query }) => showOwn(ctx, [], query.xong !== undefined),
  }),
  route({
    method: 'POST',
    path: ownCertificatesPath,
    access: signPermission,
    body: z.object({ 'ma-nguoi-dung': z.string().max(100).default('') }),
    handle: (ctx, { body }) =>
      orShow(
        async () => {
          await linkRemoteUser(ctx, body['ma-nguoi-dung'].trim())
          return redirect(withQuery(ownCertificatesPath, { xong: '1' }))
        },
        (errors) => showOwn(ctx, errors),
        'ma-nguoi-dung',
      ),
  }),
]
