import type { Context } from '#platform/context'
import { Button, EmptyState, Form, Notice, Section, Table, Tag, Time } from '#ui'
import { countRecoveryCodes, findSecret } from '../codes/store.ts'
import { relyingPartyOf } from '../passkeys/actions.ts'
import { listPasskeys, type Passkey } from '../passkeys/store.ts'

export interface Factors {
  passkeys: readonly Passkey[]
  /** Absent: passkeys cannot be used at this address. */
  origin: string | undefined
  codesSince: Date | undefined
  recoveryCodes: number
  /** He has power over accounts or keys, and should have a second factor. */
  isUrged: boolean
}

export async function findFactors(ctx: Context, account: string): Promise<Factors> {
  return {
    passkeys: await listPasskeys(ctx.sql, account),
    origin: relyingPartyOf(ctx)?.origin,
    codesSince: (await findSecret(ctx.sql, account))?.confirmedAt ?? undefined,
    recoveryCodes: await countRecoveryCodes(ctx.sql, account),
    isUrged: ctx.can('account:manage'),
  }
}

export function SecuritySection({ passkeys, origin, codesSince, recoveryCodes, isUrged }: Factors) {
  const hasNone = passkeys.length === 0 && !codesSince
  return (
    <Section title="Bảo mật" id="bao-mat">
      <div class="stack">
        {hasNone && isUrged && (
          <Notice tone="warning" title="Tài khoản này chưa có yếu tố xác thực thứ hai">
            Tài khoản giao quyền và giữ khóa của hệ thống; xin thêm khóa truy cập hoặc mã dùng một lần.
          </Notice>
        )}
        <PasskeyTable passkeys={passkeys} />
        {origin ? (
          <p>
            <Button href="/tai-khoan/khoa-truy-cap">Thêm khóa truy cập</Button>
          </p>
        ) : (
          <p class="muted">Khóa truy cập chỉ dùng được khi hệ thống chạy ở một tên miền.</p>
        )}
        <h3>Mã dùng một lần</h3>
        {codesSince ? <CodesInUse since={codesSince} left={recoveryCodes} /> : <CodesOffered />}
      </div>
    </Section>
  )
}

function PasskeyTable({ passkeys }: Pick<Factors, 'passkeys'>) {
  if (passkeys.length === 0)
    return (
      <EmptyState title="Chưa có khóa truy cập">
        Đăng nhập bằng vân tay, khuôn mặt hoặc khóa USB: nhanh hơn mật khẩu và không bị lừa lấy mất.
      </EmptyState>
    )
  return (
    <Table
      caption="Khóa truy cập"
      rows={passkeys}
      rowKey={({ id }) => id.toString('hex')}
      columns={[
        { key: 'name', title: 'Tên khóa', cell: ({ name }) => name },
        {
          key: 'kind',
          title: 'Nơi giữ',
          cell: ({ synced }) => <Tag>{synced ? 'Đồng bộ giữa các máy' : 'Một thiết bị'}</Tag>,
        },
        { key: 'made', title: 'Thêm lúc', cell: ({ createdAt }) => <Time at={createdAt} exact /> },
        {
          key: 'used',
          title: 'Dùng lần cuối',
          phone: true,
          cell: ({ usedAt }) => (usedAt ? <Time at={usedAt} /> : 'chưa dùng'),
        },
        {
          key: 'remove',
          title: 'Gỡ',
          phone: true,
          cell: ({ id, name }) => (
            <Form action="/tai-khoan/khoa-truy-cap/go" class="row">
              <input type="hidden" name="id" value={id.toString('base64url')} />
              <Button small label={`Gỡ khóa ${name}`}>
                Gỡ
              </Button>
            </Form>
          ),
        },
      ]}
    />
  )
}

function CodesInUse({ since, left }: { since: Date; left: number }) {
  return (
    <div class="stack-small">
      <p>
        <Tag tone="done">Đang dùng</Tag> từ <Time at={since} exact />; còn {left} mã khôi phục chưa dùng.
      </p>
      <div class="row">
        <Form action="/tai-khoan/ma-khoi-phuc" class="row">
          <Button small>Tạo lại mã khôi phục</Button>
        </Form>
        <Form action="/tai-khoan/ma-dung-mot-lan/go" class="row">
          <Button small kind="danger">
            Gỡ mã dùng một lần
          </Button>
        </Form>
      </div>
    </div>
  )
}

function CodesOffered() {
  return (
    <Form action="/tai-khoan/ma-dung-mot-lan/bat-dau" class="stack-small">
      <p>Ứng dụng xác thực trên điện thoại cho một mã sáu chữ số, đổi sau mỗi nửa phút.</p>
      <div class="row">
        <Button>Thiết lập mã dùng một lần</Button>
      </div>
    </Form>
  )
}
