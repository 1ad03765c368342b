import { instantOf } from '#calendar'
import { keepUpload } from '#files'
import { listHolders, type Person } from '#identity'
import { documentKinds, findOrganisation, getHomePack, isDocumentKind, today } from '#organisations'
import type { Context } from '#platform/context'
import { type FieldFault, invalid, Problem } from '#platform/errors'
import { page, type Reply, redirect, route, type Upload } from '#platform/http'
import {
  Button,
  Checkbox,
  DateInput,
  DecisionBar,
  ErrorSummary,
  errorOf,
  FileInput,
  Form,
  type FormError,
  readDateInput,
  Select,
  TextInput,
  withQuery,
} from '#ui'
import { listSeals } from '../means/seal-store.ts'
import { requestPath, requestSignature } from './actions.ts'
import { readKept } from './document.ts'
import type { Signer } from './model.ts'
import { signPermission } from './rights.ts'
import { requestsPath } from './words.ts'

const path = `${requestsPath}/tao`
const places = [1, 2, 3] as const

interface Typed {
  fields: Record<string, string>
  errors: readonly FormError[]
}

async function show(ctx: Context, { fields, errors }: Typed = { fields: {}, errors: [] }): Promise<Reply> {
  const people = await listSigners(ctx)
  const seals = await listSealNames(ctx)
  const options = people.map(({ account, name, position }) => ({
    value: account,
    label: position ? `${name} — ${position}` : name,
  }))
  return page({
    title: 'Trình ký văn bản',
    status: errors.length > 0 ? 422 : 200,
    crumbs: [{ label: 'Ký số', href: requestsPath }],
    lead: 'Người có thẩm quyền ký trước, cơ quan đóng dấu sau. Mỗi người được báo khi đến lượt.',
    body: (
      <Form action={path} files class="stack">
        <ErrorSummary errors={errors} title="Chưa trình được" />
        <TextInput
          name="trich-yeu"
          label="Trích yếu"
          hint="Tên loại và nội dung văn bản, như ghi trên văn bản."
          value={fields['trich-yeu']}
          error={errorOf(errors, 'trich-yeu')}
          maxLength={300}
        />
        <Select
          name="loai"
          label="Loại văn bản"
          hint="Quyết định ai được ký và ký với thể thức nào (KT., TL., TUQ.)."
          empty="Chọn loại văn bản"
          options={Object.entries(documentKinds).map(([value, label]) => ({ value, label }))}
          value={fields.loai}
          error={errorOf(errors, 'loai')}
        />
        <TextInput
          name="kem-theo"
          label="Là phụ lục, văn bản kèm theo (tệp riêng) của văn bản số"
          optional
          hint="Ví dụ 12/QĐ-UBND. Chỉ cơ quan ký số, ở góc trên bên phải trang đầu; không chọn người ký. Phụ lục nằm cùng tệp với văn bản thì không ký riêng."
          width="10"
          value={fields['kem-theo']}
          error={errorOf(errors, 'kem-theo')}
          maxLength={60}
        />
        {places.map((place) => (
          <Select
            key={place}
            name={place === 1 ? 'nguoi-ky' : `nguoi-ky-${place}`}
            label={place === 1 ? 'Người ký' : `Người ký thứ ${place}`}
            optional={place > 1}
            empty="Chọn người ký"
            options={options}
            value={fields[place === 1 ? 'nguoi-ky' : `nguoi-ky-${place}`]}
            error={place === 1 ? errorOf(errors, 'nguoi-ky') : undefined}
          />
        ))}
        <Select
          name="dau"
          label="Dấu của cơ quan"
          optional
          empty="Không đóng dấu"
          options={seals.map(({ code, name }) => ({ value: code, label: name }))}
          value={fields.dau}
          hint={seals.length === 0 ? 'Chưa cơ quan nào khai báo con dấu số.' : undefined}
        />
        <DateInput
          name="han"
          label="Hạn ký"
          optional
          hint="Hết ngày này mà chưa ký xong, yêu cầu tự đóng."
          value={{ day: fields['han-day'], month: fields['han-month'], year: fields['han-year'] }}
          error={errorOf(errors, 'han')}
        />
        <FileInput
          name="tep"
          label="Văn bản (PDF)"
          hint="Tệp PDF không đặt mật khẩu, không quá 20 MB."
          accept=".pdf"
          error={errorOf(errors, 'tep')}
        />
        <Checkbox
          name="cong-bo"
          label="Công bố sau khi ký xong"
          hint="Thêm một trang có mã QR và địa chỉ kiểm tra vào cuối văn bản trước khi ký. Ai có mã đều mở và kiểm tra được văn bản."
          checked={fields['cong-bo'] !== undefined}
          error={errorOf(errors, 'cong-bo')}
        />
        <DecisionBar
          label="Trình ký"
          primary={{
            action: <Button kind="primary">Trình ký</Button>,
            consequence: 'Người ký đầu tiên nhận thông báo; nội dung tệp không sửa được nữa.',
          }}
        />
      </Form>
    ),
  })
}

const ownOrganisation = async (ctx: Context): Promise<string> =>
  ctx.actor.organisation ?? (await getHomePack(ctx.sql)).card.rootOrganisation

/** Those who may sign over the actor's organisation, the nearest first. */
const listSigners = async (ctx: Context): Promise<Person[]> =>
  (await listHolders(ctx, signPermission, await ownOrganisation(ctx))).slice(0, 300)

