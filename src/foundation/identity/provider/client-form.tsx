import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, route } from '#platform/http'
import {
  Button,
  Checkbox,
  Checkboxes,
  ErrorSummary,
  Form,
  type FormError,
  Select,
  Tabs,
  TextArea,
  TextInput,
} from '#ui'
import { manageAccounts } from '../actions/accounts.ts'
import { listChoices } from '../pages/account-parts.tsx'
import { listAccounts } from '../store.ts'
import { clientsPath, showClient } from './client-page.tsx'
import { registerClient } from './clients.ts'
import { type ClientKind, clientKindNames, clientKinds, NewClient, personScopes, scopeWords } from './model.ts'

export const Typed = z.record(z.string(), z.union([z.string().max(20_000), z.array(z.string().max(1000)).max(50)]))
export type Typed = z.infer<typeof Typed>

interface FormProps {
  kind: ClientKind
  typed: Typed
  errors: readonly FormError[]
  organisations: readonly { value: string; label: string }[]
  machines: readonly { value: string; label: string }[]
}

export const textOf = (value: string | string[] | undefined): string =>
  Array.isArray(value) ? value.join('\n') : (value ?? '')
const listOf = (value: string | string[] | undefined): string[] => (Array.isArray(value) ? value : value ? [value] : [])

const kindHints: Record<ClientKind, string> = {
  public: 'Trang hoặc ứng dụng không giữ được bí mật; dùng PKCE.',
  confidential: 'Máy chủ của ứng dụng tự chứng minh bằng mã bí mật hoặc khóa.',
  machine: 'Không có người đăng nhập; lấy mã truy cập ngắn hạn để gọi API.',
}

function ClientForm(props: FormProps) {
  const { kind, typed, errors, organisations } = props
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <Form action={`${clientsPath}/tao?loai=${kind}`} label="Đăng ký ứng dụng">
      <ErrorSummary errors={errors} title="Chưa đăng ký được ứng dụng" />
      <p class="muted">{kindHints[kind]}</p>
      <TextInput
        name="name"
        label="Tên ứng dụng"
        hint={kind === 'machine' ? undefined : 'Người dùng thấy tên này khi đăng nhập.'}
        value={textOf(typed.name)}
        maxLength={200}
        error={errorOf('name')}
      />
      <TextInput
        name="id"
        label="Mã ứng dụng (client_id)"
        hint="Chữ thường không dấu, chữ số, gạch ngang; không đổi được về sau."
        value={textOf(typed.id)}
        maxLength={63}
        error={errorOf('id')}
      />
      <Select
        name="organisation"
        label="Đơn vị chịu trách nhiệm"
        options={organisations}
        value={textOf(typed.organisation)}
        empty="Chọn đơn vị"
        error={errorOf('organisation')}
      />
      {kind === 'machine' ? <MachineFields {...props} /> : <PeopleFields {...props} />}
      {kind !== 'public' && (
        <TextArea
          name="jwks"
          label="Khóa công khai của ứng dụng (JWKS)"
          hint="Để trống nếu dùng mã bí mật: hệ thống cấp một mã và chỉ hiện một lần. Dùng khóa an toàn hơn."
          rows={6}
          value={textOf(typed.jwks)}
          error={errorOf('jwks')}
          optional
        />
      )}
      {kind !== 'machine' && (
        <Select
          name="signingAlg"
          label="Thuật toán ký mã danh tính"
          options={[
            { value: 'ES256', label: 'ES256 (khuyên dùng)' },
            { value: 'RS256', label: 'RS256 (cho ứng dụng cũ)' },
          ]}
          value={textOf(typed.signingAlg) || 'ES256'}
        />
      )}
      <Button kind="primary">Đăng ký ứng dụng</Button>
    </Form>
  )
}

export function PeopleFields({ typed, errors }: Pick<FormProps, 'typed' | 'errors'>) {
  const errorOf = (field: string) => errors.find((error) => error.field.split('.')[0] === field)?.message
  return (
    <>
      <TextArea
        name="redirectUris"
        label="Địa chỉ quay về sau khi đăng nhập"
        hint="Mỗi dòng một địa chỉ https:// đầy đủ; so đúng từng chữ."
        rows={3}
        value={textOf(typed.redirectUris)}
        error={errorOf('redirectUris')}
      />
      <TextArea
        name="postLogoutUris"
        label="Địa chỉ quay về sau khi đăng xuất"
        rows={2}
        value={textOf(typed.postLogoutUris)}
        error={errorOf('postLogoutUris')}
        optional
      />
      <TextInput
        name="backchannelUri"
        label="Địa chỉ nhận báo đăng xuất"
        hint="Hệ thống gửi báo đến đây khi người dùng đăng xuất; cùng máy chủ với địa chỉ quay về."
        value={textOf(typed.backchannelUri)}
        error={errorOf('backchannelUri')}
        optional
      />
      <Checkboxes
        name="personScopes"
        label="Ứng dụng được biết gì về người đăng nhập"
        options={personScopes
          .filter((scope) => scope !== 'openid')
          .map((scope) => ({ value: scope, label: scopeWords[scope] }))}
        values={listOf(typed.personScopes)}
      />
      <Checkbox
        name="trusted"
        label="Ứng dụng của tỉnh: không hỏi người dùng đồng ý"
        checked={typed.trusted === 'yes'}
        error={errorOf('trusted')}
      />
    </>
  )
}

