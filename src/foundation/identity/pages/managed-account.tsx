import { z } from 'zod'
import { PositionCode, type Seat, sayPosition, seatsOn } from '#organisations'
import type { Context } from '#platform/context'
import { page, redirect, route } from '#platform/http'
import { dayOf } from '#platform/local-day'
import { Button, DateText, DescriptionList, Form, Notice, Section, Select, Table, TextInput, Time } from '#ui'
import {
  getManagedAccount,
  giveRole,
  manageAccounts,
  resetPassword,
  revokeSessionOf,
  revokeSessions,
  setAccountDisabled,
  takeRole,
} from '../actions/accounts.ts'
import { revokeToken } from '../actions/tokens.ts'
import { issueManagedActivation } from '../lists/activation.ts'
import { AccountName, everywhere, RoleScope, roleNames, roles } from '../model.ts'
import { type ListedSession, listSessions } from '../session-store.ts'
import * as store from '../store.ts'
import { AccountState, crumbs, listChoices } from './account-parts.tsx'
import { sayOrganisation } from './role-words.ts'
import { SessionTable } from './session-table.tsx'
import { TokenTable } from './token-table.tsx'

interface ManagedProps {
  account: store.Account
  positions: readonly Seat[]
  held: readonly store.RoleAssignment[]
  sessions: readonly ListedSession[]
  tokens: readonly store.ApiToken[]
  agency: string
  organisations: readonly { value: string; label: string }[]
  everywhereToo: boolean
  now: Date
  /** Made just now; shown this once. */
  password: string | undefined
  /** Address of a link made just now by which the person chooses his password; shown this once. */
  activation: string | undefined
}

const addressOf = (name: string) => `/quan-tri/tai-khoan/${name}`

function ManagedAccount(props: ManagedProps) {
  const { account, agency, positions, sessions, tokens, now, password, activation } = props
  return (
    <div class="stack-large">
      {password && <NewPassword password={password} />}
      {activation && <ActivationLink link={activation} />}
      <DescriptionList
        items={[
          { term: 'Trạng thái', value: <AccountState account={account} /> },
          { term: 'Họ và tên', value: account.personName },
          { term: 'Chức danh', value: positions.map(sayPosition).join('; ') || account.position },
          { term: 'Đơn vị', value: agency },
          ...(account.directory ? [{ term: 'Đăng nhập bằng danh bạ', value: account.directory }] : []),
          ...(account.leavesOn ? [{ term: 'Thôi dùng từ ngày', value: <DateText on={account.leavesOn} /> }] : []),
          { term: 'Tạo lúc', value: <Time at={account.createdAt} exact /> },
          { term: 'Phiên đang mở', value: String(sessions.length) },
        ]}
      />
      <Section title="Vai trò">
        <RoleTable {...props} />
        <RoleForm {...props} />
      </Section>
      {tokens.length > 0 && (
        <Section title="Khóa truy cập cho máy">
          <TokenTable tokens={tokens} now={now} revokeAction={`${addressOf(account.name)}/khoa/thu-hoi`} />
        </Section>
      )}
      <Section title="Phiên đăng nhập và ứng dụng" id="phien">
        <SessionTable sessions={sessions} endAction={`${addressOf(account.name)}/phien/ket-thuc`} />
      </Section>
      <Section title="Mật khẩu và quyền đăng nhập">
        <Controls account={account} />
      </Section>
    </div>
  )
}

function NewPassword({ password }: { password: string }) {
  return (
    <Notice tone="done" title="Mật khẩu mới, chỉ hiện một lần" role="status">
      <p>
        <span class="code">{password}</span>
      </p>
      <p>Trao tận tay hoặc đọc qua điện thoại cho người dùng; hệ thống sẽ nhắc đổi khi đăng nhập.</p>
    </Notice>
  )
}

function ActivationLink({ link }: { link: string }) {
  return (
    <Notice tone="done" title="Liên kết đặt mật khẩu, chỉ hiện một lần" role="status">
      <p>
        <span class="code">{link}</span>
      </p>
      <p>Trao cho đúng người; liên kết dùng một lần trong 72 giờ. Liên kết cũ của tài khoản này không còn dùng được.</p>
    </Notice>
  )
}

