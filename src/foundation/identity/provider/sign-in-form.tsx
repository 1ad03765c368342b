import { sayPositionsOf } from '#organisations'
import type { Context } from '#platform/context'
import { Button, ErrorSummary, Form, Notice, Table, TextInput } from '#ui'
import { readDemoPeople } from '../actions/people.ts'
import { type DemoPerson, roleNames } from '../model.ts'
import { relyingPartyOf } from '../passkeys/actions.ts'
import { PasskeyInput } from '../passkeys/passkey-input.tsx'
import { kindOfVneid, type VneidKind, VneidSignIn } from '../vneid/sign-in-part.tsx'

export interface SignInFormProps {
  /** The address of the pending sign-in. */
  here: string
  /** Of the platform's own pages: where they go on if this sign-in has been left too long. */
  returnTo?: string
  account?: string
  fault?: string
  isRenewed?: boolean
  /** A form was sent by who was signed in no longer. */
  isFormLost?: boolean
}

interface Ways {
  /** Where passkeys are good; nowhere when there is none. */
  passkeyOrigin: string | undefined
  demoPeople: readonly DemoPerson[]
  /** Citizens can sign in: at a simulated VNeID, or at the real one. */
  vneid: VneidKind | undefined
  positions: ReadonlyMap<string, string>
}

export async function findWays(ctx: Context): Promise<Ways> {
  const demoPeople = ctx.config.demo ? await readDemoPeople(ctx.config.packDir) : []
  const names = demoPeople.map(({ account }) => account)
  return {
    passkeyOrigin: relyingPartyOf(ctx)?.origin,
    demoPeople,
    vneid: await kindOfVneid(ctx),
    positions: await sayPositionsOf(ctx, names),
  }
}

export function SignInForm({
  here,
  returnTo,
  account,
  fault,
  isRenewed,
  isFormLost,
  passkeyOrigin,
  demoPeople,
  vneid,
  positions,
}: SignInFormProps & Ways) {
  const goesOn = returnTo && <input type="hidden" name="tiep" value={returnTo} />
  return (
    <div class="stack-large">
      {isFormLost && (
        <Notice tone="warning" role="alert" title="Biểu mẫu vừa gửi chưa được thực hiện và không được giữ lại">
          Phiên làm việc đã kết thúc trước khi ông/bà gửi. Đăng nhập xong, ông/bà trở lại trang của biểu mẫu; xin nhập
          và gửi lại.
        </Notice>
      )}
      {isRenewed && <Notice>Trang này để mở quá lâu nên đã được làm mới. Xin nhập lại.</Notice>}
      <Form action={`${here}/dang-nhap`} label="Đăng nhập">
        <ErrorSummary errors={fault ? [{ field: 'account', message: fault }] : []} title="Chưa đăng nhập được" />
        {goesOn}
        <TextInput
          name="account"
          label="Tên đăng nhập"
          value={account}
          autocomplete="username webauthn"
          maxLength={200}
        />
        <TextInput name="password" label="Mật khẩu" type="password" autocomplete="current-password" />
        <Button kind="primary">Đăng nhập</Button>
      </Form>
      {passkeyOrigin && (
        <Form action={`${here}/khoa`} label="Đăng nhập bằng khóa truy cập">
          {goesOn}
          <PasskeyInput purpose="sign-in" origin={passkeyOrigin} />
          <Button>Dùng khóa truy cập</Button>
        </Form>
      )}
      <VneidSignIn vneid={vneid} returnTo={here} isDemo={demoPeople.length > 0} />
      {demoPeople.length > 0 && <DemoPeople people={demoPeople} positions={positions} />}
      <p>
        Không cần tài khoản: <a href="/kiem-tra-chu-ky">kiểm tra chữ ký số của một văn bản</a>.
      </p>
    </div>
  )
}

function DemoPeople({ people, positions }: { people: readonly DemoPerson[]; positions: Ways['positions'] }) {
  return (
    <Table
      caption="Tài khoản dùng thử (người không có thật)"
      rows={people}
      rowKey={(person) => person.account}
      columns={[
        {
          key: 'account',
          title: 'Tên đăng nhập',
          kind: 'nowrap',
          cell: (person) => <span class="code">{person.account}</span>,
        },
        {
          key: 'password',
          title: 'Mật khẩu',
          kind: 'nowrap',
          cell: (person) => <span class="code">{person.demoPassword}</span>,
          phone: true,
        },
        {
          key: 'role',
          title: 'Vai trò',
          cell: (person) => person.roles.map(({ role }) => roleNames[role]).join(', ') || roleNames.inspector,
          phone: true,
        },
        { key: 'position', title: 'Chức vụ', cell: (person) => positions.get(person.account) },
      ]}
    />
  )
}
