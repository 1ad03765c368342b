import type { Context } from '#platform/context'
import { errorOf, TextInput } from '#ui'
import type { StepUpMethod } from '../assurance/method.ts'
import { confirmByCode, confirmByRecoveryCode } from './actions.ts'
import { countRecoveryCodes, findSecret } from './store.ts'

/** A code is one factor: it stands beside a password that this session was opened with. */
const hasPassword = ({ actor: { assurance } }: Context) => assurance === 'password' || assurance === 'two-factor'

const amr = ['pwd', 'otp', 'mfa']

export const codeMethod: StepUpMethod = {
  code: 'ma',
  title: 'Mã dùng một lần',
  level: 'two-factor',
  isOffered: async (ctx, account) => hasPassword(ctx) && Boolean((await findSecret(ctx.sql, account))?.confirmedAt),
  form: {
    button: 'Xác nhận bằng mã',
    fields: (errors) => (
      <TextInput
        name="code"
        label="Mã sáu chữ số"
        hint="Xem trong ứng dụng xác thực trên điện thoại; mỗi mã dùng được một lần."
        inputMode="numeric"
        autocomplete="one-time-code"
        width="10"
        maxLength={10}
        error={errorOf(errors, 'code')}
      />
    ),
    async prove(ctx, { typed: { code = '' }, address }) {
      if (await confirmByCode(ctx, { code, address })) return { assurance: 'two-factor', amr }
      return { faults: [{ path: 'code', message: 'Mã không đúng, đã dùng hoặc đã hết hạn. Xin nhập mã mới nhất.' }] }
    },
  },
}

export const recoveryMethod: StepUpMethod = {
  code: 'khoi-phuc',
  title: 'Mã khôi phục',
  level: 'two-factor',
  isOffered: async (ctx, account) => hasPassword(ctx) && (await countRecoveryCodes(ctx.sql, account)) > 0,
  form: {
    button: 'Xác nhận bằng mã khôi phục',
    fields: (errors) => (
      <TextInput
        name="recovery"
        label="Một trong các mã đã in khi thiết lập"
        hint="Dùng khi không có điện thoại; mỗi mã dùng được một lần. Ví dụ: abcd-efgh-jkmn-pqrs."
        width="20"
        maxLength={30}
        error={errorOf(errors, 'recovery')}
      />
    ),
    async prove(ctx, { typed: { recovery = '' }, address }) {
      if (await confirmByRecoveryCode(ctx, { code: recovery, address })) return { assurance: 'two-factor', amr }
      return { faults: [{ path: 'recovery', message: 'Mã khôi phục không đúng hoặc đã dùng.' }] }
    },
  },
}