function RoleTable({ account, held, organisations }: ManagedProps) {
  const named = new Map(organisations.map(({ value, label }) => [value, label]))
  return (
    <Table
      caption="Vai trò đang giữ"
      hideCaption
      rows={held}
      rowKey={(role) => String(role.id)}
      columns={[
        { key: 'role', title: 'Vai trò', cell: (role) => roleNames[role.role] },
        {
          key: 'organisation',
          title: 'Trên đơn vị',
          cell: ({ organisation }) =>
            organisation === everywhere ? 'Mọi đơn vị' : (named.get(organisation) ?? organisation),
          phone: true,
        },
        {
          key: 'position',
          title: 'Gắn với chức danh',
          cell: ({ position }) => position ?? 'mọi chức danh',
        },
        { key: 'from', title: 'Từ ngày', cell: (role) => <DateText on={role.validFrom} /> },
        {
          key: 'to',
          title: 'Đến hết ngày',
          cell: (role) => (role.validTo ? <DateText on={role.validTo} /> : 'không thời hạn'),
        },
        {
          key: 'end',
          title: 'Kết thúc',
          phone: true,
          cell: (role) => (
            <Form action={`${addressOf(account.name)}/vai-tro/ket-thuc`} class="row">
              <input type="hidden" name="id" value={role.id} />
              <Button small label={`Kết thúc vai trò ${roleNames[role.role]} trên ${role.organisation}`}>
                Kết thúc
              </Button>
            </Form>
          ),
        },
      ]}
      empty={{ title: 'Chưa có vai trò nào', words: 'Tài khoản đăng nhập được nhưng chưa xem được gì.' }}
    />
  )
}

function RoleForm({ account, positions, organisations, everywhereToo }: ManagedProps) {
  const choices = everywhereToo ? [{ value: everywhere, label: 'Mọi đơn vị' }, ...organisations] : organisations
  return (
    <Form action={`${addressOf(account.name)}/vai-tro`} label="Giao vai trò">
      <h3>Giao thêm vai trò</h3>
      <Select name="role" label="Vai trò" options={roles.map((role) => ({ value: role, label: roleNames[role] }))} />
      <Select
        name="organisation"
        label="Trên đơn vị (và các đơn vị trực thuộc)"
        options={choices}
        value={account.organisation ?? undefined}
        empty="Chọn đơn vị"
      />
      {positions.length > 0 && (
        <Select
          name="position"
          label="Chỉ khi làm việc với tư cách"
          options={positions.map((seat) => ({ value: seat.position, label: sayPosition(seat) }))}
          empty="Mọi chức danh"
          optional
        />
      )}
      <TextInput
        name="validTo"
        label="Đến hết ngày"
        hint="Dạng ngày/tháng/năm, ví dụ 31/12/2026. Để trống nếu không thời hạn."
        width="10"
        optional
      />
      <Button>Giao vai trò</Button>
    </Form>
  )
}

function Controls({ account }: { account: store.Account }) {
  const own = addressOf(account.name)
  return (
    <div class="row">
      {!account.machine && !account.directory && (
        <Form action={`${own}/mat-khau`} class="row">
          <Button>Cấp mật khẩu mới</Button>
        </Form>
      )}
      {!account.machine && !account.directory && !account.disabledAt && (
        <Form action={`${own}/kich-hoat`} class="row">
          <Button>Tạo liên kết đặt mật khẩu</Button>
        </Form>
      )}
      <Form action={`${own}/ket-thuc-phien`} class="row">
        <Button>Kết thúc mọi phiên</Button>
      </Form>
      <Form action={`${own}/${account.disabledAt ? 'mo-khoa' : 'khoa-lai'}`} class="row">
        <Button kind={account.disabledAt ? 'plain' : 'danger'}>
          {account.disabledAt ? 'Mở lại tài khoản' : 'Khóa tài khoản'}
        </Button>
      </Form>
    </div>
  )
}

