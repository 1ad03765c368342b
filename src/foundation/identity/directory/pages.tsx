import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, type Route, redirect, route } from '#platform/http'
import {
  Button,
  Checkbox,
  DescriptionList,
  ErrorSummary,
  Form,
  type FormError,
  Notice,
  Section,
  Select,
  Table,
  Tag,
  TextArea,
  TextInput,
  Time,
} from '#ui'
import { manageAccounts } from '../actions/accounts.ts'
import { passPairBrake } from '../actions/sign-in.ts'
import { listChoices, organisationNames } from '../pages/account-parts.tsx'
import { getDirectory, saveDirectory, type Trial, tryDirectory } from './actions.ts'
import { NewDirectory } from './model.ts'
import { type Directory, listDirectoriesWithin } from './store.ts'

const listPath = '/quan-tri/danh-ba'
const crumbs = [{ label: 'Danh bạ cơ quan', href: listPath }]

const Body = z.record(z.string().max(40), z.string().max(20_000))
type Values = z.infer<typeof Body>

async function showList(ctx: Context): Promise<Reply> {
  const rows = await listDirectoriesWithin(ctx.sql, ctx.reach(manageAccounts))
  const nameOf = await organisationNames(ctx)
  return page({
    title: 'Danh bạ cơ quan',
    lead: 'LDAP, Active Directory của các cơ quan: người có tài khoản gắn với danh bạ đăng nhập bằng mật khẩu của cơ quan mình.',
    actions: (
      <Button href={`${listPath}/them`} kind="primary" icon="add">
        Thêm danh bạ
      </Button>
    ),
    body: (
      <Table
        caption="Danh bạ cơ quan"
        hideCaption
        rows={rows}
        rowKey={({ code }) => code}
        rowHref={({ code }) => `${listPath}/${code}`}
        columns={[
          { key: 'name', title: 'Danh bạ', cell: ({ name }) => name },
          { key: 'code', title: 'Mã', kind: 'nowrap', cell: ({ code }) => code, phone: true },
          { key: 'organisation', title: 'Đơn vị', cell: ({ organisation }) => nameOf(organisation) },
          { key: 'url', title: 'Địa chỉ', cell: ({ url, startTls }) => `${url}${startTls ? ' (StartTLS)' : ''}` },
          { key: 'domain', title: 'Tên miền đăng nhập', cell: ({ domain }) => domain ?? 'không dùng' },
          { key: 'changed', title: 'Sửa lần cuối', cell: ({ changedAt }) => <Time at={changedAt} exact /> },
          {
            key: 'state',
            title: 'Trạng thái',
            phone: true,
            cell: ({ enabled }) => <Tag tone={enabled ? 'info' : 'warning'}>{enabled ? 'Đang dùng' : 'Tạm dừng'}</Tag>,
          },
        ]}
        empty={{
          title: 'Chưa có danh bạ nào',
          words: 'Mọi người đăng nhập bằng mật khẩu đặt tại hệ thống này. Thêm danh bạ để dùng mật khẩu của cơ quan.',
        }}
      />
    ),
  })
}

const valuesOf = (row: Directory): Values => ({
  code: row.code,
  name: row.name,
  organisation: row.organisation,
  url: row.url,
  startTls: row.startTls ? 'yes' : '',
  ca: row.ca ?? '',
  baseDn: row.baseDn,
  filter: row.filter,
  bindDn: row.bindDn,
  domain: row.domain ?? '',
  nameAttribute: row.nameAttribute,
  mailAttribute: row.mailAttribute,
  phoneAttribute: row.phoneAttribute,
  enabled: row.enabled ? 'yes' : '',
})

const fresh: Values = {
  filter: '(sAMAccountName={name})',
  nameAttribute: 'displayName',
  mailAttribute: 'mail',
  phoneAttribute: 'telephoneNumber',
  enabled: 'yes',
}

interface Shown {
  /** Absent: a new one. */
  directory?: Directory
  values: Values
  errors?: FormError[]
  saved?: boolean
  trial?: Trial & { name: string }
  trialFault?: string
}