function MachineFields({ typed, errors, machines }: FormProps) {
  const errorOf = (field: string) => errors.find((error) => error.field.split('.')[0] === field)?.message
  return (
    <>
      <Select
        name="account"
        label="Hoạt động bằng tài khoản máy"
        hint="Hệ thống làm được những gì cả phạm vi dưới đây và vai trò của tài khoản này cho phép."
        options={machines}
        value={textOf(typed.account)}
        empty="Chọn tài khoản máy"
        error={errorOf('account')}
      />
      <ScopesField typed={typed} errors={errors} />
    </>
  )
}

export function ScopesField({ typed, errors }: Pick<FormProps, 'typed' | 'errors'>) {
  return (
    <TextArea
      name="scopes"
      label="Phạm vi"
      hint="Tên các quyền, cách nhau bằng dấu cách hoặc xuống dòng; ví dụ indicator:read, source:ma-nguon."
      rows={3}
      value={textOf(typed.scopes)}
      error={errors.find(({ field }) => field.split('.')[0] === 'scopes')?.message}
    />
  )
}

async function showForm(
  ctx: Context,
  kind: ClientKind,
  shown: { typed?: Typed; errors?: FormError[]; status?: number },
): Promise<Reply> {
  const machines = await listAccounts(ctx.sql, ctx.reach(manageAccounts), { words: '', state: 'machine', limit: 500 })
  return page({
    title: 'Đăng ký ứng dụng',
    crumbs: [{ label: 'Ứng dụng liên thông', href: clientsPath }],
    status: shown.status,
    body: (
      <div class="stack-large">
        <Tabs
          label="Loại ứng dụng"
          items={clientKinds.map((one) => ({
            label: clientKindNames[one],
            href: `${clientsPath}/tao?loai=${one}`,
            current: one === kind,
          }))}
        />
        <ClientForm
          kind={kind}
          typed={shown.typed ?? {}}
          errors={shown.errors ?? []}
          organisations={await listChoices(ctx)}
          machines={machines.map(({ name, personName }) => ({ value: name, label: `${personName} (${name})` }))}
        />
      </div>
    ),
  })
}

/** What was typed, as an application to register, or as one that is known and changed. */
export function readForm(kind: ClientKind, body: Typed) {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => textOf(value).trim() !== ''))
  return NewClient.safeParse({
    kind,
    // What must be there is told by its own words when it is left out.
    ...{ name: '', id: '', organisation: '' },
    ...given,
    ...(kind === 'machine' ? {} : { redirectUris: textOf(body.redirectUris) }),
    personScopes: listOf(body.personScopes),
    trusted: body.trusted === 'yes',
  })
}

/** A list is one field of the form: the fault of any line stands beside it once. */
export const faultsOf = (issues: readonly { path: PropertyKey[]; message: string }[]): FormError[] => [
  ...new Map(
    issues.map(({ path, message }) => [String(path[0]), { field: String(path[0]), message }] as const),
  ).values(),
]

const Kind = z.object({ loai: z.enum(clientKinds).catch('confidential') })

export const clientFormRoutes = [
  route({
    method: 'GET',
    path: `${clientsPath}/tao`,
    access: manageAccounts,
    query: Kind,
    handle: (ctx, { query }) => showForm(ctx, query.loai, {}),
  }),
  route({
    method: 'POST',
    path: `${clientsPath}/tao`,
    access: manageAccounts,
    query: Kind,
    body: Typed,
    async handle(ctx, { query, body }) {
      const wanted = readForm(query.loai, body)
      if (!wanted.success)
        return showForm(ctx, query.loai, { typed: body, errors: faultsOf(wanted.error.issues), status: 422 })
      try {
        const { secret } = await registerClient(ctx, wanted.data)
        // Shown on the answer itself and nowhere else, as a new password is.
        return showClient(ctx, wanted.data.id, { secret, done: 'Đã đăng ký ứng dụng.' })
      } catch (error) {
        if (!(error instanceof Problem && error.fields.length > 0)) throw error
        const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
        return showForm(ctx, query.loai, { typed: body, errors, status: error.status })
      }
    },
  }),
]