async function listSealNames(ctx: Context): Promise<{ code: string; name: string }[]> {
  const asOf = await today(ctx)
  const seals = (await listSeals(ctx.sql, 'all')).filter(({ disabledAt }) => !disabledAt)
  return Promise.all(
    seals.map(async ({ organisation: code }) => ({
      code,
      name: (await findOrganisation(ctx.sql, code, { asOf }))?.name ?? code,
    })),
  )
}

const fault = (field: string, message: string) => invalid(message, [{ path: field, message }])

interface Sent {
  fields: Record<string, string>
  upload: Upload | undefined
  site: string
}

async function create(ctx: Context, { fields, upload, site }: Sent): Promise<string> {
  const { 'trich-yeu': rawTitle = '', loai: kind = '', 'kem-theo': rawAttachmentOf = '' } = fields
  const [title, attachmentOf] = [rawTitle.trim(), rawAttachmentOf.trim() || undefined]
  const bytes = upload && (await readUpload(ctx, upload))
  const missing = listMissing(fields, { title, hasSigner: attachmentOf !== undefined, hasFile: bytes !== undefined })
  if (missing.length > 0 || !bytes || !isDocumentKind(kind)) throw invalid('Yêu cầu ký còn thiếu nội dung.', missing)
  const people = await listSigners(ctx)
  const accounts = [fields['nguoi-ky'], fields['nguoi-ky-2'], fields['nguoi-ky-3']].filter(
    (one) => one !== undefined && one !== '',
  )
  const signers = accounts.map((account): Signer => {
    const person = people.find((one) => one.account === account)
    if (!person) throw fault('nguoi-ky', 'Chọn người ký trong danh sách.')
    return {
      kind: 'person',
      account: person.account,
      organisation: person.organisation ?? ctx.actor.organisation ?? '',
    }
  })
  if (fields.dau) signers.push({ kind: 'seal', organisation: fields.dau })
  return requestSignature(ctx, {
    title: title.slice(0, 300),
    pdf: bytes,
    organisation: await ownOrganisation(ctx),
    signers,
    kind,
    attachmentOf,
    dueAt: await readDue(ctx, fields),
    ...(fields['cong-bo'] === undefined ? {} : { publish: { site } }),
  })
}

/** All that is not there yet, in the order of the form. */
function listMissing(
  fields: Record<string, string>,
  { title, hasSigner, hasFile }: { title: string; hasSigner: boolean; hasFile: boolean },
): FieldFault[] {
  const isNamed = hasSigner || [1, 2, 3].some((place) => fields[place === 1 ? 'nguoi-ky' : `nguoi-ky-${place}`])
  return [
    ...(title.length < 5 ? [{ path: 'trich-yeu', message: 'Ghi trích yếu của văn bản (ít nhất 5 ký tự).' }] : []),
    ...(isDocumentKind(fields.loai ?? '') ? [] : [{ path: 'loai', message: 'Chọn loại văn bản.' }]),
    ...(isNamed ? [] : [{ path: 'nguoi-ky', message: 'Chọn ít nhất một người ký.' }]),
    ...(hasFile ? [] : [{ path: 'tep', message: 'Chọn tệp PDF cần ký.' }]),
  ]
}

async function readDue(ctx: Context, fields: Record<string, string>): Promise<Date | undefined> {
  const on = readDateInput(fields, 'han')
  if (on === undefined) return undefined
  if (on === 'invalid') throw fault('han', 'Hạn ký phải có đủ ngày, tháng, năm, ví dụ 05/12/2026.')
  const { card } = await getHomePack(ctx.sql)
  const dueAt = instantOf(on, '17:00', card.timeZone)
  if (dueAt <= ctx.now) throw fault('han', 'Hạn ký phải sau thời điểm hiện tại.')
  return dueAt
}

/** Bytes of an upload that #files has found to be sound. */
async function readUpload(ctx: Context, upload: Upload): Promise<{ bytes: Buffer; name: string }> {
  try {
    const kept = await keepUpload(ctx, upload, 'attachment')
    if (kept.type !== 'application/pdf')
      throw fault('tep', 'Ở đây chỉ ký tệp PDF; hãy chuyển văn bản sang PDF rồi tải lên.')
    return { bytes: await readKept(ctx, kept.sha256), name: kept.name }
  } catch (error) {
    if (error instanceof Problem && error.status < 500 && error.fields.length === 0) throw fault('tep', error.message)
    throw error
  }
}

export const createRoutes = [
  route({ method: 'GET', path, access: signPermission, handle: (ctx) => show(ctx) }),
  route({
    method: 'POST',
    path,
    access: signPermission,
    takes: 'upload',
    maxBytes: 25 * 1024 * 1024,
    async handle(ctx, { upload, request }) {
      const { fields, file } = await upload()
      const site = ctx.config.publicUrl?.replace(/\/$/, '') ?? `http://${request.headers.host ?? 'localhost'}`
      try {
        const code = await ctx.transaction((ctx) => create(ctx, { fields, upload: file, site }))
        return redirect(withQuery(requestPath(code), { xong: 'trinh' }))
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== 422) throw error
        const errors = error.fields.map(({ path: field, message }) => ({ field, message }))
        return show(ctx, { fields, errors: errors.length > 0 ? errors : [{ field: 'tep', message: error.message }] })
      }
    },
  }),
]