async function showForm(ctx: Context, shown: Shown): Promise<Reply> {
  const { directory, errors = [], saved } = shown
  const own = directory ? `${listPath}/${directory.code}` : `${listPath}/them`
  return page({
    title: directory?.name ?? 'Thêm danh bạ',
    crumbs,
    status: errors.length > 0 ? 422 : 200,
    body: (
      <div class="stack-large">
        {saved && (
          <Notice tone="done" role="status">
            Đã lưu danh bạ.
          </Notice>
        )}
        {directory && <TryForm {...shown} own={own} />}
        <Section title="Cài đặt">
          <ErrorSummary errors={errors} title="Chưa lưu được danh bạ" />
          <Form action={own} label="Danh bạ">
            <Fields {...shown} organisations={await listChoices(ctx)} />
            <Button kind={directory ? 'plain' : 'primary'}>Lưu danh bạ</Button>
          </Form>
        </Section>
      </div>
    ),
  })
}

function TryForm({ own, trial, trialFault }: Shown & { own: string }) {
  const entry = trial?.entry
  return (
    <Section title="Thử danh bạ">
      {trialFault && (
        <Notice tone="danger" role="status" title="Danh bạ không trả lời">
          {trialFault}
        </Notice>
      )}
      {trial && (
        <Notice
          tone={entry && trial.proved !== false ? 'done' : 'warning'}
          role="status"
          title={
            !entry
              ? `Không tìm thấy đúng một người mang tên ${trial.name}`
              : trial.proved === undefined
                ? 'Tìm thấy'
                : trial.proved
                  ? 'Tìm thấy và mật khẩu đúng'
                  : 'Tìm thấy nhưng mật khẩu không đúng hoặc tài khoản bị khóa'
          }
        >
          {entry ? (
            <DescriptionList
              items={[
                { term: 'Mục trong danh bạ', value: entry.dn },
                { term: 'Họ và tên', value: entry.name },
                { term: 'Thư điện tử', value: entry.email },
                { term: 'Số điện thoại', value: entry.phone },
              ]}
            />
          ) : (
            'Xem lại gốc tìm kiếm và bộ lọc.'
          )}
        </Notice>
      )}
      <Form action={`${own}/thu`} label="Thử danh bạ">
        <TextInput name="ten" label="Tên đăng nhập" value={trial?.name} width="20" maxLength={200} autocomplete="off" />
        <TextInput
          name="mat-khau"
          label="Mật khẩu"
          type="password"
          hint="Để trống nếu chỉ tra cứu."
          autocomplete="off"
          optional
        />
        <Button kind="primary">Thử</Button>
      </Form>
    </Section>
  )
}

function Fields({
  directory,
  values,
  errors = [],
  organisations,
}: Shown & { organisations: readonly { value: string; label: string }[] }) {
  const text = (name: string, label: string, more: { hint?: string; optional?: boolean; width?: '20' } = {}) => (
    <TextInput
      name={name}
      label={label}
      value={values[name]}
      error={errors.find(({ field }) => field === name)?.message}
      maxLength={500}
      {...more}
    />
  )
  const errorOf = (field: string) => errors.find((error) => error.field === field)?.message
  return (
    <>
      {directory ? (
        <input type="hidden" name="code" value={directory.code} />
      ) : (
        text('code', 'Mã', { hint: 'Chữ thường không dấu, ví dụ ad-so-khcn; không đổi về sau.', width: '20' })
      )}
      {text('name', 'Tên danh bạ')}
      <Select
        name="organisation"
        label="Đơn vị"
        empty="Chọn đơn vị"
        options={organisations}
        value={values.organisation}
        error={errorOf('organisation')}
      />
      {text('url', 'Địa chỉ', { hint: 'Ví dụ ldaps://ad.so.vidu.invalid:636.' })}
      <Checkbox name="startTls" label="StartTLS (với địa chỉ ldap://)" checked={values.startTls === 'yes'} />
      <TextArea
        name="ca"
        label="Chứng thư của đơn vị cấp (CA)"
        hint="Dạng PEM; để trống nếu máy chủ dùng chứng thư công cộng."
        value={values.ca}
        error={errorOf('ca')}
        rows={4}
        maxLength={20_000}
        optional
      />
      {text('baseDn', 'Gốc tìm kiếm (base DN)')}
      {text('filter', 'Bộ lọc', { hint: '{name} là tên đăng nhập. Thêm điều kiện để loại người đã khóa.' })}
      {text('bindDn', 'Tài khoản tra cứu (bind DN)')}
      <TextInput
        name="bindPassword"
        label="Mật khẩu tài khoản tra cứu"
        type="password"
        autocomplete="new-password"
        hint={directory ? 'Để trống nếu giữ mật khẩu đã lưu.' : undefined}
        error={errorOf('bindPassword')}
        optional={directory !== undefined}
      />
      {text('domain', 'Tên miền đăng nhập', {
        hint: 'Cho phép gõ ten@so.vidu.invalid. Để trống nếu không dùng.',
        optional: true,
      })}
      {text('nameAttribute', 'Thuộc tính họ tên', { width: '20' })}
      {text('mailAttribute', 'Thuộc tính thư điện tử', { width: '20' })}
      {text('phoneAttribute', 'Thuộc tính điện thoại', { width: '20' })}
      <Checkbox name="enabled" label="Đang dùng" checked={values.enabled === 'yes'} />
    </>
  )
}