/** The page of one account; `password` is one that was made in this very request. */
export async function showAccount(ctx: Context, name: string, shown: { password?: string; activation?: string } = {}) {
  const account = await getManagedAccount(ctx, name)
  const body = (
    <ManagedAccount
      account={account}
      positions={await seatsOn(ctx.sql, [name], dayOf(ctx.now))}
      held={await store.listRoles(ctx.sql, name, dayOf(ctx.now))}
      sessions={await listSessions(ctx.sql, name, ctx.now, undefined)}
      tokens={await store.listTokens(ctx.sql, name)}
      agency={account.organisation ? await sayOrganisation(ctx, account.organisation) : ''}
      organisations={await listChoices(ctx)}
      everywhereToo={ctx.reach(manageAccounts) === 'all'}
      now={ctx.now}
      password={shown.password}
      activation={shown.activation}
    />
  )
  return page({ title: name, lead: account.personName, crumbs, body })
}

const params = z.object({ name: AccountName })

/** `31/12/2026` → `2026-12-31`. */
const TypedDay = z
  .string()
  .trim()
  .regex(/^\d{1,2}\/\d{1,2}\/\d{4}$/, 'Ngày phải có đủ ngày, tháng, năm, ví dụ 31/12/2026.')
  .transform((text) => {
    const [day = '', month = '', year = ''] = text.split('/')
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  })
  .pipe(z.iso.date('Ngày này không có trong lịch.'))

const GivenRole = RoleScope.extend({
  position: z.union([z.literal('').transform(() => undefined), PositionCode]).optional(),
  validTo: z.union([z.literal('').transform(() => undefined), TypedDay]).optional(),
})

export const managedAccountRoutes = [
  route({
    method: 'GET',
    path: '/quan-tri/tai-khoan/:name',
    access: manageAccounts,
    params,
    handle: (ctx, { params: { name } }) => showAccount(ctx, name),
  }),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan/:name/vai-tro',
    access: manageAccounts,
    params,
    body: GivenRole,
    async handle(ctx, { params: { name }, body }) {
      await giveRole(ctx, name, body)
      return redirect(addressOf(name))
    },
  }),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan/:name/vai-tro/ket-thuc',
    access: manageAccounts,
    params,
    body: z.object({ id: z.coerce.number().int().positive() }),
    async handle(ctx, { params: { name }, body }) {
      await takeRole(ctx, name, body.id)
      return redirect(addressOf(name))
    },
  }),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan/:name/mat-khau',
    access: manageAccounts,
    params,
    handle: async (ctx, { params: { name } }) => showAccount(ctx, name, { password: await resetPassword(ctx, name) }),
  }),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan/:name/kich-hoat',
    access: manageAccounts,
    params,
    async handle(ctx, { params: { name }, request }) {
      const path = await issueManagedActivation(ctx, name)
      // Whole, for it is handed on; where no public address is set, by the one under which he works.
      const site = ctx.config.publicUrl ?? `http://${request.headers.host ?? 'localhost'}`
      return showAccount(ctx, name, { activation: new URL(path, site).href })
    },
  }),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan/:name/ket-thuc-phien',
    access: manageAccounts,
    params,
    async handle(ctx, { params: { name } }) {
      await revokeSessions(ctx, name)
      return redirect(addressOf(name))
    },
  }),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan/:name/phien/ket-thuc',
    access: manageAccounts,
    params,
    body: z.object({ id: z.uuid() }),
    async handle(ctx, { params: { name }, body }) {
      await revokeSessionOf(ctx, name, body.id)
      return redirect(`${addressOf(name)}#phien`)
    },
  }),
  ...[
    { path: '/quan-tri/tai-khoan/:name/khoa-lai', disabled: true },
    { path: '/quan-tri/tai-khoan/:name/mo-khoa', disabled: false },
  ].map(({ path, disabled }) =>
    route({
      method: 'POST',
      path,
      access: manageAccounts,
      params,
      async handle(ctx, { params: { name } }) {
        await setAccountDisabled(ctx, name, disabled)
        return redirect(addressOf(name))
      },
    }),
  ),
  route({
    method: 'POST',
    path: '/quan-tri/tai-khoan/:name/khoa/thu-hoi',
    access: manageAccounts,
    params,
    body: z.object({ id: z.uuid() }),
    async handle(ctx, { params: { name }, body }) {
      await revokeToken(ctx, name, body.id)
      return redirect(addressOf(name))
    },
  }),
]
