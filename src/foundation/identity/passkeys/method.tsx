import { Problem } from '#platform/errors'
import { FieldFaultWords } from '../assurance/field-fault.tsx'
import type { StepUpMethod } from '../assurance/method.ts'
import { confirmByPasskey, relyingPartyOf } from './actions.ts'
import { PasskeyInput } from './passkey-input.tsx'
import { listPasskeys } from './store.ts'

export const passkeyMethod: StepUpMethod = {
  code: 'khoa',
  title: 'Khóa truy cập',
  level: 'two-factor',
  isOffered: async (ctx, account) =>
    relyingPartyOf(ctx) !== undefined && (await listPasskeys(ctx.sql, account)).length > 0,
  form: {
    button: 'Xác nhận bằng khóa truy cập',
    islands: ['passkey'],
    fields: (errors) => (
      <>
        <FieldFaultWords errors={errors} field="passkey" />
        <PasskeyInput purpose="confirm" />
      </>
    ),
    async prove(ctx, { typed }) {
      try {
        return await confirmByPasskey(ctx, typed.passkey ?? '')
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        return { faults: [{ path: 'passkey', message: error.message }] }
      }
    },
  },
}
