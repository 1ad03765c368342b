import { z } from 'zod'
import type { Context } from '#platform/context'
import { Problem } from '#platform/errors'
import { page, type Reply, redirect, route } from '#platform/http'
import { Button, ErrorSummary, Form, type FormError, TextInput } from '#ui'
import { manageAccounts, refuseStandIn } from '../actions/accounts.ts'
import { faultsOf, PeopleFields, readForm, ScopesField, Typed, textOf } from './client-form.tsx'
import { clientsPath } from './client-page.tsx'
import { changeClient, getManagedClient } from './clients.ts'
import type { Client } from './store.ts'

/** What the form shows of an application as it is. */
const typedOf = ({ name, redirectUris, postLogoutUris, backchannelUri, scopes, trusted, kind }: Client): Typed => ({
  name,
  redirectUris,
  postLogoutUris,
  backchannelUri: backchannelUri ?? '',
  trusted: trusted ? 'yes' : '',
  ...(kind === 'machine' ? { scopes: scopes.join(' ') } : { personScopes: scopes }),
})

function showForm(client: Client, shown: { typed?: Typed; errors?: FormError[]; status?: number }): Reply {
  const own = `${clientsPath}/${client.id}`
  const { typed = typedOf(client), errors = [] } = shown
  const Fields = client.kind === 'machine' ? ScopesField : PeopleFields
  return page({
    title: 'Sửa ứng dụng',
    crumbs: [
      { label: 'Ứng dụng liên thông', href: clientsPath },
      { label: client.name, href: own },
    ],
    lead: `Mã ${client.id}, loại và đơn vị chịu trách nhiệm không đổi được. Bớt địa chỉ quay về, bớt phạm vi hoặc bỏ dấu “ứng dụng của tỉnh” thì mọi mã đã cấp cho ứng dụng hết hiệu lực ngay.`,
    status: shown.status,
    body: (
      <Form action={`${own}/sua`} label="Sửa ứng dụng">
        <ErrorSummary errors={errors} title="Chưa lưu được thay đổi" />
        <TextInput
          name="name"
          label="Tên ứng dụng"
          hint={client.kind === 'machine' ? undefined : 'Người dùng thấy tên này khi đăng nhập.'}
          value={textOf(typed.name)}
          maxLength={200}
          error={errors.find(({ field }) => field === 'name')?.message}
        />
        <Fields typed={typed} errors={errors} />
        <div class="row">
          <Button kind="primary">Lưu thay đổi</Button>
          <Button href={own}>Thôi</Button>
        </div>
      </Form>
    ),
  })
}

async function saveChange(ctx: Context, id: string, body: Typed): Promise<Reply> {
  refuseStandIn(ctx)
  const client = await getManagedClient(ctx, id)
  const { kind, organisation, signingAlg, account } = client
  // What does not change is as it was registered, whatever was sent.
  const fixed = { kind, id, organisation, signingAlg, ...(account ? { account } : {}) }
  const wanted = readForm(kind, { ...body, jwks: '', ...fixed })
  if (!wanted.success) return showForm(client, { typed: body, errors: faultsOf(wanted.error.issues), status: 422 })
  try {
    await changeClient(ctx, wanted.data)
    return redirect(`${clientsPath}/${id}?da-sua=1`)
  } catch (error) {
    if (!(error instanceof Problem && error.fields.length > 0)) throw error
    const errors = error.fields.map(({ path, message }) => ({ field: path, message }))
    return showForm(client, { typed: body, errors, status: error.status })
  }
}

const params = z.object({ id: z.string().max(63) })

export const clientEditRoutes = [
  route({
    method: 'GET',
    path: `${clientsPath}/:id/sua`,
    access: manageAccounts,
    params,
    handle: async (ctx, { params: { id } }) => showForm(await getManagedClient(ctx, id), {}),
  }),
  route({
    method: 'POST',
    path: `${clientsPath}/:id/sua`,
    access: manageAccounts,
    params,
    body: Typed,
    handle: (ctx, { params: { id }, body }) => saveChange(ctx, id, body),
  }),
]