async function save(ctx: Context, body: Values, directory: Directory | undefined): Promise<Reply> {
  const optional = (name: string) => body[name]?.trim() || undefined
  const parsed = NewDirectory.safeParse({
    code: directory?.code ?? body.code ?? '',
    name: body.name ?? '',
    organisation: body.organisation ?? '',
    url: body.url ?? '',
    startTls: body.startTls === 'yes',
    ca: optional('ca')?.replaceAll('\r\n', '\n'),
    baseDn: body.baseDn ?? '',
    filter: body.filter ?? '',
    bindDn: body.bindDn ?? '',
    bindPassword: body.bindPassword || undefined,
    domain: optional('domain'),
    nameAttribute: body.nameAttribute ?? '',
    mailAttribute: body.mailAttribute ?? '',
    phoneAttribute: body.phoneAttribute ?? '',
    enabled: body.enabled === 'yes',
  })
  const values = { ...body, bindPassword: '' }
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ field: String(path[0]), message }))
    return showForm(ctx, { directory, values, errors })
  }
  try {
    await saveDirectory(ctx, parsed.data, directory === undefined)
    return redirect(`${listPath}/${parsed.data.code}?xong=1`)
  } catch (error) {
    if (!(error instanceof Problem && error.fields.length > 0)) throw error
    const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
    return showForm(ctx, { directory, values, errors })
  }
}

const Params = z.strictObject({ code: z.string().max(32) })

export const directoryRoutes: readonly Route[] = [
  route({ method: 'GET', path: listPath, access: manageAccounts, handle: showList }),
  route({
    method: 'GET',
    path: `${listPath}/them`,
    access: manageAccounts,
    handle: (ctx) => showForm(ctx, { values: fresh }),
  }),
  route({
    method: 'POST',
    path: `${listPath}/them`,
    access: manageAccounts,
    body: Body,
    handle: (ctx, { body }) => save(ctx, body, undefined),
  }),
  route({
    method: 'GET',
    path: `${listPath}/:code`,
    access: manageAccounts,
    params: Params,
    query: z.object({ xong: z.string().max(3).optional() }),
    async handle(ctx, { params, query }) {
      const directory = await getDirectory(ctx, params.code)
      return showForm(ctx, { directory, values: valuesOf(directory), saved: query.xong !== undefined })
    },
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code`,
    access: manageAccounts,
    params: Params,
    body: Body,
    handle: async (ctx, { params, body }) => save(ctx, body, await getDirectory(ctx, params.code)),
  }),
  route({
    method: 'POST',
    path: `${listPath}/:code/thu`,
    access: manageAccounts,
    ratePerMinute: 20,
    params: Params,
    body: z.object({ ten: z.string().trim().max(200), 'mat-khau': z.string().max(1000) }),
    async handle(ctx, { params, body }) {
      const directory = await getDirectory(ctx, params.code)
      const values = valuesOf(directory)
      // A way to guess passwords like any other: it is braked as signing in is.
      if (body['mat-khau'] !== '') await passPairBrake(ctx, `directory ${params.code} ${ctx.actor.account}`)
      try {
        const trial = await tryDirectory(ctx, params.code, { name: body.ten, password: body['mat-khau'] })
        return showForm(ctx, { directory, values, trial: { ...trial, name: body.ten } })
      } catch (error) {
        if (error instanceof Problem && error.status !== 503) throw error
        ctx.log.warn({ directory: params.code, err: error }, 'A directory did not answer a trial')
        const cause = error instanceof Problem ? error.cause : error
        return showForm(ctx, {
          directory,
          values,
          trialFault: cause instanceof Error ? cause.message.slice(0, 300) : '',
        })
      }
    },
  }),
]
