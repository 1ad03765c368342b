import { errorOf, TextInput } from '#ui'
import { confirmPassword } from '../actions/confirm.ts'
import { hasPassword } from '../store.ts'
import type { StepUpMethod } from './method.ts'

export const passwordMethod: StepUpMethod = {
  code: 'mat-khau',
  title: 'Mật khẩu',
  level: 'password',
  isOffered: async (ctx, account) => await hasPassword(ctx.sql, account),
  form: {
    button: 'Xác nhận bằng mật khẩu',
    fields: (errors) => (
      <TextInput
        name="password"
        label="Mật khẩu"
        type="password"
        autocomplete="current-password"
        error={errorOf(errors, 'password')}
      />
    ),
    async prove(ctx, { typed: { password = '' } }) {
      if (await confirmPassword(ctx, password)) return { assurance: 'password', amr: ['pwd'] }
      return { faults: [{ path: 'password', message: 'Mật khẩu không đúng.' }] }
    },
  },
}
