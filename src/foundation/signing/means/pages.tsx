import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { z } from 'zod'
import { keepUpload } from '#files'
import { findOrganisation, today } from '#organisations'
import type { Context } from '#platform/context'
import { invalid, Problem } from '#platform/errors'
import { file, page, type Reply, redirect, route } from '#platform/http'
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
  Notice,
  Section,
  Select,
  Table,
  Tag,
  TextInput,
  withQuery,
} from '#ui'
import { readCertificate } from '../certificates/model.ts'
import { signPermission } from '../requests/rights.ts'
import { helperPath, requestsPath } from '../requests/words.ts'
import { platformKey } from './platform-key.ts'
import { listSeals, type SealRow } from './seal-store.ts'
import { keyName, listTokenCertificates, manageSeals, setDisabled, setSeal } from './seals.ts'

const helperFile = 'tram-huong-helper.mjs'
let bundled: Promise<Buffer> | undefined

/** The helper as one file that Node runs as it is. */
const bundleHelper = (): Promise<Buffer> => {
  bundled ??= build({
    entryPoints: [fileURLToPath(new URL('../../../../helper/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    legalComments: 'none',
    logLevel: 'silent',
  }).then(({ outputFiles }) => Buffer.from(outputFiles[0]?.contents ?? []))
  return bundled
}

function showHelper(ctx: Context, origin: string): Reply {
  const address = ctx.config.publicUrl ?? origin
  return page({
    title: 'Phần mềm ký trên máy',
    crumbs: [{ label: 'Ký số', href: requestsPath }],
    lead: 'Chạy trên máy của người ký, cạnh trình duyệt: hỏi mã PIN, ký bằng USB token. Khóa và mã PIN không rời máy.',
    actions: (
      <Button href={`${helperPath}/${helperFile}`} icon="download">
        Tải phần mềm
      </Button>
    ),
    body: (
      <div class="stack-large">
        <Section title="Cài đặt">
          <ol class="stack-small">
            <li>Cài Node.js 20 trở lên và OpenSC (cung cấp chương trình pkcs11-tool).</li>
            <li>Cài trình điều khiển của USB token; ghi lại đường dẫn thư viện PKCS#11 (tệp .so, .dll hoặc .dylib).</li>
            <li>Tải phần mềm về máy và chạy lệnh dưới đây, thay đường dẫn thư viện cho đúng máy.</li>
          </ol>
          <p class="code">{`node ${helperFile} --platform ${address} --module /usr/lib/opensc-pkcs11.so`}</p>
        </Section>
        <Section title="Bảo vệ">
          <DescriptionList
            items={[
              {
                term: 'Chỉ nghe trên máy này',
                value: `địa chỉ ${ctx.config.signing.helperUrl}; máy khác không gọi được`,
              },
              {
                term: 'Chỉ nhận trang này',
                value: 'trang của tên miền khác bị từ chối, kể cả khi đổi tên miền về máy này',
              },
              { term: 'Chỉ ký điều đã hỏi', value: 'yêu cầu được hệ thống ký, dùng một lần, hết hạn sau 10 phút' },
              { term: 'Hỏi người ký', value: 'cửa sổ riêng nêu tên và dấu vân tay từng văn bản trước khi nhập mã PIN' },
            ]}
          />
        </Section>
      </div>
    ),
  })
}

export const helperRoutes = [
  route({
    method: 'GET',
    path: helperPath,
    access: signPermission,
    handle: (ctx, { request }) => showHelper(ctx, `http://${request.headers.host ?? ''}`),
  }),
  route({
    method: 'GET',
    path: `${helperPath}/${helperFile}`,
    access: signPermission,
    handle: async () => file(helperFile, 'text/javascript; charset=utf-8', await bundleHelper()),
  }),
  route({
    method: 'GET',
    path: '/api/v1/signing/helper-key',
    access: 'public',
    summary: 'The key with which the platform seals what it says to the helper on a signer’s machine (JWK, Ed25519).',
    handle: async (ctx) => ({ key: await platformKey(ctx.config) }),
  }),
]

export const sealsPath = '/quan-tri/con-dau-so'

interface Typed {
  fields?: Record<string, string>
  errors?: readonly FormError[]
  done?: boolean
}

async function showSeals(ctx: Context, { fields = {}, errors = [], done }: Typed = {}): Promise<Reply> {
  const seals = await listSeals(ctx.sql, ctx.reach(manageSeals))
  const asOf = await today(ctx)
  const names = new Map<string, string>()
  for (const { organisation } of seals)
    names.set(organisation, (await findOrganisation(ctx.sql, organisation, { asOf }))?.name ?? organisation)
  return page({
    title: 'Con dấu số của cơ quan',
    status: errors.length > 0 ? 422 : 200,
    lead: 'Khóa của cơ quan nằm trong thiết bị bảo mật (HSM hoặc token) của máy chủ, dùng qua PKCS#11. Mã PIN được niêm phong và không hiện lại.',
    body: (
      <div class="stack-large">
        <ErrorSummary errors={[...errors]} title="Chưa lưu được" />
        {done && <Notice tone="done" role="status" title="Đã lưu con dấu số" />}
        <Table
          caption="Con dấu đang khai báo"
          rows={seals}
          rowKey={({ organisation }) => organisation}
          columns={[
            { key: 'agency', title: 'Cơ quan', cell: ({ organisation }) => names.get(organisation) },
            { key: 'token', title: 'Thiết bị', phone: true, cell: ({ token, keyId }) => `${token} · khóa ${keyId}` },
            { key: 'certificate', title: 'Chứng thư', cell: (seal) => <SealCertificate seal={seal} /> },
            {
              key: 'state',
              title: 'Trạng thái',
              phone: true,
              cell: ({ disabledAt }) =>
                disabledAt ? <Tag tone="warning">Đang khóa</Tag> : <Tag tone="done">Đang dùng</Tag>,
            },
            { key: 'deed', title: 'Thao tác', phone: true, cell: (seal) => <Switch seal={seal} /> },
          ]}
          empty={{ title: 'Chưa có con dấu số nào', words: 'Con dấu đã khai báo được liệt kê ở đây.' }}
        />
        <SealForm {...(await readChoices(ctx))} fields={fields} errors={errors} />
      </div>
    ),
  })
}

function SealCertificate({ seal }: { seal: SealRow }) {
  const { holder, validTo } = readCertificate(Buffer.from(seal.chain[0] ?? '', 'base64'))
  return (
    <>
      {holder}, đến <DateText on={dayOf(validTo)} />
    </>
  )
}

function Switch({ seal: { organisation, disabledAt } }: { seal: SealRow }) {
  return (
    <Form action={`${sealsPath}/${organisation}/${disabledAt ? 'mo-khoa' : 'khoa-lai'}`} class="row">
      <Button kind={disabledAt ? 'plain' : 'danger'}>{disabledAt ? 'Mở lại' : 'Khóa con dấu'}</Button>
    </Form>
  )
}

interface Choices {
  keys: { value: string; label: string }[]
  faults: string[]
  configured: boolean
}

async function readChoices(ctx: Context): Promise<Choices> {
  const { certificates, faults } = await listTokenCertificates(ctx)
  return {
    configured: ctx.config.signing.modules.length > 0,
    keys: certificates.map((one) => ({
      value: keyName(one),
      label: `${one.token} · ${readCertificate(one.der).holder} · khóa ${one.id}`,
    })),
    faults: faults.map(({ module, fault }) => `${module}: ${fault.code}`),
  }
}

type SealFormProps = Choices & { fields: Record<string, string>; errors: readonly FormError[] }

function SealForm({ keys, faults, configured, fields, errors }: SealFormProps) {
  if (!configured)
    return (
      <Notice title="Chưa cấu hình thiết bị">
        Đặt PKCS11_MODULES là đường dẫn thư viện PKCS#11 của thiết bị trong tệp cấu hình của máy chủ, rồi khởi động lại.
      </Notice>
    )
  return (
    <Section title="Khai báo con dấu số">
      <Form action={sealsPath} files class="stack">
        {faults.length > 0 && <Notice tone="warning" title={`Thiết bị không trả lời: ${faults.join('; ')}`} />}
        <TextInput
          name="co-quan"
          label="Mã cơ quan"
          hint="Mã định danh của cơ quan có con dấu, ví dụ H32."
          width="10"
          value={fields['co-quan']}
          error={errorOf(errors, 'co-quan')}
          maxLength={35}
        />
        <Select
          name="khoa"
          label="Khóa trong thiết bị"
          empty="Chọn khóa"
          options={keys}
          value={fields.khoa}
          error={errorOf(errors, 'khoa')}
        />
        <TextInput
          name="pin"
          type="password"
          label="Mã PIN của thiết bị"
          width="10"
          error={errorOf(errors, 'pin')}
          maxLength={64}
          autocomplete="new-password"
        />
        <FileInput
          name="anh"
          label="Ảnh con dấu (PNG)"
          optional
          hint="Nền trong suốt, đúng kích thước dấu, màu đỏ."
          accept=".png"
          error={errorOf(errors, 'anh')}
        />
        <DecisionBar
          label="Lưu con dấu số"
          primary={{
            action: <Button kind="primary">Lưu con dấu số</Button>,
            consequence: 'Mã PIN được thử một lần; chứng thư của khóa được ghi vào sổ chứng thư số.',
          }}
        />
      </Form>
    </Section>
  )
}

const Code = z.object({ code: z.string().max(35) })
const fault = (path: string, message: string) => invalid(message, [{ path, message }])

async function save(ctx: Context, fields: Record<string, string>, image: string | undefined): Promise<void> {
  const organisation = (fields['co-quan'] ?? '').trim()
  const known = organisation && (await findOrganisation(ctx.sql, organisation, { asOf: await today(ctx) }))
  if (!known) throw fault('co-quan', 'Không có cơ quan nào mang mã này.')
  if (!fields.pin) throw fault('pin', 'Nhập mã PIN của thiết bị.')
  await setSeal(ctx, { organisation, key: fields.khoa ?? '', pin: fields.pin, imageSha256: image })
}

export const sealRoutes = [
  route({
    method: 'GET',
    path: sealsPath,
    access: manageSeals,
    query: z.object({ xong: z.string().max(10).optional() }),
    handle: (ctx, { query }) => showSeals(ctx, { done: query.xong !== undefined }),
  }),
  route({
    method: 'POST',
    path: sealsPath,
    access: manageSeals,
    takes: 'upload',
    async handle(ctx, { upload }) {
      const { fields, file: sent } = await upload()
      try {
        await ctx.transaction(async (ctx) => {
          const kept = sent && (await keepUpload(ctx, sent, 'attachment'))
          if (kept && kept.type !== 'image/png') throw fault('anh', 'Ảnh con dấu là tệp PNG nền trong suốt.')
          await save(ctx, fields, kept?.sha256)
        })
      } catch (error) {
        if (!(error instanceof Problem) || ![409, 422].includes(error.status)) throw error
        const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
        return showSeals(ctx, {
          fields,
          errors: errors.length > 0 ? errors : [{ field: 'khoa', message: error.message }],
        })
      }
      return redirect(withQuery(sealsPath, { xong: '1' }))
    },
  }),
  ...[true, false].map((disabled) =>
    route({
      method: 'POST',
      path: `${sealsPath}/:code/${disabled ? 'khoa-lai' : 'mo-khoa'}`,
      access: manageSeals,
      params: Code,
      async handle(ctx, { params: { code } }) {
        await setDisabled(ctx, code, disabled)
        return redirect(sealsPath)
      },
    }),
  ),
]
